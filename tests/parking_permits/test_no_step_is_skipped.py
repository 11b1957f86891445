"""Every state with every act by every role (guards.md threat 25): only the table's edges move."""

from collections.abc import Iterator
from itertools import product

import pytest
from django.db import connection

from municipality.actor import Actor
from municipality.cases.actions import CannotMove, move
from municipality.cases.kinds import machine_of
from municipality.cases.machine import BILLING, ORIGIN, SYSTEM
from municipality.cases.models import Case
from parking_zones.parking_permits.checks import request_of
from tests import builders as b
from tests.cases.builders import MORNING, acting
from tests.parking_permits import town as t
from tests.parking_permits.builders import a_bay

pytestmark = pytest.mark.django_db
ONLY = {  # what is asked for, and who checks it: worked out apart from the code
    "one_zone": "submit", "reserved_bay": "submit_zoning", "renew": "submit_unchecked",
    "end": "end",
}  # fmt: skip
LATER = {"renew": ("draft", "fee_due"), "end": ("draft",)}  # their other states are as of the first


def actors(town: t.PermitTown) -> Iterator[Actor]:
    yield town.as_citizen()
    for role in town.officers:
        yield town.as_officer(role)
    yield acting(b.a_person("inspector"))
    yield acting(b.a_person("stranger", "citizen"))
    yield Actor(None, "billing", BILLING)
    yield Actor(None, "system", SYSTEM)


def a_case(town: t.PermitTown, kind: str) -> Case:
    """A draft of that kind with all that it needs."""
    if kind == "one_zone":
        return t.attached(town, t.a_draft(town))
    if kind == "reserved_bay":
        return t.attached(
            town,
            t.a_draft(town, kind=kind, bay_id=a_bay(zone=town.zone).pk, plot=None,
                      company=t.COMPANY, plate_key=""),
        )  # fmt: skip
    permit = t.granted(town)
    case = t.attached(town, t.a_draft(town, plate_key=t.OTHER_PLATE))
    request = request_of(case)
    request.act, request.permit, request.starts_on = kind, permit, permit.ends_on
    request.plate_key = t.PLATE
    request.save()
    return case


def may(case: Case, name: str, actor: Actor, town: t.PermitTown, kind: str) -> bool:
    """What the table says."""
    edge = machine_of(case.kind).edge(name, state=case.state)
    if edge is None or (name in ONLY.values() and name != ONLY[kind]):
        return False
    if actor.person_id == town.citizen.pk:
        return "applicant" in edge.by
    return actor.role in edge.by


def put(case: Case, state: str, kind: str) -> Case:
    """Put a case into a state from outside, as nothing in the product can."""
    origin = "zoning" if kind == "reserved_bay" else "registration"
    Case.objects.filter(pk=case.pk).update(
        state=state, origin=origin if state == "returned" else ""
    )
    case.refresh_from_db()
    return case


@pytest.mark.parametrize("kind", list(ONLY))
def test_no_act_is_possible_that_the_table_does_not_name(kind: str) -> None:
    town = t.a_permit_town()
    case = a_case(town, kind)
    machine, everyone = machine_of(case.kind), list(actors(town))
    tried = moved = 0
    states = [state for state in machine.states if kind not in LATER or state.code in LATER[kind]]
    for state in states:
        put(case, state.code, kind)  # once a state: each write of a row makes it slower to read
        for name, actor in product(sorted({edge.name for edge in machine.edges}), everyone):
            expected = may(case, name, actor, town, kind)
            tried += 1
            with connection.cursor() as cursor:
                cursor.execute("SAVEPOINT trial")
                try:
                    done = move(case_id=case.pk, edge=name, by=actor, at=MORNING, text="سبب")
                    edge = machine.edge(name, state=state.code)
                    assert edge is not None and expected, (state.code, name, actor)
                    assert done.state == (case.origin if edge.to == ORIGIN else edge.to)
                    moved += 1
                except CannotMove as refused:
                    assert not expected, (state.code, name, actor, refused.words.en)
                cursor.execute("ROLLBACK TO SAVEPOINT trial")
    assert tried == len(states) * len({e.name for e in machine.edges}) * len(everyone)
    assert moved > (2 if kind in LATER else 12)


def test_control_a_machine_without_its_roles_lets_a_stranger_through(monkeypatch) -> None:
    from municipality.cases.rights import Standing

    town = t.a_permit_town()
    case = t.submitted(town)
    stranger = acting(b.a_person("stranger", "citizen"))
    with pytest.raises(CannotMove):
        move(case_id=case.pk, edge="accept_registration", by=stranger, at=MORNING)
    monkeypatch.setattr(Standing, "may_take", lambda *a, **k: True)
    done = move(case_id=case.pk, edge="accept_registration", by=stranger, at=MORNING)
    assert done.state == "fee_due"


def test_the_clock_takes_the_edge_of_expiry_and_no_other() -> None:
    """cases.jobs.expire takes the first edge of the platform; it must never hand a draft in."""
    machine = machine_of("parking_permit")
    for state in machine.states:
        mine = [edge.name for edge in machine.edges_from(state.code) if SYSTEM in edge.by]
        if state.asks:
            assert mine[0] == "expire", state.code
