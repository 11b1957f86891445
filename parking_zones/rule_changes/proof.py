"""The proof of a change before it is set: what each minute of the years ahead would be. Pure.

A change may leave no minute without a rule that had one (``worse``); what lacked a rule before and
still does is told.  Zones without rules of their own are alike, so one of them stands for all.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from parking_zones.pricing.year import Gap, Regime, year_of
from parking_zones.rule_changes.drafts import Change, with_change
from parking_zones.zones.book import Terms, ZoneBook, ZoneOnDay

YEARS = 2  # the year in which a change begins, and the next: every day of a year from any day on


@dataclass(frozen=True, slots=True)
class Proof:
    """The years of one zone with a change, and the minutes without a rule before and after it."""

    zone: ZoneOnDay
    regimes: tuple[Regime[Terms], ...]
    gap_before: int
    gap_after: int

    @property
    def is_worse(self) -> bool:
        """Tell whether the change takes the rule from a minute."""
        return self.gap_after > self.gap_before


def regimes_of(book: ZoneBook, zone: ZoneOnDay, first: dt.date) -> list[Regime[Terms]]:
    """Return the regimes of the years from the one of ``first`` on."""
    return [
        regime
        for year in range(first.year, first.year + YEARS)
        for regime in year_of(
            year,
            rules=book.rules(zone),
            terms_on=lambda day: book.terms(zone_id=zone.zone_id, day=day),
        )
    ]


def gap_of(regimes: Iterable[Regime[Terms]]) -> int:
    """Return the minutes without a rule; days for which nobody wrote the calendar are not ours."""
    return sum(one.gap for one in regimes if one.gaps != {Gap.CALENDAR})


def _alike(book: ZoneBook, zone: ZoneOnDay) -> object:
    """Return what tells zones apart that have rules of their own; equal for all that have none."""
    own = (
        any(row.zone_id == zone.zone_id for row in book.hours),
        any(row.zone_code == zone.number for row in book.prices),
        any(row.zone_id == zone.zone_id for row in book.all_terms),
    )
    return zone.number if any(own) else ""


def concerned(book: ZoneBook, change: Change) -> list[ZoneOnDay]:
    """Return the zones that a change may touch, one for all that are alike."""
    first = change.span.first or dt.date.min
    zones = [
        zone
        for zone in book.versions
        if zone.kind == "paid"
        and (zone.span.after is None or zone.span.after > first)
        and change.number in ("", zone.number)
    ]
    found: dict[object, ZoneOnDay] = {}
    for zone in zones:
        found.setdefault(_alike(book, zone), zone)
    return list(found.values())


def prove(book: ZoneBook, change: Change) -> list[Proof]:
    """Return the proof of each zone that a change may touch."""
    after, first = with_change(book, change), change.span.first or dt.date.min
    found = []
    for zone in concerned(book, change):
        regimes = regimes_of(after, zone, first)
        before = gap_of(regimes_of(book, zone, first))
        found.append(Proof(zone, tuple(regimes), before, gap_of(regimes)))
    return found
