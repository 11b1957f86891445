"""What holds in a zone from which day to which: the versions of its rates and rights. Pure.

A version begins on each day on which a dated row that concerns the zone begins or ends; it is
numbered by its place among those days.  So a version never changes its meaning as long as rows are
only added for days to come, which is how prices, hours and terms are decided.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from municipality.calendar.rest_days import Span
from parking_zones.apds.common import FIRST_DAY
from parking_zones.pricing.charge import Price
from parking_zones.pricing.paid_hours import HoursRule, rules_in_force
from parking_zones.zones.book import Terms, ZoneBook, ZoneOnDay


@dataclass(frozen=True, slots=True)
class Regime:
    """Days in a row under one price, the same hours and the same terms."""

    version: int
    span: Span
    price: Price
    hours: tuple[HoursRule, ...]
    terms: Terms


def change_days(spans: Iterator[Span] | Sequence[Span]) -> list[dt.date]:
    """Return the days on which some of the spans begin or end, in order."""
    days = {day for span in spans for day in (span.first or FIRST_DAY, span.after) if day}
    return sorted(days)


def version_on(days: Sequence[dt.date], on: dt.date) -> int:
    """Return the number of the version that holds on a day; 1 before the first."""
    return max(1, sum(day <= on for day in days))


def rule_spans(book: ZoneBook, zone: ZoneOnDay | None) -> list[Span]:
    """Return the spans of the rows that may price a stay in a zone; None: of no place."""
    zone_id, number = (None, "") if zone is None else (zone.zone_id, zone.number)
    return [
        *(row.span for row in book.prices if row.zone_code in (number, "")),
        *(row.span for row in book.hours if row.zone_id in (zone_id, None)),
        *(row.span for row in book.all_terms if row.zone_id in (zone_id, None)),
    ]


def regimes(book: ZoneBook, zone: ZoneOnDay | None) -> list[Regime]:
    """Return what holds in a zone in turn, without the days that lack price, hours or terms."""
    zone_id, number = (None, "") if zone is None else (zone.zone_id, zone.number)
    days = change_days(rule_spans(book, zone))
    found = []
    for version, first in enumerate(days, start=1):
        hours = rules_in_force(first, zone_id, book.hours)
        price = book.price(number=number, day=first)
        terms = book.terms(zone_id=zone_id, day=first)
        if hours and price is not None and terms is not None:
            after = days[version] if version < len(days) else None
            found.append(Regime(version, Span(first, after), price, tuple(hours), terms))
    return found


def regime_on(book: ZoneBook, zone: ZoneOnDay | None, *, on: dt.date) -> Regime | None:
    """Return what holds on a day; None for a gap in the tables."""
    return next((one for one in regimes(book, zone) if one.span.holds_on(on)), None)


def common(one: Span, other: Span) -> Span | None:
    """Return the days that two spans have in common; None for none."""
    first = max(one.first or FIRST_DAY, other.first or FIRST_DAY)
    ends = [span.after for span in (one, other) if span.after is not None]
    after = min(ends) if ends else None
    return Span(first, after) if after is None or first < after else None


def without(whole: Span, cuts: Sequence[Span]) -> list[Span]:
    """Return what some spans leave of another."""
    found: list[Span] = []
    at = whole.first or FIRST_DAY
    for cut in sorted(cuts, key=lambda span: span.first or FIRST_DAY):
        first, after = cut.first or FIRST_DAY, cut.after or dt.date.max
        if first > at and (left := common(whole, Span(at, first))) is not None:
            found.append(left)
        at = max(at, after)
    if whole.after is None or at < whole.after:
        found.append(Span(at, whole.after))
    return found
