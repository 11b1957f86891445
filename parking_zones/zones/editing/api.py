"""Edits of parking zones for the editor: ``/api/parking/zone-edits``, for zone managers only."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from ninja import Router

from municipality import asked, geometry_gate
from municipality.openapi import DAY, TEXT, parameters
from municipality.people.access import open_to
from municipality.people.acting_person import actor_of
from municipality.problems import Problem, bad_value
from municipality.reach import as_system
from municipality.words import Text
from parking_zones.zones.book import zone_book
from parking_zones.zones.editing import shown
from parking_zones.zones.editing.base import Base, kept_base
from parking_zones.zones.editing.commands import read_operations, text
from parking_zones.zones.editing.coverage import Coverage, Fault
from parking_zones.zones.editing.impact import Asked, impact
from parking_zones.zones.editing.saving import BROKEN, Edit, Wanted, checked, retraced, save, stale
from parking_zones.zones.editing.tolerances import MOST_OPERATIONS
from parking_zones.zones.models import Zone

router = Router(tags=["parking"])

ZONE_MANAGER = "zone_manager"
EDIT_MEMBERS = {"kind", "from", "base", "operations"}
SAVE_MEMBERS = {*EDIT_MEMBERS, "source", "correction"}
MEMBERS = Text("أرسل كائنًا أعضاؤه: {names}.", "Send an object with the members: {names}.")
KINDS = Text("نوع المنطقة: {names}.", "The kind of zone is one of: {names}.")
NOT_TOKEN = Text("أعد base كما جاء من الخادم.", "Send base as the server gave it.")
NOT_A_BOOLEAN = Text("القيمة true أو false.", "The value is true or false.")
LONGEST_SOURCE, LONGEST_TOKEN = 200, 64
OPERATION: dict[str, Any] = {
    "type": "object",
    "required": ["op"],
    "properties": {
        "op": {
            "type": "string",
            "enum": [
                "move", "insert", "delete", "draw", "split", "merge", "close", "reopen", "give",
                "pass", "fill", "leave",
            ],
        }
    },
    "description": "an operation with its own members: at, to, of, zone, into, corners, line,"
    " number, name_ar, name_en; positions are [longitude, latitude]",
}  # fmt: skip
EDIT_SCHEMA: dict[str, Any] = {
    "kind": {"type": "string", "enum": [str(kind) for kind in Zone.Kind.values]},
    "from": DAY,
    "base": {**TEXT, "description": "the token of the zones that were edited"},
    "operations": {"type": "array", "items": OPERATION, "maxItems": MOST_OPERATIONS},
}
SAVE_SCHEMA: dict[str, Any] = {
    **EDIT_SCHEMA,
    "source": {**TEXT, "maxLength": LONGEST_SOURCE, "description": "the decision that sets it"},
    "correction": {"type": "boolean", "description": "correct the zones of today"},
}


def _body(properties: dict[str, Any], required: set[str]) -> dict[str, Any]:
    schema = {
        "type": "object", "additionalProperties": False, "properties": properties,
        "required": sorted(required),
    }  # fmt: skip
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def _kind(value: object) -> str:
    kinds = list(map(str, Zone.Kind.values))
    if not isinstance(value, str) or value not in kinds:
        raise bad_value("kind", KINDS.with_values(names=", ".join(kinds)))
    return value


def _read(request: HttpRequest, least: set[str], most: set[str]) -> dict[str, Any]:
    body = geometry_gate.strict_json(request.body or b"{}")
    if not isinstance(body, dict) or not least <= set(body) <= most:
        raise Problem(400, "bad_fields", MEMBERS.with_values(names=", ".join(sorted(most))))
    return body


def _edit(body: dict[str, Any]) -> Edit:
    token, day = body["base"], body["from"]
    if not isinstance(token, str) or not 1 <= len(token) <= LONGEST_TOKEN:
        raise bad_value("base", NOT_TOKEN)
    return Edit(
        kind=_kind(body["kind"]),
        day=asked.day(day if isinstance(day, str) else "-", name="from", default=asked.today()),
        token=token,
        operations=read_operations(body["operations"]),
    )


def _tried(edit: Edit) -> tuple[Base, Coverage, list[Fault]]:
    base = kept_base(kind=edit.kind, day=edit.day)
    if base.token != edit.token:
        raise stale(edit.kind)
    coverage = retraced(base, edit.operations)
    return base, coverage, checked(coverage, base)


@router.get(
    "",
    summary="The zones of one kind on a day, to be edited",
    openapi_extra=parameters("kind", "on"),
)
@open_to(ZONE_MANAGER)
def zones_to_edit(request: HttpRequest) -> JsonResponse:
    """Answer the zones that hold ``on`` a day (default tomorrow), with the token of them."""
    asked.only(request, ("kind", "on"))
    kind = _kind(asked.one(request, "kind") or Zone.Kind.PAID.value)
    tomorrow = asked.today() + dt.timedelta(days=1)
    base = kept_base(
        kind=kind, day=asked.day(asked.one(request, "on"), name="on", default=tomorrow)
    )
    return JsonResponse(
        {
            "kind": kind,
            "from": base.day.isoformat(),
            "base": base.token,
            "later": None if base.later is None else base.later.isoformat(),
            "zones": shown.collection(shown.zone_feature(cell) for cell in base.coverage.cells),
            "ended": [shown.ended_json(cell, base) for cell in base.coverage.ended],
        }
    )


@router.post(
    "/check",
    summary="What operations make of the zones, and what is wrong with it; keeps nothing",
    openapi_extra=_body(EDIT_SCHEMA, EDIT_MEMBERS),
)
@open_to(ZONE_MANAGER)
def check(request: HttpRequest) -> JsonResponse:
    """Answer the zones that differ, the zones concerned, and each fault with its shape."""
    base, coverage, found = _tried(_edit(_read(request, EDIT_MEMBERS, EDIT_MEMBERS)))
    return JsonResponse(shown.edited_json(base.coverage, coverage, found))


@router.post(
    "/preview",
    summary="Who gains and who loses by operations on the zones; keeps nothing",
    openapi_extra=_body(EDIT_SCHEMA, EDIT_MEMBERS),
)
@open_to(ZONE_MANAGER)
def preview(request: HttpRequest) -> JsonResponse:
    """Answer per zone and per piece of ground: bays, plots, permits, tickets, revenue, price."""
    edit = _edit(_read(request, EDIT_MEMBERS, EDIT_MEMBERS))
    base, coverage, found = _tried(edit)
    if found:
        raise Problem(422, "not_a_coverage", BROKEN.with_values(count=len(found)))
    moment = Asked(edit.day, timezone.now())
    with as_system():  # counts of tickets and permits, and no row of either
        told = impact(before=base.coverage, now=coverage, book=zone_book(), asked=moment)
    return JsonResponse(shown.impact_json(told))


@router.post(
    "",
    summary="Let operations on the zones hold from a day on",
    openapi_extra=_body(SAVE_SCHEMA, SAVE_MEMBERS - {"correction"}),
)
@open_to(ZONE_MANAGER)
def keep(request: HttpRequest) -> JsonResponse:
    """Write new versions and end the old ones; 409 where somebody else changed the zones."""
    body = _read(request, SAVE_MEMBERS - {"correction"}, SAVE_MEMBERS)
    correction = body.get("correction", False)
    if not isinstance(correction, bool):
        raise bad_value("correction", NOT_A_BOOLEAN)
    wanted = Wanted(_edit(body), text(body["source"], "source", most=LONGEST_SOURCE), correction)
    done = save(wanted=wanted, by=actor_of(request, ZONE_MANAGER), at=timezone.now())
    versions = [{"number": number, "version": version} for number, version in done.versions]
    return JsonResponse({"from": done.day.isoformat(), "zones": versions}, status=201)
