"""Tables of plain attributes whose shape stands in a column of text: CSV and JSON objects."""

from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import shapely

from municipality.documents.sandbox.reading import (
    Reading,
    System,
    add_mark,
    text_column,
    wkb_column,
)
from municipality.documents.sandbox.shapes import from_texts, looks_like_shape


def find_shape_column(
    names: Sequence[str], columns: dict[str, list[str | None]], hints: Sequence[str]
) -> str | None:
    """Find the column that holds shapes: by a hint (in any case) and by what stands in it."""
    lowered = {name.strip().lower(): name for name in reversed(names)}
    for hint in hints:
        name = lowered.get(hint.lower())
        if name is None:
            continue
        sample = [value for value in columns[name] if value][:50]
        if sample and sum(looks_like_shape(value) for value in sample) * 2 >= len(sample):
            return name
    return None


def _common_srid(srids: list[int | None], marks: list[str | None]) -> int | None:
    """Take the SRID most rows name; rows that name another are marked."""
    named = [srid for srid in srids if srid]
    if not named:
        return None
    common = max(set(named), key=named.count)
    for row, srid in enumerate(srids):
        if srid and srid != common:
            add_mark(marks, row, "crs_not_accepted")
    return common


def table_reading(
    *,
    kind: str,
    columns: dict[str, list[str | None]],
    rows: int,
    marks: list[str | None],
    hints: Sequence[str],
) -> Reading:
    """Make a reading of columns of text; the shape column, if any, becomes geometry."""
    name = find_shape_column(list(columns), columns, hints)
    wkb: pa.Array = pa.nulls(rows, pa.large_binary())
    system = None
    if name is not None:
        shapes, srids = from_texts(columns[name])
        for row in np.flatnonzero(shapely.is_missing(shapes)):
            if columns[name][row]:
                add_mark(marks, int(row), "broken_geometry")
        srid = _common_srid(srids, marks)
        if srid:
            system = System(srid, f"EPSG:{srid}", "ewkt")
        wkb = wkb_column(shapely.to_wkb(shapes))
    return Reading(
        kind=kind,
        rows=rows,
        attributes={key: text_column(values) for key, values in columns.items()},
        wkb=wkb,
        marks=marks,
        system=system,
        notes=[f"shape_column={name}"] if name else [],
    )
