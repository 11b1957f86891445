"""Splitting a report among departments on its page, and what a department adds to its part."""

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from geo_portal.casework.asking import case_of, writer_of
from geo_portal.reporting.case_views import NO_DEPARTMENT
from geo_portal.reporting.report_steps import done, of_officer, photo_sent
from municipality.actor import Actor
from municipality.cases.actions import CannotMove
from municipality.cases.rights import Side
from municipality.clock import database_now
from municipality.people.access import SIGNED_IN, not_found, open_to
from observations.parts.actions import call_off, split
from observations.parts.models import Part
from observations.parts.transitions import KIND
from observations.reports import actions
from observations.routing.models import Body


def _part_of_officer(
    request: HttpRequest, public_id: str, *, at: dt.datetime
) -> tuple[Part, Actor]:
    case = case_of(request, public_id, at=at)
    by, side = writer_of(request, case, at=at)
    if case.kind != KIND or side is not Side.MUNICIPALITY:
        raise not_found()
    return Part.objects.select_related("whole").get(case=case), by


@require_POST
@open_to(SIGNED_IN)
def split_report(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask one more department for its part of a report."""
    at = database_now()
    case, by = of_officer(request, public_id, at=at)
    told = {name: str(text).replace("\0", "") for name, text in request.POST.items()}
    body = Body.objects.filter(code=told.get("body", ""), is_outside=False).first()

    def act() -> None:
        if body is None:
            raise CannotMove(NO_DEPARTMENT)
        split(case_id=case.pk, body=body, asked=told.get("asked", ""), by=by, at=at)

    return done(request, public_id, act)


@require_POST
@open_to(SIGNED_IN)
def call_off_part(request: HttpRequest, public_id: str, part_id: str) -> HttpResponse:
    """Call off what was asked of another department; for the officers of the report."""
    at = database_now()
    case, by = of_officer(request, public_id, at=at)
    part = Part.objects.filter(whole=case, case__public_id=part_id).first()  # unique
    if part is None:
        raise not_found()
    return done(request, public_id, lambda: call_off(part=part, by=by, at=at))


@require_POST
@open_to(SIGNED_IN)
def add_photo_to_part(request: HttpRequest, public_id: str) -> HttpResponse:
    """Add a photo of the work to the report that a part is of."""
    at = database_now()
    part, by = _part_of_officer(request, public_id, at=at)

    def act() -> None:
        file = photo_sent(request, about=part.whole, by=by, at=at)
        actions.add_photos(case_id=part.whole_id, files=(file,), of_the_work=True, by=by, at=at)

    return done(request, public_id, act)
