"""The lattice: squares of 50 m in METRIC with origin (0, 0), each level twice as wide.

A cell (x, y) of ``cell_m`` metres is the half-open square [x * cell_m, (x + 1) * cell_m) by
[y * cell_m, (y + 1) * cell_m): the same at every zoom, in every year (spatial.md §6).
A block is 64 by 64 of the smallest cells, the unit that the index is stored in.
"""

from dataclasses import dataclass
from math import cos, floor, radians

import numpy as np
from numpy.typing import NDArray

from municipality import crs
from municipality.conf import PROFILE

CELL_M = 50
LEVELS = 9  # 50 m to 12.8 km
SIZES = tuple(CELL_M << level for level in range(LEVELS))
BLOCK_BITS = 6
BLOCK_CELLS = 1 << BLOCK_BITS  # along one side
EDGE_M = 2 * np.pi * 6_378_137.0  # the world's width in Web Mercator

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of cells at one level: x0 <= x < x1, y0 <= y < y1."""

    level: int
    x0: int
    y0: int
    x1: int
    y1: int

    def blocks(self) -> tuple[int, int, int, int]:
        """Return the first and last block column and row that the window touches."""
        shift = BLOCK_BITS - self.level
        ends = (self.x0, self.y0, self.x1 - 1, self.y1 - 1)
        if shift >= 0:
            bx0, by0, bx1, by1 = (end >> shift for end in ends)
            return bx0, by0, bx1, by1
        wide = -shift
        return (
            ends[0] << wide,
            ends[1] << wide,
            ((ends[2] + 1) << wide) - 1,
            ((ends[3] + 1) << wide) - 1,
        )


def level_of(cell_m: int) -> int:
    """Return the level of a cell size in metres; raises ValueError for any other size."""
    return SIZES.index(cell_m)


def cell_at(x_m: float, y_m: float, *, level: int) -> tuple[int, int]:
    """Return the cell that holds a METRIC position."""
    return floor(x_m / SIZES[level]), floor(y_m / SIZES[level])


def default_cell_m(z: int) -> int:
    """Return the cell size drawn at a zoom where none is asked: about 64 cells across a tile.

    Fixed per zoom and city (by the latitude of its centre), so neighbouring tiles agree.
    """
    across_m = EDGE_M / (1 << z) * cos(radians(PROFILE.centre[1]))
    for size in SIZES:
        if size >= across_m / 64:
            return size
    return SIZES[-1]


def window_of_bbox(bbox: tuple[float, float, float, float], *, level: int) -> Window:
    """Return the cells that a west, south, east, north box in degrees touches.

    The box is brought to the city's extent with a margin first: a box of the world does not
    turn into metres of one zone.  Edges are curves in METRIC and are followed in 32 steps; one
    more cell all round covers what bulges between two steps.
    """
    west, south, east, north = PROFILE.extent
    dx, dy = east - west, north - south
    w, s = max(bbox[0], west - dx), max(bbox[1], south - dy)
    e, n = min(bbox[2], east + dx), min(bbox[3], north + dy)
    if w > e or s > n:
        return Window(level, 0, 0, 0, 0)
    lon = np.concatenate([np.linspace(w, e, 33)] * 2 + [np.full(33, w), np.full(33, e)])
    lat = np.concatenate([np.full(33, s), np.full(33, n)] + [np.linspace(s, n, 33)] * 2)
    x, y = crs.transform_to_metric(lon, lat, srid=crs.LONLAT)
    size = SIZES[level]
    return Window(
        level,
        floor(x.min() / size) - 1,
        floor(y.min() / size) - 1,
        floor(x.max() / size) + 2,
        floor(y.max() / size) + 2,
    )


def corners_lonlat(x: Ints, y: Ints, *, level: int) -> tuple[Floats, Floats]:
    """Return lon, lat of the corners of cells, counter-clockwise from south-west: n rows of 4."""
    size = float(SIZES[level])
    cx = (x[:, None] + np.array([0, 1, 1, 0])) * size
    cy = (y[:, None] + np.array([0, 0, 1, 1])) * size
    lon, lat = crs.transform_from_metric(cx.ravel(), cy.ravel())
    return lon.reshape(-1, 4), lat.reshape(-1, 4)


def lonlat_to_web(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Turn degrees into Web Mercator metres (the sphere of EPSG:3857)."""
    return (
        lon / 360.0 * EDGE_M,
        np.log(np.tan(np.pi / 4 + np.radians(lat) / 2)) / (2 * np.pi) * EDGE_M,
    )


def web_to_lonlat(x: Floats, y: Floats) -> tuple[Floats, Floats]:
    """Turn Web Mercator metres into degrees."""
    lat = np.degrees(2 * np.arctan(np.exp(y / EDGE_M * 2 * np.pi)) - np.pi / 2)
    return x / EDGE_M * 360.0, lat
