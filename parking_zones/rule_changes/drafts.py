"""What a change says, as a value; and the rules as they would be with it: pure.

A change never edits a row that was applied: the row that holds ends where the change begins, and
goes on after it where the change ends.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, TypeVar

from municipality.calendar.rest_days import Span
from parking_zones.pricing.charge import Price
from parking_zones.pricing.paid_hours import MIDNIGHT, HoursRule
from parking_zones.zones.book import Terms, ZoneBook

Row = TypeVar("Row", HoursRule, Price, Terms)


@dataclass(frozen=True, slots=True)
class HoursDraft:
    """Paid hours of every day; ``free_weekdays`` None: the city's days of rest (ISO weekdays)."""

    clocks: tuple[tuple[dt.time, dt.time], ...]
    free_weekdays: frozenset[int] | None
    in_ramadan: bool
    on_holidays: bool


@dataclass(frozen=True, slots=True)
class PriceDraft:
    """A price: ``amount_baisa`` buys ``per_minutes``."""

    amount_baisa: int
    per_minutes: int


@dataclass(frozen=True, slots=True)
class TermsDraft:
    """How long a ticket may be bought for, in minutes."""

    step: int
    least: int
    most: int


Draft = HoursDraft | PriceDraft | TermsDraft


@dataclass(frozen=True, slots=True)
class Change:
    """A draft over days, for one zone or (None, "") for every zone without rules of its own."""

    zone_id: int | None
    number: str
    span: Span
    draft: Draft
    source: str


def as_json(draft: Draft) -> dict[str, Any]:
    """Write a draft as it is stored."""
    if isinstance(draft, HoursDraft):
        free = None if draft.free_weekdays is None else sorted(draft.free_weekdays)
        return {
            "clocks": [[f"{a:%H:%M}", f"{b:%H:%M}"] for a, b in draft.clocks],
            "free_weekdays": free,
            "in_ramadan": draft.in_ramadan,
            "on_holidays": draft.on_holidays,
        }
    if isinstance(draft, PriceDraft):
        return {"amount_baisa": draft.amount_baisa, "per_minutes": draft.per_minutes}
    return {"step": draft.step, "least": draft.least, "most": draft.most}


def from_json(sort: str, told: dict[str, Any]) -> Draft:
    """Read a draft as it is stored."""
    if sort == "price":
        return PriceDraft(**told)
    if sort == "terms":
        return TermsDraft(**told)
    free = told["free_weekdays"]
    read = dt.time.fromisoformat
    return HoursDraft(
        clocks=tuple((read(a), read(b)) for a, b in told["clocks"]),
        free_weekdays=None if free is None else frozenset(free),
        in_ramadan=told["in_ramadan"],
        on_holidays=told["on_holidays"],
    )


def overlap(clocks: Sequence[tuple[dt.time, dt.time]]) -> bool:
    """Tell whether daily spans overlap or end before they begin; midnight ends the day."""
    minutes = sorted((a.hour * 60 + a.minute, b.hour * 60 + b.minute or 24 * 60) for a, b in clocks)
    backwards = any(b != MIDNIGHT and b <= a for a, b in clocks)
    return backwards or any(after[0] < before[1] for before, after in pairwise(minutes))


def left_of(held: Span, new: Span) -> list[Span]:
    """Return what is left of a row's days before and after a change."""
    pieces = []
    if new.first is not None and (held.first is None or held.first < new.first):
        pieces.append(Span(held.first, _least(held.after, new.first)))
    if new.after is not None and (held.after is None or new.after < held.after):
        first = new.after if held.first is None else max(held.first, new.after)
        pieces.append(Span(first, held.after))
    return pieces


def _least(one: dt.date | None, other: dt.date) -> dt.date:
    return other if one is None else min(one, other)


def _cut(rows: Sequence[Row], same: Callable[[Row], bool], by: Span) -> list[Row]:
    kept: list[Row] = []
    for row in rows:
        pieces = left_of(row.span, by) if same(row) else [row.span]
        kept += [replace(row, span=piece) for piece in pieces]
    return kept


def hours_of(change: Change, draft: HoursDraft) -> list[HoursRule]:
    """Return the rules that a draft of hours says."""
    return [
        HoursRule(
            change.zone_id, change.span, opens, closes, draft.free_weekdays,
            draft.in_ramadan, draft.on_holidays,
        )
        for opens, closes in draft.clocks
    ]  # fmt: skip


def with_change(book: ZoneBook, change: Change) -> ZoneBook:
    """Return the book as it would be with a change."""
    draft, zone_id = change.draft, change.zone_id
    hours, prices, terms = book.hours, book.prices, book.all_terms
    if isinstance(draft, HoursDraft):
        ramadan = draft.in_ramadan
        kept = _cut(
            hours,
            lambda row: row.zone_id == zone_id and row.in_ramadan == ramadan,
            change.span,
        )
        hours = [*kept, *hours_of(change, draft)]
    elif isinstance(draft, PriceDraft):
        price = Price(
            change.number, change.span, draft.amount_baisa, draft.per_minutes, change.source
        )
        held = _cut(prices, lambda row: row.zone_code == change.number, change.span)
        prices = [*held, price]
    else:
        own = Terms(zone_id, change.span, draft.step, draft.least, draft.most)
        terms = [*_cut(terms, lambda row: row.zone_id == zone_id, change.span), own]
    return book.with_rules(hours=hours, prices=prices, terms=terms)
