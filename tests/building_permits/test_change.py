"""What two versions of a site plan differ in, against the areas of plain rectangles."""

import json

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_portal.permits.shown import change_between
from municipality import crs
from municipality.stored import geos_of
from plots.building_permits.models import SiteVersion
from tests.builders import square

NOISE_M = 0.001  # how far a corner moves on its way through a browser and back
METRES = st.floats(0, 30, width=32)
SIZES = st.floats(1, 20, width=32)
RECTANGLES = st.builds(square, METRES, METRES, SIZES, SIZES)


def version(number: int, buildings: shapely.Geometry) -> SiteVersion:
    return SiteVersion(number=number, buildings=geos_of(buildings))


def test_a_villa_wider_by_half_a_metre_and_shallower_is_told_by_both_areas() -> None:
    before = version(1, square(3.5, 6, 13, 15))
    after = version(2, square(3, 6, 13.5, 14.8))
    told = change_between(before, after)
    assert (told["from"], told["to"]) == (1, 2)
    assert (told["added_m2"], told["removed_m2"]) == (0.5 * 14.8, pytest.approx(13 * 0.2))
    assert told["added"]["type"] == told["removed"]["type"] == "Polygon"


def test_a_drawing_handed_in_again_unchanged_has_no_change() -> None:
    same = square(3.5, 6, 13, 15)
    told = change_between(version(1, same), version(2, same))
    assert (told["added_m2"], told["removed_m2"], told["added"], told["removed"]) == (
        0, 0, None, None,
    )  # fmt: skip


@given(RECTANGLES, RECTANGLES)
def test_what_is_added_less_what_is_removed_is_what_the_building_grew_by(old, new) -> None:
    told = change_between(version(1, old), version(2, new))
    grown = new.area - old.area
    assert told["added_m2"] - told["removed_m2"] == pytest.approx(grown, abs=0.011)
    assert told["added_m2"] <= new.area + 0.005 and told["removed_m2"] <= old.area + 0.005
    back = change_between(version(2, new), version(1, old))
    assert (back["added_m2"], back["removed_m2"]) == (told["removed_m2"], told["added_m2"])


@given(st.lists(st.floats(-NOISE_M, NOISE_M), min_size=16, max_size=16))
def test_a_wall_moved_out_is_painted_as_its_strip_whatever_its_corners_lost_on_the_way(
    noise,
) -> None:
    def noisy(shape: shapely.Geometry, moved: list[float]) -> shapely.Geometry:
        corners = shapely.get_coordinates(shape)[:-1] + np.array(moved).reshape(-1, 2)
        return shapely.Polygon(corners)

    approved = noisy(square(3.5, 6, 13, 15), noise[:8])
    built = noisy(square(3.5, 6, 13.6, 15), noise[8:])
    told = change_between(version(1, approved), version(2, built))
    painted = crs.to_metric([shapely.from_geojson(json.dumps(told["added"]))], srid=crs.LONLAT)[0]
    assert painted.is_valid and painted.geom_type == "Polygon"
    assert painted.symmetric_difference(square(16.5, 6, 0.6, 15)).area < 0.1
    assert told["removed"] is None
