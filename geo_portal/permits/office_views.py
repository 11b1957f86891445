"""What an office opens: a new application, and the drawing of its site plan."""

import secrets
from typing import Any

import shapely
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from geo_portal.home.page_config import map_config
from geo_portal.permits.asking import Asked, application_asked, office_of
from geo_portal.permits.opening import ground_asked, owner_told
from geo_portal.permits.shown import application_json
from municipality.asked import today
from municipality.cases.rights import Side
from municipality.digits import western
from municipality.people.access import SIGNED_IN, not_found, open_to
from municipality.problems import Problem, bad_value
from municipality.words import Text
from plots.building_permits.actions import Wanted, open_application
from plots.building_permits.api import MAX_PLOTS, envelope_json
from plots.building_permits.models import Work
from plots.building_permits.queries import plots_of
from plots.building_permits.site_versions import DRAWN_IN
from plots.building_permits.sites.context import NotOneSite, site_of
from plots.building_permits.words import WORKS
from plots.building_permits.works import NEEDS, needs_of

CHOOSE_WORK = Text("اختر نوع العمل.", "Choose the kind of work.")
LONGEST_ID = 19
CHOICE = "choice-"  # and a number: the plot of that number that is meant
OWNER_FIELDS = {"name": "owner_name", "phone": "owner_phone", "civil_number": "owner_id"}


def _said(request: HttpRequest, name: str, longest: int) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[:longest]


def _plots(text: str) -> list[str]:
    """Read ids or numbers as people write several: with commas or plus signs between."""
    several = western(text).replace("،", ",").replace("+", ",").split(",")
    return [one.strip() for one in several if one.strip()]


def _asked_plots(request: HttpRequest) -> list[int | str]:
    """Return what was chosen on the map, else what was typed with what was chosen of a number."""
    on_map = [one for one in request.POST.get("plot_ids", "").split(",") if _is_id(one)]
    if on_map:
        return [int(one) for one in on_map]
    typed = _plots(_said(request, "plots", 300))
    chosen = {one: request.POST.get(f"{CHOICE}{one}", "") for one in typed}
    return [int(chosen[one]) if _is_id(chosen[one]) else one for one in typed]


def _is_id(text: str) -> bool:
    return text.isdecimal() and len(text) < LONGEST_ID


def _wanted(request: HttpRequest) -> Wanted:
    """Read the form; raises Problem 422 that names the field."""
    work = request.POST.get("work", "")
    if work not in Work.values:
        raise bad_value("work", CHOOSE_WORK)
    told = {name: request.POST.get(field, "") for name, field in OWNER_FIELDS.items()}
    owner = owner_told(told, OWNER_FIELDS)
    ground = ground_asked(
        Work(work), _asked_plots(request), _said(request, "permit", 40), on=today()
    )
    return Wanted(
        Work(work), ground.plot_ids, owner, _said(request, "use", 40), ground.permit,
        _said(request, "key", 40),
    )  # fmt: skip


def _choices(request: HttpRequest, asked_for: str) -> dict[str, str]:
    """Return what was chosen of other numbers before, to be sent along again."""
    chosen = {name: request.POST[name] for name in request.POST if name.startswith(CHOICE)}
    chosen.pop(f"{CHOICE}{asked_for}", None)
    return dict(list(chosen.items())[:MAX_PLOTS])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to("office")
def new_application(request: HttpRequest) -> HttpResponse:
    """Choose the plot or several merged ones, the work and the owner; POST opens the draft."""
    office, by = office_of(request, on=today())
    refused: Problem | None = None
    if request.method == "POST":
        try:
            case = open_application(
                office_id=office, wanted=_wanted(request), by=by, at=timezone.now()
            )
        except Problem as problem:
            refused = problem
        else:
            wanted = Work(case.permit_application.work)
            page = "permits:site" if NEEDS[wanted].has_site else "casework:case"
            return redirect(page, case.public_id)
    number = str(refused.extra.get("number", "")) if refused else ""
    context = {
        "works": [(work, WORKS[work], NEEDS[work]) for work in Work],
        "chosen": request.POST.get("work", request.GET.get("work", Work.NEW)),
        "told": request.POST,
        "plots": request.POST.get("plots", request.GET.get("number", "")),
        "plot_ids": request.POST.get("plot_ids", request.GET.get("plot", "")),
        "key": request.POST.get("key") or secrets.token_urlsafe(16),
        "refused": refused,
        "number": number,
        "alike": refused.extra.get("plots") if refused else None,
        "choices": _choices(request, number),
        "config": map_config(request),
    }
    return render(request, "permits/new.html", context, status=422 if refused else 200)


def site_config(request: HttpRequest, found: Asked) -> dict[str, Any]:
    """Return what the islands of an application are told: itself, its ground, who may draw."""
    application, at, on = found.application, timezone.now(), today()
    case = application.case
    plots = plots_of(application, on=on)
    try:
        site = site_of(plots=plots, buildings=shapely.Point(), on=on) if plots else None
    except NotOneSite:
        site = None
    address = f"/api/building-permits/applications/{case.public_id}"
    return {
        "application": application_json(application, person=found.person, side=found.side, at=at),
        "ground": envelope_json(plots, site) if site is not None else None,
        "may_draw": found.side is Side.APPLICANT and case.state in DRAWN_IN,
        "api": address,
        "case_url": reverse("casework:case", args=[case.public_id]),
    }


@never_cache
@require_safe
@open_to(SIGNED_IN)
def site_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the site plan of an application on its plot: drawn by the office, read by officers."""
    found = application_asked(request, public_id, at=timezone.now())
    if not needs_of(found.application).has_site:
        raise not_found()
    context = {
        "case": found.application.case,
        "application": found.application,
        "work": WORKS[Work(found.application.work)],
        "may_draw": found.side is Side.APPLICANT and found.application.case.state in DRAWN_IN,
        "has_version": found.application.versions.exists(),
        "config": map_config(request, **site_config(request, found)),
    }
    return render(request, "permits/site.html", context)
