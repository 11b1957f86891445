"""The refused rows, kept whole: a GeoPackage for the office, GeoJSON for the map of the page."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from municipality import crs
from municipality.importing.rows import Rows, only
from municipality.importing.verdicts import VERDICTS, Severity

logging.getLogger("pyogrio").setLevel(logging.WARNING)  # it tells of every file it writes
MAX_ON_MAP = 5_000  # shapes the page draws; the GeoPackage has all of them
_OWN = ("row_number", "verdicts", "why_ar", "why_en", "details")


def refused_rows(rows: Rows) -> NDArray[np.int64]:
    """Return the positions of the refused rows."""
    return np.flatnonzero(rows.severity == Severity.REFUSED)


def _free_name(name: str, taken: set[str]) -> str:
    """Give a column a name SQLite can hold beside the others (it ignores case)."""
    base, count = name[:60] or "column", 2
    final = base
    while final.lower() in taken:
        final, count = f"{base}_{count}", count + 1
    taken.add(final.lower())
    return final


def _safe_text(value: str | None) -> str | None:
    return None if value is None else value.replace("\0", "\ufffd")


def _words(rows: Rows, row: int) -> tuple[str, str, str, str]:
    codes = [c for c in rows.codes_of(row) if VERDICTS[c].severity == Severity.REFUSED]
    ar = "، ".join(VERDICTS[code].words.ar for code in codes)
    en = "; ".join(VERDICTS[code].words.en for code in codes)
    return ", ".join(codes), ar, en, "; ".join(rows.details.get(row, []))[:500]


def _finite(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Drop shapes with coordinates no reader could show; their row stays."""
    bounds = shapely.bounds(shapes)
    odd = ~shapely.is_missing(shapes) & ~shapely.is_empty(shapes) & ~np.isfinite(bounds).all(axis=1)
    return only(~odd, shapes)


def write_refused(path: Path, rows: Rows, *, srid: int | None) -> int:
    """Write the refused rows with all their attributes, in the file's own coordinates.

    A second layer ``edges`` holds the offending edges of a coverage.  Returns the number of
    rows written; without any, an empty layer says so.
    """
    from pyogrio.raw import write  # it loads geopandas: only where there is something to write

    where = refused_rows(rows)
    path.unlink(missing_ok=True)
    taken = {"fid", "geom", *_OWN}
    names = [_free_name(name, taken) for name in rows.opened.names]
    columns = [
        np.array([_safe_text(v) for v in rows.column(i).take(where).to_pylist()], dtype=object)
        for i in range(len(names))
    ]
    said = [_words(rows, int(row)) for row in where]
    own = [np.array([int(row) + 1 for row in where], dtype=np.int64)]
    own += [np.array([part[i] for part in said], dtype=object) for i in range(4)]
    system = f"EPSG:{srid}" if srid else None
    is_table = srid is None and bool(shapely.is_missing(rows.raw).all())  # records have no shape
    write(
        str(path),
        None if is_table else shapely.to_wkb(_finite(rows.raw[where])),
        [*own, *columns],
        [*_OWN, *names],
        layer="refused",
        geometry_type=None if is_table else "Unknown",
        crs=system,
        driver="GPKG",
        encoding="utf-8",
    )
    if rows.edges:
        _write_edges(path, rows)
    return len(where)


def _write_edges(path: Path, rows: Rows) -> None:
    from pyogrio.raw import write

    codes = np.array([code for code, _ in rows.edges], dtype=object)
    shapes = np.array([shape for _, shape in rows.edges], dtype=object)
    write(
        str(path), shapely.to_wkb(shapes), [codes], ["verdict"], layer="edges",
        geometry_type="Unknown", crs=f"EPSG:{crs.METRIC}", driver="GPKG", append=True,
        encoding="utf-8",
    )  # fmt: skip


def _lonlat(rows: Rows, row: int) -> Any:
    """The shape of a row in WGS 84 for the map, or None where its place is unknown."""
    shape = rows.shapes[row]
    if shape is not None and np.isfinite(shapely.bounds(shape)).all():
        return json.loads(shapely.to_geojson(crs.from_metric([shape])[0]))
    return None


def refused_features(rows: Rows) -> Iterator[dict[str, Any]]:
    """Give the refused rows as GeoJSON features, first rows first, MAX_ON_MAP at most."""
    for row in refused_rows(rows)[:MAX_ON_MAP]:
        codes, ar, en, details = _words(rows, int(row))
        yield {
            "type": "Feature",
            "id": int(row) + 1,
            "properties": {
                "row": int(row) + 1,
                "verdict": codes,
                # isolated: figures and names of systems keep their own order in an Arabic line
                "detail_ar": f"{ar} (\u2068{details}\u2069)" if details else ar,
                "detail_en": f"{en} ({details})" if details else en,
            },
            "geometry": _lonlat(rows, int(row)),
        }
    for code, shape in rows.edges[:MAX_ON_MAP]:
        words = VERDICTS[code].words
        yield {
            "type": "Feature",
            "properties": {
                "row": None,
                "verdict": code,
                "detail_ar": words.ar,
                "detail_en": words.en,
            },
            "geometry": json.loads(shapely.to_geojson(crs.from_metric([shape])[0])),
        }
