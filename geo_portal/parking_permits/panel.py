"""What the page of a case says of a permit: what is wanted, its price, what is to be decided."""

import datetime as dt
from fractions import Fraction
from typing import Any

from municipality.asked import today
from municipality.billing.tariffs.queries import NoTariff
from municipality.cases.conversation import current_documents
from municipality.cases.kinds import machine_of
from municipality.cases.models import Case
from municipality.cases.rights import Side
from municipality.words import Text
from parking_zones.parking_permits.bays import bays_of_zone
from parking_zones.parking_permits.checks import (
    Act,
    bay_conflict,
    papers_needed,
    plate_conflict,
    request_of,
    span_of,
)
from parking_zones.parking_permits.fees import refund_of
from parking_zones.parking_permits.models import PermitKind, PermitRequest
from parking_zones.parking_permits.pricing import lines_asked
from parking_zones.parking_permits.words import ACTS, KINDS, last_day, permit_of, plate_words
from parking_zones.parking_permits.zoning import find_zone
from parking_zones.zones.bays import zone_id_of_bay
from parking_zones.zones.models import Bay, Zone
from plots.register.ministry import Sameness, compare
from plots.register.queries import plot_on
from plots.register.titles import Owner, owners_of
from plots.register.units import knows_unit

BAYS_NEAR_M, MOST_BAYS = 60.0, 12
SAMENESS = {
    Sameness.SAME: ("pass", "pass", Text("المالك هو مقدم الطلب", "The owner is the applicant")),
    Sameness.DIFFERENT: ("fail", "fail", Text("المالك غير مقدم الطلب", "Another owner")),
    Sameness.UNKNOWN: (
        "unknown", "diamond", Text("غير معلوم: راجع الورقة", "Unknown: look at the paper"),
    ),
}  # fmt: skip
REGISTERS = {
    "vehicle": Text("سجل المركبات", "Vehicle register"),
    "person": Text("سجل الأرقام المدنية", "Register of civil numbers"),
}
TITLES = Text("سجل الملكيات", "Register of titles")
OWNERSHIP = {
    Sameness.SAME: ("pass", "pass", Text("مقدم الطلب مالك القطعة", "The applicant owns the plot")),
    Sameness.BY_MANDATE: ("pass", "pass", Text("بوكالة", "By mandate")),
    Sameness.DIFFERENT: (
        "near", "triangle", Text("المالك غيره: راجع عقد الإيجار", "Another owner: see the lease"),
    ),
    Sameness.UNKNOWN: (
        "unknown", "diamond", Text("غير معلوم: راجع الورقة", "Unknown: look at the paper"),
    ),
}  # fmt: skip
UNITS = Text("الوحدة في السجل", "The unit in the register")
UNIT_KNOWN = ("pass", "pass", Text("معروفة", "Known"))
UNIT_UNKNOWN = ("unknown", "diamond", Text("غير معروفة", "Not known"))
NOT_ASKED = Text("لم يُسأل بعد", "Not asked yet")


def _register(request: PermitRequest) -> list[dict[str, Any]]:
    """Return what the registers said; unknown where they were not asked or did not answer."""
    rows = []
    for name in ("vehicle", "person"):
        told = request.vehicle_answer.get(name)
        if name == "person" and (told is None or not request.civil_number):
            continue
        if name == "vehicle" and not request.plate_key:
            continue
        same = Sameness(told["same"]) if told else Sameness.UNKNOWN
        tone, icon, words = SAMENESS[same]
        why = Text(**told["why"]) if told and told["why"] else None if told else NOT_ASKED
        rows.append(
            {"name": REGISTERS[name], "tone": tone, "icon": icon, "words": words, "why": why}
        )
    return rows + [row for row in (_owner(request), _unit(request)) if row is not None]


def _owner(request: PermitRequest) -> dict[str, Any] | None:
    """Compare who asks with the owners of the plot by the register of titles: for officers."""
    if request.plot_id is None or request.act != Act.ISSUE:
        return None
    named = Owner(request.holder_name, request.civil_number, Fraction(1))
    same, _ = compare(named, owners_of(request.plot_id, today()))
    tone, icon, words = OWNERSHIP[same]
    return {"name": TITLES, "tone": tone, "icon": icon, "words": words, "why": None}


def _unit(request: PermitRequest) -> dict[str, Any] | None:
    """Tell whether the register knows the unit in a building of the plot; it may lack it."""
    if not request.unit or request.plot_id is None:
        return None
    known = knows_unit(request.plot_id, request.unit)
    tone, icon, words = UNIT_KNOWN if known else UNIT_UNKNOWN
    return {"name": UNITS, "tone": tone, "icon": icon, "words": words, "why": None}


