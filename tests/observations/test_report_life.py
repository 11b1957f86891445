"""A report from desk to desk: its status, its clock, its place, who hears of it."""

import datetime as dt

import pytest
from django.db import connection

from maps.heat.lattice import level_of
from maps.heat.queries import ALL, Selection, count_cells
from municipality.actor import SYSTEM, Actor
from municipality.cases import machine
from municipality.cases.actions import CannotMove, move
from municipality.cases.jobs import escalate, expire
from municipality.cases.models import Case
from municipality.cases.worklist import waiting_for
from municipality.history.queries import entries
from municipality.notices.models import Message
from municipality.places.models import Directorate
from municipality.problems import Problem
from observations.models import Body, Fix, Observation, Routed, Submission
from observations.reports import actions
from observations.reports.following import STATUS_OF, follow
from observations.reports.heat import HEAT
from observations.reports.leading import lead_astray
from observations.reports.models import Status
from observations.reports.transitions import MACHINE
from observations.routing.rerouting import reroute_open
from tests.builders import (
    a_person,
    a_wilayat,
    square,
)
from tests.observations.builders import (
    AGENT,
    NOON,
    a_category,
    a_report,
    a_reporter,
    a_sender,
    a_target,
    a_town,
    gps,
    pin,
    spot,
)
from tests.observations.routing import a_directorate_body, a_responsibility, an_outside_body

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def city() -> None:
    a_town()
    a_target(3, 1_260)
    a_target(1, 240, round_the_clock=True)


@pytest.fixture
def body() -> Body:
    return a_directorate_body("seeb")


@pytest.fixture
def officer(body) -> Actor:
    person = a_person("department")
    person.directorate = body.directorate
    person.save()
    return Actor(person.pk, "Officer", "department")


def reporter_of(made: Submission) -> Actor:
    return Actor(made.person.pk, made.person.full_name, "citizen")


def step(made: Submission, edge: str, by: Actor, at: dt.datetime = NOON, text: str = "") -> Case:
    return move(case_id=made.case_id, edge=edge, by=by, at=at, text=text)


def status(made: Submission) -> Status:
    return Status(Observation.objects.get(pk=made.observation_id).status)


def at_department(body: Body, at: dt.datetime = NOON, **values) -> Submission:
    made = a_report(at=at, **values)
    actions.assign(case_id=made.case_id, body=body, by=AGENT, at=at + HOUR)
    return made


def test_every_stage_says_its_status_and_awaiting_keeps_the_one_before() -> None:
    assert set(STATUS_OF) == {state.code for state in MACHINE.states} - {"awaiting"}


def test_from_the_desk_to_the_end(body, officer) -> None:
    made = a_report()
    with pytest.raises(CannotMove):  # nobody has said whose it is
        step(made, "assign", AGENT)
    actions.assign(case_id=made.case_id, body=body, by=AGENT, at=NOON + HOUR)
    assert status(made) is Status.REFERRED
    seen = Observation.objects.get(pk=made.observation_id)
    assert seen.first_answered_at == NOON + HOUR
    own = waiting_for(roles=frozenset({"department"}), directorate_id=body.directorate_id)
    assert [case.pk for case in own] == [made.case_id]
    step(made, "take", officer)
    assert status(made) is Status.IN_PROGRESS
    step(made, "resolve", officer, NOON + 3 * HOUR, "رُدمت الحفرة")
    seen.refresh_from_db()
    assert status(made) is Status.CLOSED and seen.closed_at == NOON + 3 * HOUR
    told = Message.objects.filter(template="observation.resolve.applicant").get()
    assert "رُدمت الحفرة" in told.text
    step(made, "confirm", reporter_of(made), NOON + 5 * HOUR)
    seen.refresh_from_db()
    assert seen.closed_at == NOON + 3 * HOUR  # when it was dealt with, not when it was confirmed
    assert Case.objects.get(pk=made.case_id).state == "closed"


