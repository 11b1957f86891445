"""Laws of every case, whatever anybody does to it in whatever order."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from municipality.actor import Actor
from municipality.billing.bills.models import Bill
from municipality.cases.actions import CannotMove, move
from municipality.cases.jobs import escalate, expire
from municipality.cases.kinds import machine_of
from municipality.cases.machine import SYSTEM
from municipality.cases.models import Case
from municipality.cases.queries import timeline
from municipality.history.queries import broken, entries
from municipality.notices.models import Message
from plots.case_fees import PAID
from plots.models import Plot
from tests.cases.builders import MORNING, Town, a_town, acting, an_extract

pytestmark = pytest.mark.django_db
EDGES = [edge.name for edge in machine_of("plot_extract").edges]
WHO = ["citizen", "registrar", "billing", "system", "nobody"]
ACTS = st.tuples(st.sampled_from(EDGES), st.sampled_from(WHO), st.integers(0, 60 * 24 * 20))
LIKELY = st.tuples(st.integers(0, 11), st.none(), st.integers(0, 60 * 24 * 20))
STEPS = st.lists(st.one_of(LIKELY, LIKELY, ACTS), min_size=3, max_size=14)
BY = {"applicant": "citizen", "registrar": "registrar", "billing": "billing", "system": "system"}


def chosen(step, case: Case) -> tuple[str, str, int]:
    """An act by somebody: any at all, or one that the table names in this state."""
    act, who, minutes = step
    if who is not None:
        return act, who, minutes
    possible = machine_of(case.kind).edges_from(case.state)
    if not possible:
        return EDGES[act % len(EDGES)], "registrar", minutes
    edge = possible[act % len(possible)]
    return edge.name, BY[edge.by[0]], minutes


@pytest.fixture
def town(monkeypatch) -> Town:
    from plots.extracts import jobs

    monkeypatch.setattr(type(jobs.issue_extract), "enqueue", lambda *a, **k: None)
    return a_town()


def actor(who: str, town: Town) -> Actor:
    known = {
        "citizen": acting(town.citizen), "registrar": acting(town.registrar), "billing": PAID,
        "system": Actor(None, "system", SYSTEM), "nobody": Actor(None, "?", "planner"),
    }  # fmt: skip
    return known[who]


def holds(case: Case, made: int, at: dt.datetime) -> None:
    """What is true of a case after any step."""
    machine = machine_of(case.kind)
    state = machine.state(case.state)
    over = case.state in machine.ends
    assert case.moves == made == entries(case.stream).filter(act="move").count()
    assert (case.closed_at is not None) == over
    assert case.worker == state.worker
    if state.asks:
        assert case.due_at is None and case.expires_at and case.expires_at > case.entered_at
    else:
        assert case.expires_at is None and case.left_min is None
        assert over or case.due_at is not None
    assert bool(case.origin) == (case.state == "returned")
    due = Bill.objects.filter(subject=case.stream, state="due").count()
    assert due == (case.state == "fee_due")
    told = Message.objects.filter(about=case.stream)
    assert told.values("key").distinct().count() == told.count() <= made + 1
    marks = [step.mark for step in timeline(case)]
    assert marks.count("now") == (not over) and marks == sorted(marks, key=_in_time)
    assert not broken(stream=case.stream)


def _in_time(mark: str) -> int:
    return {"done": 0, "back": 0, "now": 1, "todo": 2}[mark]


@settings(max_examples=25)
@given(steps=STEPS)
def test_any_order_of_acts_leaves_a_sound_case(town: Town, steps) -> None:
    case, at, made = an_extract(town), MORNING, 1
    for step in steps:
        edge, who, minutes = chosen(step, case)
        at += dt.timedelta(minutes=minutes)
        if (edge, who, case.state) == ("settle_fee", "billing", "fee_due"):
            Bill.objects.filter(subject=case.stream, state="due").update(state="paid")
        try:
            case = move(case_id=case.pk, edge=edge, by=actor(who, town), at=at, text="نص")
            made += 1
        except CannotMove:
            case.refresh_from_db()
        if minutes % 7 == 0:
            Plot.objects.filter(pk=town.plot.pk).update(version=1 + minutes % 3)
        holds(case, made, at)
    late = at + dt.timedelta(days=400)
    escalate(at=late)
    assert escalate(at=late) == 0
    expire(at=late)
    case.refresh_from_db()
    asks = machine_of(case.kind).state(case.state).asks
    assert not asks, case.state  # what waits for an applicant does not wait for ever


@settings(max_examples=25)
@given(
    asked_after=st.integers(1, 60 * 24 * 5),
    answered_after=st.integers(0, 60 * 24 * 25),
)
def test_the_clock_of_a_case_loses_only_the_office_minutes_it_ran(
    town: Town, asked_after: int, answered_after: int
) -> None:
    from municipality.calendar.office_time import work_minutes_between
    from municipality.calendar.queries import city_calendar

    case = an_extract(town)
    first = case.due_at
    asked = MORNING + dt.timedelta(minutes=asked_after)
    answered = asked + dt.timedelta(minutes=answered_after)
    by = acting(town.registrar)
    move(case_id=case.pk, edge="return", by=by, at=asked, text="نص")
    back = move(case_id=case.pk, edge="resubmit", by=acting(town.citizen), at=answered, text="نص")
    assert first and back.due_at
    left = max(0, work_minutes_between(asked, first, city_calendar(), None))
    assert work_minutes_between(answered, back.due_at, city_calendar(), None) == left
