"""One sequence of what may happen to one bill's money, in any order: laws after every sequence.

Used by the state machine of hypothesis (tests/billing/test_money_orders.py) and by the campaign
part_money_orders, which draws the same acts from a seeded generator.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from municipality.actor import Actor
from municipality.billing.bills import actions as bills
from municipality.billing.models import Bill, Charge, Receipt, Refund
from municipality.billing.payments import graph, online, refunds, webhooks
from municipality.billing.payments.queries import sums
from municipality.billing.reconciliation.early import ask_gateway, send_refunds
from municipality.conf import PROFILE
from municipality.problems import Problem
from tests.billing import worlds
from tests.billing.builders import (
    NOON,
    SUPERVISOR,
    a_bill,
    a_cashier,
    a_shift,
    asked,
    pay_cash,
)
from tests.billing.worlds import World

PAYER = Actor(7, "سالم", "citizen")


class Machine:
    """One bill, one gateway, and everything that can happen between them."""

    def __init__(self) -> None:
        self.world = worlds.WORLD = World()
        self.minute = 0
        self.messages: list[tuple[str, dict[str, Any]]] = []
        self.bill = a_bill(6_195)
        a_shift()

    def at(self) -> dt.datetime:
        """The next minute."""
        self.minute += 1
        return NOON + dt.timedelta(minutes=self.minute)

    def _references(self) -> list[str]:
        return sorted(self.world.sessions)

    def _pick(self, choice: int) -> str | None:
        references = self._references()
        return references[choice % len(references)] if references else None

    def _tell(self, kind: str, data: dict[str, Any]) -> None:
        self.messages.append((f"msg_{len(self.messages)}", {"type": kind, "data": data}))

    def send(self, choice: int) -> None:
        """The payer presses "pay": the gateway answers."""
        self._start()

    def time_out(self, choice: int) -> None:
        """The payer presses "pay": the gateway begins, its answer is lost."""
        self.world.down = True
        self._start()
        self.world.down = False

    def _start(self) -> None:
        try:
            online.start(
                asked=asked(self.bill, "online"), return_url=lambda charge: "http://127.0.0.1/",
                by=PAYER, at=self.at(),
            )  # fmt: skip
        except Problem as refused:
            assert refused.status == 409, refused

    def approve(self, choice: int) -> None:
        """The payer's money is taken there, and a message about it leaves."""
        reference = self._pick(choice)
        if reference is None or self.world.sessions[reference].captures:
            return
        wrong = 6_190 if choice % 7 == 0 else None
        self._captured(reference, wrong)

    def approve_again(self, choice: int) -> None:
        """A fault of theirs: one payment is captured twice."""
        reference = self._pick(choice)
        if reference is not None and self.world.sessions[reference].captures:
            self._captured(reference, None)

    def _captured(self, reference: str, wrong: int | None) -> None:
        capture = self.world.capture(reference, wrong)
        self._tell(
            "payment.captured",
            {"reference": reference, "number": capture.number, "amount": capture.amount_baisa,
             "currency": PROFILE.currency, "exponent": PROFILE.currency_exponent},
        )  # fmt: skip

    def decline(self, choice: int) -> None:
        """A card is declined there; the payer may try another one on the same page."""
        reference = self._pick(choice)
        if reference is not None and not self.world.sessions[reference].captures:
            self.world.sessions[reference].status = "declined"
            self._tell("payment.declined", {"reference": reference})

    def authorise(self, choice: int) -> None:
        """The bank reserves the money."""
        reference = self._pick(choice)
        if reference is not None and not self.world.sessions[reference].captures:
            self.world.sessions[reference].status = "authorised"
            self._tell("payment.authorised", {"reference": reference})

    def expire(self, choice: int) -> None:
        """The hosted page times out."""
        reference = self._pick(choice)
        if reference is not None and not self.world.sessions[reference].captures:
            self.world.sessions[reference].status = "expired"
            self._tell("payment.expired", {"reference": reference})

    def deliver(self, choice: int) -> None:
        """Any message arrives: out of order, late, again."""
        if self.messages:
            message_id, message = self.messages[choice % len(self.messages)]
            webhooks.receive(message_id=message_id, message=message, at=self.at())

    def deliver_copy(self, choice: int) -> None:
        """A message arrives under another id."""
        if self.messages:
            _, message = self.messages[choice % len(self.messages)]
            self.minute += 1
            webhooks.receive(message_id=f"copy_{self.minute}", message=message, at=self.at())

    def inquiry(self, choice: int) -> None:
        """The worker asks about what hangs."""
        ask_gateway(peer=self.world, at=self.at())

    def inquiry_in_silence(self, choice: int) -> None:
        """The worker asks and nobody answers."""
        self.world.down = True
        ask_gateway(peer=self.world, at=self.at())
        self.world.down = False

    def cash(self, choice: int) -> None:
        """A cashier takes the money over the counter."""
        try:
            pay_cash(self.bill, a_cashier())
        except Problem as refused:
            assert refused.status == 409, refused

    def cancel(self, choice: int) -> None:
        """The bill is cancelled."""
        try:
            bills.cancel(bill_id=self.bill.pk, by=SUPERVISOR, at=self.at(), why="withdrawn")
        except Problem as refused:
            assert refused.status == 409, refused

    def refund(self, choice: int) -> None:
        """Someone asks for a payment to go back, and someone else approves."""
        taken = Charge.objects.filter(state=graph.CAPTURED).order_by("pk")
        for charge in taken[choice % 2 : choice % 2 + 1]:
            try:
                refunds.ask(
                    charge_id=charge.pk, kind="refund", reason="x", by=a_cashier(), at=self.at()
                )
            except Problem as refused:
                assert refused.status == 409, refused
        self._approve()

    def _approve(self) -> None:
        for refund in Refund.objects.filter(state="asked").order_by("pk"):
            refunds.approve(refund_id=refund.pk, by=SUPERVISOR, at=self.at())
            if refund.charge.channel == "cash":
                refunds.paid_back(refund_id=refund.pk, by=a_cashier(), at=self.at())

    def laws(self) -> None:
        """What holds at every moment."""
        assert Receipt.objects.count() <= 1
        found = sums()
        assert found.ledger == 0
        assert found.captured == found.receipts + found.without_receipt

    def end(self) -> None:
        """Reconcile, and ask whether every baisa is where the world says it is."""
        self.world.down = False
        for session in self.world.sessions.values():
            if session.status in ("pending", "authorised"):
                session.status = "expired"  # no page stays open for ever
        self.minute += 30
        from municipality.billing.reconciliation.daily import compare

        for _ in range(2):  # both are idempotent
            ask_gateway(peer=self.world, at=self.at())
            lines = self.world.settlement(NOON.date())
            compare(source="gateway", day=NOON.date(), lines=lines, at=self.at())
        self._approve()
        for _ in range(2):
            send_refunds(peer=self.world, at=self.at())
        self.laws()
        self._books_are_the_worlds()

    def _books_are_the_worlds(self) -> None:
        assert sums().unknown == 0
        online_taken = Charge.objects.filter(channel="online", state__in=graph.TAKEN)
        assert sum(c.captured_baisa or 0 for c in online_taken) == self.world.captured()
        cash = sum(
            c.captured_baisa or 0
            for c in Charge.objects.filter(channel="cash", state__in=graph.TAKEN)
        )
        back = sum(r.amount_baisa for r in Refund.objects.filter(state="done"))
        kept = sum(
            r.amount_baisa
            for r in Receipt.objects.exclude(charge__refunds__state="done").order_by("pk")
        )
        assert kept == self.world.captured() + cash - back
        assert sum(self.world.refunds.values()) == sum(
            r.amount_baisa for r in Refund.objects.filter(state="done", charge__channel="online")
        )
        bill = Bill.objects.get(pk=self.bill.pk)
        assert (bill.state in ("paid", "refunded")) == Receipt.objects.exists()


ACTS: dict[str, Callable[[Machine, int], None]] = {
    act.__name__: act
    for act in (
        Machine.send, Machine.time_out, Machine.approve, Machine.approve_again, Machine.decline,
        Machine.authorise, Machine.expire, Machine.deliver, Machine.deliver_copy, Machine.inquiry,
        Machine.inquiry_in_silence, Machine.cash, Machine.cancel, Machine.refund,
    )
}  # fmt: skip