def test_the_heat_follows_every_step(body, officer) -> None:
    made = at_department(body)
    closed = Selection(status=frozenset({Status.CLOSED}))
    assert count_cells(HEAT, closed, level=0).total() == 0
    step(made, "resolve", officer, text="x")
    assert count_cells(HEAT, closed, level=0).total() == 1
    step(made, "reopen", reporter_of(made), text="not yet")
    assert count_cells(HEAT, closed, level=0).total() == 0
    assert Observation.objects.get(pk=made.observation_id).closed_at is None


def test_the_promise_is_of_the_whole_report_and_stands_while_the_sender_is_asked(
    body, officer
) -> None:
    a_category("sewage", priority=1)
    made = at_department(body, category="sewage")  # due four hours after noon
    assert step(made, "take", officer, NOON + 2 * HOUR).due_at == NOON + 4 * HOUR
    asked = step(made, "ask", officer, NOON + 3 * HOUR, "Which side?")
    assert (asked.due_at, asked.left_min, asked.worker) == (None, 60, "")
    back = step(made, "answer", reporter_of(made), NOON + 30 * HOUR, "The left")
    assert back.state == "in_progress" and back.due_at == NOON + 31 * HOUR
    seen = Observation.objects.get(pk=made.observation_id)
    assert seen.due_at == NOON + 31 * HOUR
    assert status(made) is Status.IN_PROGRESS


def test_a_breach_is_escalated_once_for_the_whole_promise(body, officer) -> None:
    a_category("sewage", priority=1)
    made = at_department(body, category="sewage")
    late = NOON + 5 * HOUR
    assert escalate(at=late) == 1
    step(made, "take", officer, late)
    assert escalate(at=late + HOUR) == 0
    step(made, "resolve", officer, late + HOUR, "x")
    step(made, "reopen", reporter_of(made), late + 2 * HOUR, "no")
    case = Case.objects.get(pk=made.case_id)
    assert case.escalated_at is None and not case.round_the_clock
    assert case.due_at > late + 24 * HOUR  # office hours of a report that came back


def test_reopened_within_the_window_and_closed_by_the_clock_after_it(body, officer) -> None:
    made = at_department(body)
    step(made, "resolve", officer, NOON, "x")
    over = NOON + dt.timedelta(days=31)
    assert expire(at=over) == 1
    assert Case.objects.get(pk=made.case_id).state == "closed"
    with pytest.raises(CannotMove):
        step(made, "reopen", reporter_of(made), over + HOUR, "late")


def test_another_directorate_does_not_touch_it_and_sending_back_leads_to_the_agents(
    body, officer
) -> None:
    made = at_department(body)
    other = a_person("department2", "department")
    other.directorate = Directorate.objects.create(code="x", name_ar="س", name_en="X")
    other.save()
    with pytest.raises(CannotMove):
        step(made, "take", Actor(other.pk, "x", "department"))
    back = step(made, "send_back", officer, text="The road is the ministry's")
    assert (back.state, back.worker) == ("received", "agent")
    assert back.due_at == made.case.due_at  # the promise to the sender stays


def test_planning_needs_a_day_to_come(body, officer) -> None:
    made = at_department(body)
    with pytest.raises(CannotMove):
        step(made, "plan", officer)
    with pytest.raises(CannotMove):
        actions.plan(case_id=made.case_id, day=dt.date(2026, 11, 24), by=officer, at=NOON)
    made.refresh_from_db()
    assert made.planned_on is None  # the refusal took the day back as well
    actions.plan(case_id=made.case_id, day=dt.date(2026, 11, 26), by=officer, at=NOON)
    told = Message.objects.get(template="observation.plan.applicant")
    assert "26/11/2026" in told.text


