"""Search by place and number, in any script."""

import datetime as dt

import pytest

from geo_portal.home.search import Asked, take_apart
from municipality import crs
from municipality.asked import today
from municipality.names import fold
from parking_zones.models import Zone
from plots.models import Plot, PlotNumber
from tests.builders import a_plot, a_wilayat, a_zone, a_zone_version, an_area, square

pytestmark = pytest.mark.django_db
JUNE = dt.date(2016, 6, 1)


@pytest.fixture
def hail():
    return an_area(a_wilayat(), aliases=["Hail", "Al Hayl"])


def ask(client, query: str, path: str = "/search/"):
    return client.get(path, {"q": query}, headers={"Accept": "application/json"}).json()


@pytest.mark.parametrize(
    ("query", "name", "number"),
    [
        ("الحيل الشمالية 2417", "الحيل الشمالية", "2417"),
        ("٢٤١٧ الحيل", "الحيل", "2417"),
        ("01-05-021-03-2417", "", "01-05-021-03-2417"),
        ("الخوض", "الخوض", ""),
        ("", "", ""),
    ],
)
def test_query_is_taken_apart(query, name, number) -> None:
    assert take_apart(query) == Asked(fold(name), number)


@pytest.mark.parametrize(
    "query", ["2417", "٢٤١٧", "الحيل الشماليه 2417", "hail 2417", "٢٤١٧ al hayl"]
)
def test_plot_is_found(client, hail, query) -> None:
    plot = a_plot(area=hail, wilayat=hail.wilayat)
    a_plot("k2", square(500), number="24170")
    body = ask(client, query)
    assert body["results"][0]["id"] == plot.pk and body["results"][0]["kind"] == "plot"
    assert set(body["results"][0]) >= {"kind", "title", "url", "place", "lon", "lat"}


def test_number_in_another_area_is_not_found_there(client, hail) -> None:
    other = an_area(
        hail.wilayat, "khoudh", square(3e3, 3e3, 100), name_ar="الخوض", name_en="Al Khoud"
    )
    a_plot(area=hail, wilayat=hail.wilayat)
    assert ask(client, "الخوض 2417")["count"] <= 1
    assert all(row["kind"] != "plot" for row in ask(client, f"{other.name_ar} 2417")["results"])


def test_retired_plot_is_not_offered(client) -> None:
    a_plot(valid=(dt.date(2000, 1, 1), dt.date(2010, 1, 1)))
    assert ask(client, "2417")["results"] == []


def test_the_count_is_of_all_hits_and_not_of_those_shown(client, hail) -> None:
    for i in range(11):
        a_plot(f"m{i}", square(100 * i), number=f"77{i:02}", area=hail, wilayat=hail.wilayat)
    body = ask(client, "770")
    assert (body["count"], body["more"], len(body["results"])) == (10, True, 8)
    body = ask(client, "الحيل الشمالية 7710")
    assert (body["count"], body["more"]) == (len(body["results"]), False)
    page = client.get("/en/search/", {"q": "770"}).content.decode()
    assert "Results:" in page and ">10<" in page and "narrow them" in page


def test_a_hit_by_old_number_says_so_in_both_languages(client, hail) -> None:
    a_plot(number="901", old_number="4410", area=hail, wilayat=hail.wilayat)
    a_plot("k2", square(500), number="4410")
    first, second = ask(client, "٤٤١٠")["results"]
    assert (first["number"], first["matched"]) == ("4410", "number")
    assert (second["number"], second["matched"]) == ("901", "old_number")
    assert second["matched_number"] == "4410"
    assert second["place"].startswith("الرقم القديم 4410، ")
    assert ask(client, "4410", "/en/search/")["results"][1]["place"].startswith("Old number 4410, ")
    assert "القديم" not in first["place"]


def test_the_openapi_document_describes_every_field_of_an_answer(client, hail) -> None:
    a_plot(area=hail, wilayat=hail.wilayat)
    document = client.get("/api/openapi.json").json()["paths"]["/search/"]["get"]
    answer = document["responses"]["200"]["content"]["application/json"]["schema"]
    for query in ("2417", "hail"):
        body = ask(client, query)
        assert set(body) == set(answer["properties"])
        assert set(body["results"][0]) <= set(
            answer["properties"]["results"]["items"]["properties"]
        )


