"""The planner's page: exact sums, filters in the address, cells by pointer and by keys."""

import csv
import datetime as dt
import json
import re

import pytest
from django.contrib.gis.geos import Point

from municipality import crs
from observations.reports.models import Category, Observation, Status
from observations.saved_views.models import SavedView
from tests.browser.looks import LOOKS, seen
from tests.builders import EAST, NORTH

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MANY, FEW = 40, 7  # reports in two cells of 800 m, side by side
NOON = dt.time(12)


@pytest.fixture
def reports(small_city) -> dict[str, int]:
    """Two cells of reports in 2016, of two categories, some of them closed."""
    kinds = [
        Category.objects.get_or_create(code=code, defaults={"name_ar": ar, "name_en": en})[0]
        for code, ar, en in (("lighting", "إنارة", "Lighting"), ("potholes", "حفر", "Potholes"))
    ]
    corner_x, corner_y = EAST // 800 * 800 + 400, NORTH // 800 * 800 + 400
    for i in range(MANY + FEW):
        day = dt.date(2016, 1 + i % 12, 10)
        Observation.objects.create(
            point=Point(corner_x + (800 if i >= MANY else 0), corner_y, srid=crs.METRIC),
            fix_origin="gps",
            category=kinds[i % 2],
            status=Status.CLOSED if i % 5 == 0 else Status.NEW,
            reported_at=dt.datetime.combine(day, NOON, dt.UTC),
            reported_on=day,
            wilayat=small_city["wilayat"],
        )
    return {"all": MANY + FEW, "lighting": (MANY + FEW + 1) // 2}


def total(visit) -> int:
    found = visit.page.locator("#total")
    found.wait_for()
    return int(found.get_attribute("data-count"))


def middle(visit) -> str:
    lon, lat = crs.lonlat(EAST, NORTH)
    return f"#12.5/{lat:.5f}/{lon:.5f}"


def test_the_planner_reads_the_sum_and_the_cells(look, reports) -> None:
    visit = look(who="planner").go("/heat/" + middle(None))
    assert total(visit) == reports["all"]
    assert "مجموع الخلايا يساوي عدد البلاغات تمامًا" in visit.page.inner_text("#sum-sentence")
    canvas = visit.page.locator(".maplibregl-canvas")
    canvas.focus()
    visit.page.keyboard.press("ArrowRight")  # the first press takes the highest cell
    tip = visit.page.locator("#cell-tip:not([hidden])")
    tip.wait_for()
    assert tip.get_attribute("data-count") == str(MANY)
    assert "متوسط" in tip.inner_text()  # 30 to 59 in a cell of 800 m
    visit.page.keyboard.press("ArrowRight")
    visit.page.locator(f"#cell-tip[data-count='{FEW}']").wait_for()
    assert "قليل جدًا" in visit.page.inner_text("#cell-tip")
    visit.page.keyboard.press("Escape")
    assert visit.page.locator("#cell-tip").is_hidden()
    visit.assert_accessible()
    visit.assert_clean()


def test_filters_live_in_the_address_and_leave_the_legend_alone(look, reports) -> None:
    visit = look(who="planner").go("/en/heat/")
    legend = visit.page.inner_text(".legend")
    visit.page.click("#category-chip")
    visit.page.check("#category-box input[value=lighting]")
    visit.settle()
    visit.page.locator(f"#total[data-count='{reports['lighting']}']").wait_for()
    assert "category=lighting" in visit.page.url
    assert visit.page.inner_text(".legend") == legend
    again = look(who="planner").go(visit.page.url.removeprefix(visit.host))
    assert total(again) == reports["lighting"]
    again.page.click("#clear-filters")
    again.page.locator(f"#total[data-count='{reports['all']}']").wait_for()
    assert "category" not in again.page.url


def test_a_class_is_switched_off_by_keyboard(look, reports) -> None:
    visit = look(who="planner").go("/heat/" + middle(None))
    box = visit.page.locator(".ramp input").nth(3)
    box.focus()
    visit.page.keyboard.press("Space")
    visit.settle()
    assert not box.is_checked()
    visit.page.locator(".maplibregl-canvas").focus()
    visit.page.keyboard.press("ArrowLeft")
    visit.page.locator(f"#cell-tip[data-count='{FEW}']").wait_for()  # the other is not drawn


def test_the_numbers_are_there_as_tables_and_a_list(look, reports) -> None:
    visit = look(who="planner").go("/heat/" + middle(None))
    visit.page.locator("#panel-body details summary").first.click()
    rows = visit.page.locator("#panel-body details").first.locator("tbody tr")
    numbers = [int(re.sub(r"\D", "", t)) for t in rows.locator("td").all_inner_texts()]
    assert sum(numbers) == reports["all"]
    visit.page.locator("#hottest summary").click()
    visit.page.locator("#hot-list button").first.wait_for()
    assert visit.page.locator("#hot-list button").first.inner_text().startswith(str(MANY))


def test_the_public_gets_whole_months_and_fewer_filters(look, reports) -> None:
    visit = look().go("/heat/")
    assert visit.page.locator("#status-chip").count() == 0
    visit.page.click("#period-chip")
    assert visit.page.locator("#from").get_attribute("type") == "month"
    assert "للعموم" in visit.page.inner_text("#period-box")
    assert "أو أقل مما يُعلن" in visit.page.inner_text(".ramp-box")


def test_a_reversed_period_is_told_and_not_asked_for(look, reports) -> None:
    visit = look(who="planner").go("/heat/")
    total(visit)
    visit.page.click("#period-chip")
    before = visit.page.url
    visit.page.fill("#from", "2018-01-01")
    visit.page.locator("#from").dispatch_event("change")
    assert visit.page.locator("#period-box [role=alert]").is_visible()
    assert visit.page.url == before


def test_nothing_found_says_why_and_what_to_do(look, reports) -> None:
    visit = look(who="planner").go("/heat/?from=2001-01-01&to=2001-02-01")
    assert total(visit) == 0
    assert "لا بلاغات في هذه الفترة" in visit.page.inner_text("#panel")
    visit.page.locator(".empty button").click()
    visit.page.locator(f"#total[data-count='{reports['all']}']").wait_for()


def test_a_phone_shows_the_whole_tip_above_the_sheet(look, reports) -> None:
    visit = look(size="phone", who="planner").go("/heat/")
    total(visit)
    visit.page.locator(".maplibregl-canvas").focus()
    visit.page.keyboard.press("ArrowRight")
    tip = visit.page.locator("#cell-tip:not([hidden])")
    tip.wait_for()
    box = tip.bounding_box()
    assert box["y"] + box["height"] <= visit.page.locator("#panel").bounding_box()["y"]


def test_a_city_without_reports_offers_no_filter_to_clear(look, transactional_db) -> None:
    visit = look(size="phone").go("/heat/")
    assert total(visit) == 0
    assert "لا بلاغات بعد" in visit.page.inner_text("#panel")
    assert visit.page.locator(".empty button").count() == 0
    visit.assert_accessible()


def test_the_chosen_cells_are_exported_as_filtered(look, reports) -> None:
    visit = look(who="planner").go("/heat/?from=2016-01-01&to=2017-01-01&category=lighting")
    assert total(visit) == reports["lighting"]
    visit.page.click("#export")
    assert visit.page.locator("#export-box [data-kind]").count() == 7
    visit.assert_accessible()
    with visit.page.expect_download() as waiting:
        visit.page.click("#export-box [data-kind=csv]")
    assert re.fullmatch(r"heat-800m-\d{8}\.csv", waiting.value.suggested_filename)
    with open(waiting.value.path(), encoding="utf-8") as file:
        assert sum(int(row["count"]) for row in csv.DictReader(file)) == reports["lighting"]
    assert visit.page.locator(".toast").is_visible()
    visit.assert_clean()


def test_an_export_that_takes_long_is_fetched_when_it_is_ready(look, reports) -> None:
    visit = look(who="planner").go("/heat/")
    asked = []

    def later(route) -> None:
        asked.append(route.request.url)
        if len(asked) < 3:
            route.fulfill(status=202, headers={"Location": "/api/heat/export.csv"})
        else:
            route.fulfill(body="x,y,count\n", content_type="text/csv")

    visit.page.route("**/api/heat/export.csv*", later)
    visit.page.click("#export")
    with visit.page.expect_download() as waiting:
        visit.page.click("#export-box [data-kind=csv]")
    assert waiting.value.suggested_filename == "heat.csv"
    assert len(asked) == 3


def test_the_public_exports_published_cells_and_chooses_one_kind(look, reports) -> None:
    visit = look().go("/en/heat/")
    visit.page.click("#category-chip")
    assert visit.page.locator("#category-box input[type=radio]").count() >= 3  # all, or one
    visit.page.keyboard.press("Escape")
    visit.page.click("#export")
    with visit.page.expect_download() as waiting:
        visit.page.click("#export-box [data-kind=geojson]")
    with open(waiting.value.path(), encoding="utf-8") as file:
        assert json.load(file)["class"] == "public"
    visit.assert_clean()


def look_at(visit, which: str) -> None:
    """Choose what the map shows and wait for its answer."""
    visit.page.locator(f"#look-seg label:has([value={which}])").click()
    visit.settle()


def test_a_planner_goes_from_density_to_verdicts_and_each_stands_in_words(look, reports) -> None:
    visit = look(who="planner").go("/heat/" + middle(None))
    assert total(visit) == reports["all"]
    look_at(visit, "spots")
    tested = visit.page.locator("#verdict-sum")
    tested.wait_for()
    assert int(tested.get_attribute("data-tested")) > 10
    assert "look=spots" in visit.page.url
    visit.assert_accessible()

    look_at(visit, "change")
    city = visit.page.locator("#city-change")
    city.wait_for()
    assert (city.get_attribute("data-before"), city.get_attribute("data-after")) == (
        "0", str(reports["all"]),
    )  # fmt: skip
    assert "من لا شيء" in city.inner_text()
    assert visit.page.locator("tr[data-change=rose]").count() == 1
    visit.page.locator(".maplibregl-canvas").focus()
    visit.page.keyboard.press("ArrowRight")
    visit.page.locator("#cell-tip:not([hidden])").wait_for()
    assert "زادت" in visit.page.inner_text("#cell-tip")
    visit.assert_accessible()

    look_at(visit, "trend")
    span = visit.page.locator("#trend-span")
    span.wait_for()
    assert int(span.get_attribute("data-months")) >= 12  # all that is known, not the chosen year
    assert visit.page.locator("tr[data-trend]").count() == 1
    visit.assert_accessible()
    visit.assert_clean()


def test_a_comparison_with_chosen_days_is_asked_for_and_kept_in_the_address(look, reports) -> None:
    query = "?from=2016-07-01&to=2017-01-01&look=change&before_from=2016-01-01&before_to=2016-07-01"
    visit = look(who="planner").go("/en/heat/" + query)
    city = visit.page.locator("#city-change")
    city.wait_for()
    both = [int(city.get_attribute(f"data-{when}")) for when in ("before", "after")]
    assert sum(both) == reports["all"] and 0 not in both
    visit.page.click("#compare-chip")
    visit.page.check("#compare-box input[value=year]")
    visit.page.locator("#city-change[data-before='0']").wait_for()
    assert "before_from" not in visit.page.url


def test_a_rate_without_denominator_is_grey_and_said(look, reports) -> None:
    visit = look(who="planner").go("/heat/?per=road_km&weight=severity" + middle(None))
    assert total(visit) == reports["all"]
    assert "لا مقام معلوم" in visit.page.inner_text(".ramp-box")
    assert "موزونة بالخطورة" in visit.page.inner_text(".ramp-box")
    visit.page.locator(".maplibregl-canvas").focus()
    visit.page.keyboard.press("ArrowRight")
    visit.page.locator("#cell-tip:not([hidden])").wait_for()
    assert "لا مقام معلوم لهذه الخلية" in visit.page.inner_text("#cell-tip")
    visit.assert_clean()


def test_a_shape_is_drawn_and_counts_what_it_covers(look, reports) -> None:
    visit = look(who="planner").go("/heat/" + middle(None))
    total(visit)
    visit.settle()
    visit.page.click("#wilayat-chip")
    visit.page.click("#shape-view")
    visit.settle()
    visit.page.locator(f"#total[data-count='{reports['all']}']").wait_for()
    assert "polygon=POLYGON" in visit.page.url
    box = visit.page.locator(".maplibregl-canvas").bounding_box()
    corner = (box["x"] + 200, box["y"] + 120)  # far from every report, and from the map's tools
    visit.page.click("#wilayat-chip")
    visit.page.click("#shape-draw")
    visit.page.locator(".toast").wait_for()
    for dx, dy in ((0, 0), (40, 0), (20, -40), (0, 0)):
        visit.page.mouse.click(corner[0] + dx, corner[1] + dy)
        visit.page.wait_for_timeout(350)  # two presses in a row would be one to zoom in
    visit.page.locator("#total[data-count='0']").wait_for()
    visit.page.click("#clear-filters")
    visit.page.locator(f"#total[data-count='{reports['all']}']").wait_for()


def test_a_view_is_saved_shared_and_opened_by_another_planner(look, reports) -> None:
    visit = look(who="planner").go("/heat/?category=lighting&look=spots")
    visit.page.click("#views")
    visit.page.fill("#view-name", "بؤر الإنارة")
    visit.page.check("#view-shared")
    visit.page.click("#view-form button")
    visit.page.locator("#view-list li").wait_for()
    visit.assert_accessible()
    kept = SavedView.objects.get()
    assert (kept.name, kept.query, kept.shared) == (
        "بؤر الإنارة", "category=lighting&look=spots", True,
    )  # fmt: skip
    other = look(who="admin").go(f"/heat/?view={kept.public_id}")
    other.page.locator("#verdict-sum").wait_for()
    assert "category=lighting" in other.page.url and "view=" not in other.page.url
    other.page.click("#views")
    other.page.locator("#view-list li").wait_for()
    assert other.page.locator("#view-list [data-act=remove]").count() == 0
    visit.page.click("#view-list [data-act=remove]")
    visit.page.locator("#view-list li").wait_for(state="detached")
    assert not SavedView.objects.exists()
    visit.assert_clean()


LONG = "?per=road_km&weight=severity&category=potholes&status=new"  # a measure with a long name


@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_the_planner_s_page_is_seen_in_every_look(look, reports, prefix, size, theme) -> None:
    visit = look(who="planner", size=size, theme=theme)
    name = f"heat-{prefix.strip('/') or 'ar'}-{size}-{theme}"
    for path, what in (
        ("/heat/", "plain"),
        (f"/heat/{LONG}", "long"),
        ("/heat/?look=change", "change"),
    ):
        visit.go(prefix + path + middle(None))
        visit.page.locator("#total, #city-change").first.wait_for()
        if size == "wide":
            bar = visit.page.locator("#filters").bounding_box()
            assert bar["height"] < 80, (what, bar)  # one row of chips
        seen(visit, f"{name}-{what}")
    if size == "phone":
        visit.page.click(".filters-toggle")
        seen(visit, f"{name}-filters")


@pytest.mark.parametrize("width", [1_024, 1_100, 1_216, 1_366, 1_440, 1_500, 1_680, 1_920])
@pytest.mark.parametrize("prefix", ["", "/en"])
def test_the_filters_take_one_row_with_the_longest_of_measures(
    look, reports, prefix, width
) -> None:
    visit = look(who="planner")
    visit.page.set_viewport_size({"width": width, "height": 800})
    visit.go(f"{prefix}/heat/{LONG}{middle(None)}")
    total(visit)
    visit.page.locator("#clear-filters").wait_for()
    bar = visit.page.locator("#filters").bounding_box()
    assert bar["height"] < 80, bar
    visit.shot(f"heat-bar-{prefix.strip('/') or 'ar'}-{width}")
    for chip in visit.page.locator("#filters .chip:visible, #filters .btn:visible").all():
        box = chip.bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= width, chip.inner_text()
    cut = visit.page.eval_on_selector_all(
        "#filters .chip bdi", "all => all.filter(b => b.scrollWidth > b.clientWidth + 1).length"
    )
    assert cut <= (0 if width >= 1_440 else 2)  # the longest measure, and the days on a small desk
