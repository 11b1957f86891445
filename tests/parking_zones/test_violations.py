"""Violations: issued from a certain place alone, once, with two pairs of eyes where it is not."""

import datetime as dt
import threading
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from shapely.geometry import Point

from municipality.actor import Actor
from municipality.billing.bills.models import Bill
from municipality.billing.payments.settling import NotServed
from municipality.cases.actions import CannotMove, move
from municipality.people.models import User
from municipality.problems import Problem
from parking_zones.inspection.checks import Asked, check
from parking_zones.models import Bay, ParkingTicket, PermitVehicle, Violation, Zone
from parking_zones.plates import read_plate
from parking_zones.tickets.actions import pay
from parking_zones.violations import actions
from parking_zones.violations.actions import FRESH, New, confirm, drop, issue, settled
from parking_zones.violations.disputes import Disputed, dispute
from parking_zones.violations.queries import found_by, known, of_holder
from tests.builders import (
    EAST,
    NORTH,
    a_person,
    a_tariff,
    a_zone,
    an_offence,
    square,
    the_paid_hours,
    the_ticket_terms,
    the_weekends,
)  # fmt: skip
from tests.parking_zones.test_inspection import CAR, EDGE, MIDDLE, a_permit
from tests.parking_zones.test_tickets import NINE, OTHER, buy, minutes, paid

pytestmark = pytest.mark.django_db
State = Violation.State


@pytest.fixture
def zone() -> Zone:
    the_weekends()
    the_paid_hours()
    the_ticket_terms()
    a_tariff(100, (dt.date(2016, 8, 3), None))
    an_offence()
    return a_zone("7")


@pytest.fixture
def by() -> Actor:
    return Actor(a_person("inspector").pk, "inspector", "inspector")


@pytest.fixture
def chief() -> Actor:
    return Actor(a_person("supervisor").pk, "supervisor", "supervisor")


def checked(by: Actor, point: Point = MIDDLE, accuracy_m: float = 5, at: dt.datetime = NINE) -> Any:
    asked = Asked(CAR, "1111 B", point, accuracy_m, at)
    return check(asked=asked, inspector_id=by.person_id or 0, at=at)


def fine(by: Actor, point: Point = MIDDLE, *, at: dt.datetime = NINE, **values: Any) -> Violation:
    made = checked(by, point, values.pop("accuracy_m", 5), values.pop("checked_at", at))
    new = New(made.pk, values.pop("offence", "no_ticket"), at, **values)
    return issue(new=new, by=by, at=values.get("now", at))


def refused(by: Actor, *args: Any, **values: Any) -> str:
    with pytest.raises(Problem) as problem:
        fine(by, *args, **values)
    return problem.value.code


def a_photo_of(violation: Violation, by: Actor) -> None:
    """A photo that the inspector has sent."""
    from municipality.documents.intake import accept
    from tests.parking_zones.test_check_api import photo

    sent = photo()
    accept(
        SimpleUploadedFile("car.jpg", sent.read()), by=by, at=violation.issued_at,
        kinds=("jpeg",), about=violation.stream,
    )  # fmt: skip


def bill_of(violation: Violation) -> Bill:
    return Bill.objects.get(subject=violation.stream)


def test_a_violation_stands_on_its_check_and_has_a_bill(zone, by) -> None:
    made = fine(by)
    bill = bill_of(made)
    assert (made.state, made.fine_baisa, bill.total_baisa) == (State.ISSUED, 10_000, 10_000)
    assert made.parking_check and made.parking_check.evidence["zone"]["version"] == 1
    assert made.spell_from == NINE.replace(hour=8) and bill.plate == "OM1111B"


def test_from_an_unclear_place_none_is_issued(zone, by) -> None:
    a_zone("8", shape=square(100, 0, 100))
    assert refused(by, EDGE) == "unclear_place"
    assert refused(by, Point(EAST + 2, NORTH + 50)) == "unclear_place"
    assert refused(by, Point(EAST + 900, NORTH)) == "outside_zones"
    assert not Violation.objects.exists()


def test_a_supervisor_may_decide_where_the_place_is_unclear(zone, by, chief) -> None:
    made = fine(by, Point(EAST + 2, NORTH + 50), asks_supervisor=True)
    assert made.state == State.PROPOSED and not Bill.objects.exists()
    with pytest.raises(Problem) as blind:
        confirm(violation_id=made.pk, why="x", by=chief, at=NINE)
    assert blind.value.code == "photos_needed"
    a_photo_of(made, by)
    with pytest.raises(Problem):
        confirm(violation_id=made.pk, why="x", by=by, at=NINE)  # the same pair of eyes
    confirmed = confirm(violation_id=made.pk, why="الصورة واضحة", by=chief, at=NINE)
    assert confirmed.state == State.ISSUED and bill_of(made).total_baisa == 10_000
    with pytest.raises(Problem):
        drop(violation_id=made.pk, why="x", by=chief, at=NINE)


