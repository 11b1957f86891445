"""Two people at once about one joint payment; each race has its control without the guard."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction

from municipality.billing import locks
from municipality.billing.bills.joint import parts_of
from municipality.billing.models import Bill, Charge, Receipt, Refund
from municipality.billing.payments import refunds
from municipality.billing.payments.queries import sums
from tests.billing.builders import SUPERVISOR, a_cashier, a_shift, minutes, pay_cash
from tests.billing.races import WITHIN, meet, sweep, told
from tests.billing.test_joint_bills import CHIEF, a_refund, joint_of, parts
from tests.side_by_side import at_once

pytestmark = pytest.mark.usefixtures("committed")
LINE_ONCE = "CREATE UNIQUE INDEX refund_one_a_line ON billing_refund (line_id) WHERE NOT state = "


def two_decide(first: int, second: int) -> list[BaseException]:
    """Two people end the service of a part each, in the same second, each holding its bill."""
    a_shift()
    some = parts(10_000, 5_000)
    pay_cash(joint_of(some))
    gate = threading.Barrier(2)

    def decide(bill: Bill) -> Callable[[], None]:
        def work() -> None:
            with transaction.atomic():
                locks.bill(bill.pk)
                meet(gate)
                refunds.ask_for_service(bill_id=bill.pk, reason="x", by=SUPERVISOR, at=minutes(5))

        return work

    return at_once(decide(some[first]), decide(some[second]))


def test_two_parts_decided_at_once_go_back_side_by_side() -> None:
    for _ in range(3):
        sweep()
        assert not two_decide(0, 1)
        assert sorted(Refund.objects.values_list("amount_baisa", flat=True)) == [5_000, 10_000]


def test_were_all_parts_locked_to_give_one_back_two_people_would_block_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(locks, "bill_alone", locks.bill)
    (blocked,) = two_decide(0, 1)
    assert isinstance(blocked, OperationalError) and Refund.objects.count() == 1


def test_one_part_decided_twice_at_once_goes_back_once() -> None:
    for _ in range(3):
        sweep()
        (problem,) = told(two_decide(1, 1))
        assert problem.code == "going_back"
        assert Refund.objects.get().amount_baisa == 5_000


@contextmanager
def without_walls() -> Iterator[None]:
    """Take away what the database refuses of refunds."""
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX refund_one_a_line")
        cursor.execute(f"ALTER TABLE billing_refund DISABLE TRIGGER {WITHIN}")
    try:
        yield
    finally:
        sweep()
        with connection.cursor() as cursor:
            cursor.execute(LINE_ONCE + "'refused'")
            cursor.execute(f"ALTER TABLE billing_refund ENABLE TRIGGER {WITHIN}")


def unlocked(model: Any) -> Callable[[int], Any]:
    return lambda pk: model.objects.get(pk=pk)


@pytest.fixture
def no_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read without locks, and wait for the rival before the end; nothing else stands between."""
    gate = threading.Barrier(2)
    monkeypatch.setattr(locks, "bill", unlocked(Bill))
    monkeypatch.setattr(locks, "bill_alone", unlocked(Bill))
    monkeypatch.setattr(locks, "charge", unlocked(Charge))
    monkeypatch.setattr(refunds, "record", lambda **facts: meet(gate))


@pytest.mark.usefixtures("no_locks")
def test_without_any_guard_the_same_part_goes_back_twice() -> None:
    with without_walls():
        assert not two_decide(1, 1)
        assert Refund.objects.count() == 2


@pytest.mark.usefixtures("no_locks")
def test_without_the_locks_alone_the_database_still_keeps_one() -> None:
    (refused,) = two_decide(1, 1)
    assert isinstance(refused, IntegrityError) and Refund.objects.count() == 1


def whole_and_line() -> list[BaseException]:
    """A refund of all of it and one of a line, written past every action, in open transactions."""
    a_shift()
    charge = pay_cash(joint_of(parts(10_000, 5_000)))
    line = parts_of(charge.bill_id)[0]
    gate = threading.Barrier(2)

    def write(amount_baisa: int, **values: Any) -> Callable[[], None]:
        def work() -> None:
            with transaction.atomic():
                meet(gate)
                a_refund(charge, amount_baisa, **values)
                meet(gate)

        return work

    return at_once(write(15_000), write(line.amount_baisa, line=line))


def test_the_charge_is_the_queue_of_what_goes_back_of_it() -> None:
    for _ in range(3):
        sweep()
        (refused,) = whole_and_line()
        assert isinstance(refused, IntegrityError) and "would go back" in str(refused)
        assert Refund.objects.count() == 1


def test_without_the_wall_more_goes_back_than_was_captured() -> None:
    with without_walls():
        assert not whole_and_line()
        assert sum(Refund.objects.values_list("amount_baisa", flat=True)) == 25_000


def single_and_joint() -> list[BaseException]:
    """One cashier takes cash for one bill while another takes it for all of them."""
    some = parts(10_000, 5_000)
    joint = joint_of(some)
    gate = threading.Barrier(2)
    a_shift(a_cashier(1))
    a_shift(a_cashier(2))

    def take(bill: Bill, number: int) -> Callable[[], None]:
        def work() -> None:
            gate.wait(10)
            pay_cash(bill, a_cashier(number))

        return work

    return at_once(take(some[0], 1), take(joint, 2))


def test_cash_for_one_and_cash_for_all_is_taken_once() -> None:
    for _ in range(5):
        sweep()
        assert len(told(single_and_joint())) == 1
        assert Receipt.objects.count() == 1 and not Refund.objects.exists()
        assert Charge.objects.filter(state="captured").count() == 1 and sums().ledger == 0


def test_without_the_parts_locks_cash_would_be_taken_for_both(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The database refuses the second payment of one bill, with a fault and not with words."""
    gate = threading.Barrier(2)

    def alone(pk: int) -> Bill:
        found = Bill.objects.select_for_update(of=("self",)).get(pk=pk)
        meet(gate)
        return found

    monkeypatch.setattr(locks, "bill", alone)
    (refused,) = single_and_joint()
    assert not hasattr(refused, "code") or refused.code == "not_served"
    assert Receipt.objects.count() == 1


def test_two_joint_bills_of_one_part_are_not_both_open() -> None:
    for _ in range(3):
        sweep()
        some = parts()
        gate = threading.Barrier(2)

        def choose(these: list[Bill], gate: threading.Barrier = gate) -> Callable[[], None]:
            def work() -> None:
                gate.wait(10)
                joint_of(these)

            return work

        assert not at_once(choose(some[:2]), choose(some[1:]))
        joints = Bill.objects.filter(subject__startswith="joint/")
        assert sorted(joints.values_list("state", flat=True)) == ["cancelled", "due"]


def test_an_answer_of_the_gateway_that_comes_twice_at_once_is_one_refund() -> None:
    a_shift()
    some = parts(10_000, 5_000)
    pay_cash(joint_of(some))
    with transaction.atomic():
        locks.bill(some[0].pk)
        made = refunds.ask_for_service(bill_id=some[0].pk, reason="x", by=SUPERVISOR, at=minutes(5))
    refunds.approve(refund_id=made.pk, by=CHIEF, at=minutes(6))

    def answer() -> None:
        refunds.gateway_answered(
            refund_id=made.pk, state="done", number="rf", by=SUPERVISOR, at=minutes(7)
        )

    assert not at_once(answer, answer, answer)
    assert made.entries.count() == 2 and sums().ledger == 0


@pytest.mark.django_db
def test_the_database_of_these_tests_is_made() -> None:
    """What the others stand on without asking for it by their mark."""
    assert connection.settings_dict["NAME"]
