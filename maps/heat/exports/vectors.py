"""Cells as squares in METRIC: GeoPackage and GeoParquet."""

import io
import tempfile
from pathlib import Path

import geopandas
import numpy as np
import pyogrio
import shapely

from maps.heat.classes import value_of
from maps.heat.exports.facts import Facts
from maps.heat.queries import Cells
from municipality import crs


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


def gpkg_of(cells: Cells, about: Facts) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "heat.gpkg"
        pyogrio.write_dataframe(
            _frame(cells, about), path, layer="heat", driver="GPKG", geometry_type="Polygon"
        )
        return path.read_bytes()


def parquet_of(cells: Cells, about: Facts) -> bytes:
    out = io.BytesIO()
    _frame(cells, about).to_parquet(out, index=False, write_covering_bbox=True)
    return out.getvalue()
