"""Tickets for machines: ``/api/parking``."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from ninja import Router

from municipality import asked
from municipality.digits import NotANumber, integer
from municipality.moments import utc_text
from municipality.openapi import parameters
from municipality.people.access import ANYONE, open_to
from municipality.problems import bad_value
from municipality.words import Text
from parking_zones.pricing.charge import Stretch
from parking_zones.tickets.quotes import Quote, quote, whole_minute
from parking_zones.zones.features import zone_json

router = Router(tags=["parking"])
MEMBERS = ("zone", "start", "minutes")
NOT_MINUTES = Text("اكتب المدة بالدقائق، مثل 60.", "Write the length in minutes, as 60.")
WHICH_ZONE = Text("اكتب رقم المنطقة كما على اللوحة.", "Write the zone's number as on the sign.")


def _whole(minutes: float) -> float | int:
    return int(minutes) if minutes == int(minutes) else round(minutes, 2)


def _line(stretch: Stretch) -> dict[str, Any]:
    price = stretch.price
    return {
        "from": utc_text(stretch.start),
        "to": utc_text(stretch.end),
        "minutes": _whole(stretch.minutes),
        "rate": None if price is None else {
            "amount_baisa": price.amount_baisa, "per_minutes": price.per_minutes,
            "source": price.source,
        },
        "amount_baisa": stretch.amount,
        "reason": str(stretch.reason),
    }  # fmt: skip


def quote_json(found: Quote) -> dict[str, Any]:
    """Write a quote: the sum in whole baisa, and each stretch with its rate or why it is free."""
    return {
        "zone": None if found.zone is None else zone_json(found.zone),
        "start": utc_text(found.start),
        "end": utc_text(found.end),
        "minutes": _whole((found.end - found.start).total_seconds() / 60),
        "paid_minutes": _whole(found.charge.paid_minutes),
        "amount_baisa": found.charge.amount,
        "lines": [_line(stretch) for stretch in found.charge.stretches],
        "terms": {
            "step_minutes": found.terms.step,
            "least_minutes": found.terms.least,
            "most_minutes": found.terms.most,
        },
        "no_parking": [
            {"from": utc_text(opens), "to": utc_text(closes), "stretches": count}
            for (opens, closes), count in found.no_parking
        ],
    }


def _minutes(request: HttpRequest) -> int:
    try:
        return integer(asked.one(request, "minutes") or "")
    except NotANumber:
        raise bad_value("minutes", NOT_MINUTES) from None


@router.get(
    "/quote",
    summary="What a ticket would cost, and why",
    openapi_extra=parameters(*MEMBERS, required=("zone", "minutes")),
)
@open_to(ANYONE)
def quoted(request: HttpRequest) -> JsonResponse:
    """Answer for ``zone`` (its sign), ``minutes`` and ``start`` (default: this minute)."""
    asked.only(request, MEMBERS)
    number = asked.one(request, "zone")
    if not number:
        raise bad_value("zone", WHICH_ZONE)
    minutes = _minutes(request)
    now = whole_minute(timezone.now())
    start = asked.moment(asked.one(request, "start"), name="start", default=now)
    return JsonResponse(quote_json(quote(number=number, start=start, minutes=minutes)))
