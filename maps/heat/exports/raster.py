"""Cells as pixels: a GeoTIFF that lies right."""

import numpy as np
import rasterio
import rasterio.shutil
from rasterio.io import MemoryFile
from rasterio.transform import from_origin

from maps.heat.classes import value_of
from maps.heat.exports.facts import Facts
from maps.heat.queries import Cells
from municipality import crs
from municipality.problems import bad_value
from municipality.words import Text

MAX_PIXELS = 40_000_000
TOO_WIDE = Text(
    "الصورة أكبر من المسموح: اختر خلايا أكبر.", "The raster is too large: choose larger cells."
)


def tif_of(cells: Cells, about: Facts) -> bytes:
    """A Cloud-Optimized GeoTIFF in METRIC, one pixel a cell; 0 (no report) is no data."""
    size = cells.cell_m
    if not len(cells.x):
        x0, y1, grid = 0, 1, np.zeros((1, 1), np.float64)
    else:
        x0, y0 = int(cells.x.min()), int(cells.y.min())
        x1, y1 = int(cells.x.max()) + 1, int(cells.y.max()) + 1
        if (x1 - x0) * (y1 - y0) > MAX_PIXELS:
            raise bad_value("cell_m", TOO_WIDE)
        grid = np.zeros((y1 - y0, x1 - x0), np.float64)
        grid[y1 - 1 - cells.y, cells.x - x0] = value_of(cells.count, about["per"], size)
    kind = "uint32" if about["per"] == "count" else "float32"
    profile = {
        "driver": "GTiff", "width": grid.shape[1], "height": grid.shape[0], "count": 1,
        "dtype": kind, "nodata": 0, "crs": f"EPSG:{crs.METRIC}",
        "transform": from_origin(x0 * size, y1 * size, size, size),
    }  # fmt: skip
    with MemoryFile() as plain, MemoryFile() as made:
        with plain.open(**profile) as raster:
            raster.write(grid.astype(kind), 1)
            raster.update_tags(**{name: str(value) for name, value in about.items()})
            raster.set_band_description(1, about["per"])
        with plain.open() as raster:
            rasterio.shutil.copy(
                raster, made.name, driver="COG", COMPRESS="DEFLATE", OVERVIEWS="NONE"
            )
        return bytes(made.read())
