"""Looking for an exact place in what left the house: in tiles, in JSON, in XML."""

import json
import re
from math import atan, degrees, pi, sinh
from xml.etree import ElementTree

import mapbox_vector_tile
import shapely
from shapely.geometry import Point

from maps.tilejson import tile_of
from maps.tiles import TileAddress
from municipality import crs

NEAR_M = 2.0  # a tile of zoom 17 has units of 7 cm, an answer seven decimals of a degree


def lonlat(point: Point) -> tuple[float, float]:
    """WGS 84 of a METRIC point."""
    return crs.lonlat(point.x, point.y)


def tile_points(body: bytes, layer: str, at: TileAddress) -> list[Point]:
    """METRIC points of a tile's features."""
    features = mapbox_vector_tile.decode(body, default_options={"y_coord_down": True}).get(layer)
    found = []
    for feature in (features or {"features": []})["features"]:
        x, y = feature["geometry"]["coordinates"]
        lon = (at.x + x / 4096) / 2**at.z * 360 - 180
        lat = degrees(atan(sinh(pi * (1 - 2 * (at.y + y / 4096) / 2**at.z))))
        found.append(crs.metric_point(lon, lat))
    return found


def told_points(body: bytes) -> list[Point]:
    """METRIC points of every lat and long in an answer of JSON or XML."""
    if body.lstrip().startswith(b"<"):
        root = ElementTree.fromstring(body)
        pairs = [(row.findtext("long"), row.findtext("lat")) for row in root.iter("request")]
    else:
        rows = json.loads(body)
        pairs = [(row.get("long"), row.get("lat")) for row in rows]
    return [crs.metric_point(float(x), float(y)) for x, y in pairs if x and y]


def leaks(points: list[Point], exact: Point) -> bool:
    """Whether one of the points is the exact one."""
    return any(shapely.distance(point, exact) < NEAR_M for point in points)


def is_written(body: bytes, exact: Point) -> bool:
    """Whether the exact coordinates stand anywhere in a text, to five decimals."""
    text = body.decode()
    numbers = [float(found) for found in re.findall(r"\d+\.\d{5,}", text)]
    return all(any(abs(n - value) < 1e-5 for n in numbers) for value in lonlat(exact))


def tile_at(point: Point, z: int) -> TileAddress:
    return tile_of(*lonlat(point), z)
