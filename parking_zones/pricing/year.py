"""A year of rules in one zone: what each minute is, and that none is without a rule. Pure.

Every minute of the year is paid, free or in a gap; the three sum to the minutes of the year, so a
gap of nothing proves that the tables answer for all of it.
"""

import calendar
import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Generic, TypeVar

from municipality.calendar.rest_days import NoCalendar
from parking_zones.pricing.charge import Price, Rules
from parking_zones.pricing.paid_hours import PaidDay, paid_day

DAY = dt.timedelta(days=1)
T = TypeVar("T")
Clocks = tuple[tuple[dt.time, dt.time], ...]


class Gap(StrEnum):
    """What a day lacks."""

    HOURS = "hours"
    PRICE = "price"
    TERMS = "terms"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class _Day(Generic[T]):
    """One day: the hours that hold, price and terms; ``paid`` and ``gap`` in minutes."""

    day: dt.date
    hours: PaidDay | None
    price: Price | None
    terms: T | None
    minutes: int
    paid: int
    gap: int
    gaps: frozenset[Gap]


@dataclass(frozen=True, slots=True)
class Regime(Generic[T]):
    """Days in a row under the same hours, price and terms, days of rest among them."""

    first: dt.date
    last: dt.date
    clocks: Clocks
    price: Price | None
    terms: T | None
    days_of_rest: int
    minutes: int
    paid: int
    gap: int
    gaps: frozenset[Gap]

    @property
    def free(self) -> int:
        """Minutes without charge."""
        return self.minutes - self.paid - self.gap


def _length(day: dt.date, zone: dt.tzinfo) -> int:
    """Minutes of a day: 23 or 25 hours where clocks are changed."""
    first, after = (dt.datetime.combine(one, dt.time(), zone) for one in (day, day + DAY))
    return round((after.astimezone(dt.UTC) - first.astimezone(dt.UTC)).total_seconds() / 60)


def _paid(hours: PaidDay) -> int:
    return round(sum((closes - opens).total_seconds() for opens, closes in hours.spans) / 60)


def _day(day: dt.date, rules: Rules, terms_on: Callable[[dt.date], T | None]) -> _Day[T]:
    """Say what one day has and lacks: what is paid without a price or terms is a gap, not paid."""
    minutes, price, terms = (
        _length(day, rules.calendar.zone), rules.price_on(day), terms_on(day),
    )  # fmt: skip
    try:
        hours = paid_day(day=day, zone_id=rules.zone_id, rules=rules.hours, calendar=rules.calendar)
    except NoCalendar:
        return _Day(day, None, price, terms, minutes, 0, minutes, frozenset({Gap.CALENDAR}))
    if hours is None:
        return _Day(day, None, price, terms, minutes, 0, minutes, frozenset({Gap.HOURS}))
    paid, gaps = _paid(hours), set[Gap]()
    if paid and price is None:
        gaps.add(Gap.PRICE)
    if paid and terms is None:
        gaps.add(Gap.TERMS)
    sold, lacking = (0, paid) if gaps else (paid, 0)
    return _Day(day, hours, price, terms, minutes, sold, lacking, frozenset(gaps))


def _regime(days: Sequence[_Day[T]]) -> Regime[T]:
    first = days[0]
    return Regime(
        first=first.day,
        last=days[-1].day,
        clocks=first.hours.clocks if first.hours else (),
        price=first.price,
        terms=first.terms,
        days_of_rest=sum(day.hours is not None and not day.hours.spans for day in days),
        minutes=sum(day.minutes for day in days),
        paid=sum(day.paid for day in days),
        gap=sum(day.gap for day in days),
        gaps=frozenset[Gap]().union(*(day.gaps for day in days)),
    )


def year_of(year: int, *, rules: Rules, terms_on: Callable[[dt.date], T | None]) -> list[Regime[T]]:
    """Return the regimes of a year in order, without a day between them."""
    count = 366 if calendar.isleap(year) else 365
    first = dt.date(year, 1, 1)
    days = (_day(first + n * DAY, rules, terms_on) for n in range(count))

    def same(day: _Day[T]) -> object:
        return (day.hours.clocks if day.hours else None), day.price, day.terms

    return [_regime(list(group)) for _, group in groupby(days, key=same)]
