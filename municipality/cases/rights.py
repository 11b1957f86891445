"""Who may do what with a case: by their part in it, or by their office in the municipality."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from municipality.actor import Actor
from municipality.cases.kinds import machine_of
from municipality.cases.machine import APPLICANT, BILLING, DELEGATE, PARTIES, SYSTEM, Edge
from municipality.cases.models import Case, Party
from municipality.city_time import city_day
from municipality.people.acting_person import office_ids
from municipality.people.delegations import may_act_for, speaks_for_another
from municipality.people.models import User
from municipality.words import Text

OWN_CASE = Text(
    "أنت طرف في هذه المعاملة، فينجزها موظف آخر.",
    "You are a party to this case; another officer handles it.",
)
OTHER_DIRECTORATE = Text("هذه المعاملة لمديرية أخرى.", "This case belongs to another directorate.")


def applicant_id(case: Case) -> int | None:
    """Return the person who applied, where it was a person."""
    return next((one.person_id for one in case.parties.all() if one.role == APPLICANT), None)


def delegates_now(case: Case, *, at: dt.datetime) -> list[Party]:
    """Return the delegates on a case whom its applicant lets act at a moment."""
    giver = applicant_id(case)
    on = city_day(at)
    return [
        party
        for party in case.parties.all()
        if party.role == DELEGATE and party.person_id is not None and giver is not None
        and may_act_for(party.person_id, giver, case.kind, on=on)
    ]  # fmt: skip


def parts_of(case: Case, actor: Actor, *, at: dt.datetime) -> frozenset[str]:
    """Return the parts an actor has in a case: applicant, owner, office, payer.

    A delegate has the parts of the one acted for, while that one's word holds; a member of an
    office has the office's.
    """
    people = {actor.person_id, actor.for_person_id} - {None}
    if actor.for_person_id is not None and not speaks_for_another(actor, case.kind, at=at):
        people.discard(actor.for_person_id)
    if not people:
        return frozenset()
    parties = [party for party in case.parties.all() if party.role != DELEGATE]
    offices: tuple[int, ...] = ()
    if actor.person_id is not None and any(party.consultancy_id for party in parties):
        person = User.objects.get(pk=actor.person_id)
        offices = office_ids(person, on=city_day(at))
    return frozenset(
        party.role
        for party in parties
        if party.person_id in people or party.consultancy_id in offices
    )


def _is_own(case: Case, actor: Actor) -> bool:
    """Tell whether an officer is named on a case: its delegate, too, long after."""
    return any(party.person_id == actor.person_id is not None for party in case.parties.all())


def _other_directorate(case: Case, actor: Actor) -> Text | None:
    """Return why an officer of another directorate may not act on a case."""
    if case.directorate_id is None or actor.person_id is None or actor.role in PARTIES:
        return None
    desk = User.objects.filter(pk=actor.person_id).values_list("directorate_id", flat=True)
    own = next(iter(desk), None)
    return OTHER_DIRECTORATE if own not in (None, case.directorate_id) else None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an actor stands to a case: their parts in it, and why their office may not act."""

    actor: Actor
    parts: frozenset[str]
    refusal: Text | None

    def may_take(self, edge: Edge) -> bool:
        """Tell whether an edge is this actor's to take, conditions of the case aside."""
        if self.actor.role in (SYSTEM, BILLING):
            return self.actor.role in edge.by
        if set(edge.by) & self.parts & set(PARTIES):
            return True
        in_office = self.actor.role in edge.by and self.actor.role not in PARTIES
        return in_office and self.refusal is None


def standing(case: Case, actor: Actor, *, at: dt.datetime) -> Standing:
    """Work out where an actor stands to a case."""
    parts = parts_of(case, actor, at=at)
    own = parts or _is_own(case, actor)
    return Standing(actor, parts, OWN_CASE if own else _other_directorate(case, actor))


WATCHERS = frozenset({"supervisor", "auditor", "agent", "hall"})  # who reads cases, all of them


class Side(StrEnum):
    """On which side of a case's conversation someone writes."""

    APPLICANT = "applicant"
    MUNICIPALITY = "municipality"
    NEITHER = "neither"  # who only reads: auditors, supervisors, a hall without its visitor


def _officers(case: Case) -> set[str]:
    machine = machine_of(case.kind)
    return {role for edge in machine.edges for role in edge.by} - {BILLING, SYSTEM, *PARTIES}


def is_draft(case: Case) -> bool:
    """Tell whether a case is still being written by its parties."""
    machine = machine_of(case.kind)
    return case.state == machine.start and machine.state(case.state).asks


def side_of(case: Case, actor: Actor, *, at: dt.datetime) -> Side:
    """Tell on which side an actor writes: a party for itself, the case's officers for the city.

    A draft is its parties' own: the officers of its kind meet it once it is handed in.
    """
    stands = standing(case, actor, at=at)
    if stands.parts:
        return Side.APPLICANT
    if is_draft(case):
        return Side.NEITHER
    if actor.role in _officers(case) and stands.refusal is None:
        return Side.MUNICIPALITY
    return Side.NEITHER


def may_see(case: Case, actors: Sequence[Actor], *, at: dt.datetime) -> bool:
    """Tell whether someone, in any of their roles, may open a case: a party or its officers."""
    return any(
        actor.role in WATCHERS or side_of(case, actor, at=at) is not Side.NEITHER
        for actor in actors
    )


def edges_for(case: Case, actor: Actor, *, at: dt.datetime) -> list[Edge]:
    """Return what an actor may do with a case now: the buttons of its page."""
    stands = standing(case, actor, at=at)
    mine = [edge for edge in machine_of(case.kind).edges_from(case.state) if stands.may_take(edge)]
    asked = {edge.only_if for edge in mine} - {None}
    holds = {one: one(case, at=at) for one in asked if one is not None}
    return [edge for edge in mine if edge.only_if is None or holds[edge.only_if]]
