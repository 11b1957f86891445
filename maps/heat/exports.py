"""Cells as files: CSV, GeoPackage, GeoParquet, a GeoTIFF that lies right, one HTML page.

All hold the same cells as the GeoJSON of the same question.  Metric files are in METRIC, so a
cell is an exact square there.
"""

import csv
import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyogrio
import rasterio
import rasterio.shutil
import shapely
from rasterio.io import MemoryFile
from rasterio.transform import from_origin

from maps.heat.classes import value_of
from maps.heat.geojson import feature_collection
from maps.heat.lattice import corners_lonlat
from maps.heat.onefile import one_file
from maps.heat.queries import Cells
from municipality import crs
from municipality.problems import bad_value
from municipality.words import Text

MAX_PIXELS = 40_000_000
TOO_WIDE = Text(
    "الصورة أكبر من المسموح: اختر خلايا أكبر.", "The raster is too large: choose larger cells."
)
Facts = dict[str, Any]  # what is told beside the cells: count, suppressed, cell_m, per, class


def _csv(cells: Cells, about: Facts) -> bytes:
    """Columns: cell, its centre in METRIC metres and WGS 84 degrees, count and measure."""
    half = cells.cell_m / 2
    east = (cells.x * cells.cell_m + half).astype(np.float64)
    north = (cells.y * cells.cell_m + half).astype(np.float64)
    lon, lat = crs.transform_from_metric(east, north)
    values = value_of(cells.count, about["per"], cells.cell_m)
    out = io.StringIO(newline="")
    table = csv.writer(out)
    table.writerow(["x", "y", "cell_m", "east_m", "north_m", "lon", "lat", "count", "value"])
    for x, y, e, n, a, b, count, value in zip(
        cells.x.tolist(), cells.y.tolist(), east.tolist(), north.tolist(),
        lon.tolist(), lat.tolist(), cells.count.tolist(), values.tolist(), strict=True,
    ):  # fmt: skip
        row = [x, y, cells.cell_m, e, n, f"{a:.7f}", f"{b:.7f}", count, round(value, 3)]
        table.writerow(row)
    return out.getvalue().encode()


def _frame(cells: Cells, about: Facts) -> geopandas.GeoDataFrame:
    size = cells.cell_m
    squares = shapely.box(
        cells.x * size, cells.y * size, (cells.x + 1) * size, (cells.y + 1) * size
    )
    values = np.asarray(value_of(cells.count, about["per"], size), float)
    return geopandas.GeoDataFrame(
        {"x": cells.x, "y": cells.y, "cell_m": size, "count": cells.count, "value": values},
        geometry=squares,
        crs=crs.METRIC,
    )


def _gpkg(cells: Cells, about: Facts) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "heat.gpkg"
        pyogrio.write_dataframe(
            _frame(cells, about), path, layer="heat", driver="GPKG", geometry_type="Polygon"
        )
        return path.read_bytes()


def _parquet(cells: Cells, about: Facts) -> bytes:
    out = io.BytesIO()
    _frame(cells, about).to_parquet(out, index=False, write_covering_bbox=True)
    return out.getvalue()


def _tif(cells: Cells, about: Facts) -> bytes:
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


def _geojson(cells: Cells, about: Facts) -> bytes:
    lon, lat = corners_lonlat(cells.x, cells.y, level=cells.level)
    return feature_collection(cells, lon, lat, per=about["per"], about=about).encode()


def _html(cells: Cells, about: Facts) -> bytes:
    return one_file(cells, about).encode()


FORMATS: dict[str, tuple[str, Callable[[Cells, Facts], bytes]]] = {
    "geojson": ("application/geo+json", _geojson),
    "csv": ("text/csv; charset=utf-8", _csv),
    "gpkg": ("application/geopackage+sqlite3", _gpkg),
    "parquet": ("application/vnd.apache.parquet", _parquet),
    "tif": ("image/tiff; application=geotiff; profile=cloud-optimized", _tif),
    "html": ("text/html; charset=utf-8", _html),
}


def export(kind: str, cells: Cells, about: Facts) -> tuple[str, bytes]:
    """Write cells in one of FORMATS; return the media type and the bytes."""
    media_type, write = FORMATS[kind]
    return media_type, write(cells, about)
