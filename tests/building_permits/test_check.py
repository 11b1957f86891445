"""A site plan is checked: four columns, each failure drawn where it is, unknown never a pass."""

import copy
import datetime as dt
import json
from typing import Any

import pytest
import shapely
import time_machine
from django.test import Client

from municipality import crs, geojson
from plots.models import ThemeLayer
from tests.builders import EAST, NORTH, a_person, a_plot, a_theme_layer, square
from tests.building_permits.builders import (
    a_building_plot,
    a_neighbours_building,
    a_road,
    a_street,
    a_villa,
    bays,
    drawn,
    in_utm,
    part,
    site,
)

pytestmark = pytest.mark.django_db
CHECK = "/api/building-permits/check"
RULES = {
    "inside_plot", "setback.front", "setback.side", "setback.rear", "coverage", "built_up", "annex",
    "floors", "height", "parking", "road_reserve", "wadi", "neighbours", "overlap",
}  # fmt: skip


def asked(plot: Any, *features: dict, **members: Any) -> Any:
    return sent({"plot": plot, "site": site(*features), **members})


def sent(body: Any) -> Any:
    return Client().post(CHECK, json.dumps(body), content_type="application/json")


def sheet(plot: Any, *features: dict, **members: Any) -> dict[str, Any]:
    answer = asked(plot, *features, **members)
    assert answer.status_code == 200, answer.content.decode()
    return json.loads(answer.content)


def rows(found: dict[str, Any], rule: str) -> list[dict[str, Any]]:
    return [row for row in found["rules"] if row["rule"] == rule]


def row(found: dict[str, Any], rule: str) -> dict[str, Any]:
    (only,) = rows(found, rule)
    return only


@pytest.fixture
def plot() -> Any:
    a_street()
    a_plot("east", square(20, 0, 20, 30))
    a_plot("west", square(-20, 0, 20, 30))
    a_plot("north", square(0, 30, 20, 30))
    return a_building_plot()


def test_a_villa_that_keeps_every_rule_passes(plot) -> None:
    found = sheet(plot.pk, a_villa(), *bays())
    assert found["verdict"] == "pass", [r for r in found["rules"] if r["status"] != "pass"]
    assert {r["rule"] for r in found["rules"]} == RULES
    assert row(found, "annex")["status"] == "not_applicable"
    assert row(found, "setback.front")["provided"] == pytest.approx(6.0, abs=0.02)
    assert row(found, "setback.rear")["provided"] == pytest.approx(9.0, abs=0.02)
    assert [r["provided"] for r in rows(found, "setback.side")] == pytest.approx(
        [3.5, 3.5], abs=0.02
    )
    beside = {r["beside"] for r in found["rules"] if r["rule"] == "setback.rear"}
    assert beside == {"جهة القطعة 2417"}  # what adjoins it; the street has no name
    assert row(found, "setback.front")["beside"] is None
    assert row(found, "coverage") | {"provided": 0} == {
        "rule": "coverage", "name": "نسبة البناء", "permitted": 40.0, "provided": 0, "unit": "%",
        "status": "pass", "source": "detailed plan 1", "geometry": None, "edge": None,
        "beside": None,
    }  # fmt: skip
    assert row(found, "coverage")["provided"] == pytest.approx(100 * 13 * 15 / 600, abs=0.05)


def test_a_side_too_near_fails_with_the_strip_it_stands_in(plot) -> None:
    found = sheet(plot.pk, a_villa(x=1.0), *bays())
    assert found["verdict"] == "fail"
    near, far = sorted(rows(found, "setback.side"), key=lambda r: r["provided"])
    assert (near["status"], far["status"]) == ("fail", "pass")
    assert (near["permitted"], near["provided"]) == (3.0, pytest.approx(1.0, abs=0.02))
    where = crs.to_metric([shapely.from_geojson(json.dumps(near["geometry"]))], srid=crs.LONLAT)[0]
    assert where.area == pytest.approx(2.0 * 15.0, abs=0.3)
    assert near["edge"]["type"] == "MultiLineString" and far["geometry"] is None


def test_a_building_on_the_neighbours_land_fails_every_edge(plot) -> None:
    found = sheet(plot.pk, a_villa(x=23.0), *bays())
    assert row(found, "inside_plot")["provided"] == pytest.approx(195.0, abs=0.3)
    for rule in ("setback.front", "setback.side", "setback.rear"):
        assert all(r["status"] == "fail" and r["provided"] == 0 for r in rows(found, rule))


