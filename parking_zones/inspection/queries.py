"""``may_stand``: the place, the hours and the rights of one moment, read and judged."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from shapely.geometry import Point

from municipality.billing.payments import graph
from municipality.located import Candidate, Place, signed_distance_m
from municipality.prepared import Prepared
from municipality.stored import geos_of
from parking_zones.curb_rules.bans import BanNow, ban_now
from parking_zones.inspection.verdict import InZone, Right, Verdict, judge, of_reading, with_ban
from parking_zones.near_plates import near_keys, near_misses
from parking_zones.parking_permits.models import PermitKind
from parking_zones.plates import Plate, plate_of_key
from parking_zones.pricing.charge import Price
from parking_zones.zones.bays import zone_id_of_bay
from parking_zones.zones.book import ZoneBook, ZoneOnDay, zone_book
from parking_zones.zones.models import Bay, Zone
from parking_zones.zones.queries import charge_in, city_time, place_in

# One question for the clock and everything the plate has: an inspector waits for the answer.
RIGHTS = Prepared(
    "rights_of_plate",
    """
SELECT moment.at, held.* FROM (SELECT coalesce(%(at)s::timestamptz, clock_timestamp()) AS at)
AS moment LEFT JOIN LATERAL (
  SELECT 'ticket', number, '', zone_id, NULL::bigint, state = 'paid', ends_at
  FROM parking_zones_parkingticket
  WHERE plate_key = %(plate)s AND ends_at > moment.at AND starts_at <= moment.at
    AND asked_at <= moment.at -- nobody buys what covers the seconds before the purchase
    AND (state = 'paid' OR (state = 'asked' AND (channel = 'sms' OR EXISTS (
      SELECT FROM billing_bill b JOIN billing_charge c ON c.bill_id = b.id
      WHERE b.subject = 'parking_ticket/' || parking_zones_parkingticket.id
        AND c.state = ANY(%(in_flight)s)))))
  UNION ALL
  SELECT 'permit', p.number, v.kind, v.zone_id, v.bay_id, true, upper(v.valid)
  FROM parking_zones_permitvehicle v JOIN parking_zones_parkingpermit p ON p.id = v.permit_id
  WHERE v.plate_key = %(plate)s AND v.valid @> moment.at
) AS held ON true
""",
    {"plate": "text", "at": "timestamptz", "in_flight": "text[]"},
)
AHEAD = dt.timedelta(days=1)  # a ban that begins within it ends a yes
IN_FLIGHT = list(graph.IN_FLIGHT)  # a request that nobody is paying for hinders nobody
LIVE_AMONG = """
SELECT plate_key FROM parking_zones_parkingticket
WHERE plate_key = ANY(%(keys)s) AND ends_at > %(at)s AND state <> 'lapsed'
UNION
SELECT plate_key FROM parking_zones_permitvehicle
WHERE plate_key = ANY(%(keys)s) AND valid @> %(at)s::timestamptz
"""


@dataclass(frozen=True, slots=True)
class Held:
    """A ticket or a permit of a plate that is good now, wherever that is.

    ``kind`` is that of a permit; ``zone_id`` None: a ticket without a place, or a permit for all
    zones or for a bay.  A ticket that is not paid yet may still be.
    """

    what: str
    number: str
    kind: str
    zone_id: int | None
    bay_id: int | None
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
    """May a plate stand at a place: the verdict and everything it was drawn from.

    ``by_zone`` is the verdict of zones and rights alone, without what ``ban`` forbids.
    """

    verdict: Verdict
    place: Place
    zones: tuple[Judged, ...]
    nearest: Candidate[ZoneOnDay] | None
    rights: tuple[Right, ...]
    at: dt.datetime
    by_zone: Verdict
    ban: BanNow

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


def rights_of(*, plate_key: str, at: dt.datetime | None = None) -> tuple[dt.datetime, list[Held]]:
    """Return what a plate has at an aware moment, None: now by the database's clock; and which."""
    rows = RIGHTS.rows({"plate": plate_key, "at": at, "in_flight": IN_FLIGHT})
    return rows[0][0], [Held(*row[1:]) for row in rows if row[1] is not None]


