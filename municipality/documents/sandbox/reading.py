"""What a reader hands over: one row a row of the file, nothing thrown away."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyproj
from numpy.typing import NDArray

# The sandbox is closed off before any file is seen and knows no city profile; crs.LONLAT is
# the same number (tested).
LONLAT = 4326
MAX_ROWS = 5_000_000
_MIN_CONFIDENCE = 60  # per cent; below, a system's definition is not taken for an EPSG code


@dataclass(frozen=True, slots=True)
class System:
    """The coordinate system the file claims: an EPSG code where one could be told."""

    srid: int | None
    name: str
    says: str  # who says so: prj, gpkg, fgb, geojson, ewkt, osm


@dataclass(slots=True)
class Reading:
    """The rows of one layer: attributes as text, geometry as WKB, troubles by row.

    ``marks`` holds the codes of row verdicts found while reading, joined by a comma.
    """

    kind: str
    rows: int
    attributes: dict[str, pa.Array]
    wkb: pa.Array
    marks: list[str | None] | None = None
    system: System | None = None
    layer: str = ""
    layers: list[str] = field(default_factory=list)
    encoding: str = "UTF-8"
    selected: str = ""
    notes: list[str] = field(default_factory=list)


def add_mark(marks: list[str | None], row: int, code: str) -> None:
    """Add one verdict code to a row."""
    marks[row] = f"{marks[row]},{code}" if marks[row] else code


def system_of(definition: str | None, says: str) -> System | None:
    """Tell which system a definition (EPSG:n, WKT, PROJ) means; None where there is none."""
    if not definition:
        return None
    plain = re.fullmatch(r"EPSG:(\d{4,6})", definition)
    if plain:
        return System(int(plain.group(1)), definition, says)
    if definition in {"OGC:CRS84", "CRS84"}:
        return System(LONLAT, "OGC:CRS84", says)
    try:
        found = pyproj.CRS.from_user_input(definition)
    except pyproj.exceptions.CRSError:
        return System(None, definition[:120], says)
    return System(found.to_epsg(min_confidence=_MIN_CONFIDENCE), found.name[:120], says)


def as_text(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Turn a column of any type into text; NULL stays NULL."""
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
        if isinstance(column, pa.ChunkedArray):
            column = pa.concat_arrays(column.chunks)
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _readable(column.cast(pa.large_string()))
    if pa.types.is_dictionary(kind):
        return as_text(column.dictionary_decode())
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return pa.nulls(len(column), pa.large_string())
    if pa.types.is_nested(kind):
        texts = [None if v is None else str(v) for v in column.to_pylist()]
        return pa.array(texts, pa.large_string())
    return pc.cast(column, pa.large_string())


def _readable(column: pa.Array) -> pa.Array:
    """Put U+FFFD where a file says UTF-8 and is not: the rows keep it and are named for it."""
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        octets = column.cast(pa.large_binary()).to_pylist()
        texts = [None if o is None else o.decode("utf-8", "replace") for o in octets]
        return pa.array(texts, pa.large_string())
    return column


def text_column(values: Iterable[Any]) -> pa.Array:
    """Make a text column; ``None`` and empty text are both NULL."""
    return pa.array([None if v is None or v == "" else str(v) for v in values], pa.large_string())


def wkb_column(values: Sequence[bytes | None] | NDArray[np.object_]) -> pa.Array:
    """Make the geometry column."""
    return pa.array(values, pa.large_binary(), from_pandas=True)
