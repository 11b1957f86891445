"""No parking on a weekday, within hours, in some weeks of the month, on one side of a street: pure.

Source: the street sweeping of San Francisco as DataSF publishes it ("Tues", "8" to "10", a flag
for each week of the month, a flag for holidays).  Week n of a month are its days 7n-6 to 7n.
"""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry

from municipality.calendar.rest_days import CityCalendar, Span
from parking_zones.curb_rules.reading import Fault
from parking_zones.pricing.paid_hours import MIDNIGHT

DAY = dt.timedelta(days=1)
WEEKDAYS = {
    "mon": 1, "tue": 2, "tues": 2, "wed": 3, "thu": 4, "thurs": 4, "fri": 5, "sat": 6, "sun": 7,
}  # fmt: skip
WEEKS = (1, 2, 3, 4, 5)
_HOUR = re.compile(r"[0-9]{1,2}")
_FLAGS = {"0": False, "1": True}


@dataclass(frozen=True, slots=True)
class WrittenBan:
    """A ban as the file writes it; empty for what it does not say."""

    weekday: str
    from_hour: str
    to_hour: str
    weeks: tuple[str, ...]
    holidays: str


@dataclass(frozen=True, slots=True)
class BanRule:
    """When nobody may park: ISO weekday, hours, weeks of the month, and whether on holidays too.

    ``closes`` of midnight is the end of the day.
    """

    weekday: int
    opens: dt.time
    closes: dt.time
    weeks: tuple[int, ...]
    on_holidays: bool

    def holds_on(self, day: dt.date, calendar: CityCalendar) -> bool:
        """Tell whether parking is forbidden within the hours of a day."""
        is_day = day.isoweekday() == self.weekday and (day.day + 6) // 7 in self.weeks
        return is_day and (self.on_holidays or calendar.holiday_on(day) is None)

    @property
    def days_of_month(self) -> tuple[int, ...]:
        """The days of the month that lie in its weeks."""
        return tuple(day for day in range(1, 32) if (day + 6) // 7 in self.weeks)


@dataclass(frozen=True, slots=True)
class Ban:
    """A ban on one stretch over a span of days; ``strip`` is its ground in METRIC."""

    rule: BanRule
    span: Span
    street: str
    side: str
    source: str
    strip: BaseGeometry


def read_ban(written: WrittenBan) -> tuple[BanRule | None, tuple[Fault, ...]]:
    """Read a ban; one that is not wholly understood is none, with every reason."""
    faults = []
    weekday = WEEKDAYS.get(written.weekday.strip().lower())
    if weekday is None:
        faults.append(Fault.DAYS)
    hours = [
        int(text) if _HOUR.fullmatch(text) and int(text) <= 24 else -1
        for text in (written.from_hour.strip(), written.to_hour.strip())
    ]
    if not 0 <= hours[0] < hours[1]:
        faults.append(Fault.HOURS)
    flags = [_FLAGS.get(text.strip()) for text in (*written.weeks, written.holidays)]
    weeks = tuple(week for week, flag in zip(WEEKS, flags, strict=False) if flag)
    if None in flags or len(written.weeks) != len(WEEKS) or not weeks:
        faults.append(Fault.WEEKS)
    if faults or weekday is None:
        return None, tuple(faults)
    closes = dt.time(hours[1] % 24)
    return BanRule(weekday, dt.time(hours[0]), closes, weeks, bool(flags[-1])), ()


Window = tuple[dt.datetime, dt.datetime]


def windows(
    ban: Ban, start: dt.datetime, end: dt.datetime, calendar: CityCalendar
) -> Iterator[Window]:
    """Yield the whole windows of a ban that meet ``[start, end)``, aware, in order."""
    day, last = start.astimezone(calendar.zone).date(), end.astimezone(calendar.zone).date()
    while day <= last:
        if ban.span.holds_on(day) and ban.rule.holds_on(day, calendar):
            after = day + DAY if ban.rule.closes == MIDNIGHT else day
            opens = dt.datetime.combine(day, ban.rule.opens, calendar.zone)
            closes = dt.datetime.combine(after, ban.rule.closes, calendar.zone)
            if opens < end and start < closes:
                yield opens, closes
        day += DAY


@dataclass(frozen=True, slots=True)
class BanNow:
    """What bans say of a place at a moment.

    ``until`` is the end of one that holds, ``begins`` of the next within the time asked about;
    ``is_sure``: the position lies in the one that holds with all of its accuracy.
    """

    ban: Ban | None
    is_sure: bool
    until: dt.datetime | None
    begins: dt.datetime | None


def ban_now(
    near: Iterable[tuple[Ban, bool]], at: dt.datetime, before: dt.datetime, calendar: CityCalendar
) -> BanNow:
    """Judge bans (each with whether the position surely lies in it) at a moment, and up to one."""
    held: list[tuple[bool, dt.datetime, Ban]] = []
    begins: list[dt.datetime] = []
    for ban, is_sure in near:
        for opens, closes in windows(ban, at, before, calendar):
            if opens <= at:
                held.append((is_sure, closes, ban))
            else:
                begins.append(opens)
    first = min(begins, default=None)
    if not held:
        return BanNow(None, False, None, first)
    sure, until, ban = max(held, key=lambda one: one[:2])
    return BanNow(ban, sure, until, first)


def during(
    bans: Sequence[Ban], start: dt.datetime, end: dt.datetime, calendar: CityCalendar
) -> list[tuple[Window, int]]:
    """Return each window in which parking is forbidden somewhere, and on how many stretches."""
    found: dict[Window, int] = {}
    for ban in bans:
        for window in windows(ban, start, end, calendar):
            found[window] = found.get(window, 0) + 1
    return sorted(found.items())
