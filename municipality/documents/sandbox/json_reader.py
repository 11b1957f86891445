"""GeoJSON and arrays of JSON objects, read strictly: a broken row is a refused row."""

import json
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from municipality.documents.sandbox.csv_reader import clean_text, decode, is_damaged
from municipality.documents.sandbox.kinds import NotAccepted
from municipality.documents.sandbox.reading import (
    LONLAT,
    MAX_ROWS,
    Reading,
    System,
    add_mark,
    system_of,
    text_column,
    wkb_column,
)
from municipality.documents.sandbox.shapes import NotAShape, from_geojson
from municipality.documents.sandbox.tables import table_reading

_DOUBLED = "\0doubled"
_MAX_COLUMNS = 2_000


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        found[_DOUBLED] = True
    return found


def _integer(text: str) -> int | float:
    return int(text) if len(text) < 310 else math.inf


def _parse(text: str) -> Any:
    """Parse JSON; NaN, infinities and overflows stay in the row that wrote them."""
    try:
        return json.loads(text, object_pairs_hook=_pairs, parse_constant=float, parse_int=_integer)
    except RecursionError:
        raise NotAccepted("json_too_deep") from None
    except json.JSONDecodeError as error:
        raise NotAccepted(
            "not_json", line=error.lineno, column=error.colno, reason=error.msg
        ) from None
    except ValueError as error:
        raise NotAccepted("not_json", line=1, column=1, reason=error) from None


def _load(text: str) -> Any:
    """Read one JSON value, or one a line (GeoJSON sequences)."""
    body = text.replace("\x1e", "").strip()
    try:
        return _parse(body)
    except NotAccepted:
        lines = [line for line in body.split("\n") if line.strip()]
        if (
            len(lines) < 2
            or not lines[0].strip().startswith("{")
            or not lines[0].strip().endswith("}")
        ):
            raise
        return [_parse(line) for line in lines]


def _rows_of(value: Any) -> tuple[list[Any], dict[str, Any]]:
    """Find the list of rows in what was read, and the object around it."""
    if isinstance(value, list):
        return value, {}
    if isinstance(value, dict):
        kind = value.get("type")
        if kind == "FeatureCollection":
            features = value.get("features")
            if not isinstance(features, list):
                raise NotAccepted("no_features")
            return features, value
        if kind == "Feature":
            return [value], value
        if kind in {"Point", "LineString", "Polygon", "MultiPolygon", "GeometryCollection"}:
            return [{"type": "Feature", "properties": {}, "geometry": value}], value
        lists = [part for part in value.values() if isinstance(part, list)]
        if len(lists) == 1 and lists[0] and isinstance(lists[0][0], dict):
            return lists[0], value
    raise NotAccepted("no_features")


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """Lift the fields of a nested record ({"pk", "fields": {...}}) to its top."""
    inner = row.get("fields")
    if isinstance(inner, dict) and "pk" in row:
        return {"pk": row["pk"], **inner}
    return row


def _cell(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, int | float):
        return str(value)
    return json.dumps(value, ensure_ascii=False)[:10_000]


def _columns(records: list[dict[str, Any]], marks: list[str | None]) -> dict[str, list[str | None]]:
    names: dict[str, None] = {}
    for record in records:
        names.update(dict.fromkeys(record))
        if len(names) > _MAX_COLUMNS:
            raise NotAccepted("too_many_columns", most=_MAX_COLUMNS)
    names.pop(_DOUBLED, None)
    columns: dict[str, list[str | None]] = {name: [] for name in names}
    for row, record in enumerate(records):
        if record.get(_DOUBLED):
            add_mark(marks, row, "doubled_field")
        for name in names:
            cell = _cell(record.get(name))
            if cell is not None and not cell.isascii():
                if is_damaged(cell):
                    add_mark(marks, row, "wrong_encoding")
                cell = clean_text(cell)
            columns[name].append(cell)
    return columns


