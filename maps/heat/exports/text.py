"""Cells as text: CSV and GeoJSON."""

import csv
import io

import numpy as np

from maps.heat.denominators.measure import Measure
from maps.heat.exports.facts import Facts
from maps.heat.geojson import feature_collection
from maps.heat.lattice import corners_lonlat
from maps.heat.queries import Cells
from municipality import crs


def _or_empty(value: float) -> float | str:
    return "" if value != value else value  # only NaN differs from itself


def _since(measure: Measure) -> str:
    return measure.version.since.isoformat() if measure.version else ""


def csv_of(cells: Cells, measure: Measure, about: Facts) -> bytes:
    """Columns: cell, its centre in METRIC metres and WGS 84 degrees, count and measure.

    Of a rate also what it is divided by, its unit and the day the denominator holds from; value
    and denominator are empty where a cell has none.
    """
    half = cells.cell_m / 2
    east = (cells.x * cells.cell_m + half).astype(np.float64)
    north = (cells.y * cells.cell_m + half).astype(np.float64)
    lon, lat = crs.transform_from_metric(east, north)
    values = measure.rounded(cells)
    below = measure.denominators(cells).round(6).tolist()
    of_rate = [measure.unit.en, _since(measure)]
    out = io.StringIO(newline="")
    table = csv.writer(out)
    names = ["x", "y", "cell_m", "east_m", "north_m", "lon", "lat", "count", "value"]
    rate = ["denominator", "unit", "denominator_from"] if measure.is_rate else []
    table.writerow(names + rate)
    for x, y, e, n, a, b, count, value, under in zip(
        cells.x.tolist(), cells.y.tolist(), east.tolist(), north.tolist(),
        lon.tolist(), lat.tolist(), cells.count.tolist(), values.tolist(), below, strict=True,
    ):  # fmt: skip
        row = [x, y, cells.cell_m, e, n, f"{a:.7f}", f"{b:.7f}", count, _or_empty(value)]
        table.writerow([*row, _or_empty(under), *of_rate] if rate else row)
    return out.getvalue().encode()


def geojson_of(cells: Cells, measure: Measure, about: Facts) -> bytes:
    lon, lat = corners_lonlat(cells.x, cells.y, level=cells.level)
    return feature_collection(cells, lon, lat, measure=measure, about=about).encode()
