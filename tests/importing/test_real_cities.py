"""The main job on one real register; six more cities are the campaign ``cities``."""

from pathlib import Path

import pytest

from tests.campaigns.part_cities import CITIES, TRIALS
from tests.importing.real_cities import CHECKS, check

pytestmark = pytest.mark.real_data
HERE = ("prague",)


def test_the_neighbourhood_of_prague_is_measured_true(real_data: Path) -> None:
    check("prague", real_data)


def test_every_other_city_is_imported_by_the_campaign() -> None:
    assert set(CITIES[: TRIALS["small"]]) | set(HERE) == set(CHECKS) == set(CITIES)
