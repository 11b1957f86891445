"""Every row of a file is accepted, repaired or refused, each with a named verdict."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from municipality import crs
from municipality.importing.refused import write_refused
from municipality.importing.verdicts import VERDICTS, Severity
from plots.models import Plot
from tests.builders import EAST, NORTH, square
from tests.importing.files import a_row, geojson, geopackage, imported, row_of_squares, shapefile

pytestmark = pytest.mark.django_db


def _lonlat(shape: Any) -> dict[str, Any]:
    return json.loads(shapely.to_geojson(crs.from_metric(np.array([shape], dtype=object))[0]))


def feature(key: str, geometry: Any, **values: Any) -> dict[str, Any]:
    """One GeoJSON feature, its geometry as given."""
    properties = {"register_key": key, "number": key, **values}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def verdicts(path: Path, kind: str = "plots", **how: Any) -> dict[str, int]:
    """What an import finds."""
    return imported(path, kind, **how).report.verdicts


def test_each_kind_of_bad_row_is_named_and_the_good_one_is_kept(tmp_path: Path) -> None:
    bow = shapely.Polygon(
        [(EAST, NORTH), (EAST + 20, NORTH + 20), (EAST + 20, NORTH), (EAST, NORTH + 20)]
    )
    high = {
        "type": "Polygon",
        "coordinates": [[[*p, 5.0] for p in _lonlat(square(0, 200))["coordinates"][0]]],
    }
    open_ring = {"type": "Polygon", "coordinates": [_lonlat(square())["coordinates"][0][:-1]]}
    line = {"type": "LineString", "coordinates": _lonlat(square())["coordinates"][0]}
    ring = _lonlat(square(0, 300))["coordinates"][0]
    swapped = {"type": "Polygon", "coordinates": [[[y, x] for x, y in ring]]}
    path = geojson(
        tmp_path,
        [
            feature("good", _lonlat(square(100, 0))),
            feature("none", None),
            feature("empty", {"type": "Polygon", "coordinates": []}),
            feature("bow", _lonlat(bow)),
            feature("high", high),
            feature("open", open_ring),
            feature("line", line),
            feature(
                "far", {"type": "Polygon", "coordinates": [[[2, 48], [2, 49], [3, 49], [2, 48]]]}
            ),
            feature("swapped", swapped),
            feature("tiny", _lonlat(square(0, 400, 0.1))),
            feature("good", _lonlat(square(0, 500))),
            feature("twin", _lonlat(square(100, 0))),
            feature("nan", {"type": "Polygon", "coordinates": [[[float("nan"), 1]] * 4]}),
            feature(
                "metres",
                {
                    "type": "Polygon",
                    "coordinates": [
                        [[EAST, NORTH], [EAST + 9, NORTH], [EAST, NORTH + 9], [EAST, NORTH]]
                    ],
                },
            ),
            {
                "type": "Feature",
                "properties": {"register_key": "nonumber"},
                "geometry": _lonlat(square(0, 600)),
            },
            42,
        ],
    )
    report = imported(path).report
    assert report.read == 16 and report.accepted == 2 and report.refused == 14
    for code in (
        "no_geometry", "empty_geometry", "invalid_polygon", "flattened_3d", "ring_not_closed", "wrong_shape",
        "outside_city", "swapped_axes", "too_small", "duplicate_key", "duplicate_geometry", "nan_coordinate",
        "metres_in_degrees", "number_missing", "broken_row",
    ):  # fmt: skip
        assert report.verdicts.get(code), code
    assert set(Plot.objects.values_list("register_key", flat=True)) == {"good", "high"}


def test_degrees_in_a_metre_system_are_named(tmp_path: Path) -> None:
    shape = crs.from_metric(np.array([square()], dtype=object))[0]
    path = geopackage(tmp_path, [a_row("A", shape)], srid=None)
    assert verdicts(path, source_crs=crs.METRIC) == {"degrees_in_metres": 1}


def test_a_repair_that_keeps_the_area_is_a_repair_and_says_how(tmp_path: Path) -> None:
    x, y = EAST, NORTH  # a hole that touches its shell along a ring written in one stroke
    keyhole = shapely.Polygon(
        [
            (x, y),
            (x + 30, y),
            (x + 30, y + 30),
            (x + 15, y + 30),
            (x + 15, y + 20),
            (x + 15, y + 30),
            (x, y + 30),
        ]
    )
    outcome = imported(geopackage(tmp_path, [a_row("A", keyhole)]))
    assert outcome.report.repaired == 1 and outcome.report.verdicts["polygon_repaired"] == 1
    assert "make_valid" in outcome.rows.details[0][0]
    assert Plot.objects.get().measured_m2 == pytest.approx(900)


def test_overlaps_beyond_the_tolerance_are_named_on_both(tmp_path: Path) -> None:
    rows = [a_row("A", square(0, 0)), a_row("B", square(15, 0)), a_row("C", square(34.99, 0))]
    outcome = imported(geopackage(tmp_path, rows))
    assert outcome.report.verdicts == {"overlaps_neighbour": 2}
    assert "100.0 m2" in outcome.rows.details[0][0]


def test_registered_area_beside_drawn_area(tmp_path: Path) -> None:
    rows = row_of_squares(4)
    for row, area in zip(rows, (401, 390, 350, 300), strict=True):
        row["area_m2"] = area
    found = verdicts(geopackage(tmp_path, rows))
    assert found == {"area_differs_1": 3, "area_differs_5": 2, "area_differs_20": 1}


def test_a_shapefile_without_prj_is_refused_with_a_guess(tmp_path: Path) -> None:
    report = imported(shapefile(tmp_path, row_of_squares(2), without=(".prj",))).report
    assert report.verdicts == {"missing_crs": 2} and report.exit_code == 1
    assert "WGS 84 / UTM zone 40N" in report.sentence.en and "EPSG:32640" in report.sentence.en


def test_a_shapefile_without_prj_is_taken_when_its_system_is_declared(tmp_path: Path) -> None:
    path = shapefile(tmp_path, row_of_squares(2), without=(".prj",))
    assert imported(path, source_crs=crs.METRIC).report.accepted == 2


def test_a_system_off_the_list_is_named(tmp_path: Path) -> None:
    report = imported(geopackage(tmp_path, row_of_squares(2), srid=2154)).report
    assert report.verdicts == {"crs_not_accepted": 2} and "2154" in report.sentence.en


@pytest.mark.parametrize(("encoding", "lost"), [("utf-8", 0), ("cp1256", 2)])
def test_arabic_of_a_dbf_is_read_or_refused_never_mangled(
    tmp_path: Path, encoding: str, lost: int
) -> None:
    rows = [{"number": f"{i}", "block": "المربع", "shape": square(i * 20, 0)} for i in range(2)]
    path = shapefile(tmp_path, rows, without=(".cpg",), encoding=encoding)
    report = imported(path).report
    assert report.verdicts.get("wrong_encoding", 0) == lost
    if not lost:
        assert set(Plot.objects.values_list("block", flat=True)) == {"المربع"}


def test_text_decoded_wrongly_before_us_is_refused(tmp_path: Path) -> None:
    rows = [a_row("A", square(), block="مسقط".encode().decode("latin-1"))]
    assert verdicts(geopackage(tmp_path, rows)) == {"wrong_encoding": 1}


def test_a_curve_is_linearised_and_said_so(tmp_path: Path) -> None:
    import sqlite3

    path = geopackage(tmp_path, [a_row("A", square())])
    with sqlite3.connect(path) as base:
        base.create_function("ST_IsEmpty", 1, lambda g: 0)
        for name in ("ST_MinX", "ST_MinY", "ST_MaxX", "ST_MaxY"):
            base.create_function(name, 1, lambda g: 0.0)
        points = [
            (EAST, NORTH),
            (EAST + 20, NORTH),
            (EAST + 20, NORTH + 20),
            (EAST, NORTH + 20),
            (EAST, NORTH),
        ]
        ring = (
            b"\x01"
            + (8).to_bytes(4, "little")
            + (5).to_bytes(4, "little")
            + np.array(points).tobytes()
        )
        curve = b"\x01" + (10).to_bytes(4, "little") + (1).to_bytes(4, "little") + ring
        head = b"GP\x00\x01" + crs.METRIC.to_bytes(4, "little")
        base.execute("UPDATE plots SET geom = ?", [head + curve])
    report = imported(path).report
    assert report.verdicts.get("curve_linearised") == 1 and report.repaired == 1


def test_a_million_points_are_refused(tmp_path: Path) -> None:
    turn = np.linspace(0, 2 * np.pi, 1_000_000)
    ring = np.column_stack([EAST + 300 * np.cos(turn), NORTH + 300 * np.sin(turn)])
    rows = [*row_of_squares(1), a_row("B", shapely.Polygon(ring))]
    report = imported(geopackage(tmp_path, rows)).report
    assert report.verdicts["too_many_vertices"] == 1 and report.accepted == 1


def test_unknown_words_and_numbers_are_unknown_not_zero(tmp_path: Path) -> None:
    rows = [a_row("A", square(), use_class="spaceport", floors="many", height_m="١٢٫٥")]
    assert verdicts(geopackage(tmp_path, rows)) == {"unknown_use_class": 1, "bad_number": 1}
    plot = Plot.objects.get()
    assert (plot.use_class, plot.floors, plot.height_m) == ("undefined", None, 12.5)


def test_the_refused_are_kept_with_all_they_said(tmp_path: Path) -> None:
    rows = row_of_squares(3, remark="نص")
    rows[1]["number"] = None
    outcome = imported(geopackage(tmp_path, rows))
    count = write_refused(tmp_path / "out.gpkg", outcome.rows, srid=outcome.srid)
    kept = pyogrio.read_dataframe(tmp_path / "out.gpkg", layer="refused")
    assert count == len(kept) == 1
    assert kept.loc[0, ["register_key", "remark", "row_number"]].tolist() == ["P1", "نص", 2]
    assert kept.verdicts[0] == "number_missing" and kept.crs.to_epsg() == crs.METRIC


def test_csv_with_wkt_ewkt_or_two_columns(tmp_path: Path) -> None:
    lon, lat = crs.PROFILE.centre
    path = tmp_path / "x.csv"
    path.write_text(
        "id,type,created,WKT\n"
        f'1,pothole,2026-01-02,"POINT ({lon} {lat})"\n'
        f'2,pothole,02/01/2026 13:00,"SRID=4326;POINT ({lon} {lat})"\n'
        "3,pothole,2026-01-02,nonsense\n4,pothole,yesterday,\n",
        "utf-8",
    )
    found = imported(path, "observations").report
    assert found.accepted == 2
    assert found.verdicts["broken_geometry"] == 1 and found.verdicts["bad_date"] == 1
    path.write_text(
        f"Type;Created;Y;X\nrubble;2026-01-02;{lat};{lon}\nrubble;2026-01-02;0;0\nrubble;2026-01-02;;\n"
        f"rubble;2026-01-02;{lon};{lat}\nrubble;2026-01-02;1e999;1\n", "utf-8"
    )  # fmt: skip
    found = imported(path, "observations").report
    assert found.accepted == 1 and found.verdicts["no_point"] == 2
    assert found.verdicts["swapped_axes"] == 1 and found.verdicts["nan_coordinate"] == 1


def test_overlapping_boundaries_refuse_the_swap(tmp_path: Path) -> None:
    rows = [
        {"code": "a", "name_en": "A", "shape": square(0, 0, 100)},
        {"code": "b", "name_en": "B", "shape": square(90, 0, 100)},
    ]
    outcome = imported(geopackage(tmp_path, rows), "boundaries")
    assert outcome.report.code == "overlaps_coverage" and not outcome.report.made
    assert outcome.report.verdicts["overlaps_coverage"] == 2 and outcome.rows.edges
    rows[1]["shape"] = square(100, 0, 100)
    assert imported(geopackage(tmp_path, rows), "boundaries").report.made


def test_every_verdict_has_words_and_every_refusal_is_severe() -> None:
    for code, verdict in VERDICTS.items():
        assert verdict.code == code and verdict.words.ar and verdict.words.en
    assert VERDICTS["wrong_datum"].severity is Severity.REFUSED


@settings(max_examples=40)
@given(
    rows=st.lists(
        st.one_of(
            st.none(),
            st.integers(),
            st.text(max_size=20),
            st.dictionaries(st.text(max_size=5), st.none()),
        ),
        max_size=8,
    ),
)
def test_whatever_json_rows_hold_each_is_counted_once(
    rows: list[Any], tmp_path_factory: Any
) -> None:
    from municipality.documents.sandbox.json_reader import read_json

    path = tmp_path_factory.mktemp("json") / "x.json"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": rows}), "utf-8")
    reading = read_json(path, hints=("wkt",))
    assert reading.rows == len(rows) and all(mark for mark in reading.marks or [])


@pytest.mark.django_db
@pytest.mark.parametrize("others", [[], [square(200, 0)]], ids=["polygon", "multipolygon"])
def test_a_ring_without_a_point_is_dropped_and_said(
    tmp_path: Path, others: list[shapely.Polygon]
) -> None:
    """It is valid to GEOS and refused by the database's own reader."""
    plain = square(0, 0)
    holed = shapely.from_wkt(plain.wkt.replace("))", "), EMPTY)"))
    assert shapely.get_num_interior_rings(holed) == 1 and holed.is_valid
    shape = shapely.MultiPolygon([holed, *others]) if others else holed
    report = imported(geopackage(tmp_path, [a_row("P", shape)])).report
    assert (report.repaired, report.verdicts["polygon_repaired"]) == (1, 1)
    assert Plot.objects.get().boundary.num_points == 5 * (1 + len(others))
