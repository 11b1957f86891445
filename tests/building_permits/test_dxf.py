"""From an office's layers to the parts that the rules read; what was mended is said."""

import math
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shapely import affinity

from municipality.words import Text
from plots.building_permits.drawings import dxf_notes
from plots.building_permits.drawings.dxf import (
    DrawnPlan,
    LayerMap,
    NoUnit,
    PartFacts,
    described,
    parts_of_drawing,
    unit_doubt,
)
from plots.building_permits.drawings.layers import LayerRole, guess, role_of
from plots.building_permits.sites.parts import Role
from tests.documents.drawn import (
    PLOT,
    VILLA,
    Document,
    a_document,
    a_villa_drawing,
    outline,
    read_here,
    rectangle,
)

ROLES = {PLOT: LayerRole.PLOT, VILLA: LayerRole.MAIN}


def plan_of(document: Document, roles: dict[str, LayerRole] | None = None, **how: Any) -> DrawnPlan:
    return parts_of_drawing(read_here(document), LayerMap(roles or {"L": LayerRole.MAIN}, **how))


def codes(plan: DrawnPlan) -> dict[str, Any]:
    return {note.code: note for note in plan.notes}


def on_layer(points: list[tuple[float, float]], close: bool = False) -> Document:
    document = a_document()
    outline(document, "L", points, close=close)
    return document


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("المبنى الرئيسي", "main"), ("مبنى", "main"), ("فيلا سكنية", "main"), ("MAIN", "main"),
        ("A-BLDG-OTLN", "main"), ("Building_Footprint", "main"), ("villa 1", "main"),
        ("مَبْنى", "main"), ("ملحق", "annex"), ("الملاحق", "annex"), ("Annex-GF", "annex"),
        ("service block", "annex"), ("مظلة", "canopy"), ("مظلات المواقف", "canopy"),
        ("CAR PARK SHADE", "canopy"), ("Pergola", "canopy"),
        ("غرفة الحارس", "guard"), ("GUARD-ROOM", "guard"), ("WATER TANKS", "plant"),
        ("بروزات", "ledge"), ("خزان مياه", "plant"), ("سور", "wall"), ("الأسوار", "wall"),
        ("BOUNDARY WALL", "wall"), ("site-wall", "wall"), ("مواقف", "parking"),
        ("موقف سيارات", "parking"), ("C-PARKING", "parking"), ("حدود القطعة", "plot"),
        ("حد الأرض", "plot"), ("PLOT", "plot"), ("Plot Boundary", "plot"), ("كروكي", "plot"),
        ("A-WALL", "ignore"), ("WALL", "ignore"), ("0", "ignore"), ("Defpoints", "ignore"),
        ("ارتداد المبنى", "ignore"), ("PLOT-NO", "ignore"), ("BUILDING-DIM", "ignore"),
        ("شارع", "ignore"), ("مبنى الجار", "ignore"), ("Remains", "ignore"), ("", "ignore"),
    ],
)  # fmt: skip
def test_layers_are_guessed_by_their_usual_names(name: str, role: str) -> None:
    assert role_of(name) == role


@given(st.text(max_size=40))
def test_any_name_at_all_gives_a_guess_and_case_does_not_matter(name: str) -> None:
    assert guess([name]) == {name: role_of(name)}
    if name.isascii():
        assert role_of(name.upper()) == role_of(name.lower())


def test_a_drawing_in_metres_becomes_parts_with_what_the_office_says_of_them() -> None:
    facts = {VILLA: PartFacts(floors=2, height_m=9.5, use="residential")}
    plan = plan_of(a_villa_drawing(), ROLES, facts=facts)
    (villa,) = plan.parts
    assert (villa.role, villa.floors, villa.height_m, villa.use) == (
        Role.MAIN, 2, 9.5, "residential",
    )  # fmt: skip
    assert villa.shape.equals(shapely.box(3, 6, 17, 21))
    assert plan.plot is not None and plan.plot.equals(shapely.box(0, 0, 20, 30))
    assert plan.notes == []


@pytest.mark.parametrize(
    ("code", "scale"),
    [(6, 1.0), (5, 100.0), (4, 1000.0), (2, 1 / 0.3048), (21, 3937 / 1200), (1, 1 / 0.0254)],
)
def test_every_declared_unit_gives_the_same_metres(code: int, scale: float) -> None:
    drawing = read_here(a_villa_drawing(scale, units=code))
    plan = parts_of_drawing(drawing, LayerMap(ROLES))
    assert plan.parts[0].shape.area == pytest.approx(210.0, abs=1e-9)
    assert unit_doubt(drawing, LayerMap(ROLES), plot=shapely.box(0, 0, 20, 30)) is None


