"""A DXF drawing through its address: read, mapped, laid on the plot, and refused in words."""

import io
import json
from typing import Any

import ezdxf
import pytest
import shapely
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from geo_portal.permits import drawing_api
from municipality import crs
from tests.builders import EAST, NORTH
from tests.building_permits import office as o

pytestmark = pytest.mark.django_db
PSD93 = 3440
Site = dict[str, list[tuple[float, float]]]
SITE: Site = {  # layer: corners in metres from the plot's south-west corner
    "PLOT": [(0, 0), (20, 0), (20, 30), (0, 30)],
    "مبنى": [(3.5, 6), (16.5, 6), (16.5, 21), (3.5, 21)],
    "FURNITURE": [(5, 7), (6, 7), (6, 8)],
}


def drawing(scale: float = 1.0, unit: int = 6, site: Site | None = None) -> bytes:
    """A site plan as an office draws it."""
    made = ezdxf.new("R2010")
    made.header["$INSUNITS"] = unit
    for layer, ring in (site or SITE).items():
        made.layers.add(layer)
        points = [(scale * x, scale * y) for x, y in ring]
        made.modelspace().add_lwpolyline(points, close=True, dxfattribs={"layer": layer})
    out = io.StringIO()
    made.write(out)
    return out.getvalue().encode()


@pytest.fixture
def asked(client: Client) -> Any:
    """Ask the address of a draft as its office; returns a function of the file and the fields."""
    town = o.a_permit_town()
    case = o.an_application(town)
    client.force_login(town.member)

    def ask(content: bytes, status: int = 200, **fields: Any) -> dict[str, Any]:
        file = SimpleUploadedFile("site.dxf", content)
        told = {name: json.dumps(value) for name, value in fields.items()}
        address = f"/api/building-permits/applications/{case.public_id}/drawing"
        answer = client.post(address, {"file": file, **told})
        assert answer.status_code == status, answer.content.decode()
        return dict(answer.json())

    ask.case = case  # type: ignore[attr-defined]
    ask.client = client  # type: ignore[attr-defined]
    return ask


def test_a_drawing_without_a_place_is_laid_by_its_outline_and_can_be_handed_in(asked) -> None:
    found = asked(drawing(), mapping={"facts": {"مبنى": {"floors": 2, "height_m": 9.0}}})
    assert found["roles"]["PLOT"] == "plot" and found["roles"]["مبنى"] == "main"
    assert found["laid"]["fits"][0]["good"] and found["laid"]["fits"][0]["misfit_m"] < 0.01
    address = f"/api/building-permits/applications/{asked.case.public_id}/site"
    put = asked.client.put(
        address, {"site": found["laid"]["site"], "origin": "dxf"}, content_type="application/json"
    )
    assert put.status_code == 200
    inside = next(row for row in put.json()["rules"] if row["rule"] == "inside_plot")
    assert inside["status"] == "pass" and put.json()["footprint_m2"] == pytest.approx(195, abs=0.02)


def test_a_drawing_in_millimetres_that_says_metres_is_doubted_and_read_as_told(asked) -> None:
    told = asked(drawing(scale=1000.0))
    assert "1,000 مرة" in told["unit_doubt"] and "المليمتر (mm)" in told["unit_doubt"]
    mended = asked(drawing(scale=1000.0), mapping={"unit": "mm"})
    assert mended["unit_doubt"] is None and mended["laid"]["fits"][0]["good"]


def test_two_common_points_lay_a_drawing_and_points_that_are_not_common_are_refused(asked) -> None:
    ignore = {"roles": {"PLOT": "ignore"}}
    first = asked(drawing(), mapping=ignore)
    ring = first["laid"]["site"]["features"][0]["geometry"]["coordinates"][0]
    a, b = ring[0], ring[1]
    shift = 0.00001
    to = [[a[0] + shift, a[1]], [b[0] + shift, b[1]]]
    moved = asked(
        drawing(), mapping=ignore, steps=[{"way": "two_points", "from": [a, b], "to": to}]
    )
    there = moved["laid"]["site"]["features"][0]["geometry"]["coordinates"][0][0]
    assert there[0] == pytest.approx(a[0] + shift, abs=2e-8)
    far = [to[0], [b[0] + 0.001, b[1]]]
    refused = asked(
        drawing(), mapping=ignore, steps=[{"way": "two_points", "from": [a, b], "to": far}]
    )
    assert refused["laid"] is None and "نقطت" in refused["refused"]


