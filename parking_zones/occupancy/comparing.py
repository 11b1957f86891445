"""Before and after a change of price, zone by zone: what a planner reads off it. Pure."""

import datetime as dt
from dataclasses import dataclass

from municipality.baisa import Baisa, share
from parking_zones.occupancy.queries import Use, ZoneUse
from parking_zones.zones.book import ZoneBook

HOUR = 60  # minutes
SAME_PCT = 1.0  # a smaller difference is told as none


@dataclass(frozen=True, slots=True)
class Compared:
    """One zone before and after; percents are of what was before, None where that is nothing."""

    before: ZoneUse
    after: ZoneUse
    hour_before: int | None
    hour_after: int | None
    days: int

    @property
    def revenue_pct(self) -> float | None:
        """How much more it takes in."""
        return _pct(self.before.baisa(), self.after.baisa())

    @property
    def minutes_pct(self) -> float | None:
        """How many more paid minutes are bought."""
        return _pct(float(self.before.taken.sum()), float(self.after.taken.sum()))

    @property
    def price_pct(self) -> float | None:
        """How much dearer an hour is."""
        if self.hour_before is None or self.hour_after is None:
            return None
        return _pct(self.hour_before, self.hour_after)

    @property
    def elasticity(self) -> float | None:
        """Percent of minutes for each percent of price; None where the price did not change."""
        price, minutes = self.price_pct, self.minutes_pct
        return None if not price or minutes is None else minutes / price

    @property
    def tone(self) -> str:
        """Tell whether it takes in more, less or the same; ``unknown`` where nothing was before."""
        found = self.revenue_pct
        if found is None:
            return "unknown"
        return "same" if abs(found) < SAME_PCT else "more" if found > 0 else "less"


def _pct(before: float, after: float) -> float | None:
    return 100 * (after - before) / before if before else None


def _hour(book: ZoneBook, number: str, day: dt.date) -> int | None:
    price = book.price(number=number, day=day)
    if price is None:
        return None
    return share(Baisa(price.amount_baisa), numerator=HOUR, denominator=price.per_minutes)


def compare(*, before: Use, after: Use, book: ZoneBook) -> list[Compared]:
    """Return the zones that hold in both spans, which are of one length."""
    was = {one.zone.zone_id: one for one in before.zones}
    return [
        Compared(
            was[one.zone.zone_id],
            one,
            _hour(book, one.zone.number, before.first),
            _hour(book, one.zone.number, after.first),
            (after.after - after.first).days,
        )
        for one in after.zones
        if one.zone.zone_id in was
    ]


def changes_of_price(book: ZoneBook, *, until: dt.date) -> list[dt.date]:
    """Return the days on which a price began, the latest first, that lie before a day."""
    began = {price.span.first for price in book.prices if price.span.first is not None}
    return sorted((day for day in began if day < until), reverse=True)
