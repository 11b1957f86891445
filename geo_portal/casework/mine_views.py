"""My things: every case, bill, message and paper of a person, on a list and on a map."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from geo_portal.home.page_config import map_config
from municipality import geojson
from municipality.asked import today
from municipality.billing.bills.queries import bills_of
from municipality.cases.kinds import machine_of
from municipality.cases.models import Case
from municipality.cases.queries import cases_of, for_whom
from municipality.documents.models import IssuedPaper
from municipality.notices.models import Message
from municipality.people.access import SIGNED_IN, open_to
from municipality.people.acting_person import office_ids, person_of
from municipality.stored import shape_of

LATEST = 100


def _feature(case: Case, url: str) -> dict[str, Any] | None:
    """Draw a case as a point inside its place."""
    if case.place is None:
        return None
    point = shape_of(case.place).representative_point()
    return {
        "type": "Feature",
        "geometry": geojson.geometry(point),
        "properties": {"number": case.number, "url": url, "plot": case.plot_number},
    }


def _shown(case: Case, whom: str) -> dict[str, Any]:
    machine = machine_of(case.kind)
    state = machine.state(case.state)
    return {"case": case, "kind": machine.name, "state": state, "for": whom}


@never_cache
@require_safe
@open_to(SIGNED_IN)
def my_things(request: HttpRequest) -> HttpResponse:
    """Show what a person and their offices have with the municipality."""
    person = person_of(request)
    offices = office_ids(person, on=today())
    found = cases_of(person_id=person.pk, offices=offices, on=today())
    cases = list(found.prefetch_related("parties")[:LATEST])
    whom = {case.stream: for_whom(case, person_id=person.pk, offices=offices) for case in cases}
    prefix = "/en" if request.path_info.startswith("/en/") else ""
    drawn = [_feature(case, f"{prefix}/cases/{case.public_id}/") for case in cases]
    bills = bills_of(person_id=person.pk, subjects=list(whom))[:LATEST]
    context = {
        "cases": [_shown(case, whom[case.stream]) for case in cases],
        "bills": [{"bill": bill, "for": whom.get(bill.subject, "")} for bill in bills],
        "papers": IssuedPaper.objects.filter(about__in=[case.stream for case in cases]).order_by(
            "-issued_at", "-pk"
        ),
        "inbox": Message.objects.filter(person_id=person.pk).order_by("-queued_at", "-pk")[:20],
        "config": map_config(
            request,
            things={"type": "FeatureCollection", "features": [row for row in drawn if row]},
        ),
        "at": timezone.now(),
    }
    return render(request, "casework/mine.html", context)
