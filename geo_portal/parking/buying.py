"""What the pages and APIs of parking share: who buys, for which plate, and what is theirs."""

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from municipality.billing.bills.models import Bill
from municipality.people.access import not_found
from municipality.people.acting_person import person_of
from municipality.people.models import User
from municipality.problems import Problem, bad_value
from municipality.words import Text, in_arabic
from parking_zones.plates import COUNTRY, ForeignPlate, NotAPlate, Plate, foreign_plate, read_plate
from parking_zones.tickets.actions import Buyer
from parking_zones.tickets.models import ParkingTicket

LATEST = 50
LONGEST_KEY = 40
NO_PHONE = Text(
    "سجّل هاتفك في حسابك أولًا: تصلك عليه تذكرتك وتذكيرها.",
    "Add a telephone to your account first: your ticket and its reminder go there.",
)
NEEDED = Text("هذا الحقل مطلوب.", "This member is needed.")
TOO_LONG = Text(
    f"المفتاح أطول من {LONGEST_KEY} حرفًا.", f"The key has more than {LONGEST_KEY} characters."
)


def needed(body: dict[str, Any], *names: str) -> None:
    """Raise Problem 400 for the first of these members that a body lacks."""
    for name in names:
        if name not in body:
            raise bad_value(name, NEEDED, status=400)


def short_key(key: str) -> str:
    """Return the asker's own key of a request; raises Problem 400 for one that is too long."""
    if len(key) > LONGEST_KEY:
        raise bad_value("key", TOO_LONG, status=400)
    return key


def plate_from(text: str, country: str) -> Plate | ForeignPlate:
    """Read the plate a person wrote, of this country unless another is named; Problem 422."""
    try:
        if country in ("", COUNTRY):
            return read_plate(text)
        return foreign_plate(text, country=country)
    except NotAPlate as error:
        raise bad_value("plate", error.sentence) from None


def buyer_of(request: HttpRequest) -> Buyer:
    """Return who buys; raises Problem 409 for an account without a telephone."""
    person = person_of(request)
    if not person.phone:
        raise Problem(409, "no_phone", NO_PHONE)
    language = "ar" if in_arabic() else "en"
    return Buyer(person.phone, language, person_id=person.pk, name=person.full_name)


def my_tickets(person: User) -> QuerySet[ParkingTicket]:
    """Return the latest tickets of a person, by app and by message from their telephone."""
    mine = ParkingTicket.objects.filter(person_id=person.pk).select_related("zone", "root")
    return mine.order_by("-asked_at", "-pk")[:LATEST]


def ticket_of(request: HttpRequest, public_id: str) -> ParkingTicket:
    """Return a ticket of who asks; raises Problem 404 for any other."""
    mine = ParkingTicket.objects.filter(person_id=person_of(request).pk, public_id=public_id)
    found = mine.select_related("zone", "root").first()  # unique
    if found is None:
        raise not_found()
    return found


def bill_of(ticket: ParkingTicket, *, at: dt.datetime) -> Bill | None:
    """Return the bill by which a ticket can be paid now; None where there is none."""
    if ticket.state != ParkingTicket.State.ASKED or ticket.channel != ParkingTicket.Channel.APP:
        return None
    due = Bill.objects.filter(
        subject=f"parking_ticket/{ticket.pk}", state=Bill.State.DUE, expires_at__gt=at
    )
    return due.order_by("-pk").first()


def key_of(buyer: Buyer, key: str, *, at: dt.datetime) -> str:
    """Name a request: by the asker's own key, else by its moment; raises Problem 400."""
    return f"app/{buyer.person_id}/{short_key(key) or at.isoformat()}"
