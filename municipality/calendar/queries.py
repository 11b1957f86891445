"""The calendar of the city, read once and kept until a row changes."""

import datetime as dt
from typing import Any

from municipality.calendar.models import Holiday, OfficeHours, Ramadan, Weekend
from municipality.calendar.rest_days import (
    CityCalendar,
    HolidayDays,
    HoursRule,
    RamadanDays,
    Span,
    WeekendRule,
)
from municipality.places.stamps import Kept


def span(valid: Any) -> Span:
    """Turn a database range of days into a Span; an empty one holds on no day."""
    if valid.isempty:
        return Span(dt.date.max, dt.date.min)
    return Span(valid.lower, valid.upper)


def read_calendar() -> CityCalendar:
    """Read the calendar from its tables."""
    return CityCalendar(
        weekends=tuple(
            WeekendRule(span(row.valid), frozenset(row.weekdays))
            for row in Weekend.objects.order_by("valid")
        ),
        holidays=tuple(
            HolidayDays(span(row.valid), row.code, row.name_ar, row.name_en, row.provisional)
            for row in Holiday.objects.order_by("valid", "code")
        ),
        ramadans=tuple(
            RamadanDays(span(row.valid), row.provisional)
            for row in Ramadan.objects.order_by("valid")
        ),
        hours=tuple(
            HoursRule(span(row.valid), row.directorate_id, row.in_ramadan, row.opens, row.closes)
            for row in OfficeHours.objects.order_by("valid", "pk")
        ),
    )


_KEPT = Kept(read_calendar, "calendar")


def city_calendar() -> CityCalendar:
    """Return the calendar as it stands now."""
    return _KEPT.get()
