"""Cells as text: CSV and GeoJSON."""

import csv
import io

import numpy as np

from maps.heat.classes import value_of
from maps.heat.exports.facts import Facts
from maps.heat.geojson import feature_collection
from maps.heat.lattice import corners_lonlat
from maps.heat.queries import Cells
from municipality import crs


def csv_of(cells: Cells, about: Facts) -> bytes:
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


def geojson_of(cells: Cells, about: Facts) -> bytes:
    lon, lat = corners_lonlat(cells.x, cells.y, level=cells.level)
    return feature_collection(cells, lon, lat, per=about["per"], about=about).encode()
