"""Who asks for a case, for whom, and whether it is theirs to see."""

import datetime as dt
from collections.abc import Sequence

from django.http import HttpRequest

from municipality.actor import Actor
from municipality.cases.machine import Edge
from municipality.cases.models import Case
from municipality.cases.rights import (
    Side,
    applicant_id,
    delegates_now,
    edges_for,
    may_see,
    side_of,
)
from municipality.people.access import not_found
from municipality.people.acting_person import actor_of, person_of
from municipality.people.delegations import serve, served_id


def actors_of(request: HttpRequest) -> list[Actor]:
    """Name who asks once for each role they hold."""
    return [actor_of(request, role) for role in person_of(request).roles]


def _serve_giver(request: HttpRequest, case: Case, *, at: dt.datetime) -> None:
    """Let a delegate on a case act for its applicant, as an officer acts for a visitor.

    Nothing happens for who is no delegate (any more), or serves a visitor.
    """
    giver, person = applicant_id(case), person_of(request)
    if giver is None or served_id(request) is not None:
        return
    if any(one.person_id == person.pk for one in delegates_now(case, at=at)):
        serve(request, giver)


def case_of(request: HttpRequest, public_id: str, *, at: dt.datetime) -> Case:
    """Return a case that is theirs to see; raises Problem 404, the same for "not there"."""
    rows = Case.objects.select_related("claimed_by", "area", "wilayat", "directorate")
    found = rows.prefetch_related("parties").filter(public_id=public_id).first()  # unique
    if found is not None:
        _serve_giver(request, found, at=at)
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
