"""Real registers and reports of seven cities, each imported in a database of its own.

Two of the cities are part of `make test`, the others of the campaign `cities`: each makes a
database with all migrations, because its reference system is part of the columns.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

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


def _permits(found: dict[str, Any], buildings: int) -> None:
    """Every verdict of a building permit's rules is that of PostGIS: see real_places."""
    permits = found["permits"]
    assert not permits["wrong"], "\n".join(permits["wrong"][:20])
    assert permits["buildings"] >= buildings // 20
    assert permits["compared"]["setback"] > 6 * permits["buildings"]
    assert min(permits["sides"].values()) > 0


def _france(found: dict[str, Any]) -> None:
    """The cadastre of two communes."""
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
    _permits(found, 1_597)


def _muscat(found: dict[str, Any]) -> None:
    """The same cadastre is outside Muscat, row by row."""
    counts = [(r["read"], r["verdicts"], r["made"]) for r in found.values()]
    assert counts == [
        (1_990, {"outside_city": 1_990}, False),
        (4_241, {"outside_city": 4_241}, False),
        (1_597, {"outside_city": 1_597}, False),
    ]


def _drawn(found: dict[str, Any]) -> None:
    """Every report that is held is in the heat, in each of its forms."""
    told, held = found["drawn"], found["held"]
    assert [told[f"cells of {size} m"] for size in (50, 800, 12_800)] == [held] * 3
    assert told["inside the box"] == told["raster"] == held
    assert told["raster is in the city's metres"] and told["page"] and told["tile"]


def _los_angeles(found: dict[str, Any]) -> None:
    """The reports of Los Angeles."""
    report = found["la_myla311_2017_subset.csv"]
    assert (report["read"], report["accepted"], report["refused"]) == (9_999, 8_246, 1_753)
    assert report["verdicts"]["no_point"] == 1_753
    assert found["la_myla311_2017_subset.csv again"]["unchanged"] == found["held"] == 8_246
    _drawn(found)


def _new_york(found: dict[str, Any]) -> None:
    """The reports of New York, as a table and from the API."""
    table, api = found["nyc_311_2019-12-31.csv"], found["nyc_311_2026-02-13.json"]
    assert (table["read"], table["accepted"], table["verdicts"]["no_point"]) == (1_000, 987, 13)
    assert (api["read"], api["accepted"], api["verdicts"]["no_point"]) == (1_000, 994, 6)
    assert found["held"] == 987 + 994
    _drawn(found)


def _prague(found: dict[str, Any]) -> None:
    """The neighbourhood of Prague is measured true."""
    assert found["plots"]["read"] == found["plots"]["accepted"] == 407
    assert found["buildings"]["accepted"] == 144 and found["roads"]["accepted"] == 35
    assert "EPSG:5239" in found["plots"]["operation"]
    # Web Mercator areas are too large by 1/cos2 of the latitude: 50.1 degrees north
    assert found["square_metres"] / found["web_square_metres"] == pytest.approx(0.411, abs=0.004)
    _permits(found, 144)


def _monaco(found: dict[str, Any]) -> None:
    """OpenStreetMap of Monaco."""
    assert found["buildings"]["accepted"] > 900 and found["roads"]["accepted"] > 800
    assert found["again"]["unchanged"] == found["roads"]["accepted"]


def _san_francisco(found: dict[str, Any]) -> None:
    """Bays, a guest layer and the curb rules of San Francisco: read, priced, published."""
    assert found["bays"]["read"] == 1_111 and found["bays"]["accepted"] > 1_100
    assert found["rules"]["read"] == 1_274 and found["rules"]["guest"]
    rules = found["curb_rules"]
    assert (rules["read"], rules["accepted"], rules["repaired"], rules["refused"]) == (
        1_274, 1_228, 0, 46
    )  # fmt: skip
    assert rules["verdicts"] == {
        "curb_kind_not_kept": 27, "curb_days_unread": 6, "curb_hours_unread": 6,
        "curb_hours_disagree": 18, "curb_limit_unread": 28, "curb_exemption_unread": 27,
    }  # fmt: skip
    assert rules["inserted"] == found["curb_rules again"]["unchanged"] == 30
    bans = found["curb_bans"]
    assert (bans["read"], bans["refused"]) == (2_129, 8)
    assert bans["verdicts"]["curb_days_unread"] == 8
    assert found["swept"]["inside"] > 500 and found["swept"]["outside"] > 500
    assert found["swept"]["policies"] > 50
    assert found["overlap_m2"] < 0.01 and found["zones"] == 30
    assert 0 < found["bays_in_a_zone"] < 20
    assert found["faults"] == [] and found["faults_when_broken"]
    assert found["policies"] == 20 and found["currency"] == "USD"  # of one content, whatever area
    assert found["spring"] == [14 * 60, 0] and found["autumn"] == [14 * 60, 14 * 225]
    assert found["quoted"] == [2.25, 4.5]
    assert found["rate"] == 2.25 and found["clock"] == "America/Los_Angeles"


CHECKS: dict[str, Callable[[dict[str, Any]], None]] = {
    "france": _france,
    "prague": _prague,
    "monaco": _monaco,
    "san_francisco": _san_francisco,
    "muscat": _muscat,
    "los_angeles": _los_angeles,
    "new_york": _new_york,
}


def check(name: str, data: Path) -> dict[str, Any]:
    """Import the files of a city and see that everything was found; returns what was found."""
    found = city(name, data)
    CHECKS[name](found)
    return found
