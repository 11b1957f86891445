"""When parking is paid: pure, over dated rows (الأوقات الخاضعة للرسوم).

Source: administrative decision 151/2016 and the hours published with it (08:00-13:00 and
16:00-21:00, not on days of rest); the rows name their own source.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from municipality.calendar.rest_days import CityCalendar, Span
from municipality.words import Text

LOOK_AHEAD_DAYS = 30  # no run of free days is longer; past it the answer is "not known"
MIDNIGHT = dt.time(0)  # as the end of a span: that of its day
OUTSIDE_HOURS = Text("خارج أوقات الرسوم", "outside paid hours")
WEEKLY_REST = Text("يوم راحة أسبوعية", "weekly day of rest")
HOLIDAY = Text("إجازة رسمية: {name}", "public holiday: {name_en}")


@dataclass(frozen=True, slots=True)
class HoursRule:
    """One daily paid span over a span of days; ``zone_id`` None is the rule of all zones.

    ``closes`` of midnight is the end of the day.  ``in_ramadan``: the hours of Ramadan, which then
    stand in the place of the others.  ``on_holidays``: paid on public holidays too.
    """

    zone_id: int | None
    span: Span
    opens: dt.time
    closes: dt.time
    free_weekdays: frozenset[int] | None
    in_ramadan: bool = False
    on_holidays: bool = False


@dataclass(frozen=True, slots=True)
class PaidDay:
    """One day in one zone: its paid spans ``[opens, closes)`` in order, and why the rest is free.

    Spans that touch are one.  Moments are in UTC: where clocks are put back, two of one city's day
    are written alike.  ``clocks`` are the hours that hold on such days, on a day of rest too.
    """

    spans: tuple[tuple[dt.datetime, dt.datetime], ...]
    why_free: Text
    clocks: tuple[tuple[dt.time, dt.time], ...]


@dataclass(frozen=True, slots=True)
class PaidNow:
    """Is parking paid at a moment, and until when that stays so.

    ``paid`` None: no rule is in force, so nobody can say.  ``until`` None: it does not change
    within LOOK_AHEAD_DAYS.
    """

    paid: bool | None
    until: dt.datetime | None


def rules_in_force(
    day: dt.date, zone_id: int | None, rules: Sequence[HoursRule]
) -> list[HoursRule]:
    """Return the rules that hold on a day, Ramadan's among them; a zone's own before the others.

    A zone that has hours of its own for Ramadan alone has those of all zones on other days.
    """
    holding = [rule for rule in rules if rule.span.holds_on(day)]
    own = [rule for rule in holding if rule.zone_id == zone_id]
    others = [rule for rule in holding if rule.zone_id is None]
    if zone_id is not None and own and all(rule.in_ramadan for rule in own):
        return [*(rule for rule in others if not rule.in_ramadan), *own]
    return own or others


def _rules_of(
    day: dt.date, zone_id: int | None, rules: Sequence[HoursRule], calendar: CityCalendar
) -> list[HoursRule]:
    """Return the rules of one day: in Ramadan those of Ramadan, where there are any."""
    chosen = rules_in_force(day, zone_id, rules)
    fasting = [rule for rule in chosen if rule.in_ramadan]
    if fasting and calendar.is_ramadan(day):
        return fasting
    return [rule for rule in chosen if not rule.in_ramadan]


def _instant(day: dt.date, clock: dt.time, calendar: CityCalendar) -> dt.datetime:
    return dt.datetime.combine(day, clock, calendar.zone).astimezone(dt.UTC)


def _joined(
    spans: list[tuple[dt.datetime, dt.datetime]],
) -> tuple[tuple[dt.datetime, dt.datetime], ...]:
    found: list[tuple[dt.datetime, dt.datetime]] = []
    for opens, closes in sorted(spans):
        if found and opens <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], closes))
        else:
            found.append((opens, closes))
    return tuple(found)


def paid_day(
    *, day: dt.date, zone_id: int | None, rules: Sequence[HoursRule], calendar: CityCalendar
) -> PaidDay | None:
    """Return the paid spans of one day and why the rest of it is free.

    Weekly rest is the rule's own, else the city's.  None: no rule holds that day.  Raises
    NoCalendar for a gap in the city's.
    """
    chosen = _rules_of(day, zone_id, rules, calendar)
    if not chosen:
        return None
    holiday = calendar.holiday_on(day)
    spans, why = [], OUTSIDE_HOURS
    for rule in chosen:
        if holiday is not None and not rule.on_holidays:
            why = HOLIDAY.with_values(name=holiday.name_ar, name_en=holiday.name_en)
            continue
        free = calendar.weekend_on(day) if rule.free_weekdays is None else rule.free_weekdays
        if day.isoweekday() in free:
            why = WEEKLY_REST
            continue
        after = day + dt.timedelta(days=1) if rule.closes == MIDNIGHT else day
        spans.append((_instant(day, rule.opens, calendar), _instant(after, rule.closes, calendar)))
    clocks = tuple(sorted({(rule.opens, rule.closes) for rule in chosen}))
    return PaidDay(_joined(spans), OUTSIDE_HOURS if spans else why, clocks)


def paid_at(
    *, at: dt.datetime, zone_id: int | None, rules: Sequence[HoursRule], calendar: CityCalendar
) -> PaidNow:
    """Say whether parking is paid at an aware moment, and until when.

    A paid span is half-open: at the closing minute parking is free, unless another opens then.
    """
    day, instant = at.astimezone(calendar.zone).date(), at.astimezone(dt.UTC)
    found = paid_day(day=day, zone_id=zone_id, rules=rules, calendar=calendar)
    if found is None:
        return PaidNow(None, None)

    def now(paid: bool, until: dt.datetime | None) -> PaidNow:
        return PaidNow(paid, until and until.astimezone(calendar.zone))

    for opens, closes in found.spans:
        if opens <= instant < closes:
            return now(True, _closing(closes, zone_id, rules, calendar))
        if instant < opens:
            return now(False, opens)
    return now(False, _opening_after(day, zone_id, rules, calendar))


def _opening_after(
    day: dt.date, zone_id: int | None, rules: Sequence[HoursRule], calendar: CityCalendar
) -> dt.datetime | None:
    """Return when parking is paid next after a day; None past what is known."""
    for ahead in range(1, LOOK_AHEAD_DAYS + 1):
        later = day + dt.timedelta(days=ahead)
        found = paid_day(day=later, zone_id=zone_id, rules=rules, calendar=calendar)
        if found is None:
            return None
        if found.spans:
            return found.spans[0][0]
    return None


def _closing(
    closes: dt.datetime, zone_id: int | None, rules: Sequence[HoursRule], calendar: CityCalendar
) -> dt.datetime | None:
    """Return when a span that may go on over midnight ends; None where it does not for a month."""
    for _ in range(LOOK_AHEAD_DAYS):
        local = closes.astimezone(calendar.zone)
        if local.time() != MIDNIGHT:
            return closes
        found = paid_day(day=local.date(), zone_id=zone_id, rules=rules, calendar=calendar)
        if found is None or not found.spans or found.spans[0][0] != closes:
            return closes
        closes = found.spans[0][1]
    return None
