"""The cells of an area: those its boundary runs through, and those wholly inside."""

from dataclasses import dataclass
from math import floor

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from maps.heat.denominators.lines import cells_crossed
from maps.heat.lattice import SIZES, Ints, Window

Mask = NDArray[np.bool_]
MAX_GRID = 40_000_000  # cells of a bounding box


class TooManyCells(ValueError):
    """The area's box holds more cells than MAX_GRID at this size."""


@dataclass(frozen=True, slots=True)
class Raster:
    """Cells of a window, row by row from the south-west: ``crossed`` and ``inside`` never both."""

    window: Window
    crossed: Mask
    inside: Mask

    def cells(self, chosen: Mask) -> tuple[Ints, Ints]:
        """Return x, y of chosen cells, by y, then x."""
        rows, columns = np.nonzero(chosen)
        return columns + self.window.x0, rows + self.window.y0


def widened(mask: Mask) -> Mask:
    """Return cells and their eight neighbours."""
    tall = mask.copy()
    tall[1:] |= mask[:-1]
    tall[:-1] |= mask[1:]
    wide = tall.copy()
    wide[:, 1:] |= tall[:, :-1]
    wide[:, :-1] |= tall[:, 1:]
    return wide


def _grid(window: Window) -> Mask:
    shape = (window.y1 - window.y0, window.x1 - window.x0)
    if shape[0] * shape[1] > MAX_GRID:
        raise TooManyCells(f"{shape[0]} x {shape[1]} cells")
    return np.zeros(shape, bool)


def raster_of(area: BaseGeometry, *, level: int, around: int = 0) -> Raster:
    """Sort the cells of a METRIC area; ``around`` 1 takes neighbours of the crossed ones as such.

    Cells inside lie wholly in the area: their middle does and its boundary does not run through
    them.  Raises TooManyCells.
    """
    if area.is_empty:
        none = np.zeros((0, 0), bool)
        return Raster(Window(level, 0, 0, 0, 0), none, none)
    size = SIZES[level]
    west, south, east, north = area.bounds
    window = Window(
        level, floor(west / size) - 1, floor(south / size) - 1,
        floor(east / size) + 2, floor(north / size) + 2,
    )  # fmt: skip
    crossed = _grid(window)
    x, y = cells_crossed([area.boundary], level=level)
    crossed[y - window.y0, x - window.x0] = True
    if around:
        crossed = widened(crossed)
    return Raster(window, crossed, _inside(area, crossed, window))


def _inside(area: BaseGeometry, crossed: Mask, window: Window) -> Mask:
    """Tell which cells that are not crossed lie inside: a run of them is all in or all out."""
    size = SIZES[window.level]
    free = ~crossed
    starts = free & ~np.pad(free, ((0, 0), (1, 0)))[:, :-1]  # first of each run of a row
    rows, columns = np.nonzero(starts)
    shapely.prepare(area)
    within = shapely.contains_xy(
        area, (columns + window.x0 + 0.5) * size, (rows + window.y0 + 0.5) * size
    )
    run = np.cumsum(starts.ravel()) - 1
    inside = within[run.clip(0)].reshape(free.shape) if len(within) else np.zeros_like(free)
    kept: Mask = inside & free
    return kept
