"""Parking permits for machines: ``/api/parking/permits``."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from ninja import Router

from geo_portal.casework.api import body_of
from geo_portal.parking_permits.asking import request_asked
from geo_portal.parking_permits.choices import bays_json, span_told, units_json
from geo_portal.parking_permits.quoting import quote_json, quote_permit
from geo_portal.parking_permits.reading import (
    choose,
    own_permit,
    plate_told,
    plot_told,
    served_of,
    wanted_of,
    zone_told,
)
from geo_portal.parking_permits.shown import permit_json
from municipality import asked
from municipality.asked import today
from municipality.billing.bills.queries import bills_about
from municipality.cases.actions import CannotMove
from municipality.cases.models import Case
from municipality.openapi import parameters
from municipality.people.access import ANYONE, SIGNED_IN, open_to
from municipality.people.acting_person import actor_of, person_of
from municipality.people.limits import CHECKS, count
from municipality.problems import Problem, bad_value
from municipality.reach import as_system
from parking_zones.parking_permits.checks import papers_missing, request_of
from parking_zones.parking_permits.models import ParkingPermit, PermitRequest
from parking_zones.parking_permits.requests import (
    CHOOSE_PLOT,
    CHOOSE_ZONE,
    LONGEST_KEY,
    About,
    ask_about,
    ask_for_permit,
    hand_in,
)
from parking_zones.zones.models import Zone

router = Router(tags=["parking"])
LATEST = 200
Act, Channel = PermitRequest.Act, PermitRequest.Channel
TEXT = {"type": "string"}
ASKED: dict[str, tuple[type, dict[str, Any]]] = {
    "kind": (str, {"type": "string", "enum": ["one_zone", "all_zones", "reserved_bay", "special"]}),
    "months": (int, {"type": "integer", "minimum": 1, "maximum": 12}),
    "plate": (str, {**TEXT, "description": "as it is written, any script"}),
    "country": (str, {**TEXT, "description": "of a plate of another country (ISO 3166-1)"}),
    "plot": (str, {**TEXT, "description": "its number, old or new, in any digits"}),
    "plot_id": (int, {"type": "integer"}),
    "unit": (str, TEXT),
    "zone": (str, {**TEXT, "description": "the number on the sign, where several were found"}),
    "bay": (int, {"type": "integer"}),
    "bay_lon": (object, {"type": "number"}),
    "bay_lat": (object, {"type": "number"}),
    "company": (str, TEXT),
    "company_number": (str, TEXT),
    "civil_number": (str, TEXT),
    "purpose": (str, TEXT),
    "starts_on": (str, {"type": "string", "format": "date"}),
    "for": (str, {**TEXT, "description": "id of a delegation one holds"}),
    "key": (
        str,
        {**TEXT, "maxLength": LONGEST_KEY, "description": "the asker's own of this request"},
    ),
}


def _document(*names: str, required: tuple[str, ...] = ()) -> dict[str, Any]:
    schema = {
        "type": "object", "additionalProperties": False, "required": list(required),
        "properties": {name: ASKED[name][1] for name in names},
    }  # fmt: skip
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}}


def _read(request: HttpRequest, *names: str) -> dict[str, Any]:
    return body_of(request, {name: ASKED[name][0] for name in names})


def _case_json(case: Case) -> dict[str, Any]:
    """Write what became of a request: its case, what it lacks, what is to be paid."""
    request = request_of(case)
    return {
        "case": case.public_id,
        "number": case.number,
        "state": case.state,
        "missing": [name.as_json() for name in papers_missing(case, request)],
        "bills": [
            {"id": bill.public_id, "number": bill.number, "state": bill.state,
             "total_baisa": bill.total_baisa}
            for bill in bills_about(case.stream)
        ],
    }  # fmt: skip


@router.get("/permits", summary="My parking permits, the one that ends last first")
@open_to(SIGNED_IN)
def mine(request: HttpRequest) -> JsonResponse:
    """Answer the permits of who asks; ``valid_to`` is the day after the last."""
    asked.only(request, ())
    at, on = timezone.now(), today()
    rows = ParkingPermit.objects.filter(person_id=person_of(request).pk)
    found = rows.select_related("zone", "bay", "case", "renews").order_by("-ends_on", "-pk")
    return JsonResponse({"permits": [permit_json(one, on=on, at=at) for one in found[:LATEST]]})


QUOTED = (
    "permit_kind", "months", "number", "plot_id", "zone", "bay", "bay_lon", "bay_lat", "starts_on",
)  # fmt: skip


@router.get(
    "/permits/quote",
    summary="Which zone a permit would be for, what it would cost, and why",
    openapi_extra=parameters(*QUOTED, required=("permit_kind",)),
)
@open_to(ANYONE)
def quoted(request: HttpRequest) -> JsonResponse:
    """Answer ``result`` (inside, near_edge, ambiguous, outside) of the plot with its zones, and
    the lines of the price; ``amount_baisa`` is null while the zone is not sure."""
    asked.only(request, QUOTED)
    at, on = timezone.now(), today()
    if not request.user.is_authenticated:
        count(request, CHECKS, at=at)
    told = {name: asked.one(request, name) or "" for name in QUOTED}
    told |= {"kind": told["permit_kind"], "plot": told["number"]}
    wanted = wanted_of(told, channel=Channel.API, on=on)
    return JsonResponse(quote_json(quote_permit(wanted, on=on, at=at), wanted))


@router.get(
    "/permits/units",
    summary="The flats and shops that the register knows on a plot",
    openapi_extra=parameters("plot_id", "number"),
)
@open_to(SIGNED_IN)
def units(request: HttpRequest) -> JsonResponse:
    """Answer the units of the plot with an id or a number, by building; none where the register
    knows none: then any text names one."""
    asked.only(request, ("plot_id", "number"))
    told = {"plot_id": asked.one(request, "plot_id"), "plot": asked.one(request, "number")}
    plot = plot_told(told, on=today())
    if plot is None:
        raise bad_value("plot_id", CHOOSE_PLOT)
    return JsonResponse(units_json(plot.plot_id))


@router.get(
    "/permits/bays",
    summary="The bays of a zone, and why one cannot be asked for",
    openapi_extra=parameters("zone", "months", "starts_on", required=("zone",)),
)
@open_to(SIGNED_IN)
def bays(request: HttpRequest) -> JsonResponse:
    """Answer each bay with ``why`` it cannot be asked for, null where it can; never who has it."""
    asked.only(request, ("zone", "months", "starts_on"))
    told = {name: asked.one(request, name) or "" for name in ("zone", "months", "starts_on")}
    zone_id = zone_told(told)
    if zone_id is None:
        raise bad_value("zone", CHOOSE_ZONE)
    first, after = span_told(told, on=today())
    return JsonResponse(bays_json(Zone.objects.get(pk=zone_id), starts_on=first, ends_on=after))


@router.post(
    "/permits",
    summary="Ask for a parking permit: opens its case as a draft",
    openapi_extra=_document(*ASKED, required=("kind",)),
)
@open_to(SIGNED_IN)
def apply(request: HttpRequest) -> JsonResponse:
    """Open a case; its papers are attached and it is handed in under ``/api/cases/{case}``."""
    asked.only(request, ())
    at, on = timezone.now(), today()
    told = _read(request, *ASKED)
    choose(request, told.get("for", ""), on=on)
    person = person_of(request)
    case = ask_for_permit(
        wanted=wanted_of(told, channel=Channel.API, on=on), person=served_of(request),
        by=actor_of(request, next(iter(person.roles), "")), at=at,
    )  # fmt: skip
    return JsonResponse(_case_json(case), status=201)


@router.get("/permits/{public_id}", summary="One of my permits")
@open_to(SIGNED_IN)
def detail(request: HttpRequest, public_id: str) -> JsonResponse:
    """Answer a permit to its holder."""
    asked.only(request, ())
    permit = own_permit(request, public_id)
    with as_system():  # whose it is was asked: a delegate is on no case of the permit yet
        return JsonResponse(permit_json(permit, on=today(), at=timezone.now()))


def _ask(request: HttpRequest, public_id: str, about: About) -> JsonResponse:
    at = timezone.now()
    permit, person = own_permit(request, public_id), person_of(request)
    by = actor_of(request, next(iter(person.roles), ""))
    try:
        case = ask_about(permit_id=permit.pk, about=about, by=by, at=at)
    except CannotMove as refusal:
        raise Problem(409, "cannot_move", refusal.words) from None
    return JsonResponse(_case_json(case), status=201)


@router.post(
    "/permits/{public_id}/renew",
    summary="Renew a permit: a case with its bill",
    openapi_extra=_document("months"),
)
@open_to(SIGNED_IN)
def renew(request: HttpRequest, public_id: str) -> JsonResponse:
    """Ask for ``months`` more (default: as before), from the day the permit ends; asked twice, the
    same case is answered."""
    asked.only(request, ())
    told = _read(request, "months")
    return _ask(
        request, public_id, About(Act.RENEW, months=told.get("months"), channel=Channel.API)
    )


@router.post(
    "/permits/{public_id}/vehicle",
    summary="Change the vehicle of a permit: opens its case as a draft",
    openapi_extra=_document("plate", "country", required=("plate",)),
)
@open_to(SIGNED_IN)
def change_vehicle(request: HttpRequest, public_id: str) -> JsonResponse:
    """Ask for another plate; the old one stops in the instant in which the fee is settled."""
    asked.only(request, ())
    told = _read(request, "plate", "country")
    about = About(Act.VEHICLE, plate_key=plate_told(told), channel=Channel.API)
    return _ask(request, public_id, about)


@router.post("/permits/{public_id}/lost", summary="Ask for another paper of a permit, lost")
@open_to(SIGNED_IN)
def lost(request: HttpRequest, public_id: str) -> JsonResponse:
    """Ask for the paper anew; the one before is no longer valid once it is issued."""
    asked.only(request, ())
    _read(request)
    return _ask(request, public_id, About(Act.LOST, channel=Channel.API))


@router.post("/permits/{public_id}/end", summary="End a permit early, with today")
@open_to(SIGNED_IN)
def end(request: HttpRequest, public_id: str) -> JsonResponse:
    """End a permit; the price of its unused whole months is asked for, a supervisor approves."""
    asked.only(request, ())
    _read(request)
    return _ask(request, public_id, About(Act.END, channel=Channel.API))


@router.post("/permits/cases/{case_id}/submit", summary="Hand in the draft of a request")
@open_to(SIGNED_IN)
def submit(request: HttpRequest, case_id: str) -> JsonResponse:
    """Hand a draft in by the one way that is its own; 409 names the papers that it lacks."""
    asked.only(request, ())
    _read(request)
    at = timezone.now()
    found = request_asked(request, case_id, at=at)
    try:
        case = hand_in(case_id=found.case.pk, by=found.by, at=at)
    except CannotMove as refusal:
        raise Problem(409, "cannot_move", refusal.words) from None
    return JsonResponse(_case_json(case))
