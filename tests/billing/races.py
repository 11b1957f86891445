"""Rivals for one bill's money, each with a connection of its own, meeting inside the window.

A race begins when every rival has read what it will decide by, so that the guard, and not luck,
decides.  With the guards taken away (``unguarded``) the same race must go wrong.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

from django.db import OperationalError, connection

from municipality.actor import SYSTEM, Actor
from municipality.billing import locks
from municipality.billing.models import Bill, Charge, Receipt, Refund
from municipality.billing.payments import charging, refunds, settling
from municipality.billing.payments.settling import take_answer
from municipality.places.demo import is_demo
from municipality.problems import Problem
from tests.billing.builders import (
    SUPERVISOR,
    a_bill,
    a_cashier,
    a_shift,
    an_online_charge,
    asked,
    captured,
    minutes,
    pay_cash,
)
from tests.side_by_side import at_once

GUARDS = {
    "charge_one_in_flight_a_bill": "billing_charge (bill_id) WHERE state IN "
    "('created', 'sent', 'authorised', 'unknown')",
    "billing_receipt_bill_id_key": "billing_receipt (bill_id)",
    "refund_one_a_charge": "billing_refund (charge_id) WHERE line_id IS NULL "
    "AND NOT state = 'refused'",
}
WITHIN = "billing_refund_is_within_its_charge"
OF_TESTS = ("test_", "geo_campaigns")  # databases whose money is nobody's
TABLES = (
    "billing_ledgerentry", "billing_receipt", "billing_refund", "billing_charge",
    "billing_billline", "billing_bill", "billing_shift", "billing_receiptcounter",
    "billing_seenwebhook", "billing_dayclose", "billing_difference", "billing_settlementfile",
)  # fmt: skip


def sweep() -> None:
    """Empty the tables of money, as only their owner can, for the next round; never a city's.

    Where no test of a run asks for the database by its mark, none is made for tests, and the
    session is to the city that is configured.
    """
    name = str(connection.settings_dict["NAME"])
    assert name.startswith(OF_TESTS), f"{name}: add a test marked django_db to the run"
    assert not is_demo(), "these are the tables of a demo city"
    for attempt in range(3):  # a late message of the gateway may hold some of them
        try:
            with connection.cursor() as cursor:
                cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
            break
        except OperationalError:
            if attempt == 2:
                raise
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM billing_terminal")
        cursor.execute("DELETE FROM places_branch WHERE code = 'seeb'")  # builders.a_branch
        cursor.execute("DELETE FROM places_directorate WHERE code = 'd1'")


def meet(gate: threading.Barrier) -> None:
    """Wait half a second for the rival, so that both have read before either writes."""
    try:
        gate.wait(0.5)
    except threading.BrokenBarrierError:  # there is no rival at this step
        gate.reset()


@contextlib.contextmanager
def unguarded() -> Iterator[None]:
    """Take the locks and the unique indexes away for the length of a control."""
    kept = locks.bill, locks.charge, locks.refund
    gate = threading.Barrier(2)

    seen = threading.local()

    def read(model: type[Any]) -> Callable[[int], Any]:
        def unlocked(pk: int) -> Any:
            """Read once and go on believing it, as code without a lock does."""
            if model is not Bill:
                return model.objects.get(pk=pk)
            if not hasattr(seen, "bill"):
                seen.bill = model.objects.get(pk=pk)
                meet(gate)
            return seen.bill

        return unlocked

    told_by = [(module, module.record) for module in (charging, settling, refunds)]
    for module, _ in told_by:  # the chain of a bill's history is a queue of its own
        module.record = lambda **facts: None
    # whoever asked first waits for the other before the end of its transaction
    refunds.record = lambda **facts: meet(gate)  # type: ignore[assignment]
    locks.bill, locks.charge, locks.refund = read(Bill), read(Charge), read(Refund)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX charge_one_in_flight_a_bill")
        cursor.execute("ALTER TABLE billing_receipt DROP CONSTRAINT billing_receipt_bill_id_key")
        cursor.execute("DROP INDEX refund_one_a_charge")
        cursor.execute("ALTER TABLE billing_bill DISABLE TRIGGER billing_bill_is_frozen")
        cursor.execute("ALTER TABLE billing_charge DISABLE TRIGGER billing_charge_moves_legally")
        cursor.execute("ALTER TABLE billing_refund DISABLE TRIGGER " + WITHIN)
    try:
        yield
    finally:
        locks.bill, locks.charge, locks.refund = kept
        for module, record in told_by:
            module.record = record
        sweep()
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE UNIQUE INDEX charge_one_in_flight_a_bill ON "
                + GUARDS["charge_one_in_flight_a_bill"]
            )
            cursor.execute(
                "ALTER TABLE billing_receipt ADD CONSTRAINT billing_receipt_bill_id_key "
                "UNIQUE (bill_id)"
            )
            cursor.execute(
                "CREATE UNIQUE INDEX refund_one_a_charge ON " + GUARDS["refund_one_a_charge"]
            )
            cursor.execute("ALTER TABLE billing_bill ENABLE TRIGGER billing_bill_is_frozen")
            cursor.execute("ALTER TABLE billing_charge ENABLE TRIGGER billing_charge_moves_legally")
            cursor.execute("ALTER TABLE billing_refund ENABLE TRIGGER " + WITHIN)


def told(refusals: list[BaseException]) -> list[Problem]:
    """Every loser was refused with a 409 that says why; anything else is a fault of ours."""
    problems = [error for error in refusals if isinstance(error, Problem)]
    others = [error for error in refusals if not isinstance(error, Problem)]
    assert not others, others
    assert all(problem.status == 409 for problem in problems)
    return problems


def two_cashiers(rivals: int = 2) -> list[BaseException]:
    """Several cashiers take cash for one bill at the same moment."""
    bill = a_bill()
    cashiers = [a_cashier(number) for number in range(1, rivals + 1)]
    for cashier in cashiers:
        a_shift(cashier)
    gate = threading.Barrier(rivals)

    def take(cashier: Actor) -> Callable[[], None]:
        def work() -> None:
            gate.wait(10)
            pay_cash(bill, cashier)

        return work

    return at_once(*(take(cashier) for cashier in cashiers))


def cashier_and_online() -> list[BaseException]:
    """The bank's capture arrives while a cashier takes cash for the same bill.

    The online charge was given up here (declined), so the cashier may take the money; the
    capture is a correction.
    """
    from municipality.billing.payments.outcomes import Outcome

    bill = a_bill()
    a_shift()
    charge = an_online_charge(bill)
    take_answer(charge_id=charge.pk, outcome=Outcome("declined"), by=SYSTEM, at=minutes(1))
    gate = threading.Barrier(2)

    def capture() -> None:
        gate.wait(10)
        take_answer(charge_id=charge.pk, outcome=captured(6_195, "tx-1"), by=SYSTEM, at=minutes(2))

    def take() -> None:
        gate.wait(10)
        pay_cash(bill)

    return at_once(capture, take)


def refund_and_void() -> list[BaseException]:
    """One asks for a refund and another for a void of the same receipt; both are approved."""
    a_shift()
    a_shift(a_cashier(2))
    charge = pay_cash(a_bill())
    gate = threading.Barrier(2)

    def back(kind: str, asker: Actor) -> Callable[[], None]:
        def work() -> None:
            gate.wait(10)
            refund = refunds.ask(
                charge_id=charge.pk, kind=kind, reason="x", by=asker, at=minutes(2)
            )
            refunds.approve(refund_id=refund.pk, by=SUPERVISOR, at=minutes(3))
            refunds.paid_back(refund_id=refund.pk, by=asker, at=minutes(4))

        return work

    return at_once(back("refund", a_cashier()), back("void", a_cashier(2)))


def one_receipt() -> None:
    """What every race of payments ends in."""
    assert Receipt.objects.count() == 1
    from municipality.billing.payments.queries import sums

    found = sums()
    assert found.ledger == 0 and found.captured == found.receipts + found.without_receipt


def paid_back_once() -> None:
    """What a race of refund and void ends in."""
    assert Refund.objects.filter(state="done").count() == 1
    drawer = sum(e.amount_baisa for e in Refund.objects.get(state="done").entries.all())
    assert drawer == 0


def terminal_and_cash_rival() -> list[BaseException]:
    """One cashier sends a bill to a terminal while another takes cash for it."""
    from tests.billing.builders import a_terminal

    bill = a_bill()
    a_shift(terminal=a_terminal())
    a_shift(a_cashier(2))
    gate = threading.Barrier(2)

    def send() -> None:
        gate.wait(10)
        charging.ask_terminal(asked=asked(bill, "terminal"), by=a_cashier(), at=minutes(2))

    def take() -> None:
        gate.wait(10)
        pay_cash(bill, a_cashier(2))

    return at_once(send, take)
