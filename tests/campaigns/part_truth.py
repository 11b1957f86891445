"""Rules of building permits beside PostGIS: every building of two towns, then 20,000 made sites."""

import os
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.builders import EAST, NORTH
from tests.building_permits.compared import compare_made
from tests.building_permits.made_sites import a_site
from tests.conftest import SHARED
from tests.importing.real_cities import check

PLACES = ("prague", "france")
SITES = 500  # of one trial
TRIALS = {"small": 4, "full": len(PLACES) + 20_000 // SITES}
STEPS = {1e-6: "a micrometre", 1e-3: "a millimetre", 1e-2: "a centimetre"}


def _counts(compared: Mapping[str, int], furthest: Mapping[str, float]) -> dict[str, int]:
    """Verdicts by rule, and how near the setbacks of this trial were."""
    near = next(words for step, words in STEPS.items() if furthest["setback"] <= step)
    rest = max(value for rule, value in furthest.items() if rule != "setback")
    assert rest < 1e-3, furthest
    return {**Counter(compared), f"trials with setbacks within {near}": 1}


def _place(name: str) -> dict[str, int]:
    folder = Path(os.environ.get("GEO_TEST_DATA") or SHARED).resolve()
    if not folder.is_dir():
        assert os.environ.get("CI") != "true", f"no real data at {folder}: set GEO_TEST_DATA"
        return {"places without their files": 1}
    os.environ["GEO_TRUTH_EVERY"] = "1"
    found: dict[str, Any] = check(name, folder)["permits"]
    return {"buildings": found["buildings"], **_counts(found["compared"], found["furthest"])}


def trial(seed: int, number: int) -> dict[str, int]:
    """Compare a town or some made sites; raises AssertionError with those that disagree."""
    if number < len(PLACES):
        return _place(PLACES[number])
    first = (number - len(PLACES)) * SITES
    numbers = range(first, first + SITES)
    names = [f"site {n} of seed {seed}" for n in numbers]
    report = compare_made([a_site(seed, n) for n in numbers], names, (EAST, NORTH))
    assert not report.wrong, "\n".join(report.wrong)
    return {"made sites": SITES, **_counts(report.compared, report.furthest)}
