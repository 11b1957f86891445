"""What one supervisor says the bank took: another one decides whether it goes back."""

import pytest
from django.db import IntegrityError, transaction

from municipality.actor import Actor
from municipality.billing.bills import actions as bills
from municipality.billing.models import Bill, Charge, Receipt, Refund
from municipality.billing.payments import refunds
from municipality.billing.reconciliation.actions import settle_by_statement
from municipality.problems import Problem
from tests.billing.builders import SUPERVISOR, a_bill, a_cashier, an_online_charge, minutes

pytestmark = pytest.mark.django_db
OTHER = Actor(902, "Other supervisor", "supervisor")


def unknown_charge(bill: Bill) -> Charge:
    charge = an_online_charge(bill)
    Charge.objects.filter(pk=charge.pk).update(state="unknown")
    return charge


def state(charge: Charge, baisa: int = 6_195, by: Actor = SUPERVISOR) -> None:
    settle_by_statement(
        charge_id=charge.pk, captured_baisa=baisa, how="statement, line 4", by=by, at=minutes(2)
    )


def stated_for_a_cancelled_bill(by: Actor = SUPERVISOR) -> Refund:
    """A capture stated for a bill that takes no money any more: it goes back."""
    bill = a_bill()
    charge = unknown_charge(bill)
    bills.cancel(bill_id=bill.pk, by=SUPERVISOR, at=minutes(1.5), why="x")
    state(charge, by=by)
    return Refund.objects.get()


def test_whoever_stated_a_capture_is_the_asker_of_its_return_and_does_not_approve_it() -> None:
    refund = stated_for_a_cancelled_bill()
    assert (refund.asked_by_id, refund.asked_by_name) == (901, "Supervisor")
    with pytest.raises(Problem) as refused:
        refunds.approve(refund_id=refund.pk, by=SUPERVISOR, at=minutes(3))
    assert refused.value.status == 403
    with pytest.raises(Problem) as refused:  # what the platform owes is owed whoever told it
        refunds.refuse(refund_id=refund.pk, by=OTHER, at=minutes(3))
    assert refused.value.code == "money_owed"
    assert refunds.approve(refund_id=refund.pk, by=OTHER, at=minutes(4)).state == "approved"


def test_a_refund_a_cashier_asks_of_a_stated_capture_is_not_approved_by_who_stated_it() -> None:
    charge = unknown_charge(a_bill())
    state(charge, by=Actor(901, "Supervisor", "supervisor", for_person_id=905))
    assert Receipt.objects.count() == 1
    refund = refunds.ask(
        charge_id=charge.pk, kind="refund", reason="x", by=a_cashier(), at=minutes(3)
    )
    for decider in (
        SUPERVISOR,
        Actor(905, "In whose name it was stated", "supervisor"),
        Actor(902, "Acting for who stated", "supervisor", for_person_id=901),
    ):
        with pytest.raises(Problem) as refused:
            refunds.approve(refund_id=refund.pk, by=decider, at=minutes(4))
        assert refused.value.status == 403
    assert refunds.approve(refund_id=refund.pk, by=OTHER, at=minutes(4)).state == "approved"


def test_without_the_check_the_database_still_refuses_who_stated(monkeypatch) -> None:
    """The control: the guard of the action is off; the database refuses, and lets others."""
    monkeypatch.setattr(refunds, "_other_eyes", lambda *who, **when: None)
    charge = unknown_charge(a_bill())
    state(charge)
    refund = refunds.ask(
        charge_id=charge.pk, kind="refund", reason="x", by=a_cashier(), at=minutes(3)
    )
    for decider in (SUPERVISOR, Actor(902, "x", "supervisor", for_person_id=901)):
        with pytest.raises(IntegrityError), transaction.atomic():
            refunds.approve(refund_id=refund.pk, by=decider, at=minutes(4))
    with pytest.raises(IntegrityError), transaction.atomic():
        Charge.objects.update(stated_by_id=None)
    assert refunds.approve(refund_id=refund.pk, by=OTHER, at=minutes(4)).state == "approved"


def test_without_the_record_of_who_stated_one_supervisor_would_do_both(monkeypatch) -> None:
    """The control: where nobody is written on the charge, one pair of eyes is enough."""
    monkeypatch.setattr(Charge, "save", lambda self, **told: None if "stated_by_id" in told.get(
        "update_fields", ()) else super(Charge, self).save(**told))  # fmt: skip
    charge = unknown_charge(a_bill())
    state(charge)
    refund = refunds.ask(
        charge_id=charge.pk, kind="refund", reason="x", by=a_cashier(), at=minutes(3)
    )
    assert refunds.approve(refund_id=refund.pk, by=SUPERVISOR, at=minutes(4)).state == "approved"


@pytest.mark.parametrize("baisa", [1, 6_194, 6_196, 61_950])
def test_a_statement_is_of_the_whole_amount_or_of_nothing(baisa: int) -> None:
    charge = unknown_charge(a_bill())
    with pytest.raises(Problem) as refused:
        state(charge, baisa)
    assert (refused.value.status, refused.value.code) == (422, "other_amount")
    charge.refresh_from_db()
    assert (charge.state, charge.stated_by_id) == ("unknown", None)
    state(charge, 0)
    charge.refresh_from_db()
    assert (charge.state, charge.stated_by_id) == ("cancelled", 901)
