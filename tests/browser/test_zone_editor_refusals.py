"""What the editor of zones refuses is told where it was written, and the drawing stays."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.browser.test_zone_editor_page import done, on_screen, opened, street
from tests.parking_permits.builders import a_permit
from tests.parking_zones.edit_town import a_ticket, today

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
assert street  # the fixture


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_a_number_that_another_zone_has_is_told_at_its_field(look, street, prefix) -> None:
    visit = look(who="zone_manager")
    page = opened(visit, f"{prefix}/zones/edit/")
    visit.expected = (422,)
    page.click("[data-tool=draw]")
    for x, y in ((210, 60), (260, 60), (260, 160), (210, 160)):
        page.mouse.click(*on_screen(page, x, y))
        page.wait_for_timeout(350)
    page.click("#finish")
    page.click("#add-zone")
    expect(page.locator("#new-number")).to_have_attribute("aria-invalid", "true")
    page.fill("#new-number", "8")
    page.fill("#new-ar", "جديدة")
    page.click("#add-zone")
    done(visit)
    field = page.locator(".field.bad")
    expect(field).to_contain_text("8")
    assert "العملية" not in field.inner_text() and "Operation" not in field.inner_text()
    expect(page.locator("#new-number")).to_be_focused()
    expect(page.locator("#new-ar")).to_have_value("جديدة")
    expect(page.locator(".toast")).to_have_count(0)
    expect(page.locator("#undo")).to_be_disabled()
    visit.assert_accessible()
    visit.shot(f"zone-edit-taken{prefix.replace('/', '-')}")
    page.fill("#new-number", "12")
    page.click("#add-zone")
    done(visit)
    expect(page.locator(".zonepick[data-zone='12']")).to_have_count(1)
    expect(page.locator("#new-zone")).to_be_hidden()
    expect(page.locator("#undo")).to_be_enabled()
    visit.assert_clean()


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_closing_a_zone_names_what_loses_it(look, street, prefix) -> None:
    day = today()
    for number in range(3):
        a_permit(
            f"PP-{number}", plate=f"OM-{number}-B", kind="one_zone", zone=street["8"],
            starts_on=day, ends_on=day + dt.timedelta(days=90),
        )  # fmt: skip
    a_ticket(street["8"], timezone.now(), minutes=2_880)
    visit = look(who="zone_manager")
    page = opened(visit, f"{prefix}/zones/edit/")
    page.click("[data-zone='8']")
    page.click("#close-zone")
    done(visit)
    page.wait_for_selector("#impact[data-ready='1'] table")
    row = page.locator("[data-losing='8'] td")
    assert [row.nth(index).inner_text() for index in (0, 1)] == ["3", "1"]
    for table in page.locator("#impact .scrollx").all():
        assert table.evaluate("(one) => one.scrollWidth - one.clientWidth") <= 1
    page.locator("#impact").scroll_into_view_if_needed()
    visit.settle()
    visit.assert_accessible()
    visit.shot(f"zone-edit-closing{prefix.replace('/', '-')}")
    visit.assert_clean()


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_what_is_told_aside_leaves_the_acts_free(look, street, prefix) -> None:
    visit = look(who="zone_manager")
    page = opened(visit, f"{prefix}/zones/edit/")
    page.click("[data-zone='8']")
    page.click("#close-zone")
    done(visit)
    page.click("#save")  # without a decision
    told, save = page.locator(".toast").bounding_box(), page.locator("#save").bounding_box()
    assert told is not None and save is not None
    apart = told["x"] + told["width"] <= save["x"] or save["x"] + save["width"] <= told["x"]
    assert apart or told["y"] + told["height"] <= save["y"]
    visit.shot(f"zone-edit-told{prefix.replace('/', '-')}")
    visit.assert_clean()
