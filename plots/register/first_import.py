"""The first import: an empty register has nothing to compare with, so rows are copied straight in.

Indexes and keys are made after the fill (migrations plots.0004 and 0006), all in the one
transaction of the import.
"""

import datetime as dt
import struct
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from municipality import crs
from municipality.importing.rows import as_array
from municipality.importing.spec import Job
from municipality.importing.staging import copy_into, in_pieces
from plots.register.plot_swap import STAGED

_BINARY = pa.large_binary()
_POLYGON, _MULTIPOLYGON = (struct.pack("<BI", 1, kind) for kind in (3, 6))  # the head of a WKB
_PLACED = struct.pack("<BIi", 1, 6 | 0x20000000, crs.METRIC)  # an EWKB multipolygon's
_TYPES = {name: kind for name, kind in STAGED.items() if name != "phase"} | {
    "version": "integer", "valid": "daterange", "boundary": "geometry",
}  # fmt: skip
_TO_THE_END = 1 << 40  # said in numbers: without them, arrow 26 fails on a part of a column
_FROM_ON = 0x02 | 0x10  # flags of a range: its first day belongs to it, it has no end
_DAY_0 = dt.date(2000, 1, 1)  # of the database


def _usual(shapes: pa.Array) -> bool:
    """Tell whether all shapes are WKB of the usual byte order."""
    return set(pc.unique(pc.binary_slice(shapes, 0, 5)).to_pylist()) <= {_POLYGON, _MULTIPOLYGON}


def _multi(shapes: pa.Array) -> pa.Array:
    """Make EWKB multipolygons of WKB polygons and multipolygons."""
    heads, none = pc.binary_slice(shapes, 0, 5), pa.scalar(b"", _BINARY)
    one = pa.scalar(_PLACED + struct.pack("<I", 1), _BINARY)
    single = pc.binary_join_element_wise(one, shapes, none)
    if pc.unique(heads).to_pylist() == [_POLYGON]:
        return as_array(single)
    rest = pc.binary_slice(shapes, 5, _TO_THE_END)
    several = pc.binary_join_element_wise(pa.scalar(_PLACED, _BINARY), rest, none)
    return as_array(pc.if_else(pc.equal(heads, pa.scalar(_POLYGON, heads.type)), single, several))


def _since(day: dt.date) -> bytes:
    """Write the range from a day on as the database sends and reads it."""
    return struct.pack(">Bii", _FROM_ON, 4, (day - _DAY_0).days)


def fill(cursor: Any, columns: Mapping[str, pa.Array], job: Job) -> dict[str, Any] | None:
    """Fill an empty register; None where it is not empty, or where phases must be made first."""
    cursor.execute("SELECT EXISTS (SELECT FROM plots_plot)")
    phases = columns["phase"]
    if cursor.fetchone()[0] or phases.null_count < len(phases):
        return None
    if not _usual(columns["shape"]):
        return None
    count = len(phases)
    since = pa.scalar(_since(job.on), _BINARY)
    pieces = (
        piece
        | {
            "version": pa.repeat(1, len(piece["shape"])),
            "valid": pa.repeat(since, len(piece["shape"])),
            "boundary": _multi(piece["shape"]),
        }
        for piece in in_pieces(columns)
    )
    cursor.execute("SELECT plots_before_first_import()")
    copy_into(cursor, name="plots_plot", pieces=pieces, types=_TYPES, count=count)
    cursor.execute("SELECT plots_after_first_import()")
    return {
        "inserted": count, "changed": 0, "unchanged": 0, "retired": 0, "reopened": 0,
        "renumbered": 0, "lineage": {}, "extent": "full", "touched_cases": [],
    }  # fmt: skip
