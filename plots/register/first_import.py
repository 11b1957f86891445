"""The first import: an empty register has nothing to compare with, so rows are copied straight in.

Indexes and keys are made after the fill (migrations plots.0004 and 0006), all in the one
transaction of the import.
"""

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from municipality import crs
from municipality.importing.rows import as_array
from municipality.importing.spec import Job
from municipality.importing.staging import copy_into

_POLYGON, _MULTIPOLYGON = "0103000000", "0106000000"
_TEXT = pa.large_string()


def _multi(shapes: pa.Array) -> pa.Array | None:
    """Write hexadecimal WKB polygons as EWKB multipolygons; None for an unusual byte order."""
    heads = pc.utf8_slice_codeunits(shapes, 0, 10)
    if not set(pc.unique(heads).to_pylist()) <= {_POLYGON, _MULTIPOLYGON}:
        return None
    start = "0106000020" + crs.METRIC.to_bytes(4, "little").hex()
    empty = pa.scalar("", _TEXT)
    single = pc.binary_join_element_wise(pa.scalar(f"{start}01000000", _TEXT), shapes, empty)
    if len(pc.unique(heads)) == 1 and heads[0].as_py() == _POLYGON:
        return as_array(single)
    rest = pc.utf8_slice_codeunits(shapes, 10)
    several = pc.binary_join_element_wise(pa.scalar(start, _TEXT), rest, empty)
    return as_array(pc.if_else(pc.equal(heads, _POLYGON), single, several))


def fill(cursor: Any, columns: Mapping[str, pa.Array], job: Job) -> dict[str, Any] | None:
    """Fill an empty register; None where it is not empty, or where phases must be made first."""
    cursor.execute("SELECT EXISTS (SELECT FROM plots_plot)")
    phases = columns["phase"]
    if cursor.fetchone()[0] or phases.null_count < len(phases):
        return None
    shapes = _multi(columns["shape"])
    if shapes is None:
        return None
    count = len(shapes)
    table = {
        "version": pa.array([1]).take(pa.array([0] * count)),
        "valid": pa.array([f"[{job.on},)"], _TEXT).take(pa.array([0] * count)),
        "boundary": shapes,
        **{n: c for n, c in columns.items() if n not in {"row", "shape", "phase"}},
    }
    cursor.execute("SELECT plots_before_first_import()")
    listed = ", ".join(table)
    copy_into(cursor, f"COPY plots_plot ({listed}) FROM STDIN (FORMAT csv)", pa.table(table))
    cursor.execute("SELECT plots_after_first_import()")
    return {
        "inserted": count, "changed": 0, "unchanged": 0, "retired": 0, "reopened": 0,
        "renumbered": 0, "lineage": {}, "extent": "full", "touched_cases": [],
    }  # fmt: skip
