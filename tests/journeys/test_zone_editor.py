"""A zone manager moves an edge that two zones share, sees who gains and who loses, draws a new zone
over a neighbour and says whose the ground is, keeps it from tomorrow on; then proposes a price that a
second manager sets, with the proof that no minute of the year lacks a rule."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from municipality.history.queries import entries
from municipality.people.models import User
from municipality.stored import geos_of
from parking_zones.models import Bay, Zone, ZoneVersion
from parking_zones.zones.book import zone_book
from parking_zones.zones.editing.saving import stream_of
from plots.models import Plot
from tests import builders as b
from tests.browser.test_zone_editor_page import on_screen
from tests.journeys import city
from tests.journeys.walk import Walk
from tests.parking_permits.builders import a_permit
from tests.parking_zones.edit_town import a_ticket, today, tomorrow
from tests.people.builders import a_code_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(person: Walk, prefix: str, name: str) -> None:
    """With a password and the code of the app."""
    code = a_code_of(User.objects.get(username=name))
    person.open(f"{prefix}/sign-in/staff/")
    person.page.locator("#name").fill(name)
    person.page.locator("#password").fill("demo")
    person.page.locator("main form button[type=submit]").click()
    person.page.locator("#code").fill(code)
    person.page.locator("main form button[type=submit]").first.click()
    person.page.wait_for_load_state("load")


def parking_town() -> Plot:
    """Zones 7 and 8 with bays, a plot with a permit by their common edge, and two managers."""
    city.build()
    for index, y in enumerate(range(-380, -110, 20)):
        Bay.objects.create(
            register_key=f"bay{index}", stalls=2,
            shape=geos_of(b.square(-97, y, 5, 5)), source="test",
        )  # fmt: skip
    plot = b.a_plot("edge", b.square(-98, -140, 6, 20), number="77")
    eight = Zone.objects.get(number="8")
    a_permit("PP-1", plate="OM-1-B", kind="one_zone", plot=plot, zone=eight,
             starts_on=today(), ends_on=today() + dt.timedelta(days=90))  # fmt: skip
    a_ticket(eight, timezone.now() - dt.timedelta(minutes=5), amount=700)
    for name in ("hilal", "salma"):
        b.a_person(name, "zone_manager")
    return plot


def done(person: Walk) -> None:
    """Wait until the server has said what it makes of the edit."""
    person.page.wait_for_selector("html[data-checked='1']")
    person.map_is_drawn()


def drag(person: Walk, start: tuple[float, float], end: tuple[float, float]) -> None:
    page = person.page
    page.mouse.move(*on_screen(page, *start))
    page.mouse.down()
    page.mouse.move(*on_screen(page, *end), steps=8)
    page.mouse.up()
    done(person)


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_zone_manager_edits_zones_and_prices(walk, live_server, prefix) -> None:
    parking_town()
    name, arabic = ("en" if prefix else "ar"), not prefix
    with walk(live_server.url) as person:
        page = person.page
        sign_in(person, prefix, "hilal")
        assert page.locator("a[href$='/zones/edit/']").count()  # among the desks of this role
        person.open(f"{prefix}/zones/edit/")
        page.wait_for_selector("html[data-opened='1']")
        person.map_is_drawn()
        person.shot(f"{name}-opened")

        page.click("[data-zone='8']")
        person.map_is_drawn()
        drag(person, (-100, -100), (-80, -100))
        expect(page.locator("[data-concerned]")).to_have_attribute("data-concerned", "7 8")
        page.wait_for_selector("#impact[data-ready='1'] tr[data-zone='7']")
        person.map_is_drawn()
        page.locator("#impact").scroll_into_view_if_needed()
        person.shot(f"{name}-who-gains-and-who-loses")
        told = person.text("#impact")
        assert "0.700" in told  # what zone 8 took in
        assert ("من 8 إلى 7" if arabic else "8 to 7") in told

        # a new zone, drawn over zone 8: it cannot be kept before somebody says whose the ground is
        page.click("[data-tool=draw]")
        for x, y in ((60, -160), (150, -160), (150, -70), (60, -70)):
            page.mouse.click(*on_screen(page, x, y))
            page.wait_for_timeout(350)  # two clicks in short order are a double click
        page.click("#finish")
        page.fill("#new-number", "١٢" if arabic else "12")
        page.fill("#new-ar", "حي الميناء")
        page.fill("#new-en", "Port quarter")
        page.locator("#new-zone button[type=submit]").click()
        done(person)
        expect(page.locator("#fault-box")).to_be_visible()
        expect(page.locator("#save")).to_be_disabled()
        person.shot(f"{name}-overlap")
        page.locator("#fault-box").get_by_role("button").filter(has_text="12").last.click()
        done(person)
        expect(page.locator("#fault-box")).to_have_count(0)
        page.wait_for_selector("#impact tr[data-zone='12']")
        page.keyboard.press("Control+z")
        done(person)
        expect(page.locator("#fault-box")).to_be_visible()
        page.keyboard.press("Control+y")
        done(person)
        page.wait_for_selector("#impact tr[data-zone='12']")

        page.fill("#source", "قرار إداري 12/2026")
        page.click("#save")
        page.wait_for_selector("#save-form[data-saved='1']")
        person.map_is_drawn()
        person.shot(f"{name}-kept")

        # a price for the new zone, looked at before it is proposed
        person.open(f"{prefix}/zones/rules/changes/new/price/?zone=12")
        page.fill("#first", str(tomorrow() + dt.timedelta(days=7)))
        page.fill("#amount_baisa", "٢٠٠" if arabic else "200")
        page.fill("#per_minutes", "30")
        page.fill("#source", "قرار إداري 13/2026")
        page.click("button[value=look]")
        page.wait_for_selector("#proof")
        person.shot(f"{name}-proof")
        page.click("button[value=propose]")
        page.wait_for_url("**/zones/rules/changes/*/")
        address = page.url
        expect(page.locator("form input[value=set]")).to_have_count(0)
    with walk(live_server.url) as second:
        sign_in(second, prefix, "salma")
        second.page.goto(address)
        second.page.locator("form:has(input[value=set]) button").click()
        second.page.wait_for_load_state("load")
        expect(second.page.locator(".st.pass").first).to_be_visible()
        second.shot(f"{name}-set")

    day = tomorrow()
    kept = ZoneVersion.objects.filter(valid__startswith=day).values_list("zone__number", flat=True)
    assert sorted(kept) == ["12", "7", "8"]
    book = zone_book()
    later = day + dt.timedelta(days=7)
    assert book.price(number="12", day=day).amount_baisa == 100
    assert book.price(number="12", day=later).amount_baisa == 200
    assert [entry.person_name for entry in entries(stream_of("paid"))] == ["hilal"]
