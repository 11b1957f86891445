"""Ten minutes before a ticket ends, its buyer is told, where something would have to be paid."""

import datetime as dt

from django.conf import settings
from django.db.models import Exists, OuterRef

from municipality.clock import database_now
from municipality.notices.outbox import Recipient, queue
from municipality.reach import acting
from parking_zones.plates import Plate, vehicle_of_key
from parking_zones.pricing.paid_hours import paid_at
from parking_zones.tickets.actions import State, lapse_unpaid
from parking_zones.tickets.models import ParkingTicket
from parking_zones.tickets.notices import ENDS_SOON, ENDS_SOON_ABROAD, plate_text, values_of
from parking_zones.zones.book import ZoneBook, zone_book
from parking_zones.zones.queries import city_time

BEFORE = dt.timedelta(minutes=10)
BATCH = 500
LEAST = 30  # minutes that the message offers


def _is_paid_after(ticket: ParkingTicket, book: ZoneBook) -> bool:
    """Tell whether parking must be paid when a ticket ends; where nobody can say, it is told."""
    now = paid_at(
        at=city_time(ticket.ends_at), zone_id=ticket.zone_id, rules=book.hours,
        calendar=book.calendar,
    )  # fmt: skip
    return now.paid is not False


def _remind(ticket: ParkingTicket, *, at: dt.datetime) -> None:
    plate, arabic = vehicle_of_key(ticket.plate_key), ticket.language == "ar"
    values = {"plate": plate_text(ticket, ticket.language), "end": values_of(ticket)["end"]}
    template = ENDS_SOON
    if isinstance(plate, Plate):  # a plate of another country is read by no message
        zone = "" if ticket.zone is None else f" {'ز' if arabic else 'Z'}{ticket.zone.number}"
        written = plate.shown_ar if arabic else plate.shown_en
        values |= {"text": f"{written} {LEAST}{zone}", "short": settings.GEO_SMS_FROM}
    else:
        template = ENDS_SOON_ABROAD
    queue(
        template=template.code,
        to=Recipient(phone=ticket.phone, language=ticket.language, person_id=ticket.person_id),
        values=values,
        key=f"parking_ticket/{ticket.pk}/ends",
        at=at,
        about=f"parking_ticket/{ticket.pk}",
    )


@acting
def remind(*, at: dt.datetime) -> int:
    """Tell the buyers of tickets that end within ten minutes, once each; returns how many.

    Not told: who has extended already, and whose ticket ends when parking becomes free.
    """
    more = ParkingTicket.objects.filter(
        phone=OuterRef("phone"), plate_key=OuterRef("plate_key"), starts_at=OuterRef("ends_at")
    ).exclude(state=State.LAPSED)
    ending = ParkingTicket.objects.filter(
        state=State.PAID, reminded_at=None, ends_at__gt=at, ends_at__lte=at + BEFORE
    )
    rows = ending.annotate(is_extended=Exists(more)).select_related("zone")
    book, told = zone_book(), 0
    done = list(rows.order_by("ends_at").select_for_update(of=("self",), skip_locked=True)[:BATCH])
    for ticket in done:
        if not ticket.is_extended and _is_paid_after(ticket, book):
            _remind(ticket, at=at)
            told += 1
    ParkingTicket.objects.filter(pk__in=[one.pk for one in done]).update(reminded_at=at)
    return told


def watch_tickets() -> None:
    """Remind who should be, and let the unpaid go: again and again, by the worker."""
    now = database_now()
    remind(at=now)
    lapse_unpaid(at=now)
