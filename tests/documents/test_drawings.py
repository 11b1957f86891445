"""Drawings (DXF) are read whole: every object becomes a shape or is named with its reason."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity

from municipality.documents.drawing_words import REASONS, REMARKS
from municipality.documents.drawings import Drawing
from municipality.documents.sandbox.dxf_words import spelling
from tests.documents.drawn import (
    PLOT,
    VILLA,
    a_document,
    a_villa_drawing,
    as_bytes,
    counts,
    left_out,
    outline,
    read,
    read_here,
    rectangle,
    shapes_here,
    with_block,
)

SQUARE = shapely.box(0, 0, 4, 2)


def shapes(drawing: Drawing, layer: str = "", entity: str = "") -> np.ndarray:
    rows = np.full(len(drawing.shapes.wkb), True)
    for column, wanted in ((drawing.shapes.layer, layer), (drawing.shapes.entity, entity)):
        rows &= (column == wanted) if wanted else True
    return shapely.from_wkb(drawing.shapes.wkb[rows])


def only(drawing: Drawing) -> Any:
    (shape,) = shapes(drawing)
    return shape


@pytest.mark.parametrize(
    ("version", "code_page", "binary"),
    [
        ("R12", "cp1256", False), ("R12", "cp1252", False), ("R12", "cp1256", True),
        ("R2000", "cp1256", False), ("R2000", "cp1252", False), ("R2000", "cp1256", True),
        ("R2004", "cp1256", False), ("R2007", "", False), ("R2010", "", True),
        ("R2013", "", False), ("R2018", "", False), ("R2018", "", True),
    ],
)  # fmt: skip
def test_every_version_in_text_and_binary_keeps_its_arabic_layers(
    version: str, code_page: str, binary: bool
) -> None:
    document = a_villa_drawing(version=version, code_page=code_page)
    document.modelspace().add_text("فيلا سكنية", dxfattribs={"layer": "نص"}).dxf.insert = (5, 5)
    drawing = read(as_bytes(document, binary))
    assert {PLOT, VILLA, "نص"} <= {layer.name for layer in drawing.layers}
    assert shapes(drawing, VILLA)[0].equals(shapely.box(3, 6, 17, 21))
    assert shapes(drawing, PLOT)[0].area == 600.0
    assert "فيلا سكنية" in set(drawing.shapes.text)
    assert drawing.units.name == (None if version == "R12" else "m")
    assert drawing.isolation["network"] == "none" and not drawing.mended


ARABIC_WORDS = st.lists(
    st.text("ابتثجحخدذرزسشصضطظعغفقكلمنهويىةءأإآئؤ", min_size=2, max_size=12), min_size=1, max_size=3
).map(" ".join)


@settings(deadline=None)
@given(ARABIC_WORDS, st.sampled_from(["cp1256", "utf-8"]))
def test_arabic_under_the_name_of_a_western_code_page_is_read_as_it_was_meant(
    words: str, meant: str
) -> None:
    garbled = words.encode(meant).decode("cp1252", "surrogateescape")
    assert spelling("AC1015", "cp1252")(garbled) == words
    assert spelling("AC1015", "cp1256")(words) == words  # and what says what it is stays


@pytest.mark.parametrize(
    "name", ["Möbel", "Façade", "CLÔTURE", "Niño", "Ø 20", "é", "2½ m²", "naïve", "Straße", "±0.00"]
)
def test_western_names_stay_as_they_are(name: str) -> None:
    assert spelling("AC1015", "cp1252")(name) == name


def test_a_layer_in_the_wrong_code_page_is_named_right_in_the_whole_answer() -> None:
    data = as_bytes(a_villa_drawing(version="R2000", code_page="cp1256"))
    wrong = data.replace(b"ANSI_1256", b"ANSI_1252")
    drawing = read_here(wrong)
    assert drawing.encoding == "cp1252" and {PLOT, VILLA} <= {row.name for row in drawing.layers}
    assert {row.layer for row in drawing.read} == {PLOT, VILLA} == set(drawing.shapes.layer)


@pytest.mark.real_data
def test_an_architects_floor_plan_is_counted_object_by_object(real_data: Path) -> None:
    """Counts: ezdxf by itself, blocks taken apart by its own virtual entities."""
    with (real_data / "dxf" / "floorplan.dxf").open("rb") as source:
        drawing = read(source.read())
    assert counts(drawing) == {
        "LINE": 685, "LWPOLYLINE": 124, "TEXT": 89, "ARC": 84, "CIRCLE": 27, "HATCH": 13,
        "INSERT": 10, "MTEXT": 9,
    }  # fmt: skip
    assert left_out(drawing) == {("DIMENSION", "annotation"): 63, ("LEADER", "annotation"): 6}
    assert (drawing.version, drawing.units.name, len(drawing.layers)) == ("R2004", "mm", 24)


def by_gdal(path: Path) -> dict[str, np.ndarray]:
    table = pyogrio.read_dataframe(path)
    kind = table.SubClasses.str.split(":").str[-1]
    return {name: table.geometry.values[kind == name] for name in set(kind)}


@pytest.mark.real_data
def test_gdal_measures_the_same_hatches_outlines_and_blocks(real_data: Path) -> None:
    plan, theirs = (
        read((real_data / "dxf" / "floorplan.dxf").read_bytes()),
        by_gdal(real_data / "dxf" / "floorplan.dxf"),
    )
    hatches = shapely.area(shapes(plan, entity="HATCH")).sum()
    assert hatches == pytest.approx(shapely.area(theirs["AcDbHatch"]).sum(), abs=1e-6)
    clipped = real_data / "dxf" / "xclip.dxf"  # blocks alone; neither reader cuts them off
    ours, theirs = read(clipped.read_bytes()), by_gdal(clipped)
    length = sum(
        shapely.length(shapely.boundary(shape) if shape.area else shape)
        for name in ("LINE", "LWPOLYLINE", "CIRCLE")
        for shape in shapes(ours, entity=name)
    )
    gdal = shapely.length(theirs["AcDbBlockReference"]).sum()
    assert length == pytest.approx(gdal, rel=1e-3)  # its chords are 4 degrees
    assert counts(ours)["INSERT"] == 9


@pytest.mark.real_data
def test_hatches_keep_their_holes_and_their_style(real_data: Path) -> None:
    """GDAL fills the innermost of nested boundaries also where the style says outer ones only."""
    path = real_data / "dxf" / "hatches_1.dxf"
    ours, theirs = shapes(read(path.read_bytes()), entity="HATCH"), by_gdal(path)["AcDbHatch"]
    apart = shapely.area(shapely.symmetric_difference(ours, theirs))
    nested = [3, 5]  # three and four boundaries, style 1
    assert (np.delete(apart, nested) < 0.02).all() and len(ours) == 10
    assert shapely.area(ours[3]) == pytest.approx(shapely.area(ours[2]))
    assert [shapely.get_num_interior_rings(ours[n]) for n in nested] == [1, 1]


@pytest.mark.real_data
def test_the_other_real_drawings_are_read_and_what_is_not_is_said(real_data: Path) -> None:
    folder = real_data / "dxf"
    found = {
        name: read((folder / f"{name}.dxf").read_bytes())
        for name in (
            "columns_R2007",
            "dimension_in_block",
            "text",
            "viewport_frozen_layers",
            "xclip",
        )
    }
    assert counts(found["columns_R2007"]) == {"LWPOLYLINE": 30, "MTEXT": 22}
    assert counts(found["dimension_in_block"]) == {"INSERT": 2, "LINE": 3}
    assert left_out(found["dimension_in_block"]) == {("DIMENSION", "annotation"): 3}
    assert counts(found["text"])["ATTRIB"] == 4
    assert left_out(found["text"]) == {("ATTDEF", "template"): 4}
    assert left_out(found["viewport_frozen_layers"]) == {("TEXT", "paper_space"): 3}
    assert [(r.entity, r.code, r.count) for r in found["xclip"].remarks] == [
        ("INSERT", "clipped", 8)
    ]
    for drawing in found.values():
        assert all(row.code in REASONS for row in drawing.unread)
        assert all(row.code in REMARKS for row in drawing.remarks)


radii = st.floats(0.05, 200, allow_nan=False)
angles = st.floats(0, 360, allow_nan=False)
sweeps = st.floats(1, 359)


def off_the_circle(track: Any, radius: float) -> float:
    """The most a flattened circle about the origin lies off the true one."""
    xy = shapely.get_coordinates(track)
    middles = (xy[1:] + xy[:-1]) / 2
    return float(np.abs(np.hypot(*np.concatenate([xy, middles]).T) - radius).max())


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(radii, angles, sweeps), min_size=1, max_size=5))
def test_chords_lie_within_a_millimetre_of_their_curve(arcs: list[tuple[float, ...]]) -> None:
    document = a_document(units=4)  # millimetres
    space = document.modelspace()
    for radius, start, sweep in arcs:
        size = radius * 1000
        space.add_circle((0, 0), size)
        space.add_arc((0, 0), size, start, start + sweep)
        space.add_ellipse((0, 0), (size, 0), 1.0)
        space.add_lwpolyline([(size, 0, 1), (-size, 0, 1)], format="xyb", close=True)
        path = space.add_hatch().paths.add_edge_path()
        path.add_arc((0, 0), size, 0, 180)
        path.add_line((-size, 0), (size, 0))
    found = shapes_here(document)
    for entity in ("CIRCLE", "ARC", "ELLIPSE", "LWPOLYLINE"):
        tracks = found[entity]
        assert len(tracks) == len(arcs)
        for track, (radius, *_) in zip(tracks, arcs, strict=True):
            assert off_the_circle(track, radius * 1000) <= 1.0
    for half, (radius, *_) in zip(found["HATCH"], arcs, strict=True):
        assert half.area == pytest.approx(math.pi / 2 * (radius * 1000) ** 2, rel=1e-3)


def test_a_spline_lies_within_a_millimetre_of_its_curve() -> None:
    document = a_document()
    spline = document.modelspace().add_spline([(0, 0), (10, 12), (20, -9), (35, 4), (40, 40)])
    truth = np.array([p.xyz[:2] for p in spline.construction_tool().approximate(20_000)])
    track = only(read_here(document))
    assert shapely.distance(shapely.points(truth), track).max() <= 0.001


def test_a_wrong_unit_does_not_turn_arcs_into_corners() -> None:
    """Declared millimetres, drawn in metres: 0.5 mm as declared would be half a metre."""
    document = a_document(units=4)
    document.modelspace().add_circle((0, 0), 5.0)
    assert off_the_circle(only(read_here(document)), 5.0) <= 0.0011


def block_square(block: Any) -> None:
    block.add_lwpolyline([(0, 0), (4, 0), (4, 2), (0, 2)], close=True, dxfattribs={"layer": "0"})
    block.add_arc((2, 2), 1, 0, 180, dxfattribs={"layer": "DETAIL"})


@pytest.mark.parametrize("mirror", [1, -1])
def test_blocks_are_scaled_mirrored_and_turned_and_take_the_layer_they_are_put_on(
    mirror: int,
) -> None:
    how = {"xscale": 2.0 * mirror, "yscale": 3.0, "rotation": 30.0}
    drawing = read_here(with_block(block_square, **how))
    expected = affinity.translate(
        affinity.rotate(affinity.scale(SQUARE, 2 * mirror, 3, origin=(0, 0)), 30, origin=(0, 0)),
        100, 50,
    )  # fmt: skip
    (placed,) = shapes(drawing, "MAIN")
    assert placed.symmetric_difference(expected).area < 1e-9
    (arc,) = shapes(drawing, "DETAIL")
    assert counts(drawing) == {"INSERT": 1, "LWPOLYLINE": 1, "ARC": 1}
    assert arc.bounds[0] < arc.bounds[2]


def test_a_mirrored_entity_looks_down_and_still_lies_where_it_is_drawn() -> None:
    document = a_document()
    how = {"extrusion": (0, 0, -1)}
    document.modelspace().add_lwpolyline(rectangle(0, 0, 4, 2), close=True, dxfattribs=how)
    assert only(read_here(document)).equals(shapely.box(-4, 0, 0, 2))


def test_rows_and_columns_of_a_block_and_blocks_in_blocks() -> None:
    document = a_document()
    inner, outer = document.blocks.new("INNER"), document.blocks.new("OUTER")
    block_square(inner)
    inner.block.dxf.base_point = (1, 1)
    outer.add_blockref("INNER", (10, 0))
    how = {"layer": "P", "row_count": 2, "column_count": 3, "row_spacing": 7.0,
           "column_spacing": 5.0, "rotation": 90.0}  # fmt: skip
    document.modelspace().add_blockref("OUTER", (0, 0), dxfattribs=how)
    drawing = read_here(document)
    places = shapes(drawing, "P")
    expected = [
        affinity.rotate(affinity.translate(SQUARE, 9 + 5 * column, -1 + 7 * row), 90, origin=(0, 0))
        for row in range(2)
        for column in range(3)
    ]
    assert len(places) == 6
    missing = shapely.union_all(expected).symmetric_difference(shapely.union_all(places))
    assert missing.area < 1e-9
    assert counts(drawing) == {"INSERT": 7, "LWPOLYLINE": 6, "ARC": 6}


@settings(max_examples=40, deadline=None)
@given(
    st.floats(-3, 3).filter(lambda s: abs(s) > 0.1), st.floats(-3, 3).filter(lambda s: abs(s) > 0.1),
    angles, st.floats(-500, 500), st.floats(-500, 500), st.booleans(),
)  # fmt: skip
def test_insertions_agree_with_ezdxf_taking_them_apart(
    x: float, y: float, degrees: float, east: float, north: float, down: bool
) -> None:
    document = a_document()
    block = document.blocks.new("B", base_point=(0.5, -2))
    block.add_lwpolyline([(0, 0), (4, 0), (4, 2), (1, 3)], close=True)
    block.add_line((0, 0), (7, 5))
    how = {"xscale": x, "yscale": y, "rotation": degrees, "extrusion": (0, 0, -1 if down else 1)}
    insert = document.modelspace().add_blockref("B", (east, north), dxfattribs=how)
    other = a_document()
    for part in insert.virtual_entities():
        other.modelspace().add_foreign_entity(part)
    ours, theirs = (
        shapely.geometrycollections([s for found in shapes_here(one).values() for s in found])
        for one in (document, other)
    )
    assert shapely.hausdorff_distance(ours, theirs) < 1e-6


def test_old_polylines_solids_faces_points_and_texts_are_read() -> None:
    document = a_document()
    space = document.modelspace()
    space.add_polyline2d([(0, 0, 0), (4, 0, 1), (4, 2, 0)], format="xyb", close=True)
    space.add_polyline3d([(0, 0, 0), (1, 0, 5), (1, 1, 9)])
    space.add_solid([(0, 0), (1, 0), (0, 1), (1, 1)])
    space.add_3dface([(0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)])
    space.add_point((3, 4))
    space.add_mtext(r"\A1;طابق {\C1;أرضي}\Pثان", dxfattribs={"insert": (7, 8)})
    drawing = read_here(document)
    kinds = dict(zip(drawing.shapes.entity, drawing.shapes.kind, strict=True))
    assert kinds == {"POLYLINE": "line", "SOLID": "area", "3DFACE": "area", "POINT": "point",
                     "MTEXT": "text"}  # fmt: skip
    assert shapes(drawing, entity="SOLID")[0].equals(shapely.box(0, 0, 1, 1))
    assert shapes(drawing, entity="MTEXT")[0].equals(shapely.Point(7, 8))
    assert "طابق أرضي\nثان" in set(drawing.shapes.text)
    round_one = shapes(drawing, entity="POLYLINE")[0]
    assert round_one.area == pytest.approx(4 + math.pi / 2, rel=1e-3)
    assert [(r.entity, r.code) for r in drawing.remarks] == [("POLYLINE", "flattened")]


def test_a_hatch_of_edges_in_any_order_of_writing_is_one_area() -> None:
    document = a_document()
    path = document.modelspace().add_hatch().paths.add_edge_path()
    path.add_line((0, 0), (4, 0))
    path.add_line((4, 2), (4, 0))  # written backwards
    path.add_arc((2, 2), 2, 0, 180)
    path.add_line((0, 2), (0, 0))
    assert only(read_here(document)).area == pytest.approx(8 + 2 * math.pi, rel=1e-3)


def test_layers_that_are_off_or_frozen_are_read_and_named() -> None:
    document = a_villa_drawing()
    document.layers.add("OFF").off()
    document.layers.add("ICE").freeze()
    for layer in ("OFF", "ice"):
        outline(document, layer, rectangle(0, 0, 1, 1))
    layers = {layer.name: layer for layer in read_here(document).layers}
    assert layers["OFF"].off and layers["ICE"].frozen and not layers[VILLA].off
    assert (layers["OFF"].objects, layers["ICE"].objects) == (1, 1)


def test_what_is_not_read_is_named_with_its_layer_its_kind_and_its_reason() -> None:
    document = a_villa_drawing()
    space = document.modelspace()
    space.add_ray((0, 0), (1, 0), dxfattribs={"layer": "AXES"})
    space.add_line((0, 0), (1, 1), dxfattribs={"layer": "HIDDEN", "invisible": 1})
    space.add_circle((0, 0), 0)
    with space.add_mesh(dxfattribs={"layer": "3D"}).edit_data() as mesh:
        mesh.add_face([(0, 0, 0), (1, 0, 0), (1, 1, 1)])
    space.add_blockref("NOWHERE", (0, 0))
    document.paperspace().add_line((0, 0), (1, 1), dxfattribs={"layer": "SHEET"})
    custom = b"  0\nAEC_WALL\n  5\nFEED\n330\n17\n100\nAcDbEntity\n  8\nA-WALL\n100\nAecDbWall\n"
    data = as_bytes(document).replace(b"  0\nRAY\n", custom + b"  0\nRAY\n")
    rows = {(row.layer, row.entity, row.code) for row in read_here(data).unread}
    assert rows == {
        ("AXES", "RAY", "endless"), ("HIDDEN", "LINE", "invisible"), ("0", "CIRCLE", "damaged"),
        ("3D", "MESH", "solid_model"), ("0", "INSERT", "block_missing"),
        ("SHEET", "LINE", "paper_space"), ("A-WALL", "AEC_WALL", "not_read"),
    }  # fmt: skip


def test_the_system_that_a_drawing_names_is_told_with_the_way_into_it() -> None:
    from ezdxf.entities.geodata import GeoData

    document = a_villa_drawing()
    data: GeoData = document.modelspace().new_geodata()
    data.setup_local_grid(design_point=(0, 0), reference_point=(650_000, 2_610_000), crs=EPSG_32640)
    system = read_here(document).system
    assert system is not None and system.srid == 32640 and system.affine is not None
    assert affinity.affine_transform(shapely.Point(3, 6), system.affine).equals(
        shapely.Point(650_003, 2_610_006)
    )


EPSG_32640 = """<?xml version="1.0" encoding="UTF-16" standalone="no" ?>
<Dictionary version="1.0" xmlns="http://www.osgeo.org/mapguide/coordinatesystem">
<Alias id="32640" type="CoordinateSystem"><ObjectId>WGS84.UTM-40N</ObjectId>
<Namespace>EPSG Code</Namespace></Alias>
<Axis uom="METER"><CoordinateSystemAxis><AxisOrder>1</AxisOrder><AxisName>Easting</AxisName>
<AxisAbbreviation>E</AxisAbbreviation><AxisDirection>east</AxisDirection></CoordinateSystemAxis>
<CoordinateSystemAxis><AxisOrder>2</AxisOrder><AxisName>Northing</AxisName>
<AxisAbbreviation>N</AxisAbbreviation><AxisDirection>north</AxisDirection></CoordinateSystemAxis>
</Axis></Dictionary>"""
