"""GeoJSON out (RFC 7946): WGS 84 only, at most 7 decimals, outer rings counter-clockwise."""

import json
from typing import Any

import shapely
from django.http import JsonResponse
from shapely.geometry.base import BaseGeometry

from municipality import crs

DECIMALS = 7  # of a degree: about a centimetre


def geometry(shape: BaseGeometry, *, decimals: int = DECIMALS) -> dict[str, Any]:
    """Turn a METRIC shape into a GeoJSON geometry; a multi-shape of one part stays multi."""
    lonlat = crs.from_metric([shape])[0]
    return lonlat_geometry(lonlat, decimals=decimals)


def lonlat_geometry(lonlat: BaseGeometry, *, decimals: int = DECIMALS) -> dict[str, Any]:
    """Write a shape already in WGS 84 as a GeoJSON geometry."""
    oriented = shapely.orient_polygons(lonlat)
    rounded = shapely.transform(oriented, lambda xy: xy.round(decimals))
    found: dict[str, Any] = json.loads(shapely.to_geojson(rounded))
    return found


def geometry_in(shape: BaseGeometry, *, srid: int) -> dict[str, Any]:
    """Turn a METRIC shape into a GeoJSON geometry in the system a client asked in, by millimetres.

    RFC 7946 knows WGS 84 alone; other systems are for who named one (its §4: by arrangement).
    """
    if srid == crs.LONLAT:
        return geometry(shape)
    there = shapely.orient_polygons(crs.from_metric([shape], srid=srid)[0])
    found: dict[str, Any] = json.loads(
        shapely.to_geojson(shapely.transform(there, lambda xy: xy.round(3)))
    )
    return found


def position(x: float, y: float) -> list[float]:
    """Turn METRIC x, y into a GeoJSON position."""
    lon, lat = crs.lonlat(x, y)
    return [round(lon, DECIMALS), round(lat, DECIMALS)]


def response(body: dict[str, Any], *, status: int = 200) -> JsonResponse:
    """Answer with the media type of RFC 7946."""
    return JsonResponse(
        body, status=status, content_type="application/geo+json",
        json_dumps_params={"ensure_ascii": False},
    )  # fmt: skip
