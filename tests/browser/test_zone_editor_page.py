"""The editor of zones in a real browser: by mouse, by keyboard alone, and in every look."""

import math

import pytest
import shapely
from django.utils import timezone
from playwright.sync_api import Page, expect

from municipality import crs
from municipality.stored import shape_of
from parking_zones.models import Zone, ZoneVersion
from tests import builders as b
from tests.browser.driver import Visit
from tests.browser.looks import LOOKS, seen
from tests.parking_zones.edit_town import a_bay, a_manager, a_ticket, move, tomorrow

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROW = [("7", -300), ("8", -100), ("9", 100)]  # three zones of 200 x 200 m in a row


@pytest.fixture
def street(small_city):
    """Zones 7, 8 and 9 side by side, with bays, and a manager who may sign in."""
    ZoneVersion.objects.all().delete()
    Zone.objects.all().delete()
    zones = {
        number: b.a_zone(number, b.square(x, -100, 200), name_ar=f"المنطقة {number}", name_en="Row")
        for number, x in ROW
    }
    for x in range(-90, 90, 15):
        a_bay(zones["8"], x, 0.0, stalls=2)
    b.a_person("zone_manager")
    return zones


def opened(visit: Visit, path: str = "/en/zones/edit/") -> Page:
    """The editor with its zones on the map."""
    visit.go(path)
    visit.page.wait_for_selector("html[data-opened='1']")
    visit.settle()
    return visit.page


