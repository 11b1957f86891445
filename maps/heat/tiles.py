"""Tiles of cells: vector (each cell whole, with its full count) and PNG in the seven colours.

What the cells of a tile are (where their corners lie, their octets in the tile) never changes, so
it is worked out once a tile and size and kept; a request then only counts and writes.
"""

import io
from functools import lru_cache

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image

from maps.heat.classes import COLOURS, NO_DENOMINATOR
from maps.heat.denominators.measure import Measure
from maps.heat.lattice import (
    EDGE_M,
    SIZES,
    Ints,
    Window,
    corners_lonlat,
    lonlat_to_web,
    web_to_lonlat,
    window_of_bbox,
)
from maps.heat.queries import Cells
from maps.mvt import EXTENT, Quads
from maps.tiles import TileAddress
from municipality import crs

MIN_ZOOM = 4  # a tile of the world does not turn into metres of one zone
PIXELS = 256
_FAR = 6 * EXTENT  # MapLibre keeps coordinates in 16 bits: what lies further out is cut
_KEPT_CELLS = 4096  # of one tile, about 150 octets each
_KEPT_TILES = 128


@lru_cache(maxsize=4096)
def tile_window(at: TileAddress, *, level: int) -> Window:
    """Return the cells that may touch a tile."""
    edge = EDGE_M / (1 << at.z)
    x = np.array([at.x, at.x + 1]) * edge - EDGE_M / 2
    y = EDGE_M / 2 - np.array([at.y + 1, at.y]) * edge
    lon, lat = web_to_lonlat(x, y)
    return window_of_bbox((lon[0], lat[0], lon[1], lat[1]), level=level)


def _in_tile(lon: NDArray[np.float64], lat: NDArray[np.float64], at: TileAddress) -> Ints:
    """Return positions in units of a tile, rounded; x to the right, y down."""
    x, y = lonlat_to_web(lon, lat)
    scale = EXTENT * (1 << at.z) / EDGE_M
    px = (x + EDGE_M / 2) * scale - at.x * EXTENT
    py = (EDGE_M / 2 - y) * scale - at.y * EXTENT
    return np.stack([np.rint(px), np.rint(py)], axis=-1).astype(np.int64)


def _corners(x: Ints, y: Ints, at: TileAddress, *, level: int) -> Ints:
    """Return the corners of cells in the tile, clockwise on the screen from the south-west."""
    lon, lat = corners_lonlat(x, y, level=level)
    return _in_tile(lon, lat, at)[:, [0, 3, 2, 1]]


def _touching(corners: Ints) -> NDArray[np.bool_]:
    low, high = corners.min(axis=1), corners.max(axis=1)
    touches: NDArray[np.bool_] = ((high >= 0) & (low <= EXTENT)).all(axis=1)
    return touches