def test_a_hit_by_krooki_or_former_number_says_so(client) -> None:
    plot = a_plot(number="901", krooki_number="88/5")
    PlotNumber.objects.create(plot=plot, kind="number", number="6060", valid=(None, JUNE))
    assert ask(client, "88/5")["results"][0]["matched"] == "krooki_number"
    (former,) = ask(client, "6060")["results"]
    assert former["matched"] == "former_number" and "6060" in former["place"]


def test_a_plot_is_found_until_the_day_it_closes(client) -> None:
    tomorrow = today() + dt.timedelta(days=1)
    a_plot(valid=(dt.date(2000, 1, 1), tomorrow))
    assert ask(client, "2417")["count"] == 1
    Plot.objects.update(valid=(dt.date(2000, 1, 1), today()))
    assert ask(client, "2417")["count"] == 0


@pytest.mark.parametrize("first", ["past", "future"])
def test_a_place_is_shown_where_its_boundary_lies_on_the_day(client, first) -> None:
    """Whichever version was written first: neither the past nor the coming one is today's."""
    versions = {
        "past": ((dt.date(2000, 1, 1), dt.date(2010, 1, 1)), square(-9_000)),
        "now": ((dt.date(2010, 1, 1), dt.date(2900, 1, 1)), square(0)),
        "future": ((dt.date(2900, 1, 1), None), square(9_000)),
    }
    zone = Zone.objects.create(
        number="7", register_key="z7", name_ar="الخوير", name_en="Al Khuwair", kind="paid"
    )
    order = [first, *(name for name in versions if name != first)]
    for number, name in enumerate(order):
        valid, shape = versions[name]
        a_zone_version(zone, version=number + 1, valid=valid, shape=shape)
    (found,) = ask(client, "7")["results"]
    point = crs.metric_point(found["lon"], found["lat"])
    assert versions["now"][1].covers(point)


def test_area_by_alias_and_zone_by_number_and_name(client, hail) -> None:
    a_zone("7")
    assert ask(client, "al hayl")["results"][0]["kind"] == "area"
    assert ask(client, "الخوير")["results"][0]["kind"] == "parking_zone"
    assert ask(client, "7")["results"][0]["kind"] == "parking_zone"


def test_a_permit_is_found_by_its_number_in_any_digits_and_leads_to_its_page(client, hail) -> None:
    from plots.models import BuildingPermit

    plot = a_plot(area=hail, wilayat=hail.wilayat)
    BuildingPermit.objects.create(
        number="1008/1993", work="new", rank="major", state="expired", place=plot.boundary,
        valid=(dt.date(1993, 2, 3), dt.date(1995, 2, 3)), plot_numbers="2417",
        issued_at=dt.datetime(1993, 2, 3, tzinfo=dt.UTC),
    )  # fmt: skip
    for query in ("1008/1993", "١٠٠٨/١٩٩٣", " 1008 / 1993 "):
        first = ask(client, query)["results"][0]
        assert (first["kind"], first["url"]) == ("building_permit", "/permits/1993/1008/")
    assert "القطعة 2417" in first["place"]
    assert ask(client, "1008/1994")["results"] == []


@pytest.mark.parametrize(
    "query",
    ["", "%", "_", "'; DROP TABLE plots_plot; --", "\u202e2417", "٪" * 500, "9" * 500, "\\"],
)
def test_odd_queries_are_answered(client, hail, query) -> None:
    response = client.get("/search/", {"q": query}, headers={"Accept": "application/json"})
    assert response.status_code == 200 and isinstance(response.json()["results"], list)


def test_titles_follow_the_language_of_the_page(client, hail) -> None:
    a_plot(area=hail, wilayat=hail.wilayat)
    assert ask(client, "2417")["results"][0]["title"] == "القطعة 2417"
    assert ask(client, "2417", "/en/search/")["results"][0]["title"] == "Plot 2417"
