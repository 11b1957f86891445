"""What a stay costs, and why: pure, over dated rows (ثمن الوقوف).

Charged is the time of a stay that lies in paid hours, at the price of its day.  A price runs from
the opening of its paid span: what a stay costs in a span is what the span has run up at the stay's
end less what it had at its beginning, each in whole baisa, half a baisa up.  So the parts of a stay
cost what the stay costs, wherever it is split, and an extension is never dearer than one ticket.

Worked tables: docs/algorithms/parking.md.  Source: administrative decision 151/2016 and the tariffs
that the rows name.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from municipality.baisa import Baisa, share
from municipality.calendar.rest_days import CityCalendar, Span
from municipality.words import Text
from parking_zones.pricing.paid_hours import HoursRule, paid_day

PAID = Text("وقوف مدفوع", "paid parking")
MINUTE = 60  # seconds
LONGEST_STAY = dt.timedelta(days=31)


class NoRule(LookupError):
    """No paid hours, or no price, are in force on a day: a gap to be reported, never guessed."""

    def __init__(self, day: dt.date, words: Text) -> None:
        super().__init__(words.en)
        self.day = day
        self.words = words


NO_HOURS = Text(
    "لا أوقات رسوم مسجلة لهذه المنطقة يوم {day}.", "No paid hours of this zone hold on {day}."
)
NO_PRICE = Text("لا تعرفة مسجلة لهذه المنطقة يوم {day}.", "No price of this zone holds on {day}.")


@dataclass(frozen=True, slots=True)
class Price:
    """A dated price of parking: ``amount_baisa`` buys ``per_minutes``."""

    zone_code: str
    span: Span
    amount_baisa: int
    per_minutes: int
    source: str


@dataclass(frozen=True, slots=True)
class Rules:
    """What sets the price in one zone: its hours, the calendar, and the price of a day.

    ``zone_id`` None: no zone in particular, so the hours of all zones.
    """

    zone_id: int | None
    hours: Sequence[HoursRule]
    calendar: CityCalendar
    price_on: Callable[[dt.date], Price | None]


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of a stay under one rule: paid at one price, or free (``price`` None) for one reason.

    ``start`` and ``end`` are in UTC.
    """

    start: dt.datetime
    end: dt.datetime
    price: Price | None
    amount: Baisa
    reason: Text

    @property
    def minutes(self) -> float:
        """How long it is."""
        return (self.end - self.start).total_seconds() / MINUTE


@dataclass(frozen=True, slots=True)
class Charge:
    """What a stay costs: its stretches in order, without a gap."""

    stretches: tuple[Stretch, ...]

    @property
    def amount(self) -> Baisa:
        """The sum of the stretches."""
        return Baisa(sum(one.amount for one in self.stretches))

    @property
    def paid_minutes(self) -> float:
        """How much of the stay is paid."""
        return sum(one.minutes for one in self.stretches if one.price is not None)


def _run_up(price: Price, opens: dt.datetime, until: dt.datetime) -> int:
    """Return what a span has run up at a moment, in whole baisa."""
    seconds = round((until - opens).total_seconds())
    amount = Baisa(price.amount_baisa)
    return share(amount, numerator=seconds, denominator=price.per_minutes * MINUTE)


def _of_day(day: dt.date, start: dt.datetime, end: dt.datetime, rules: Rules) -> Iterator[Stretch]:
    """Cut the part ``[start, end)`` of one day by the paid spans of that day."""
    hours = paid_day(day=day, zone_id=rules.zone_id, rules=rules.hours, calendar=rules.calendar)
    if hours is None:
        raise NoRule(day, NO_HOURS.with_values(day=f"{day:%d/%m/%Y}"))
    at = start
    for opens, closes in hours.spans:
        first, last = max(opens, start), min(closes, end)
        if first >= last:
            continue
        if at < first:
            yield Stretch(at, first, None, Baisa(0), hours.why_free)
        price = rules.price_on(day)
        if price is None:
            raise NoRule(day, NO_PRICE.with_values(day=f"{day:%d/%m/%Y}"))
        amount = _run_up(price, opens, last) - _run_up(price, opens, first)
        yield Stretch(first, last, price, Baisa(amount), PAID)
        at = last
    if at < end:
        yield Stretch(at, end, None, Baisa(0), hours.why_free)


def _joined(stretches: Iterator[Stretch]) -> tuple[Stretch, ...]:
    """Join free stretches that follow each other for one reason, as over midnight."""
    found: list[Stretch] = []
    for one in stretches:
        last = found[-1] if found else None
        if last is not None and (last.price, one.price, last.reason) == (None, None, one.reason):
            found[-1] = Stretch(last.start, one.end, None, Baisa(0), one.reason)
        else:
            found.append(one)
    return tuple(found)


def charge(*, start: dt.datetime, end: dt.datetime, rules: Rules) -> Charge:
    """Return what the stay ``[start, end)`` costs; moments are aware.

    Raises NoRule for a gap in hours or prices, NoCalendar for one in the calendar, ValueError for
    a stay that ends before it begins or lasts longer than LONGEST_STAY.
    """
    if not start <= end <= start + LONGEST_STAY:
        raise ValueError(f"a stay from {start} to {end}")
    zone = rules.calendar.zone

    def days() -> Iterator[Stretch]:
        at, last = start.astimezone(dt.UTC), end.astimezone(dt.UTC)
        while at < last:
            day = at.astimezone(zone).date()
            midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), zone)
            until = min(midnight.astimezone(dt.UTC), last)
            yield from _of_day(day, at, until, rules)
            at = until

    return Charge(_joined(days()))
