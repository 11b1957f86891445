"""Reports in GeoParquet: what a file must hold, who is refused, and rows as columns.

A file, or a folder of many: points in WGS 84 or METRIC as its ``geo`` metadata declares (WGS 84
where it declares nothing, as the format says), a ``day`` and the codes of COLUMNS.  One row that
the index could not hold refuses the whole batch with the row's place.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyproj
import shapely
from numpy.typing import NDArray

from maps.heat.batch.refusals import Refused
from maps.heat.lattice import Floats, Ints
from maps.heat.packing import DAY_LAST, DAY_ZERO
from municipality import crs

COLUMNS = {  # least, most, and whether empty means 0 (none)
    "category": (0, 0xFFFF, False),
    "status": (0, 0xFF, False),
    "channel": (0, 0xFF, False),
    "severity": (0, 0xFF, False),
    "wilayat": (0, 0xFFFF, True),
    "area": (0, 0xFFFFFFFF, True),
}
REACH_M = 10_000_000.0  # metres of a projected system from its origin; what is beyond is no place
_DEGREES = (180.0, 90.0)
_POINT = np.dtype([("order", "u1"), ("type", "<u4"), ("x", "<f8"), ("y", "<f8")])  # WKB, 21 bytes


@dataclass(frozen=True, slots=True)
class Unit:
    """One row group of one file: the least that is read at once; ``first`` is its first row."""

    path: str
    group: int
    first: int
    rows: int
    point: str
    srid: int


@dataclass(frozen=True, slots=True)
class Reports:
    """Reports as columns of n; x, y in METRIC, the day as its number in the index."""

    x: Floats
    y: Floats
    day: Ints
    codes: dict[str, Ints]


def files_of(source: Path) -> list[Path]:
    """Return the Parquet files of a folder by name, or the one file; raises Refused."""
    found = sorted(source.glob("*.parquet")) if source.is_dir() else [source]
    if not found:
        raise Refused("no_files", path=source)
    return found


def units_of(source: Path) -> list[Unit]:
    """Look at every file's head; raises Refused before any row is read."""
    return [unit for path in files_of(source) for unit in _units(path.resolve())]


def _units(path: Path) -> Iterator[Unit]:
    try:
        with pq.ParquetFile(path) as file:
            schema, head = file.schema_arrow, file.metadata
            rows = [head.row_group(n).num_rows for n in range(head.num_row_groups)]
            declared = (head.metadata or {}).get(b"geo")
    except (OSError, pa.ArrowException) as error:
        raise Refused("not_parquet", path=path.name, reason=_first_line(error)) from None
    point, srid = _geometry(path, declared)
    _check_schema(path, schema, point)
    first = 1
    for group, count in enumerate(rows):
        if count:
            yield Unit(str(path), group, first, count, point, srid)
        first += count


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["?"])[0].rstrip(".")


def _geometry(path: Path, declared: bytes | None) -> tuple[str, int]:
    """Return the column of points and its system."""
    try:
        geo = json.loads(declared or b"")
        name = str(geo["primary_column"])
        column = geo["columns"][name]
        encoding = column["encoding"]
        srid = _srid(path, column)
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused("not_geo", path=path.name) from None
    if encoding != "WKB":
        raise Refused("encoding", path=path.name, found=encoding)
    return name, srid


def _srid(path: Path, column: dict[str, Any]) -> int:
    if "crs" not in column:
        return crs.LONLAT
    found = None
    if column["crs"] is not None:
        try:
            found = pyproj.CRS.from_json_dict(column["crs"])
        except pyproj.exceptions.CRSError:
            raise Refused("not_geo", path=path.name) from None
        if found.to_authority() == ("OGC", "CRS84"):
            return crs.LONLAT
        if (srid := found.to_epsg()) in (crs.LONLAT, crs.METRIC):
            return int(srid)
    raise Refused(
        "wrong_crs", path=path.name, found=found.name if found else "null",
        accepted=f"EPSG:{crs.LONLAT}, EPSG:{crs.METRIC}",
    )  # fmt: skip


def _check_schema(path: Path, schema: pa.Schema, point: str) -> None:
    kinds = {point: "binary", "day": "date", **dict.fromkeys(COLUMNS, "integer")}
    fits = {
        "binary": lambda t: pa.types.is_binary(t) or pa.types.is_large_binary(t),
        "date": pa.types.is_date,
        "integer": pa.types.is_integer,
    }
    for name, kind in kinds.items():
        if schema.get_field_index(name) < 0:
            raise Refused("no_column", path=path.name, column=name)
        found = schema.field(name).type
        if not fits[kind](found):
            raise Refused(
                "column_kind", path=path.name, column=name, found=str(found), accepted=kind
            )


def read(unit: Unit) -> Reports:
    """Read and check one row group; raises Refused for the first row that does not fit."""
    try:
        with pq.ParquetFile(unit.path) as file:
            table = file.read_row_group(unit.group, columns=[unit.point, "day", *COLUMNS])
    except (OSError, pa.ArrowException) as error:
        name = Path(unit.path).name
        raise Refused("not_parquet", path=name, reason=_first_line(error)) from None
    x, y = _points(unit, table[unit.point])
    day = _whole(unit, table["day"], "day") - _DAY_ZERO
    days = (str(DAY_ZERO), str(DAY_LAST))
    _within(unit, "day", day, (0, 0xFFFF), said=days, value=table["day"])
    codes = {}
    for name, (least, most, empty) in COLUMNS.items():
        column = table[name].fill_null(0) if empty else table[name]
        codes[name] = _whole(unit, column, name)
        said = (str(least), str(most))
        _within(unit, name, codes[name], (least, most), said=said, value=column)
    return Reports(x, y, day, codes)


