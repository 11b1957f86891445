"""The citizen's page: by click, by number, by keyboard alone; printed and shared."""

import re
import time

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MIDDLE = "#17.6/23.59031/58.38108"  # the block of the small city


def pixel_of(visit, selector: str = "#map") -> tuple[float, float]:
    box = visit.page.locator(selector).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_a_click_chooses_the_plot_and_says_what_applies(look, small_city) -> None:
    visit = look().go("/" + MIDDLE)
    visit.page.mouse.click(*pixel_of(visit))
    visit.page.locator("[data-plot][data-number]").wait_for()
    visit.settle()
    text = visit.page.inner_text("#panel")
    for part in ("السيب", "الحيل الشمالية", "748.00", "ماذا ينطبق هنا", "الارتداد الأمامي", "5.00"):
        assert part in text, part
    assert visit.page.locator("tr[data-limit=height_m] [data-state=unknown]").count() == 1
    assert "?plot=" in visit.page.url and "#17.6/" in visit.page.url
    visit.assert_clean()


def test_restrictions_are_concerned_not_concerned_or_no_data(look, small_city) -> None:
    by_the_wadi, beyond = small_city["plots"][0], small_city["plots"][15]
    visit = look().go(f"/en/?plot={by_the_wadi.pk}")
    row = visit.page.locator("tr[data-theme-code=wadi]")
    assert row.get_attribute("data-status") == "concerned"
    assert "m²" in row.inner_text() and "%" in row.inner_text()
    visit.go(f"/en/?plot={beyond.pk}")
    assert visit.page.locator("tr[data-status=not_concerned]").count() >= 1


def test_any_number_in_any_digits_finds_the_plot_by_keyboard_alone(look, small_city) -> None:
    visit = look().go("/")
    for typed, number in (("2417", "2417"), ("٢٤١٨", "2418"), ("319", "2419")):
        visit.page.focus("#q")
        visit.page.keyboard.press("Control+A")
        visit.page.keyboard.type(typed)
        visit.page.locator("#search-results [role=option]", has_text=number).first.wait_for()
        assert visit.page.locator("#live").inner_text()
        visit.page.keyboard.press("Enter")
        visit.page.locator(f"[data-number='{number}']").wait_for()
        assert visit.page.evaluate("document.activeElement.id") == "panel-title"
        visit.page.keyboard.press("Escape")
        assert "maplibregl-canvas" in visit.page.evaluate("document.activeElement.className")


def test_the_list_says_how_many_more_there_are_and_by_which_number(look, small_city) -> None:
    visit = look().go("/en/")
    visit.page.fill("#q", "241")
    visit.page.locator("#search-results [role=option]").first.wait_for()
    assert visit.page.locator("#search-results [role=option]").count() == 8
    assert "8 of 10 results" in visit.page.inner_text(".results-note")
    assert "8 of 10 results" in visit.page.locator("#live").inner_text()
    visit.assert_accessible()
    visit.page.fill("#q", "311")
    visit.page.locator("#search-results li", has_text="Old number 311").wait_for()
    assert visit.page.locator(".results-note").is_hidden()


def test_enter_alone_takes_no_plot_where_several_have_the_number(look, small_city) -> None:
    visit = look().go("/")
    visit.page.fill("#q", "241")
    visit.page.locator("#search-results [role=option]").first.wait_for()
    visit.page.keyboard.press("Enter")
    assert visit.page.locator("[data-plot][data-number]").count() == 0
    assert visit.page.locator("#search-0").get_attribute("aria-selected") == "true"
    visit.page.keyboard.press("Enter")
    visit.page.locator("[data-number='2410']").wait_for()


def test_an_unknown_registered_area_leaves_the_measured_one_with_its_unit(look, small_city) -> None:
    plot = small_city["plots"][2]
    plot.registered_area_m2 = None
    plot.save()
    visit = look().go(f"/en/?plot={plot.pk}")
    visit.page.locator("[data-plot][data-number]").wait_for()
    assert "measured 748.00\u00a0m²" in visit.page.inner_text("#panel .facts")


def test_the_page_itself_prints_without_its_tools(look, small_city) -> None:
    visit = look().go("/" + MIDDLE)
    visit.page.emulate_media(media="print")
    for tool in ("#search", ".ctl", ".top", ".handle"):
        assert visit.page.locator(tool).first.is_hidden(), tool


def test_the_map_is_moved_and_a_plot_chosen_by_keys(look, small_city) -> None:
    visit = look().go("/" + MIDDLE)
    visit.page.locator(".maplibregl-canvas").focus()
    before = visit.page.url
    visit.page.keyboard.press("ArrowRight")
    visit.settle()
    time.sleep(0.5)
    assert visit.page.url != before
    visit.page.keyboard.press("ArrowLeft")
    visit.settle()
    visit.page.keyboard.press("Enter")
    visit.page.locator("[data-plot][data-number]").wait_for()
    assert visit.page.evaluate("document.activeElement.id") == "panel-title"


