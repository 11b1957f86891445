"""The main job on two real registers; five more cities are the campaign ``cities``."""

from pathlib import Path

import pytest

from tests.campaigns.part_cities import CITIES, TRIALS
from tests.importing.real_cities import CHECKS, check

pytestmark = pytest.mark.real_data
HERE = ("france", "prague")


def test_the_cadastre_of_two_communes(real_data: Path) -> None:
    check("france", real_data)


def test_the_neighbourhood_of_prague_is_measured_true(real_data: Path) -> None:
    check("prague", real_data)


def test_every_other_city_is_imported_by_the_campaign() -> None:
    assert set(CITIES[: TRIALS["small"]]) | set(HERE) == set(CHECKS) == set(CITIES)
