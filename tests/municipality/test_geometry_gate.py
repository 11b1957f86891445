"""The one door for client geometry."""

import json
import re

import numpy as np
import pytest
from hypothesis import given

from municipality import crs, geometry_gate
from municipality.conf import PROFILE
from municipality.problems import Problem
from tests.strategies import positions

LON, LAT = PROFILE.centre
OLD_SURVEY = next(s.srid for s in PROFILE.systems.values() if s.name_en.startswith("PSD93"))


def refusal(call) -> Problem:
    with pytest.raises(Problem) as caught:
        call()
    return caught.value


@pytest.mark.parametrize("bad", ["nan", "inf", "1e999", "-1e999", "58,4", "0x3a", "five", "1_0"])
def test_what_is_not_a_number_is_refused(bad) -> None:
    assert refusal(lambda: geometry_gate.position(lon=bad, lat=str(LAT))).status == 422


def test_missing_value_is_400() -> None:
    assert refusal(lambda: geometry_gate.position(lon=None, lat=str(LAT))).status == 400


def test_swapped_axes_are_named() -> None:
    problem = refusal(lambda: geometry_gate.position(lon=str(LAT), lat=str(LON)))
    assert problem.status == 422
    assert "swapped" in problem.detail.en and "معكوسان" in problem.detail.ar


def test_metres_offered_as_degrees_name_their_system() -> None:
    problem = refusal(lambda: geometry_gate.position(lon="642852.73", lat="2609533.58"))
    assert problem.status == 422 and "metres" in problem.detail.en


def test_metres_that_fit_several_systems_name_them_all_and_how_far_apart_they_lie() -> None:
    x, y = 642852.73, 2609533.58
    old = crs.transform_to_metric(np.array([x]), np.array([y]), srid=OLD_SURVEY)
    apart = f"{np.hypot(old[0][0] - x, old[1][0] - y):.0f}"
    problem = refusal(lambda: geometry_gate.position(lon=str(x), lat=str(y)))
    for name, text in (("en", problem.detail.en), ("ar", problem.detail.ar)):
        for system in PROFILE.systems.values():
            if not system.geographic:
                assert getattr(system, f"name_{name}") in text, text
        assert re.search(rf"\b{apart}\b", text), text
    assert "do not say which" in problem.detail.en and "لا تبيّن أيها" in problem.detail.ar


def test_metres_of_a_place_outside_the_city_are_not_taken_for_a_system_of_it() -> None:
    problem = refusal(lambda: geometry_gate.position(lon="450000", lat="5411000"))
    assert problem.detail.en.startswith("The position lies outside")


def test_outside_the_city_is_422() -> None:
    assert refusal(lambda: geometry_gate.position(lon="2.35", lat="48.85")).code == "outside_city"


def test_digits_of_three_scripts_are_one() -> None:
    point = geometry_gate.position(lon="٥٨٫٤", lat="۲۳٫۵۹")
    assert point.equals(crs.metric_point(58.4, 23.59))


@pytest.mark.parametrize("bad", ["-1", "5001", "nan", "1e999"])
def test_accuracy_has_bounds(bad) -> None:
    assert refusal(lambda: geometry_gate.accuracy(bad, default=10)).status == 422


@pytest.mark.parametrize(
    "text", ["{", '{"a":NaN}', '{"a":1e999}', '{"a":1,"a":2}', "[" * 100_000, '{"a":Infinity}']
)
def test_strict_json_refuses(text) -> None:
    assert refusal(lambda: geometry_gate.strict_json(text)).status == 400


@pytest.mark.parametrize(
    "text",
    ["{", '{"a":NaN}', '{"a":1e999}', '{"a":1,"a":2}', "[" * 100_000, b"\xff", "9" * 5_000, ""],
)
def test_json_that_is_refused_is_told_why_in_each_language(text) -> None:
    detail = refusal(lambda: geometry_gate.strict_json(text)).detail
    arabic = re.sub(r"JSON|NaN|UTF-8|1e999", "", detail.ar)
    assert not re.search(r"[A-Za-z]", arabic), detail.ar
    assert detail.ar.endswith(".") and detail.en.endswith(".")
    assert not re.search(r"[\u0600-\u06ff]", detail.en)


def polygon(*ring: tuple[float, float]) -> dict:
    return {"type": "Polygon", "coordinates": [[list(xy) for xy in ring]]}


BOX = [(LON, LAT), (LON + 0.001, LAT), (LON + 0.001, LAT + 0.001), (LON, LAT + 0.001), (LON, LAT)]


def test_polygon_comes_out_metric() -> None:
    shape = geometry_gate.shape_from_geojson(json.dumps(polygon(*BOX)), kinds=["Polygon"])
    assert 9_000 < shape.area < 13_000


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"crs": {"type": "name", "properties": {"name": "EPSG:3440"}}}, 422),
        ({"type": "Point", "coordinates": [LON, LAT]}, 422),
        ({"coordinates": [[[LON, LAT], [LON + 1e-3, LAT + 1e-3], [LON + 1e-3, LAT], [LON, LAT + 1e-3], [LON, LAT]]]}, 422),
        ({"coordinates": []}, 422),
        ({"coordinates": [[[str(LON), "x"]]]}, 422),
        ({"coordinates": [[[LON, LAT]] * 3]}, 422),
        ({"coordinates": [[[LAT, LON], [LAT + 1e-3, LON], [LAT, LON + 1e-3], [LAT, LON]]]}, 422),
    ],
)  # fmt: skip
def test_bad_shapes_are_refused_with_a_sentence(change, status) -> None:
    problem = refusal(
        lambda: geometry_gate.shape_from_geojson({**polygon(*BOX), **change}, kinds=["Polygon"])
    )
    assert problem.status == status and problem.detail.ar and problem.detail.en


def test_too_many_vertices_is_413() -> None:
    angle = np.linspace(0, 2 * np.pi, geometry_gate.MAX_VERTICES + 10)
    ring = list(zip(LON + 1e-3 * np.cos(angle), LAT + 1e-3 * np.sin(angle), strict=True))
    ring[-1] = ring[0]
    problem = refusal(lambda: geometry_gate.shape_from_geojson(polygon(*ring), kinds=["Polygon"]))
    assert problem.status == 413


@given(positions)
def test_every_position_of_the_city_is_taken(position) -> None:
    lon, lat = position
    assert geometry_gate.position(lon=f"{lon:.9f}", lat=f"{lat:.9f}") is not None
