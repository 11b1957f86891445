"""Violations for who has to pay or dispute them, and for the supervisor who decides."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geo_portal.collection.forms import words_of
from geo_portal.home.page_config import map_config
from geo_portal.parking.buying import plate_from
from geo_portal.parking.ticket_views import COUNTRIES
from municipality import geojson
from municipality.billing.bills.gathering import MOST
from municipality.cases.models import Case
from municipality.clock import database_now
from municipality.documents.links import link_to
from municipality.people.access import ANYONE, SIGNED_IN, not_found, open_to
from municipality.people.acting_person import actor_of, person_of
from municipality.people.limits import Limit, count, count_person
from municipality.people.models import User
from municipality.problems import Problem
from municipality.reach import acting
from municipality.stored import shape_of
from municipality.words import Text, in_arabic
from parking_zones.inspection.checks import words_then
from parking_zones.plates import vehicle_of_key
from parking_zones.violations.actions import confirm, drop
from parking_zones.violations.disputes import Disputed, dispute
from parking_zones.violations.models import Violation
from parking_zones.violations.paying import pay_together
from parking_zones.violations.queries import (
    Known,
    by_public_id,
    disputed_in,
    found_by,
    known,
    of_holder,
    proposed,
)
from parking_zones.zones.book import zone_book
from parking_zones.zones.queries import city_time

LOOKED_FOR = (Limit("violation_minute", 10, 60), Limit("violation_day", 100, 86_400))
PHOTO_LIVES = dt.timedelta(minutes=30)
NOT_FOUND = Text(
    "لا مخالفة بهذا الرقم لهذه اللوحة. راجع الرقم واللوحة كما في الإشعار.",
    "No violation of this number for this plate. Check both as they stand on the notice.",
)
DONE = Text("سُجّل القرار.", "The decision is recorded.")
WHY_NEEDED = Text("اكتب سبب القرار.", "Write the reason for the decision.")
PLACES = {
    "inside": Text("داخل المنطقة", "inside the zone"),
    "near_edge": Text("قريب من حد المنطقة", "near the edge of the zone"),
    "ambiguous": Text("في أكثر من منطقة", "in more than one zone"),
    "outside": Text("خارج المناطق", "outside the zones"),
}


def _clean(request: HttpRequest, name: str, longest: int = 60) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[:longest]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ANYONE)
def find(request: HttpRequest) -> HttpResponse:
    """Find one by number and plate, both; and, signed in, those of one's own permits."""
    context: dict[str, Any] = {"countries": COUNTRIES}
    if request.method == "POST":
        count(request, LOOKED_FOR, at=database_now())
        if isinstance(request.user, User):
            count_person(request.user.pk, LOOKED_FOR, at=database_now())
        context |= {name: _clean(request, name) for name in ("number", "plate", "country")}
        try:
            key = plate_from(context["plate"], context["country"]).key
            found = found_by(number=context["number"], plate_key=key)
            if found is not None:
                return redirect("parking:violation", found.violation.public_id)
            context["refused"] = NOT_FOUND
        except Problem as refused:
            context["refused"] = refused.detail
    if isinstance(request.user, User):
        mine = of_holder(person_id=request.user.pk)
        context["mine"] = [_shown(one) for one in mine]
        due = [one.violation.fine_baisa for one in mine if one.word == "due"]
        context |= {"due_baisa": sum(due), "due_count": len(due)}
    return render(request, "parking/find_violation.html", context)


@require_POST
@open_to(SIGNED_IN)
def pay_several(request: HttpRequest) -> HttpResponse:
    """Lead to the one bill of all that were chosen of one's own; each keeps its own way back."""
    person = person_of(request)
    mine = {one.violation.public_id: one.violation.pk for one in of_holder(person_id=person.pk)}
    chosen = [mine[key] for key in request.POST.getlist("violation")[:MOST] if key in mine]
    by = actor_of(request, next(iter(person.roles), ""))
    try:
        bill = pay_together(violation_ids=chosen, person=person, by=by, at=database_now())
    except Problem as refused:
        messages.error(request, words_of(refused))
        return redirect("parking:find_violation")
    return redirect("collection:pay", bill.public_id)


