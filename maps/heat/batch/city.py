"""A layer's index built anew by a graph, while the city goes on reporting.

1. Under a lock that folds pass by, one snapshot (REPEATABLE READ) writes the table's rows out
   and notes which pieces it sees.  A writer's rows and pieces are of one transaction, so what the
   snapshot does not hold lies in pieces that are not noted.
2. The graph packs the rows.  Nobody waits for it.
3. One transaction takes away the noted pieces and adds the new ones.  What came, moved or went
   since the snapshot is in later pieces, which stay: no report is lost or counted twice.

What could make step 3 wrong is found and refused: TRUNCATE (the table has another file then) and
a rebuild in SQL (the noted pieces are gone; it waits for the lock anyhow).
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from django.db import OperationalError, connection, transaction
from numpy.typing import NDArray

from maps.heat.batch.geoparquet import SCHEMA, metadata, points_of
from maps.heat.batch.graph import PARTITION_ROWS, Blocks, blocks_of
from maps.heat.batch.refusals import Refused
from maps.heat.index import HeatLayer
from maps.heat.sql import LOCK_CLASS, REBUILD_CLASS, HeatColumns
from municipality.importing.staging import copy_into

CHUNK_ROWS = 150_000  # reports of a row group
WAIT = "10s"  # for a fold, which holds its part of the lock for a block at most
_AT_ONCE = 64  # blocks sent to the database in one message
_TYPES = {
    "layer": "smallint", "bx": "integer", "by": "integer", "sign": "smallint", "n": "integer",
    "data": "bytea",
}  # fmt: skip
_SENT = {
    "x": ">f8", "y": ">f8", "day": ">i4", "category": ">i4", "status": ">i4", "channel": ">i4",
    "severity": ">i4", "wilayat": ">i8", "area": ">i8",
}  # fmt: skip
_SQL = {">f8": "float8", ">i4": "int4", ">i8": "int8"}
# A row of COPY (FORMAT binary) without NULL is as long as any other: how many fields, and each
# with its length before it.
_ROW = np.dtype(
    [("fields", ">i2")]
    + [part for name, kind in _SENT.items() for part in ((f"{name} long", ">i4"), (name, kind))]
)
_HEAD, _TAIL = 19, b"\xff\xff"


@dataclass(frozen=True, slots=True)
class Written:
    """What one snapshot held: its reports, the pieces it saw, the table's file."""

    reports: int
    pieces: tuple[int, ...]
    table_file: int


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What a rebuild did, and the seconds of its stages."""

    reports: int
    taken: int
    blocks: int
    seconds: dict[str, float]


@contextmanager
def alone(layer: HeatLayer) -> Iterator[None]:
    """Keep folds and other rebuilds of a layer away; raises Refused where one is going on.

    The lock is the session's: it goes with it, however the process ends.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = %s", [WAIT])
        try:
            cursor.execute("SELECT pg_advisory_lock(%s, %s)", [REBUILD_CLASS, layer.number])
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", "") != "55P03":
                raise
            raise Refused("running") from None
        finally:
            cursor.execute("RESET lock_timeout")
    try:
        yield
    finally:
        if connection.connection is not None and not connection.connection.closed:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [REBUILD_CLASS, layer.number])


def _table_file(cursor: Any, layer: HeatLayer) -> int:
    cursor.execute("SELECT pg_relation_filenode(%s::regclass)", [layer.table])
    return int(cursor.fetchone()[0])