def _crs_member(around: dict[str, Any]) -> System:
    """GeoJSON is WGS 84 (RFC 7946); the crs member of the older draft is believed if named."""
    member = around.get("crs")
    name = member.get("properties", {}).get("name") if isinstance(member, dict) else None
    if isinstance(name, str) and name:
        plain = name.replace("urn:ogc:def:crs:", "").replace("::", ":")
        if plain.startswith(("OGC", "CRS84")):
            return System(LONLAT, "OGC:CRS84", "geojson")
        found = system_of(plain, "geojson")
        if found is not None:
            return found
    return System(LONLAT, "WGS 84 (RFC 7946)", "geojson")


def _feature(row: Any) -> tuple[dict[str, Any], Any, str | None]:
    """Split one feature into attributes and geometry; the third is a verdict's code."""
    if not isinstance(row, dict) or row.get("type") != "Feature":
        return ({"value": row} if not isinstance(row, dict) else _flat(row)), None, "broken_row"
    properties = row.get("properties")
    attributes = dict(properties) if isinstance(properties, dict) else {}
    if "id" in row and "id" not in attributes:
        attributes["id"] = row["id"]
    bad = "broken_row" if properties is not None and not isinstance(properties, dict) else None
    if row.get(_DOUBLED):
        attributes[_DOUBLED] = True
    try:
        return attributes, from_geojson(row.get("geometry")), bad
    except NotAShape as error:
        return attributes, None, str(error)


def _features(rows: list[Any], around: dict[str, Any]) -> Reading:
    marks: list[str | None] = [None] * len(rows)
    records, shapes = [], np.full(len(rows), None, dtype=object)
    for position, row in enumerate(rows):
        attributes, shape, bad = _feature(row)
        records.append(attributes)
        shapes[position] = shape
        if bad:
            add_mark(marks, position, bad)
    columns = _columns(records, marks)
    return Reading(
        kind="geojson",
        rows=len(rows),
        attributes={name: text_column(values) for name, values in columns.items()},
        wkb=wkb_column(shapely.to_wkb(shapes)),
        marks=marks,
        system=_crs_member(around),
        layer=str(around.get("name") or "")[:80],
    )


def _objects(rows: list[Any], hints: Sequence[str]) -> Reading:
    marks: list[str | None] = [None] * len(rows)
    records = []
    for position, row in enumerate(rows):
        if isinstance(row, dict):
            records.append(_flat(row))
        else:
            records.append({"value": row})
            add_mark(marks, position, "broken_row")
    shapes = _object_shapes(records, hints, marks)
    columns = _columns(records, marks)
    if shapes is None:
        return table_reading(kind="json", columns=columns, rows=len(rows), marks=marks, hints=hints)
    return Reading(
        kind="json",
        rows=len(rows),
        attributes={name: text_column(values) for name, values in columns.items()},
        wkb=wkb_column(shapely.to_wkb(shapes)),
        marks=marks,
        system=System(LONLAT, "WGS 84 (GeoJSON)", "geojson"),
    )


def _object_shapes(
    records: list[dict[str, Any]], hints: Sequence[str], marks: list[str | None]
) -> Any:
    """Take shapes from a column of GeoJSON geometries, if the records have one."""
    for hint in hints:
        name = next(
            (key for record in records for key in record if key.lower() == hint.lower()), None
        )
        if name is None or not any(_is_geometry(record.get(name)) for record in records):
            continue
        shapes = np.full(len(records), None, dtype=object)
        for row, record in enumerate(records):
            value = record.get(name)
            if value is None:
                continue
            try:
                shapes[row] = from_geojson(value)
            except NotAShape as error:
                add_mark(marks, row, str(error))
        return shapes
    return None


def _is_geometry(value: Any) -> bool:
    return isinstance(value, dict) and "coordinates" in value


def read_json(path: Path, *, hints: Sequence[str]) -> Reading:
    """Read GeoJSON, a sequence of features or an array of objects; raises NotAccepted."""
    text, encoding = decode(path.read_bytes())
    rows, around = _rows_of(_load(text))
    if len(rows) > MAX_ROWS:
        raise NotAccepted("too_many_rows", most=MAX_ROWS)
    is_features = around.get("type") is not None or any(
        isinstance(row, dict) and row.get("type") == "Feature" for row in rows
    )
    reading = _features(rows, around) if is_features else _objects(rows, hints)
    reading.encoding = encoding
    return reading
