"""Plots through HTTP: by place, by number, with limits and what restricts them."""

import datetime as dt

import pytest

from municipality import crs
from plots.models import PlanLimit, PlotNumber, PlotVersion
from plots.register.queries import LIMITS
from tests.builders import (
    EAST,
    NORTH,
    a_plot,
    a_theme_layer,
    a_wilayat,
    an_area,
    multi,
    square,
    the_weekends,
)

pytestmark = pytest.mark.django_db


def at(client, x: float, y: float, **values):
    lon, lat = crs.lonlat(EAST + x, NORTH + y)
    return client.get("/api/plots/at", {"lon": repr(lon), "lat": repr(lat), **values}).json()


def test_click_in_the_middle_is_inside(client) -> None:
    plot = a_plot()
    body = at(client, 10, 10, accuracy_m=1)
    assert body["result"] == "inside"
    assert body["candidates"][0]["id"] == plot.pk
    assert body["candidates"][0]["distance_to_edge_m"] == pytest.approx(10, abs=0.01)


def test_between_two_plots_is_ambiguous(client) -> None:
    a_plot("k1")
    a_plot("k2", square(20))
    assert at(client, 20, 10)["result"] == "ambiguous"


def test_feature_has_every_key_and_null_for_unknown(client) -> None:
    plot = a_plot(setback_front_m=5.0)
    body = client.get(f"/api/plots/{plot.pk}").json()
    limits = body["properties"]["limits"]
    assert set(limits) == set(LIMITS)
    assert limits["setback_front_m"] == 5.0 and limits["setback_rear_m"] is None
    assert body["properties"]["area_m2"] is None
    assert body["properties"]["measured_m2"] == pytest.approx(400, abs=0.01)


def test_coordinates_have_seven_decimals_at_most_and_rings_run_counter_clockwise(client) -> None:
    import shapely

    plot = a_plot()
    geometry = client.get(f"/api/plots/{plot.pk}").json()["geometry"]
    ring = geometry["coordinates"][0][0]
    assert all(round(value, 7) == value for position in ring for value in position)
    assert shapely.LinearRing(ring).is_ccw


def test_own_limit_goes_before_the_plan_and_the_area_before_the_city(client) -> None:
    area = an_area(a_wilayat())
    plot = a_plot(area=area, setback_front_m=6.0)
    always = (dt.date(2000, 1, 1), None)
    PlanLimit.objects.create(
        area=None, use_class="residential", valid=always, source="city",
        setback_front_m=5, setback_side_m=3, floors=2,
    )  # fmt: skip
    PlanLimit.objects.create(
        area=area, use_class="residential", valid=always, source="area plan", setback_side_m=2
    )
    limits = client.get(f"/api/plots/{plot.pk}").json()["properties"]["limits"]
    assert (limits["setback_front_m"], limits["setback_side_m"], limits["floors"]) == (6, 2, 2)
    assert limits["height_m"] is None


@pytest.mark.parametrize("asked", ["2417", "٢٤١٧", "۲۴۱۷", " 2417 "])
def test_found_by_number_in_any_digits(client, asked) -> None:
    plot = a_plot()
    body = client.get("/api/plots", {"number": asked}).json()
    assert [feature["id"] for feature in body["features"]] == [plot.pk]


def test_found_by_old_krooki_and_former_number(client) -> None:
    plot = a_plot(old_number="318", krooki_number="01-05-021-03-2417")
    PlotNumber.objects.create(
        plot=plot, kind="number", number="77", valid=(dt.date(2000, 1, 1), dt.date(2010, 1, 1))
    )
    for number in ("318", "01-05-021-03-2417", "٠١-٠٥-٠٢١-٠٣-٢٤١٧", "77"):
        features = client.get("/api/plots", {"number": number}).json()["features"]
        assert [feature["id"] for feature in features] == [plot.pk], number


