"""Cells as squares in METRIC: GeoPackage and GeoParquet."""

import io
import tempfile
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import shapely

from maps.heat.denominators.measure import Measure
from maps.heat.exports.facts import Facts
from maps.heat.queries import Cells
from municipality import crs


def _frame(cells: Cells, measure: Measure) -> geopandas.GeoDataFrame:
    size = cells.cell_m
    squares = shapely.box(
        cells.x * size, cells.y * size, (cells.x + 1) * size, (cells.y + 1) * size
    )
    values = np.asarray(measure.values(cells), float)
    columns = {"x": cells.x, "y": cells.y, "cell_m": size, "count": cells.count, "value": values}
    if measure.is_rate:  # NaN is written as NULL
        columns |= {"denominator": measure.denominators(cells), "unit": measure.unit.en}
        since = measure.version.since.isoformat() if measure.version else None
        columns["denominator_from"] = since
    return geopandas.GeoDataFrame(columns, geometry=squares, crs=crs.METRIC)


def gpkg_of(cells: Cells, measure: Measure, about: Facts) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "heat.gpkg"
        pyogrio.write_dataframe(
            _frame(cells, measure), path, layer="heat", driver="GPKG", geometry_type="Polygon"
        )
        return path.read_bytes()


def parquet_of(cells: Cells, measure: Measure, about: Facts) -> bytes:
    out = io.BytesIO()
    _frame(cells, measure).to_parquet(out, index=False, write_covering_bbox=True)
    return out.getvalue()
