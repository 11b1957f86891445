"""The auditor's screen: drawing and map side by side, versions over each other, remarks pinned."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from geo_portal.casework.case_page_views import acts_of
from geo_portal.home.page_config import map_config
from geo_portal.permits.asking import application_asked
from geo_portal.permits.office_views import site_config
from municipality.cases.kinds import machine_of
from municipality.cases.rights import Side
from municipality.people.access import SIGNED_IN, open_to
from plots.building_permits.approvals import AUDITORS
from plots.building_permits.models import Work
from plots.building_permits.words import WORKS
from plots.building_permits.works import needs_of


@never_cache
@require_safe
@open_to(SIGNED_IN)
def audit_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show an application to those who audit it, and to its office as they see it."""
    at = timezone.now()
    found = application_asked(request, public_id, at=at)
    case = found.application.case
    is_officer = found.side is Side.MUNICIPALITY
    audits = case.state if is_officer and AUDITORS.get(case.state) == found.by.role else ""
    context = {
        "case": case,
        "state": machine_of(case.kind).state(case.state),
        "work": WORKS[Work(found.application.work)],
        "is_staff": found.side is not Side.APPLICANT,
        "may_remark": is_officer and case.closed_at is None,
        "has_site": needs_of(found.application).has_site,
        "acts": acts_of(request, case, at=at),
        "config": map_config(
            request, **site_config(request, found), side=found.side.value, audits=audits
        ),
    }
    return render(request, "permits/audit.html", context)
