"""The page of a place's zone: the four answers from a position and from a pin, and what follows."""

import datetime as dt
import re

import pytest

from municipality import crs
from municipality.stored import geos_of
from parking_zones.models import CurbBan, PaidHours, TicketTerms
from tests.browser.looks import LOOKS, seen
from tests.builders import ALWAYS, EAST, NORTH, square

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def place(x: float, y: float, accuracy: float = 9.0) -> tuple[float, float, float]:
    lon, lat = crs.lonlat(EAST + x, NORTH + y)
    return lon, lat, accuracy


ANSWERS = [  # neighbours differ, so that each answer is seen to come
    (0, 0, "inside", "داخل المنطقة"),
    (0, 194, "near_edge", "قريب من الحد"),
    (98, 0, "ambiguous", "أكثر من منطقة"),
    (0, 206, "near_edge", "قريب من الحد"),
    (0, 900, "outside", "خارج المناطق"),
]


def test_a_position_gets_one_of_four_answers(look, small_city) -> None:
    for x, y, result, word in ANSWERS:
        visit = look(size="phone", at=place(x, y)).go("/zone/")
        visit.page.click("#take")
        verdict = visit.page.locator("[data-result]")
        verdict.wait_for(timeout=20_000)
        visit.settle()
        assert verdict.get_attribute("data-result") == result
        text = visit.page.inner_text("#panel")
        assert word in text
        assert "مخالفة" not in text  # words for inspectors
        assert visit.page.locator("#panel .btn:visible:not(.two)").count() == 1
        unsure = result in ("near_edge", "ambiguous")
        assert ("قد تكون المنطقة" in text and "اقرأ رقم المنطقة على اللوحة" in text) == unsure
        if result != "outside":
            assert "الخوير" in text and "النسخة" in text
        visit.assert_accessible()
        visit.assert_clean()
        visit.shot(f"zone-{result}-{y}")
        visit.page.close()


def test_an_inspector_reads_what_an_unsure_place_is_for_a_violation(look, small_city) -> None:
    lon, lat, _ = place(0, 194)
    visit = look(size="phone", who="inspector").go(f"/zone/?at={lon:.6f},{lat:.6f},9")
    visit.page.locator("[data-result=near_edge]").wait_for()
    assert "لا تُحرَّر مخالفة من هذه القراءة" in visit.page.inner_text("#consequence")


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
@pytest.mark.parametrize("is_paid", [True, False])
def test_the_next_act_of_a_driver_is_the_one_filled_button(
    look, small_city, prefix, size, theme, is_paid
) -> None:
    """Where parking is paid a ticket is bought, within reach; where it is free the place is read."""
    PaidHours.objects.all().delete()
    free_weekdays = [] if is_paid else [1, 2, 3, 4, 5, 6, 7]
    PaidHours.objects.create(
        valid=ALWAYS, opens=dt.time(0), closes=dt.time(23, 59), free_weekdays=free_weekdays,
        source="test",
    )  # fmt: skip
    lon, lat, _ = place(0, 0)
    visit = look(size=size, theme=theme).go(f"{prefix}/zone/?at={lon:.6f},{lat:.6f},9")
    page = visit.page
    page.locator("#stay-price b").wait_for()
    said = page.inner_text("#consequence")
    filled = page.locator("#panel .btn:visible:not(.two):not(.three)")
    assert filled.count() == 1
    if is_paid:
        assert "تلزم تذكرة الآن، حتى" in said or "A ticket is needed now, until" in said
        assert filled.get_attribute("id") == "stay-buy"
        assert "zone=7" in (filled.get_attribute("href") or "")
        assert page.locator("#panel-acts #stay-buy").count() == 1
        box = filled.bounding_box()
        assert box is not None and box["y"] + box["height"] <= page.viewport_size["height"]
    else:
        assert "مجاني الآن" in said or "free now" in said
        assert filled.get_attribute("id") == "take"
    seen(visit, f"next-act-{is_paid}-{prefix.strip('/')}-{size}-{theme}")


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_the_price_of_a_stay_is_told_by_steps_with_its_reasons(
    look, small_city, prefix, size, theme
) -> None:
    visit = look(size=size, theme=theme)
    lon, lat, _ = place(0, 0)
    visit.go(f"{prefix}/zone/?at={lon:.6f},{lat:.6f},9")
    page = visit.page
    page.locator("#stay-price").get_by_text(
        re.compile("ر.ع.|لا رسوم|OMR|No charge")
    ).first.wait_for()
    assert page.inner_text("#stay-minutes").startswith("60")
    for length in range(90, 301, 30):
        page.click("#stay-more")
        page.locator("#stay-minutes").get_by_text(re.compile(f"^{length} ")).wait_for()
    page.locator("#stay-more:disabled").wait_for()
    minutes = [int(text) for text in page.locator(".stay tbody td:nth-child(2)").all_inner_texts()]
    assert sum(minutes) == 300
    page.locator("#stay-title").scroll_into_view_if_needed()
    seen(visit, f"stay-{prefix.strip('/')}-{size}-{theme}")


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_a_kerb_where_nobody_may_park_is_told_beside_the_price(
    look, small_city, prefix, size, theme
) -> None:
    strip = geos_of(square(-50, -50, 100, 3))
    for weekday in range(1, 8):  # at every hour: the test reads alike at night
        CurbBan.objects.create(
            key=str(weekday), street="Collins St", side="East", weekday=weekday, opens=dt.time(0), closes=dt.time(0),
            weeks=[1, 2, 3, 4, 5], on_holidays=True, strip=strip, valid=ALWAYS, source="test",
        )  # fmt: skip
    lon, lat, _ = place(0, 0)
    visit = look(size=size, theme=theme).go(f"{prefix}/zone/?at={lon:.6f},{lat:.6f},9")
    note = visit.page.locator("#stay-bans")
    note.wait_for()
    assert ("00:00" in note.inner_text()) and note.locator("bdi").count() >= 1
    note.scroll_into_view_if_needed()
    seen(visit, f"stay-bans-{prefix.strip('/')}-{size}-{theme}")


