"""Ramadan in a change of hours: which days to write, and what the calendar does not know. Pure.

Rows of Ramadan's hours hold on the days that the calendar calls Ramadan, whatever days they were
entered for; so a row that reaches past both ends of a Ramadan moves with it when the moon does.
"""

import datetime as dt
from collections.abc import Sequence

from municipality.calendar.rest_days import CityCalendar, RamadanDays, Span
from municipality.words import Text
from parking_zones.rule_changes.drafts import Change, HoursDraft

DAY = dt.timedelta(days=1)
MARGIN = dt.timedelta(days=15)  # to either side of Ramadan; the next is 11 months away
MOON = dt.timedelta(days=3)  # a computed day is announced a day or two earlier or later
YEARS = 2  # those of the proof
UNKNOWN = Text(
    "لا يعرف التقويم رمضان سنة {years} بعد، فلا تظهر أوقاته في البرهان؛ يدوّنه مسؤول التقويم.",
    "The calendar does not know Ramadan of {years} yet, so its hours are not in the proof; who "
    "keeps the calendar writes it down.",
)
CUT = Text(
    "رمضان في التقويم {first}–{last}. إن تقدّم أو تأخر فقد تبقى أيام منه على الأوقات الأخرى؛ "
    "اختره من القائمة ليتبعه التغيير.",
    "Ramadan is {first}–{last} in the calendar. If it is moved, days of it may keep the other "
    "hours; choose it in the list, so that the change follows it.",
)
NONE = Text(
    "لا يقع رمضان يعرفه التقويم في أيام هذا التغيير.",
    "No Ramadan that the calendar knows lies in the days of this change.",
)


def ahead(calendar: CityCalendar, *, today: dt.date) -> list[RamadanDays]:
    """Return the Ramadans the calendar knows that have a day after today, in order."""
    found = [
        one
        for one in calendar.ramadans
        if one.span.first is not None
        and one.span.after is not None
        and one.span.after > today + DAY
    ]
    return sorted(found, key=lambda one: one.span.first or dt.date.min)


def around(ramadan: RamadanDays, *, today: dt.date) -> Span:
    """Return the days to write hours for: past both ends of a Ramadan, and from tomorrow on."""
    first, after = ramadan.span.first, ramadan.span.after
    if first is None or after is None:
        raise ValueError("a Ramadan without an end")
    return Span(max(first - MARGIN, today + DAY), after + MARGIN)


def nearest(calendar: CityCalendar, first: dt.date, *, today: dt.date) -> RamadanDays | None:
    """Return the Ramadan ahead that begins near a day: also one that was moved meanwhile."""
    close = [
        one
        for one in ahead(calendar, today=today)
        if one.span.first is not None and abs(one.span.first - first) <= MARGIN
    ]
    return close[0] if close else None


def unknown(calendar: CityCalendar, first_year: int, *, years: int = YEARS) -> list[int]:
    """Return the years of which the calendar knows no Ramadan; each has a beginning of one."""
    begun = {one.span.first.year for one in calendar.ramadans if one.span.first is not None}
    return [year for year in range(first_year, first_year + years) if year not in begun]


def _overlap(one: Span, other: Span) -> bool:
    return (one.after is None or other.first is None or other.first < one.after) and (
        other.after is None or one.first is None or one.first < other.after
    )


def _is_cut(span: Span, ramadan: RamadanDays, today: dt.date) -> bool:
    """Tell whether days of a Ramadan would fall out of a span if the moon moved it."""
    first, after = ramadan.span.first, ramadan.span.after
    if first is None or after is None:
        return False
    begins_late = first > today and span.first is not None and span.first > first - MOON
    is_first_day = span.first is not None and span.first <= today + DAY  # no day is earlier
    ends_early = span.after is not None and span.after < after + MOON
    return (begins_late and not is_first_day) or ends_early


def told(change: Change, calendar: CityCalendar, *, today: dt.date) -> Sequence[Text]:
    """Say what a person must know of a change to Ramadan's hours; nothing of any other."""
    draft, span = change.draft, change.span
    if not isinstance(draft, HoursDraft) or not draft.in_ramadan:
        return []
    inside = [one for one in ahead(calendar, today=today) if _overlap(span, one.span)]
    found = [
        CUT.with_values(first=f"{one.span.first:%d/%m/%Y}", last=f"{one.span.after - DAY:%d/%m/%Y}")
        for one in inside
        if one.span.after is not None and _is_cut(span, one, today)
    ]
    if not inside:
        found.append(NONE)
    years = unknown(calendar, (span.first or today).year)
    reaches = [
        year for year in years if _overlap(span, Span(dt.date(year, 1, 1), dt.date(year + 1, 1, 1)))
    ]
    if reaches:
        found.append(UNKNOWN.with_values(years=" · ".join(map(str, reaches))))
    return found
