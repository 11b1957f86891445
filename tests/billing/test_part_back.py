"""A part of a paid bill goes back, for the part of a service that was not used."""

import pytest

from municipality.actor import Actor
from municipality.billing.bills.facts import Payer
from municipality.billing.models import Bill, Charge, LedgerEntry, Refund
from municipality.billing.payments import refunds
from municipality.documents.models import IssuedPaper
from municipality.notices.models import Message
from municipality.problems import Problem
from tests.billing.builders import SUPERVISOR, a_bill, a_cashier, a_shift, minutes, pay_cash

pytestmark = pytest.mark.django_db
HOLDER = Actor(7, "سالم", "citizen")


def given_back(amount_baisa: int | None) -> Charge:
    """A bill of 45 rials, of which something goes back."""
    a_shift()
    charge = pay_cash(a_bill(45_000, payer=Payer("سالم", "+96892123456", 7)))
    refund = refunds.ask_for_service(
        bill_id=charge.bill_id, reason="ended early", by=HOLDER, at=minutes(2),
        amount_baisa=amount_baisa,
    )  # fmt: skip
    refunds.approve(refund_id=refund.pk, by=SUPERVISOR, at=minutes(3))
    refunds.paid_back(refund_id=refund.pk, by=a_cashier(), at=minutes(4))
    charge.refresh_from_db()
    return charge


def test_a_part_goes_back_and_the_bill_stays_paid_with_its_receipt() -> None:
    charge = given_back(30_000)
    bill = Bill.objects.get()
    assert (charge.state, bill.state) == ("captured", "paid")
    entries = LedgerEntry.objects.filter(account="cash")
    assert sum(entry.amount_baisa for entry in entries) == 15_000
    text = Message.objects.get(template="billing.part_back").text
    assert "30.000" in text and bill.number in text
    papers = IssuedPaper.objects.filter(about=bill.stream)
    assert all(paper.state == "valid" for paper in papers)


def test_all_of_it_is_a_whole_refund() -> None:
    charge = given_back(45_000)
    assert (charge.state, Bill.objects.get().state) == ("refunded", "refunded")
    assert Message.objects.filter(template="billing.paid_back").count() == 1


def test_no_more_goes_back_than_was_taken_and_only_once() -> None:
    a_shift()
    charge = pay_cash(a_bill(45_000))
    for amount, code in ((45_001, "not_taken"), (1_000, ""), (1_000, "going_back")):
        try:
            refunds.ask_for_service(
                bill_id=charge.bill_id, reason="x", by=HOLDER, at=minutes(2), amount_baisa=amount
            )
            found = ""
        except Problem as refused:
            found = refused.code
        assert found == code
    assert Refund.objects.get().amount_baisa == 1_000


def test_the_payer_does_not_approve_the_part_that_comes_back() -> None:
    a_shift()
    charge = pay_cash(a_bill(45_000, payer=Payer("سالم", "+96892123456", 7)))
    refund = refunds.ask_for_service(
        bill_id=charge.bill_id, reason="x", by=HOLDER, at=minutes(2), amount_baisa=15_000
    )
    with pytest.raises(Problem):
        refunds.approve(refund_id=refund.pk, by=Actor(7, "سالم", "supervisor"), at=minutes(3))
