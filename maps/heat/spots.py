"""Hot and cold spots of a selection over its study area."""

from dataclasses import dataclass

import numpy as np
from shapely.geometry import box
from shapely.geometry.base import BaseGeometry

from maps.heat.denominators.areas import Mask, Raster, TooManyCells, raster_of
from maps.heat.denominators.measure import Measure
from maps.heat.lattice import SIZES
from maps.heat.queries import Cells
from maps.heat.statistics.hot_spots import Spots, lattice_g_star, verdicts
from maps.heat.statistics.neighbours import Steps

MAX_TESTED = 400_000  # cells of one study area


@dataclass(frozen=True, slots=True)
class SpotMap:
    """Every cell of the study area with its verdict; ``outside`` reports lie in no such cell."""

    cells: Cells
    spots: Spots
    outside: int

    def chosen(self, kept: Mask) -> "SpotMap":
        """Return some of the cells."""
        s = self.spots
        few = Spots(s.z[kept], s.p[kept], s.q[kept], s.verdict[kept])
        return SpotMap(self.cells.chosen(kept), few, self.outside)


def ground_of(area: BaseGeometry | None, cells: Cells) -> Raster:
    """Return the cells of a METRIC study area; without one, the box of the reports.

    Raises TooManyCells above MAX_TESTED.
    """
    if area is None:
        size = SIZES[cells.level]
        if not len(cells.x):
            return raster_of(box(0, 0, 0, 0).difference(box(0, 0, 0, 0)), level=cells.level)
        area = box(
            int(cells.x.min()) * size, int(cells.y.min()) * size,
            (int(cells.x.max()) + 1) * size, (int(cells.y.max()) + 1) * size,
        ).buffer(-size * 1e-6)  # fmt: skip
    found = raster_of(area, level=cells.level)
    if int((found.inside | found.crossed).sum()) > MAX_TESTED:
        raise TooManyCells(str(int((found.inside | found.crossed).sum())))
    return found


def _on_grid(cells: Cells, raster: Raster, ground: Mask) -> tuple[Cells, int]:
    """Return all cells of the ground, those without reports as 0, and the reports elsewhere."""
    window = raster.window
    counts = np.zeros(ground.shape, np.int64)
    weights = np.zeros(ground.shape, np.float64)
    i, j = cells.y - window.y0, cells.x - window.x0
    here = (i >= 0) & (j >= 0) & (i < ground.shape[0]) & (j < ground.shape[1])
    counts[i[here], j[here]] = cells.count[here]
    if cells.weighted is not None:
        weights[i[here], j[here]] = cells.weighted[here]
    x, y = raster.cells(ground)
    weighted = None if cells.weighted is None else weights[ground]
    all_cells = Cells(cells.level, x, y, counts[ground], weighted)
    return all_cells, cells.total() - all_cells.total()


def find_spots(
    cells: Cells, area: BaseGeometry | None, steps: Steps, *, measure: Measure
) -> SpotMap:
    """Test every cell of the study area; of a rate, every one with a denominator.

    Raises TooManyCells.
    """
    raster = ground_of(area, cells)
    ground = raster.inside | raster.crossed
    tested, outside = _on_grid(cells, raster, ground)
    values = measure.values(tested)
    if np.isnan(values).any():
        ground[ground] = ~np.isnan(values)
        tested, outside = _on_grid(cells, raster, ground)
        values = measure.values(tested)
    grid = np.zeros(ground.shape, np.float64)
    grid[ground] = values
    return SpotMap(tested, verdicts(lattice_g_star(grid, ground, steps)), outside)
