"""The main job on real registers and reports, each city in a database of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.real_data
ROOT = Path(__file__).resolve().parents[2]


def city(name: str, data: Path) -> dict[str, Any]:
    """Import a city's files in a process of its own and return what it printed."""
    profile = ROOT / "tests" / "profiles" / f"{name}.toml"
    environment = {
        **os.environ,
        "GEO_CITY": str(profile) if profile.is_file() else name,
        "GEO_TEST_DB": f"{os.environ.get('GEO_TEST_DB', 'test_geo')}_{name}_{os.getpid()}",
        "DJANGO_SETTINGS_MODULE": "geo_portal.settings.test",
    }
    command = [sys.executable, "-m", "tests.importing.city", name, str(data)]
    ended = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert ended.returncode == 0, ended.stderr[-3_000:]
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return found


def test_the_cadastre_of_two_communes(real_data: Path) -> None:
    found = city("france", real_data)
    plots, buildings, areas = found["plots"], found["buildings"], found["areas"]
    assert (plots["read"], plots["accepted"], plots["refused"]) == (1_990, 1_990, 0)
    assert plots["operation"].startswith("RGF93")
    assert found["again"]["unchanged"] == 1_990 and found["ids_kept"]
    assert buildings["read"] == buildings["accepted"] == 1_597
    assert buildings["verdicts"]["crosses_plots"] == found["crossing"] == 55
    assert areas["read"] == areas["accepted"] == 4_241
    differing = [areas["verdicts"][f"area_differs_{share}"] for share in (1, 5, 20)]
    assert differing == [2_382, 473, 71]
    assert areas["verdicts"]["area_not_registered"] == 1
    assert found["held"] == found["open"] == 1_990 + 4_241 and areas["retired"] == 0
    again = found["areas_again"]  # the larger town once more: the other one stays
    assert again["unchanged"] == 4_241 and again["retired"] == 0
    assert found["sections"]["code"] == "overlaps_coverage"


def test_the_same_cadastre_is_outside_muscat_row_by_row(real_data: Path) -> None:
    found = city("muscat", real_data)
    counts = [(r["read"], r["verdicts"], r["made"]) for r in found.values()]
    assert counts == [
        (1_990, {"outside_city": 1_990}, False),
        (4_241, {"outside_city": 4_241}, False),
        (1_597, {"outside_city": 1_597}, False),
    ]


def test_the_reports_of_los_angeles(real_data: Path) -> None:
    found = city("los_angeles", real_data)
    report = found["la_myla311_2017_subset.csv"]
    assert (report["read"], report["accepted"], report["refused"]) == (9_999, 8_246, 1_753)
    assert report["verdicts"]["no_point"] == 1_753
    assert found["la_myla311_2017_subset.csv again"]["unchanged"] == found["held"] == 8_246


def test_the_reports_of_new_york(real_data: Path) -> None:
    found = city("new_york", real_data)
    table, api = found["nyc_311_2019-12-31.csv"], found["nyc_311_2026-02-13.json"]
    assert (table["read"], table["accepted"], table["verdicts"]["no_point"]) == (1_000, 987, 13)
    assert (api["read"], api["accepted"], api["verdicts"]["no_point"]) == (1_000, 994, 6)
    assert found["held"] == 987 + 994


def test_the_neighbourhood_of_prague_is_measured_true(real_data: Path) -> None:
    found = city("prague", real_data)
    assert found["plots"]["read"] == found["plots"]["accepted"] == 407
    assert found["buildings"]["accepted"] == 144 and found["roads"]["accepted"] == 35
    assert "EPSG:5239" in found["plots"]["operation"]
    # Web Mercator areas are too large by 1/cos2 of the latitude: 50.1 degrees north
    assert found["square_metres"] / found["web_square_metres"] == pytest.approx(0.411, abs=0.004)


def test_openstreetmap_of_monaco(real_data: Path) -> None:
    found = city("monaco", real_data)
    assert found["buildings"]["accepted"] > 900 and found["roads"]["accepted"] > 800
    assert found["again"]["unchanged"] == found["roads"]["accepted"]


def test_bays_and_a_guest_layer_of_san_francisco(real_data: Path) -> None:
    found = city("san_francisco", real_data)
    assert found["bays"]["read"] == 1_111 and found["bays"]["accepted"] > 1_100
    assert found["rules"]["read"] == 1_274 and found["rules"]["guest"]
