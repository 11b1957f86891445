"""A small city for the journeys: a few streets of plots, two zones, a wadi, a month of reports."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from municipality import crs
from municipality.conf import PROFILE
from municipality.stored import geos_of
from observations.models import Category, Observation
from parking_zones.models import PaidHours, Zone
from plots.models import Plot
from tests import builders as b

REPORTS = 240


@dataclass
class SmallCity:
    """What stands where, for the tests to ask."""

    plot: Plot
    zone: Zone
    reports: int
    waste: int


def _plots(area: Any) -> Plot:
    chosen = None
    for index in range(40):
        x, y = (index % 10) * 22.0, (index // 10) * 40.0
        plot = b.a_plot(
            f"k{index}", b.square(x, y, 22, 34), number=str(2400 + index), area=area, wilayat=area.wilayat,
            use_class="residential" if index % 5 else "commercial",
            setback_front_m=5.0 if index % 3 else None, registered_area_m2=748 if index % 2 else None,
            old_number="318" if index == 17 else "", krooki_number=f"01-05-021-03-{2400 + index}",
        )  # fmt: skip
        chosen = plot if index == 17 else chosen
    assert chosen is not None
    return chosen


def _reports(area: Any) -> int:
    rng = np.random.default_rng(3)
    waste = Category.objects.create(code="waste", name_ar="مخلفات ونظافة عامة", name_en="Waste")
    light = Category.objects.create(
        code="street_lighting", name_ar="إنارة الطرق", name_en="Lighting"
    )
    rows = []
    for index in range(REPORTS):
        day = dt.date(2016, 1, 1) + dt.timedelta(days=index)
        x, y = rng.normal(0, 300, 2)
        point = crs_point(b.EAST + x, b.NORTH + y)
        rows.append(
            Observation(
                point=point, accuracy_m=8, fix_origin="gps", category=waste if index % 3 else light,
                status=4 if index % 4 else 1, channel=1, severity=2, reported_on=day,
                reported_at=dt.datetime.combine(day, dt.time(9), PROFILE.time_zone),
                wilayat=area.wilayat, area=area,
            )
        )  # fmt: skip
    Observation.objects.bulk_create(rows)
    return sum(1 for row in rows if row.category_id == waste.pk)


def crs_point(x: float, y: float) -> Any:
    """A stored point."""
    from shapely.geometry import Point

    return geos_of(Point(x, y))


def lonlat(x: float, y: float) -> tuple[float, float]:
    """Longitude and latitude of a place some metres from the middle of the city."""
    return crs.lonlat(b.EAST + x, b.NORTH + y)


def build() -> SmallCity:
    """Build it."""
    wilayat = b.a_wilayat()
    b.a_directorate(wilayat)
    area = b.an_area(wilayat)
    b.the_weekends()
    PaidHours.objects.create(  # at every hour of every day: the journeys read alike at night
        valid=b.ALWAYS,
        part=1,
        opens=dt.time(0),
        closes=dt.time.max,
        free_weekdays=[],
        source="test",
    )
    b.the_ticket_terms()
    b.a_tariff(100)
    zone = b.a_zone("7", b.square(-400, -400, 300))
    b.a_zone("8", b.square(-100, -400, 300), name_ar="الغبرة الشمالية", name_en="North Ghubra")
    b.a_theme_layer("wadi", [b.square(140, 0, 30, 200)])
    b.a_theme_layer("road_reserve", [])
    plot = _plots(area)
    for name in ("planner", "inspector", "admin"):
        b.a_person(name)
    return SmallCity(plot, zone, REPORTS, _reports(area))