def test_the_list_twin_holds_the_plots_in_view(look, small_city) -> None:
    visit = look().go("/" + MIDDLE)
    buttons = visit.page.locator("#plot-list button")
    buttons.first.wait_for()
    assert buttons.count() == len(small_city["plots"])
    buttons.first.click()
    visit.page.locator("[data-number='2410']").wait_for()


def test_the_shared_address_shows_the_same_view(look, small_city) -> None:
    first = look().go("/" + MIDDLE)
    first.page.mouse.click(*pixel_of(first))
    first.page.locator("[data-plot][data-number]").wait_for()
    first.settle()
    second = look().go(first.page.url.removeprefix(first.host))
    second.page.locator("[data-plot][data-number]").wait_for()
    assert second.page.inner_text("#panel-title") == first.page.inner_text("#panel-title")
    assert second.page.url == first.page.url


def test_back_goes_to_the_plot_before(look, small_city) -> None:
    visit = look().go("/" + MIDDLE)
    for number in ("2412", "2415"):
        visit.page.fill("#q", number)
        visit.page.locator("#search-results li").first.wait_for()
        visit.page.keyboard.press("Enter")
        visit.page.locator(f"[data-number='{number}']").wait_for()
    visit.page.go_back()
    visit.page.locator("[data-number='2412']").wait_for()


def test_the_printed_sheet_has_map_scale_north_legend_and_address(look, small_city) -> None:
    visit = look().go(f"/?plot={small_city['plots'][0].pk}")
    visit.page.evaluate("window.print = () => {}")
    visit.page.locator("#print").click()
    sheet = visit.page.locator(".print-sheet")
    sheet.wait_for(state="attached", timeout=20_000)
    image = visit.page.locator(".print-map")
    assert image.evaluate("e => e.naturalWidth") == 1400
    text = sheet.evaluate("e => e.textContent")
    for part in ("2410", "748.00", "م", "سكني", f"plot={small_city['plots'][0].pk}"):
        assert part in text, part
    assert visit.page.locator(".print-north, .print-scale").count() == 2
    assert len(re.findall(rb"/Type\s*/Page\b", visit.page.pdf(format="A4"))) == 1
    visit.assert_clean()


def test_an_unknown_plot_is_told_and_search_goes_on(look, small_city) -> None:
    visit = look().go("/?plot=999999999", expect=(404,))
    assert visit.page.locator("[role=alert]").count() == 1
    visit.page.fill("#q", "2412")
    visit.page.locator("#search-results li").first.wait_for()
    visit.page.keyboard.press("Enter")
    visit.page.locator("[data-number='2412']").wait_for()


def test_the_sheet_of_a_phone_has_three_heights_by_tap_and_keys(look, small_city) -> None:
    visit = look(size="phone").go(f"/?plot={small_city['plots'][0].pk}")
    panel, handle = visit.page.locator("#panel"), visit.page.locator(".handle")
    assert panel.get_attribute("data-height") == "half"
    handle.focus()
    visit.page.keyboard.press("ArrowUp")
    assert panel.get_attribute("data-height") == "full"
    handle.click()
    assert panel.get_attribute("data-height") == "line"
    visit.page.keyboard.press("ArrowUp")
    assert panel.get_attribute("data-height") == "half"
    for button in visit.page.locator("#panel button:visible, .ctl button:visible").all():
        box = button.bounding_box()
        if "handle" not in (button.get_attribute("class") or ""):
            assert box["height"] >= 40 and box["width"] >= 40


def test_the_list_of_layers_ends_above_the_sheet_on_a_phone(look, small_city) -> None:
    visit = look(size="phone").go(f"/?plot={small_city['plots'][0].pk}")
    visit.page.locator("[data-plot][data-number]").wait_for()
    visit.page.click("[aria-controls=layerbox]")
    box = visit.page.locator("#layerbox").bounding_box()
    assert box["y"] + box["height"] <= visit.page.locator("#panel").bounding_box()["y"]


def test_what_could_not_be_done_has_no_tick(look, small_city) -> None:
    visit = look().go("/" + MIDDLE)
    visit.page.context.set_offline(True)
    visit.page.mouse.click(*pixel_of(visit))
    toast = visit.page.locator(".toast.floating")
    toast.wait_for()
    assert "#triangle" in toast.locator("use").get_attribute("href")


def test_a_view_without_plots_says_so(look, small_city) -> None:
    visit = look().go("/#17/23.500000/58.300000")
    assert "لا قطع في هذا العرض" in visit.page.inner_text("#plot-list-note")
