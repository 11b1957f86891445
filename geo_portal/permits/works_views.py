"""The works under a permit: what was built, drawn by the office; the visit, written on the site."""

from typing import Any

import shapely
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from geo_portal.casework.case_page_views import seen_count
from geo_portal.home.page_config import map_config
from geo_portal.permits.asking import WorksAsked, works_asked
from geo_portal.permits.shown import works_json
from geo_portal.permits.works_api import LONGEST, OUTCOMES, fix_of
from municipality import geojson
from municipality.asked import today
from municipality.cases.actions import CannotMove
from municipality.cases.conversation import attach
from municipality.cases.kinds import machine_of
from municipality.cases.rights import Side
from municipality.documents.file_gate import Unreadable
from municipality.documents.intake import accept
from municipality.people.access import SIGNED_IN, not_found, open_to
from municipality.problems import Problem, bad_value
from municipality.stored import shape_of
from municipality.words import Text
from plots.building_permits.api import envelope_json
from plots.building_permits.construction.models import SiteVisit
from plots.building_permits.construction.readiness import is_stopped, open_visit
from plots.building_permits.construction.stages import NAMES
from plots.building_permits.construction.surveys import (
    SURVEYED_IN,
    deviation_of,
    latest_as_built,
    planned,
)
from plots.building_permits.construction.visits import Found, decide
from plots.building_permits.models import PermitApplication, Work
from plots.building_permits.paper import last_day
from plots.building_permits.queries import plots_of
from plots.building_permits.sites.context import NotOneSite, site_of
from plots.building_permits.words import WORKS

Outcome = SiteVisit.Outcome
# What an inspector may find: of a stage, or while an order to stop holds.
ASKED = {
    False: (
        (Outcome.PASSED, Text("اجتازت المرحلة", "The stage passes")),
        (Outcome.FAILED, Text("لم تجتز، والعمل مستمر", "It does not pass; the works go on")),
        (Outcome.STOPPED, Text("أوقف العمل لمخالفة", "Stop the work for a violation")),
    ),
    True: (
        (Outcome.RELEASED, Text("أزيلت المخالفة: ارفع الإيقاف", "Mended: lift the order")),
        (Outcome.FAILED, Text("لم تُزل: يبقى الإيقاف", "Not mended: the order stays")),
    ),
}


def _ground(application: PermitApplication) -> dict[str, Any] | None:
    plots = plots_of(application, on=today())
    try:
        site = site_of(plots=plots, buildings=shapely.Point(), on=today()) if plots else None
    except NotOneSite:
        return None
    return envelope_json(plots, site) if site is not None else None


def _may_survey(found: WorksAsked) -> bool:
    return found.side is Side.APPLICANT and found.works.case.state in SURVEYED_IN


@never_cache
@require_safe
@open_to(SIGNED_IN)
def as_built_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show what was built over what was approved: drawn by the office, read by officers."""
    found = works_asked(request, public_id, at=timezone.now())
    works, told = found.works, works_json(found.works, side=found.side)
    application = planned(works)
    if application is None:
        raise not_found()
    case, may_draw = works.case, _may_survey(found)
    address = reverse("casework:case", args=[case.public_id])
    config = map_config(
        request, ground=_ground(application), may_draw=may_draw, approved=told["approved"],
        api=f"/api/building-permits/works/{case.public_id}", case_url=address,
        application={
            "id": case.public_id, "state": case.state, "plots": [{"number": case.plot_number}],
            "site": told["as_built"],
        },
    )  # fmt: skip
    context = {
        "case": case,
        "work": WORKS[Work(works.permit.work)],
        "may_draw": may_draw,
        "is_survey": True,
        "has_version": told["as_built"] is not None,
        "config": config,
    }
    return render(request, "permits/site.html", context)


def _told(request: HttpRequest) -> Found:
    """Read the form of a visit; raises Problem 422 that names the field."""
    outcome = request.POST.get("outcome", "")
    if outcome not in Outcome.values:
        raise bad_value("outcome", OUTCOMES)
    text = request.POST.get("text", "").replace("\x00", "")[:LONGEST]
    fix = fix_of({name: request.POST.get(name, "") for name in ("lon", "lat", "accuracy_m")})
    return Found(Outcome(outcome), text, fix)


@transaction.atomic
def _record(request: HttpRequest, found: WorksAsked, *, seen: int | None) -> None:
    """Record a visit with its photo, or nothing of both; raises what either raises."""
    at, photo, told = timezone.now(), request.FILES.get("photo"), _told(request)
    if photo is not None:
        attach(
            case_id=found.case_id, kind="site_photo", by=found.by, at=at,
            file=accept(photo, by=found.by, at=at, about=found.works.case.stream),
        )  # fmt: skip
    decide(case_id=found.case_id, found=told, by=found.by, at=at, seen=seen)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to("site_inspector")
def visit_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write on the site what the visit that was asked for came to."""
    at = timezone.now()
    found = works_asked(request, public_id, at=at)
    works = found.works
    visit = open_visit(works)
    if visit is None or found.side is not Side.MUNICIPALITY:
        return redirect("casework:case", public_id)
    refused: Text | str | None = None
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        try:
            _record(request, found, seen=seen_count(seen) if seen else None)
        except (CannotMove, Unreadable) as refusal:
            refused = refusal.words
        except Problem as problem:
            refused = problem.detail
        else:
            return redirect("casework:case", public_id)
    told, ground = works_json(works, side=found.side), shape_of(works.permit.place)
    context = {
        "case": works.case,
        "state": machine_of(works.case.kind).state(works.case.state),
        "permit": works.permit,
        "last_day": last_day(works.permit),
        "stage": NAMES[visit.stage],
        "visit": visit,
        "outcomes": ASKED[is_stopped(works)],
        "told": request.POST,
        "refused": refused,
        "deviation": deviation_of(works, survey)
        if (survey := latest_as_built(works)) is not None else None,
        "drawings": works.permit.drawings.select_related("paper", "document").order_by("pk"),
        "config": map_config(
            request, approved=told["approved"], as_built=told["as_built"],
            plot=geojson.geometry(ground), plot_m2=round(float(ground.area), 2),
            api=f"/api/building-permits/works/{public_id}",
        ),
    }  # fmt: skip
    return render(request, "permits/visit.html", context, status=422 if refused else 200)
