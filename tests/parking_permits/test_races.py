"""Two at once: one bay, one vehicle, one renewal; the loser's money goes back, nothing is doubled."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from municipality.actor import SYSTEM
from municipality.billing.models import Bill, Refund
from municipality.billing.payments.settling import take_answer
from municipality.cases.actions import CannotMove
from municipality.cases.models import Case
from parking_zones.models import ParkingPermit, PermitVehicle
from parking_zones.parking_permits import checks
from parking_zones.parking_permits.requests import About, ask_about
from parking_zones.parking_permits.transitions import MACHINE
from tests.billing.builders import an_online_charge, captured
from tests.cases.builders import MORNING
from tests.parking_permits import town as t
from tests.parking_permits.builders import a_bay

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(works: list[Callable[[], object]]) -> list[object]:
    """Do all of it in threads with connections of their own; what was raised is returned."""

    def done(work: Callable[[], object]) -> object:
        try:
            return work()
        except CannotMove as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(done, works))


def two_for_one_bay(town: t.PermitTown) -> list[Case]:
    """Two requests for one bay, both billed: as if each had been looked at without the other."""
    bay = a_bay(zone=town.zone)
    values = {"kind": "reserved_bay", "bay_id": bay.pk, "plot": None, "company": t.COMPANY,
              "plate_key": ""}  # fmt: skip
    first = t.accepted(town, **values)
    Case.objects.filter(pk=first.pk).update(state="draft")
    second = t.accepted(town, **values)
    Case.objects.filter(pk=first.pk).update(state="fee_due")
    return [first, second]


def test_of_two_that_pay_for_one_bay_in_one_second_one_has_it(monkeypatch) -> None:
    """Both have passed every check when they write: the database decides."""
    town = t.a_permit_town()
    cases = two_for_one_bay(town)
    both = threading.Barrier(2, timeout=20)

    def wait_for_the_other(request: object, *, on: object) -> None:
        both.wait()

    monkeypatch.setattr(checks, "_in_the_way", wait_for_the_other)
    ends = at_once([lambda case=case: t.settled_bare(case) for case in cases])
    assert sum(isinstance(end, CannotMove) for end in ends) == 1
    assert ParkingPermit.objects.count() == 1
    assert sorted(Case.objects.values_list("state", flat=True)) == ["fee_due", "issuing"]


def test_the_control_without_the_constraint_both_hold_the_bay(monkeypatch) -> None:
    town = t.a_permit_town()
    cases = two_for_one_bay(town)
    monkeypatch.setattr(checks, "_in_the_way", lambda request, *, on: None)
    table, name = "parking_zones_parkingpermit", "permit_bay_held_once"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = %s", [name]
        )
        (told,) = cursor.fetchone()
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    try:
        at_once([lambda case=case: t.settled_bare(case) for case in cases])
        assert ParkingPermit.objects.count() == 2
    finally:
        ParkingPermit.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {told}")


def test_money_that_comes_for_what_another_has_got_goes_back_by_itself() -> None:
    town = t.a_permit_town()
    first, second = t.accepted(town), t.accepted(town)
    t.paid(first)
    bill = Bill.objects.get(subject=second.stream)
    charge = an_online_charge(bill)
    take_answer(charge_id=charge.pk, outcome=captured(bill.total_baisa, "G-1"), by=SYSTEM,
                at=MORNING)  # fmt: skip
    bill.refresh_from_db()
    refund = Refund.objects.get(charge=charge)
    assert (bill.state, refund.amount_baisa) == ("cancelled", 45_000)
    assert ParkingPermit.objects.count() == 1 and PermitVehicle.objects.count() == 1


def test_a_renewal_that_is_asked_for_eight_times_at_once_is_one_case() -> None:
    town = t.a_permit_town()
    permit = t.granted(town, months=1)
    by = town.as_citizen()

    def ask() -> int:
        return ask_about(permit_id=permit.pk, about=About("renew"), by=by, at=MORNING).pk

    assert len(set(at_once([ask] * 8))) == 1
    assert Bill.objects.filter(state="due").count() == 1


def test_the_same_request_sent_eight_times_at_once_is_one_case() -> None:
    town = t.a_permit_town()
    assert len(set(at_once([lambda: t.a_draft(town, key="k").pk] * 8))) == 1
    assert Case.objects.count() == 1


def test_every_edge_that_gives_something_asks_what_is_in_the_way() -> None:
    assert all(
        edge.guard is checks.may_be_granted for edge in MACHINE.edges if edge.name == "settle_fee"
    )
