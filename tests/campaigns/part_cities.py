"""Real files of real cities: the main job in each city's own reference system and database.

The small run imports the six that `make test` leaves out; the full one all seven.
"""

import os
from pathlib import Path
from typing import Any

from tests.conftest import SHARED
from tests.importing.real_cities import check

CITIES = (
    "monaco", "san_francisco", "muscat", "los_angeles", "new_york", "france",
    "prague",
)  # fmt: skip
TRIALS = {"small": 6, "full": len(CITIES)}


def _read(found: dict[str, Any]) -> int:
    """Rows read by all imports."""
    reports = [report for report in found.values() if isinstance(report, dict)]
    return sum(int(report.get("read", 0)) for report in reports)


def trial(seed: int, number: int) -> dict[str, int]:
    """Import the files of one city; the seed changes nothing, the files are as they are."""
    folder = Path(os.environ.get("GEO_TEST_DATA") or SHARED).resolve()
    if not folder.is_dir():
        assert os.environ.get("CI") != "true", f"no real data at {folder}: set GEO_TEST_DATA"
        return {"cities without their files": 1}
    return {"cities": 1, "rows read": _read(check(CITIES[number], folder))}
