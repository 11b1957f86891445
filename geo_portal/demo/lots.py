"""Lots: which pieces of an area's grid are plots, and which are joined to larger ones.

A lot spans columns [c0, c1) and rows [r0, r1) of its block.  Its ring has a vertex at every
column and row line it touches, so that lots sharing an edge share its vertices exactly.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry import Polygon

from geo_portal.demo.chance import stream
from geo_portal.demo.grid import Block, Frame, Grid, lay
from geo_portal.demo.ground import Area
from geo_portal.demo.main_roads import channels, direction_near, keep_free

SHORE_M = 40.0  # from the sea and from the next area
IN_CHANNEL_SHARE = 0.3  # a plot with more of it in a wadi channel is not given out
FIRST_REACH = 1.7  # radius tried first, in radii of a disc that would just hold the plots
FURTHER = 1.35
GROSS = 1.75  # streets and lost plots: gross ground over net plots
ALIGN_M = 3_000.0  # a main road nearer than this sets the direction of the blocks
WIDE_SHARE = 0.14  # of plots on the main street that are two columns wide
# Larger plots, by rank of the block from the centre: (first rank, every, columns, rows, use).
LARGE = (
    (5, 26, 2, 2, "religious"),
    (9, 40, 4, 2, "educational"),
    (13, 48, 12, 2, "open_space"),
    (16, 90, 3, 2, "health"),
    (20, 60, 3, 2, "government"),
    (23, 120, 2, 1, "infrastructure"),
)


@dataclass(frozen=True, slots=True)
class Lot:
    """One plot in the grid of its area; ``use`` is set for larger plots only."""

    block: int
    c0: int
    c1: int
    r0: int
    r1: int
    use: str


@dataclass(frozen=True, slots=True)
class Lots:
    """The plots of one area, nearest blocks first; ``short`` of them found no room."""

    area: Area
    grid: Grid
    lots: tuple[Lot, ...]
    short: int

    def block(self, lot: Lot) -> Block:
        """Return the block of a lot."""
        return self.grid.blocks[lot.block]

    def on_main_street(self, lot: Lot) -> bool:
        """Tell whether a lot faces the main street of the area."""
        band = self.block(lot).band
        return (band == 0 and lot.r0 == 0) or (band == -1 and lot.r1 == 2)

    def boxes(self) -> NDArray[np.float64]:
        """Return x0, y0, x1, y1 of the lots in local metres."""
        w, d = self.grid.width_m, self.grid.depth_m
        return np.array(
            [
                (b.x0 + lot.c0 * w, b.y0 + lot.r0 * d, b.x0 + lot.c1 * w, b.y0 + lot.r1 * d)
                for lot in self.lots
                for b in (self.block(lot),)
            ]
        ).reshape(-1, 4)

    def polygons(self) -> NDArray[np.object_]:
        """Return the boundaries of the lots in METRIC."""
        box = self.boxes()
        if not len(box):
            return np.empty(0, dtype=object)
        rings = self.grid.frame.world(box[:, [[0, 1], [2, 1], [2, 3], [0, 3], [0, 1]]])
        shapes = np.asarray(shapely.polygons(rings), dtype=object)
        for n, lot in enumerate(self.lots):
            if lot.c1 - lot.c0 > 1 or lot.r1 - lot.r0 > 1:
                shapes[n] = self._ring(lot)
        return shapes

    def part(self, lot: Lot, *, c0: int, c1: int) -> Polygon:
        """Return the boundary of some columns of a lot: what it was before or will be."""
        return self._ring(Lot(lot.block, c0, c1, lot.r0, lot.r1, lot.use))

    def _ring(self, lot: Lot) -> Polygon:
        block, w, d = self.block(lot), self.grid.width_m, self.grid.depth_m
        columns, rows = range(lot.c0, lot.c1), range(lot.r0, lot.r1)
        path = [(c, lot.r0) for c in columns] + [(lot.c1, r) for r in rows]
        path += [(c + 1, lot.r1) for c in reversed(columns)] + [
            (lot.c0, r + 1) for r in reversed(rows)
        ]
        local = np.array([(block.x0 + c * w, block.y0 + r * d) for c, r in path])
        return Polygon(self.grid.frame.world(local))


def frame_of(area: Area) -> Frame:
    """Return the axes of an area: along the nearest main road, if one is near."""
    angle, apart = direction_near(area.centre.x, area.centre.y)
    if apart > ALIGN_M:
        angle = (area.number * 0.7) % 3.0
    angle = (angle + np.pi / 2) % np.pi - np.pi / 2  # main streets read from west to east
    return Frame(area.centre.x, area.centre.y, float(angle))


def grid_stream(area: Area, seed: int) -> np.random.Generator:
    """Return the generator of an area's grid; blocks and zones are laid by the same one."""
    return stream(seed, f"grid/{area.code}")


