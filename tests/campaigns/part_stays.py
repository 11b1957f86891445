"""The price of random stays over twenty years beside a counter of minutes.

The counter knows nothing of the code: it writes what each minute from 2008 to 2027 costs, day by
day, from the rows of docs/algorithms/parking.md as they stand here in its own words, and adds.
"""

import datetime as dt
from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from municipality.conf import PROFILE
from parking_zones.pricing.charge import charge
from tests.parking_zones.test_charge import rules

STAYS = 10_000  # of one trial
TRIALS = {"small": 2, "full": 100}
FIRST, LAST = dt.date(2008, 1, 1), dt.date(2028, 1, 1)
LONGEST = 3 * 24 * 60
DAY = 24 * 60
HOLIDAYS = {dt.date(2016, 7, day) for day in (5, 6, 7, 8)}
HOLIDAYS |= {dt.date(2025, 11, day) for day in (26, 27)}


def _spans(zone: str, day: dt.date) -> Iterator[tuple[int, int]]:
    """The paid minutes of one day."""
    rest = (3, 4) if day < dt.date(2013, 5, 1) else (4, 5)  # Monday is 0
    if day.weekday() in rest or day in HOLIDAYS:
        return
    if zone == "N":
        yield from ((0, 6 * 60), (20 * 60, DAY))
    elif dt.date(2026, 2, 18) <= day <= dt.date(2026, 3, 19):
        yield (9 * 60, 14 * 60)
    else:
        yield from ((8 * 60, 13 * 60), (16 * 60, 21 * 60))


@cache
def run_up(zone: str) -> NDArray[np.int64]:
    """What all minutes before each minute cost together, in baisa."""
    costs = np.zeros(((LAST - FIRST).days, DAY), dtype=np.int64)
    for number, of_day in enumerate(costs):
        day = FIRST + dt.timedelta(days=number)
        baisa = 50 if day < dt.date(2016, 8, 3) else 100
        for opens, closes in _spans(zone, day):
            minutes = np.arange(closes - opens + 1)
            until = (2 * minutes * baisa + 30) // 60  # half a baisa up
            of_day[opens:closes] = np.diff(until)
    return np.concatenate([[0], np.cumsum(costs.ravel())])


def trial(seed: int, number: int) -> dict[str, int]:
    """Price some stays whole and in two parts; raises AssertionError with one that differs."""
    rng = np.random.default_rng([seed, number])
    begin = dt.datetime.combine(FIRST, dt.time(), PROFILE.time_zone)
    counted, free = 0, 0
    for zone in ("1", "N"):
        told, known = rules(zone), run_up(zone)
        lengths = rng.integers(0, LONGEST, STAYS // 2)
        starts = rng.integers(0, len(known) - LONGEST, STAYS // 2)
        cuts = (lengths * rng.random(STAYS // 2)).astype(int)
        for start, length, cut in zip(
            starts.tolist(), lengths.tolist(), cuts.tolist(), strict=True
        ):
            first, middle, last = (
                begin + dt.timedelta(minutes=start + more) for more in (0, cut, length)
            )
            whole = charge(start=first, end=last, rules=told).amount
            expected = int(known[start + length] - known[start])
            parts = (
                charge(start=first, end=middle, rules=told).amount
                + charge(start=middle, end=last, rules=told).amount
            )
            assert whole == expected == parts, (zone, first, length, cut, whole, expected, parts)
            counted += 1
            free += not whole
    return {"stays": counted, "of them free": free}
