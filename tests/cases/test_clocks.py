"""Clocks of cases: escalation once a breach, expiry of what nobody answered, absence."""

import datetime as dt

import pytest

from municipality.actor import SYSTEM
from municipality.cases.actions import move
from municipality.cases.clock import ASKED_DAYS
from municipality.cases.jobs import escalate, expire
from municipality.cases.models import Absence, Case
from municipality.cases.worklist import claim, hand_over_absent
from municipality.history.models import Entry
from tests import builders as b
from tests.cases.builders import MORNING, a_town, acting, an_extract

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def escalations(case: Case) -> int:
    return Entry.objects.filter(stream=case.stream, act="escalate").count()


def test_a_breach_is_escalated_once_and_a_second_breach_again() -> None:
    town = a_town()
    case = an_extract(town)
    assert case.due_at is not None
    assert escalate(at=case.due_at) == 0  # due is not late
    late = case.due_at + dt.timedelta(minutes=1)
    assert (escalate(at=late), escalate(at=late + DAY)) == (1, 0)
    assert escalations(case) == 1
    move(case_id=case.pk, edge="return", by=acting(town.registrar), at=late, text="أكمل")
    assert escalate(at=late + 5 * DAY) == 0  # the applicant is asked: nobody is late
    move(case_id=case.pk, edge="resubmit", by=acting(town.citizen), at=late + 5 * DAY, text="تم")
    assert escalate(at=late + 30 * DAY) == 1
    assert escalations(case) == 2


def test_what_is_not_answered_expires_and_its_bill_is_cancelled() -> None:
    from municipality.billing.bills.models import Bill

    town = a_town()
    case = an_extract(town)
    move(case_id=case.pk, edge="accept", by=acting(town.registrar), at=MORNING)
    over = MORNING + dt.timedelta(days=ASKED_DAYS, minutes=1)
    assert expire(at=over - dt.timedelta(minutes=2)) == 0
    assert (expire(at=over), expire(at=over)) == (1, 0)
    case.refresh_from_db()
    assert case.state == "expired" and case.closed_at == over
    assert Bill.objects.get().state == "cancelled"


def test_a_city_without_office_hours_promises_nothing() -> None:
    from municipality.calendar.models import OfficeHours

    town = a_town()
    OfficeHours.objects.all().delete()
    case = an_extract(town)
    assert case.due_at is None and escalate(at=MORNING + 365 * DAY) == 0


def test_what_an_absent_officer_holds_goes_to_the_substitute_that_day() -> None:
    town = a_town()
    case = an_extract(town)
    deputy = b.a_person("deputy", "registrar")
    claim(case_id=case.pk, by=acting(town.registrar), at=MORNING)
    Absence.objects.create(
        person=town.registrar,
        valid=(dt.date(2026, 11, 23), dt.date(2026, 11, 25)),
        substitute=deputy,
    )
    assert hand_over_absent(on=dt.date(2026, 11, 22), by=SYSTEM, at=MORNING) == 0
    assert hand_over_absent(on=dt.date(2026, 11, 23), by=SYSTEM, at=MORNING + DAY) == 1
    case.refresh_from_db()
    assert case.claimed_by == deputy


def test_a_substitute_without_the_role_gets_nothing_the_case_goes_back() -> None:
    town = a_town()
    case = an_extract(town)
    claim(case_id=case.pk, by=acting(town.registrar), at=MORNING)
    Absence.objects.create(
        person=town.registrar, valid=(dt.date(2026, 11, 22), None), substitute=town.citizen
    )
    hand_over_absent(on=dt.date(2026, 11, 22), by=SYSTEM, at=MORNING)
    case.refresh_from_db()
    assert case.claimed_by is None


def test_two_who_stand_in_for_each_other_do_not_pass_a_case_to_and_fro() -> None:
    town = a_town()
    case, other = an_extract(town), b.a_person("deputy", "registrar")
    claim(case_id=case.pk, by=acting(town.registrar), at=MORNING)
    today = MORNING.date()
    for person, substitute in ((town.registrar, other), (other, town.registrar)):
        Absence.objects.create(
            person=person, valid=(today, today + dt.timedelta(days=2)), substitute=substitute
        )
    turns = [hand_over_absent(on=today, by=SYSTEM, at=MORNING) for _ in range(4)]
    case.refresh_from_db()
    assert (turns, case.claimed_by) == ([1, 0, 0, 0], None)


def test_one_case_that_cannot_be_ended_holds_up_no_other(monkeypatch) -> None:
    from plots import case_fees as fees

    town = a_town()
    bad, good = an_extract(town), an_extract(town)
    for case in (bad, good):
        move(case_id=case.pk, edge="accept", by=acting(town.registrar), at=MORNING)
    cancel = fees.cancel

    def cancelled(**facts):
        if bad.number in facts["why"]:
            raise RuntimeError("a fault of one service")
        return cancel(**facts)

    monkeypatch.setattr(fees, "cancel", cancelled)
    assert expire(at=MORNING + dt.timedelta(days=ASKED_DAYS, minutes=1)) == 1
    states = Case.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["fee_due", "expired"]


def test_a_calendar_with_a_gap_keeps_nobody_from_asking_the_applicant() -> None:
    from municipality.calendar.models import OfficeHours

    town = a_town()
    case = an_extract(town)
    OfficeHours.objects.all().delete()
    moved = move(case_id=case.pk, edge="return", by=acting(town.registrar), at=MORNING, text="أكمل")
    assert (moved.state, moved.left_min) == ("returned", None)