def test_what_stands_outside_is_drawn_without_the_hair_along_the_other_lines(plot) -> None:
    """Pulled to three of the plot's lines but for a tenth of a millimetre, over the fourth."""
    hair = 1e-4
    shape = square(-hair, -hair, 20.6 + hair, 30 + 2 * hair)
    feature = {**a_villa(), "geometry": geojson.geometry(shape, decimals=9)}
    outside = shapely.from_geojson(
        json.dumps(row(sheet(plot.pk, feature), "inside_plot")["geometry"])
    )
    assert outside.is_valid and outside.geom_type == "Polygon"
    there = crs.to_metric([outside], srid=crs.LONLAT)[0]
    assert there.symmetric_difference(square(20, 0, 0.6, 30)).area < 0.5


@pytest.mark.parametrize("role", ["canopy", "ledge", "guard", "plant"])
def test_what_article_12_does_not_count_covers_nothing_and_yet_stands_on_the_plot(
    plot, role: str
) -> None:
    alone = sheet(plot.pk, a_villa(), *bays())
    beside = sheet(plot.pk, a_villa(), part(role, 0.5, 24.0, 3.0, 3.0), *bays())
    assert beside["verdict"] == "pass"  # in the rear setback, where the building may not stand
    for rule in ("coverage", "built_up"):
        assert row(beside, rule)["provided"] == row(alone, rule)["provided"]
    outside = sheet(plot.pk, a_villa(), part(role, -2.0, 24.0, 3.0, 3.0), *bays())
    assert row(outside, "inside_plot")["provided"] == pytest.approx(6.0, abs=0.1)


@pytest.mark.parametrize(
    ("role", "status"), [("guard", "fail"), ("plant", "fail"), ("ledge", "pass")]
)
def test_a_guard_room_in_the_wadi_strip_is_built_in_it(plot, role: str, status: str) -> None:
    ThemeLayer.objects.filter(theme__code="wadi").delete()
    a_theme_layer("wadi", [square(0, 24, 20, 6)])
    found = sheet(plot.pk, a_villa(y=6.0), part(role, 0.5, 25.0, 3.0, 3.0), *bays())
    assert row(found, "wadi")["status"] == status


def test_what_is_open_to_the_sky_is_not_covered(plot) -> None:
    court = shapely.difference(square(3.5, 6.0, 13.0, 15.0), square(7.0, 10.0, 6.0, 7.0))
    closed = sheet(plot.pk, a_villa(), *bays())
    opened = sheet(plot.pk, drawn("main", court, floors=2, height_m=9.5), *bays())
    less = row(closed, "coverage")["provided"] - row(opened, "coverage")["provided"]
    assert less == pytest.approx(100 * 42 / 600, abs=0.05)


def test_an_annex_is_not_counted_while_it_keeps_article_12(plot) -> None:
    small = sheet(plot.pk, a_villa(), part("annex", 4, 22, 6, 4.5, floors=1), *bays())
    assert row(small, "annex")["status"] == "pass"
    assert row(small, "annex")["permitted"] == pytest.approx(39.0, abs=0.1)
    assert row(small, "coverage")["provided"] == pytest.approx(32.5, abs=0.05)
    large = sheet(plot.pk, a_villa(), part("annex", 4, 22, 10, 4.5, floors=1), *bays())
    assert row(large, "annex")["status"] == "fail" and row(large, "annex")["geometry"]
    assert row(large, "coverage")["provided"] == pytest.approx(40.0, abs=0.05)  # counted now
    tall = sheet(plot.pk, a_villa(), part("annex", 4, 22, 6, 4.5, floors=2), *bays())
    assert row(tall, "annex")["status"] == "fail"
    silent = sheet(plot.pk, a_villa(), part("annex", 4, 22, 6, 4.5), *bays())
    assert row(silent, "annex")["status"] == "unknown" and silent["verdict"] == "unknown"


def test_a_limit_nobody_set_is_unknown_and_never_a_pass(plot) -> None:
    type(plot).objects.filter(pk=plot.pk).update(coverage_pct=None, setback_side_m=None)
    found = sheet(plot.pk, a_villa(), *bays())
    assert found["verdict"] == "unknown"
    assert row(found, "coverage")["permitted"] is None
    assert {r["status"] for r in rows(found, "setback.side")} == {"unknown"}


