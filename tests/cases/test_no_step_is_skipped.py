"""Every state with every act by every role (guards.md threat 25): only the table's edges move."""

from collections.abc import Iterator

import pytest
from django.db import connection

from municipality.actor import Actor
from municipality.cases.actions import CannotMove, move
from municipality.cases.kinds import machine_of
from municipality.cases.machine import BILLING, ORIGIN, SYSTEM
from municipality.cases.models import Case
from tests import builders as b
from tests.cases.builders import MORNING, Town, a_town, acting, an_extract

pytestmark = pytest.mark.django_db
OUTSIDERS = ("architect", "admin")


def actors(town: Town) -> Iterator[Actor]:
    yield acting(town.citizen)
    yield acting(town.registrar)
    yield acting(b.a_person("stranger", "citizen"))
    for role in OUTSIDERS:
        yield acting(b.a_person(role))
    yield Actor(None, "billing", BILLING)
    yield Actor(None, "system", SYSTEM)


def may(case: Case, name: str, actor: Actor, town: Town) -> bool:
    """What the table says, worked out apart from the code that reads it."""
    edge = machine_of(case.kind).edge(name, state=case.state)
    if edge is None or name in ("confirm", "refuse_paid"):  # which ask for a paid bill: none is
        return False
    if actor.person_id == town.citizen.pk:
        return "applicant" in edge.by
    return actor.role in edge.by


def put(case: Case, state: str) -> Case:
    """Put a case into a state from outside, as nothing in the product can."""
    origin = "registration" if state == "returned" else ""
    Case.objects.filter(pk=case.pk).update(state=state, origin=origin)
    case.refresh_from_db()
    return case


def test_no_act_is_possible_that_the_table_does_not_name(monkeypatch) -> None:
    from plots.extracts import jobs

    monkeypatch.setattr(type(jobs.issue_extract), "enqueue", lambda *a, **k: None)
    town = a_town()
    case = an_extract(town)
    machine = machine_of(case.kind)
    everyone = list(actors(town))
    tried = moved = 0
    for state in machine.states:
        for name in {edge.name for edge in machine.edges}:
            for actor in everyone:
                put(case, state.code)
                expected = may(case, name, actor, town)
                tried += 1
                with connection.cursor() as cursor:
                    cursor.execute("SAVEPOINT trial")
                    try:
                        done = move(case_id=case.pk, edge=name, by=actor, at=MORNING, text="سبب")
                        edge = machine.edge(name, state=state.code)
                        assert edge is not None and expected, (state.code, name, actor)
                        assert done.state == ("registration" if edge.to == ORIGIN else edge.to)
                        moved += 1
                    except CannotMove:
                        assert not expected, (state.code, name, actor)
                    cursor.execute("ROLLBACK TO SAVEPOINT trial")
    assert tried == len(machine.states) * len({e.name for e in machine.edges}) * len(everyone)
    assert moved > 12


def test_control_a_machine_without_its_roles_lets_a_stranger_through(monkeypatch) -> None:
    """With the check of roles switched off the stranger's act succeeds: the test would see it."""
    from municipality.cases.rights import Standing

    town = a_town()
    case = an_extract(town)
    monkeypatch.setattr(Standing, "may_take", lambda *a, **k: True)
    stranger = acting(b.a_person("stranger", "citizen"))
    assert (
        move(case_id=case.pk, edge="refuse", by=stranger, at=MORNING, text="x").state == "refused"
    )