def on_screen(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a place some metres from the middle of the city lies in the window, by the address."""
    zoom, lat, lon = map(float, page.url.split("#")[1].split("/")[:3])
    there = crs.lonlat(b.EAST + x, b.NORTH + y)

    def world(longitude: float, latitude: float) -> tuple[float, float]:
        size = 512 * 2**zoom
        north = math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2))
        return (longitude + 180) / 360 * size, (1 - north / math.pi) / 2 * size

    (px, py), (cx, cy) = world(*there), world(lon, lat)
    box = page.locator("#map canvas").first.bounding_box()
    assert box is not None
    return (
        box["x"] + box["width"] / 2 + px - cx,
        box["y"] + box["height"] / 2 + py - cy,
    )


def done(visit: Visit) -> None:
    """Wait until the server has said what it makes of the edit."""
    visit.page.wait_for_selector("html[data-checked='1']")
    visit.settle()


def drag(visit: Visit, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Drag by mouse from a place to another, in metres from the middle of the city."""
    page = visit.page
    page.mouse.move(*on_screen(page, *start))
    page.mouse.down()
    page.mouse.move(*on_screen(page, *end), steps=6)
    page.mouse.up()
    done(visit)


def test_a_shared_corner_dragged_by_mouse_is_kept_in_both_zones(look, street) -> None:
    visit = look(who="zone_manager")
    page = opened(visit)
    page.mouse.click(*on_screen(page, 0, 40))  # zone 8
    page.wait_for_selector("[data-zone='8'][aria-pressed=true]")
    visit.settle()
    drag(visit, (-100, 100), (-80, 112))
    expect(page.locator("[data-concerned]")).to_have_attribute("data-concerned", "7 8")
    page.wait_for_selector("#impact[data-ready='1'] table")
    assert {"7", "8"} == {
        row.get_attribute("data-zone") for row in page.locator("#impact tr[data-zone]").all()
    }
    visit.settle()
    visit.shot("zone-edit-dragged")
    page.fill("#source", "قرار 12/2026")
    page.click("#save")
    page.wait_for_selector("#save-form[data-saved='1']")
    kept = ZoneVersion.objects.filter(valid__startswith=tomorrow()).order_by("zone__number")
    assert [version.zone.number for version in kept] == ["7", "8"]
    shapes = [shape_of(version.boundary) for version in kept]
    corner = shapely.Point(b.EAST - 80, b.NORTH + 112)
    xy = [shapely.multipoints(shapely.get_coordinates(shape)) for shape in shapes]
    nearest = [shapely.shortest_line(points, corner).coords[0] for points in xy]
    assert nearest[0] == nearest[1] and shapely.Point(nearest[0]).distance(corner) < 5
    assert shapely.coverage_is_valid(shapes)
    visit.assert_clean()


def test_everything_is_done_without_a_mouse(look, street) -> None:
    visit = look(who="zone_manager")
    page = opened(visit)
    page.focus("[data-zone='8']")
    page.keyboard.press("Enter")
    page.focus("#corners-box summary")
    page.keyboard.press("Enter")
    first = page.locator(".corner", has_text="shared with 7").first
    first.focus()
    page.keyboard.press("ArrowUp")
    done(visit)
    page.keyboard.press("ArrowUp")
    done(visit)
    expect(page.locator("[data-concerned]")).to_have_attribute("data-concerned", "7 8")
    expect(page.locator("#done li")).to_have_count(1)  # two presses on one corner are one move
    page.keyboard.press("+")
    done(visit)
    expect(page.locator("#done li")).to_have_count(2)
    page.keyboard.press("Control+z")
    done(visit)
    page.keyboard.press("Control+y")
    done(visit)
    expect(page.locator("#done li")).to_have_count(2)
    for _ in range(2):
        page.keyboard.press("Control+z")
        done(visit)
    expect(page.locator("[data-concerned]")).to_have_count(0)
    expect(page.locator("#save")).to_be_disabled()
    visit.assert_clean()


def test_a_zone_is_drawn_by_keyboard_alone(look, street) -> None:
    """The middle of the map is the pen; the arrows move the map under it."""
    visit = look(who="zone_manager")
    page = opened(visit)
    page.focus("[data-tool=draw]")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "CANVAS"
    for key in ("ArrowUp", "ArrowRight", "ArrowUp"):
        page.keyboard.press(key)
        visit.settle()
        page.wait_for_timeout(400)  # the map goes a step
        page.keyboard.press("Enter")
    page.keyboard.press("ArrowLeft")
    visit.settle()
    page.wait_for_timeout(400)
    page.keyboard.press("Enter")
    page.keyboard.press("Backspace")
    page.keyboard.press("Shift+Enter")
    expect(page.locator("#new-number")).to_be_focused()
    page.keyboard.type("21")
    page.keyboard.press("Tab")
    page.keyboard.type("مثلث")
    page.keyboard.press("Enter")
    done(visit)
    assert "21" in (page.locator("[data-concerned]").get_attribute("data-concerned") or "")
    expect(page.locator(".zonepick[data-zone='21']")).to_have_count(1)
    visit.assert_clean()


def test_a_new_zone_over_a_neighbour_is_given_by_choice(look, street) -> None:
    visit = look(who="zone_manager")
    page = opened(visit)
    page.click("[data-tool=draw]")
    for x, y in ((140, 60), (260, 60), (260, 160), (140, 160)):
        page.mouse.click(*on_screen(page, x, y))
        page.wait_for_timeout(350)  # two clicks in short order are a double click
    page.click("#finish")
    page.fill("#new-number", "١٢")
    page.fill("#new-ar", "جديدة")
    page.fill("#new-en", "New")
    page.click("#new-zone button")
    done(visit)
    box = page.locator("#fault-box")
    expect(box).to_contain_text("Overlap of 9 · 12")
    expect(page.locator("#save")).to_be_disabled()
    visit.shot("zone-edit-overlap")
    box.get_by_role("button", name="To zone 12").click()
    done(visit)
    expect(page.locator("[data-concerned]")).to_have_attribute("data-concerned", "9 12")
    page.wait_for_selector("#impact[data-ready='2'] tr[data-zone='12']")
    visit.settle()
    visit.shot("zone-edit-given")
    page.fill("#source", "قرار")
    page.click("#save")
    page.wait_for_selector("#save-form[data-saved='1']")
    assert Zone.objects.filter(number="12", name_ar="جديدة").exists()
    visit.assert_clean()


def test_split_merge_and_close(look, street) -> None:
    visit = look(who="zone_manager")
    page = opened(visit)
    page.click("[data-zone='8']")
    visit.settle()
    page.click("#split")
    for x, y in ((-115, 20), (115, 30)):
        page.mouse.click(*on_screen(page, x, y))
        page.wait_for_timeout(350)
    page.click("#finish")
    page.fill("#new-number", "13")
    page.fill("#new-ar", "شمال")
    page.keyboard.press("Enter")
    done(visit)
    expect(page.locator("[data-concerned]")).to_have_attribute("data-concerned", "8 13")
    page.click("[data-zone='9']")
    page.click("#close-zone")
    done(visit)
    expect(page.locator("[data-zone='9'].zonepick")).to_have_count(0)
    page.click(".zonepick[data-zone='7']")
    page.select_option("#merge-into", "8")
    page.click("#merge")
    done(visit)
    page.wait_for_selector("#impact[data-ready='3'] table")
    expect(page.locator("[data-concerned]")).to_have_attribute("data-concerned", "8 13 7 9")
    visit.shot("zone-edit-split-merge-close")
    visit.assert_clean()


def test_who_comes_second_is_told_who_was_first(look, street) -> None:
    visit = look(who="zone_manager")
    page = opened(visit)
    other = a_manager("salma")
    assert other.keeps(other.open(), move(-100, 100, 5, 5)).status_code == 201
    visit.expected = (409,)
    page.click("[data-zone='9']")
    page.click("#close-zone")
    done(visit)
    expect(page.locator("#faults")).to_contain_text("were changed after you opened them")
    expect(page.locator("#save")).to_be_disabled()
    assert Zone.objects.count() == 3
    visit.assert_clean()


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_the_editor_is_seen_in_every_look(look, street, prefix, size, theme) -> None:
    a_ticket(street["8"], timezone.now())
    visit = look(who="zone_manager", size=size, theme=theme)
    page = opened(visit, f"{prefix}/zones/edit/")
    page.click("[data-zone='8']")
    page.click("#corners-box summary")
    page.locator(".corner").first.focus()
    for _ in range(3):
        page.keyboard.press("ArrowRight")
        done(visit)
    page.wait_for_selector("#impact[data-ready='1'] table")
    visit.settle()
    seen(visit, f"zone-edit-{prefix.strip('/')}-{size}-{theme}")
