"""GeoJSON out (RFC 7946): WGS 84 only, at most 7 decimals, outer rings counter-clockwise."""

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from django.http import JsonResponse
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from municipality import crs

DECIMALS = 7  # of a degree: about a centimetre
MILLIMETRES = 3  # of a metre


def geometry(shape: BaseGeometry, *, decimals: int = DECIMALS) -> dict[str, Any]:
    """Turn a METRIC shape into a GeoJSON geometry; a multi-shape of one part stays multi."""
    lonlat = crs.from_metric([shape])[0]
    return lonlat_geometry(lonlat, decimals=decimals)


def lonlat_geometry(lonlat: BaseGeometry, *, decimals: int = DECIMALS) -> dict[str, Any]:
    """Write a shape already in WGS 84 as a GeoJSON geometry."""
    found = _written(np.array([lonlat], dtype=object), decimals)[0]
    return found or {}


def _written(shapes: NDArray[np.object_], decimals: int) -> list[dict[str, Any] | None]:
    oriented = shapely.orient_polygons(shapes)
    rounded = shapely.transform(oriented, lambda xy: xy.round(decimals))
    return [None if text is None else json.loads(text) for text in shapely.to_geojson(rounded)]


def geometries_in(
    shapes: Sequence[BaseGeometry | None], *, srid: int
) -> list[dict[str, Any] | None]:
    """Turn METRIC shapes into GeoJSON geometries in the system a client asked in; None stays None.

    All in one go: one costs nearly what twenty do.  RFC 7946 knows WGS 84 alone; other systems,
    by millimetres, are for who named one (its §4: by arrangement).
    """
    there = crs.from_metric(np.array(shapes, dtype=object), srid=srid)
    return _written(there, DECIMALS if srid == crs.LONLAT else MILLIMETRES)


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
