"""Cells as GeoJSON in WGS 84, written as text, thousands of polygons at a time."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from maps.heat.denominators.measure import Measure
from maps.heat.lattice import Floats, corners_lonlat
from maps.heat.queries import Cells

Box = tuple[float, float, float, float]  # west, south, east, north in degrees
CHUNK = 5_000  # cells written at once
_CLOSED = [0, 1, 2, 3, 0]  # the corners of a ring
_RING = ",".join(["[%.7f,%.7f]"] * len(_CLOSED))
_FEATURE = (
    f'{{"type":"Feature","id":"%d_%d","geometry":{{"type":"Polygon","coordinates":[[{_RING}]]}},'
    '"properties":{"x":%d,"y":%d,"count":%d,"value":%s}}'
)


def cells_touching(cells: Cells, box: Box) -> tuple[Cells, Floats, Floats]:
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
    return cells.chosen(kept), lon[kept], lat[kept]


def squares(cells: Cells) -> list[list[list[float]]]:
    """Return the closed ring of each cell: lon, lat with seven decimals, counter-clockwise."""
    lon, lat = corners_lonlat(cells.x, cells.y, level=cells.level)
    rings: list[list[list[float]]] = np.stack([lon, lat], axis=-1)[:, _CLOSED].round(7).tolist()
    return rings


def feature_chunks(
    cells: Cells, lon: Floats, lat: Floats, *, measure: Measure, about: dict[str, Any]
) -> Iterator[str]:
    """Write a FeatureCollection piece by piece: rings counter-clockwise, seven decimals.

    A value is null where the cell has no denominator.  ``about`` stands before the features.  A
    whole city at 50 m is some 50 MB, of which only one piece is ever held.
    """
    values = [
        "null" if value != value else value for value in measure.rounded(cells).tolist()
    ]  # only NaN differs from itself
    head = json.dumps(about, ensure_ascii=False)[1:-1]
    yield f'{{"type":"FeatureCollection",{head},"features":['
    for start in range(0, len(cells.x), CHUNK):
        part = slice(start, start + CHUNK)
        corners = np.stack([lon[part], lat[part]], axis=-1)[:, _CLOSED].reshape(-1, 10)
        rows = zip(
            cells.x[part].tolist(), cells.y[part].tolist(), corners.tolist(),
            cells.count[part].tolist(), values[part], strict=True,
        )  # fmt: skip
        written = ",".join([_FEATURE % (x, y, *ring, x, y, n, v) for x, y, ring, n, v in rows])
        yield f",{written}" if start else written
    yield "]}"


def feature_collection(
    cells: Cells, lon: Floats, lat: Floats, *, measure: Measure, about: dict[str, Any]
) -> str:
    """Write a FeatureCollection at once."""
    return "".join(feature_chunks(cells, lon, lat, measure=measure, about=about))
