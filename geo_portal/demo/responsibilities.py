"""Responsibilities: each directorate its wilayats, sewage the water company's, and two faults.

The faults are there on purpose: a strip along the line of Seeb and Bausher that both answer for,
and a disc in Al Ansab that nobody does.  All of it is drawn for the demo.
"""

from django.db.backends.postgresql.psycopg_any import DateRange
from shapely import MultiPolygon, coverage_union_all, difference, get_parts, intersection, union
from shapely.geometry.base import BaseGeometry

from geo_portal.demo import SOURCE
from geo_portal.demo.ground import draw
from geo_portal.demo.places import SINCE, geos
from municipality.places.models import Directorate
from observations.reports.models import Category
from observations.routing.models import Body, Responsibility

STRIP_M = 150.0  # how far Seeb reaches over its line with Bausher
STRIP_NEAR, STRIP_REACH_M = "airport_heights", 4_000.0
GAP_AT, GAP_REACH_M = "al_ansab", 450.0
SEWAGE, WATER = "sewage", "nama_water"


def _ground() -> dict[str, BaseGeometry]:
    """Draw the ground of each directorate by its code, with the two faults."""
    wilayats = draw().wilayats
    areas = {area.code: area for area in draw().areas}
    found = {
        row.code: coverage_union_all([wilayats[one.code] for one in row.wilayats.all()])
        for row in Directorate.objects.prefetch_related("wilayats")
    }
    line = intersection(wilayats["seeb"].boundary, wilayats["bausher"].boundary)
    near = areas[STRIP_NEAR].centre.buffer(STRIP_REACH_M)
    strip = intersection(intersection(line, near).buffer(STRIP_M), wilayats["bausher"])
    found["seeb"] = union(found["seeb"], strip)
    hole = areas[GAP_AT].centre.buffer(GAP_REACH_M)
    found["bausher"] = difference(found["bausher"], hole)
    return found


def _polygons(shape: BaseGeometry) -> MultiPolygon:
    return MultiPolygon([part for part in get_parts(shape) if part.geom_type == "Polygon"])


def write_responsibilities() -> int:
    """Write the responsibilities; return how many."""
    bodies = {row.code: row for row in Body.objects.all()}
    drawn: list[tuple[Body, Category | None, BaseGeometry]] = [
        (bodies[code], None, shape) for code, shape in _ground().items()
    ]
    whole = coverage_union_all(list(draw().wilayats.values()))
    drawn.append((bodies[WATER], Category.objects.get(code=SEWAGE), whole))
    made = Responsibility.objects.bulk_create(
        Responsibility(
            body=body,
            category=category,
            boundary=geos(_polygons(shape)),
            valid=DateRange(SINCE, None),
            source=SOURCE,
        )
        for body, category, shape in drawn
    )
    return len(made)
