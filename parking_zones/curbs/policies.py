"""What holds in a zone as policies of CDS Curbs: paid, free and by permit, by priority. Pure.

The lowest priority goes first.  A holiday is free whatever the clock says, in Ramadan only its own
hours are paid, and what no other policy names is free.  Holidays and Ramadans are told by their
dates, for their names mean nothing to a client.  Source: github openmobilityfoundation
curb-data-specification, curbs/README.md.
"""

import datetime as dt
import json
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from municipality.calendar.rest_days import CityCalendar, NoCalendar, Span
from municipality.conf import PROFILE
from municipality.words import Text
from parking_zones.apds.dated import without
from parking_zones.curb_rules.bans import Ban
from parking_zones.pricing.charge import Price
from parking_zones.pricing.paid_hours import MIDNIGHT, HoursRule, rules_in_force
from parking_zones.zones.book import Terms, ZoneBook, ZoneOnDay

OF_CITY = uuid.uuid5(uuid.NAMESPACE_DNS, f"{PROFILE.code}.cds")
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKS_OF_MONTH = 5
UNITS = (("minute", 1), ("hour", 60), ("day", 24 * 60))  # CDS rates are whole amounts a unit
BANNED = 0
(HOLIDAY_PAID, HOLIDAY_FREE, RAMADAN_PAID, RAMADAN_FREE, PAID, FREE) = range(1, 7)
NAMES = {
    HOLIDAY_PAID: Text("وقوف مدفوع في الإجازات أيضًا", "Paid parking, holidays too"),
    HOLIDAY_FREE: Text("مجاني في الإجازات الرسمية", "Free on public holidays"),
    RAMADAN_PAID: Text("أوقات رمضان", "Paid hours of Ramadan"),
    RAMADAN_FREE: Text("مجاني في رمضان خارج أوقاته", "Free in Ramadan outside its hours"),
    PAID: Text("وقوف مدفوع", "Paid parking"),
    FREE: Text("مجاني خارج أوقات الرسوم", "Free outside paid hours"),
}
NO_PARKING = Text("منع وقوف دوري", "No parking on these days")
BY_PERMIT = Text("الوقوف بتصريح", "Parking by permit")
NOT_FOR_OTHERS = Text("لا وقوف بلا تصريح", "No parking without a permit")

Json = dict[str, Any]


