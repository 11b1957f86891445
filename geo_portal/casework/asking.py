"""Who asks for a case, and whether it is theirs to see."""

import datetime as dt
from collections.abc import Sequence

from django.http import HttpRequest

from municipality.actor import Actor
from municipality.cases.machine import Edge
from municipality.cases.models import Case
from municipality.cases.rights import edges_for, may_see, parts_of
from municipality.people.access import not_found
from municipality.people.acting_person import actor_of, is_staff, person_of


def actors_of(request: HttpRequest) -> list[Actor]:
    """Name who asks once for each role they hold."""
    return [actor_of(request, role) for role in person_of(request).roles]


def case_of(request: HttpRequest, public_id: str, *, at: dt.datetime) -> Case:
    """Return a case that is theirs to see; raises Problem 404, the same for "not there"."""
    rows = Case.objects.select_related("claimed_by", "area", "wilayat", "directorate")
    found = rows.prefetch_related("parties").filter(public_id=public_id).first()  # unique
    if found is None or not may_see(found, actors_of(request), at=at):
        raise not_found()
    return found


def acts_on(case: Case, actors: Sequence[Actor], *, at: dt.datetime) -> list[tuple[Edge, Actor]]:
    """Return what someone may do with a case, each act once, and in which role."""
    found: dict[str, tuple[Edge, Actor]] = {}
    for actor in actors:
        for edge in edges_for(case, actor, at=at):
            found.setdefault(edge.name, (edge, actor))
    return list(found.values())


def speaks_for_municipality(request: HttpRequest, case: Case, *, at: dt.datetime) -> bool:
    """Tell on which side of the conversation someone writes: staff who are no party to it."""
    staff = is_staff(person_of(request))
    return staff and not any(parts_of(case, actor, at=at) for actor in actors_of(request))
