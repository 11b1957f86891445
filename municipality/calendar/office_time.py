"""Working time: pure, over the calendar of the city.

Due times count in the hours offices are open (services.md, Municipal calendar).  A due time
that was told to somebody is a fact of its case: a later change of the calendar does not rewrite
it; who wants it moved recomputes it on purpose.
"""

import datetime as dt

from municipality.calendar.rest_days import CityCalendar, NoCalendar

MINUTE = dt.timedelta(minutes=1)
NOTHING = dt.timedelta(0)
MOST_DAYS = 3_660  # a search that finds no working day in ten years has no calendar to go by


def _day(at: dt.datetime, calendar: CityCalendar) -> dt.date:
    if at.tzinfo is None:
        raise ValueError("a moment without a zone")
    return at.astimezone(calendar.zone).date()


def is_open(at: dt.datetime, calendar: CityCalendar, directorate_id: int | None = None) -> bool:
    """Tell whether offices are open at a moment, the closing moment not included.

    Raises NoCalendar where the calendar has a gap.
    """
    opening = calendar.opening(_day(at, calendar), directorate_id)
    return opening is not None and opening[0] <= at < opening[1]


def next_opening(
    at: dt.datetime, calendar: CityCalendar, directorate_id: int | None = None
) -> dt.datetime:
    """Return the first moment from ``at`` on when offices are open; raises NoCalendar."""
    first = _day(at, calendar)
    for number in range(MOST_DAYS):
        opening = calendar.opening(first + dt.timedelta(days=number), directorate_id)
        if opening is not None and at < opening[1]:
            return max(at, opening[0])
    raise NoCalendar(f"no working day in {MOST_DAYS} days from {first}")


def work_time_between(
    start: dt.datetime,
    end: dt.datetime,
    calendar: CityCalendar,
    directorate_id: int | None = None,
) -> dt.timedelta:
    """Return the open time from ``start`` to ``end``, negative where ``end`` lies before.

    Exact and additive: between(a, b) + between(b, c) = between(a, c).  Raises NoCalendar.
    """
    if end < start:
        return -work_time_between(end, start, calendar, directorate_id)
    day, last, total = _day(start, calendar), _day(end, calendar), NOTHING
    while day <= last:
        opening = calendar.opening(day, directorate_id)
        if opening is not None:
            total += max(NOTHING, min(end, opening[1]) - max(start, opening[0]))
        day += dt.timedelta(days=1)
    return total


def work_minutes_between(
    start: dt.datetime,
    end: dt.datetime,
    calendar: CityCalendar,
    directorate_id: int | None = None,
) -> int:
    """Return the whole working minutes from ``start`` to ``end`` (cut towards the past)."""
    return work_time_between(start, end, calendar, directorate_id) // MINUTE


def deadline(
    start: dt.datetime,
    work_minutes: int,
    calendar: CityCalendar,
    directorate_id: int | None = None,
) -> dt.datetime:
    """Return the moment when ``work_minutes`` of open time have passed since ``start``.

    Work that fills a day ends at its closing time, not at the next opening; no work at all ends
    at ``start``.  Raises NoCalendar for a gap, ValueError for less than no work.
    """
    if work_minutes < 0:
        raise ValueError("less than no work")
    left, at = work_minutes * MINUTE, start
    while left > NOTHING:
        at = next_opening(at, calendar, directorate_id)
        opening = calendar.opening(_day(at, calendar), directorate_id)
        closes = opening[1] if opening else at
        if left <= closes - at:
            return at + left
        left -= closes - at
        at = closes
    return at


def missing(calendar: CityCalendar, year: int) -> list[str]:
    """Return what a year lacks that the year before has: codes of holidays, ``ramadan``.

    The lunar year is shorter than the Western one, so each of its holidays falls into every
    Western year at least once.
    """
    lacks = sorted(_codes(calendar, year - 1) - _codes(calendar, year))
    if not any(
        ramadan.span.first and ramadan.span.first.year == year for ramadan in calendar.ramadans
    ):
        lacks.append("ramadan")
    return lacks


def _codes(calendar: CityCalendar, year: int) -> set[str]:
    return {
        holiday.code
        for holiday in calendar.holidays
        if holiday.span.first and holiday.span.first.year == year
    }


ALARM_FROM_MONTH = 10  # in the last quarter the next year must stand


def alarm(calendar: CityCalendar, *, on: dt.date) -> tuple[int, list[str]]:
    """Return the year that is not filled and what it lacks; nothing is lacking: an empty list."""
    year = on.year + (1 if on.month >= ALARM_FROM_MONTH else 0)
    return year, missing(calendar, year)
