"""What was built over what was approved: laws of the comparison, and a control that is fooled."""

import math

import pytest
import shapely
from hypothesis import example, given
from hypothesis import strategies as st
from shapely import affinity

from plots.building_permits.construction.deviation import STEP_M, SURVEY_M, deviation
from tests.builders import square

APPROVED = square(0, 0, 12, 15)
metres = st.floats(0.0, 5.0)
L_SHAPE = shapely.union(square(0, 0, 12, 5), square(0, 0, 5, 15))


def test_a_building_as_approved_differs_in_nothing() -> None:
    found = deviation(APPROVED, APPROVED)
    assert (found.beyond_m2, found.beyond_m, found.missing_m2) == (0, 0, 0) and found.is_within


@given(out=metres, up=metres)
def test_what_is_moved_stands_out_by_what_it_was_moved(out: float, up: float) -> None:
    found = deviation(affinity.translate(APPROVED, out, up), APPROVED)
    assert found.beyond_m == pytest.approx(math.hypot(out, up), abs=1e-6)
    assert found.beyond_m2 == pytest.approx(12 * 15 - (12 - out) * (15 - up), abs=1e-6)
    assert found.missing_m2 == pytest.approx(found.beyond_m2, abs=1e-6)


@example(turn=91.0625, east=0.0, out=3.5)  # slivers, of which an area loses its parts
@given(turn=st.floats(0, 360), east=st.floats(-1e4, 1e4), out=metres)
def test_turning_and_shifting_both_changes_nothing(turn: float, east: float, out: float) -> None:
    def laid(shape):
        return affinity.translate(affinity.rotate(shape, turn, origin=(0, 0)), east, 0)

    built = affinity.translate(L_SHAPE, out, 0)
    before, after = deviation(built, L_SHAPE), deviation(laid(built), laid(L_SHAPE))
    assert after.beyond_m == pytest.approx(before.beyond_m, abs=STEP_M)
    assert after.beyond_m2 == pytest.approx(before.beyond_m2, rel=1e-6, abs=1e-4)


@given(less=st.floats(0.0, 4.0))
def test_a_smaller_building_never_stands_out(less: float) -> None:
    found = deviation(square(0, 0, 12 - less, 15), APPROVED)
    assert found.is_within and found.missing_m2 == pytest.approx(15 * less, abs=1e-6)


def test_the_furthest_point_is_found_inside_an_edge_too() -> None:
    """The middle of the filled yard is further from an L than any of its corners."""
    built = square(0, 0, 12, 15)
    found = deviation(built, L_SHAPE)
    corners = shapely.points(shapely.get_coordinates(found.beyond))
    by_corners = float(shapely.distance(corners, L_SHAPE).max())
    assert found.beyond_m >= by_corners - 1e-9
    assert found.beyond_m == pytest.approx(7.0, abs=STEP_M)  # 7 m from both arms of the L


@pytest.mark.parametrize(("out", "is_within"), [(SURVEY_M - 0.01, True), (SURVEY_M + 0.01, False)])
def test_what_a_survey_may_err_is_let_pass(out: float, is_within: bool) -> None:
    assert deviation(square(0, 0, 12 + out, 15), APPROVED).is_within is is_within


def test_the_control_by_area_alone_a_moved_building_would_pass() -> None:
    """A comparison of areas, as papers do it, sees nothing of a house moved by three metres."""
    moved = affinity.translate(APPROVED, 3, 0)
    assert moved.area == pytest.approx(APPROVED.area) and not deviation(moved, APPROVED).is_within