def test_what_the_drawing_does_not_say_is_unknown(plot) -> None:
    found = sheet(plot.pk, part("main", 3.5, 6, 13, 15), *bays())
    assert [row(found, rule)["status"] for rule in ("floors", "height", "built_up")] == [
        "unknown"
    ] * 3
    assert [row(found, rule)["provided"] for rule in ("floors", "height", "built_up")] == [None] * 3


def test_a_plot_without_a_road_has_no_known_front() -> None:
    plot = a_building_plot(shape=square(1_000, 1_000, 20, 30))
    found = sheet(plot.pk, part("main", 1_004, 1_006, 12, 15, floors=1, height_m=5))
    sides = rows(found, "setback.side")
    assert len(sides) == 4 and {r["status"] for r in sides} == {"unknown"}
    assert {r["permitted"] for r in sides} == {None}


def test_ground_without_data_is_unknown_and_with_a_wadi_fails(plot) -> None:
    ThemeLayer.objects.filter(theme__code="wadi").delete()
    assert row(sheet(plot.pk, a_villa(), *bays()), "wadi")["status"] == "unknown"
    a_theme_layer("wadi", [square(0, 15, 20, 40)])
    found = row(sheet(plot.pk, a_villa(), *bays()), "wadi")
    assert (found["status"], found["permitted"]) == ("fail", 0)
    assert found["provided"] == pytest.approx(13 * 6, abs=0.3)


def test_a_neighbours_building_that_reaches_over_is_seen(plot) -> None:
    a_neighbours_building(square(15, 10, 15, 5))
    found = row(sheet(plot.pk, a_villa(), *bays()), "neighbours")
    assert (found["status"], found["provided"]) == ("fail", pytest.approx(7.5, abs=0.1))


def test_a_corner_plot_has_two_fronts(plot) -> None:
    type(plot).objects.filter(register_key="east").delete()
    a_road("r2", (30.0, -50.0), (30.0, 90.0))
    found = sheet(plot.pk, a_villa(), *bays())
    assert len(rows(found, "setback.front")) == 2 and len(rows(found, "setback.rear")) == 1
    assert found["verdict"] == "fail"  # 3.5 m from what is a front now


def test_merged_plots_are_one_site_of_one_use(plot) -> None:
    other = a_building_plot("k2", square(20.02, 0, 20, 30), number="2418")
    type(plot).objects.filter(register_key="east").delete()
    wide = part("main", 4, 6, 30, 12, floors=2, height_m=9)
    assert sheet(plot.pk, wide, *bays())["verdict"] == "fail"
    found = sheet([plot.pk, other.pk], wide, *bays())
    assert found["verdict"] == "pass", [r for r in found["rules"] if r["status"] == "fail"]
    assert row(found, "coverage")["provided"] == pytest.approx(30.0, abs=0.1)
    type(plot).objects.filter(pk=other.pk).update(use_class="commercial")
    assert asked([plot.pk, other.pk], wide).json()["type"].endswith("/not_one_site")


def test_the_drawing_may_be_in_metres_of_the_city(plot) -> None:
    body = [a_villa(x=1.0), *bays()]
    lonlat = sheet(plot.pk, *body)
    metric = copy.deepcopy(body)
    for feature in metric:
        shape = shapely.from_geojson(json.dumps(feature["geometry"]))
        feature["geometry"] = in_utm(crs.to_metric([shape], srid=crs.LONLAT)[0])
    found = sheet(plot.pk, *metric, crs=f"EPSG:{crs.METRIC}")
    for ours, theirs in zip(found["rules"], lonlat["rules"], strict=True):
        assert ours["status"] == theirs["status"]
        if ours["provided"] is not None:
            assert ours["provided"] == pytest.approx(theirs["provided"], abs=0.02)
    (failing,) = [r for r in found["rules"] if r["status"] == "fail"]
    west = shapely.from_geojson(json.dumps(failing["geometry"])).bounds[0]
    assert west == pytest.approx(shapely.from_wkb(bytes(plot.boundary.wkb)).bounds[0] + 1, abs=0.02)


