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
from tests.building_permits.test_drawing_api import BOW, OPEN, SITE, at, drawing, lines

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
    visit = look(who="office", whole_pixels=True).go(path)
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


def laid(page: Page, content: bytes) -> None:
    with page.expect_response(lambda answer: answer.url.endswith("/drawing")):
        sent(page, "#dxf-file", "site.dxf", content)


def test_what_of_a_drawing_was_not_read_is_said_and_that_the_earlier_one_is_shown(
    look, path
) -> None:
    visit = look(who="office").go(path)
    page = visit.page
    laid(page, lines(OPEN))
    assert "السابق" not in page.inner_text("[data-refused]")  # nothing was drawn before
    laid(page, drawing())
    expect(page.locator("[data-refused]")).to_have_count(0)
    page.wait_for_selector("li.part[data-role=main]")
    for ring, why in ((OPEN, "لا تنغلق"), (BOW, "يقطع نفسه")):
        laid(page, lines(ring))
        expect(page.locator("[data-not-read]")).to_contain_text(why)
        assert "ما لم يُقرأ (1)" in page.inner_text("[data-not-read] summary")
        assert "هو الرسم السابق" in page.inner_text("[data-refused]")
    page.evaluate("document.querySelector('#dxf').scrollIntoView()")
    seen(visit, "dxf-not-read--wide-light")
    laid(page, b"no drawing")
    expect(page.locator("[data-refused]")).to_contain_text("هو الرسم السابق")
    visit.shot("dxf-unreadable--wide-light")


def test_coordinates_off_the_plot_and_units_are_told_before_anything_else(look, path) -> None:
    visit = look(size="phone", who="office").go("/en" + path)
    page = visit.page
    laid(page, at(220, 0))
    warning = page.locator("#dxf .verdict.near")
    expect(warning).to_contain_text("220 m east of the plot")
    page.evaluate("document.querySelector('#dxf').scrollIntoView()")
    seen(visit, "dxf-off-plot-en-phone-light")
    laid(page, drawing(scale=1000.0))
    expect(page.locator("#dxf")).to_contain_text("1,000 times as large as the plot")
    expect(page.locator("#dxf")).to_contain_text("millimetres (mm)")
    off = s.part("main", 3.5, 236, 13, 15, floors=2, height_m=9)
    sent(page, "#geojson-file", "off.geojson", json.dumps(s.site(off)).encode())
    expect(page.locator("[data-off-plot]")).to_contain_text("229 m north of the plot")
    visit.assert_clean()


def test_of_a_thousand_layers_those_that_are_read_stand_first_and_the_rest_is_folded(
    look, path
) -> None:
    visit = look(size="phone", who="office").go("/en" + path)
    page = visit.page
    many = {f"L{n:04}": SITE["FURNITURE"] for n in range(1000)}
    laid(page, drawing(site=many | SITE))
    page.wait_for_selector("[data-more-layers]")
    shown = [one.get_attribute("data-layer") for one in page.locator("[data-layer]").all()]
    assert len(shown) == 12 and {"PLOT", "مبنى"} == set(shown[:2])
    page.click("text=Other layers (991)")
    expect(page.locator("[data-layer]")).to_have_count(1003)
    visit.assert_clean()


def test_numbers_typed_wrong_are_said_at_their_field_and_stay(look, path) -> None:
    visit = look(who="office").go(path)
    page = visit.page
    page.click("text=ارسم بالقياسات")
    for width in ("0", "-3", "1e9", "عرض"):
        for name, metres in (("width", width), ("depth", "15"), ("from-front", "6")):
            page.fill(f"#{name}", metres)
        page.fill("#from-side", "٣٫٥")
        page.click("#measures button[type=submit]")
        expect(page.locator("#measures-error")).to_be_visible()
        expect(page.locator("#width")).to_have_attribute("aria-invalid", "true")
        expect(page.locator("li.part")).to_have_count(0)
    visit.shot("measures-wrong--wide-light")
    page.fill("#width", "١٣")
    page.click("#measures button[type=submit]")
    expect(page.locator("#measures-error")).to_be_hidden()
    main = page.locator("[data-role=main]")

    def typed(nth: int, text: str) -> None:
        main.locator("input").nth(nth).fill(text)
        main.locator("input").nth(nth).press("Tab")

    verdict(page, "height", "unknown")
    expect(page.locator("tr[data-rule=height]")).to_contain_text("لم يُذكر في الرسم")
    expect(page.locator("[data-verdict]")).to_contain_text("الرسم لا يذكر")
    expect(page.locator("[data-verdict]")).not_to_contain_text("الحد غير معلوم")
    typed(1, "٩٫٥")
    verdict(page, "height", "pass")
    for nth, text in ((1, "abc"), (0, "2.5"), (0, "0")):
        typed(nth, text)
        expect(main.locator("input").nth(nth)).to_have_value(text)
        expect(main.locator(".err").last).to_be_visible()
    seen(visit, "parts-wrong--wide-light")
    page.click("#save")
    expect(page.locator(".toast")).to_contain_text("صحّح")
    assert not SiteVersion.objects.exists()
    empty = json.dumps({"type": "FeatureCollection", "features": []}).encode()
    sent(page, "#geojson-file", "empty.geojson", empty)
    expect(page.locator(".toast")).to_contain_text("لا أشكال في الملف")
    expect(page.locator("li.part[data-role=main]")).to_have_count(1)
    visit.assert_clean()


@pytest.mark.parametrize(("prefix", "size"), [("", "phone"), ("/en", "wide")])
def test_failures_that_lie_close_keep_their_numbers(look, path, prefix: str, size: str) -> None:
    visit = look(size=size, who="office").go(prefix + path)
    page = visit.page
    parts = [
        s.part("main", -1, -1, 22, 32, floors=9, height_m=40),
        s.part("annex", 12, 20, 7, 9, floors=3),
    ]
    sent(page, "#geojson-file", "all.geojson", json.dumps(s.site(*parts)).encode())
    verdict(page, "setback.front", "fail")
    visit.settle()
    page.wait_for_timeout(500)
    visit.shot(f"failures-{prefix[1:]}-{size}")