def _bays_near(held: Sequence[Held], point: Point, accuracy_m: float) -> set[int]:
    """Return the reserved bays of these permits that the position may lie in."""
    bays = [one.bay_id for one in held if one.bay_id is not None]
    if not bays:
        return set()
    near = Bay.objects.filter(pk__in=bays, shape__dwithin=(geos_of(point), accuracy_m))
    return set(near.values_list("pk", flat=True))


@dataclass(frozen=True, slots=True)
class _Rights:
    """What a plate has at a moment, as it is good in one zone or another."""

    held: Sequence[Held]
    bays: set[int]
    book: ZoneBook
    day: dt.date

    def right(self, one: Held) -> Right:
        """Write what is held as a right, with the number of its zone."""
        zone_id = self._zone_of(one)
        zones = () if zone_id is None else self.book.on_day(self.day)
        where = next((zone.number for zone in zones if zone.zone_id == zone_id), "")
        return Right(one.what, one.number, where, one.until, True if one.is_paid else None)

    def _zone_of(self, one: Held) -> int | None:
        """Return the zone of a right: that of a bay is where the bay lies on the day."""
        if one.bay_id is None:
            return one.zone_id
        return zone_id_of_bay(Bay.objects.get(pk=one.bay_id), on=self.day)

    def _is_good(self, one: Held, zone: ZoneOnDay) -> bool:
        if one.what == "ticket":
            return self.book.is_good_in(one.zone_id, zone, day=self.day)
        if one.kind == PermitKind.RESERVED_BAY:
            return one.bay_id in self.bays
        return one.kind == PermitKind.ALL_ZONES or one.zone_id == zone.zone_id

    def covering(self, zone: ZoneOnDay) -> tuple[Right, ...]:
        """Return what is good in one zone; a zone by permit takes no tickets."""
        return tuple(self.right(one) for one in self.held if self._is_good(one, zone))

    @property
    def all(self) -> tuple[Right, ...]:
        """Everything, wherever it is good."""
        return tuple(self.right(one) for one in self.held)


def may_stand(
    *, plate_key: str, point: Point, accuracy_m: float, at: dt.datetime | None = None
) -> Answer:
    """Say whether a plate may stand at a METRIC point with its accuracy, at an aware moment.

    ``at`` None: now, by the database's clock.  Zones, hours and rights are those of that moment.
    Raises NoCalendar for a moment that the municipality's calendar does not reach.
    """
    moment, held = rights_of(plate_key=plate_key, at=at)
    book, day = zone_book(), city_time(moment).date()
    located, nearest = place_in(book, point, accuracy_m, day=day)
    rights = _Rights(held, _bays_near(held, point, accuracy_m), book, day)
    zones = tuple(_judged(one, rights, at=moment) for one in located.candidates)
    verdict = of_reading(judge(located.result, [judged.state for judged in zones]), accuracy_m)
    ban = _ban(book, point, accuracy_m, at=moment)
    told = with_ban(verdict, ban)
    return Answer(told, located.result, zones, nearest, rights.all, moment, verdict, ban)


def _ban(book: ZoneBook, point: Point, accuracy_m: float, *, at: dt.datetime) -> BanNow:
    """Return what bans say of a position now, and whether one begins within a day."""
    day = city_time(at).date()
    found = book.bans_near(point, within_m=accuracy_m, day=day)
    near = [(ban, signed_distance_m(ban.strip, point) >= accuracy_m) for ban in found]
    return ban_now(near, at, at + AHEAD, book.calendar)


def _judged(candidate: Candidate[ZoneOnDay], rights: _Rights, *, at: dt.datetime) -> Judged:
    zone = candidate.feature
    charge = charge_in(book=rights.book, zone=zone, at=at)
    state = InZone(
        number=zone.number,
        by_permit=zone.kind == Zone.Kind.PERMIT,
        paid_now=charge.now.paid,
        changes_at=charge.now.until,
        covering=rights.covering(zone),
    )
    return Judged(candidate, state, charge.price)


def near_plates(*, plate: Plate, at: dt.datetime) -> list[Plate]:
    """Return the plates with a right now that a slip of the thumb may have meant, best first."""
    with connection.cursor() as cursor:
        cursor.execute(LIVE_AMONG, {"keys": near_keys(plate), "at": at})
        live = {key for (key,) in cursor.fetchall()}
    return [plate_of_key(key) for key in near_misses(plate, among=live)]
