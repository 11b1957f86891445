"""The pages on which somebody follows areas and ends it, signed in or by the link in a mail."""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geo_portal.reporting.report_steps import said
from municipality.clock import database_now
from municipality.people.access import ANYONE, SIGNED_IN, open_to
from municipality.people.acting_person import person_of
from municipality.people.limits import Limit, count
from municipality.places.models import Area, Wilayat
from municipality.problems import Problem
from observations.alerts.actions import follow_area, leave_all, leave_area
from observations.alerts.models import AreaAlert
from observations.alerts.one_click import is_followed, stop_by_link
from observations.reports.models import Category

LIMITS = (Limit("area_stop_minute", 30, 60),)
WILAYAT, AREA = "w:", "a:"  # before the code of what is chosen


def _done(request: HttpRequest, act: Callable[[], object]) -> HttpResponse:
    """Do an act and go back to the page; a refusal is said on it."""
    said(request, act)
    return redirect("reporting:areas")


@never_cache
@require_safe
@open_to(SIGNED_IN)
def areas(request: HttpRequest) -> HttpResponse:
    """Show what somebody follows, and let them follow more."""
    mine = AreaAlert.objects.filter(person=person_of(request))
    context = {
        "mine": mine.select_related("wilayat", "area", "category").order_by("pk"),
        "wilayats": Wilayat.objects.order_by("pk"),
        "areas": Area.objects.order_by("name_ar", "pk"),
        "categories": Category.objects.filter(public=True, retired_on=None).order_by(
            "position", "code"
        ),
    }
    return render(request, "reporting/areas.html", context)


@require_POST
@open_to(SIGNED_IN)
def follow(request: HttpRequest) -> HttpResponse:
    """Follow a wilayat or a housing area."""
    told = {name: str(text).replace("\0", "") for name, text in request.POST.items()}
    where = told.get("place", "")
    code = where[2:]
    wilayat = Wilayat.objects.filter(code=code).first() if where.startswith(WILAYAT) else None
    area = Area.objects.filter(code=code).first() if where.startswith(AREA) else None
    category = Category.objects.filter(public=True, code=told.get("category", "")).first()
    return _done(
        request,
        lambda: follow_area(
            person=person_of(request), wilayat=wilayat, area=area, category=category,
            at=database_now(),
        ),
    )  # fmt: skip


@require_POST
@open_to(SIGNED_IN)
def leave(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Stop following one."""
    return _done(request, lambda: leave_area(public_id, person_id=person_of(request).pk))


@require_POST
@open_to(SIGNED_IN)
def leave_every(request: HttpRequest) -> HttpResponse:
    """Stop following everything."""
    return _done(request, lambda: leave_all(people=[person_of(request).pk]))


@csrf_exempt  # a mail program has neither cookie nor token: the signed link alone is the right
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ANYONE)
def stop_page(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to end the mails that a link stood in; POST ends them (RFC 8058).

    Programs that look through mails open every link, so that only POST ends anything.  A link
    that is none of ours gets one page, whatever is wrong with it.
    """
    count(request, LIMITS, at=database_now())
    stage, status = "ask", 200
    try:
        if request.method == "POST":
            stop_by_link(token)
        if not is_followed(token):
            stage = "ended"
    except Problem as refusal:
        stage, status = "unknown", refusal.status
    return render(request, "reporting/areas_stop.html", {"stage": stage}, status=status)
