"""The zone book: every version of every zone with its hours and prices, kept in the process.

A city has hundreds of zones, not millions; so the question "which zone is this?" is answered
from memory, after one short look whether a table has changed (municipality.places.stamps).
"""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import numpy as np
import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from municipality import crs
from municipality.billing.models import Tariff
from municipality.billing.tariffs.models import TariffKind
from municipality.calendar.queries import read_calendar, span
from municipality.calendar.rest_days import CityCalendar, Span
from municipality.places.stamps import Kept
from municipality.stored import shape_of
from parking_zones.curb_rules.bans import Ban, BanRule
from parking_zones.curb_rules.models import CurbBan
from parking_zones.pricing.charge import Price, Rules
from parking_zones.pricing.models import PaidHours, TicketTerms
from parking_zones.pricing.paid_hours import HoursRule
from parking_zones.tickets.models import GoodIn
from parking_zones.zones.models import Zone, ZoneVersion


@dataclass(frozen=True, slots=True)
class ZoneOnDay:
    """One version of a zone, as a value; ``boundary`` in METRIC."""

    zone_id: int
    number: str
    kind: str
    name_ar: str
    name_en: str
    version: int
    span: Span
    boundary: BaseGeometry
    source: str


@dataclass(frozen=True, slots=True)
class Terms:
    """How long a ticket may be bought for, in whole minutes; ``zone_id`` None: every zone."""

    zone_id: int | None
    span: Span
    step: int
    least: int
    most: int


@dataclass(frozen=True, slots=True)
class Goodness:
    """A ticket of one zone (None: of no place) is good in another (None: all at the city price)."""

    ticket_zone_id: int | None
    in_zone_id: int | None
    span: Span


class _Dated(Protocol):
    @property
    def span(self) -> Span: ...


Row = TypeVar("Row", bound=_Dated)


def _own_else_all(
    rows: Sequence[Row], day: dt.date, whose: Sequence[object], of: Callable[[Row], object]
) -> Row | None:
    """Return the row of a day that is a zone's own, else that of all zones (``whose`` in turn)."""
    holding = [row for row in rows if row.span.holds_on(day)]
    return next((row for one in whose for row in holding if of(row) == one), None)


class ZoneBook:
    """All zone versions with a spatial index, and what prices a stay: hours, prices, calendar."""

    def __init__(
        self,
        versions: Sequence[ZoneOnDay],
        hours: Sequence[HoursRule],
        prices: Sequence[Price],
        terms: Sequence[Terms],
        goodness: Sequence[Goodness],
        calendar: CityCalendar,
    ) -> None:
        self.versions = versions
        self.hours = hours
        self.calendar = calendar
        self.prices = prices
        self.all_terms = terms
        self._goodness = goodness
        self._tree = shapely.STRtree([version.boundary for version in versions])
        self.bans: Sequence[Ban] = ()
        self._bans = shapely.STRtree([])

    def with_rules(
        self, *, hours: Sequence[HoursRule], prices: Sequence[Price], terms: Sequence[Terms]
    ) -> "ZoneBook":
        """Return the same zones under other rules, as they would be with a change."""
        made = ZoneBook(self.versions, hours, prices, terms, self._goodness, self.calendar)
        return made.with_bans(self.bans)

    def with_bans(self, bans: Sequence[Ban]) -> "ZoneBook":
        """Put bans on parking into a book that is being made; returns it."""
        self.bans, self._bans = bans, shapely.STRtree([ban.strip for ban in bans])
        return self

    def bans_near(self, shape: BaseGeometry, *, within_m: float, day: dt.date) -> list[Ban]:
        """Return the bans of a day whose strip comes within some metres of a METRIC shape."""
        if not self.bans:
            return []
        found = self._bans.query(shape, predicate="dwithin", distance=within_m)
        return [self.bans[i] for i in np.sort(found) if self.bans[i].span.holds_on(day)]

    def near(self, point: Point, *, within_m: float, day: dt.date) -> list[ZoneOnDay]:
        """Return the versions of that day whose box comes within some metres of a point."""
        box = shapely.box(
            point.x - within_m, point.y - within_m, point.x + within_m, point.y + within_m
        )
        found = [self.versions[index] for index in self._tree.query(box)]
        return [version for version in found if version.span.holds_on(day)]

    def touching(self, shape: BaseGeometry, *, day: dt.date) -> list[ZoneOnDay]:
        """Return the versions of that day that meet a METRIC shape."""
        found = self._tree.query(shape, predicate="intersects")
        return [self.versions[i] for i in found if self.versions[i].span.holds_on(day)]

    def nearest(self, point: Point, *, day: dt.date) -> ZoneOnDay | None:
        """Return the version of that day nearest to a point; None where no zone holds."""
        for index in np.sort(self._tree.query_nearest(point)):
            if self.versions[index].span.holds_on(day):
                return self.versions[int(index)]
        holding = self.on_day(day)
        if not holding:
            return None
        away = shapely.distance(np.array([version.boundary for version in holding]), point)
        return holding[int(np.argmin(away))]

    def price(self, *, number: str, day: dt.date) -> Price | None:
        """Return the zone's own price on a day, else the city's; None is a gap in the table."""
        return _own_else_all(self.prices, day, (number, ""), lambda price: price.zone_code)

    def terms(self, *, zone_id: int | None, day: dt.date) -> Terms | None:
        """Return how long tickets of a zone are on a day; None is a gap in the table."""
        return _own_else_all(self.all_terms, day, (zone_id, None), lambda terms: terms.zone_id)

    def rules(self, zone: ZoneOnDay | None) -> Rules:
        """Return what prices a stay in a zone; None: in no zone in particular, as the city does."""
        zone_id, number = (None, "") if zone is None else (zone.zone_id, zone.number)
        return Rules(
            zone_id, self.hours, self.calendar, lambda day: self.price(number=number, day=day)
        )

    def is_good_in(self, ticket_zone_id: int | None, zone: ZoneOnDay, *, day: dt.date) -> bool:
        """Tell whether a ticket of a zone (None: of none) is good in a paid zone on a day."""
        if zone.kind != Zone.Kind.PAID:
            return False
        if ticket_zone_id == zone.zone_id:
            return True
        price = self.price(number=zone.number, day=day)
        at_city_price = price is not None and price.zone_code == ""
        return any(
            said.ticket_zone_id == ticket_zone_id
            and (said.in_zone_id == zone.zone_id or (said.in_zone_id is None and at_city_price))
            for said in self._goodness
            if said.span.holds_on(day)
        )

    def good_zones(self, ticket_zone_id: int | None, *, day: dt.date) -> list[ZoneOnDay]:
        """Return the zones of a day in which a ticket of a zone (None: of none) is good."""
        zones = self.on_day(day)
        said = any(
            one.ticket_zone_id == ticket_zone_id and one.span.holds_on(day)
            for one in self._goodness
        )
        if not said:  # in its own alone: no need to price every other
            zones = [zone for zone in zones if zone.zone_id == ticket_zone_id]
        return [zone for zone in zones if self.is_good_in(ticket_zone_id, zone, day=day)]

    def on_day(self, day: dt.date) -> list[ZoneOnDay]:
        """Return the zones as they hold on a day, by their numbers."""
        return [version for version in self.versions if version.span.holds_on(day)]

    def numbered(self, number: str, *, day: dt.date) -> ZoneOnDay | None:
        """Return the zone of a number on the sign as it holds on a day."""
        return next((zone for zone in self.on_day(day) if zone.number == number), None)


