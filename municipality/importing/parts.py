"""Small steps that the importers of several apps share."""

import hashlib
import json

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from municipality.importing.rows import Rows, as_array, repeated
from municipality.importing.spec import Job


def fill_texts(rows: Rows, *names: str) -> None:
    """Give text fields that may not be NULL an empty text."""
    for name in names:
        rows.values[name] = as_array(rows.values[name].fill_null(""))


def default_source(rows: Rows, job: Job, *, longest: int = 200) -> None:
    """Name the file as the source of rows that name none."""
    rows.values["source"] = as_array(rows.values["source"].fill_null(job.name[:longest]))


def digest(text: str) -> str:
    """A short key for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def joined(start: str, column: pa.Array) -> pa.Array:
    """Put a text before every value of a column; NULL stays NULL."""
    kind = pa.large_string()
    return as_array(
        pc.binary_join_element_wise(pa.scalar(start, kind), column, pa.scalar("", kind))
    )


def keys_or_shapes(rows: Rows, key: pa.Array) -> None:
    """Set ``register_key``; rows of a file without any key are known by their shape."""
    if key.null_count == rows.count:
        wkb = shapely.to_wkb(shapely.normalize(rows.shapes), hex=True)
        key = pa.array([None if w is None else f"g{digest(w)}" for w in wkb], pa.large_string())
    rows.values["register_key"] = as_array(key).cast(pa.large_string())
    good = rows.good
    rows.mark("key_missing", good & ~np.asarray(rows.values["register_key"].is_valid()))
    rows.mark("duplicate_key", repeated(rows.values["register_key"], rows.good))


def attributes(rows: Rows, *, without: tuple[str, ...] = ()) -> pa.Array:
    """All columns of the file as one JSON object a row; unknown values are left out."""
    names = [n for n in rows.opened.names if n not in without]
    columns = [rows.column(rows.opened.names.index(n)).to_pylist() for n in names]
    made = []
    for cells in zip(*columns, strict=True) if columns else ([()] * rows.count):
        said = {n: c.replace("\0", "\ufffd") for n, c in zip(names, cells, strict=True) if c}
        made.append(json.dumps(said, ensure_ascii=False, sort_keys=True))
    return pa.array(made, pa.large_string())
