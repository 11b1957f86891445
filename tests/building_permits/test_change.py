"""What two versions of a site plan differ in, against the areas of plain rectangles."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_portal.permits.shown import change_between
from municipality.stored import geos_of
from plots.building_permits.models import SiteVersion
from tests.builders import square

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
