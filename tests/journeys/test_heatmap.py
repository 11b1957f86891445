"""A planner filters the heatmap; the sum of the cells is the number of reports, at every zoom."""

import pytest

from municipality.people.models import User
from tests.journeys import city
from tests.journeys.walk import Walk
from tests.people.builders import a_code_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(person: Walk, name: str, code: str) -> None:
    person.open("/sign-in/?next=/heat/")
    person.shot("ar-sign-in")
    person.page.locator("a[href*='/sign-in/staff/']").click()
    person.page.locator("#name").fill(name)
    person.page.locator("#password").fill("demo")
    person.page.locator("main form button[type=submit]").click()
    person.page.locator("#code").fill(code)
    person.page.locator("main form button[type=submit]").first.click()


def total(person: Walk) -> int:
    found = person.page.locator("#total")
    return int(found.get_attribute("data-count") or -1) if found.count() else -1


def cells(person: Walk, query: str) -> dict:
    return person.page.request.get(f"{person.base}/api/heat/cells?{query}").json()


def test_planner_reads_a_heatmap(walk, live_server) -> None:
    small = city.build()
    west, south = city.lonlat(-20_000, -15_000)
    east, north = city.lonlat(20_000, 15_000)
    bbox = f"bbox={west:.5f},{south:.5f},{east:.5f},{north:.5f}"
    with walk(live_server.url) as person:
        sign_in(person, "planner", a_code_of(User.objects.get(username="planner")))
        person.open("/heat/?from=2016-01-01&to=2017-01-01")
        person.until(lambda: total(person) == small.reports)
        person.map_is_drawn()
        person.shot("ar-wide")
        legend = person.text(".legend, #legend")

        # the same answer at every size of cell
        for size in (50, 200, 800, 3200):
            body = cells(person, f"{bbox}&cell_m={size}&from=2016-01-01&to=2017-01-01")
            assert sum(f["properties"]["count"] for f in body["features"]) == small.reports, size

        # a category: the count changes, the legend does not
        person.open("/heat/?from=2016-01-01&to=2017-01-01&category=waste")
        person.until(lambda: total(person) == small.waste)
        person.map_is_drawn()
        assert person.text(".legend, #legend") == legend
        person.shot("ar-wide-waste")

        # a span of days, exact to the day; the end is exclusive
        person.open("/heat/?from=2016-01-01&to=2016-01-11")
        person.until(lambda: total(person) == 10)

        # a status, and English one click away with the filters kept
        person.open("/heat/?from=2016-01-01&to=2017-01-01&status=new")
        person.until(lambda: total(person) == 60)
        person.page.get_by_role("link", name="English").first.click()
        person.until(lambda: total(person) == 60)
        assert "/en/heat/" in person.page.url and "status=new" in person.page.url
        person.map_is_drawn()
        person.shot("en-wide-status")

        # nothing there: says why and what to do
        person.open("/heat/?from=2019-01-01&to=2019-02-01")
        person.until(lambda: "لا بلاغات" in person.text("#panel"))
        person.shot("ar-empty")


@pytest.mark.parametrize("prefix", ["", "/en"])
def test_planner_asks_whether_it_is_more_than_chance(walk, live_server, prefix) -> None:
    small = city.build()
    with walk(live_server.url) as person:
        sign_in(person, "planner", a_code_of(User.objects.get(username="planner")))
        person.until(lambda: total(person) >= 0)
        spring = "from=2016-03-01&to=2016-05-01"

        # a rate by the plots that stand there, weighted by severity
        person.open(f"{prefix}/heat/?{spring}&per=plot&weight=severity")
        person.until(lambda: total(person) == 61)
        person.map_is_drawn()
        person.shot("weighted-per-plot")

        # hot spots, with what was tested and how
        person.page.locator("#look-seg label:has([value=spots])").click()
        person.until(lambda: person.text("#verdict-sum") != "")
        person.page.locator("#panel-content details summary").click()
        assert "Gi*" in person.text("#panel-content")
        person.map_is_drawn()
        person.shot("hot-spots")

        # before and after: the two months before
        person.page.locator("#look-seg label:has([value=change])").click()
        person.page.locator("#compare-chip").click()
        person.page.locator("#compare-box input[value=before]").check()
        change = person.page.locator("#city-change[data-before='60'][data-after='61']")
        person.until(lambda: change.count() == 1)
        person.page.keyboard.press("Escape")
        person.map_is_drawn()
        person.shot("before-and-after")

        # kept under a name, and a link that opens it
        person.page.locator("#views").click()
        person.page.locator("#view-name").fill("الربيع")
        person.page.locator("#view-form button").click()
        person.until(lambda: "الربيع" in person.text("#view-list"))
        person.shot("view-kept")
        kept = person.page.request.get(f"{person.base}/api/heat/views").json()["views"][0]
        person.open(f"{prefix}/heat/?view={kept['id']}")
        person.until(lambda: change.count() == 1)
        assert "look=change" in person.page.url

        # the trend of every wilayat, on the map and as numbers
        person.page.locator("#look-seg label:has([value=trend])").click()
        person.until(lambda: person.page.locator("tr[data-trend]").count() > 0)
        person.map_is_drawn()
        person.shot("trend")
    assert small.reports == 240


def test_exact_answers_are_for_planners_only(live_server, client) -> None:
    city.build()
    query = {"bbox": "58,23,59,24", "cell_m": "800", "from": "2016-01-05", "to": "2016-01-09"}
    assert client.get("/api/heat/cells", query).status_code in (400, 422)
    assert client.get("/api/heat/cells", {**query, "status": "new"}).status_code in (400, 422)
