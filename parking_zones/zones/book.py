"""The zone book: every version of every zone with its hours and prices, kept in the process.

A city has hundreds of zones, not millions; so the question "which zone is this?" is answered
from memory, after one short look whether a table has changed (municipality.places.stamps).
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

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
from parking_zones.pricing.models import PaidHours
from parking_zones.pricing.paid_hours import HoursRule
from parking_zones.zones.models import ZoneVersion


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
class Price:
    """A dated price of parking: ``amount_baisa`` buys ``per_minutes``."""

    zone_code: str
    span: Span
    amount_baisa: int
    per_minutes: int | None
    source: str


class ZoneBook:
    """All zone versions with a spatial index, the paid hours, the prices and the calendar."""

    def __init__(
        self,
        versions: Sequence[ZoneOnDay],
        hours: Sequence[HoursRule],
        prices: Sequence[Price],
        calendar: CityCalendar,
    ) -> None:
        self.versions = versions
        self.hours = hours
        self.calendar = calendar
        self._prices = prices
        self._tree = shapely.STRtree([version.boundary for version in versions])

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
        holding = [version for version in self.versions if version.span.holds_on(day)]
        if not holding:
            return None
        away = shapely.distance(np.array([version.boundary for version in holding]), point)
        return holding[int(np.argmin(away))]

    def price(self, *, number: str, day: dt.date) -> Price | None:
        """Return the zone's own price on a day, else the city's; None is a gap in the table."""
        holding = [price for price in self._prices if price.span.holds_on(day)]
        for code in (number, ""):
            for price in holding:
                if price.zone_code == code:
                    return price
        return None


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
        )
        for row in PaidHours.objects.order_by("valid", "part")
    ]
    prices = [
        Price(row.zone_code, span(row.valid), row.amount_baisa, row.per_minutes, row.source)
        for row in Tariff.objects.filter(kind=TariffKind.PARKING).order_by("valid")
    ]
    return ZoneBook(versions, hours, prices, read_calendar())


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