def test_what_became_a_right_meanwhile_is_not_confirmed(zone, by, chief) -> None:
    a_zone("8", shape=square(100, 0, 100))
    made = fine(by, EDGE, asks_supervisor=True)
    a_photo_of(made, by)
    paid(buy(60, at=NINE))  # asked for in the same second
    made.refresh_from_db()
    assert made.state == State.DROPPED  # who asked first wins where the place is unclear too
    other = fine(by, EDGE, at=NINE.replace(hour=17), asks_supervisor=True)
    a_photo_of(other, by)
    a_permit(zone)
    with pytest.raises(Problem) as right:
        confirm(violation_id=other.pk, why="x", by=chief, at=NINE.replace(hour=17))
    assert right.value.code == "may_stand"


def test_from_a_pin_and_from_a_check_that_came_late_none_is_issued_at_once(zone, by) -> None:
    asked = Asked(CAR, "1111 B", MIDDLE, 5, NINE, origin="pin")
    made = check(asked=asked, inspector_id=by.person_id or 0, at=NINE)
    with pytest.raises(Problem) as unclear:
        issue(new=New(made.pk, "no_ticket", NINE), by=by, at=NINE)
    assert unclear.value.code == "unclear_place"
    late = check(
        asked=Asked(CAR, "1111 B", MIDDLE, 5, NINE), inspector_id=by.person_id or 0,
        at=NINE + minutes(60),
    )  # fmt: skip
    found = issue(new=New(late.pk, "no_ticket", NINE), by=by, at=NINE + minutes(60))
    assert (found.state, found.evidence["reason"]) == (State.PROPOSED, "nothing_bought")


def test_what_a_supervisor_does_not_confirm_is_dropped_and_kept(zone, by, chief) -> None:
    made = fine(by, Point(EAST + 2, NORTH + 50), asks_supervisor=True)
    assert drop(violation_id=made.pk, why="لا يظهر", by=chief, at=NINE).state == State.DROPPED
    assert not Bill.objects.exists()


def test_who_bought_before_is_not_fined_and_who_buys_after_is(zone, by) -> None:
    made = checked(by)
    ticket = buy(60, channel="sms", key="sms/1")  # between the check and the violation: who knows?
    with pytest.raises(Problem) as problem:
        issue(new=New(made.pk, "no_ticket", NINE + minutes(1)), by=by, at=NINE + minutes(1))
    assert problem.value.code == "cannot_tell"
    pay(ticket, at=NINE + minutes(1), operator_number="op-1")
    with pytest.raises(Problem) as problem:
        issue(new=New(made.pk, "no_ticket", NINE + minutes(2)), by=by, at=NINE + minutes(2))
    assert problem.value.code == "may_stand"


def test_a_ticket_asked_for_after_the_violation_is_sold_and_the_violation_stands(zone, by) -> None:
    made = fine(by)
    later = paid(buy(60, at=NINE + dt.timedelta(microseconds=1)))
    made.refresh_from_db()
    assert made.state == State.ISSUED and later.state == "paid"


def test_a_check_is_fresh_for_ten_minutes_and_stands_for_one_violation(zone, by) -> None:
    assert refused(by, at=NINE + FRESH + minutes(1), checked_at=NINE) == "check_needed"
    made = checked(by)
    issue(new=New(made.pk, "no_ticket", NINE), by=by, at=NINE)
    with pytest.raises(Problem) as problem:
        issue(new=New(made.pk, "no_ticket", NINE), by=by, at=NINE)
    assert problem.value.code == "check_needed"


def test_nobody_issues_on_the_check_of_another(zone, by) -> None:
    made = checked(Actor(99, "other", "inspector"))
    with pytest.raises(Problem):
        issue(new=New(made.pk, "no_ticket", NINE), by=by, at=NINE)


def test_one_violation_of_an_offence_in_one_spell_of_paid_hours(zone, by) -> None:
    fine(by)
    assert refused(by, at=NINE + minutes(60)) == "already_issued"
    assert fine(by, at=NINE.replace(hour=17)).state == State.ISSUED


def test_the_database_refuses_a_second_one_too(zone, by) -> None:
    made = fine(by)
    copy = {
        "plate_key": made.plate_key, "offence": made.offence, "offence_code": "no_ticket",
        "fine_baisa": 1, "zone": made.zone, "spell_from": made.spell_from, "state": "issued",
        "issued_at": NINE, "received_at": NINE,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="violation_once_a_spell"), transaction.atomic():
        Violation.objects.create(number="x", **copy)


def test_the_fine_is_that_of_its_day(zone, by) -> None:
    an_offence("old", 3_000, valid=(None, dt.date(2016, 8, 3)))
    an_offence("old", 10_000, valid=(dt.date(2016, 8, 3), None))
    assert fine(by, offence="old").fine_baisa == 10_000
    assert actions.offence_on("old", day=dt.date(2016, 8, 2)).fine_baisa == 3_000


