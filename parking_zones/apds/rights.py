"""Assigned rights: which rights cover one vehicle in one place now; for partners alone.

A list of rights would follow people about.  So a question is for one plate in one place, the
answer holds only what is good there and now, names neither holder, plate, phone nor another place,
and every question is kept in the history of the key (guards.md, threat 9).  The schema would take
no plate anyway: its Reference must have two members and may have one.
"""

import datetime as dt
from dataclasses import dataclass

from municipality.actor import Actor
from municipality.history.actions import record
from municipality.moments import utc_text
from municipality.people.models import PartnerKey
from parking_zones.apds.common import Json, begins, id_of, reference
from parking_zones.apds.dated import version_on
from parking_zones.apds.specs import permit_id, spec_days, ticket_id
from parking_zones.parking_permits.models import ParkingPermit, PermitKind
from parking_zones.parking_permits.queries import PermitRight, permits_of
from parking_zones.plates import Plate
from parking_zones.tickets.models import ParkingTicket
from parking_zones.zones.bays import zone_id_of_bay
from parking_zones.zones.book import ZoneBook, ZoneOnDay
from parking_zones.zones.models import Bay

ASKER = "partner"
WITHOUT_PLACE = (PermitKind.ALL_ZONES,)


@dataclass(frozen=True, slots=True)
class Question:
    """One vehicle in one zone at an aware moment; ``on`` is its day in the city."""

    plate: Plate
    zone: ZoneOnDay
    at: dt.datetime
    on: dt.date


def _right(id_: str, spec: Json, starts: str, ends: str, issued: dt.datetime) -> Json:
    use = {
        "startTime": starts, "endTime": ends, "issuanceTime": utc_text(issued),
        "issueMethod": "electronic",
    }  # fmt: skip
    return {
        "id": id_,
        "version": 1,
        "rightHolder": {},  # the asker has named the plate; nothing is told of who holds it
        "rightSpecification": spec,
        "issuanceTime": utc_text(issued),
        "expiry": ends,
        "plannedUses": [use],
    }


def _zone(book: ZoneBook, zone_id: int | None, on: dt.date) -> ZoneOnDay | None:
    return next((one for one in book.on_day(on) if one.zone_id == zone_id), None)


def _version(book: ZoneBook, zone: ZoneOnDay | None, on: dt.date) -> int:
    return version_on(spec_days(book, zone), on)


def _tickets(question: Question, book: ZoneBook) -> list[Json]:
    """Return the paid tickets that are running and good in the zone."""
    at, on = question.at, question.on
    rows = ParkingTicket.objects.filter(
        plate_key=question.plate.key, state=ParkingTicket.State.PAID, starts_at__lte=at,
        ends_at__gt=at,
    ).order_by("pk")  # fmt: skip
    found = []
    for row in rows:
        if book.is_good_in(row.zone_id, question.zone, day=on):
            zone = _zone(book, row.zone_id, on)
            spec = reference(ticket_id(zone), _version(book, zone, on), "RightSpecification")
            starts, ends = utc_text(row.starts_at), utc_text(row.ends_at)
            id_ = id_of(f"assigned/ticket/{row.public_id}")
            found.append(_right(id_, spec, starts, ends, row.asked_at))
    return found


def _is_of_zone(right: PermitRight, question: Question) -> bool:
    """Tell whether a permit is good in the zone; that of a bay, where the bay lies that day."""
    if right.kind == PermitKind.RESERVED_BAY:
        bay = Bay.objects.get(pk=right.bay_id or 0)
        return zone_id_of_bay(bay, on=question.on) == question.zone.zone_id
    return right.kind in WITHOUT_PLACE or right.zone_id == question.zone.zone_id


def _permits(question: Question, book: ZoneBook) -> list[Json]:
    """Return the permits that are in force and good in the zone, or in a bay of it."""
    held = [
        right
        for right in permits_of(plate_key=question.plate.key, at=question.at)
        if _is_of_zone(right, question)
    ]
    known = ParkingPermit.objects.in_bulk([right.permit_id for right in held])
    found = []
    for right in held:
        zone = None if right.kind in WITHOUT_PLACE else question.zone
        version = _version(book, zone, question.on)
        spec = reference(permit_id(right.kind, zone), version, "RightSpecification")
        permit = known[right.permit_id]
        id_ = id_of(f"assigned/permit/{right.public_id}")
        starts, ends = begins(permit.starts_on), utc_text(right.until)
        found.append(_right(id_, spec, starts, ends, permit.issued_at))
    return found


def assigned(question: Question, book: ZoneBook, *, asked_by: PartnerKey) -> list[Json]:
    """Answer and keep a partner's question; call it in a transaction."""
    found = [*_tickets(question, book), *_permits(question, book)]
    record(
        stream=f"partner_key/{asked_by.pk}",
        act="partner_key.asked_rights",
        by=Actor(person_id=None, name=asked_by.name, role=ASKER),
        at=question.at,
        facts={
            "plate": question.plate.key, "place": question.zone.number, "answer": len(found),
        },
    )  # fmt: skip
    return found