def settle(area: Area, target: int, seed: int) -> Lots:
    """Find room for ``target`` plots in an area, growing from its centre."""
    width, depth = area.plot
    radius = FIRST_REACH * float(np.sqrt(target * width * depth * GROSS / np.pi)) + 150.0
    limit = float(shapely.hausdorff_distance(area.boundary, area.centre))
    while True:
        rng = grid_stream(area, seed)
        grid = lay(frame_of(area), width_m=width, depth_m=depth, reach_m=radius, rng=rng)
        lots = _fill(grid, _free(area, grid), target, rng)
        if len(lots) >= target or radius > limit:
            return Lots(area, grid, tuple(lots), target - len(lots))
        radius *= FURTHER


def _free(area: Area, grid: Grid) -> list[NDArray[np.bool_]]:
    """Say for each block which of its cells (columns, 2 rows) may hold a plot."""
    w, d = grid.width_m, grid.depth_m
    if not grid.blocks:
        return []
    corners = [
        (b.x0 + c * w, b.y0 + r * d, b.x0 + (c + 1) * w, b.y0 + (r + 1) * d)
        for b in grid.blocks
        for c in range(b.plots)
        for r in (0, 1)
    ]
    box = np.array(corners).reshape(-1, 4)
    rings = grid.frame.world(box[:, [[0, 1], [2, 1], [2, 3], [0, 3]]])
    cells = np.asarray(shapely.polygons(rings), dtype=object)
    near = shapely.box(*area.boundary.bounds)
    inner, barred = area.boundary.buffer(-SHORE_M), keep_free().intersection(near)
    water = channels().intersection(near)
    for shape in (inner, barred, water):
        shapely.prepare(shape)
    free = shapely.contains_properly(inner, cells) & ~shapely.intersects(barred, cells)
    wet = free & shapely.intersects(water, cells)
    share = shapely.area(shapely.intersection(cells[wet], water)) / (w * d)
    free[np.flatnonzero(wet)[share > IN_CHANNEL_SHARE]] = False
    ends = np.cumsum([2 * b.plots for b in grid.blocks])[:-1]
    return [part.reshape(-1, 2) for part in np.split(free, ends)]


def _fill(
    grid: Grid, free: list[NDArray[np.bool_]], target: int, rng: np.random.Generator
) -> list[Lot]:
    lots: list[Lot] = []
    for number, (block, cells) in enumerate(zip(grid.blocks, free, strict=True)):
        if not cells.any():
            continue
        lots += _divide(number, block, cells.copy(), rng)
        if len(lots) >= target:
            break
    return lots[:target]


def _divide(
    number: int, block: Block, free: NDArray[np.bool_], rng: np.random.Generator
) -> Iterator[Lot]:
    """Divide one block: a larger plot where its rank asks for one, then plots of one cell."""
    for first, every, columns, rows, use in LARGE:
        width = min(columns, block.plots)
        if number % every == first and free[:width, :rows].all():
            free[:width, :rows] = False
            yield Lot(number, 0, width, 0, rows, use)
            break
    for row in (0, 1):
        facing = (block.band == 0 and row == 0) or (block.band == -1 and row == 1)
        column = 0
        while column < block.plots:
            if not free[column, row]:
                column += 1
                continue
            pair = column + 1 < block.plots and free[column + 1, row]
            wide = facing and pair and rng.random() < WIDE_SHARE
            yield Lot(number, column, column + 1 + wide, row, row + 1, "")
            column += 1 + wide
