"""Bodies, responsibilities and reports for tests of routing; metres from the middle of the city."""

import datetime as dt
from typing import Any

from django.contrib.gis.geos import Point
from shapely.geometry.base import BaseGeometry

from municipality import crs
from municipality.city_time import city_day
from municipality.conf import PROFILE
from municipality.places.models import Directorate
from observations.models import Body, Category, Observation, Responsibility
from tests.builders import ALWAYS, EAST, NORTH, multi

DAY = dt.date(2026, 11, 2)
AT = dt.datetime.combine(DAY, dt.time(10), PROFILE.time_zone)


def a_category(code: str = "waste", **facts: Any) -> Category:
    names = {"name_ar": f"تصنيف {code}", "name_en": code}
    return Category.objects.create(code=code, **{**names, **facts})


def a_directorate_body(code: str = "seeb") -> Body:
    """A directorate with its body."""
    held = Directorate.objects.create(code=code, name_ar=f"مديرية {code}", name_en=code)
    return Body.objects.create(
        code=code, name_ar=f"مديرية {code}", name_en=code, directorate=held, source="test"
    )


def an_outside_body(code: str = "water") -> Body:
    return Body.objects.create(
        code=code, name_ar=f"جهة {code}", name_en=code, is_outside=True, source="test"
    )


def a_responsibility(
    body: Body, shape: BaseGeometry, *, category: Category | None = None, valid: Any = ALWAYS
) -> Responsibility:
    return Responsibility.objects.create(
        body=body, category=category, boundary=multi(shape), valid=valid, source="test"
    )


def a_report(
    category: Category, x: float = 0.0, y: float = 0.0, *, accuracy_m: float | None = 10,
    at: dt.datetime = AT, **facts: Any,
) -> Observation:  # fmt: skip
    """A stored report, x and y metres from the middle of the city."""
    return Observation.objects.create(
        point=Point(EAST + x, NORTH + y, srid=crs.METRIC),
        accuracy_m=accuracy_m,
        fix_origin="gps",
        category=category,
        reported_at=at,
        reported_on=city_day(at),
        **facts,
    )
