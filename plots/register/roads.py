"""Which road a place lies at."""

import shapely
from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.measure import D
from shapely.geometry import LineString, Point

from municipality.stored import geos_point, shape_of
from plots.register.models import Road


def nearest_centre_line(point: Point, *, within_m: float) -> LineString | None:
    """Return the centre line (METRIC, one part of it) nearest to a METRIC point.

    None where no road of the register lies within the distance; of two that are as near, the one
    that was registered first.
    """
    place = geos_point(point)
    near = Road.objects.filter(centre_line__dwithin=(place, D(m=within_m)))
    found = near.annotate(away=Distance("centre_line", place)).order_by("away", "pk").first()
    if found is None:
        return None
    parts = shapely.get_parts(shape_of(found.centre_line))
    nearest: LineString = parts[shapely.distance(parts, point).argmin()]
    return nearest