def _papers(case: Case, request: PermitRequest) -> list[dict[str, Any]]:
    there = {document.kind for document in current_documents(case)}
    names = {paper.code: paper.name for paper in machine_of(case.kind).papers}
    return [
        {"code": code, "name": names[code], "is_there": code in there}
        for code in papers_needed(request)
    ]


def _price(request: PermitRequest) -> list[Any]:
    try:
        return lines_asked(request, on=today())
    except NoTariff:
        return []


def _bays(request: PermitRequest) -> list[Bay]:
    """Return the bays near the pin, the nearest first, for the zone manager to choose among."""
    if request.bay_place is None:
        return []
    near = Bay.objects.filter(shape__dwithin=(request.bay_place, BAYS_NEAR_M))
    found = list(near.order_by("pk")[:200])
    return sorted(found, key=lambda bay: bay.shape.distance(request.bay_place))[:MOST_BAYS]


def _bay_choice(request: PermitRequest) -> dict[str, Any] | None:
    """Return the free bays of the zone, and why the one that is chosen cannot be had, if so."""
    if request.kind != PermitKind.RESERVED_BAY or request.act != Act.ISSUE:
        return None
    starts_on, ends_on = span_of(request, on=today())
    zone_id = request.zone_id
    if request.bay is not None:  # an edit may have moved a border over it meanwhile
        zone_id = zone_id_of_bay(request.bay, on=starts_on)
    found = bays_of_zone(zone_id=zone_id or 0, starts_on=starts_on, ends_on=ends_on, but=request.pk)
    lost = next((one.why for one in found if one.bay.pk == request.bay_id), None)
    free = [one.bay for one in found if one.why is None]
    return {"free": free, "lost": lost} if free or lost else None


def _in_the_way(request: PermitRequest) -> list[Text]:
    """Return what the officer must know: another permit of the vehicle, the holder of the bay."""
    found = [bay_conflict(request, on=today())]
    vehicle = plate_conflict(request, on=today())
    if vehicle is not None:
        found.append(
            Text(
                f"للمركبة تصريح من النوع نفسه: {vehicle.permit.number}",
                f"The vehicle has such a permit: {vehicle.permit.number}",
            )
        )
    return [one for one in found if one is not None]


def _finding(request: PermitRequest, *, at: dt.datetime) -> Text | None:
    plot = plot_on(plot_id=request.plot_id, on=today()) if request.plot_id is not None else None
    if plot is None or request.act != Act.ISSUE:
        return None
    return find_zone(plot=plot, at=at).sentence


def _decision(request: PermitRequest) -> dict[str, Any]:
    """Return what the officer may set: zones of the plot first, or the bays near the pin."""
    is_bay = request.kind == PermitKind.RESERVED_BAY
    zones = [] if is_bay else list(Zone.objects.order_by("number"))
    zones.sort(key=lambda zone: zone.pk not in request.zones_found)
    return {"is_bay": is_bay, "zones": zones, "bays": _bays(request) if is_bay else []}


def panel_of_permit(case: Case, *, side: Side, at: dt.datetime) -> dict[str, Any]:
    """Return what the panel shows to who stands on a side of the case."""
    request, permit = request_of(case), permit_of(case)
    is_writing = side is Side.APPLICANT and case.state in ("draft", "returned")
    is_deciding = side is Side.MUNICIPALITY and case.state in ("registration", "zoning")
    has_price = case.state in ("draft", "registration", "zoning", "returned")
    lines = _price(request) if has_price and request.act != Act.END else []
    unused, back = refund_of(permit, on=today()) if permit and request.act == Act.END else (0, 0)
    return {
        "request": request,
        "act": ACTS[Act(request.act)],
        "kind": KINDS[PermitKind(request.kind)],
        "plate": plate_words(request.plate_key),
        "permit": permit,
        "last_day": None if permit is None else last_day(permit),
        "is_holder": side is Side.APPLICANT,
        "finding": _finding(request, at=at),
        "papers": _papers(case, request),
        "is_writing": is_writing,
        "lines": lines,
        "total": sum(line.amount_baisa for line in lines),
        "has_price": bool(lines) or request.act == Act.END or not has_price,
        "register": _register(request) if side is Side.MUNICIPALITY else [],
        "in_the_way": _in_the_way(request) if is_deciding else [],
        "bay_choice": _bay_choice(request) if is_writing else None,
        "decision": _decision(request) if is_deciding and request.act == Act.ISSUE else None,
        "unused": unused,
        "back": back,
    }
