"""The nearest zone of a day is the nearest of those that hold, whatever else lies closer."""

import datetime as dt

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from municipality.calendar.rest_days import CityCalendar, Span
from parking_zones.zones.book import ZoneBook, ZoneOnDay
from tests.builders import EAST, NORTH, square

TODAY = dt.date(2026, 11, 24)
SPANS = [Span(dt.date(2016, 1, 1), None), Span(dt.date(2008, 1, 1), dt.date(2016, 1, 1))]
ZONES = st.lists(
    st.tuples(st.integers(-40, 40), st.integers(-40, 40), st.sampled_from(SPANS)), max_size=12
)


def _zone(number: int, x: int, y: int, span: Span) -> ZoneOnDay:
    boundary = square(50 * x, 50 * y, 40)
    return ZoneOnDay(number, str(number), "paid", "", "", 1, span, boundary, "test")


@given(ZONES, st.integers(-2500, 2500), st.integers(-2500, 2500))
def test_as_a_look_at_every_zone_says(
    laid: list[tuple[int, int, Span]], east: int, north: int
) -> None:
    zones = [_zone(number, *where) for number, where in enumerate(laid)]
    point = shapely.Point(EAST + east, NORTH + north)
    found = ZoneBook(zones, [], [], [], [], CityCalendar([], [])).nearest(point, day=TODAY)
    away = {z.zone_id: z.boundary.distance(point) for z in zones if z.span.holds_on(TODAY)}
    if found is None:
        assert not away
    else:
        assert away[found.zone_id] == pytest.approx(min(away.values()), abs=1e-9)
