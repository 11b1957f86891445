"""Where the map looks: at what was asked for, in the part of it that nothing lies over."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from municipality import crs
from tests.browser.driver import Visit
from tests.builders import EAST, NORTH

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NEAR = 2e-5  # degrees: two metres
# A panel that changes its size twenty times in two seconds, as it does when fonts and facts arrive.
RESTLESS = """
(() => {
  let ticks = 0;
  const timer = setInterval(() => {
    const panel = document.getElementById("panel");
    if (panel) panel.style.maxBlockSize = ticks % 2 ? "" : `calc(100% - ${1 + ticks}px)`;
    if (++ticks === 20) { clearInterval(timer); if (panel) panel.style.maxBlockSize = ""; }
  }, 100);
})()
"""


def free_middle(visit: Visit) -> tuple[float, float]:
    """Return the middle of the map that neither sheet nor search covers, in pixels."""
    box = {name: visit.page.locator(f"#{name}").bounding_box() for name in ("map", "panel")}
    over = visit.page.locator("#search, .mapbar").first.bounding_box()
    left, top, bottom = box["map"]["x"], box["map"]["y"], box["map"]["y"] + box["map"]["height"]
    if box["panel"]["width"] >= box["map"]["width"]:  # a phone: the sheet lies over the map
        bottom = box["panel"]["y"]
        top = over["y"] + over["height"]
    return left + box["map"]["width"] / 2, (top + bottom) / 2


def place_in_address(visit: Visit) -> tuple[float, float, float]:
    found = re.search(r"#([\d.]+)/(-?[\d.]+)/(-?[\d.]+)", visit.page.url)
    assert found, visit.page.url
    zoom, lat, lon = map(float, found.groups())
    return zoom, lon, lat


def rest(visit: Visit) -> None:
    """Wait until panel and map have come to rest and the address has followed."""
    visit.page.wait_for_timeout(2500)
    visit.settle()
    visit.page.wait_for_timeout(400)


def is_shown(visit: Visit, plot: Any) -> bool:
    """Whether the plot stands in the middle of the free view, near enough to be read."""
    zoom, lon, lat = place_in_address(visit)
    at = crs.lonlat(plot.boundary.centroid.x, plot.boundary.centroid.y)
    return zoom >= 17 and abs(lon - at[0]) < NEAR and abs(lat - at[1]) < NEAR


@pytest.fixture
def far_plot(small_city: dict[str, Any]) -> Iterator[Any]:
    """Return a plot at the end of the block; the map opens on the whole city."""
    yield small_city["plots"][17]


@pytest.mark.parametrize(("prefix", "size"), [("", "wide"), ("/en", "phone")])
def test_an_address_with_a_plot_opens_on_that_plot_every_time(look, far_plot, size, prefix) -> None:
    for _ in range(2):
        visit = look(size=size, motion=True)
        visit.page.add_init_script(RESTLESS)
        visit.page.goto(f"{visit.host}{prefix}/?plot={far_plot.pk}")
        visit.page.locator("[data-plot][data-number]").wait_for()
        rest(visit)
        assert is_shown(visit, far_plot), visit.page.url
        visit.page.close()


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_the_map_reaches_a_plot_found_by_number_whatever_the_sheet_does(
    look, far_plot, size
) -> None:
    visit = look(size=size, motion=True).go("/")
    visit.page.fill("#q", far_plot.number)
    visit.page.locator("#search-results li").first.wait_for()
    visit.page.evaluate(RESTLESS)
    visit.page.keyboard.press("Enter")
    visit.page.locator("[data-plot][data-number]").wait_for()
    rest(visit)
    assert is_shown(visit, far_plot), visit.page.url


def test_a_plot_stands_in_the_middle_of_what_the_sheet_leaves_free(look, far_plot) -> None:
    visit = look(size="phone").go(f"/?plot={far_plot.pk}")
    visit.page.locator("[data-plot][data-number]").wait_for()
    visit.settle()
    middle = free_middle(visit)
    visit.page.locator(".phead button").last.click()  # closed, so that only the map can tell
    visit.page.locator("[data-plot][data-number]").wait_for(state="detached")
    visit.page.mouse.click(*middle)
    visit.page.locator(f"[data-number='{far_plot.number}']").wait_for()


def test_an_address_with_a_place_shows_exactly_that_view(look, far_plot) -> None:
    lon, lat = crs.lonlat(EAST + 150, NORTH + 40)
    visit = look().go(f"/?plot={far_plot.pk}#19.5/{lat:.5f}/{lon:.5f}")
    visit.page.locator("[data-plot][data-number]").wait_for()
    visit.settle()
    assert visit.page.url.endswith(f"#19.5/{lat:.5f}/{lon:.5f}")


def test_the_pin_stands_where_the_cross_was_seen(look, small_city) -> None:
    lon, lat = crs.lonlat(EAST, NORTH)
    visit = look(size="phone").go(f"/zone/#18/{lat:.5f}/{lon:.5f}")
    visit.page.click("#drop-pin")
    visit.page.wait_for_timeout(500)  # the sheet goes down
    cross = visit.page.locator(".crosshair").bounding_box()
    tip = cross["y"] + cross["height"] * 0.9
    assert abs(tip - free_middle(visit)[1]) < 4
    visit.page.click("#pin-here")
    visit.page.locator("[data-result]").wait_for()
    pinned = re.search(r"at=([\d.]+)%2C([\d.]+)", visit.page.url)
    assert abs(float(pinned[1]) - lon) < 2e-5 and abs(float(pinned[2]) - lat) < 2e-5