def stamp(day: dt.date | None, zone: dt.tzinfo) -> int:
    """Return the beginning of a city's day in milliseconds of the UNIX epoch; 0 for an open one."""
    if day is None:
        return 0
    return round(dt.datetime.combine(day, dt.time(), zone).timestamp() * 1000)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What holds in a zone on a day."""

    hours: Sequence[HoursRule]
    price: Price
    terms: Terms
    calendar: CityCalendar
    on: dt.date


def _facts(zone: ZoneOnDay, book: ZoneBook, on: dt.date) -> _Facts | None:
    """Return what holds; None where the tables have a gap: nothing is known then."""
    hours = rules_in_force(on, zone.zone_id, book.hours)
    price = book.price(number=zone.number, day=on)
    terms = book.terms(zone_id=zone.zone_id, day=on)
    if not hours or price is None or terms is None:
        return None
    return _Facts(hours, price, terms, book.calendar, on)


def _within(spans: Iterable[Span], zone: dt.tzinfo) -> Json:
    """Return the days on which all of some spans hold, as a time span names them."""
    held = list(spans)
    first = [span.first for span in held if span.first is not None]
    after = [span.after for span in held if span.after is not None]
    found = {}
    if first:
        found["start_date"] = stamp(max(first), zone)
    if after:
        found["end_date"] = stamp(min(after), zone)
    return found


def _time_span(rule: HoursRule, facts: _Facts, among: Span) -> Json:
    """Write one daily span of paid hours; ``among`` narrows its days."""
    calendar = facts.calendar
    free = calendar.weekend_on(facts.on) if rule.free_weekdays is None else rule.free_weekdays
    closes = "24:00" if rule.closes == MIDNIGHT else f"{rule.closes:%H:%M}"
    return {
        "days_of_week": [name for n, name in enumerate(WEEKDAYS, start=1) if n not in free],
        "time_of_day_start": f"{rule.opens:%H:%M}",
        "time_of_day_end": closes,
        **_within((rule.span, facts.price.span, facts.terms.span, among), calendar.zone),
    }


def rate_of(price: Price) -> list[Json]:
    """Write a price as a rate: a whole amount of the smallest coin a minute, an hour or a day."""
    for unit, minutes in UNITS:
        amount, rest = divmod(price.amount_baisa * minutes, price.per_minutes)
        if not rest:
            rate = {"rate": amount, "rate_unit": unit, "rate_unit_period": "rolling"}
            return [{**rate, "increment_amount": price.amount_baisa} if amount else rate]
    return []


def _paid_rule(facts: _Facts) -> list[Json]:
    return [
        {
            "activity": "parking", "max_stay": facts.terms.most, "max_stay_unit": "minute",
            "rate": rate_of(facts.price),
        }
    ]  # fmt: skip


def _dates(spans: Iterable[Span], facts: _Facts) -> list[Span]:
    """Leave the spans of this year and later."""
    begin = dt.date(facts.on.year, 1, 1)
    return [span for span in spans if span.after is None or span.after > begin]


def _of_rules(rules: Sequence[HoursRule], facts: _Facts, among: Sequence[Span]) -> list[Json]:
    return [_time_span(rule, facts, span) for span in among for rule in rules]


def _policy(
    priority: int, rules: list[Json], spans: list[Json] | None, name: Text, *, by: int = 0
) -> Json:
    """Write one policy; its id is of its content, so that no id ever means something else.

    Published is the latest beginning of its spans that is not after ``by`` (milliseconds of the
    UNIX epoch), for holidays of coming years are among them.
    """
    said: Json = {"name": f"{name.ar} / {name.en}", "priority": priority, "rules": rules}
    if spans is not None:
        said["time_spans"] = spans
    content = json.dumps(said, sort_keys=True, ensure_ascii=False)
    begun = [at for span in spans or () if (at := span.get("start_date", 0)) <= by]
    return {
        "curb_policy_id": str(uuid.uuid5(OF_CITY, content)), **said,
        "published_date": max(begun, default=0),
    }  # fmt: skip


def _by_clock(facts: _Facts) -> list[Json]:
    """Write the policies of a zone whose parking is paid by the hour."""
    calendar, always = facts.calendar, [Span(None, None)]
    usual = [rule for rule in facts.hours if not rule.in_ramadan]
    fasting = [rule for rule in facts.hours if rule.in_ramadan]
    holidays = _dates((one.span for one in calendar.holidays), facts)
    ramadans = _dates((one.span for one in calendar.ramadans), facts) if fasting else []
    paid, free = _paid_rule(facts), [{"activity": "parking"}]

    def bounded(spans: list[Span]) -> list[Json]:
        return [_within((span,), calendar.zone) for span in spans]

    wanted = (
        (HOLIDAY_PAID, paid, _of_rules([r for r in usual if r.on_holidays], facts, always)),
        (HOLIDAY_FREE, free, bounded(holidays)),
        (RAMADAN_PAID, paid, _of_rules(fasting, facts, ramadans)),
        (RAMADAN_FREE, free, bounded(ramadans)),
        (PAID, paid, _of_rules([r for r in usual if not r.on_holidays], facts, always)),
    )
    by = stamp(facts.on, calendar.zone)
    found = [_policy(at, rules, spans, NAMES[at], by=by) for at, rules, spans in wanted if spans]
    return [*found, _policy(FREE, free, None, NAMES[FREE])]


def ban_policy(bans: Sequence[Ban], book: ZoneBook, *, on: dt.date) -> Json:
    """Write the bans of one stretch: before every other policy, and not on holidays they spare."""
    clock, calendar = book.calendar.zone, book.calendar
    begin = dt.date(on.year, 1, 1)
    holidays = [one.span for one in calendar.holidays if one.span.after is None
                or one.span.after > begin]  # fmt: skip
    spans = []
    for ban in bans:
        rule = ban.rule
        said: Json = {
            "days_of_week": [WEEKDAYS[rule.weekday - 1]],
            "time_of_day_start": f"{rule.opens:%H:%M}",
            "time_of_day_end": "24:00" if rule.closes == MIDNIGHT else f"{rule.closes:%H:%M}",
        }
        if len(rule.weeks) < WEEKS_OF_MONTH:
            said["days_of_month"] = list(rule.days_of_month)
        days = [ban.span] if rule.on_holidays else without(ban.span, holidays)
        spans += [{**said, **_within((span,), clock)} for span in days]
    rules = [{"activity": "no parking"}]
    return _policy(BANNED, rules, spans, NO_PARKING, by=stamp(on, clock))


def policies_of(zone: ZoneOnDay, book: ZoneBook, *, on: dt.date) -> list[Json]:
    """Return the policies of a zone as they hold on a day, the first of them before the others.

    None at all where hours, price, terms or calendar have a gap: a missing rule is not "free".
    """
    if zone.kind == "permit":
        return [
            _policy(1, [{"activity": "parking", "purposes": ["permit"]}], None, BY_PERMIT),
            _policy(2, [{"activity": "no parking"}], None, NOT_FOR_OTHERS),
        ]
    facts = _facts(zone, book, on)
    if facts is None:
        return []
    try:
        return _by_clock(facts)
    except NoCalendar:
        return []
