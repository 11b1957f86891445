"""The registration clerk's screen: plot, owner, papers, neighbours and overlaps on one page."""

import base64
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from geo_portal.casework.asking import actors_of
from geo_portal.casework.case_page_views import acts_of
from geo_portal.home.page_config import map_config
from geo_portal.permits.asking import Asked, application_asked
from geo_portal.permits.panel import CLERKS
from geo_portal.permits.registration import registration_of
from municipality.asked import today
from municipality.cases.kinds import machine_of
from municipality.people.access import SIGNED_IN, not_found, open_to
from municipality.words import Text
from plots.building_permits.mandates import LONGEST, has_registration
from plots.building_permits.models import Work
from plots.building_permits.report_models import FrozenReport
from plots.building_permits.words import WORKS
from plots.register.ministry import configured


@dataclass(frozen=True, slots=True)
class Entering:
    """A form about mandates that was refused: of which title or mandate, and what is wrong."""

    title_id: int | None = None
    mandate_id: int | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    errors: Mapping[str, Text] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What the ids of its fields begin with."""
        return str(self.mandate_id or self.title_id)


def page_of(
    request: HttpRequest, found: Asked, *, at: dt.datetime, entering: Entering | None = None
) -> HttpResponse:
    """Show the screen; ``ask=ministry`` asks its register too, ``entering`` is a refused form."""
    case = found.application.case
    register = configured() if request.GET.get("ask") == "ministry" else None
    shown = registration_of(case, found.application, on=today(), register=register)
    context = {
        **shown,
        "case": case,
        "application": found.application,
        "state": machine_of(case.kind).state(case.state),
        "work": WORKS[Work(found.application.work)],
        "is_staff": True,
        "acts": acts_of(request, case, at=at),
        "may_enter": any(has_registration(case, one, at=at) for one in actors_of(request)),
        "entering": entering,
        "longest": LONGEST,
        "today": today(),
        "config": map_config(request, things=shown["things"]),
    }
    status = 422 if entering is not None else 200
    return render(request, "permits/registration.html", context, status=status)


@never_cache
@require_safe
@open_to(*CLERKS)
def registration_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show an application to the registration section."""
    at = timezone.now()
    return page_of(request, application_asked(request, public_id, at=at), at=at)


@never_cache
@require_safe
@open_to(SIGNED_IN)
def frozen_report(request: HttpRequest, public_id: str, plot_id: int, number: int) -> HttpResponse:
    """Give the plot report of one submission, byte for byte as it was frozen."""
    found = application_asked(request, public_id, at=timezone.now())
    rows = FrozenReport.objects.filter(
        application=found.application, plot_id=plot_id, number=number
    )
    report = rows.first()  # unique
    if report is None:
        raise not_found()
    answer = HttpResponse(report.json, content_type="application/json; charset=utf-8")
    name = f"plot-{plot_id}-submission-{number}.json"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    digest = base64.b64encode(bytes.fromhex(report.sha256)).decode()
    answer["Repr-Digest"] = f"sha-256=:{digest}:"  # RFC 9530
    return answer
