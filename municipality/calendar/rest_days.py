"""Days of rest: pure, over dated rows.

Source of the rules: the weekend decree of 2013 and the holiday decrees (docs/glossary.md);
the rows are the municipality's own, a library only pre-fills them.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """Half-open days ``[first, after)``; ``None`` is open."""

    first: dt.date | None
    after: dt.date | None

    def holds_on(self, day: dt.date) -> bool:
        """Tell whether a day lies in the span."""
        return (self.first is None or self.first <= day) and (
            self.after is None or day < self.after
        )


@dataclass(frozen=True, slots=True)
class WeekendRule:
    """ISO weekdays of rest over a span of days."""

    span: Span
    weekdays: frozenset[int]


@dataclass(frozen=True, slots=True)
class HolidayDays:
    """The days one holiday was or will be taken."""

    span: Span
    code: str
    name_ar: str
    name_en: str
    provisional: bool


class NoCalendar(LookupError):
    """No weekend rule holds on the day: the calendar has a gap, to be reported, never guessed."""


@dataclass(frozen=True, slots=True)
class CityCalendar:
    """The calendar as values; made once from the tables and kept until they change."""

    weekends: Sequence[WeekendRule]
    holidays: Sequence[HolidayDays]

    def weekend_on(self, day: dt.date) -> frozenset[int]:
        """Return the ISO weekdays of rest in force on a day; raises NoCalendar for a gap."""
        for rule in self.weekends:
            if rule.span.holds_on(day):
                return rule.weekdays
        raise NoCalendar(f"no weekend rule on {day}")

    def holiday_on(self, day: dt.date) -> HolidayDays | None:
        """Return the holiday taken on a day, if any."""
        for holiday in self.holidays:
            if holiday.span.holds_on(day):
                return holiday
        return None

    def is_rest(self, day: dt.date) -> bool:
        """Tell whether offices rest: a weekend day or a holiday; raises NoCalendar."""
        return day.isoweekday() in self.weekend_on(day) or self.holiday_on(day) is not None
