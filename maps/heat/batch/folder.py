"""A heat index as a folder of Parquet: a country's reports, asked without a database.

``index.json`` says which lattice it is of and what each file holds; a row is a block (bx, by, n,
data), its data the sixteen bytes a report of the table of pieces.  The folder appears whole under
its name or not at all.
"""

import json
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from maps.heat.batch.geoparquet import units_of
from maps.heat.batch.graph import buckets_for, merged, partitions_of, run
from maps.heat.batch.refusals import Refused
from maps.heat.index import Block
from maps.heat.lattice import BLOCK_CELLS, CELL_M, Window
from maps.heat.packing import DAY_ZERO, RECORD, Piece, read_piece
from maps.heat.queries import Cells, Selection, count_blocks, gathered, within
from municipality import crs

INDEX = "index.json"
GROUP_BLOCKS = 64  # blocks read at once
LATTICE = {
    "format": 1, "srid": crs.METRIC, "cell_m": CELL_M, "block_cells": BLOCK_CELLS,
    "day_zero": DAY_ZERO.isoformat(), "record": [list(pair) for pair in RECORD.descr],
}  # fmt: skip
_SCHEMA = pa.schema(
    {"bx": pa.int32(), "by": pa.int32(), "n": pa.int64(), "data": pa.large_binary()}
)


@dataclass(frozen=True, slots=True)
class Built:
    """What a folder holds."""

    reports: int
    blocks: int
    files: int


def write_bucket(parts: Sequence[tuple[Any, Any]], path: str) -> tuple[int, int]:
    """Write the blocks of one bucket to a file; returns how many blocks and reports."""
    found = merged(parts)
    table = pa.table(
        [pa.array(found.bx), pa.array(found.by), pa.array(found.n), found.data()],
        names=_SCHEMA.names,
    )
    pq.write_table(table.cast(_SCHEMA), path, row_group_size=GROUP_BLOCKS)
    return len(found), int(found.n.sum())


def build(
    source: Path, out: Path, *, partitions: int | None = None, cluster_at: str | None = None
) -> Built:
    """Build the index of the reports in GeoParquet as a new folder; raises Refused.

    On a cluster the workers read and write the same paths.  What breaks off leaves nothing
    under the folder's name.
    """
    out = out.resolve()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Refused("exists", path=out)
    cut = partitions_of(units_of(source), partitions)
    out.parent.mkdir(parents=True, exist_ok=True)
    half = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    try:
        files = []
        if cut:
            count = buckets_for(sum(unit.rows for units in cut for unit in units))
            names = [f"blocks-{n:05}.parquet" for n in range(count)]
            paths = [str(half / name) for name in names]
            held = run(cut, write_bucket, paths, cluster_at=cluster_at)
            files = [
                {"name": name, "blocks": blocks, "reports": reports}
                for name, (blocks, reports) in zip(names, held, strict=True)
            ]
        (half / INDEX).write_text(json.dumps({**LATTICE, "files": files}, indent=1))
        half.chmod(0o700)
        half.replace(out)
    finally:
        shutil.rmtree(half, ignore_errors=True)
    reports, blocks = (sum(int(str(one[key])) for one in files) for key in ("reports", "blocks"))
    return Built(reports, blocks, len(files))


def _files(folder: Path) -> Iterator[pq.ParquetFile]:
    """Open the files of an index; raises Refused where it is not whole or of another lattice."""
    try:
        told = json.loads((folder / INDEX).read_text())
        if {key: told[key] for key in LATTICE} != LATTICE:
            raise Refused("not_an_index", path=folder, reason=INDEX)
        listed = [(str(one["name"]), int(one["blocks"])) for one in told["files"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused("not_an_index", path=folder, reason=INDEX) from None
    for name, blocks in listed:
        try:
            with pq.ParquetFile(folder / name) as file:
                if file.metadata.num_rows != blocks or file.schema_arrow != _SCHEMA:
                    raise Refused("not_an_index", path=folder, reason=name)
                yield file
        except (OSError, pa.ArrowException):
            raise Refused("not_an_index", path=folder, reason=name) from None


def _touches(file: pq.ParquetFile, group: int, span: tuple[int, int, int, int]) -> bool:
    """Tell whether a row group may hold a block of a span, by its least and most."""
    for column, (least, most) in enumerate(((span[0], span[2]), (span[1], span[3]))):
        held = file.metadata.row_group(group).column(column).statistics
        if held is not None and held.has_min_max and (held.max < least or held.min > most):
            return False
    return True


def blocks_in(folder: Path, window: Window | None = None) -> Iterator[dict[Block, list[Piece]]]:
    """Give the blocks a window touches (None: all), some at a time, each block once."""
    span = None if window is None else window.blocks()
    number = 0
    for file in _files(folder):
        for group in range(file.num_row_groups):
            if span is not None and not _touches(file, group, span):
                continue
            found: dict[Block, list[Piece]] = defaultdict(list)
            for row in file.read_row_group(group).to_pylist():
                block = (row["bx"], row["by"])
                if span is None or (
                    span[0] <= block[0] <= span[2] and span[1] <= block[1] <= span[3]
                ):
                    number += 1
                    found[block].append(read_piece(number, block, 1, row["data"]))
            yield found


def count_cells(
    folder: Path, selection: Selection, *, level: int, window: Window | None = None
) -> Cells:
    """Count reports by cell, as ``maps.heat.queries.count_cells`` does; raises Refused."""
    counted = [count_blocks(found, selection, level=level) for found in blocks_in(folder, window)]
    cells = gathered(level, [(one.x, one.y, one.count) for one in counted])
    return cells if window is None else within(cells, window)