def test_a_zone_without_terms_says_so_in_the_place_of_a_price(look, small_city) -> None:
    TicketTerms.objects.all().delete()
    lon, lat, _ = place(0, 0)
    visit = look().go(f"/en/zone/?at={lon:.6f},{lat:.6f},9", expect=(409,))
    visit.page.get_by_text("No terms of tickets hold").wait_for()
    visit.assert_clean()


def test_a_pin_in_the_middle_of_the_map_by_keyboard(look, small_city) -> None:
    lon, lat, _ = place(0, 0)
    visit = look(size="phone").go(f"/en/zone/#17/{lat:.5f}/{lon:.5f}")
    visit.page.locator("#drop-pin").press("Enter")
    assert visit.page.locator(".crosshair").is_visible()
    visit.page.locator("#pin-here").press("Enter")
    visit.page.locator("[data-result=inside]").wait_for()
    assert "at=" in visit.page.url


def test_a_reading_is_shared_by_its_address(look, small_city) -> None:
    lon, lat, _ = place(0, 194)
    visit = look().go(f"/zone/?at={lon:.6f},{lat:.6f},9")
    visit.page.locator("[data-result=near_edge]").wait_for()


def test_a_reading_loaded_again_is_still_a_reading_and_a_pin_a_pin(look, small_city) -> None:
    visit = look(size="phone", at=place(0, 0)).go("/en/zone/")
    visit.page.click("#take")
    visit.page.locator("[data-result=inside]").wait_for(timeout=20_000)
    visit.page.wait_for_timeout(3000)  # so that its age is told
    visit.page.reload()
    visit.page.locator("[data-result=inside]").wait_for(timeout=20_000)
    age = visit.page.locator("#reading-age")
    assert age.get_attribute("data-origin") == "gps"
    assert "Accuracy 9" in age.inner_text() and "ago" in age.inner_text()
    assert "You are inside" in visit.page.inner_text("#answer")
    visit.page.click("#drop-pin")
    visit.page.click("#pin-here")
    visit.page.locator("#reading-age[data-origin=pin]").wait_for()
    visit.page.reload()
    visit.page.locator("#reading-age[data-origin=pin]").wait_for()
    visit.page.locator("[data-result=inside]").wait_for()
    assert "This place is inside" in visit.page.inner_text("#answer")


def test_an_address_without_an_origin_claims_none(look, small_city) -> None:
    lon, lat, _ = place(0, 0)
    visit = look().go(f"/en/zone/?at={lon:.6f},{lat:.6f},9")
    age = visit.page.locator("#reading-age[data-origin=unknown]")
    age.wait_for()
    assert "Pin" not in age.inner_text() and "ago" not in age.inner_text()


def test_a_place_outside_the_city_is_refused_in_words(look, small_city) -> None:
    visit = look().go("/zone/?at=2.350000,48.850000,9", expect=(422,))
    visit.page.locator("[role=alert]").wait_for()
    assert visit.page.locator("[data-result]").count() == 0


def test_a_refused_position_leaves_the_pin(look, small_city) -> None:
    visit = look(size="phone").go("/zone/")
    visit.page.click("#take")
    visit.page.locator("[role=alert]").wait_for(timeout=20_000)
    assert visit.page.locator("#drop-pin").is_visible()


@pytest.mark.parametrize(
    ("prefix", "word", "never"),
    [
        ("", "لا منطقة مواقف مسجلة", "لا رسوم وقوف"),
        ("/en", "not known whether", "No parking charge"),
    ],
)
def test_a_city_without_zones_promises_no_free_parking(
    look, transactional_db, prefix, word, never
) -> None:
    lon, lat, accuracy = place(0, 0)
    visit = look(size="phone").go(f"{prefix}/zone/?at={lon:.6f},{lat:.6f},{accuracy:.0f}")
    visit.page.locator("[data-result=outside]").wait_for(timeout=20_000)
    text = visit.page.inner_text("#panel")
    assert word in text
    assert never not in text
    visit.assert_accessible()


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_chips_leave_the_map_tools_free_on_a_phone(look, small_city, prefix) -> None:
    lon, lat, accuracy = place(0, 0)
    visit = look(size="phone").go(f"{prefix}/zone/?at={lon:.6f},{lat:.6f},{accuracy:.0f}")
    visit.page.locator("[data-result]").wait_for(timeout=20_000)
    chip = visit.page.locator("#online").bounding_box()
    tools = visit.page.locator(".ctl").bounding_box()
    assert chip["y"] + chip["height"] <= tools["y"]
