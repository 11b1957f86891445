"""Every state of a permit and of its works, with every act by everybody: only the table moves."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from municipality.actor import SYSTEM, Actor
from municipality.cases.actions import CannotMove, move
from municipality.cases.kinds import machine_of
from municipality.cases.machine import BILLING, ORIGIN
from municipality.cases.models import Case
from plots.building_permits import jobs
from plots.building_permits.construction import jobs as works_jobs
from tests.building_permits import office as o
from tests.building_permits import works as w
from tests.cases.builders import MORNING

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def idle(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker takes what an act asks for."""
    w.unsigned(monkeypatch)
    for task in (jobs.stamp_permit, works_jobs.stamp_certificate):
        monkeypatch.setattr(type(task), "enqueue", lambda *a, **k: None)


def actors(town: o.PermitTown) -> Iterator[tuple[str, Actor]]:
    """Everybody, and the part in which the table may name them."""
    yield "office", town.as_office()
    for role in town.officers:
        yield role, town.officer(role)
    _, stranger = o.an_office("stranger")
    yield "", Actor(stranger.pk, stranger.full_name, "office")
    yield BILLING, Actor(None, "billing", BILLING)
    yield "system", SYSTEM


def tried(case: Case, town: o.PermitTown, text: str = "سبب") -> tuple[int, int]:
    """Try each act in each state by everybody; returns how many were tried and how many moved."""
    machine = machine_of(case.kind)
    names = sorted({edge.name for edge in machine.edges})
    everyone, done, moved = list(actors(town)), 0, 0
    for state in machine.states:
        origin = next(iter(machine.origins_of(state.code)), "")
        for name in names:
            edge = machine.edge(name, state=state.code)
            for part, by in everyone:
                Case.objects.filter(pk=case.pk).update(
                    state=state.code, origin=origin, worker=state.worker, claimed_by=None,
                    closed_at=MORNING if state.code in machine.ends else None,
                )  # fmt: skip
                done += 1
                try:
                    with transaction.atomic():
                        after = move(case_id=case.pk, edge=name, by=by, at=MORNING, text=text)
                        moved += 1
                        assert edge is not None and part in edge.by, (state.code, name, part)
                        assert after.state == (origin if edge.to == ORIGIN else edge.to)
                        transaction.set_rollback(True)
                except CannotMove:
                    continue
    return done, moved


def test_no_act_on_an_application_is_possible_that_the_table_does_not_name() -> None:
    town = w.a_works_town()
    case = o.until(town, o.an_application(town), "registration")
    done, moved = tried(case, town)
    assert done > 2_000 and 15 < moved < 60


def test_no_act_on_works_is_possible_that_the_table_does_not_name() -> None:
    town = w.a_works_town()
    works = w.begun(town)
    done, moved = tried(works.case, town)
    assert done > 1_000 and 8 < moved < 40


def test_a_stamp_asked_for_before_the_fee_is_refused_and_so_is_one_while_money_is_owed(
    monkeypatch,
) -> None:
    from plots.building_permits import readiness

    town = w.a_works_town()
    case = o.until(town, o.an_application(town), "fee_due")
    with pytest.raises(CannotMove, match="stage"):
        o.moved(town, case, "approve", "approver")
    o.paid(case)
    monkeypatch.setattr(readiness.fees, "is_owed", lambda case, at: True)  # a larger plan, say
    with pytest.raises(CannotMove, match="owed"):
        o.moved(town, case, "approve", "approver")
    Case.objects.filter(pk=case.pk).update(state="stamping")
    jobs.stamp_permit.call(case.pk)
    case.refresh_from_db()
    assert case.state == "approval"  # nor does the worker stamp what is owed


def test_the_control_without_the_question_what_is_owed_is_stamped(monkeypatch) -> None:
    town = w.a_works_town()
    case = o.until(town, o.an_application(town), "fee_due")
    monkeypatch.setattr(jobs, "may_be_stamped", lambda case, at: None)
    Case.objects.filter(pk=case.pk).update(state="stamping")
    jobs.stamp_permit.call(case.pk)
    case.refresh_from_db()
    assert case.state == "issued"
