"""A citizen finds a plot, by click, by number in any digits and by keyboard alone, and reads,
prints and shares what applies there."""

import pytest

from municipality import crs
from tests.browser.driver import PHONE
from tests.journeys import city
from tests.journeys.walk import Walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def chosen(person: Walk, number: str) -> None:
    person.until(lambda: person.page.locator("#panel[data-state=plot]").count() > 0)
    assert person.text("#panel-title") == number


@pytest.mark.parametrize(
    ("prefix", "size", "name"), [("", None, "ar-wide"), ("/en", PHONE, "en-phone")]
)
def test_citizen_chooses_a_plot(walk, live_server, prefix, size, name) -> None:
    small = city.build()
    lon, lat = crs.lonlat(small.plot.boundary.centroid.x, small.plot.boundary.centroid.y)
    with walk(live_server.url, **({"size": size} if size else {})) as person:
        person.open(f"{prefix}/#17.5/{lat:.6f}/{lon:.6f}")
        assert person.page.locator("html").get_attribute("dir") == ("ltr" if prefix else "rtl")
        person.map_is_drawn()
        person.shot(f"{name}-map")

        # by its old number, in Arabic-Indic digits, with the keyboard alone
        person.page.locator("#q").focus()
        person.page.keyboard.type("٣١٨")
        person.until(lambda: person.page.locator("#search-results [role=option]").count() == 1)
        person.page.keyboard.press("ArrowDown")
        person.page.keyboard.press("Enter")
        chosen(person, "2417")
        panel = person.text("#panel-body")
        for word in ["748.00", "5.00"] if not prefix else ["748.00", "m²"]:
            assert word in panel, panel
        statuses = (
            ("مشمولة", "غير مشمولة", "لا توجد بيانات", "غير معلوم")
            if not prefix
            else ("Concerned", "Not concerned", "No data", "nknown")
        )
        for word in statuses:
            assert word.lower() in panel.lower(), (word, panel)
        person.map_is_drawn()
        person.shot(f"{name}-chosen")

        # the address is this view: a second person opens it and sees the same
        shared = person.page.url
        assert f"plot={small.plot.pk}" in shared
        person.page.goto("about:blank")
        person.page.goto(shared)
        chosen(person, "2417")

        # Escape goes back to the map
        person.page.locator("#panel-title").focus()
        person.page.keyboard.press("Escape")
        person.until(lambda: person.page.locator("#map canvas:focus").count() > 0)


def test_citizen_clicks_a_plot(walk, live_server) -> None:
    small = city.build()
    lon, lat = crs.lonlat(small.plot.boundary.centroid.x, small.plot.boundary.centroid.y)
    with walk(live_server.url) as person:
        person.open(f"/#18/{lat:.6f}/{lon:.6f}")
        person.map_is_drawn()
        box = person.page.locator("#map canvas").bounding_box()
        assert box
        person.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        chosen(person, "2417")
        person.shot("click-chosen")


def test_sheet_of_restrictions_prints_in_both_languages(live_server, client) -> None:
    import os
    from pathlib import Path

    small = city.build()
    for language in ("ar", "en"):
        response = client.get(f"/api/plots/{small.plot.pk}/restrictions.pdf", {"lang": language})
        assert response.status_code == 200 and response.content.startswith(b"%PDF")
        if folder := os.environ.get("GEO_JOURNEY_OUT"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            (Path(folder) / f"restrictions-{language}.pdf").write_bytes(response.content)


def test_number_nobody_has_says_so_and_offers_a_way_on(walk, live_server) -> None:
    city.build()
    with walk(live_server.url) as person:
        person.open("/")
        person.page.locator("#q").fill("999999")
        person.until(lambda: "999999" not in person.text("#panel-title"))
        person.page.keyboard.press("Enter")
        person.until(lambda: "لا" in person.text("body"))