def write_out(layer: HeatLayer, folder: Path, columns: HeatColumns | None = None) -> Written:
    """Write a table's rows to a folder as GeoParquet, of one snapshot; who reads it says ``alone``.

    The folder is made for the owner's eyes only.  Raises Refused where it holds something.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Refused("exists", path=folder)
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        # Before the snapshot is taken: TRUNCATE is over by then, or waits until the rows are read.
        cursor.execute(f"LOCK TABLE {layer.table} IN ACCESS SHARE MODE")
        cursor.execute("SELECT id FROM maps_heatpiece WHERE layer = %s", [layer.number])
        pieces = tuple(row[0] for row in cursor.fetchall())
        table_file = _table_file(cursor, layer)
        with _Files(folder) as files:
            cursor.copy_expert(_statement(layer, columns or HeatColumns()), files)
    return Written(files.reports, pieces, table_file)


def _statement(layer: HeatLayer, columns: HeatColumns) -> str:
    c = {name: getattr(columns, name).format(r="r") for name in HeatColumns.__slots__}
    facts = {
        **c,
        "x": f"coalesce(ST_X({c['point']}), 'NaN')",
        "y": f"coalesce(ST_Y({c['point']}), 'NaN')",
        "day": f"{c['day']} - date '1970-01-01'",
    }
    listed = ", ".join(f"coalesce({facts[name]}, 0)::{_SQL[k]}" for name, k in _SENT.items())
    return f"COPY (SELECT {listed} FROM {layer.table} AS r) TO STDOUT (FORMAT binary)"  # noqa: S608


class _Files:
    """What COPY writes into: its rows become row groups of files, one file a partition."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._held = folder, bytearray()
        self._skip = _HEAD
        self._file: pq.ParquetWriter | None = None
        self._in_file = self._count = self.reports = 0

    def __enter__(self) -> "_Files":
        return self

    def __exit__(self, *error: object) -> None:
        try:
            if error[0] is None:
                rows, rest = divmod(len(self._held), _ROW.itemsize)
                if rest != len(_TAIL) or not self._held.endswith(_TAIL):
                    raise ValueError("the database did not send whole rows")
                if rows:
                    self._row_group(rows)
        finally:
            if self._file is not None:
                self._file.close()

    def write(self, data: bytes) -> int:
        """Take some bytes of the answer."""
        skipped = min(self._skip, len(data))
        self._skip -= skipped
        self._held += data[skipped:]
        while len(self._held) >= (CHUNK_ROWS + 1) * _ROW.itemsize:  # the tail is in none of them
            self._row_group(CHUNK_ROWS)
        return len(data)

    def _row_group(self, count: int) -> None:
        rows = np.frombuffer(bytes(self._held[: count * _ROW.itemsize]), _ROW)
        del self._held[: count * _ROW.itemsize]
        if (rows["fields"] != len(_SENT)).any():
            raise ValueError("the database did not send whole rows")
        table = _table(rows)
        if self._file is None or self._in_file >= PARTITION_ROWS:
            if self._file is not None:
                self._file.close()
            path = self._folder / f"reports-{self._count:05}.parquet"
            self._file = pq.ParquetWriter(path, table.schema)
            self._count, self._in_file = self._count + 1, 0
        self._file.write_table(table, row_group_size=count)
        self._in_file += count
        self.reports += count


def _table(rows: NDArray[Any]) -> pa.Table:
    """Make the rows of COPY the table of a file; no wilayat and no area are empty there."""
    arrays = [points_of(rows["x"].astype(float), rows["y"].astype(float))]
    for field in SCHEMA:
        if field.name == "point":
            continue
        column = rows[field.name].astype(np.int64)
        none = column == 0 if field.name in ("wilayat", "area") else None
        whole = pa.array(column.astype(np.int32) if field.name == "day" else column, mask=none)
        arrays.append(whole.cast(field.type))
    return pa.table(arrays, SCHEMA.with_metadata(metadata()))


def _rows(layer: HeatLayer, found: Sequence[Blocks]) -> Iterator[dict[str, pa.Array]]:
    """Give blocks as rows of the table of pieces, some at once."""
    for blocks in found:
        data = blocks.data()
        for start in range(0, len(blocks), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            count = len(blocks.n[part])
            yield {
                "layer": pa.array(np.full(count, layer.number)),
                "bx": pa.array(blocks.bx[part]),
                "by": pa.array(blocks.by[part]),
                "sign": pa.array(np.ones(count, np.int16)),
                "n": pa.array(blocks.n[part]),
                "data": data.slice(start, count),
            }


def swap(layer: HeatLayer, written: Written, found: Sequence[Blocks]) -> None:
    """Put packed blocks in the place of the pieces a snapshot saw, in one transaction.

    Raises Refused where these are no more what the layer's table made; nothing is changed then.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # TRUNCATE empties the index under this lock: it comes wholly before or wholly after.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [LOCK_CLASS, layer.number])
        if _table_file(cursor, layer) != written.table_file:
            raise Refused("changed")
        cursor.execute("DELETE FROM maps_heatpiece WHERE id = ANY(%s)", [list(written.pieces)])
        if cursor.rowcount != len(written.pieces):
            raise Refused("changed")
        copy_into(
            cursor, name="maps_heatpiece", pieces=_rows(layer, found), types=_TYPES,
            count=sum(map(len, found)),
        )  # fmt: skip


def rebuild_by_graph(
    layer: HeatLayer,
    folder: Path,
    *,
    columns: HeatColumns | None = None,
    partitions: int | None = None,
    cluster_at: str | None = None,
) -> Rebuilt:
    """Write a layer's rows to a new folder, pack them by the graph and swap the pieces.

    The same index as ``rebuild_index``, to the last report, but no writer waits.  The folder
    stays, with the reports in it.  Raises Refused.
    """
    seconds, begun = {}, time.perf_counter()

    def lap(stage: str) -> None:
        nonlocal begun
        now = time.perf_counter()
        seconds[stage], begun = now - begun, now

    with alone(layer):
        written = write_out(layer, folder, columns)
        lap("written")
        found: list[Blocks] = []
        if written.reports:
            found = blocks_of(folder, partitions=partitions, cluster_at=cluster_at)
        lap("packed")
        swap(layer, written, found)
        lap("swapped")
    return Rebuilt(written.reports, len(written.pieces), sum(map(len, found)), seconds)
