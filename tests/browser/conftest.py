"""A tab of the shared Chromium for each visit, a small city for each test."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import shapely
from playwright.sync_api import Browser

from tests.browser.driver import Visit, open_page, sign_in, usual_scale
from tests.browser.tabs import Kind, Place, Tabs
from tests.builders import (
    EAST,
    NORTH,
    a_person,
    a_plot,
    a_tariff,
    a_theme_layer,
    a_wilayat,
    a_zone,
    an_area,
    square,
    the_paid_hours,
    the_ticket_terms,
    the_weekends,
)

BLOCK = 20  # plots of the small city: two rows of ten, 22 × 34 m, around its middle


@pytest.fixture(scope="session")
def tabs(chromium_browser: Browser) -> Tabs:
    """The contexts of this process's Chromium."""
    return Tabs(chromium_browser)


@pytest.fixture
def look(tabs: Tabs, live_server: Any) -> Iterator[Callable[..., Visit]]:
    """Open a tab: ``look(size="phone", theme="dark", at=(lon, lat, accuracy))``.

    The map goes without gliding, unless ``motion`` is asked for, and at half its pixels, unless
    they are looked at (``whole_pixels``).
    """

    def make(
        *,
        size: str = "wide",
        theme: str = "light",
        at: Place | None = None,
        who: str = "",
        motion: bool = False,
        whole_pixels: bool = False,
    ) -> Visit:
        scale = 1 if whole_pixels else usual_scale()
        context = tabs.lend(Kind(size, theme, motion, scale), host=live_server.url, at=at)
        visit = open_page(context, live_server.url)
        if who:
            sign_in(context, live_server.url, who)
        return visit

    yield make
    tabs.all_back()


@pytest.fixture
def small_city(transactional_db: None) -> dict[str, Any]:
    """A block of plots by a wadi, two zones side by side, a tariff, and people to sign in."""
    wilayat = a_wilayat()
    area = an_area(wilayat)
    plots = []
    for i in range(BLOCK):
        row, column = divmod(i, BLOCK // 2)
        plots.append(
            a_plot(
                f"k{i}",
                square(column * 22.0, row * 34.0, 22, 34),
                number=str(2410 + i),
                old_number=str(310 + i),
                use_class="commercial" if i == 3 else "residential",
                area=area,
                wilayat=wilayat,
                registered_area_m2="748.00",
                setback_front_m="5.00",
            )
        )
    a_theme_layer("wadi", [shapely.box(EAST - 50, NORTH - 30, EAST + 400, NORTH + 5)])
    a_zone("7", square(-300, -200, 400), name_ar="الخوير", name_en="Al Khuwair")
    a_zone("8", square(100, -200, 400), name_ar="العذيبة", name_en="Al Udhaybah")
    a_tariff(100, (dt.date(2016, 10, 16), None))
    the_weekends()
    the_paid_hours()
    the_ticket_terms()
    for name in ("admin", "planner", "inspector"):
        a_person(name)
    return {"plots": plots, "wilayat": wilayat, "area": area}