def test_a_plot_is_named_by_id_or_by_a_number_that_it_alone_has(plot) -> None:
    assert sheet("3041", a_villa(), *bays())["plot"] == [{"id": plot.pk, "number": "3041"}]
    assert sheet("٣٠٤١", a_villa(), *bays())["verdict"] == "pass"
    a_building_plot("k9", square(500, 0, 20, 30), number="3041")
    answer = asked("3041", a_villa())
    assert (answer.status_code, answer.json()["type"][-14:]) == (422, "/several_plots")


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"plot": 99_999_999}, "plot"),
        ({"plot": None}, "plot"),
        ({"plot": []}, "plot"),
        ({"plot": True}, "plot"),
        ({"plot": "x\x00"}, "plot"),
        ({"crs": "EPSG:999999"}, "crs"),
        ({"crs": 4326}, "crs"),
        ({"site": {}}, "site"),
        ({"site": {"type": "FeatureCollection", "features": []}}, "site"),
        ({"extra": 1}, "extra"),
    ],
)
def test_what_is_wrong_is_named(plot, change, pointer) -> None:
    answer = sent({"plot": plot.pk, "site": site(a_villa()), **change})
    assert answer.status_code in (400, 422), answer.content
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("feature", "pointer"),
    [
        (part("tower", 1, 1, 2, 2), "site/features/0/properties/role"),
        (part("main", 1, 1, 2, 2, floors=-1), "site/features/0/properties/floors"),
        (part("main", 1, 1, 2, 2, floors=1.5), "site/features/0/properties/floors"),
        (part("main", 1, 1, 2, 2, floors=0), "site/features/0/properties/floors"),
        (part("annex", 1, 1, 2, 2, floors=0), "site/features/0/properties/floors"),
        (part("main", 1, 1, 2, 2, height_m="9"), "site/features/0/properties/height_m"),
        (part("main", 1, 1, 2, 2, use=7), "site/features/0/properties/use"),
        ({"type": "Feature", "properties": None, "geometry": None}, "site/features/0/properties/role"),
        ({**part("main", 1, 1, 2, 2), "geometry": None}, "geometry/type"),
        (drawn("main", shapely.LineString([(0, 0), (1, 1)])), "geometry/type"),
    ],
)  # fmt: skip
def test_a_part_that_cannot_be_read_is_named(plot, feature, pointer) -> None:
    answer = asked(plot.pk, feature)
    assert answer.status_code == 422, answer.content
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_feet_taken_for_metres_lie_outside_the_city(plot) -> None:
    feature = a_villa()
    shape = crs.to_metric([shapely.from_geojson(json.dumps(feature["geometry"]))], srid=crs.LONLAT)
    feature["geometry"] = json.loads(
        shapely.to_geojson(shapely.transform(shape[0], lambda xy: xy / 0.3048))
    )
    answer = asked(plot.pk, feature, crs=f"EPSG:{crs.METRIC}")
    assert (answer.status_code, answer.json()["type"][-13:]) == (422, "/outside_city")


def test_anonymous_checks_are_limited_and_signed_in_ones_are_not(plot, settings) -> None:
    settings.GEO_LIMITS = True
    mid_minute = dt.datetime(2026, 11, 24, 9, 0, 5, tzinfo=dt.UTC)
    with time_machine.travel(mid_minute, tick=False):
        found = [asked(plot.pk, a_villa()).status_code for _ in range(21)]
        client = Client()
        client.force_login(a_person("office"))
        body = json.dumps({"plot": plot.pk, "site": site(a_villa())})
        signed_in = client.post(CHECK, body, content_type="application/json").status_code
    assert (found, signed_in) == ([200] * 20 + [429], 200)


def test_a_drawing_off_its_plot_is_told_how_far_and_by_which_datum(plot) -> None:
    def told(east: float, north: float) -> str | None:
        text: str | None = sheet(plot.pk, a_villa(3.5 + east, 6.0 + north))["off_plot"]
        return text

    assert told(0, 0) is None and told(15, 0) is None  # it reaches over, it lies not elsewhere
    assert "شمال القطعة على بُعد 229 م" in (told(0, 230) or "")
    there = crs.to_metric([shapely.Point(EAST + 10, NORTH + 13.5)], srid=3440)[0]
    east, north = there.x - EAST - 10, there.y - NORTH - 13.5
    for way in (1, -1):  # a reading left out, and one made twice
        assert "فرق نظام PSD93" in (told(way * east, way * north) or "")
