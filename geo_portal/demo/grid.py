"""The street grid of one area: blocks of two rows of plots, back to back, between ways.

Local axes: x along the area's main street, y across it, origin at the area's centre, turned
as the nearest main road runs.  The main street lies on y = 0, its cross street on x = 0.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MAIN_STREET_M = 40.0  # between plots on both sides: carriageway, bays, pavements
CROSS_STREET_M = 24.0
STREET_M = 16.0  # between blocks of one band
WAY_M = 12.0  # between bands: a way (سكة)
COLLECTOR_M = 20.0  # every fourth way is a street
BAND_OF_COLLECTOR = 4
BLOCK_PLOTS = (6, 12)  # shortest, and one more than longest, row of a block

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Frame:
    """Local axes of an area in METRIC."""

    x: float
    y: float
    angle: float

    def world(self, xy: Numbers) -> Numbers:
        """Turn local metres (…, 2) into METRIC, rounded to 1 mm so that shared corners agree."""
        c, s = np.cos(self.angle), np.sin(self.angle)
        east = self.x + xy[..., 0] * c - xy[..., 1] * s
        north = self.y + xy[..., 0] * s + xy[..., 1] * c
        return np.round(np.stack((east, north), axis=-1), 3)

    def local(self, xy: Numbers) -> Numbers:
        """Turn METRIC (…, 2) into local metres."""
        c, s = np.cos(self.angle), np.sin(self.angle)
        east, north = xy[..., 0] - self.x, xy[..., 1] - self.y
        return np.stack((east * c + north * s, north * c - east * s), axis=-1)


@dataclass(frozen=True, slots=True)
class Block:
    """One block: ``plots`` columns of width from ``x0``, two rows of depth from ``y0``.

    ``band`` counts from the main street: 0, 1, … on the side of y > 0, -1, -2, … on the other.
    """

    column: int
    band: int
    x0: float
    y0: float
    plots: int


@dataclass(frozen=True, slots=True)
class Grid:
    """The blocks of an area out to ``reach_m`` from its centre, nearest first."""

    frame: Frame
    width_m: float
    depth_m: float
    blocks: tuple[Block, ...]
    ways: tuple[tuple[int, float], ...]  # (band below, y): ways on y > 0 and y < 0
    streets: tuple[tuple[int, float], ...]  # (column at the left, x)


def lay(
    frame: Frame, *, width_m: float, depth_m: float, reach_m: float, rng: np.random.Generator
) -> Grid:
    """Lay the grid; the same generator state gives the same columns whatever the reach."""
    right = _columns(rng.integers(*BLOCK_PLOTS, size=400), width_m, reach_m)
    left = _columns(rng.integers(*BLOCK_PLOTS, size=400), width_m, reach_m)
    columns = {n: (x, plots) for n, (x, plots) in enumerate(right)}
    columns |= {-1 - n: (-x - plots * width_m, plots) for n, (x, plots) in enumerate(left)}
    bands = _bands(depth_m, reach_m)
    blocks = [
        Block(column, band, x0, y0, plots)
        for band, y0 in bands.items()
        for column, (x0, plots) in columns.items()
        if np.hypot(x0 + plots * width_m / 2, y0 + depth_m) <= reach_m
    ]
    blocks.sort(key=lambda b: _nearness(b, width_m, depth_m))
    ways = [
        (band, y0 - _gap(band) / 2 if band > 0 else y0 + 2 * depth_m + _gap(band + 1) / 2)
        for band, y0 in bands.items()
        if band not in (0, -1)
    ]
    streets = [
        (n, columns[n][0] - STREET_M / 2 if n > 0 else _end(columns[n], width_m) + STREET_M / 2)
        for n in columns
        if n not in (0, -1)
    ]
    return Grid(frame, width_m, depth_m, tuple(blocks), tuple(ways), tuple(streets))


def _end(column: tuple[float, int], width_m: float) -> float:
    return column[0] + column[1] * width_m


def _nearness(block: Block, width_m: float, depth_m: float) -> tuple[float, int, int]:
    x = block.x0 + block.plots * width_m / 2
    y = block.y0 + depth_m
    return (round(float(np.hypot(0.75 * x, y)), 3), block.band, block.column)


def _columns(plots: NDArray[np.int64], width_m: float, reach_m: float) -> list[tuple[float, int]]:
    x, made = CROSS_STREET_M / 2, []
    for count in plots.tolist():
        if x > reach_m:
            break
        made.append((x, count))
        x += count * width_m + STREET_M
    return made


def _gap(band: int) -> float:
    """Return the width of the way between ``band`` and the one before it (towards y = 0)."""
    return COLLECTOR_M if abs(band) % BAND_OF_COLLECTOR == 0 else WAY_M


def _bands(depth_m: float, reach_m: float) -> dict[int, float]:
    """Return y of the lower edge of each band."""
    bands: dict[int, float] = {}
    y, n = MAIN_STREET_M / 2, 0
    while y < reach_m:
        bands[n] = y
        bands[-1 - n] = -y - 2 * depth_m
        n += 1
        y += 2 * depth_m + _gap(n)
    return bands