def test_a_moved_pin_is_counted_drawn_and_kept_with_its_history() -> None:
    a_wilayat("muttrah", square(5_000, -5_000, 10_000))
    made = a_report(gps(10, 10))
    level = level_of(50)
    before = count_cells(HEAT, ALL, level=level)
    actions.move_pin(case_id=made.case_id, to=pin(7_000, 0), by=AGENT, at=NOON + HOUR)
    after = count_cells(HEAT, ALL, level=level)
    cells = [set(zip(c.x.tolist(), c.y.tolist(), strict=True)) for c in (before, after)]
    assert before.total() == after.total() == 1 and len(cells[0] ^ cells[1]) == 2
    seen = Observation.objects.get(pk=made.observation_id)
    assert seen.wilayat.code == "muttrah" and seen.area is None
    assert seen.fix_origin == "pin" and seen.point.x == spot(7_000).x
    old, new = Fix.objects.filter(observation=seen).order_by("pk")
    assert (old.counts_from, old.counts_until) == (NOON, NOON + HOUR)
    assert (new.counts_from, new.counts_until, new.by_person_id) == (NOON + HOUR, None, 901)
    (told,) = [e for e in entries(made.case.stream) if e.act == "move_pin"]
    assert told.facts["moved_m"] == pytest.approx(6_990, abs=10)
    assert Case.objects.get(pk=made.case_id).place.equals(seen.point)


def test_a_pin_into_the_sea_or_onto_itself_changes_nothing() -> None:
    made = a_report(gps())
    for to, code in ((pin(60_000), "outside_city"), (pin(), "not_now")):
        with pytest.raises(Problem) as refused:
            actions.move_pin(case_id=made.case_id, to=to, by=AGENT, at=NOON)
        assert refused.value.code == code
    assert Fix.objects.filter(observation=made.observation_id).count() == 1


def test_two_positions_never_count_at_once() -> None:
    """The wall is the database's: the control without it takes a second."""
    from django.db import IntegrityError, transaction

    made = a_report()
    row = {"observation": made.observation, "origin": "pin", "point": made.observation.point,
           "told_at": NOON, "counts_from": NOON}  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Fix.objects.create(**row)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX fix_one_counts")
    Fix.objects.create(**row)


def test_another_category_has_its_own_promise_from_when_it_was_sent() -> None:
    a_category("sewage", priority=1, name_ar="طفح")
    made = a_report()
    actions.recategorise(case_id=made.case_id, code="sewage", by=AGENT, at=NOON + HOUR)
    case, seen = Case.objects.get(pk=made.case_id), Observation.objects.get()
    assert case.due_at == seen.due_at == NOON + 4 * HOUR and case.title == "طفح"
    assert seen.severity == 4


def test_merged_reports_lead_to_one_and_their_people_follow_it(body, officer) -> None:
    first = at_department(body)
    others = [a_report(sender=a_sender(person=a_reporter(f"+9689999000{n}"))) for n in range(3)]
    follow(observation=others[0].observation, person=a_reporter("+96891111111"), at=NOON)
    actions.merge(case_id=others[1].case_id, into=others[0].observation, by=AGENT, at=NOON)
    actions.merge(case_id=others[0].case_id, into=first.observation, by=AGENT, at=NOON)
    others[1].refresh_from_db()
    assert others[1].duplicate_of == first.observation  # no chain
    assert first.observation.followers.count() == 3
    assert status(others[0]) is Status.REJECTED
    step(first, "resolve", officer, text="رُفعت")
    assert Message.objects.filter(template="observation.followed").count() == 3


def test_a_report_is_merged_into_neither_itself_nor_a_circle() -> None:
    one, two = a_report(), a_report(sender=a_sender(person=a_reporter("+96899990001")))
    with pytest.raises(Problem):
        actions.merge(case_id=one.case_id, into=one.observation, by=AGENT, at=NOON)
    actions.merge(case_id=one.case_id, into=two.observation, by=AGENT, at=NOON)
    with pytest.raises(Problem):
        actions.merge(case_id=two.case_id, into=one.observation, by=AGENT, at=NOON)
    with pytest.raises(CannotMove):  # not marked: there is no such button
        step(two, "merge", AGENT)