@pytest.mark.parametrize(
    ("declared", "scale", "looks_like"),
    [(6, 1000.0, "mm"), (6, 100.0, "cm"), (6, 1 / 0.3048, "ft"), (6, 1 / 0.0254, "in"),
     (4, 1.0, "m"), (2, 1.0, "m"), (1, 1000.0, "mm"), (4, 1 / 0.3048, "ft")],
)  # fmt: skip
def test_a_drawing_whose_size_speaks_against_its_unit_is_named(
    declared: int, scale: float, looks_like: str
) -> None:
    """By the drawn plot; where none is drawn, by the building, if the units are far apart."""
    drawing = read_here(a_villa_drawing(scale, units=declared))
    plot = affinity.rotate(shapely.box(0, 0, 20, 30), 20)
    doubt = unit_doubt(drawing, LayerMap(ROLES), plot=plot)
    assert doubt is not None and doubt.code == "unit_looks_like"
    assert f"({looks_like})." in doubt.words.en and f"({looks_like})." in doubt.words.ar
    mended = LayerMap(ROLES, unit=looks_like)
    assert parts_of_drawing(drawing, mended).parts[0].shape.area == pytest.approx(210, rel=1e-6)
    assert unit_doubt(drawing, mended, plot=plot) is None
    if scale == 1000.0:
        by_building = unit_doubt(drawing, LayerMap({VILLA: LayerRole.MAIN}), plot=plot)
        assert by_building is not None and f"({looks_like})." in by_building.words.en


@pytest.mark.parametrize(
    ("ratio", "arabic", "english"),
    [(1000.0, "أكبر من القطعة 1,000 مرة", "1,000 times as large as the plot"),
     (0.001, "أصغر من القطعة 1,000 مرة", "1,000 times smaller than the plot"),
     (39.37, "أكبر من القطعة 39.4 مرة", "39.4 times as large as the plot"),
     (7.0, "أكبر من القطعة 7 مرات", "7 times as large as the plot"),
     (2.001, "أكبر من القطعة مرتين", "2 times as large as the plot")],
)  # fmt: skip
def test_a_size_is_written_as_people_write_numbers(ratio: float, arabic: str, english: str) -> None:
    assert dxf_notes.sizes(ratio) == Text(arabic, english)


def test_a_size_that_no_unit_explains_and_a_plot_a_little_larger() -> None:
    plot = shapely.box(0, 0, 20, 30)
    doubt = unit_doubt(read_here(a_villa_drawing(7.0)), LayerMap(ROLES), plot=plot)
    assert doubt is not None and doubt.code == "size_odd"
    assert unit_doubt(read_here(a_villa_drawing(1.1)), LayerMap(ROLES), plot=plot) is None
    assert unit_doubt(read_here(a_villa_drawing()), LayerMap({}), plot=plot) is None


def test_a_drawing_without_units_asks_for_them() -> None:
    document = a_villa_drawing(1000.0, version="R12")
    with pytest.raises(NoUnit):
        plan_of(document, ROLES)
    doubt = unit_doubt(read_here(document), LayerMap(ROLES), plot=shapely.box(0, 0, 20, 30))
    assert doubt is not None and "(mm)." in doubt.words.en  # a proposal
    assert plan_of(document, ROLES, unit="mm").parts[0].shape.area == pytest.approx(210)


OPEN = [(0.0, 0.0), (14.0, 0.0), (14.0, 15.0), (0.0, 15.0)]


@pytest.mark.parametrize("gap", [0.0, 0.003, 0.049])
def test_an_open_outline_is_closed_where_the_gap_is_small_and_it_is_said(gap: float) -> None:
    plan = plan_of(on_layer([*OPEN, (0.0, gap)]))
    assert plan.parts[0].shape.area == pytest.approx(210, abs=1)
    assert ("closed" in codes(plan)) == (gap > 0)
    if gap:
        assert f"{gap * 1000:g} mm" in codes(plan)["closed"].words.en


@pytest.mark.parametrize("gap", [0.051, 1.0])
def test_an_open_outline_with_a_wider_gap_is_no_part_and_stops(gap: float) -> None:
    plan = plan_of(on_layer([*OPEN, (0.0, gap)]))
    assert plan.parts == [] and codes(plan)["left_open"].stops


