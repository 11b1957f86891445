"""A site plan that an office brings as a file: a DXF laid on the plot, a GeoJSON with its shapes."""

import io
import json
from pathlib import Path

import ezdxf
import numpy as np
import pytest
import shapely
from playwright.sync_api import Page, expect

from plots.building_permits.models import SiteVersion
from tests.browser.looks import seen
from tests.browser.test_site_drawing import click, corners_of
from tests.builders import EAST, NORTH, square
from tests.building_permits import builders as s
from tests.building_permits import office as o
from tests.building_permits.test_drawing_api import SITE, drawing

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MILLIMETRES = 4  # $INSUNITS


@pytest.fixture
def path(settings, tmp_path: Path) -> str:
    settings.MEDIA_ROOT = tmp_path / "media"
    case = o.an_application(o.a_permit_town())
    return f"/cases/{case.public_id}/site/"


def sent(page: Page, picker: str, name: str, content: bytes) -> None:
    kind = "application/octet-stream"
    page.set_input_files(picker, [{"name": name, "mimeType": kind, "buffer": content}])


def uploaded_dxf(page: Page) -> None:
    """A site plan in millimetres, nowhere on earth, with an object that no site plan needs."""
    site = SITE | {"مبنى": [(3, 5), (17, 5), (17, 20), (3, 20)]}  # up to the setback lines
    made = ezdxf.read(io.StringIO(drawing(1000.0, MILLIMETRES, site).decode()))
    made.modelspace().add_ray((0, 0), (1, 0), dxfattribs={"layer": "FURNITURE"})
    out = io.StringIO()
    made.write(out)
    sent(page, "#dxf-file", "site.dxf", out.getvalue().encode())
    page.wait_for_selector("#dxf select[data-layer=PLOT]")


def told(page: Page, nth: int, value: str) -> None:
    """Write the floors or the height of the building's layer, and wait until it was read again."""
    row = page.locator("#dxf li", has=page.locator("[data-layer=مبنى]"))
    with page.expect_response(lambda answer: answer.url.endswith("/drawing")):
        row.locator("input").nth(nth).fill(value)
        row.locator("input").nth(nth).press("Tab")


def verdict(page: Page, rule: str, status: str) -> None:
    page.wait_for_selector(f"tr[data-rule='{rule}'][data-status={status}]")


def test_a_dxf_without_a_place_is_laid_on_the_plot_and_each_rule_turns(look, path) -> None:
    visit = look(who="office").go(path)
    page = visit.page
    north_west, _, south_east, south_west = np.array(corners_of(page))
    uploaded_dxf(page)
    layers = page.locator("#dxf [data-layer]").all()
    guesses = {one.get_attribute("data-layer"): one.input_value() for one in layers}
    assert (guesses["PLOT"], guesses["مبنى"], guesses["FURNITURE"]) == ("plot", "main", "ignore")
    assert "mm" in page.inner_text("#dxf-unit option:checked")
    page.click("text=ما لم يُقرأ (1)")
    assert "FURNITURE · RAY × 1" in page.inner_text("#dxf")
    verdict(page, "inside_plot", "pass")
    verdict(page, "floors", "unknown")  # the file does not say them
    told(page, 0, "2")
    told(page, 1, "9.5")
    for rule in ("floors", "height", "setback.front", "coverage"):
        verdict(page, rule, "pass")
    seen(visit, "dxf-laid--wide-light")

    def at(east: float, north: float) -> tuple[float, float]:
        x = (south_east - south_west) * east / 20 + (north_west - south_west) * north / 30
        return tuple(map(float, south_west + x))

    page.click("text=انقل الرسم")
    for corner in ((3, 5), (0, 0)):  # to the plot's own corner, out of every setback
        click(page, at(*corner))
    verdict(page, "setback.front", "fail")
    verdict(page, "inside_plot", "pass")
    visit.shot("dxf-moved--wide-light")
    page.click("text=نقطتان مشتركتان")
    for corner in ((0, 0), (3, 5), (14, 0), (17, 5)):  # and back on the setback lines
        click(page, at(*corner))
    verdict(page, "setback.front", "pass")
    verdict(page, "setback.side", "pass")
    page.click("#save")
    page.wait_for_selector("#onward:not([hidden])")
    kept = SiteVersion.objects.get()
    assert kept.origin == "dxf"
    assert kept.buildings.area == pytest.approx(14 * 15, abs=0.02)
    visit.assert_clean()