def _shown(one: Known) -> dict[str, Any]:
    """Write what every page shows of a violation."""
    evidence, violation = one.evidence, one.violation
    return {
        "known": one,
        "violation": violation,
        "plate": vehicle_of_key(violation.plate_key),
        "offence": Text(violation.offence.name_ar, violation.offence.name_en),
        "words": words_then(evidence),
        "place": PLACES.get(evidence.get("place", "")),
        "zone": evidence.get("zone"),
        "rights": evidence.get("rights", []),
        "is_disputed": any(row.is_open for row in one.disputes),
        "can_dispute": violation.state == Violation.State.ISSUED
        and not any(row.is_open for row in one.disputes),
    }


@acting
def _things(violation: Violation) -> dict[str, Any]:
    """Draw the place of a violation and the zone as it held on that day."""
    check = violation.parking_check
    if check is None:
        return {"type": "FeatureCollection", "features": []}
    day = city_time(violation.issued_at).date()
    zones = [zone for zone in zone_book().on_day(day) if zone.zone_id == violation.zone_id]
    shapes = [*(zone.boundary for zone in zones), shape_of(check.point)]
    features = [
        {"type": "Feature", "geometry": geojson.geometry(shape), "properties": {}}
        for shape in shapes
    ]
    return {"type": "FeatureCollection", "features": features}


def _photos(request: HttpRequest, one: Known, *, at: dt.datetime) -> list[str]:
    person = request.user.pk if isinstance(request.user, User) else None
    return [link_to(photo, person, at + PHOTO_LIVES) for photo in one.photos]


def _page(request: HttpRequest, one: Known, template: str, **more: Any) -> HttpResponse:
    at = database_now()
    context = {
        **_shown(one), **more, "photos": _photos(request, one, at=at),
        "config": map_config(request, things=_things(one.violation)),
    }  # fmt: skip
    answer = render(request, template, context)
    answer["Cache-Control"] = "no-store"
    return answer


def panel_of_dispute(case: Case) -> dict[str, Any]:
    """Write what the page of a dispute shows of its violation, evidence and photos first."""
    disputed, one = disputed_in(case.pk)
    at = database_now()
    photos = [link_to(photo, None, at + PHOTO_LIVES) for photo in one.photos]
    return {**_shown(one), "reason": disputed.reason, "photos": photos}


@require_safe
@open_to(ANYONE)
def violation(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one: photos, place and rule on the map, what is owed, what can be done."""
    found = by_public_id(public_id)
    if found is None:
        raise not_found()
    return _page(request, found, "parking/violation.html")


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(SIGNED_IN)
def dispute_violation(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask why it is disputed; then papers are attached to the case, and it is submitted."""
    found = by_public_id(public_id)
    if found is None:
        raise not_found()
    if request.method == "POST":
        person = person_of(request)
        try:
            case = dispute(
                disputed=Disputed(found.violation.pk, _clean(request, "reason", 2_000)),
                person=person,
                by=actor_of(request, next(iter(person.roles), "")),
                at=database_now(),
            )
        except Problem as refused:
            messages.error(request, words_of(refused))
            return redirect("parking:dispute_violation", public_id)
        return redirect("casework:case", case.public_id)
    return _page(request, found, "parking/dispute.html")


@never_cache
@require_safe
@open_to("supervisor")
def proposed_violations(request: HttpRequest) -> HttpResponse:
    """Show what inspectors laid before the supervisor, the oldest first."""
    at = database_now()
    rows = [known(one) for one in proposed()[:50]]
    shown = [{**_shown(one), "photos": _photos(request, one, at=at)} for one in rows]
    things = [feature for one in rows for feature in _things(one.violation)["features"]]
    config = map_config(request, things={"type": "FeatureCollection", "features": things})
    return render(request, "parking/proposed.html", {"rows": shown, "config": config})


@require_POST
@open_to("supervisor")
def decide_violation(request: HttpRequest, public_id: str) -> HttpResponse:
    """Confirm what was proposed, or drop it; with a reason, by another pair of eyes."""
    made = Violation.objects.filter(public_id=public_id).first()  # unique
    if made is None:
        raise not_found()
    why, act = _clean(request, "why", 300), _clean(request, "act")
    if not why:
        messages.error(request, str(WHY_NEEDED))
        return redirect("parking:proposed_violations")
    by, at = actor_of(request, "supervisor"), database_now()
    try:
        (confirm if act == "confirm" else drop)(violation_id=made.pk, why=why, by=by, at=at)
    except Problem as refused:
        messages.error(request, words_of(refused))
    else:
        messages.success(request, DONE.ar if in_arabic() else DONE.en)
    return redirect("parking:proposed_violations")
