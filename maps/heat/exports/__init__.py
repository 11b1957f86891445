"""Cells as files: CSV, GeoPackage, GeoParquet, a GeoTIFF that lies right, a picture, one HTML page.

All hold the same cells as the GeoJSON of the same question.  Metric files are in METRIC, so a
cell is an exact square there.
"""

from importlib import import_module

from maps.heat.denominators.measure import Measure
from maps.heat.exports.facts import Facts
from maps.heat.queries import Cells

# What writes a format is loaded with the first file of it: geopandas, rasterio and folium take
# half of a web process's start, and most processes never write one.
FORMATS = {
    "geojson": ("application/geo+json", "text", "geojson_of"),
    "csv": ("text/csv; charset=utf-8", "text", "csv_of"),
    "gpkg": ("application/geopackage+sqlite3", "vectors", "gpkg_of"),
    "parquet": ("application/vnd.apache.parquet", "vectors", "parquet_of"),
    "tif": ("image/tiff; application=geotiff; profile=cloud-optimized", "raster", "tif_of"),
    "png": ("image/png", "picture", "png_of"),
    "html": ("text/html; charset=utf-8", "one_file", "html_of"),
}


def export(kind: str, cells: Cells, measure: Measure, about: Facts) -> tuple[str, bytes]:
    """Write cells in one of FORMATS; return the media type and the bytes."""
    media_type, module, name = FORMATS[kind]
    write = getattr(import_module(f"{__name__}.{module}"), name)
    return media_type, write(cells, measure, about)
