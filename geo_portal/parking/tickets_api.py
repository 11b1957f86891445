"""Tickets of a driver, for machines: ``/api/parking/tickets``."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, JsonResponse
from ninja import Router

from geo_portal.casework.api import body_of
from geo_portal.parking.buying import (
    LONGEST_KEY,
    bill_of,
    buyer_of,
    key_of,
    my_tickets,
    needed,
    plate_from,
    ticket_of,
)
from municipality.clock import database_now
from municipality.digits import western
from municipality.moments import utc_text
from municipality.people.access import SIGNED_IN, open_to
from municipality.people.acting_person import person_of
from parking_zones.plates import vehicle_of_key
from parking_zones.tickets.actions import Channel, Wanted, ask
from parking_zones.tickets.models import ParkingTicket

router = Router(tags=["parking"])
BODY: dict[str, Any] = {
    "requestBody": {
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "additionalProperties": False,
                    "required": ["plate", "zone", "minutes"],
                    "properties": {
                        "plate": {"type": "string", "description": "as it is written, any script"},
                        "country": {
                            "type": "string", "pattern": "^[A-Z]{2}$",
                            "description": "of a plate of another country (ISO 3166-1)",
                        },
                        "zone": {"type": "string", "description": "the number on the sign"},
                        "minutes": {"type": "integer"},
                        "key": {
                            "type": "string", "maxLength": LONGEST_KEY,
                            "description": "the asker's own of this request: sent again with it, "
                            "the same ticket is answered",
                        },
                    },
                }
            }
        }
    }
}  # fmt: skip


def ticket_json(ticket: ParkingTicket, *, at: dt.datetime) -> dict[str, Any]:
    """Write a ticket for its buyer; ``pay`` is the page of a bill that waits."""
    plate, bill = vehicle_of_key(ticket.plate_key), bill_of(ticket, at=at)
    return {
        "id": ticket.public_id,
        "number": ticket.number,
        "extends": ticket.root.public_id if ticket.root else None,
        "plate": {"key": ticket.plate_key, "ar": plate.shown_ar, "en": plate.shown_en},
        "zone": ticket.zone.number if ticket.zone else None,
        "start": utc_text(ticket.starts_at),
        "end": utc_text(ticket.ends_at),
        "amount_baisa": ticket.amount_baisa,
        "lines": ticket.lines,
        "channel": ticket.channel,
        "state": ticket.state,
        "pay": f"/pay/{bill.public_id}/" if bill else None,
    }


@router.get("/tickets", summary="My tickets, the newest first")
@open_to(SIGNED_IN)
def tickets(request: HttpRequest) -> JsonResponse:
    """Answer the latest tickets of who asks."""
    at = database_now()
    found = [ticket_json(one, at=at) for one in my_tickets(person_of(request))]
    return JsonResponse({"count": len(found), "tickets": found})


@router.get("/tickets/{public_id}", summary="One of my tickets")
@open_to(SIGNED_IN)
def ticket(request: HttpRequest, public_id: str) -> JsonResponse:
    """Answer one ticket of who asks."""
    return JsonResponse(ticket_json(ticket_of(request, public_id), at=database_now()))


@router.post("/tickets", summary="Ask for a ticket, or for more of one", openapi_extra=BODY)
@open_to(SIGNED_IN)
def buy(request: HttpRequest) -> JsonResponse:
    """Ask for a ticket from now on; ``pay`` is where it is paid.

    For a vehicle that has one of yours good here, it begins where that one ends.
    """
    fields: dict[str, type] = {
        "plate": str, "country": str, "zone": str, "minutes": int, "key": str
    }  # fmt: skip
    body = body_of(request, fields)
    needed(body, "plate", "zone", "minutes")
    plate = plate_from(body["plate"], body.get("country", ""))
    at, buyer = database_now(), buyer_of(request)
    key = key_of(buyer, body.get("key", ""), at=at)
    wanted = Wanted(plate, body["minutes"], western(body["zone"]).strip())
    found = ask(wanted=wanted, buyer=buyer, channel=Channel.APP, key=key, at=at)
    return JsonResponse(ticket_json(found, at=at), status=201)
