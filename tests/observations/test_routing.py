"""Routing writes down what was judged, sends the case there, and is done anew when it must be."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from municipality.actor import SYSTEM, Actor
from municipality.cases.models import Case
from municipality.reach import NOBODY, Viewer, look_as
from observations.models import Responsibility, Routed, Submission
from observations.reports.models import Status
from observations.routing.actions import Why, route, route_by_hand
from observations.routing.rerouting import Rerouted, reroute_open
from tests.builders import a_person, square
from tests.observations.routing import (
    AT,
    a_category,
    a_directorate_body,
    a_report,
    a_responsibility,
    an_outside_body,
)
from tests.people.application import as_application

pytestmark = pytest.mark.django_db
LATER = AT + dt.timedelta(days=1)


def a_submitted(category, x: float, y: float = 0.0, *, person=None, **facts):
    """A report with its case."""
    report = a_report(category, x, y, **facts)
    case = Case.objects.create(
        number=f"OB-2026-{report.pk:06d}", kind="observation", state="new", opened_at=AT,
        entered_at=AT, place=report.point,
    )  # fmt: skip
    Submission.objects.create(observation=report, case=case, person=person, sent_at=AT)
    return report


def routed(report, why=Why.INTAKE, at=AT) -> Routed:
    return route(observation=report, at=at, why=why, by=SYSTEM)


def directorate_of(report) -> str | None:
    case = Case.objects.get(observation__observation=report)
    return case.directorate and case.directorate.code


@pytest.fixture
def two():
    seeb, bausher = a_directorate_body("seeb"), a_directorate_body("bausher")
    a_responsibility(seeb, square(-1000, -1000, 1000, 2000))
    a_responsibility(bausher, square(0, -1000, 1000, 2000))
    return seeb, bausher


def test_a_clear_answer_sends_the_case_to_its_directorate(two) -> None:
    waste = a_category()
    report = a_submitted(waste, -500)
    row = routed(report)
    assert (row.result, row.body.code, row.why, row.accuracy_m) == ("inside", "seeb", "intake", 10)
    rule = Responsibility.objects.get(body__code="seeb")
    assert row.responsibility == rule and row.point.coords == report.point.coords
    assert row.candidates == [
        {"body": "seeb", "responsibility": rule.pk, "category": None, "distance_m": 500.0}
    ]
    assert directorate_of(report) == "seeb"


@pytest.mark.parametrize(
    ("x", "result"), [(-4, "ambiguous"), (995, "near_edge"), (3000, "outside")]
)
def test_what_is_not_clear_is_nobodys_even_if_it_was_somebodys(two, x, result) -> None:
    report = a_submitted(a_category(), -500)
    routed(report)
    report.point.x += x + 500
    report.save()
    row = routed(report, Why.PIN_MOVED, LATER)
    assert (row.result, row.body, row.responsibility) == (result, None, None)
    assert directorate_of(report) is None


def test_a_body_outside_is_no_directorate(two) -> None:
    sewage, water = a_category("sewage"), an_outside_body()
    a_responsibility(water, square(-1000, -1000, 2000), category=sewage)
    report = a_submitted(sewage, -500)
    assert routed(report).body == water and directorate_of(report) is None


def test_another_category_is_another_answer_and_the_former_stays_on_record(two) -> None:
    sewage, waste, water = a_category("sewage"), a_category(), an_outside_body()
    a_responsibility(water, square(-1000, -1000, 2000), category=sewage)
    report = a_submitted(waste, -500)
    first = routed(report)
    report.category = sewage
    report.save()
    second = routed(report, Why.RECATEGORISED, LATER)
    first.refresh_from_db()
    assert (first.body.code, first.until, first.category) == ("seeb", LATER, waste)
    assert (second.body.code, second.until, second.category) == ("water", None, sewage)


def test_unknown_accuracy_is_taken_for_ten_metres_and_a_report_needs_no_case(two) -> None:
    row = routed(a_report(a_category(), -9, accuracy_m=None))
    assert (row.result, row.accuracy_m) == ("ambiguous", 10.0)


def test_it_works_in_the_callers_transaction(two) -> None:
    report = a_submitted(a_category(), -500)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        routed(report)
        raise ZeroDivisionError
    assert not Routed.objects.exists() and directorate_of(report) is None


def test_by_hand_a_body_is_named(two) -> None:
    officer = a_person("supervisor")
    report, by = a_submitted(a_category(), -4), Actor(officer.pk, "supervisor", "supervisor")
    with pytest.raises(ValueError, match="route_by_hand"):
        routed(report, Why.BY_HAND)
    row = route_by_hand(observation=report, body=two[1], at=AT, by=by)
    assert (row.result, row.body, row.responsibility) == ("ambiguous", two[1], None)
    assert directorate_of(report) == "bausher"


@pytest.mark.parametrize(
    "wrong",
    [
        {"result": "inside", "why": "intake"},  # clear, and yet nobody
        {"result": "ambiguous", "why": "intake", "with_body": True},  # a guess
        {"result": "inside", "why": "by_hand"},  # by nobody's hand
    ],
)
def test_the_database_refuses_a_guess(two, wrong) -> None:
    report, body = a_report(a_category(), 0), two[0] if wrong.pop("with_body", False) else None
    with pytest.raises(IntegrityError), transaction.atomic():
        Routed.objects.create(
            observation=report, point=report.point, accuracy_m=1, candidates=[], at=AT,
            category=report.category, body=body, **wrong,
        )  # fmt: skip


def test_one_answer_stands(two) -> None:
    row = routed(a_report(a_category(), -500))
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_a_change_of_boundaries_routes_what_is_open_anew_and_once(two) -> None:
    waste, officer = a_category(), a_person("supervisor")
    by = Actor(officer.pk, "supervisor", "supervisor")
    moved, stays, closed, held, fresh = (
        a_submitted(waste, x, status=status)
        for x, status in ((-50, 1), (-800, 2), (-50, Status.CLOSED), (-60, 3), (500, 1))
    )
    for one in (moved, stays, closed):
        routed(one)
    route_by_hand(observation=held, body=two[0], at=AT, by=by)
    seeb, bausher = Responsibility.objects.order_by("-body__code")
    day = LATER.date()
    for rule in (seeb, bausher):
        rule.valid = (rule.valid.lower, day)
        rule.save()
    a_responsibility(two[0], square(-1000, -1000, 500, 2000), valid=(day, None))
    a_responsibility(two[1], square(-500, -1000, 1500, 2000), valid=(day, None))

    assert reroute_open(at=LATER, batch=2) == Rerouted(looked_at=4, changed=2, by_hand=1)
    standing = dict(Routed.objects.filter(until=None).values_list("observation", "why"))
    assert standing == {
        moved.pk: "boundary_changed", stays.pk: "intake", closed.pk: "intake",
        held.pk: "by_hand", fresh.pk: "intake",
    }  # fmt: skip
    assert [directorate_of(one) for one in (moved, stays, closed, held, fresh)] == [
        "bausher", "seeb", "seeb", "seeb", "bausher",
    ]  # fmt: skip
    assert reroute_open(at=LATER + dt.timedelta(hours=1)) == Rerouted(4, 0, 1)
    assert Routed.objects.filter(observation=moved).count() == 2


def test_a_run_that_is_broken_off_goes_on(two, monkeypatch) -> None:
    waste = a_category()
    for x in (-700, -600, -500, -400):
        a_report(waste, x)
    from observations.routing import rerouting

    batch, calls = rerouting._batch, []

    def breaks(ids, at):
        calls.append(ids)
        if len(calls) == 2:
            raise DatabaseError("cut off")
        return batch(ids, at)

    monkeypatch.setattr(rerouting, "_batch", breaks)
    with pytest.raises(DatabaseError):
        reroute_open(at=AT, batch=2)
    assert Routed.objects.count() == 2
    assert reroute_open(at=AT, batch=2) == Rerouted(4, 2, 0)
    assert Routed.objects.count() == 4


@pytest.mark.django_db(transaction=True)
def test_an_answer_is_seen_by_the_reports_party_and_staff_alone() -> None:
    sender, other = a_person("citizen"), a_person("citizen2", "citizen")
    seeb = a_directorate_body("seeb")
    a_responsibility(seeb, square(-1000, -1000, 2000))
    report = a_submitted(a_category(), -500, person=sender)
    Submission.objects.get().case.parties.create(role="applicant", person=sender, name="x")
    seen = {}
    with as_application():
        look_as(NOBODY)
        routed(report)  # an action asks by itself who may
        for viewer in (NOBODY, Viewer("own", sender.pk), Viewer("own", other.pk), Viewer("staff")):
            look_as(viewer)
            seen[viewer.reach, viewer.person_id] = Routed.objects.count()
        look_as(NOBODY)
        assert Routed.objects.update(accuracy_m=1) == 0
    assert seen == {
        ("none", None): 0, ("own", sender.pk): 1, ("own", other.pk): 0, ("staff", None): 1,
    }  # fmt: skip
    assert directorate_of(report) == "seeb" and Routed.objects.count() == 1


def test_two_answers_at_once_come_one_after_the_other(two) -> None:
    """The report is held by a lock, so the second sees the first and ends it."""
    report = a_report(a_category(), -500)
    with connection.execute_wrapper(_seen := _Statements()):
        routed(report)
    assert any("FOR UPDATE" in sql for sql in _seen.said)


class _Statements:
    def __init__(self) -> None:
        self.said: list[str] = []

    def __call__(self, execute, sql, params, many, context):
        self.said.append(sql)
        return execute(sql, params, many, context)


def test_the_worker_looks_at_everything_after_a_change_and_else_at_what_is_new(
    two, monkeypatch
) -> None:
    from observations.routing import jobs

    monkeypatch.setattr(jobs, "_done", None)
    runs = []
    for name in ("reroute_open", "route_new"):
        run = getattr(jobs, name)
        monkeypatch.setattr(jobs, name, lambda *, at, n=name, r=run: (runs.append(n), r(at=at)))
    waste = a_category()
    first = a_report(waste, -500)
    jobs.route_open()
    second = a_report(waste, 500)  # as from a file: nobody routed it
    jobs.route_open()
    assert runs == ["reroute_open", "route_new"]
    assert Routed.objects.get(observation=second).body == two[1]
    third = an_outside_body()
    a_responsibility(third, square(-1000, -1000, 900, 2000), category=waste)
    jobs.route_open()
    assert runs[-1] == "reroute_open"
    assert Routed.objects.get(observation=first, until=None).body == third
    jobs.route_open()
    assert runs[-1] == "route_new" and Routed.objects.count() == 3
