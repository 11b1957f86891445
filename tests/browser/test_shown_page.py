"""People's reports as the public reads them, in every look."""

import datetime as dt

import pytest

from municipality.clock import database_now
from municipality.documents.intake import accept
from observations.models import Photo
from observations.reports.photos import show_photo
from observations.reports.publishing import show
from tests.browser.looks import LOOKS, seen
from tests.builders import the_office_hours
from tests.observations.builders import AGENT, a_category, a_jpeg, a_report, gps, the_agent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def reports(small_city) -> list:
    """Three reports that are shown, one with a photo, two at one public place."""
    the_office_hours()
    the_agent()
    a_category("waste", name_ar="النفايات", name_en="Waste")
    at = database_now() - dt.timedelta(days=3)
    made = [
        a_report(gps(0, 0), at=at),
        a_report(gps(4, 3), at=at, sure=True),
        a_report(gps(300, 120), at=at, category="waste"),
    ]
    for one in made:
        show(case_id=one.case_id, by=AGENT, at=at)
    file = accept(a_jpeg(), by=AGENT, at=at, kinds=("jpeg",))
    photo = Photo.objects.create(observation=made[2].observation, file=file, at=at)
    show_photo(photo_id=photo.pk, hidden=[[0, 0, 0.5, 0.5]], by=AGENT, at=at)
    return made


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_the_list_and_a_report_are_seen_in_every_look(look, reports, prefix, size, theme) -> None:
    visit = look(size=size, theme=theme)
    visit.go(f"{prefix}/observations/")
    page = visit.page
    assert page.locator(".shownrow").count() == 3
    name = f"shown-{prefix.strip('/') or 'ar'}-{size}-{theme}"
    visit.settle()
    picture = page.locator(".shownpic img")
    picture.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('.shownpic img').naturalWidth > 0")
    seen(visit, name)
    page.select_option("#category", "waste")
    page.locator("form.card button").click()
    visit.settle()
    assert page.locator(".shownrow").count() == 1
    page.locator(".shownrow h2 a").click()
    visit.settle()
    assert page.locator("h1").inner_text() == ("Waste" if prefix else "النفايات")
    page.wait_for_function("document.querySelector('.shownphoto').naturalWidth > 0")
    seen(visit, f"{name}-one")


def test_nothing_shown_is_said_in_words(look, small_city) -> None:
    visit = look(size="phone").go("/observations/")
    assert "لا ملاحظة معروضة" in visit.page.inner_text("#empty")
    seen(visit, "shown-empty")
