"""The whole folder of bad input: each file ends in named verdicts or in one sentence."""

import csv
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
import shapely

from municipality.documents.sandbox.json_reader import read_json
from municipality.documents.sandbox.kinds import NotAccepted
from municipality.importing.verdicts import VERDICTS
from observations.models import Observation
from plots.models import Plot
from tests.builders import EAST, NORTH
from tests.importing.files import a_row, geopackage, imported

pytestmark = [pytest.mark.django_db, pytest.mark.real_data]


@pytest.fixture(scope="module")
def bad(real_data: Path) -> Path:
    """The folder of bad input."""
    return real_data / "bad-input"


def _ends_well(path: Path, kind: str, **how: Any) -> dict[str, int]:
    report = imported(path, kind, **how).report
    assert not report.made and report.exit_code == 1
    assert report.sentence.ar and report.sentence.en and "Traceback" not in report.sentence.en
    assert report.accepted + report.repaired == 0 or report.code
    assert all(code in VERDICTS for code in report.verdicts)
    return report.verdicts


def test_every_json_of_the_suite_is_read_or_refused(bad: Path) -> None:
    files = sorted((bad / "JSONTestSuite").rglob("*.json"))
    assert len(files) > 100
    for path in files:
        try:
            reading = read_json(path, hints=("wkt",))
        except NotAccepted as refusal:
            assert refusal.code in {"not_json", "no_features", "json_too_deep"}, path.name
            continue
        assert not path.name.startswith("n_") or "NaN" in path.name or "nfinity" in path.name
        assert reading.rows == 0 or all(reading.marks or []), path.name


def test_a_few_of_the_suite_through_the_gate(bad: Path) -> None:
    names = ("n_structure_open_array_object", "n_single_space", "i_structure_500_nested_arrays")
    found = [p for n in names for p in (bad / "JSONTestSuite").rglob(f"{n}.json")]
    for path in found[:3]:
        assert _ends_well(path, "observations") is not None


@pytest.mark.parametrize("folder", ["dbf-encodings", "text-encodings", "issues", "raster", "zip"])
def test_files_that_are_no_register_change_nothing(bad: Path, folder: str) -> None:
    files = sorted(path for path in (bad / folder).rglob("*") if path.is_file())
    assert files
    for path in files:
        _ends_well(path, "plots")
    assert not Plot.objects.exists()


def test_a_point_at_the_end_of_the_number_range_is_outside(bad: Path) -> None:
    path = bad / "issues" / "invalid_coords" / "invalid_coordinates.json"
    assert _ends_well(path, "layer", theme="wadi") == {"outside_city": 1}


def test_the_payment_zone_in_brazil_is_refused(real_data: Path) -> None:
    path = real_data / "parking/helsinki-wfs-samples/geojson_payment_zones_importer_data.geojson"
    assert _ends_well(path, "zones") == {"outside_city": 1}


def test_other_samples_of_the_service_are_one_sentence(real_data: Path) -> None:
    for path in sorted((real_data / "parking" / "helsinki-wfs-samples").glob("*.xml")):
        assert imported(path, "zones").report.code == "kind_not_accepted"


def test_naughty_strings_are_stored_clean_or_refused(bad: Path, tmp_path: Path) -> None:
    from municipality import crs

    lon, lat = crs.PROFILE.centre
    strings = json.loads((bad / "blns.json").read_text("utf-8"))
    path = tmp_path / "naughty.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "category", "created", "address", "lon", "lat"])
        for number, text in enumerate(strings):
            writer.writerow([number, "rubble", "2026-01-02", text, lon, lat])
    report = imported(path, "observations").report
    assert report.read == len(strings) and report.made
    assert report.accepted + report.repaired > 0.95 * len(strings)
    held = "".join(Observation.objects.values_list("address", flat=True))
    assert not any(0x202A <= ord(c) <= 0x202E or 0x2066 <= ord(c) <= 0x2069 for c in held)
    assert not any(ord(c) < 32 for c in held)


def _polygons(folder: Path) -> list[shapely.Geometry]:
    found = []
    for path in sorted(folder.rglob("*.xml")):
        for case in ET.parse(path).getroot().iter():
            text = (case.text or "").strip()
            if case.tag in {"a", "b"} and text.upper().startswith(("POLYGON", "MULTIPOLYGON")):
                shape = shapely.from_wkt(" ".join(text.split()), on_invalid="ignore")
                if shape is not None and not shape.is_empty:
                    found.append(shape)
    return found


def test_the_polygons_of_jts_are_each_accepted_repaired_or_refused(
    bad: Path, tmp_path: Path
) -> None:
    shapes = _polygons(bad / "jts")
    assert len(shapes) > 200
    rows = []
    for number, shape in enumerate(shapes):
        west, south, east, north = shape.bounds
        size = max(east - west, north - south, 1e-9)
        placed = shapely.transform(
            shape,
            lambda xy, w=west, s=south, z=size, n=number: (
                (xy - [w, s]) / z * 15 + [EAST + n % 40 * 20, NORTH + n // 40 * 20]
            ),
        )
        rows.append(a_row(f"J{number}", placed))
    report = imported(geopackage(tmp_path, rows)).report
    assert report.made and report.read == len(rows)
    assert report.accepted > 100 and report.refused > 5
    for plot in Plot.objects.all():
        assert plot.boundary.valid, plot.register_key
