"""Cells as GeoJSON in WGS 84, written as text: twenty thousand polygons are made in one pass."""

import json
from typing import Any

import numpy as np

from maps.heat.classes import value_of
from maps.heat.lattice import Floats, corners_lonlat
from maps.heat.queries import Cells


def cells_touching(
    cells: Cells, box: tuple[float, float, float, float]
) -> tuple[Cells, Floats, Floats]:
    """Return the cells that touch a box in degrees, with the lon, lat of their corners."""
    lon, lat = corners_lonlat(cells.x, cells.y, level=cells.level)
    if not len(cells.x):
        return cells, lon, lat
    west, south, east, north = box
    kept = (
        (lon.max(axis=1) >= west)
        & (lon.min(axis=1) <= east)
        & (lat.max(axis=1) >= south)
        & (lat.min(axis=1) <= north)
    )
    few = Cells(cells.level, cells.x[kept], cells.y[kept], cells.count[kept])
    return few, lon[kept], lat[kept]


def feature_collection(
    cells: Cells, lon: Floats, lat: Floats, *, per: str, about: dict[str, Any]
) -> str:
    """Write a FeatureCollection: rings counter-clockwise, seven decimals, ``about`` beside."""
    values = np.round(value_of(cells.count, per, cells.cell_m), 3).tolist()
    rows = []
    for x, y, n, value, lons, lats in zip(
        cells.x.tolist(), cells.y.tolist(), cells.count.tolist(), values,
        lon.tolist(), lat.tolist(), strict=True,
    ):  # fmt: skip
        ring = ",".join(
            f"[{a:.7f},{b:.7f}]" for a, b in zip(lons + lons[:1], lats + lats[:1], strict=True)
        )
        rows.append(
            f'{{"type":"Feature","id":"{x}_{y}","geometry":{{"type":"Polygon","coordinates":'
            f'[[{ring}]]}},"properties":{{"x":{x},"y":{y},"count":{n},"value":{value}}}}}'
        )
    head = json.dumps(about, ensure_ascii=False)[1:-1]
    return f'{{"type":"FeatureCollection",{head},"features":[{",".join(rows)}]}}'
