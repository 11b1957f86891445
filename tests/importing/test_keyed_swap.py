"""Buildings keep their ids by key; a file takes away only what it speaks for."""

from pathlib import Path
from typing import Any

import pytest

from plots.models import Building
from tests.builders import square
from tests.importing.files import geopackage, imported

pytestmark = pytest.mark.django_db


def _houses(start: str, count: int, *, y: float = 0.0) -> list[dict[str, Any]]:
    return [
        {"register_key": f"{start}{i}", "floors": 1, "shape": square(20.0 * i, y, 10)}
        for i in range(count)
    ]


def _load(
    folder: Path, rows: list[dict[str, Any]], name: str = "b.gpkg", **how: Any
) -> dict[str, Any]:
    path = geopackage(folder, rows, name=name, layer="buildings")
    return dict(imported(path, "buildings", **how).report.swap)


def test_the_same_file_twice_changes_nothing(tmp_path: Path) -> None:
    _load(tmp_path, _houses("A", 3))
    ids = dict(Building.objects.values_list("register_key", "pk"))
    again = _load(tmp_path, _houses("A", 3))
    assert again["unchanged"] == 3 and again["retired"] == 0
    assert dict(Building.objects.values_list("register_key", "pk")) == ids


def test_a_new_survey_takes_away_what_is_gone(tmp_path: Path) -> None:
    _load(tmp_path, _houses("A", 6))
    assert _load(tmp_path, _houses("A", 5), "later.gpkg")["retired"] == 1
    assert not Building.objects.filter(register_key="A5").exists()


@pytest.mark.parametrize("y", [3_000.0, 15.0])
def test_the_file_of_another_town_twice_takes_nothing_away_here(tmp_path: Path, y: float) -> None:
    _load(tmp_path, _houses("A", 4), "west.gpkg")
    for _ in range(2):
        done = _load(tmp_path, _houses("B", 6, y=y), "north.gpkg")
        assert done["retired"] == 0
    assert Building.objects.count() == 10


def test_a_file_called_full_takes_away_all_it_does_not_show(tmp_path: Path) -> None:
    _load(tmp_path, _houses("A", 4), "west.gpkg")
    assert _load(tmp_path, _houses("B", 2, y=3_000), "b.gpkg", extent="full")["retired"] == 4
