"""Cells as pixels: a GeoTIFF that lies right."""

import numpy as np
import rasterio
import rasterio.shutil
from rasterio.io import MemoryFile
from rasterio.transform import from_origin

from maps.heat.denominators.measure import Measure
from maps.heat.exports.facts import Facts
from maps.heat.lattice import Floats, Ints
from maps.heat.queries import Cells
from municipality import crs
from municipality.problems import bad_value
from municipality.words import Text

MAX_PIXELS = 40_000_000
TOO_WIDE = Text(
    "الصورة أكبر من المسموح: اختر خلايا أكبر.", "The raster is too large: choose larger cells."
)


def _grid_of(
    cells: Cells, values: Ints | Floats, *, shape: tuple[int, ...], corner: tuple[int, int]
) -> Floats:
    """Return values as rows from the north-west corner (column, row above the first)."""
    grid = np.zeros(shape, np.float64)
    grid[corner[1] - 1 - cells.y, cells.x - corner[0]] = values
    return grid


def tif_of(cells: Cells, measure: Measure, about: Facts) -> bytes:
    """A Cloud-Optimized GeoTIFF in METRIC, one pixel a cell; 0 (no report) is no data.

    A rate has two bands, the rate and the count: no data is NaN, and a cell with a count and
    without a rate has no denominator.
    """
    size = cells.cell_m
    if not len(cells.x):
        x0, y1, grid = 0, 1, np.zeros((1, 1), np.float64)
    else:
        x0, y0 = int(cells.x.min()), int(cells.y.min())
        x1, y1 = int(cells.x.max()) + 1, int(cells.y.max()) + 1
        if (x1 - x0) * (y1 - y0) > MAX_PIXELS:
            raise bad_value("cell_m", TOO_WIDE)
        values = measure.values(cells)
        grid = _grid_of(cells, values, shape=(y1 - y0, x1 - x0), corner=(x0, y1))
    plain = measure.name == "count" and cells.weighted is None
    kind = "uint32" if plain else "float32"
    bands = [grid]
    if measure.is_rate:
        bands.append(_grid_of(cells, cells.count, shape=grid.shape, corner=(x0, y1)))
        grid[bands[1] == 0] = np.nan
    profile = {
        "driver": "GTiff", "width": grid.shape[1], "height": grid.shape[0], "count": len(bands),
        "dtype": kind, "nodata": np.nan if measure.is_rate else 0, "crs": f"EPSG:{crs.METRIC}",
        "transform": from_origin(x0 * size, y1 * size, size, size),
    }  # fmt: skip
    with MemoryFile() as plain, MemoryFile() as made:
        with plain.open(**profile) as raster:
            for number, band in enumerate(bands, start=1):
                raster.write(band.astype(kind), number)
            raster.update_tags(**{name: str(value) for name, value in about.items()})
            for number, name in enumerate((measure.name, "count")[: len(bands)], start=1):
                raster.set_band_description(number, name)
        with plain.open() as raster:
            rasterio.shutil.copy(
                raster, made.name, driver="COG", COMPRESS="DEFLATE", OVERVIEWS="NONE"
            )
        return bytes(made.read())
