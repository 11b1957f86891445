"""Statistics as the tables of this moment have them: the one question, and what it comes to."""

import datetime as dt
from dataclasses import replace

from municipality.calendar.queries import city_calendar
from municipality.reach import as_system
from observations.statistics.rows import Asked, read_rows
from observations.statistics.tables import Statistics, statistics


def statistics_of(asked: Asked, *, at: dt.datetime) -> Statistics:
    """Return the statistics of a span and of the span before; the caller has checked who asks.

    Sums alone leave this function, so it reads reports of everybody.
    """
    with as_system():
        rows = read_rows(replace(asked, first=asked.before().first))
    return statistics(rows, asked, at=at, calendar=city_calendar())