def test_lines_and_arcs_that_meet_are_joined_into_one_outline() -> None:
    document = a_document()
    space, how = document.modelspace(), {"layer": "L"}
    space.add_line((0, 0), (14, 0), dxfattribs=how)
    space.add_line((14.002, 0.001), (14, 15), dxfattribs=how)  # 2 mm beside the corner
    space.add_arc((7, 15), 7, 0, 180, dxfattribs=how)
    space.add_line((0, 0), (0, 15), dxfattribs=how)  # drawn the other way
    plan = plan_of(document)
    assert plan.parts[0].shape.area == pytest.approx(210 + 24.5 * math.pi, rel=1e-3)
    assert codes(plan)["joined"].words.en.endswith("an end was moved 2.2 mm at most.")


def test_lines_that_overshoot_their_corner_make_the_outline_and_the_rest_is_said() -> None:
    document = a_document()
    for start, end in (
        ((-1, 0), (15, 0)), ((14, -1), (14, 16)), ((15, 15), (-1, 15)), ((0, 16), (0, -1)),
    ):  # fmt: skip
        document.modelspace().add_line(start, end, dxfattribs={"layer": "L"})
    plan = plan_of(document)
    assert plan.parts[0].shape.area == pytest.approx(210)
    assert " 8 m " in codes(plan)["left_over"].words.en and not codes(plan)["left_over"].stops


def test_a_self_crossing_outline_is_named_where_it_crosses_and_is_no_part() -> None:
    plan = plan_of(on_layer([(0, 0), (10, 10), (10, 0), (0, 10)], close=True))
    assert plan.parts == []
    note = codes(plan)["self_crossing"]
    assert note.stops and note.where is not None and note.where.equals(shapely.Point(5, 5))


def test_outlines_over_each_other_are_one_part_and_counted_once() -> None:
    document = on_layer(rectangle(0, 0, 10, 10), close=True)
    hatch = document.modelspace().add_hatch(dxfattribs={"layer": "L"})
    hatch.paths.add_polyline_path(rectangle(0, 0, 10, 10))
    outline(document, "L", rectangle(8, 0, 10, 10))
    plan = plan_of(document)
    assert [part.shape.area for part in plan.parts] == [pytest.approx(180)]
    assert "120 m²" in codes(plan)["overlapping"].words.en


def test_a_hatch_with_a_court_keeps_the_court_open() -> None:
    document = a_document()
    hatch = document.modelspace().add_hatch(dxfattribs={"layer": "L"})
    hatch.paths.add_polyline_path(rectangle(0, 0, 20, 20))
    hatch.paths.add_polyline_path(rectangle(5, 5, 4, 4), flags=16)
    assert [part.shape.area for part in plan_of(document).parts] == [384]


def test_bays_that_share_their_lines_are_counted_one_by_one() -> None:
    document = a_document()
    space, how = document.modelspace(), {"layer": "P"}
    for n in range(4):
        space.add_line((2.5 * n, 0), (2.5 * n, 5), dxfattribs=how)
    for y in (0, 5):
        space.add_line((0, y), (7.5, y), dxfattribs=how)
    plan = plan_of(document, {"P": LayerRole.PARKING})
    assert [(part.role, part.shape.area) for part in plan.parts] == [(Role.PARKING, 12.5)] * 3
    twice = a_document()
    for _ in range(2):
        outline(twice, "P", rectangle(0, 0, 2.5, 5))
    assert len(plan_of(twice, {"P": LayerRole.PARKING}).parts) == 1


def test_a_wall_drawn_as_a_closed_line_is_a_line_and_not_the_ground_within() -> None:
    document = a_document()
    outline(document, "سور", rectangle(0, 0, 20, 30))
    document.modelspace().add_line((5, 0), (5, 4), dxfattribs={"layer": "سور"})
    solid = document.modelspace().add_hatch(dxfattribs={"layer": "سور"})
    solid.paths.add_polyline_path(rectangle(0, 30, 20, 0.2))
    parts = plan_of(document, {"سور": LayerRole.WALL}).parts
    assert [part.shape.area for part in parts] == [pytest.approx(4.0), 0.0]
    assert parts[1].shape.length == pytest.approx(104.0)


