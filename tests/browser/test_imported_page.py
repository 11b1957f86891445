"""Imported reports on the officers' map, in every look: a point is picked and taken up."""

import datetime as dt

import pytest
from django.contrib.gis.geos import Point

from municipality import crs
from municipality.city_time import city_day
from municipality.clock import database_now
from observations.models import Observation, Submission
from observations.reports.models import Status
from tests.browser.looks import LOOKS, seen
from tests.builders import EAST, NORTH, the_office_hours
from tests.observations.builders import a_category, a_report, a_target, gps, the_agent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def waiting(small_city) -> list[Observation]:
    """Three that wait, alone in the middle between the other two, and one of ours near by."""
    the_office_hours()
    a_target(3, 1_260)
    the_agent()
    at = database_now() - dt.timedelta(days=40)
    a_report(gps(8, 6), at=at + dt.timedelta(days=39))
    return [
        Observation.objects.create(
            point=Point(EAST + x, NORTH, srid=crs.METRIC), accuracy_m=25, fix_origin="imported",
            category=a_category(), status=Status.NEW, reported_at=at, reported_on=city_day(at),
            source="MyLA311", external_id=f"1-{x + 500}", address="شارع السلطان قابوس",
            wilayat=small_city["wilayat"], area=small_city["area"],
        )
        for x in (0, -180, 180)
    ]  # fmt: skip


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_a_point_is_picked_on_the_map_and_taken_up(look, waiting, prefix, size, theme) -> None:
    name = f"imported-{prefix.strip('/') or 'ar'}-{size}-{theme}"
    visit = look(size=size, theme=theme, who="agent").go(f"{prefix}/observations/imported/")
    page = visit.page
    assert page.locator("#imported-list > li").count() == len(waiting)
    seen(visit, name)
    page.locator("#map canvas").scroll_into_view_if_needed()
    page.locator("#map canvas").click()  # its middle: the one between the two
    page.wait_for_url("**picked=**")
    visit.settle()
    assert str(waiting[0].public_id) in page.url and page.locator("#alike > li").count() == 1
    seen(visit, f"{name}-picked")
    page.locator("#picked").scroll_into_view_if_needed()
    visit.shot(f"{name}-panel")
    page.click("#take-up")
    page.wait_for_url("**/cases/**")
    made = Submission.objects.get(observation=waiting[0])
    assert made.case.public_id in page.url