def read_book() -> ZoneBook:
    """Read the zone book from its tables."""
    versions = [
        ZoneOnDay(
            zone_id=row.zone_id,
            number=row.zone.number,
            kind=row.zone.kind,
            name_ar=row.zone.name_ar,
            name_en=row.zone.name_en,
            version=row.version,
            span=span(row.valid),
            boundary=shape_of(row.boundary),
            source=row.source,
        )
        for row in ZoneVersion.objects.select_related("zone").order_by("zone__number", "version")
    ]
    hours = [
        HoursRule(
            zone_id=row.zone_id,
            span=span(row.valid),
            opens=row.opens,
            closes=row.closes,
            free_weekdays=None if row.free_weekdays is None else frozenset(row.free_weekdays),
            in_ramadan=row.in_ramadan,
            on_holidays=row.on_holidays,
        )
        for row in PaidHours.objects.order_by("valid", "part")
    ]
    prices = [
        Price(row.zone_code, span(row.valid), row.amount_baisa, row.per_minutes, row.source)
        for row in Tariff.objects.filter(kind=TariffKind.PARKING).order_by("valid")
        if row.per_minutes is not None
    ]
    terms = [
        Terms(row.zone_id, span(row.valid), row.step_minutes, row.least_minutes, row.most_minutes)
        for row in TicketTerms.objects.order_by("valid")
    ]
    goodness = [
        Goodness(row.ticket_zone_id, row.in_zone_id, span(row.valid))
        for row in GoodIn.objects.order_by("valid")
    ]
    bans = [
        Ban(
            rule=BanRule(row.weekday, row.opens, row.closes, tuple(row.weeks), row.on_holidays),
            span=span(row.valid),
            street=row.street,
            side=row.side,
            source=row.source,
            strip=shape_of(row.strip),
        )
        for row in CurbBan.objects.order_by("pk")
    ]
    return ZoneBook(versions, hours, prices, terms, goodness, read_calendar()).with_bans(bans)


_KEPT = Kept(read_book, "zones", "tariffs", "calendar")


def zone_book() -> ZoneBook:
    """Return the zone book as the tables stand now (one short query when nothing changed)."""
    return _KEPT.get()


def edge_in_disc(boundary: BaseGeometry, point: Point, accuracy_m: float) -> BaseGeometry | None:
    """Return the stretch of a boundary within the accuracy of a position, in lon/lat."""
    if accuracy_m <= 0:
        return None
    stretch = shapely.intersection(boundary.boundary, point.buffer(accuracy_m, quad_segs=32))
    lines = shapely.line_merge(shapely.multilinestrings(_lines(stretch)))
    if lines.is_empty:
        return None
    lonlat: BaseGeometry = crs.from_metric([lines])[0]
    return lonlat


def _lines(shape: BaseGeometry) -> list[BaseGeometry]:
    return [part for part in shapely.get_parts(shape) if part.geom_type == "LineString"]
