"""Shapes written as text: GeoJSON geometries, WKT, EWKT and hexadecimal WKB."""

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

MAX_TEXT = 100_000_000  # characters of one shape
_EWKT = re.compile(r"\s*(?:SRID\s*=\s*(\d{1,6})\s*;)?\s*([A-Za-z]+.*)", re.S)
_PAIR = re.compile(r"\s*\(?\s*([+-]?[\d.]+)\s*[,;]\s*([+-]?[\d.]+)\s*\)?\s*")
_DEPTH = {
    "Point": 0,
    "MultiPoint": 1,
    "LineString": 1,
    "MultiLineString": 2,
    "Polygon": 2,
    "MultiPolygon": 3,
}


class NotAShape(ValueError):
    """What stands there is not a shape; the message is the code of a row verdict."""


def _position(value: Any) -> tuple[float, ...]:
    if not isinstance(value, list) or len(value) < 2:
        raise NotAShape("broken_geometry")
    numbers = []
    for part in value[:3]:
        if isinstance(part, bool) or not isinstance(part, int | float):
            raise NotAShape("broken_geometry")
        try:
            number = float(part)
        except OverflowError:
            raise NotAShape("nan_coordinate") from None
        if not math.isfinite(number):
            raise NotAShape("nan_coordinate")
        numbers.append(number)
    return tuple(numbers)


def _line(value: Any) -> list[tuple[float, ...]]:
    if not isinstance(value, list):
        raise NotAShape("broken_geometry")
    found = [_position(part) for part in value]
    width = min((len(part) for part in found), default=2)
    return [part[:width] for part in found]


def _polygon(value: Any) -> BaseGeometry:
    if not isinstance(value, list):
        raise NotAShape("broken_geometry")
    rings = [_line(ring) for ring in value]
    if not rings or not rings[0]:
        return shapely.Polygon()
    for ring in rings:
        if len(ring) < 4 or ring[0] != ring[-1]:
            raise NotAShape("ring_not_closed")
    return shapely.Polygon(rings[0], rings[1:])


def _simple(kind: str, value: Any) -> BaseGeometry:
    if kind == "Point":
        return shapely.Point() if value == [] else shapely.Point(_position(value))
    if kind == "LineString":
        line = _line(value)
        if len(line) == 1:
            raise NotAShape("broken_geometry")
        return shapely.LineString(line)
    return _polygon(value)


def from_geojson(geometry: Any) -> BaseGeometry | None:
    """Build one GeoJSON geometry strictly; None for null.  Raises NotAShape."""
    if geometry is None:
        return None
    if not isinstance(geometry, dict):
        raise NotAShape("broken_geometry")
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        parts = geometry.get("geometries")
        if not isinstance(parts, list) or len(parts) > 10_000:
            raise NotAShape("broken_geometry")
        return shapely.GeometryCollection([p for p in map(from_geojson, parts) if p is not None])
    if kind not in _DEPTH or "coordinates" not in geometry:
        raise NotAShape("broken_geometry")
    value = geometry["coordinates"]
    try:
        if not kind.startswith("Multi"):
            return _simple(kind, value)
        if not isinstance(value, list):
            raise NotAShape("broken_geometry")
        parts = [_simple(kind.removeprefix("Multi"), part) for part in value]
        made: BaseGeometry = getattr(shapely, kind)(parts)
        return made
    except (ValueError, TypeError, shapely.GEOSException) as error:
        raise error if isinstance(error, NotAShape) else NotAShape("broken_geometry") from None


def looks_like_shape(text: str) -> bool:
    """Tell whether a text starts like WKT, EWKT or hexadecimal WKB."""
    start = text.lstrip()[:40].upper()
    if start.startswith("SRID"):
        return True
    if re.fullmatch(r"0[01][0-9A-F]{38}", start):
        return True
    return re.match(r"(MULTI)?(POINT|LINESTRING|POLYGON)|GEOMETRYCOLLECTION", start) is not None


def _split(text: str | None) -> tuple[int | None, str | None]:
    if not text or len(text) > MAX_TEXT:
        return None, None
    found = _EWKT.fullmatch(text)
    if found is None:
        return None, text.strip()
    return (int(found.group(1)) if found.group(1) else None), found.group(2)


def from_texts(texts: Sequence[str | None]) -> tuple[NDArray[np.object_], list[int | None]]:
    """Read shapes written as text, with the SRID each names; None where it cannot be read."""
    pairs = [_split(text) for text in texts]
    bodies = np.array([body for _, body in pairs], dtype=object)
    srids = [srid for srid, _ in pairs]
    hexes = np.array([bool(b) and b[:2] in {"00", "01"} and len(b) > 40 for b in bodies])
    shapes = np.full(len(bodies), None, dtype=object)
    if (~hexes).any():
        shapes[~hexes] = shapely.from_wkt(bodies[~hexes], on_invalid="ignore")
    if hexes.any():
        shapes[hexes] = shapely.from_wkb(bodies[hexes], on_invalid="ignore")
        found = shapely.get_srid(shapes)
        srids = [
            int(found[i]) if hexes[i] and found[i] > 0 else srid for i, srid in enumerate(srids)
        ]
    return shapes, srids


def pair_of(text: str | None) -> tuple[str, str] | None:
    """Split "(34.07, -118.26)" into its two numbers, as some publishers write a place."""
    found = _PAIR.fullmatch(text) if text else None
    return (found.group(1), found.group(2)) if found else None
