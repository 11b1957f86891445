"""The flood day before it is played: its shape, and a law that sees whatever is missing."""

from dataclasses import replace

import pytest

from maps.heat.lattice import LEVELS
from tests.builders import EAST, NORTH
from tests.campaigns import flood
from tests.campaigns.flood import Held

BODIES = {"west": flood.WEST, "other": flood.OTHER}


def test_the_day_has_three_thousand_reports_and_thirty_in_its_worst_minute() -> None:
    found = flood.minutes()
    assert (len(found), sum(found), max(found)) == (1_440, 3_000, 30)
    assert found.index(30) // 60 == flood.WORST_HOUR
    assert [sum(found[60 * hour : 60 * hour + 60]) for hour in range(24)] == list(flood.HOURS)


def test_a_seed_is_a_day_and_a_slice_of_it_is_the_same_reports() -> None:
    day = flood.planned(7, since=0, until=1_440, senders=50)
    assert len({one.key for one in day}) == len(day) == 3_000
    assert flood.planned(7, since=560, until=570, senders=50) == [
        one for one in day if 560 <= one.minute < 570
    ]
    assert flood.planned(8, since=0, until=1_440, senders=50) != day
    assert 100 < sum(one.times == 2 for one in day) < 200
    desks = {flood.desk_of(one.x, one.y, BODIES) for one in day}
    assert desks == {"west", "other", "ambiguous", "unassigned"}


@pytest.mark.parametrize(
    ("x", "desk"),
    [(-500, "west"), (0, "ambiguous"), (500, "other"), (895, "unassigned"), (1_000, "unassigned"),
     (-60 - flood.ACCURACY_M - 1, "west"), (-60 - flood.ACCURACY_M + 1, "ambiguous")],
)  # fmt: skip
def test_whose_it_is_by_the_boxes_alone(x: float, desk: str) -> None:
    assert flood.desk_of(EAST + x, NORTH, BODIES) == desk


def test_the_law_names_what_is_lost_doubled_or_without_what_it_must_have() -> None:
    day = flood.planned(7, since=580, until=586, senders=50)
    held = [
        Held(one.key, one.x, one.y, one.category, 2, flood.desk_of(one.x, one.y, BODIES), True, 1)
        for one in day
    ]
    assert flood.faults(day, held, bodies=BODIES) == []
    one, rest = held[0], held[1:]
    for fault, found in {
        f"lost: {one.key}": rest,
        f"2 times: {one.key}": [*held, one],
        "sent by nobody: x": [*held, replace(one, key="x")],
        f"elsewhere: {one.key}": [replace(one, x=one.x + 1), *rest],
        f"of another kind: {one.key}": [replace(one, category="trees"), *rest],
        f"1 copies of its photo: {one.key}": [replace(one, copies=1), *rest],
        f"at no desk: {one.key}": [replace(one, desk=""), *rest],
        f"without a promise: {one.key}": [replace(one, promised=False), *rest],
        f"acknowledged 2 times: {one.key}": [replace(one, told=2), *rest],
    }.items():
        assert flood.faults(day, found, bodies=BODIES) == [fault]
    assert len(flood.cells(held)) == LEVELS
    assert all(sum(level.values()) == len(held) for level in flood.cells(held))


def test_minutes_are_as_long_as_their_hour_needs_and_the_whole_fits_a_slice() -> None:
    from tests.campaigns.part_flood_day import SLICES, _starts

    for since, end, each_s in SLICES:
        found = _starts(since, end, each_s)
        assert found[since] == 0 and sorted(found.values()) == list(found.values())
    assert found[1_440] < 50 * 60
