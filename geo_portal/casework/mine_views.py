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
from municipality.billing.bills.models import Bill
from municipality.cases.kinds import machine_of
from municipality.cases.models import Case
from municipality.cases.queries import cases_of
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


def _shown(case: Case) -> dict[str, Any]:
    machine = machine_of(case.kind)
    return {"case": case, "kind": machine.name, "state": machine.state(case.state)}


@never_cache
@require_safe
@open_to(SIGNED_IN)
def my_things(request: HttpRequest) -> HttpResponse:
    """Show what a person and their offices have with the municipality."""
    person = person_of(request)
    offices = office_ids(person, on=today())
    cases = list(cases_of(person_id=person.pk, offices=offices)[:LATEST])
    prefix = "/en" if request.path_info.startswith("/en/") else ""
    drawn = [_feature(case, f"{prefix}/cases/{case.public_id}/") for case in cases]
    bills = Bill.objects.filter(payer_person_id=person.pk).exclude(
        state__in=(Bill.State.SUPERSEDED, Bill.State.CANCELLED)
    )
    context = {
        "cases": [_shown(case) for case in cases],
        "bills": bills.order_by("-issued_at", "-pk")[:LATEST],
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
