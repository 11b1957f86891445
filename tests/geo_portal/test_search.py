"""Search by place and number, in any script."""

import pytest

from geo_portal.home.search import Asked, take_apart
from municipality.names import fold
from tests.builders import a_plot, a_wilayat, a_zone, an_area, square

pytestmark = pytest.mark.django_db


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
    import datetime as dt

    a_plot(valid=(dt.date(2000, 1, 1), dt.date(2010, 1, 1)))
    assert ask(client, "2417")["results"] == []


def test_area_by_alias_and_zone_by_number_and_name(client, hail) -> None:
    a_zone("7")
    assert ask(client, "al hayl")["results"][0]["kind"] == "area"
    assert ask(client, "الخوير")["results"][0]["kind"] == "parking_zone"
    assert ask(client, "7")["results"][0]["kind"] == "parking_zone"


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
