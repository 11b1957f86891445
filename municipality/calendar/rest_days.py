"""Days of rest: pure, over dated rows.

Source of the rules: the weekend decree of 2013 and the holiday decrees (docs/glossary.md);
the rows are the municipality's own, a library only pre-fills them.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from municipality.conf import PROFILE


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


@dataclass(frozen=True, slots=True)
class HoursRule:
    """Opening hours of a working day over a span; no directorate means all of the city."""

    span: Span
    directorate_id: int | None
    in_ramadan: bool
    opens: dt.time
    closes: dt.time


@dataclass(frozen=True, slots=True)
class RamadanDays:
    """Ramadan of one year; provisional until the moon is announced."""

    span: Span
    provisional: bool


class NoCalendar(LookupError):
    """No rule holds on the day: the calendar has a gap, to be reported, never guessed."""


Opening = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True, slots=True)
class CityCalendar:
    """The calendar as values; made once from the tables and kept until they change."""

    weekends: Sequence[WeekendRule]
    holidays: Sequence[HolidayDays]
    ramadans: Sequence[RamadanDays] = ()
    hours: Sequence[HoursRule] = ()
    zone: dt.tzinfo = PROFILE.time_zone
    # What was once worked out of the rows above; they never change in one calendar.
    openings: dict[tuple[dt.date, int | None], Opening | None] = field(
        default_factory=dict, compare=False, repr=False
    )

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

    def is_ramadan(self, day: dt.date) -> bool:
        """Tell whether a day lies in Ramadan."""
        return any(ramadan.span.holds_on(day) for ramadan in self.ramadans)

    def hours_on(self, day: dt.date, directorate_id: int | None) -> HoursRule:
        """Return the hours of a working day: a directorate's own, else those of all the city.

        Raises NoCalendar where neither is written down.
        """
        fasting = self.is_ramadan(day)
        for asked in dict.fromkeys((directorate_id, None)):
            for rule in self.hours:
                same = rule.directorate_id == asked and rule.in_ramadan == fasting
                if same and rule.span.holds_on(day):
                    return rule
        raise NoCalendar(f"no office hours on {day}{' in Ramadan' if fasting else ''}")

    def opening(self, day: dt.date, directorate_id: int | None) -> Opening | None:
        """Return when offices open and close on a day; None on a day of rest; raises NoCalendar."""
        key = (day, directorate_id)
        if key not in self.openings:
            self.openings[key] = self._opening(day, directorate_id)
        return self.openings[key]

    def _opening(self, day: dt.date, directorate_id: int | None) -> Opening | None:
        if self.is_rest(day):
            return None
        rule = self.hours_on(day, directorate_id)
        return (
            dt.datetime.combine(day, rule.opens, self.zone),
            dt.datetime.combine(day, rule.closes, self.zone),
        )