def test_a_mapping_is_kept_under_a_name_and_offered_to_the_next_drawing(look, path) -> None:
    visit = look(size="phone", theme="dark", who="office").go("/en" + path)
    page = visit.page
    uploaded_dxf(page)
    page.select_option("[data-layer=FURNITURE]", "parking")
    page.click("text=Kept mappings of layers")
    page.fill("#dxf-name", "Our sheets")
    page.click("#dxf details button:text-is('Keep')")
    page.wait_for_selector("#dxf button:text-is('Our sheets')", state="attached")
    page.evaluate("document.querySelector('#dxf').scrollIntoView()")
    seen(visit, "dxf-panel-en-phone-dark")
    uploaded_dxf(page)
    expect(page.locator("[data-layer=FURNITURE]")).to_have_value("ignore")
    page.click("text=Kept mappings of layers")
    page.click("#dxf button:text-is('Our sheets')")
    page.wait_for_selector("li.part[data-role=parking]")
    assert page.input_value("[data-layer=FURNITURE]") == "parking"
    visit.assert_clean()


def shapes() -> list[dict]:
    """A courtyard house, an annex of two pieces, a wall as a line: none says its floors."""
    house = square(3.5, 6, 13, 15) - square(8, 11, 3, 4)
    sheds = shapely.union_all([square(4, 23, 2, 2), square(8, 23, 3, 2)])
    east, north = EAST, NORTH
    wall = shapely.linestrings([(east + x, north + y) for x, y in ((1, 1), (1, 29))])
    return [s.drawn("main", house), s.drawn("annex", sheds), s.drawn("wall", wall)]


def test_shapes_that_no_hand_edits_are_listed_described_and_removed(look, path) -> None:
    visit = look(who="office").go(path)
    page = visit.page
    sent(page, "#geojson-file", "site.geojson", json.dumps(s.site(*shapes())).encode())
    parts = page.locator("li.part")
    page.wait_for_selector("li.part[data-role=wall]")
    listed = [one.get_attribute("data-role") for one in parts.all()]
    assert listed == ["main", "annex", "wall"]
    sizes = [text.replace("\xa0", " ") for text in page.locator("li.part .mute").all_inner_texts()]
    assert [float(text.split()[0]) for text in sizes] == pytest.approx([183, 10, 28], abs=0.1)
    assert page.locator("li.part .acts button").count() == 3  # nothing to select, all to remove
    main, annex = page.locator("[data-role=main]"), page.locator("[data-role=annex]")
    assert main.locator("input").nth(0).input_value() == ""
    verdict(page, "floors", "unknown")  # two floors of our own making would pass
    main.locator("input").nth(0).fill("2")
    main.locator("input").nth(0).press("Tab")
    verdict(page, "floors", "pass")
    annex.locator("select").select_option("plant")
    page.wait_for_selector("li.part[data-role=plant]")
    seen(visit, "geojson-fixed--wide-light")
    page.locator("[data-role=wall] .acts button").click()
    page.wait_for_selector("li.part[data-role=wall]", state="detached")
    page.click("#save")
    page.wait_for_selector("#onward:not([hidden])")
    kept = SiteVersion.objects.get()
    assert kept.origin == "geojson"
    told = kept.parts.order_by("role").values_list("role", "floors")
    assert list(told) == [("main", 2), ("plant", None)]
    visit.go("/en" + path)
    assert page.locator("li.part").count() == 2
    visit.assert_clean()
