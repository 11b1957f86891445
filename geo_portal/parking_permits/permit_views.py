"""My permits, and one permit: where it is good, until when, and what can be asked about it."""

import datetime as dt
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from geo_portal.home.page_config import map_config
from geo_portal.parking_permits.apply_views import COUNTRIES
from geo_portal.parking_permits.desk_views import DESK
from geo_portal.parking_permits.reading import own_permit, plate_told, served_of, told_in_form
from geo_portal.parking_permits.shown import row_of, things_of, zone_feature
from municipality.asked import today
from municipality.cases.actions import CannotMove
from municipality.cases.models import Case
from municipality.city_time import city_day
from municipality.digits import NotANumber, integer
from municipality.documents.models import IssuedPaper
from municipality.people.access import SIGNED_IN, not_found, open_to
from municipality.people.acting_person import actor_of, person_of
from municipality.phones import masked
from municipality.problems import Problem
from municipality.reach import as_system
from parking_zones.parking_permits.fees import refund_of
from parking_zones.parking_permits.models import ParkingPermit, PermitRequest
from parking_zones.parking_permits.requests import About, ask_about
from parking_zones.parking_permits.terms import months_allowed
from parking_zones.parking_permits.words import ACTS, plate_words

Act = PermitRequest.Act
LATEST = 100


@never_cache
@require_safe
@open_to(SIGNED_IN)
def my_permits(request: HttpRequest) -> HttpResponse:
    """Show the permits of a person, those that hold first, and where they are good."""
    at, on = timezone.now(), today()
    rows = ParkingPermit.objects.filter(person_id=served_of(request).pk)
    found = list(rows.select_related("zone", "bay").order_by("-ends_on", "-pk")[:LATEST])
    numbers = {one.zone.number: one for one in found if one.zone is not None and one.ends_on > on}
    prefix = "/en" if request.path_info.startswith("/en/") else ""
    drawn = [
        zone_feature(number, on=on, url=f"{prefix}/parking/permits/{one.public_id}/")
        for number, one in numbers.items()
    ]
    open_ones = PermitRequest.objects.filter(
        case__closed_at=None, case__parties__person=served_of(request)
    )
    context = {
        "rows": [row_of(one, on=on, at=at) for one in found],
        "asked": _asked(open_ones.distinct()),
        "config": map_config(
            request,
            things={"type": "FeatureCollection", "features": [one for one in drawn if one]},
        ),
        "has_map": any(drawn),
    }
    return render(request, "parking_permits/mine.html", context)


def _permit(request: HttpRequest, public_id: str) -> tuple[ParkingPermit, bool]:
    """Return a permit and whether who asks holds it; raises Problem 404 for anybody else."""
    try:
        return own_permit(request, public_id), True
    except Problem:
        if not person_of(request).has_role(*DESK):
            raise
    rows = ParkingPermit.objects.select_related("zone", "bay", "paper", "case", "renews")
    found = rows.filter(public_id=public_id).first()  # unique
    if found is None:
        raise not_found()
    return found, False


def _asked(requests: QuerySet[PermitRequest]) -> list[dict[str, Any]]:
    """Return the open requests with what they ask for."""
    rows = requests.select_related("case").order_by("-pk")[:LATEST]
    return [{"case": one.case, "act": ACTS[Act(one.act)]} for one in rows]


def _case_of_paper(permit: ParkingPermit) -> str:
    """Return the public id of the case that issued the permit's present paper."""
    if permit.paper is None or permit.paper.state != IssuedPaper.State.VALID:
        return ""
    found = Case.objects.filter(pk=int(permit.paper.about.partition("/")[2]))
    return next(iter(found.values_list("public_id", flat=True)), "")


def _vehicles(permit: ParkingPermit) -> list[dict[str, Any]]:
    return [
        {"plate": plate_words(row.plate_key), "since": row.valid.lower, "until": row.valid.upper}
        for row in permit.vehicles.order_by("-valid")
        if row.valid.lower is not None
    ]


def _context(permit: ParkingPermit, *, at: dt.datetime) -> dict[str, Any]:
    """Return what the page of a permit shows, whoever looks."""
    on = city_day(at)
    unused, back = refund_of(permit, on=on)
    return {
        **row_of(permit, on=on, at=at),
        "vehicles": _vehicles(permit),
        "unused": unused,
        "back": back,
        "months": months_allowed(kind=permit.kind, on=on),
        "renewal": ParkingPermit.objects.filter(renews=permit).first(),
        "asked": _asked(permit.requests.filter(case__closed_at=None)),
        "paper_case": _case_of_paper(permit),
        "countries": COUNTRIES.items(),
        "phone": masked(permit.phone) if permit.phone else "",
    }


@never_cache
@require_safe
@open_to(SIGNED_IN)
def permit_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a permit to its holder, and to the officers of permits."""
    at = timezone.now()
    permit, is_own = _permit(request, public_id)
    with as_system():  # whose it is was asked: a delegate is on no case of the permit yet
        context = _context(permit, at=at) | {
            "is_own": is_own,
            "config": map_config(request, things=things_of(permit, on=today())),
        }
    return render(request, "parking_permits/permit.html", context)


def _about(request: HttpRequest) -> About:
    """Read what is asked about a permit; raises Problem 422."""
    told = told_in_form(request)
    act = told.get("act", "")
    if act not in (Act.RENEW, Act.VEHICLE, Act.LOST, Act.END):
        raise not_found()
    months = None
    if act == Act.RENEW and told.get("months"):
        try:
            months = integer(told["months"])
        except NotANumber:
            months = 0  # which no rule allows: the refusal names those that it does
    plate = plate_told(told) if act == Act.VEHICLE else ""
    return About(act, months=months, plate_key=plate, reason=told.get("reason", "")[:300])


@require_POST
@open_to(SIGNED_IN)
def ask(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask for a renewal, another vehicle, another paper or an early end; leads to its case."""
    permit, at = own_permit(request, public_id), timezone.now()
    by = actor_of(request, next(iter(person_of(request).roles), ""))
    try:
        case = ask_about(permit_id=permit.pk, about=_about(request), by=by, at=at)
    except CannotMove as refusal:
        messages.error(request, str(refusal.words))
    except Problem as refused:
        if refused.status == 404:
            raise
        messages.error(request, str(refused.detail))
    else:
        return redirect("casework:case", case.public_id)
    return redirect("parking_permits:permit", public_id)