def _cut(corners: Ints) -> Ints:
    """Cut quads that reach too far out of the tile; few and large, so one at a time will do."""
    far = np.flatnonzero((np.abs(corners - EXTENT // 2) > _FAR).any(axis=(1, 2)))
    if not len(far):
        return corners
    cut = corners.copy()
    side = EXTENT * 2
    for row in far:
        part = shapely.clip_by_rect(
            shapely.polygons(corners[row]), -side, -side, EXTENT + side, EXTENT + side
        )
        # What is left of a nearly upright square is nearly its box; it is all out of sight.
        x0, y0, x1, y1 = np.rint(part.bounds).astype(np.int64)
        cut[row] = [(x0, y1), (x0, y0), (x1, y0), (x1, y1)]
    return cut


def _quads(x: Ints, y: Ints, corners: Ints, *, level: int) -> Quads:
    ids = ((x & 0xFFFFFF) << 24) | (y & 0xFFFFFF)
    return Quads(ids, corners, {"x": x, "y": y, "cell_m": np.full(len(x), SIZES[level])})


@lru_cache(maxsize=_KEPT_TILES)
def _ready(at: TileAddress, window: Window) -> tuple[NDArray[np.bool_], Quads]:
    """Return of all cells of a window, row by row, which touch the tile, and their octets."""
    across = np.arange(window.x0, window.x1)
    up = np.arange(window.y0, window.y1)
    x, y = (grid.ravel() for grid in np.meshgrid(across, up))
    corners = _corners(x, y, at, level=window.level)
    touches = _touching(corners)
    corners[touches] = _cut(corners[touches])
    return touches, _quads(x, y, corners, level=window.level)


def vector_tile(cells: Cells, at: TileAddress, *, window: Window, measure: Measure) -> bytes:
    """Write the cells of a window that touch a tile as layer ``heat``.

    A cell without the denominator of a rate has no ``value``.
    """
    wide = window.x1 - window.x0
    if wide * (window.y1 - window.y0) > _KEPT_CELLS:
        corners = _corners(cells.x, cells.y, at, level=cells.level)
        touches = _touching(corners)
        cells = cells.chosen(touches)
        quads = _quads(cells.x, cells.y, _cut(corners[touches]), level=cells.level)
        rows: Ints = np.arange(len(cells.x))
    else:
        touches, quads = _ready(at, window)
        rows = (cells.y - window.y0) * wide + cells.x - window.x0
        kept = touches[rows]
        cells, rows = cells.chosen(kept), rows[kept]
    properties: dict[str, NDArray[np.generic]] = {"count": cells.count}
    if measure.name != "count" or cells.weighted is not None:
        properties["value"] = measure.rounded(cells).astype(float)
    return quads.tile("heat", rows, properties)


@lru_cache(maxsize=128)
def _pixel_cells(at: TileAddress, window: Window) -> tuple[Ints, Ints]:
    """Return column and row in the window of the cell under each pixel's middle.

    Found exactly on a net of 33 x 33 and between its knots by straight lines: within a tile the
    two projections differ by far less than a pixel from that.
    """
    knots = np.linspace(0, PIXELS, 33)
    edge = EDGE_M / (1 << at.z)
    x = (at.x + knots / PIXELS) * edge - EDGE_M / 2
    y = EDGE_M / 2 - (at.y + knots / PIXELS) * edge
    gx, gy = np.meshgrid(x, y)
    lon, lat = web_to_lonlat(gx.ravel(), gy.ravel())
    mx, my = crs.transform_to_metric(lon, lat, srid=crs.LONLAT)
    pixel = np.arange(PIXELS) + 0.5

    def spread(values: NDArray[np.float64]) -> Ints:
        rows = np.stack([np.interp(pixel, knots, row) for row in values.reshape(33, 33)])
        full = np.stack([np.interp(pixel, knots, column) for column in rows.T], axis=1)
        return np.floor(full / SIZES[window.level]).astype(np.int64)

    return spread(mx) - window.x0, spread(my) - window.y0


def png_tile(
    cells: Cells, at: TileAddress, *, window: Window, measure: Measure, theme: str
) -> bytes:
    """Paint the cells of a window in their class colours, empty ground transparent.

    Cells with reports but without the denominator of a rate are grey.
    """
    wide, high = window.x1 - window.x0, window.y1 - window.y0
    grid = np.zeros((max(high, 1), max(wide, 1)), np.uint8)
    if len(cells.x):
        grid[cells.y - window.y0, cells.x - window.x0] = measure.classes(cells)
    column, row = _pixel_cells(at, window)
    known = (column >= 0) & (column < wide) & (row >= 0) & (row < high)
    picture = np.where(
        known, grid[row.clip(0, grid.shape[0] - 1), column.clip(0, grid.shape[1] - 1)], 0
    )
    image = Image.fromarray(picture.astype(np.uint8), mode="P")
    image.putpalette(bytes.fromhex("000000" + "".join(COLOURS[theme]) + NO_DENOMINATOR[theme]))
    out = io.BytesIO()
    image.save(out, "PNG", transparency=0, compress_level=1)
    return out.getvalue()
