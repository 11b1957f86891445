"""Races for one bill's money with real threads; each has its control without the guards."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection

from municipality.billing.models import Charge, Receipt, Refund
from municipality.billing.payments import charging, receipts
from tests.billing.builders import (
    NOON,
    a_bill,
    a_cashier,
    a_shift,
    asked,
    minutes,
    pay_cash,
)
from tests.billing.races import (
    cashier_and_online,
    meet,
    one_receipt,
    paid_back_once,
    refund_and_void,
    sweep,
    terminal_and_cash_rival,
    told,
    two_cashiers,
    unguarded,
)
from tests.side_by_side import at_once

pytestmark = pytest.mark.usefixtures("committed")


@pytest.mark.parametrize("rivals", [2, 8])
def test_two_cashiers_take_the_money_once(rivals: int) -> None:
    for _ in range(3):
        sweep()
        refused = told(two_cashiers(rivals))
        assert len(refused) == rivals - 1
        assert all("Cashier" in problem.detail.en for problem in refused)
        one_receipt()


def test_without_the_guards_two_cashiers_take_it_twice() -> None:
    with unguarded():
        two_cashiers()
        assert Receipt.objects.count() == 2


def test_without_the_lock_alone_the_loser_takes_the_money_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The database still keeps one receipt, but nobody tells the second cashier to stop."""
    from municipality.billing import locks
    from municipality.billing.models import Bill

    gate = threading.Barrier(2)

    def unlocked(pk: int) -> Any:
        found = Bill.objects.get(pk=pk)
        meet(gate)
        return found

    monkeypatch.setattr(locks, "bill", unlocked)
    two_cashiers()
    assert Receipt.objects.count() == 1
    assert Charge.objects.filter(state="captured").count() == 2


def test_a_capture_and_a_cashier_end_in_one_receipt_and_true_books() -> None:
    for _ in range(3):
        sweep()
        told(cashier_and_online())
        one_receipt()


def test_without_the_guards_a_capture_and_a_cashier_make_two_receipts() -> None:
    with unguarded():
        cashier_and_online()
        assert Receipt.objects.count() == 2


def test_a_terminal_and_a_cashier_are_never_both_under_way() -> None:
    for _ in range(3):
        sweep()
        assert len(told(terminal_and_cash_rival())) == 1


def test_a_refund_and_a_void_pay_back_once() -> None:
    for _ in range(3):
        sweep()
        assert len(told(refund_and_void())) == 1
        paid_back_once()


def test_without_the_guards_a_refund_and_a_void_pay_back_twice() -> None:
    with unguarded():
        refund_and_void()
        assert Refund.objects.filter(state="done").count() == 2


def two_bills_at_once(monkeypatch: pytest.MonkeyPatch, key: str = "") -> list[BaseException]:
    """Two cashiers take one cheque for two bills, or use one key, having both looked before."""
    bills = [a_bill(), a_bill()]
    desks = [a_cashier(1), a_cashier(2)]
    for desk in desks:
        a_shift(desk)
    gate, look = threading.Barrier(2), charging._repeated

    def looked(wanted: charging.Asked) -> Charge | None:
        before = look(wanted)
        meet(gate)
        return before

    monkeypatch.setattr(charging, "_repeated", looked)

    def taking(number: int) -> Callable[[], None]:
        cheque = charging.Cheque("000123" if not key else f"{number}", "Bank", NOON.date())
        request = asked(bills[number], "cheque", key=key)

        def take() -> None:
            charging.take_cheque(asked=request, cheque=cheque, by=desks[number], at=minutes(1))

        return take

    return at_once(taking(0), taking(1))


@pytest.mark.parametrize(("key", "code"), [("", "cheque_used"), ("same", "key_reused")])
def test_one_cheque_or_one_key_for_two_bills_is_taken_once_and_the_loser_is_told(
    monkeypatch: pytest.MonkeyPatch, key: str, code: str
) -> None:
    (refused,) = told(two_bills_at_once(monkeypatch, key))
    assert refused.code == code
    assert Receipt.objects.count() == Charge.objects.count() == 1


def test_without_the_words_for_it_the_loser_meets_a_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(charging, "_RIVALS", {})
    (refused,) = two_bills_at_once(monkeypatch)
    assert isinstance(refused, IntegrityError)


def payer(number: int, rounds: int) -> Callable[[], None]:
    """A cashier who takes money again and again; every third time it goes wrong at the end."""

    def work() -> None:
        from django.db import transaction

        for turn in range(rounds):
            bill = a_bill()
            try:
                with transaction.atomic():
                    pay_cash(bill, a_cashier(number))
                    if turn % 3 == 2:
                        raise ZeroDivisionError
            except ZeroDivisionError:
                continue

    return work


def numbers() -> list[int]:
    """The numbers of the day's receipts, in order."""
    return sorted(Receipt.objects.values_list("seq", flat=True))


def test_eight_cashiers_leave_no_gap_and_no_double_in_the_numbers() -> None:
    for number in range(1, 9):
        a_shift(a_cashier(number))
    assert not at_once(*(payer(number, 6) for number in range(1, 9)))
    assert numbers() == list(range(1, 8 * 4 + 1))


def test_numbers_from_a_sequence_would_have_gaps(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: a number that does not go back with its transaction."""

    def from_sequence(branch: str, day: object) -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT nextval('billing_bill_number')")
            return int(cursor.fetchone()[0])

    monkeypatch.setattr(receipts, "_next", from_sequence)
    a_shift()
    assert not at_once(payer(1, 6))
    found = numbers()
    assert found != list(range(found[0], found[0] + len(found)))


def test_one_message_that_arrives_eight_times_at_once_has_one_effect() -> None:
    from municipality.billing.payments import webhooks
    from municipality.conf import PROFILE
    from tests.billing.builders import an_online_charge

    charge = an_online_charge(a_bill())
    data = {
        "reference": charge.public_id, "number": "tx-1", "amount": 6_195,
        "currency": PROFILE.currency, "exponent": PROFILE.currency_exponent,
    }  # fmt: skip
    effects: list[str] = []

    def hear() -> None:
        effects.append(
            webhooks.receive(
                message_id="msg_1", message={"type": "payment.captured", "data": data},
                at=minutes(2),
            )
        )  # fmt: skip

    assert not at_once(*([hear] * 8))
    assert sorted(effects) == ["applied"] + ["seen"] * 7
    one_receipt()