@pytest.mark.parametrize(
    ("number", "status", "en", "ar"),
    [
        ("9" * 5_000, 422, "5000 characters", "5000"),
        ("", 400, "Give the number", "اكتب رقم"),
        ("24\x0017", 422, "no text has", "لا يُكتب"),
    ],
)
def test_a_number_that_is_none_is_told_why(client, number, status, en, ar) -> None:
    for language, words in (("en", en), ("ar", ar)):
        headers = {"accept-language": language}
        answer = client.get("/api/plots", {"number": number}, headers=headers)
        assert answer.status_code == status and words in answer.json()["detail"], answer.json()


def test_unknown_number_is_an_empty_answer(client) -> None:
    assert client.get("/api/plots", {"number": "999"}).json()["features"] == []


def test_past_version_is_answered_for_its_day(client) -> None:
    change = dt.date(2015, 1, 1)
    plot = a_plot(valid=(change, None), version=2)
    PlotVersion.objects.create(
        plot=plot, version=1, valid=(dt.date(2000, 1, 1), change), number="318",
        boundary=multi(square(0, 0, 40)),
    )  # fmt: skip
    old = client.get(f"/api/plots/{plot.pk}", {"on": "2010-06-01"}).json()["properties"]
    assert (old["version"], old["number"]) == (1, "318")
    assert old["measured_m2"] == pytest.approx(1600, abs=0.01)
    assert at(client, 30, 30, accuracy_m=1)["result"] == "outside"
    assert at(client, 30, 30, accuracy_m=1, on="2010-06-01")["candidates"][0]["id"] == plot.pk


@pytest.mark.parametrize("path", ["0", "999", "x", "-1", "1.5", "٣", "9" * 30])
def test_what_does_not_exist_is_404(client, path) -> None:
    assert client.get(f"/api/plots/{path}").status_code == 404


def statuses(client, plot) -> dict[str, dict]:
    body = client.get(f"/api/plots/{plot.pk}/restrictions").json()
    return {row["theme"]: row for row in body["themes"]}


def test_theme_without_a_layer_is_no_data(client) -> None:
    found = statuses(client, a_plot())
    assert {row["status"] for row in found.values()} == {"no_data"}
    assert all(row["share_m2"] is None for row in found.values())


def test_shares_are_in_m2_and_per_cent_and_overlaps_count_once(client) -> None:
    plot = a_plot()
    a_theme_layer("wadi", [square(0, 0, 20, 5), square(0, 0, 10, 5)])
    row = statuses(client, plot)["wadi"]
    assert row["status"] == "concerned"
    assert row["share_m2"] == pytest.approx(100, abs=0.1)
    assert row["share_pct"] == pytest.approx(25, abs=0.1)


def test_touching_edge_concerns_nobody(client) -> None:
    plot = a_plot()
    a_theme_layer("wadi", [square(20, 0, 20)])
    assert statuses(client, plot)["wadi"]["status"] == "not_concerned"


def test_outside_the_coverage_of_the_source_is_no_data(client) -> None:
    plot = a_plot()
    a_theme_layer("wadi", [], coverage=multi(square(500, 500, 50)))
    assert statuses(client, plot)["wadi"]["status"] == "no_data"


def test_layer_of_another_day_is_not_asked(client) -> None:
    plot = a_plot()
    a_theme_layer("wadi", [square()], valid=(dt.date(2001, 1, 1), dt.date(2002, 1, 1)))
    assert statuses(client, plot)["wadi"]["status"] == "no_data"


def test_here_gathers_everything(client) -> None:
    wilayat = a_wilayat()
    the_weekends()
    plot = a_plot(wilayat=wilayat, area=an_area(wilayat))
    body = client.get(f"/api/plots/{plot.pk}/here").json()
    assert body["wilayat"]["name_ar"] == "السيب" and body["area"]["name_en"] == "Al Hail North"
    assert body["parking"]["result"] == "outside" and len(body["restrictions"]) >= 4
