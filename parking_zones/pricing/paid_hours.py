"""When parking is paid: pure, over dated rows (الأوقات الخاضعة للرسوم).

Source: administrative decision 151/2016 and the hours published with it (08:00-13:00 and
16:00-21:00, not on days of rest); the rows name their own source.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from municipality.calendar.rest_days import CityCalendar, Span

LOOK_AHEAD_DAYS = 30  # no run of free days is longer; past it the answer is "not known"


@dataclass(frozen=True, slots=True)
class HoursRule:
    """One daily paid span over a span of days; ``zone_id`` None is the rule of all zones."""

    zone_id: int | None
    span: Span
    opens: dt.time
    closes: dt.time
    free_weekdays: frozenset[int] | None


@dataclass(frozen=True, slots=True)
class PaidNow:
    """Is parking paid at a moment, and until when that stays so.

    ``paid`` None: no rule is in force, so nobody can say.  ``until`` None: it does not change
    within LOOK_AHEAD_DAYS.
    """

    paid: bool | None
    until: dt.datetime | None


def paid_spans(
    *, day: dt.date, zone_id: int, rules: Sequence[HoursRule], calendar: CityCalendar
) -> list[tuple[dt.time, dt.time]] | None:
    """Return the paid spans of one day, in order and joined where they touch.

    A zone's own rules go before those of all zones.  Holidays are free; weekday rest is the
    rule's own, else the city's.  None: no rule holds that day.  Raises NoCalendar for a gap.
    """
    holding = [rule for rule in rules if rule.span.holds_on(day)]
    own = [rule for rule in holding if rule.zone_id == zone_id]
    chosen = own or [rule for rule in holding if rule.zone_id is None]
    if not chosen:
        return None
    if calendar.holiday_on(day) is not None:
        return []
    spans: list[tuple[dt.time, dt.time]] = []
    for rule in sorted(chosen, key=lambda rule: rule.opens):
        free = rule.free_weekdays
        if day.isoweekday() in (calendar.weekend_on(day) if free is None else free):
            continue
        if spans and rule.opens <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(spans[-1][1], rule.closes))
        else:
            spans.append((rule.opens, rule.closes))
    return spans


def paid_at(
    *, at: dt.datetime, zone_id: int, rules: Sequence[HoursRule], calendar: CityCalendar
) -> PaidNow:
    """Say whether parking is paid at an aware moment in the city's own time zone.

    A paid span is half-open: at the closing minute parking is free.
    """
    spans = paid_spans(day=at.date(), zone_id=zone_id, rules=rules, calendar=calendar)
    if spans is None:
        return PaidNow(None, None)
    clock = at.time()
    for opens, closes in spans:
        if opens <= clock < closes:
            return PaidNow(True, dt.datetime.combine(at.date(), closes, at.tzinfo))
        if clock < opens:
            return PaidNow(False, dt.datetime.combine(at.date(), opens, at.tzinfo))
    for ahead in range(1, LOOK_AHEAD_DAYS + 1):
        day = at.date() + dt.timedelta(days=ahead)
        spans = paid_spans(day=day, zone_id=zone_id, rules=rules, calendar=calendar)
        if spans is None:
            return PaidNow(False, None)
        if spans:
            return PaidNow(False, dt.datetime.combine(day, spans[0][0], at.tzinfo))
    return PaidNow(False, None)
