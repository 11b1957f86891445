"""Which parking zone is this, and what does it cost now?"""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from municipality.conf import PROFILE
from municipality.located import Candidate, Located, locate, signed_distance_m
from parking_zones.pricing.charge import Price
from parking_zones.pricing.paid_hours import PaidNow, paid_at
from parking_zones.zones.book import ZoneBook, ZoneOnDay, zone_book

SLIVER_SHARE = 0.001  # of a shape: less than this in a zone is a drawing difference, not a part


@dataclass(frozen=True, slots=True)
class Charge:
    """What holds in a zone at a moment: the price and whether it is asked for now."""

    price: Price | None
    now: PaidNow


@dataclass(frozen=True, slots=True)
class ZoneAnswer:
    """The four answers for a disc, what parking costs there, and the nearest zone when outside."""

    located: Located[ZoneOnDay]
    charge: Charge | None
    nearest: Candidate[ZoneOnDay] | None
    at: dt.datetime


class Share(StrEnum):
    """How a shape (a plot) lies to the zones."""

    INSIDE = "inside"
    PARTLY = "near_edge"
    SEVERAL = "ambiguous"
    OUTSIDE = "outside"


def city_time(at: dt.datetime) -> dt.datetime:
    """Turn an aware moment into the city's own time."""
    return at.astimezone(PROFILE.time_zone)


def city_midnight(at: dt.datetime) -> dt.datetime:
    """Return when the city's day of an aware moment began."""
    return city_time(at).replace(hour=0, minute=0, second=0, microsecond=0)


def _free_at(price: Price) -> PaidNow:
    """Say that nothing is paid as long as a price of nothing holds."""
    ends = price.span.after
    if ends is None:
        return PaidNow(False, None)
    return PaidNow(False, dt.datetime.combine(ends, dt.time(), PROFILE.time_zone))


def charge_in(*, book: ZoneBook, zone: ZoneOnDay, at: dt.datetime) -> Charge:
    """Return price and paid hours of one zone at an aware moment.

    At a price of nothing (a time limit alone) parking is free whatever the clock says, so that no
    violation follows from a ticket that nobody sells.
    """
    local = city_time(at)
    price = book.price(number=zone.number, day=local.date())
    now = paid_at(at=local, zone_id=zone.zone_id, rules=book.hours, calendar=book.calendar)
    if price is not None and not price.amount_baisa and now.paid:
        now = _free_at(price)
    return Charge(price=price, now=now)


def _common_charge(book: ZoneBook, zones: list[ZoneOnDay], at: dt.datetime) -> Charge | None:
    """Return the charge all candidates agree on; None where they differ or there are none."""
    charges = [charge_in(book=book, zone=zone, at=at) for zone in zones]
    return charges[0] if charges and all(charge == charges[0] for charge in charges) else None


def place_in(
    book: ZoneBook, point: Point, accuracy_m: float, *, day: dt.date
) -> tuple[Located[ZoneOnDay], Candidate[ZoneOnDay] | None]:
    """Return how a disc (METRIC, metres) lies to the zones of a day; outside all, the nearest."""
    near = book.near(point, within_m=accuracy_m, day=day)
    located = locate(
        point=point, accuracy_m=accuracy_m, features=[(zone, zone.boundary) for zone in near]
    )
    nearest = None
    if not located.candidates and (zone := book.nearest(point, day=day)) is not None:
        nearest = Candidate(zone, signed_distance_m(zone.boundary, point))
    return located, nearest


def zone_at(*, point: Point, accuracy_m: float, at: dt.datetime) -> ZoneAnswer:
    """Answer for a METRIC point with its accuracy in metres, at an aware moment.

    Zones are those of the day of ``at`` in the city; the charge is given when every zone the
    disc touches agrees on it (spatial.md §2: nothing that costs money from an unclear place).
    """
    book = zone_book()
    located, nearest = place_in(book, point, accuracy_m, day=city_time(at).date())
    zones = [candidate.feature for candidate in located.candidates]
    return ZoneAnswer(located, _common_charge(book, zones, at), nearest, at)


def zones_of(
    *, shape: BaseGeometry, at: dt.datetime
) -> tuple[Share, list[ZoneOnDay], Charge | None]:
    """Say how a METRIC polygon lies to the zones of a moment, and what parking costs there."""
    book, day = zone_book(), city_time(at).date()
    shares = [
        (zone, float(shapely.area(shapely.intersection(zone.boundary, shape))) / shape.area)
        for zone in book.touching(shape, day=day)
    ]
    real = [(zone, part) for zone, part in shares if part > SLIVER_SHARE]
    real.sort(key=lambda row: -row[1])
    zones = [zone for zone, _ in real]
    if not zones:
        return Share.OUTSIDE, [], None
    charge = _common_charge(book, zones, at)
    if len(zones) > 1:
        return Share.SEVERAL, zones, charge
    return (Share.INSIDE if real[0][1] >= 1 - SLIVER_SHARE else Share.PARTLY), zones, charge
