"""The graph: partitions of files → reports by bucket of blocks → each block packed and folded.

The pieces do not depend on how the files are cut or who works: a block's reports are sorted by
their sixteen bytes, exactly as folding sorts them (packing.merge).  About 24 bytes a report are
on the way between the two stages, in memory here, spread over the workers on a cluster.
"""

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from maps.heat.batch.geoparquet import Reports, Unit, read, units_of
from maps.heat.batch.refusals import Refused
from maps.heat.denominators.cells import cell_key, cells_of_keys
from maps.heat.lattice import BLOCK_BITS, BLOCK_CELLS, CELL_M, Ints
from maps.heat.packing import RECORD, WORDS
from municipality.spreading import call, cluster, name_of, processors

PARTITION_ROWS = 500_000  # reports of a partition where no number is asked
BUCKET_ROWS = 2_000_000  # reports that are packed at once
LEAST_BUCKETS = 8
Part = tuple[Ints, Ints, np.ndarray[Any, Any]]  # keys of blocks, reports of each, their words


@dataclass(frozen=True, slots=True)
class Blocks:
    """Packed blocks, in the order of by, bx: one piece of sign +1 each."""

    bx: Ints
    by: Ints
    n: Ints
    words: np.ndarray[Any, Any]  # two WORDS a report, block after block

    def __len__(self) -> int:
        return len(self.bx)

    def data(self) -> pa.Array:
        """Return the bytes of each block as a column, without copying them."""
        ends = np.concatenate([[0], np.cumsum(self.n)]).astype(np.int64) * RECORD.itemsize
        octets = np.ascontiguousarray(self.words)
        buffers = [None, pa.py_buffer(ends), pa.py_buffer(octets)]
        return pa.Array.from_buffers(pa.large_binary(), len(self), buffers)


def partitions_of(units: Sequence[Unit], count: int | None) -> list[list[Unit]]:
    """Cut row groups, in their order, into at most so many runs of about equal length."""
    if count is not None and count < 1:
        raise Refused("partitions")
    rows = np.array([unit.rows for unit in units], np.int64)
    if not len(rows):
        return []
    wanted = count or max(1, round(int(rows.sum()) / PARTITION_ROWS))
    middle = np.cumsum(rows) - rows / 2
    run = (middle * wanted / rows.sum()).astype(int)
    return [
        [unit for unit, at in zip(units, run, strict=True) if at == n]
        for n in sorted(set(run.tolist()))
    ]


def buckets_for(reports: int) -> int:
    """How many buckets the blocks are dealt to."""
    return max(LEAST_BUCKETS, -(-reports // BUCKET_ROWS))


def _words(reports: Reports) -> tuple[Ints, np.ndarray[Any, Any]]:
    """Return the block's key and the sixteen bytes of each report."""
    cx = np.floor(reports.x / CELL_M).astype(np.int64)
    cy = np.floor(reports.y / CELL_M).astype(np.int64)
    mask = BLOCK_CELLS - 1
    rows = np.zeros(len(cx), RECORD)
    rows["day"] = reports.day
    rows["cell"] = ((cy & mask) << BLOCK_BITS) | (cx & mask)
    for name, column in reports.codes.items():
        rows[name] = column
    words = rows.view(WORDS).reshape(-1, 2).astype("u8")
    return cell_key(cx >> BLOCK_BITS, cy >> BLOCK_BITS), words


def _bucket(keys: Ints, count: int) -> Ints:
    """Deal blocks out so that neighbours, and with them a busy quarter, are spread."""
    x, y = cells_of_keys(keys)
    found: Ints = (x + 37 * y) % count
    return found


def pack(units: Sequence[tuple[Any, ...]], buckets: int) -> list[tuple[Any, Any]]:
    """Read a partition and deal its reports out: (keys, words) of each bucket."""
    read_parts = [_words(read(Unit(*one))) for one in units]
    keys = np.concatenate([part[0] for part in read_parts])
    words = np.concatenate([part[1] for part in read_parts])
    bucket = _bucket(keys, buckets)
    order = np.argsort(bucket, kind="stable")
    ends = np.searchsorted(bucket[order], np.arange(1, buckets))
    return list(zip(np.split(keys[order], ends), np.split(words[order], ends), strict=True))


def merged(parts: Sequence[tuple[Any, Any]]) -> Blocks:
    """Make the whole blocks of one bucket of what every partition has for it."""
    keys = np.concatenate([part[0] for part in parts])
    words = np.concatenate([part[1] for part in parts])
    order = np.lexsort((words[:, 1], words[:, 0], keys))
    unique, counts = np.unique(keys, return_counts=True)
    bx, by = cells_of_keys(unique)
    return Blocks(bx, by, counts.astype(np.int64), words[order].astype(WORDS))


def merge(parts: Sequence[tuple[Any, Any]]) -> tuple[Any, ...]:
    """Give ``merged`` as plain values."""
    made = merged(parts)
    return made.bx, made.by, made.n, made.words


def run(
    partitions: Sequence[Sequence[Unit]],
    finish: Callable[..., Any],
    *said: Sequence[Any],
    cluster_at: str | None = None,
) -> list[Any]:
    """Return what ``finish(parts, ...)`` makes of each bucket, each with its own of ``said``.

    In this process by as many threads as there are processors, or on a cluster by its address;
    there the workers read the same paths.  Raises Refused.
    """
    from dask.base import compute  # only who builds a graph loads it
    from dask.delayed import delayed

    buckets = len(said[0]) if said else buckets_for(sum(u.rows for p in partitions for u in p))
    task = delayed(call, pure=False)
    dealt = [
        task(name_of(pack), [astuple(unit) for unit in units], buckets) for units in partitions
    ]
    ends = [
        task(name_of(finish), [one[bucket] for one in dealt], *(own[bucket] for own in said))
        for bucket in range(buckets)
    ]
    if cluster_at is None:
        threads = {"scheduler": "threads", "num_workers": processors()}
        return list(compute(*ends, **threads))  # type: ignore[no-untyped-call]
    with ExitStack() as stack:
        try:
            client = stack.enter_context(cluster(cluster_at))
        except (OSError, ValueError) as error:  # nobody there, or no address at all
            reason = str(error).rstrip(".")
            raise Refused("no_cluster", address=cluster_at, reason=reason) from None
        return list(client.gather(client.compute(ends)))


def blocks_of(
    source: Path, *, partitions: int | None = None, cluster_at: str | None = None
) -> list[Blocks]:
    """Pack the reports of GeoParquet into blocks, some in each bucket; raises Refused."""
    cut = partitions_of(units_of(source), partitions)
    if not cut:
        return []
    return [Blocks(*made) for made in run(cut, merge, cluster_at=cluster_at)]
