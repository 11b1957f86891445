"""Between a stored geometry and a shape: WKB both ways, always in METRIC."""

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.contrib.gis.geos import Point as StoredPoint
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from municipality import crs


def shape_of(geometry: GEOSGeometry) -> BaseGeometry:
    """Turn a stored METRIC geometry into shapely."""
    return shapely.from_wkb(bytes(geometry.wkb))


def geos_of(shape: BaseGeometry) -> GEOSGeometry:
    """Turn a METRIC shapely shape into what a query or a column takes."""
    return GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=crs.METRIC)


def geos_point(point: Point) -> StoredPoint:
    """Turn a METRIC point into what a column of points takes."""
    return StoredPoint(point.x, point.y, srid=crs.METRIC)
