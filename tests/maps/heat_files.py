"""GeoParquet of reports for tests, and the plain way to count them."""

import datetime as dt
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from maps.heat.batch.geoparquet import SCHEMA, metadata, points_of
from maps.heat.lattice import SIZES
from maps.heat.queries import Selection

X, Y = 640_000.0, 2_610_000.0
DAY = dt.date(2016, 3, 5)
CODES = ("category", "status", "channel", "severity", "wilayat", "area")
Row = tuple[float, float, dt.date, int, int, int, int, int | None, int | None]


def table_of(rows: list[Row]) -> pa.Table:
    """Reports as the table of a file in METRIC."""
    x = np.array([row[0] for row in rows], np.float64)
    y = np.array([row[1] for row in rows], np.float64)
    columns = [pa.array([row[n] for row in rows], SCHEMA.types[n - 1]) for n in range(2, 9)]
    return pa.table([points_of(x, y), *columns], SCHEMA.with_metadata(metadata()))


def write(path: Path, rows: list[Row], *, group: int = 10) -> Path:
    """Write reports as one file of small row groups."""
    pq.write_table(table_of(rows), path, row_group_size=group)
    return path


def some(count: int, seed: int = 1, spread_m: float = 9_000) -> list[Row]:
    """Make reports round a place; some stand in the same cell on the same day."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        x, y = (rng.integers(-400, 400, 2) * spread_m / 400).tolist()
        day = DAY + dt.timedelta(days=int(rng.integers(0, 90)))
        codes = [int(rng.integers(low, high)) for low, high in ((1, 5), (1, 6), (0, 9), (0, 5))]
        places = [int(n) or None for n in rng.integers(0, 3, 2)]
        made.append((X + x, Y + y, day, *codes, *places))
    return made


def counted(rows: list[Row], chosen: Selection, level: int) -> dict[tuple[int, int], int]:
    """Look at every report."""
    cells: dict[tuple[int, int], int] = {}
    size = SIZES[level]
    for row in rows:
        said: dict[str, Any] = dict(zip(CODES, row[3:], strict=True))
        if (chosen.since and row[2] < chosen.since) or (chosen.until and row[2] >= chosen.until):
            continue
        if any(
            codes is not None and (said[name] or 0) not in codes
            for name in CODES
            if name != "severity"
            for codes in [getattr(chosen, name)]
        ):
            continue
        cell = (int(row[0] // size), int(row[1] // size))
        cells[cell] = cells.get(cell, 0) + 1
    return cells
