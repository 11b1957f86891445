"""What an inspector reads after a check, on a telephone: the plate, the answer, then what to do."""

import datetime as dt

import pytest
from shapely.geometry import Point

from municipality import crs
from municipality.people.models import User
from parking_zones.models import PaidHours
from tests.browser.looks import LOOKS, seen
from tests.browser.test_parking_pages import a_violation
from tests.builders import ALWAYS, EAST, NORTH, an_offence

ROUGH = """
navigator.geolocation.watchPosition = (told) => {
  const coords = { longitude: %(lon)f, latitude: %(lat)f, accuracy: 400 };
  setTimeout(() => told({ coords, timestamp: Date.now() }), 50);
  return 1;
};
"""

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def paid(small_city):
    """Paid hours the day long, and an offence whose name is long."""
    PaidHours.objects.all().delete()
    PaidHours.objects.create(
        valid=ALWAYS, opens=dt.time(0), closes=dt.time(23, 59), free_weekdays=[], source="test"
    )
    return an_offence()


def asked(visit, prefix: str, plate: str = "2222m"):
    """The page after a check of a plate."""
    visit.go(f"{prefix}/inspect/")
    visit.page.locator(".platekeys button").first.focus()
    visit.page.keyboard.type(plate)
    visit.page.click("#check")
    visit.page.locator("#answer").wait_for()
    visit.settle()
    return visit.page


def box(page, selector: str) -> dict[str, float]:
    """Where something stands in the window."""
    found = page.locator(selector).bounding_box()
    assert found is not None, selector
    return found


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_plate_and_its_answer_come_first_and_are_wholly_seen(look, paid, prefix) -> None:
    place = (*crs.lonlat(EAST - 100, NORTH), 5.0)
    visit = look(size="phone", who="inspector", at=place)
    page = asked(visit, prefix)
    assert "2222" in page.inner_text("#answer-plate") and "م" in page.inner_text("#answer-plate")
    plate, answer, act = (box(page, one) for one in ("#answer-plate", "#answer", "#violation"))
    top = box(page, "header")["height"] if page.locator("header").count() else 0
    below = page.viewport_size["height"]
    assert plate["y"] >= min(top, 70) and plate["height"] > 30
    assert plate["y"] + plate["height"] <= answer["y"]
    assert answer["y"] + answer["height"] <= min(act["y"], below)
    over = page.evaluate(
        """() => { const b = document.querySelector('#answer').getBoundingClientRect();
        return [b.top + 4, b.bottom - 4].every((y) => document.querySelector('#answer').contains(
          document.elementFromPoint(b.left + b.width / 2, y))); }"""
    )
    assert over, "something lies over the answer"
    visit.shot(f"inspect-answer{prefix.replace('/', '-')}")
    page.click("#violation")
    assert "10.000" in page.inner_text("#fine") or "OMR" in page.inner_text("#fine")
    assert not any(
        text[-3:].isdigit() for text in page.locator("#offence option").all_inner_texts()
    )
    note, issue = box(page, "#note"), box(page, "#issue")
    assert issue["y"] - note["y"] - note["height"] >= 8
    visit.shot(f"inspect-form{prefix.replace('/', '-')}")
    page.click("#next")
    assert page.locator("#answer").count() == 0
    visit.assert_clean()


def test_a_rough_reading_is_told_as_such_and_metres_are_whole(look, paid) -> None:
    visit = look(size="phone", who="inspector")
    lon, lat = crs.lonlat(EAST - 100, NORTH)
    # Chromium keeps a better fix of a test before for some seconds and does not tell a worse one.
    visit.page.add_init_script(ROUGH % {"lon": lon, "lat": lat})
    page = asked(visit, "/en")
    assert "too rough" in page.inner_text("#answer")
    assert page.inner_text("#reading").endswith("400\u00a0m")
    assert page.locator("#again").count() == 1
    visit.shot("inspect-rough")


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_the_answer_is_seen_in_every_look(look, paid, prefix, size, theme) -> None:
    place = (*crs.lonlat(EAST - 100, NORTH), 5.0)
    visit = look(size=size, theme=theme, who="inspector", at=place)
    asked(visit, prefix)
    seen(visit, f"inspect-answer-{prefix.strip('/')}-{size}-{theme}")


def test_who_was_fined_today_is_told_beside_the_answer(look, paid) -> None:
    place = (*crs.lonlat(EAST - 100, NORTH), 5.0)
    inspector = {"inspector": User.objects.get(username="inspector")}
    made = a_violation(inspector, Point(EAST - 100, NORTH))
    visit = look(size="phone", who="inspector", at=place)
    page = asked(visit, "")
    fined = page.locator(".fined")
    fined.wait_for()
    assert made.number in fined.inner_text()
    fined.scroll_into_view_if_needed()
    visit.assert_accessible()
    visit.shot("fined-today")
