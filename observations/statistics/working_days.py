"""Days of the city and working days of many moments at once: pure, over the calendar."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from municipality.calendar.rest_days import CityCalendar, NoCalendar

EPOCH = dt.date(1970, 1, 1)
LATEST = (dt.date(2100, 1, 1) - EPOCH).days  # beyond it nobody knows the days of rest
EARLIEST = (dt.date(1900, 1, 1) - EPOCH).days
DAY_US = 86_400_000_000
Whole = NDArray[np.int64]


def city_days(moments: Whole, zone: dt.tzinfo) -> Whole:
    """Return the day of the city (since 1970) of each moment (microseconds since 1970, UTC)."""
    if not len(moments):
        return moments
    # A zone is less than a day from UTC.
    low = max(EARLIEST, int(moments.min() // DAY_US) - 1)
    high = min(LATEST, int(moments.max() // DAY_US) + 2)
    days = range(low, max(low, high) + 1)
    starts = np.array([_starts_us(day, zone) for day in days], dtype=np.int64)
    return np.asarray(low + np.searchsorted(starts, moments, side="right") - 1, dtype=np.int64)


def _starts_us(day: int, zone: dt.tzinfo) -> int:
    midnight = dt.datetime.combine(EPOCH + dt.timedelta(days=day), dt.time(), zone)
    return round(midnight.timestamp()) * 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class WorkDays:
    """How many working days, and days without a calendar, lie before each day from ``low`` on."""

    low: int
    work: Whole
    gaps: Whole

    def between(self, start: Whole, end: Whole) -> Whole:
        """Count the working days after ``start`` up to and with ``end``; -1 where not known.

        The same day, or days of rest alone: 0.  Not known: a day between lies in a gap of the
        calendar or beyond what was asked for.
        """
        last = len(self.work) - 1
        a, b = start + 1 - self.low, end + 1 - self.low
        known = (a >= 0) & (b <= last) & (a <= b)
        a, b = np.clip(a, 0, last), np.clip(b, 0, last)
        known &= self.gaps[a] == self.gaps[b]
        return np.asarray(np.where(known, self.work[b] - self.work[a], -1), dtype=np.int64)


def work_days(calendar: CityCalendar, low: int, high: int) -> WorkDays:
    """Count the working days of the city from day ``low`` to ``high`` (both within)."""
    work, gaps = [0], [0]
    for day in range(low, high + 1):
        try:
            works, is_gap = not calendar.is_rest(EPOCH + dt.timedelta(days=day)), False
        except NoCalendar:
            works, is_gap = False, True
        work.append(work[-1] + works)
        gaps.append(gaps[-1] + is_gap)
    return WorkDays(low, np.array(work, dtype=np.int64), np.array(gaps, dtype=np.int64))
