"""An office's DXF becomes the same sheet as the same villa drawn on the map."""

import json
from typing import Any

import pytest
from django.test import Client
from shapely import Polygon, affinity
from shapely.geometry.base import BaseGeometry

from municipality import crs
from plots.building_permits.drawings.dxf import DrawnPlan, LayerMap, PartFacts, parts_of_drawing
from plots.building_permits.drawings.layers import LayerRole, guess
from plots.building_permits.drawings.outlines import fit_outline
from plots.building_permits.drawings.placement import apply
from plots.building_permits.drawings.placing import by_two_points, whereabouts
from plots.building_permits.sites.parts import Part
from tests.builders import EAST, NORTH, a_plot, square
from tests.building_permits.builders import (
    a_building_plot,
    a_street,
    a_villa,
    bays,
    drawn,
    in_utm,
    site,
    turned,
)
from tests.documents.drawn import Document, a_document, outline, read, rectangle

pytestmark = pytest.mark.django_db
FLOORS = {"VILLA": PartFacts(floors=2, height_m=9.5, use="residential")}
# A plot with one corner cut, so that it can be laid in one way alone.
CUT = [(0.0, 0.0), (20.0, 0.0), (20.0, 30.0), (4.0, 30.0), (0.0, 25.0)]


def a_site_plan(x: float = 3.5, *, east: float = 0.0, north: float = 0.0) -> Document:
    """The villa and bays of the other tests, in millimetres."""
    document = a_document(units=4)

    def draw(layer: str, points: list[tuple[float, float]]) -> None:
        outline(document, layer, [((px + east) * 1000, (py + north) * 1000) for px, py in points])

    draw("PLOT", CUT)
    draw("VILLA", rectangle(x, 6, 13, 15))
    for n in range(2):
        draw("مواقف", rectangle(2 + 3 * n, 0.2, 2.5, 4.7))
    return document


def plan_of(document: Document) -> DrawnPlan:
    drawing = read(document)
    roles = guess(layer.name for layer in drawing.layers)
    assert {roles[n] for n in ("PLOT", "VILLA", "مواقف")} == {
        LayerRole.PLOT, LayerRole.MAIN, LayerRole.PARKING,
    }  # fmt: skip
    plan = parts_of_drawing(drawing, LayerMap(roles, FLOORS))
    assert plan.notes == []
    return plan


@pytest.fixture
def plot() -> Any:
    """The plot of the other tests with one corner cut, its street and its neighbours."""
    a_street()
    for key, x, y in (("east", 20, 0), ("west", -20, 0), ("north", 0, 30)):
        a_plot(key, square(x, y, 20, 30))
    return a_building_plot(shape=cadastral())


def cadastral() -> BaseGeometry:
    return Polygon([(EAST + x, NORTH + y) for x, y in CUT])


def checked(plot: Any, features: list[dict[str, Any]], **members: Any) -> dict[str, Any]:
    body = {"plot": plot.pk, "site": site(*features), **members}
    answer = Client().post(
        "/api/building-permits/check", json.dumps(body), content_type="application/json"
    )
    assert answer.status_code == 200, answer.content.decode()
    found: dict[str, Any] = json.loads(answer.content)
    return found


def features_of(parts: list[Part]) -> list[dict[str, Any]]:
    said = []
    for part in parts:
        says = {"floors": part.floors, "height_m": part.height_m, "use": part.use or None}
        feature = drawn(part.role.value, part.shape, **says)
        said.append({**feature, "geometry": in_utm(part.shape)})
    return said


def numbers(sheet: dict[str, Any]) -> list[tuple[Any, ...]]:
    return [
        (r["rule"], r["status"], r["permitted"], r["provided"] and round(r["provided"], 2))
        for r in sheet["rules"]
    ]


@pytest.mark.parametrize("x", [3.5, 1.0])
def test_a_dxf_laid_by_its_outline_gives_the_sheet_of_the_villa_drawn_on_the_map(
    plot, x: float
) -> None:
    plan = plan_of(a_site_plan(x))
    assert plan.plot is not None
    assert whereabouts(plan.parts[0].shape, cadastral()).chosen is None
    (fit,) = fit_outline(plan.plot, cadastral())
    by_file = checked(plot, features_of(apply(fit.placement, plan.parts)), crs="EPSG:32640")
    by_hand = checked(plot, [a_villa(x=x), *bays()])
    assert by_file["verdict"] == by_hand["verdict"] == ("pass" if x == 3.5 else "fail")
    assert [n[:2] for n in numbers(by_file)] == [n[:2] for n in numbers(by_hand)]
    for ours, theirs in zip(numbers(by_file), numbers(by_hand), strict=True):
        assert ours[2:] == pytest.approx(theirs[2:], abs=0.05), ours[0]


def test_a_dxf_laid_by_two_points_stands_where_it_was_drawn(plot) -> None:
    plan = plan_of(a_site_plan(east=500.0, north=-70.0))
    corners = ((500.0, -70.0), (520.0, -40.0))
    found = by_two_points(*corners, (EAST, NORTH), (EAST + 20, NORTH + 30))
    sheet = checked(plot, features_of(apply(found.placement, plan.parts)), crs="EPSG:32640")
    assert sheet["verdict"] == "pass"


def test_a_dxf_in_the_old_datum_is_checked_where_it_truly_lies(plot) -> None:
    """Read as it stands it is on nobody's plot: inside the plot fails by the whole villa."""
    document = a_document()
    old = crs.from_metric([square(3.5, 6, 13, 15)], srid=3440)[0]
    outline(document, "VILLA", list(old.exterior.coords)[:-1])
    plan = parts_of_drawing(read(document), LayerMap({"VILLA": LayerRole.MAIN}, FLOORS))
    found = whereabouts(plan.parts[0].shape, cadastral())
    assert found.chosen is not None and found.chosen.srid == 3440
    (villa,) = plan.parts
    as_it_stands = checked(plot, features_of([villa]), crs="EPSG:32640")
    assert next(r for r in as_it_stands["rules"] if r["rule"] == "inside_plot")["status"] == "fail"
    right = features_of([Part(villa.role, found.chosen.shape, 2, 9.5, "residential")])
    sheet = checked(plot, right, crs="EPSG:32640")
    assert next(r for r in sheet["rules"] if r["rule"] == "inside_plot")["status"] == "pass"


def test_a_mirrored_site_plan_is_named_before_it_is_checked(plot) -> None:
    plan = plan_of(a_site_plan())
    assert plan.plot is not None
    over = affinity.scale(plan.plot, -1, 1, origin=(0, 0))
    (fit,) = fit_outline(over, turned(cadastral(), 40))
    assert fit.placement.mirrored and "mirrored" in fit.words.en
