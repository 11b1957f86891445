"""Every profile: pinned operations that the database agrees with, and unsound ones refused."""

import re
import tomllib
from pathlib import Path

import numpy as np
import pyproj
import pytest
from django.db import connection

from municipality import crs
from municipality.profiles import HERE, ProfileError, load

ROOT = Path(__file__).resolve().parents[2]
PROFILES = [
    path
    for path in [
        *sorted(HERE.glob("*.toml")),
        *sorted((ROOT / "tests" / "profiles").glob("*.toml")),
    ]
    if "metric_srid" in path.read_text(encoding="utf-8")
]


@pytest.mark.parametrize("path", sorted(HERE.glob("*_tariffs.toml")), ids=lambda path: path.stem)
def test_every_source_of_a_price_is_written_in_both_languages(path) -> None:
    facts = tomllib.loads(path.read_text(encoding="utf-8"))
    for row in (row for rows in facts.values() for row in rows):
        parts = row["source"].split(" / ")
        assert [bool(re.search(r"[\u0600-\u06ff]", part)) for part in parts] == [True, False], row


@pytest.mark.django_db
@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_database_turns_lonlat_into_metres_by_the_pinned_operation(path) -> None:
    profile = load(str(path))
    pinned = pyproj.Transformer.from_pipeline(profile.systems[crs.LONLAT].pipeline)
    west, south, east, north = profile.extent
    for lon, lat in ((west, south), (east, north), profile.centre):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT ST_X(p), ST_Y(p) FROM (SELECT ST_Transform("
                "ST_SetSRID(ST_MakePoint(%s, %s), %s), %s) AS p) AS t",
                [lon, lat, crs.LONLAT, profile.metric_srid],
            )
            found = cursor.fetchone()
        assert np.hypot(*np.subtract(found, pinned.transform(lon, lat))) < 0.001


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_profile_names_the_accuracy_and_operation_of_every_system(path) -> None:
    for system in load(str(path)).systems.values():
        assert system.operation and system.accuracy_m >= 0
        assert system.name_ar and system.name_en


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("extent = [57.9, 22.8, 59.3, 23.8]", "extent = [59.3, 22.8, 57.9, 23.8]"), "extent"),
        (("centre = [58.38, 23.59]", "centre = [2.35, 48.85]"), "centre"),
        (('currency = "OMR"', ""), "currency"),
        (("accuracy_m = 0.5", ""), "accuracy_m"),
    ],
)
def test_unsound_profile_is_refused_with_its_key(tmp_path, change, says) -> None:
    text = (HERE / "muscat.toml").read_text(encoding="utf-8")
    assert change[0] in text
    path = tmp_path / "city.toml"
    path.write_text(text.replace(*change, 1), encoding="utf-8")
    with pytest.raises(ProfileError, match=says):
        load(str(path))


def test_missing_profile_is_named() -> None:
    with pytest.raises(ProfileError, match=r"nowhere\.toml"):
        load("/nowhere.toml")