def test_of_several_plots_the_largest_is_taken_and_an_empty_layer_is_said() -> None:
    document = a_villa_drawing()
    outline(document, PLOT, rectangle(50, 0, 5, 5))
    document.layers.add("ملحق").off()
    plan = plan_of(document, {**ROLES, "ملحق": LayerRole.ANNEX})
    assert plan.plot is not None and plan.plot.area == 600
    assert {"several_plots", "no_outline", "layer_off"} == set(codes(plan))
    assert codes(plan)["no_outline"].layer == "ملحق"


def test_a_layer_with_a_whole_building_on_it_is_not_taken_apart() -> None:
    document = a_document()
    for n in range(5):
        outline(document, "L", [(i / 10, i % 2 + n) for i in range(4_500)], close=False)
    plan = plan_of(document)
    assert plan.parts == [] and codes(plan)["too_much"].stops


def test_a_layer_of_a_thousand_rooms_is_not_taken_for_buildings() -> None:
    document = a_document()
    for n in range(201):
        outline(document, "P", rectangle(3.0 * n, 0, 2.5, 5))
    plan = plan_of(document, {"P": LayerRole.PARKING})
    assert plan.parts == [] and codes(plan)["too_many_outlines"].stops


def test_a_drawing_far_from_its_origin_in_millimetres_keeps_its_millimetres() -> None:
    document = a_document(units=4)
    outline(document, "L", rectangle(650_000_000, 2_610_000_000, 14_001, 15_000))
    (villa,) = plan_of(document).parts
    assert villa.shape.area == pytest.approx(14.001 * 15, abs=1e-5)


CORNERS = st.lists(
    st.tuples(st.floats(5, 30), st.floats(0, 2 * math.pi)), min_size=4, max_size=12,
    unique_by=lambda corner: round(corner[1], 1),
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(CORNERS, st.randoms(use_true_random=False), st.floats(0, 360), st.floats(-1e6, 1e6))
def test_lines_in_any_order_and_direction_give_the_outline_of_the_closed_polyline(
    polar: list[tuple[float, float]], chance: Any, degrees: float, shift: float
) -> None:
    """Also wherever and however turned it is drawn."""
    star = shapely.Polygon(
        [(r * math.cos(a), r * math.sin(a)) for r, a in sorted(polar, key=lambda c: c[1])]
    )
    assume(star.is_valid and star.area > 5)
    placed = affinity.translate(affinity.rotate(star, degrees, origin=(0, 0)), shift, -shift)
    ring = list(placed.exterior.coords)
    sides = [chance.sample(side, 2) for side in pairwise(ring)]
    chance.shuffle(sides)
    document = a_document()
    for start, end in sides:
        document.modelspace().add_line(start, end, dxfattribs={"layer": "LINES"})
    outline(document, "CLOSED", ring[:-1])
    roles = {"LINES": LayerRole.MAIN, "CLOSED": LayerRole.ANNEX}
    plan = plan_of(document, roles)
    by_lines, closed = (
        shapely.union_all([part.shape for part in plan.parts if part.role is role])
        for role in (Role.MAIN, Role.ANNEX)
    )
    assert closed.area == pytest.approx(star.area, abs=1e-6)
    assert by_lines.symmetric_difference(closed).area < 1e-6


def test_every_note_has_both_languages_and_its_values() -> None:
    values = {"millimetres": 1, "count": 2, "metres": 3, "square_metres": 4, "most": 5,
              "unit": "م", "unit_en": "m", "size": "أكبر", "size_en": "larger"}  # fmt: skip
    for code in dxf_notes.NOTES:
        note = dxf_notes.note(code, layer="سور", **values)
        assert "{" not in note.words.ar + note.words.en and note.words.ar != note.words.en


@pytest.mark.real_data
def test_the_description_of_a_real_drawing_says_what_was_read_and_what_was_not(
    real_data: Path,
) -> None:
    said = described(read_here((real_data / "dxf" / "floorplan.dxf").read_bytes()))
    assert said["units"] == {"code": 4, "name": "mm", "metres": 0.001} and said["system"] is None
    assert len(said["layers"]) == 24 and {"name", "objects", "off", "frozen", "guess"} == set(
        said["layers"][0]
    )
    (leaders,) = [row for row in said["unread"] if row["entity"] == "LEADER"]
    assert leaders["count"] == 6 and leaders["why"]["ar"] and leaders["why"]["en"]
    assert sum(row["count"] for row in said["read"] if row["entity"] == "LINE") == 685
