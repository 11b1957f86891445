"""Any order of paying singly and together, deciding and giving back keeps exactly what is paid."""

from collections.abc import Callable, Sequence

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from municipality.actor import SYSTEM
from municipality.billing.bills import actions as bills
from municipality.billing.bills import joint
from municipality.billing.bills.gathering import LIVES
from municipality.billing.models import Bill, Charge, Refund
from municipality.billing.payments import refunds, settling
from municipality.billing.payments.outcomes import Outcome
from municipality.billing.payments.queries import sums
from municipality.billing.payments.settling import take_answer
from municipality.problems import Problem
from tests.billing.builders import (
    NOON,
    SUPERVISOR,
    a_cashier,
    a_shift,
    an_online_charge,
    captured,
    minutes,
    pay_cash,
)
from tests.billing.test_joint_bills import CHIEF, ask_back, joint_of, kept, parts, states

pytestmark = pytest.mark.django_db
AMOUNTS = (10_000, 5_000, 3_000)


class Town:
    """Three bills that are due, and what people do about them."""

    def __init__(self) -> None:
        a_shift()
        self.parts = parts(*AMOUNTS)

    def gather(self, choice: int) -> None:
        """Choose two or three of them."""
        joint_of([bill for n, bill in enumerate(self.parts) if choice % 4 != n])

    def _any(self, choice: int) -> Bill:
        found = list(Bill.objects.order_by("pk"))
        return found[choice % len(found)]

    def cash(self, choice: int) -> None:
        """Pay one of all bills over the counter."""
        pay_cash(self._any(choice))

    def online(self, choice: int) -> None:
        """Go to the bank's page for one of all bills."""
        an_online_charge(self._any(choice))

    def answer(self, choice: int) -> None:
        """The bank says of some payment that it was taken or not; sometimes both, in time."""
        charges = list(Charge.objects.filter(channel="online").order_by("pk"))
        for charge in charges[choice % 3 : choice % 3 + 1]:
            taken = captured(charge.amount_baisa, f"n{charge.pk}")
            outcome = taken if choice % 2 else Outcome("declined")
            take_answer(charge_id=charge.pk, outcome=outcome, by=SYSTEM, at=minutes(3))

    def decide(self, choice: int) -> None:
        """End what one bill is for: cancelled while it is due, given back when it is paid."""
        part = self.parts[choice % 3]
        part.refresh_from_db()
        if part.state == "due":
            bills.cancel(bill_id=part.pk, by=SUPERVISOR, at=minutes(4), why="granted")
        elif part.state == "paid":
            ask_back(part)

    def void(self, choice: int) -> None:
        """Ask for a whole payment."""
        for charge in Charge.objects.filter(receipt__isnull=False).order_by("pk")[:1]:
            refunds.ask(
                charge_id=charge.pk, kind="refund", reason="x", by=a_cashier(), at=minutes(5)
            )

    def refuse(self, choice: int) -> None:
        """Refuse the oldest request."""
        for refund in Refund.objects.filter(state="asked").order_by("pk")[:1]:
            refunds.refuse(refund_id=refund.pk, by=CHIEF, at=minutes(6))

    def give_back(self, choice: int) -> None:
        """Approve all that is asked, and give it."""
        for refund in Refund.objects.filter(state="asked").order_by("pk"):
            refunds.approve(refund_id=refund.pk, by=CHIEF, at=minutes(6))
            if refund.charge.channel == "cash":
                refunds.paid_back(refund_id=refund.pk, by=a_cashier(), at=minutes(7))
            else:
                refunds.gateway_answered(
                    refund_id=refund.pk, state="done", number="rf", by=SYSTEM, at=minutes(7)
                )

    def expire(self, choice: int) -> None:
        """A day passes for joint bills."""
        joint.close_expired(at=NOON + LIVES)

    def laws(self) -> None:
        """What holds at every moment."""
        found = sums()
        assert found.ledger == 0
        assert found.captured == found.receipts + found.without_receipt
        for charge in Charge.objects.exclude(captured_baisa=None):
            going = charge.refunds.exclude(state="refused")
            assert sum(going.values_list("amount_baisa", flat=True)) <= (charge.captured_baisa or 0)

    def end(self) -> None:
        """When all has gone back that must, what is kept is what is paid, bill by bill."""
        self.give_back(0)
        self.laws()
        paid = sum(
            bill.total_baisa
            for bill, state in zip(self.parts, states(self.parts), strict=True)
            if state == "paid"
        )
        assert -kept("revenue/test_fee") == paid == kept("cash") + kept("online")
        assert kept("refund_due") == 0


ACTS: dict[str, Callable[[Town, int], None]] = {
    act.__name__: act
    for act in (
        Town.gather, Town.cash, Town.online, Town.answer, Town.decide, Town.void, Town.refuse,
        Town.give_back, Town.expire,
    )
}  # fmt: skip
STEPS = st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 12)), max_size=14)


def run(steps: Sequence[tuple[str, int]]) -> None:
    """Do these steps in a transaction that is taken back; a refusal is said with a 409."""
    with transaction.atomic():
        town = Town()
        for act, choice in steps:
            try:
                with transaction.atomic():
                    ACTS[act](town, choice)
            except Problem as refused:
                assert refused.status == 409, refused
            town.laws()
        town.end()
        transaction.set_rollback(True)


@given(steps=STEPS)
@settings(max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
def test_what_is_kept_is_what_is_paid(steps: list[tuple[str, int]]) -> None:
    run(steps)


# Two chosen, one of them cancelled while the bank's page is open, and the money comes.
SURPLUS = [("gather", 2), ("online", 3), ("decide", 0), ("answer", 9), ("give_back", 0)]


def test_a_surplus_is_found_by_the_law(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: money that pays nothing and is not given back is caught."""
    run(SURPLUS)
    monkeypatch.setattr(settling, "_pay_part", lambda line, receipt, **_: line.gathers_id > 0)
    with pytest.raises(AssertionError):
        run(SURPLUS)


def test_a_refund_of_the_wrong_bill_is_found_by_the_law(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = [("gather", 3), ("cash", 3), ("decide", 1), ("give_back", 0)]
    run(steps)
    monkeypatch.setattr(refunds, "_parts_back", lambda *_, **__: None)
    with pytest.raises(AssertionError):
        run(steps)
