"""Whose request about a permit is asked for, and in which part: as in its case."""

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest

from geo_portal.casework.asking import case_of, writer_of
from municipality.actor import Actor
from municipality.cases.models import Case
from municipality.cases.rights import Side
from municipality.people.access import not_found
from parking_zones.parking_permits.checks import request_of
from parking_zones.parking_permits.models import PermitRequest
from parking_zones.parking_permits.requests import KIND


@dataclass(frozen=True, slots=True)
class RequestAsked:
    """A request, its case, who asks for it, and on which side they stand."""

    request: PermitRequest
    case: Case
    by: Actor
    side: Side


def request_asked(request: HttpRequest, public_id: str, *, at: dt.datetime) -> RequestAsked:
    """Return the request of a case that is theirs to see; raises Problem 404."""
    case = case_of(request, public_id, at=at)
    if case.kind != KIND:
        raise not_found()
    by, side = writer_of(request, case, at=at)
    return RequestAsked(request_of(case), case, by, side)