def lines(*rings: list[tuple[float, float]]) -> bytes:
    """A plot, and lines on the building's layer that nobody closed."""
    made = ezdxf.read(io.StringIO(drawing(site={"PLOT": SITE["PLOT"]}).decode()))
    for ring in rings:
        made.modelspace().add_lwpolyline(ring, dxfattribs={"layer": "مبنى"})
    out = io.StringIO()
    made.write(out)
    return out.getvalue().encode()


OPEN = [(3.5, 6.0), (16.5, 6.0), (16.5, 21.0), (3.5, 21.0)]
BOW = [(3.5, 6.0), (16.5, 21.0), (16.5, 6.0), (3.5, 21.0), (3.5, 6.0)]


@pytest.mark.parametrize(("ring", "why"), [(OPEN, "لا تنغلق"), (BOW, "يقطع نفسه")])
def test_what_of_a_chosen_layer_was_not_read_is_named_with_its_reason(asked, ring, why) -> None:
    told = asked(lines(ring))
    assert told["laid"] is None and "الأسباب" in told["refused"]
    assert [one["layer"] for one in told["left_out"]] == ["مبنى"]
    assert why in told["left_out"][0]["why"]
    both = asked(lines(ring, [*SITE["مبنى"], SITE["مبنى"][0]]) if ring is BOW else drawing())
    assert both["laid"] is not None and "choose" not in both["refused"]


def at(east: float, north: float) -> bytes:
    """The site plan in the city's own coordinates, so many metres off its plot."""
    moved = {
        layer: [(EAST + east + x, NORTH + north + y) for x, y in ring]
        for layer, ring in SITE.items()
    }
    return drawing(site=moved)


def test_real_coordinates_off_the_plot_are_told_by_metres_and_wind(asked) -> None:
    assert asked(at(0, 0))["laid"]["off_plot"] is None
    assert asked(drawing())["laid"]["off_plot"] is None  # a sheet's own coordinates are none
    told = asked(at(220, 0))["laid"]["off_plot"]
    assert "شرق القطعة" in told and "220 م" in told and "وُضع الرسم على القطعة" in told


def test_real_coordinates_off_by_a_datum_name_it(asked) -> None:
    there = crs.to_metric([shapely.Point(EAST + 10, NORTH + 15)], srid=PSD93)[0]
    east, north = there.x - EAST - 10, there.y - NORTH - 15
    as_they_stand = asked(at(-east, -north))["laid"]  # numbers of the old datum: laid by it
    assert as_they_stand["off_plot"] is None and "PSD93" in as_they_stand["words"]
    turned_twice = asked(at(east, north))["laid"]
    assert "فرق نظام PSD93" in turned_twice["off_plot"]


@pytest.mark.parametrize(
    ("fields", "content"),
    [
        ({"mapping": {"roles": {"PLOT": "castle"}}}, None),
        ({"mapping": {"unit": "cubit"}}, None),
        ({"mapping": []}, None),
        ({"steps": [{"way": "teleport"}]}, None),
        ({"steps": [{"way": "drag", "from": [[58, 23]], "to": "x"}]}, None),
        ({}, b"not a drawing"),
        ({}, b""),
    ],
)
def test_what_is_no_drawing_and_no_step_is_refused_in_words(asked, fields, content) -> None:
    answer = asked(drawing() if content is None else content, 422, **fields)
    assert answer["detail"]


def test_a_drawing_above_the_limit_starts_no_child(asked, monkeypatch) -> None:
    children: list[object] = []

    def child(*args: object, **options: object) -> None:
        children.append(args)
        raise OSError("no child in this test")

    monkeypatch.setattr("subprocess.Popen", child)
    zeros = bytes(drawing_api.MOST_BYTES + 1)
    assert "20 م.ب" in asked(zeros, 413)["detail"]
    assert children == []
    monkeypatch.setattr(drawing_api, "MOST_BYTES", len(zeros))  # without the guard one is started
    with pytest.raises(OSError, match="no child"):
        asked(zeros)
    assert len(children) == 1


def test_a_mapping_is_kept_for_the_office_and_no_other(asked) -> None:
    address = "/api/building-permits/layer-maps"
    mapping = {"roles": {"A-BLDG": "main"}, "facts": {}, "unit": "m"}
    made = asked.client.post(
        address, {"name": "لوحاتنا", "mapping": mapping}, content_type="application/json"
    )
    assert made.status_code == 201
    assert asked.client.get(address).json()["maps"] == [{"name": "لوحاتنا", "mapping": mapping}]
    _, other = o.an_office("office2")
    asked.client.force_login(other)
    assert asked.client.get(address).json()["maps"] == []


def test_another_office_finds_no_such_application(asked) -> None:
    _, other = o.an_office("office2")
    asked.client.force_login(other)
    asked(drawing(), 404)
