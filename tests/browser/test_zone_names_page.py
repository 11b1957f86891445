"""A closed zone opened again in the editor, a zone renamed, and hours of a Ramadan chosen."""

import datetime as dt

import pytest
from playwright.sync_api import expect

from municipality.calendar.models import Ramadan
from parking_zones.models import RuleChange, Zone, ZoneVersion
from tests import builders as b
from tests.browser.driver import Visit
from tests.browser.looks import LOOKS, seen
from tests.browser.test_zone_editor_page import done, opened, street
from tests.parking_zones.edit_town import today, tomorrow

__all__ = ["street"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def close(number: str) -> None:
    """Let a zone have ended yesterday, as far as the tables say."""
    rows = ZoneVersion.objects.filter(zone__number=number)
    rows.update(valid=("2016-10-16", today() - dt.timedelta(days=1)))


def keep(visit: Visit) -> None:
    visit.page.fill("#source", "قرار 12/2026")
    visit.page.click("#save")
    visit.page.wait_for_selector("#save-form[data-saved='1']")


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_a_closed_zone_is_opened_again_and_renamed(look, street, prefix, size, theme) -> None:
    close("9")
    name = f"{prefix.strip('/')}-{size}-{theme}"
    visit = look(size=size, theme=theme, who="zone_manager")
    page = opened(visit, f"{prefix}/zones/edit/")
    expect(page.locator(".zonepick[data-zone='9']")).to_have_count(0)
    page.click("#ended-box summary")
    page.locator("[data-reopen='9']").scroll_into_view_if_needed()
    seen(visit, f"zone-ended-{name}")
    page.click("[data-reopen='9']")
    done(visit)
    expect(page.locator("[data-concerned]")).to_have_attribute("data-concerned", "9")
    expect(page.locator("#ended-box")).to_be_hidden()
    page.wait_for_selector("#impact tr[data-zone='9']")
    seen(visit, f"zone-reopened-{name}")
    page.keyboard.press("Control+z")
    done(visit)
    expect(page.locator("#ended-box")).to_be_visible()
    page.keyboard.press("Control+y")
    done(visit)
    keep(visit)
    assert ZoneVersion.objects.get(zone__number="9", version=2).valid.lower == tomorrow()

    page.click(".zonepick[data-zone='8']")
    page.click("#rename")
    page.wait_for_url("**/zones/edit/name/?zone=8")
    seen(visit, f"zone-names-{name}")
    page.fill("#name_ar", "حي الميناء")
    page.fill("#name_en", "Port quarter")
    visit.expected = (422,)
    page.locator("main form button[type=submit]").click()
    page.wait_for_selector("[role=alert]")
    seen(visit, f"zone-names-refused-{name}")
    page.fill("#why", "قرار 7/2026")
    page.locator("main form button[type=submit]").click()
    page.wait_for_selector("#before-title ~ ul li")
    seen(visit, f"zone-renamed-{name}")
    assert Zone.objects.get(number="8").name_en == "Port quarter"
    visit.go(f"{prefix}/zones/edit/")
    expect(page.locator("main")).to_contain_text("حي الميناء / Port quarter")


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_hours_of_a_ramadan_are_chosen(look, small_city, prefix, size, theme) -> None:
    first = today() + dt.timedelta(days=40)
    Ramadan.objects.create(
        valid=(first, first + dt.timedelta(days=30)), provisional=True, source="حساب"
    )
    b.a_person("zone_manager")
    name = f"{prefix.strip('/')}-{size}-{theme}"
    visit = look(size=size, theme=theme, who="zone_manager")
    page = visit.page
    visit.go(f"{prefix}/zones/rules/changes/new/hours/")
    page.select_option("#ramadan", str(first))
    page.fill("#opens_1", "09:00")
    page.fill("#closes_1", "14:00")
    page.fill("#source", "إعلان 3")
    page.click("button[value=look]")
    page.wait_for_selector("#proof")
    seen(visit, f"ramadan-form-{name}")
    page.click("button[value=propose]")
    page.wait_for_url("**/zones/rules/changes/*/")
    seen(visit, f"ramadan-change-{name}")
    assert RuleChange.objects.get().first == first - dt.timedelta(days=15)
    visit.go(f"{prefix}/zones/rules/changes/new/hours/")
    page.fill("#first", str(first))  # by hand, on the computed day
    page.check("#in_ramadan")
    page.fill("#opens_1", "09:00")
    page.fill("#closes_1", "14:00")
    page.fill("#source", "إعلان 3")
    page.click("button[value=look]")
    page.wait_for_selector("[data-ramadan]")
    seen(visit, f"ramadan-by-hand-{name}")