def test_a_bay_for_the_disabled_must_be_there(zone, by) -> None:
    from municipality.stored import geos_of

    an_offence("disabled_bay", 20_000, basis="bay", bay_kind="disabled")
    assert refused(by, offence="disabled_bay", accuracy_m=2) == "no_such_bay"
    shape = geos_of(square(48, 48, 5))
    Bay.objects.create(register_key="b", kind="disabled", shape=shape)
    paid(buy(60))  # a ticket gives no right to such a bay
    assert refused(by, offence="disabled_bay", accuracy_m=4) == "no_such_bay"  # or the next one?
    assert fine(by, offence="disabled_bay", accuracy_m=2).state == State.ISSUED


def test_one_made_without_a_connection_is_kept_even_where_a_ticket_was_bought(zone, by) -> None:
    paid(buy(60))
    made = checked(by, at=NINE + minutes(5))
    new = New(made.pk, "no_ticket", NINE + minutes(6), key="device-1")
    late = issue(new=new, by=by, at=NINE + minutes(300))
    assert (late.state, late.decided_why) == (State.DROPPED, "may_stand")
    assert issue(new=new, by=by, at=NINE + minutes(400)).pk == late.pk  # sent twice
    assert not Bill.objects.filter(subject=late.stream).exists()


def test_number_and_plate_find_it_and_one_alone_does_not(zone, by) -> None:
    made = fine(by)
    assert found_by(number=made.number, plate_key=CAR)
    assert found_by(number=made.number, plate_key=read_plate("1112 B").key) is None
    assert found_by(number="PV-2026-9999999", plate_key=CAR) is None


def test_who_holds_a_permit_sees_those_of_its_vehicle_and_a_buyer_of_tickets_none(zone, by) -> None:
    other = a_zone("9", shape=square(300, 0, 100))
    a_permit(other, person_id=77)
    made = fine(by)
    paid(buy(60, by=OTHER, at=NINE + minutes(30)))
    assert [one.violation for one in of_holder(person_id=77)] == [made]
    assert of_holder(person_id=OTHER.person_id or 0) == []
    PermitVehicle.objects.update(valid=(NINE + minutes(1), None))
    assert of_holder(person_id=77) == []


def disputed(made: Violation, person: User) -> Any:
    who = Actor(person.pk, person.full_name, "citizen")
    case = dispute(disputed=Disputed(made.pk, "كانت عندي تذكرة"), person=person, by=who, at=NINE)
    return move(case_id=case.pk, edge="submit", by=who, at=NINE)


def test_a_granted_dispute_cancels_the_violation_and_its_bill(zone, by, chief) -> None:
    made = fine(by)
    case = disputed(made, a_person("citizen"))
    move(case_id=case.pk, edge="grant", by=chief, at=NINE, text="تذكرة سارية")
    made.refresh_from_db()
    assert made.state == State.CANCELLED and bill_of(made).state == Bill.State.CANCELLED
    assert not made.disputes.get().is_open
    with pytest.raises(NotServed):
        settled(bill=bill_of(made), receipt=None, at=NINE)


def test_a_rejected_one_leaves_it_and_another_may_follow(zone, by, chief) -> None:
    made = fine(by)
    person = a_person("citizen")
    with pytest.raises(Problem):
        case = disputed(made, person)
        disputed(made, person)  # one at a time
    move(case_id=case.pk, edge="reject", by=chief, at=NINE, text="لا تذكرة")
    made.refresh_from_db()
    assert made.state == State.ISSUED and known(made).word == "due"
    assert disputed(made, person).state == "review"


def test_nobody_decides_on_what_they_confirmed(zone, by, chief) -> None:
    made = fine(by, Point(EAST + 2, NORTH + 50), asks_supervisor=True)
    a_photo_of(made, by)
    confirm(violation_id=made.pk, why="الصورة واضحة", by=chief, at=NINE)
    case = disputed(made, a_person("citizen"))
    for edge in ("grant", "reject"):
        with pytest.raises(CannotMove):
            move(case_id=case.pk, edge=edge, by=chief, at=NINE, text="x")


@pytest.mark.django_db(transaction=True)
def test_two_inspectors_and_a_buyer_at_once_leave_one_truth(zone) -> None:
    """In each round one violation at most, and none where a ticket was asked for before it."""
    inspectors = [Actor(a_person(f"i{n}", "inspector").pk, f"i{n}", "inspector") for n in (1, 2)]
    for turn in range(12):
        at = NINE + minutes(3 * turn)
        Violation.objects.all().delete()
        ParkingTicket.objects.all().delete()
        checks = [checked(one, at=at) for one in inspectors]
        start = threading.Barrier(3)

        def run(act: Any, start: threading.Barrier = start) -> None:
            start.wait()
            try:
                act()
            except Problem:
                pass
            finally:
                connection.close()

        acts = [
            lambda n=n, checks=checks, at=at: issue(
                new=New(checks[n].pk, "no_ticket", at), by=inspectors[n], at=at
            )
            for n in (0, 1)
        ]
        acts.append(lambda at=at: buy(60, at=at, key=f"race/{at}"))
        threads = [threading.Thread(target=run, args=(act,)) for act in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        made, ticket = list(Violation.objects.all()), ParkingTicket.objects.first()
        assert len(made) <= 1 and ticket is not None
        assert made or ticket  # somebody was first
