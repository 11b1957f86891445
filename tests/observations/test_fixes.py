"""Which of several positions counts, and when the sender is asked."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observations.reports.fixes import (
    SLACK_M,
    UNKNOWN_ACCURACY_M,
    Origin,
    Told,
    best,
    doubts,
    is_of_another_day,
    is_too_rough,
)
from observations.reports.models import FixOrigin
from tests.observations.builders import NOON, gps, photo_of, pin, spot

ACCURACY = st.one_of(st.none(), st.floats(0, 3_000))
METRES = st.floats(-5_000, 5_000)
TOLD = st.builds(
    lambda origin, x, y, accuracy: Told(origin, spot(x, y), accuracy),
    st.sampled_from(list(Origin)), METRES, METRES, ACCURACY,
)  # fmt: skip


def test_the_codes_are_those_of_the_table() -> None:
    assert {origin.value for origin in Origin} == set(FixOrigin.values)


@pytest.mark.parametrize(
    ("told", "counts"),
    [
        ((gps(0), photo_of(5)), Origin.GPS),
        ((photo_of(5), gps(0)), Origin.GPS),
        ((gps(0), photo_of(5), pin(40)), Origin.PIN),
        ((photo_of(5),), Origin.EXIF),
    ],
)
def test_what_a_hand_put_counts_before_the_device_and_that_before_the_photo(told, counts) -> None:
    assert best(told).origin == counts


def test_a_first_bad_reading_gives_way_to_a_better_one_and_is_no_contradiction_to_it() -> None:
    tower, satellite = gps(900, accuracy_m=700), gps(0, accuracy_m=6)
    for told in ((tower, satellite), (satellite, tower)):
        assert best(told) is satellite
        assert doubts(told) == []


def test_of_two_readings_as_good_the_later_counts() -> None:
    first, second = gps(0), gps(3)
    assert best((first, second)) is second


def test_a_photo_from_elsewhere_is_asked_about_and_one_from_here_is_not() -> None:
    reach = 8 + UNKNOWN_ACCURACY_M + SLACK_M
    assert doubts((gps(0), photo_of(reach - 1))) == []
    (doubt,) = doubts((gps(0), photo_of(reach + 1)))
    assert (doubt.one.origin, doubt.other.origin) == (Origin.GPS, Origin.EXIF)
    assert doubt.apart_m == pytest.approx(reach + 1)


def test_a_pin_answers_the_question_unless_it_is_far_from_everything() -> None:
    far = gps(0), photo_of(800)
    assert len(doubts(far)) == 1
    assert doubts((*far, pin(795))) == []  # the photo was right
    assert doubts((*far, pin(3))) == []  # the device was right
    assert len(doubts((*far, pin(-900)))) == 2  # neither: asked


def test_without_a_position_there_is_no_place() -> None:
    with pytest.raises(ValueError, match="no position"):
        best(())


def test_a_quarter_of_the_city_is_no_place_but_a_pin_is() -> None:
    assert is_too_rough(gps(accuracy_m=501)) and not is_too_rough(gps(accuracy_m=500))
    assert not is_too_rough(pin(accuracy_m=2_000))


def test_a_photo_of_another_day_says_so() -> None:
    assert is_of_another_day(photo_of(at=NOON - dt.timedelta(hours=13)), at=NOON)
    assert is_of_another_day(photo_of(at=NOON + dt.timedelta(days=400)), at=NOON)
    assert not is_of_another_day(photo_of(at=NOON - dt.timedelta(hours=11)), at=NOON)
    assert not is_of_another_day(photo_of(), at=NOON) and not is_of_another_day(gps(), at=NOON)


@given(st.lists(TOLD, min_size=1, max_size=6))
def test_laws_of_fixes(told) -> None:
    chosen = best(told)
    assert chosen in told
    # a better one of the same kind always wins; an order of telling decides only between equals
    assert all(fix.radius_m >= chosen.radius_m for fix in told if fix.origin == chosen.origin)
    if len({(fix.origin, fix.radius_m) for fix in told}) == len(told):
        assert best(told[::-1]) is chosen
    for doubt in doubts(told):
        assert doubt.one is chosen
        assert doubt.apart_m > doubt.one.radius_m + doubt.other.radius_m
    # who stands still is never asked
    assert doubts([Told(fix.origin, chosen.point, fix.accuracy_m) for fix in told]) == []


@given(METRES, METRES, st.floats(0, 500), st.floats(0, 500))
def test_growing_accuracy_never_adds_a_doubt(x, y, one_m, more_m) -> None:
    narrow = doubts((gps(0, accuracy_m=one_m), photo_of(x, y)))
    wide = doubts((gps(0, accuracy_m=one_m + more_m), photo_of(x, y)))
    assert len(wide) <= len(narrow)