_DAY_ZERO = (DAY_ZERO - DAY_ZERO.replace(year=1970)).days


def _refuse(code: str, unit: Unit, bad: NDArray[np.bool_], **values: object) -> None:
    """Refuse the rows that are bad, naming the first; nothing where none is."""
    rows = np.flatnonzero(bad)
    if len(rows):
        path, row = Path(unit.path).name, unit.first + int(rows[0])
        raise Refused(code, path=path, row=row, count=len(rows), **values)


def _whole(unit: Unit, column: pa.ChunkedArray, name: str) -> Ints:
    _refuse("no_value", unit, column.is_null().to_numpy(), column=name)
    if pa.types.is_date(column.type):
        column = column.cast(pa.date32()).cast(pa.int32())
    if pa.types.is_uint64(column.type):  # too large for int64 is out of every range
        column = pc.min_element_wise(column, pa.scalar(1 << 62, pa.uint64()))
    found: Ints = column.to_numpy().astype(np.int64)
    return found


def _within(
    unit: Unit,
    name: str,
    found: Ints,
    ends: tuple[int, int],
    *,
    said: tuple[str, str],
    value: pa.ChunkedArray,
) -> None:
    bad = (found < ends[0]) | (found > ends[1])
    if bad.any():
        shown = str(value[int(np.flatnonzero(bad)[0])])
        _refuse("out_of_range", unit, bad, column=name, found=shown, least=said[0], most=said[1])


def _points(unit: Unit, column: pa.ChunkedArray) -> tuple[Floats, Floats]:
    """Return x, y of the points in METRIC."""
    _refuse("empty_point", unit, column.is_null().to_numpy())
    x, y = _plain(column) or _any(unit, column)
    _refuse("empty_point", unit, np.isnan(x) | np.isnan(y))
    if unit.srid == crs.METRIC:
        if (abs(x) <= _DEGREES[0]).all() and (abs(y) <= _DEGREES[1]).all():
            raise Refused("degrees", path=Path(unit.path).name)
    else:
        _refuse("out_of_lattice", unit, ~((abs(x) <= _DEGREES[0]) & (abs(y) <= _DEGREES[1])))
        x, y = crs.transform_to_metric(x, y, srid=unit.srid)
    # Not "greater than": what could not be turned is infinite or no number at all.
    _refuse("out_of_lattice", unit, ~((abs(x) < REACH_M) & (abs(y) < REACH_M)))
    return x, y


def _plain(column: pa.ChunkedArray) -> tuple[Floats, Floats] | None:
    """Read points that are all written the usual way: little-endian, two dimensions."""
    values = pa.concat_arrays(
        [chunk.cast(pa.large_binary()) for chunk in column.chunks]
    )  # a slice keeps its offsets
    offsets = np.frombuffer(values.buffers()[1], np.int64)[values.offset :][: len(values) + 1]
    if not (np.diff(offsets) == _POINT.itemsize).all():
        return None
    octets = np.frombuffer(values.buffers()[2], np.uint8)[offsets[0] : offsets[-1]]
    rows = octets.view(_POINT)
    if not ((rows["order"] == 1) & (rows["type"] == 1)).all():
        return None
    return rows["x"].astype(np.float64), rows["y"].astype(np.float64)


def _any(unit: Unit, column: pa.ChunkedArray) -> tuple[Floats, Floats]:
    """Read points however they are written; what is no WKB at all is no point."""
    shapes = shapely.from_wkb(column.to_numpy(), on_invalid="ignore")
    _refuse("not_point", unit, shapely.get_type_id(shapes) != shapely.GeometryType.POINT)
    return shapely.get_x(shapes), shapely.get_y(shapes)


def points_of(x: Floats, y: Floats) -> pa.Array:
    """Write METRIC positions as WKB points."""
    rows = np.zeros(len(x), _POINT)
    rows["order"], rows["type"], rows["x"], rows["y"] = 1, 1, x, y
    offsets = np.arange(len(x) + 1, dtype=np.int32) * _POINT.itemsize
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(rows)]
    return pa.Array.from_buffers(pa.binary(), len(x), buffers)


def metadata() -> dict[bytes, bytes]:
    """Return the ``geo`` metadata of a file of METRIC points in a column ``point``."""
    column = {
        "encoding": "WKB", "geometry_types": ["Point"],
        "crs": pyproj.CRS.from_epsg(crs.METRIC).to_json_dict(),
    }  # fmt: skip
    geo = {"version": "1.1.0", "primary_column": "point", "columns": {"point": column}}
    return {b"geo": json.dumps(geo).encode()}


SCHEMA = pa.schema(
    {
        "point": pa.binary(),
        "day": pa.date32(),
        "category": pa.int32(),
        "status": pa.int16(),
        "channel": pa.int16(),
        "severity": pa.int16(),
        "wilayat": pa.int32(),
        "area": pa.int64(),
    }
)
