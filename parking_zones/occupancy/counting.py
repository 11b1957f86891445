"""Minutes that paid stays take of each hour of the day, in paid time only: pure, over arrays.

A stay counts where it lies in paid hours, for what it paid for; so an hour's occupancy is minutes
paid over minutes that could have been paid (bays x paid minutes of that hour).
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parking_zones.pricing.charge import Rules
from parking_zones.pricing.paid_hours import paid_day

HOURS = 24
HOUR = dt.timedelta(hours=1)
DAY = dt.timedelta(days=1)
LONGEST_S = 31 * 24 * 3600.0  # seconds; parking_zones.pricing.charge.LONGEST_STAY
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Cell:
    """A stretch of paid time within one hour of the city's clock; seconds since the epoch."""

    hour: int
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Stays:
    """Paid stays: the position of each one's zone, its beginning and end in seconds."""

    zone: NDArray[np.int64]
    start: Floats
    end: Floats


def _hours(start: dt.datetime, end: dt.datetime, zone: dt.tzinfo) -> Iterator[Cell]:
    """Cut a paid span by the hours of the city's clock."""
    at = start
    while at < end:
        local = at.astimezone(zone)
        into = dt.timedelta(minutes=local.minute, seconds=local.second)
        until = min(end, at + HOUR - into)
        yield Cell(local.hour, at.timestamp(), until.timestamp())
        at = until


def paid_cells(*, first: dt.date, after: dt.date, rules: Rules) -> list[Cell]:
    """Return the paid time of the days ``[first, after)`` in one zone, hour by hour.

    A day without a rule has none: nobody can say that it was paid.  Raises NoCalendar for a gap in
    the city's calendar.
    """
    found: list[Cell] = []
    day = first
    while day < after:
        held = paid_day(day=day, zone_id=rules.zone_id, rules=rules.hours, calendar=rules.calendar)
        for start, end in held.spans if held else ():
            found += _hours(start, end, rules.calendar.zone)
        day += DAY
    return found


def capacity(cells: Sequence[Cell]) -> Floats:
    """Return the paid minutes of each hour of the day, of one bay."""
    minutes = np.zeros(HOURS)
    for cell in cells:
        minutes[cell.hour] += (cell.end - cell.start) / 60
    return minutes


def minutes_taken(stays: Stays, cells: Sequence[Cell], zones: int) -> Floats:
    """Return the minutes that stays take of paid cells: zones x 24 hours of the day."""
    taken = np.zeros((zones, HOURS))
    order = np.argsort(stays.start, kind="stable")
    zone, start, end = stays.zone[order], stays.start[order], stays.end[order]
    for cell in cells:
        low = np.searchsorted(start, cell.start - LONGEST_S)
        high = np.searchsorted(start, cell.end)
        overlap = np.minimum(end[low:high], cell.end) - np.maximum(start[low:high], cell.start)
        here = overlap > 0
        np.add.at(taken[:, cell.hour], zone[low:high][here], overlap[here] / 60)
    return taken
