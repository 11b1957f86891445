"""Accepted rows into a temporary table by COPY, encoded without a step in Python per row."""

import binascii
import os
import threading
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from municipality import crs
from municipality.importing.rows import Rows
from municipality.importing.spec import Importer

_BATCH = 20_000


class Uncopied(Exception):
    """COPY ended early; the database's own error is raised instead of this one."""


def hex_of(wkb: pa.Array) -> pa.Array:
    """Write binary values as hexadecimal text, whole buffer at once; NULL stays NULL."""
    whole = wkb.cast(pa.large_binary())
    if whole.offset or whole.null_count:
        whole = pa.concat_arrays([whole])
        whole = pa.array(whole.to_pylist(), pa.large_binary()) if whole.offset else whole
    _, offsets, data = whole.buffers()
    doubled = np.frombuffer(offsets, dtype=np.int64)[: len(whole) + 1] * 2
    text = binascii.hexlify(data) if data is not None else b""
    valid = whole.buffers()[0]
    return pa.Array.from_buffers(
        pa.large_string(),
        len(whole),
        [valid, pa.py_buffer(doubled.tobytes()), pa.py_buffer(text)],
        null_count=whole.null_count,
    )


def staged_columns(rows: Rows, spec: Importer) -> dict[str, pa.Array]:
    """Return the columns to be copied, accepted rows only; the shape as hexadecimal WKB."""
    chosen = pa.array(rows.good)
    found: dict[str, pa.Array] = {"row": pa.array(np.flatnonzero(rows.good) + 1)}
    for name in spec.staged:
        found[name] = rows.values[name].filter(chosen)
    shapes = rows.shape_wkb()
    found["shape"] = hex_of(shapes if rows.good.all() else shapes.filter(chosen))
    return found


def _write(table: pa.Table, sink: BinaryIO, errors: list[BaseException]) -> None:
    try:
        with pyarrow.csv.CSVWriter(
            sink, table.schema, write_options=pyarrow.csv.WriteOptions(include_header=False)
        ) as writer:
            for batch in table.to_batches(max_chunksize=_BATCH):
                writer.write_batch(batch)
    except BaseException as error:  # handed to the thread that waits
        errors.append(error)
    finally:
        sink.close()


def copy_into(cursor: Any, command: str, table: pa.Table) -> None:
    """Run a COPY ... FROM STDIN (FORMAT csv): one thread encodes, the other feeds the database."""
    read_end, write_end = os.pipe()
    errors: list[BaseException] = []
    writer = threading.Thread(target=_write, args=(table, os.fdopen(write_end, "wb"), errors))
    writer.start()
    try:
        with os.fdopen(read_end, "rb", buffering=1 << 20) as source:
            cursor.copy_expert(command, source, size=1 << 20)
    finally:
        writer.join()
    if errors and not isinstance(errors[0], BrokenPipeError):
        raise errors[0]


def copy_table(
    cursor: Any, *, name: str, columns: Mapping[str, pa.Array], types: Mapping[str, str]
) -> None:
    """Make a temporary table that lives as long as the transaction, and fill it."""
    listed = ", ".join(f"{column} {types[column]}" for column in columns)
    cursor.execute(f"CREATE TEMP TABLE {name} ({listed}) ON COMMIT DROP")
    copy_into(
        cursor,
        f"COPY {name} ({', '.join(columns)}) FROM STDIN (FORMAT csv)",
        pa.table(dict(columns)),
    )


def clear_temporary(cursor: Any) -> None:
    """Drop what an earlier import of the same transaction left (tests, the demo city)."""
    cursor.execute(
        "SELECT format('%I', relname) FROM pg_class WHERE relnamespace = pg_my_temp_schema() "
        "AND relkind = 'r'"
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f"DROP TABLE pg_temp.{name}")


def stage(cursor: Any, columns: Mapping[str, pa.Array], spec: Importer) -> None:
    """Fill the temporary table ``incoming``: row, the fields, and the shape (SRID unset)."""
    types = {"row": "integer", **spec.staged, "shape": "geometry"}
    copy_table(cursor, name="incoming", columns=columns, types=types)
    cursor.execute("ANALYZE incoming")


def metric(column: str = "shape") -> str:
    """SQL of a staged shape with its system set."""
    srid = crs.LONLAT if column == "lonlat" else crs.METRIC
    return f"ST_SetSRID({column if column != 'lonlat' else 'shape'}, {srid})"


def nulls(count: int, kind: pa.DataType) -> pa.Array:
    """Make a column of unknown values."""
    return pa.nulls(count, kind)


def filled(column: pa.Array, value: str = "") -> pa.Array:
    """Give text columns that may not be NULL an empty text."""
    return pc.fill_null(column, value)
