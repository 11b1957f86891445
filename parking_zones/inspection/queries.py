"""``may_stand``: the place, the hours and the rights of one moment, read and judged."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from shapely.geometry import Point

from municipality.located import Candidate, Place
from municipality.stored import geos_of
from parking_zones.inspection.verdict import InZone, Right, Verdict, judge
from parking_zones.parking_permits.models import PermitKind
from parking_zones.parking_permits.queries import PermitRight, permits_of
from parking_zones.plates import Plate, near_keys, near_misses, plate_of_key
from parking_zones.pricing.charge import Price
from parking_zones.zones.book import ZoneBook, ZoneOnDay, zone_book
from parking_zones.zones.models import Bay, Zone
from parking_zones.zones.queries import charge_in, city_time, zone_at

TICKETS = """
SELECT number, zone_id, state = 'paid', ends_at FROM parking_zones_parkingticket
WHERE plate_key = %s AND ends_at > %s AND starts_at <= %s AND state <> 'lapsed'
ORDER BY ends_at DESC
"""


LIVE_AMONG = """
SELECT plate_key FROM parking_zones_parkingticket
WHERE plate_key = ANY(%(keys)s) AND ends_at > %(at)s AND state <> 'lapsed'
UNION
SELECT plate_key FROM parking_zones_permitvehicle
WHERE plate_key = ANY(%(keys)s) AND valid @> %(at)s::timestamptz
"""


@dataclass(frozen=True, slots=True)
class TicketRight:
    """A ticket of a plate that runs; ``zone_id`` None: bought without a place."""

    number: str
    zone_id: int | None
    is_paid: bool
    until: dt.datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """One candidate zone with what was judged in it."""

    candidate: Candidate[ZoneOnDay]
    state: InZone
    price: Price | None


@dataclass(frozen=True, slots=True)
class Answer:
    """May a plate stand at a place: the verdict and everything it was drawn from."""

    verdict: Verdict
    place: Place
    zones: tuple[Judged, ...]
    nearest: Candidate[ZoneOnDay] | None
    rights: tuple[Right, ...]
    at: dt.datetime

    @property
    def zone(self) -> Judged | None:
        """The one zone the position may lie in; None where there is none or more than one."""
        return self.zones[0] if len(self.zones) == 1 else None

    @property
    def covering(self) -> tuple[Right, ...]:
        """The rights that are good in every zone the position may lie in."""
        if not self.zones:
            return ()
        return tuple(
            right
            for right in self.rights
            if all(right in judged.state.covering for judged in self.zones)
        )


def tickets_of(*, plate_key: str, at: dt.datetime) -> list[TicketRight]:
    """Return the tickets of a plate that run at an aware moment, paid or still asked for."""
    with connection.cursor() as cursor:
        cursor.execute(TICKETS, [plate_key, at, at])
        return [TicketRight(*row) for row in cursor.fetchall()]


def _bays_near(permits: Sequence[PermitRight], point: Point, accuracy_m: float) -> set[int]:
    """Return the reserved bays of these permits that the position may lie in."""
    bays = [permit.bay_id for permit in permits if permit.bay_id is not None]
    if not bays:
        return set()
    near = Bay.objects.filter(pk__in=bays, shape__dwithin=(geos_of(point), accuracy_m))
    return set(near.values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class _Rights:
    """What a plate has at a moment, as it is good in one zone or another."""

    tickets: Sequence[TicketRight]
    permits: Sequence[PermitRight]
    bays: set[int]
    numbers: dict[int, str]

    def of_ticket(self, ticket: TicketRight) -> Right:
        """Write a ticket as a right; one that is asked for may yet be paid."""
        where = self.numbers.get(ticket.zone_id or 0, "")
        paid = True if ticket.is_paid else None
        return Right("ticket", ticket.number, where, ticket.until, paid)

    def of_permit(self, permit: PermitRight) -> Right:
        """Write a permit as a right."""
        where = self.numbers.get(permit.zone_id or 0, "")
        return Right("permit", permit.number, where, permit.until)

    def _permit_is_good(self, permit: PermitRight, zone: ZoneOnDay) -> bool:
        if permit.kind == PermitKind.RESERVED_BAY:
            return permit.bay_id in self.bays
        if permit.kind == PermitKind.ALL_ZONES:
            return True
        return permit.zone_id == zone.zone_id

    def covering(self, zone: ZoneOnDay, book: ZoneBook, *, day: dt.date) -> tuple[Right, ...]:
        """Return what is good in one zone; a zone by permit takes no tickets."""
        tickets = [
            self.of_ticket(one)
            for one in self.tickets
            if book.is_good_in(one.zone_id, zone, day=day)
        ]
        permits = [self.of_permit(one) for one in self.permits if self._permit_is_good(one, zone)]
        return (*permits, *tickets)

    @property
    def all(self) -> tuple[Right, ...]:
        """Everything, wherever it is good."""
        permits = (self.of_permit(one) for one in self.permits)
        return (*permits, *(self.of_ticket(one) for one in self.tickets))


def may_stand(*, plate_key: str, point: Point, accuracy_m: float, at: dt.datetime) -> Answer:
    """Say whether a plate may stand at a METRIC point with its accuracy, at an aware moment.

    Zones, hours and rights are those of that moment.  Raises NoCalendar for a moment that the
    municipality's calendar does not reach.
    """
    book, day = zone_book(), city_time(at).date()
    place = zone_at(point=point, accuracy_m=accuracy_m, at=at)
    permits = permits_of(plate_key=plate_key, at=at)
    rights = _Rights(
        tickets_of(plate_key=plate_key, at=at),
        permits,
        _bays_near(permits, point, accuracy_m),
        {zone.zone_id: zone.number for zone in book.on_day(day)},
    )
    zones = tuple(_judged(candidate, rights, book, at=at) for candidate in place.located.candidates)
    verdict = judge(place.located.result, [judged.state for judged in zones])
    return Answer(verdict, place.located.result, zones, place.nearest, rights.all, at)


def _judged(
    candidate: Candidate[ZoneOnDay], rights: _Rights, book: ZoneBook, *, at: dt.datetime
) -> Judged:
    zone = candidate.feature
    charge = charge_in(book=book, zone=zone, at=at)
    state = InZone(
        number=zone.number,
        by_permit=zone.kind == Zone.Kind.PERMIT,
        paid_now=charge.now.paid,
        changes_at=charge.now.until,
        covering=rights.covering(zone, book, day=city_time(at).date()),
    )
    return Judged(candidate, state, charge.price)


def near_plates(*, plate: Plate, at: dt.datetime) -> list[Plate]:
    """Return the plates with a right now that a slip of the thumb may have meant, best first."""
    with connection.cursor() as cursor:
        cursor.execute(LIVE_AMONG, {"keys": near_keys(plate), "at": at})
        live = {key for (key,) in cursor.fetchall()}
    return [plate_of_key(key) for key in near_misses(plate, among=live)]
