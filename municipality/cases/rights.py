"""Who may do what with a case: by their part in it, or by their office in the municipality."""

import datetime as dt
from collections.abc import Sequence

from municipality.actor import Actor
from municipality.cases.kinds import machine_of
from municipality.cases.machine import BILLING, PARTIES, SYSTEM, Edge
from municipality.cases.models import Case, Party
from municipality.conf import PROFILE
from municipality.people.acting_person import office_ids
from municipality.people.models import User
from municipality.words import Text

OWN_CASE = Text(
    "أنت طرف في هذه المعاملة، فينجزها موظف آخر.",
    "You are a party to this case; another officer handles it.",
)
OTHER_DIRECTORATE = Text("هذه المعاملة لمديرية أخرى.", "This case belongs to another directorate.")


def parts_of(case: Case, actor: Actor, *, at: dt.datetime) -> frozenset[str]:
    """Return the parts an actor has in a case: applicant, owner, office, payer.

    A delegate has the parts of the one acted for; a member of an office has the office's.
    """
    people = {actor.person_id, actor.for_person_id} - {None}
    if not people:
        return frozenset()
    parties = list(Party.objects.filter(case=case))
    offices: tuple[int, ...] = ()
    if actor.person_id is not None and any(party.consultancy_id for party in parties):
        person = User.objects.get(pk=actor.person_id)
        offices = office_ids(person, on=at.astimezone(PROFILE.time_zone).date())
    return frozenset(
        party.role
        for party in parties
        if party.person_id in people or party.consultancy_id in offices
    )


def _staff_refusal(case: Case, actor: Actor, *, at: dt.datetime) -> Text | None:
    """Return why an officer may not act on a case although the role may (guards.md threat 14)."""
    if parts_of(case, actor, at=at):
        return OWN_CASE
    if case.directorate_id is None or actor.person_id is None:
        return None
    desk = User.objects.filter(pk=actor.person_id).values_list("directorate_id", flat=True)
    own = next(iter(desk), None)
    return OTHER_DIRECTORATE if own not in (None, case.directorate_id) else None


def may_take(edge: Edge, case: Case, actor: Actor, *, at: dt.datetime) -> bool:
    """Tell whether an actor may take an edge of a case, guards aside."""
    if actor.role in (SYSTEM, BILLING):
        return actor.role in edge.by
    if set(edge.by) & parts_of(case, actor, at=at) & set(PARTIES):
        return True
    if actor.role not in edge.by or actor.role in PARTIES:
        return False
    return _staff_refusal(case, actor, at=at) is None


WATCHERS = frozenset({"supervisor", "auditor", "agent", "hall"})  # who reads cases, all of them


def may_see(case: Case, actors: Sequence[Actor], *, at: dt.datetime) -> bool:
    """Tell whether someone, in any of their roles, may open a case: a party or its officers."""
    machine = machine_of(case.kind)
    officers = {role for edge in machine.edges for role in edge.by} - {BILLING, SYSTEM, *PARTIES}
    for actor in actors:
        if parts_of(case, actor, at=at) or actor.role in WATCHERS:
            return True
        if actor.role in officers and _staff_refusal(case, actor, at=at) is None:
            return True
    return False


def edges_for(case: Case, actor: Actor, *, at: dt.datetime) -> list[Edge]:
    """Return what an actor may do with a case now: the buttons of its page."""
    machine = machine_of(case.kind)
    return [
        edge
        for edge in machine.edges_from(case.state)
        if may_take(edge, case, actor, at=at) and (edge.only_if is None or edge.only_if(case))
    ]
