"""A driver's tickets as pages: buy one for the zone of a sign, see what runs, extend it."""

import datetime as dt
import secrets
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from geo_portal.collection.forms import words_of
from geo_portal.home.page_config import map_config
from geo_portal.parking.buying import (
    LONGEST_KEY,
    bill_of,
    buyer_of,
    key_of,
    my_tickets,
    plate_from,
    ticket_of,
)
from municipality.billing.bills.models import Bill
from municipality.clock import database_now
from municipality.digits import NotANumber, integer, western
from municipality.people.access import SIGNED_IN, open_to
from municipality.people.acting_person import person_of
from municipality.problems import Problem, bad_value
from municipality.words import Text
from parking_zones.plates import ForeignPlate, Plate, vehicle_of_key
from parking_zones.tickets.actions import Channel, Wanted, ask
from parking_zones.tickets.extending import More, more_of
from parking_zones.tickets.models import ParkingTicket
from parking_zones.tickets.quotes import terms_of, zone_with_tickets
from parking_zones.zones.book import ZoneOnDay, zone_book
from parking_zones.zones.queries import city_time

FIRST_MINUTES = 60
KEY_BYTES = 16
VEHICLES = 4  # of one's earlier tickets, offered again
NOT_MINUTES = Text("اختر مدة الوقوف.", "Choose how long you stay.")
COUNTRIES = {
    "OM": Text("عُمان", "Oman"),
    "AE": Text("الإمارات", "United Arab Emirates"),
    "SA": Text("السعودية", "Saudi Arabia"),
    "QA": Text("قطر", "Qatar"),
    "BH": Text("البحرين", "Bahrain"),
    "KW": Text("الكويت", "Kuwait"),
    "YE": Text("اليمن", "Yemen"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    """A ticket on the page: its plate, how it stands now, and by which bill it can be paid."""

    ticket: ParkingTicket
    plate: Plate | ForeignPlate
    stands: str  # waits, unpaid, later, runs, over
    bill: Bill | None
    more: More | None  # where nothing extends it yet: by how much it can be
    key: str  # of the request for more that this page may send: sent twice, it is one


def shown(ticket: ParkingTicket, last: set[int], *, at: dt.datetime) -> Shown:
    """Say how a ticket stands at a moment; ``last`` are the last ones of extended stays."""
    bill = bill_of(ticket, at=at)
    if ticket.state == ParkingTicket.State.ASKED:
        stands = "waits"
    elif ticket.state == ParkingTicket.State.LAPSED:
        stands = "unpaid"
    elif ticket.ends_at <= at:
        stands = "over"
    else:
        stands = "runs" if ticket.starts_at <= at else "later"
    more = more_of(ticket) if ticket.pk in last and stands in ("runs", "later") else None
    key = secrets.token_urlsafe(KEY_BYTES)
    return Shown(ticket, vehicle_of_key(ticket.plate_key), stands, bill, more, key)


@never_cache
@require_safe
@open_to(SIGNED_IN)
def my_parking(request: HttpRequest) -> HttpResponse:
    """Show what runs, what waits to be paid, and the latest of the others."""
    at = database_now()
    mine = list(my_tickets(person_of(request)))
    stays = {
        ticket.root_id or ticket.pk: ticket.pk
        for ticket in sorted(mine, key=lambda one: one.starts_at)
        if ticket.state != ParkingTicket.State.LAPSED
    }
    found = [shown(ticket, set(stays.values()), at=at) for ticket in mine]
    live = [one for one in found if one.stands in ("waits", "runs", "later")]
    context = {
        "live": sorted(live, key=lambda one: one.ticket.starts_at),
        "past": [one for one in found if one.stands in ("unpaid", "over")],
        "config": map_config(request),
    }
    return render(request, "parking/tickets.html", context)


def _vehicles(request: HttpRequest) -> list[Plate]:
    """Return the vehicles of one's latest tickets, the last first."""
    keys = dict.fromkeys(ticket.plate_key for ticket in my_tickets(person_of(request)))
    plates = [vehicle_of_key(key) for key in keys]
    return [plate for plate in plates if isinstance(plate, Plate)][:VEHICLES]


def _lengths(zone: ZoneOnDay, *, at: dt.datetime) -> range:
    terms = terms_of(zone_book(), zone, day=city_time(at).date())
    return range(terms.least, terms.most + 1, terms.step)


def _minutes(text: str) -> int:
    try:
        return integer(text)
    except NotANumber:
        raise bad_value("minutes", NOT_MINUTES) from None


@never_cache
@require_safe
@open_to(SIGNED_IN)
def new_ticket(request: HttpRequest) -> HttpResponse:
    """Ask for the vehicle and the length of a stay in the zone of a sign."""
    at = database_now()
    number = western(request.GET.get("zone", "")).replace("\x00", "").strip()
    context: dict[str, Any] = {
        "number": number, "key": secrets.token_urlsafe(KEY_BYTES), "countries": COUNTRIES,
        "plate": request.GET.get("plate", ""), "short_code": settings.GEO_SMS_FROM,
        "vehicles": _vehicles(request), "config": map_config(request),
    }  # fmt: skip
    if number:
        try:
            zone = zone_with_tickets(zone_book(), number, day=city_time(at).date())
            lengths = _lengths(zone, at=at)
            asked = _minutes(request.GET.get("minutes", "") or str(FIRST_MINUTES))
            chosen = asked if asked in lengths else lengths.start
            context |= {"zone": zone, "lengths": lengths, "minutes": chosen}
        except Problem as refused:
            context["refused"] = refused.detail
    return render(request, "parking/new_ticket.html", context)


def _back(request: HttpRequest, refused: Problem) -> HttpResponse:
    """Lead back to the form with what was written in it, and say why."""
    messages.error(request, words_of(refused))
    kept = {name: request.POST.get(name, "") for name in ("zone", "minutes", "plate")}
    return redirect(f"{reverse('parking:new_ticket')}?{urlencode(kept)}")


@require_POST
@open_to(SIGNED_IN)
def buy_ticket(request: HttpRequest) -> HttpResponse:
    """Ask for a ticket from now on and lead to its payment."""
    told = {
        name: request.POST.get(name, "").replace("\x00", "").strip()
        for name in ("zone", "minutes", "plate", "country", "key")
    }
    at = database_now()
    try:
        plate = plate_from(told["plate"], told["country"])
        wanted = Wanted(plate, _minutes(told["minutes"]), western(told["zone"]))
        ticket = _asked(request, wanted, told["key"], at=at)
    except Problem as refused:
        return _back(request, refused)
    return _to_payment(ticket, at=at)


def _asked(request: HttpRequest, wanted: Wanted, key: str, *, at: dt.datetime) -> ParkingTicket:
    buyer = buyer_of(request)
    named = key_of(buyer, key[:LONGEST_KEY], at=at)
    return ask(wanted=wanted, buyer=buyer, channel=Channel.APP, key=named, at=at)


def _to_payment(ticket: ParkingTicket, *, at: dt.datetime) -> HttpResponse:
    bill = bill_of(ticket, at=at)
    if bill is None:
        return redirect("parking:tickets")
    return redirect("collection:pay", bill.public_id)


@require_POST
@open_to(SIGNED_IN)
def extend_ticket(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask for more minutes of a ticket that runs and lead to their payment."""
    at, ticket = database_now(), ticket_of(request, public_id)
    try:
        wanted = Wanted(
            vehicle_of_key(ticket.plate_key),
            _minutes(request.POST.get("minutes", "")),
            extends_id=ticket.root_id or ticket.pk,
        )
        key = request.POST.get("key", "").replace("\x00", "").strip()
        if key:  # each length of one form is a request of its own
            key = f"{key[:LONGEST_KEY]}/{wanted.minutes}"[-LONGEST_KEY:]
        more = _asked(request, wanted, key, at=at)
    except Problem as refused:
        messages.error(request, words_of(refused))
        return redirect("parking:tickets")
    return _to_payment(more, at=at)
