"""Accepted rows into a temporary table by binary COPY, encoded without a step in Python per row."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from django.db import DatabaseError, connection
from pgpq import ArrowToPostgresBinaryEncoder
from pgpq.encoders import LargeStringEncoderBuilder
from pgpq.schema import Jsonb

from municipality import crs
from municipality.importing.rows import Rows
from municipality.importing.spec import Importer

_PIECE = 20_000  # rows
# What each column type of the database is encoded from.  A number of two decimals travels with
# six, so that the database rounds what the file says and not its nearest double; the server
# reads geometry from WKB or EWKB and a range from its own binary form.
_ARROW = {
    "text": pa.large_string(),
    "jsonb": pa.large_string(),
    "bigint": pa.int64(),
    "integer": pa.int32(),
    "smallint": pa.int16(),
    "float8": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamptz": pa.timestamp("us", "UTC"),
    "numeric(14,2)": pa.decimal128(28, 6),
    "bytea": pa.large_binary(),
    "geometry": pa.large_binary(),
    "daterange": pa.large_binary(),
}


def staged_columns(rows: Rows, spec: Importer) -> dict[str, pa.Array]:
    """Return the columns to be copied, accepted rows only; the shape as WKB."""
    found = {name: rows.values[name] for name in spec.staged} | {"shape": rows.shape_wkb()}
    if not rows.good.all():
        chosen = pa.array(rows.good)
        found = {name: column.filter(chosen) for name, column in found.items()}
    return {"row": pa.array(np.flatnonzero(rows.good) + 1), **found}


def _encoder(field: pa.Field, kind: str) -> Any:
    return LargeStringEncoderBuilder.new_with_output(field, Jsonb()) if kind == "jsonb" else (
        ArrowToPostgresBinaryEncoder.infer_encoder(field)
    )  # fmt: skip


def _messages(
    pieces: Iterable[Mapping[str, pa.Array]], types: Mapping[str, str]
) -> Iterator[bytes]:
    """Encode pieces of a table for COPY ... (FORMAT binary)."""
    schema = pa.schema([(name, _ARROW[kind]) for name, kind in types.items()])
    encoder = ArrowToPostgresBinaryEncoder.new_with_encoders(
        schema, {field.name: _encoder(field, types[field.name]) for field in schema}
    )
    yield encoder.write_header()
    for piece in pieces:
        columns = [piece[field.name].cast(field.type) for field in schema]
        yield encoder.write_batch(pa.record_batch(columns, schema=schema))
    yield encoder.finish()


def in_pieces(columns: Mapping[str, pa.Array]) -> Iterator[dict[str, pa.Array]]:
    """Cut a table into pieces of some ten thousand rows, each encoded while the last is sent."""
    count = len(next(iter(columns.values())))
    for start in range(0, count, _PIECE):
        yield {name: column.slice(start, _PIECE) for name, column in columns.items()}


class RowsLost(Exception):
    """The database took another number of rows than it was given; the swap is taken back."""


class _Stream:
    """The encoded pieces as the open file that COPY reads from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._rest = pieces, memoryview(b"")
        self.error: BaseException | None = None

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes; none at the end."""
        while not self._rest:  # the encoder may keep a short piece back
            try:
                piece = next(self._pieces, None)
            except BaseException as error:  # the database would only say that reading failed
                self.error = error
                raise
            if piece is None:
                return b""
            self._rest = memoryview(piece)
        part, self._rest = self._rest[:size], self._rest[size:]
        return bytes(part)


def copy_into(
    cursor: Any,
    *,
    name: str,
    pieces: Iterable[Mapping[str, pa.Array]],
    types: Mapping[str, str],
    count: int,
) -> None:
    """Append ``count`` rows to a table by COPY; ``types`` are the columns and their types there.

    Raises RowsLost where not every row arrived.
    """
    command = f"COPY {name} ({', '.join(types)}) FROM STDIN (FORMAT binary)"
    stream = _Stream(_messages(pieces, types))
    try:
        with connection.wrap_database_errors:
            cursor.copy_expert(command, stream, size=1 << 20)
    except DatabaseError:
        if stream.error is not None:
            raise stream.error from None
        raise
    if cursor.rowcount != count:
        raise RowsLost(f"{name}: {cursor.rowcount} of {count} rows")


def clear_temporary(cursor: Any) -> None:
    """Drop what an earlier import of the same transaction left (tests, the demo city)."""
    cursor.execute(
        "SELECT format('%I', relname) FROM pg_class WHERE relnamespace = pg_my_temp_schema() "
        "AND relkind = 'r'"
    )
    for (name,) in cursor.fetchall():
        cursor.execute(f"DROP TABLE pg_temp.{name}")


def stage(cursor: Any, columns: Mapping[str, pa.Array], spec: Importer) -> None:
    """Fill the temporary table ``incoming``: row, the fields, and the shape (SRID unset).

    It lives as long as the transaction.
    """
    types = {"row": "integer", **spec.staged, "shape": "geometry"}
    listed = ", ".join(f"{column} {kind}" for column, kind in types.items())
    cursor.execute(f"CREATE TEMP TABLE incoming ({listed}) ON COMMIT DROP")
    count = len(columns["shape"])
    copy_into(cursor, name="incoming", pieces=in_pieces(columns), types=types, count=count)
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
