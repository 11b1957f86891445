"""The command: a file in, every row accounted for, verdicts and failures out, nothing kept."""

import json
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from django.core.management import call_command

from municipality import crs
from plots.building_permits.town.survey import CODES_OF_SHEET
from plots.models import Building
from tests.building_permits.test_survey import a_quarter, a_survey

pytestmark = pytest.mark.django_db


@pytest.fixture
def town_file(tmp_path: Path) -> Path:
    """Thirty-one footprints of a quarter, a bow tie and a row without a shape, as GeoPackage."""
    survey = a_survey(a_quarter())
    bow_tie = shapely.affinity.translate(
        shapely.Polygon([(0, 0), (8, 8), (8, 0), (0, 8)]), *survey.shape[3].centroid.coords[0]
    )
    shapes = np.array([*shapely.to_wkb(survey.shape), shapely.to_wkb(bow_tie), None], dtype=object)
    path = tmp_path / "town.gpkg"
    pyogrio.raw.write(
        str(path), shapes,
        [np.array([f"b{n}" for n in range(33)], dtype=object),
         np.r_[survey.floors, 2.0, 2.0], np.r_[survey.height_m, 9.0, 9.0]],
        ["id", "floors", "height_m"], layer="buildings", geometry_type="Unknown",
        crs=f"EPSG:{crs.METRIC}", driver="GPKG",
    )  # fmt: skip
    return path


def checked(path: Path, **options: object) -> tuple[dict, Path]:
    out, report = path.with_name("out.gpkg"), path.with_name("report.json")
    call_command("check_footprints", str(path), out=out, report=report, workers=1, **options)
    return json.loads(report.read_text()), out


def test_every_row_is_accounted_for_and_nothing_is_kept(town_file: Path) -> None:
    before = Building.objects.count()
    report, out = checked(town_file)
    assert report["read"] == 33 == report["accepted"] + report["repaired"] + report["refused"]
    assert report["refused"] >= 1 and Building.objects.count() == before
    told = report["checked"]
    checked_rows = report["accepted"] + report["repaired"]
    assert sum(told["verdicts"].values()) == checked_rows
    assert told["on_no_plot"] == 1
    assert set(told["rules"]) == set(CODES_OF_SHEET)
    assert all(sum(outcomes.values()) == checked_rows for outcomes in told["rules"].values())
    footprints = pyogrio.read_dataframe(out, layer="footprints")
    failures = pyogrio.read_dataframe(out, layer="failures")
    assert len(footprints) == checked_rows and footprints.crs.to_epsg() == crs.METRIC
    assert (footprints.verdict == "fail").sum() == told["verdicts"]["fail"]
    assert set(failures.footprint) <= set(footprints[footprints.verdict == "fail"].footprint)
    assert (failures.rule == "setback.side").any() and not failures.geometry.is_empty.any()


def test_a_file_that_cannot_be_read_is_one_sentence_and_exit_1(tmp_path: Path, capsys) -> None:
    broken = tmp_path / "broken.gpkg"
    broken.write_bytes(b"SQLite format 3\0" + b"x" * 50)
    with pytest.raises(SystemExit) as ended:
        call_command("check_footprints", str(broken), out=tmp_path / "out.gpkg")
    assert ended.value.code == 1 and not (tmp_path / "out.gpkg").exists()
    assert "Traceback" not in capsys.readouterr().err