def test_rated_once_it_is_dealt_with(body, officer) -> None:
    made = at_department(body)
    who = reporter_of(made)
    with pytest.raises(Problem):
        actions.rate(case_id=made.case_id, rating=5, text="", by=who, at=NOON)
    step(made, "resolve", officer, text="x")
    for bad in (0, 6, -1):
        with pytest.raises(Problem):
            actions.rate(case_id=made.case_id, rating=bad, text="", by=who, at=NOON)
    rated = actions.rate(case_id=made.case_id, rating=4, text=" شكرًا ", by=who, at=NOON)
    assert (rated.rating, rated.rated_text, rated.rated_at) == (4, "شكرًا", NOON)


def test_the_table_is_sound_and_every_asking_state_ends_by_itself() -> None:
    for state in MACHINE.states:
        edges = MACHINE.edges_from(state.code)
        assert bool(edges) == (state.code not in MACHINE.ends)
        if state.asks:
            assert any(machine.SYSTEM in edge.by for edge in edges)
    assert SYSTEM.role == machine.SYSTEM


def test_a_clear_place_leads_to_its_department_at_once_and_an_unclear_one_to_the_agents(
    body,
) -> None:
    a_responsibility(body, square(-100, -100, 200))
    clear, edge, nobody = (
        a_report(gps(x), sender=a_sender(person=a_reporter(f"+968999000{n:02d}")))
        for n, x in enumerate((0, 98, 300))
    )
    assert [one.case.state for one in (clear, edge, nobody)] == ["assigned", "received", "received"]
    assert clear.case.directorate == body.directorate and status(clear) is Status.REFERRED
    assert Observation.objects.get(pk=clear.observation_id).first_answered_at is None
    results = [Routed.objects.get(observation=one.observation).result for one in (edge, nobody)]
    assert results == ["near_edge", "outside"]


def test_what_is_another_body_s_stays_with_the_agents_until_it_is_forwarded() -> None:
    a_responsibility(an_outside_body(), square(-100, -100, 200))
    made = a_report()
    assert made.case.state == "received" and made.case.directorate is None
    assert Routed.objects.get(observation=made.observation).body.is_outside


def test_a_moved_pin_leads_to_the_other_department_and_back_to_the_agents(body, officer) -> None:
    other = a_directorate_body("bausher")
    a_responsibility(body, square(-100, -100, 200))
    a_responsibility(other, square(200, -100, 200))
    made = a_report()
    step(made, "take", officer)
    actions.move_pin(case_id=made.case_id, to=pin(20), by=officer, at=NOON)
    assert Case.objects.get(pk=made.case_id).state == "in_progress"  # still theirs
    actions.move_pin(case_id=made.case_id, to=pin(300), by=officer, at=NOON)
    case = Case.objects.get(pk=made.case_id)
    assert (case.state, case.directorate) == ("assigned", other.directorate)
    actions.move_pin(case_id=made.case_id, to=pin(150), by=AGENT, at=NOON)
    case = Case.objects.get(pk=made.case_id)
    assert (case.state, case.directorate, case.worker) == ("received", None, "agent")
    assert Routed.objects.filter(observation=made.observation).count() == 4


def test_a_boundary_that_changes_leads_the_open_reports(body) -> None:
    rule = a_responsibility(body, square(-100, -100, 200))
    made = a_report()
    after = NOON + 24 * HOUR
    rule.valid = (dt.date(2000, 1, 1), after.date())
    rule.save()
    reroute_open(at=after)
    assert lead_astray(at=after) == 1 and lead_astray(at=after) == 0
    assert Case.objects.get(pk=made.case_id).state == "received"
    a_responsibility(body, square(-100, -100, 200), valid=(after.date(), None))
    reroute_open(at=after + HOUR)
    assert lead_astray(at=after + HOUR) == 1
    assert Case.objects.get(pk=made.case_id).state == "assigned"


def test_what_a_department_gave_back_is_not_led_to_it_again(body, officer) -> None:
    a_responsibility(body, square(-100, -100, 200))
    made = a_report()
    step(made, "send_back", officer, text="Not ours")
    assert lead_astray(at=NOON + HOUR) == 0
    assert reroute_open(at=NOON + HOUR).changed == 0
    assert Case.objects.get(pk=made.case_id).state == "received"
