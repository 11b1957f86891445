"""Who asks for a case, and whether it is theirs to see."""

import datetime as dt
from collections.abc import Sequence

from django.http import HttpRequest

from municipality.actor import Actor
from municipality.cases.machine import Edge
from municipality.cases.models import Case
from municipality.cases.rights import Side, edges_for, may_see, side_of
from municipality.people.access import not_found
from municipality.people.acting_person import actor_of, person_of


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


def writer_of(request: HttpRequest, case: Case, *, at: dt.datetime) -> tuple[Actor, Side]:
    """Return as whom someone writes in a case, and on which side; NEITHER for who only reads."""
    actors = actors_of(request)
    for actor in actors:
        side = side_of(case, actor, at=at)
        if side is not Side.NEITHER:
            return actor, side
    return actors[0], Side.NEITHER
