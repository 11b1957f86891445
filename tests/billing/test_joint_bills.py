"""One payment for several bills: each is paid by it, and each goes back by itself, once."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from municipality.actor import SYSTEM, Actor
from municipality.billing import locks
from municipality.billing.bills import actions as bills
from municipality.billing.bills.facts import Payer
from municipality.billing.bills.gathering import LIVES, gather
from municipality.billing.bills.joint import close_expired, parts_of
from municipality.billing.bills.queries import explain
from municipality.billing.models import Bill, BillLine, Charge, LedgerEntry, Receipt, Refund
from municipality.billing.payments import charging, refunds, settling
from municipality.billing.payments.outcomes import Outcome
from municipality.billing.payments.queries import standing, sums
from municipality.billing.payments.settling import NotServed, take_answer
from municipality.documents.models import IssuedPaper
from municipality.history.queries import broken
from municipality.notices.models import Message
from municipality.problems import Problem
from tests.billing.builders import (
    NOON,
    SUPERVISOR,
    a_bill,
    a_cashier,
    a_shift,
    a_terminal,
    an_online_charge,
    asked,
    captured,
    minutes,
    pay_cash,
)

pytestmark = pytest.mark.django_db
PAYER = Payer("سالم", "+96892123456", 7)
CITIZEN = Actor(7, "سالم", "citizen")
CHIEF = Actor(902, "Second supervisor", "supervisor")


def parts(*amounts: int) -> list[Bill]:
    """Bills that are due, of nobody in particular."""
    amounts = amounts or (10_000, 5_000, 3_000)
    return [
        a_bill(amount, payer=Payer("مالك"), subject=f"thing/{number}")
        for number, amount in enumerate(amounts, start=1)
    ]


def joint_of(some: list[Bill], *, at: Any = NOON, payer: Payer = PAYER) -> Bill:
    return gather(bill_ids=[bill.pk for bill in some], payer=payer, by=CITIZEN, at=at)


def states(some: list[Bill]) -> list[str]:
    for bill in some:
        bill.refresh_from_db()
    return [bill.state for bill in some]


def ask_back(bill: Bill, *, by: Actor = SUPERVISOR) -> Refund:
    """What ends the service of one bill does: hold its row, and ask."""
    with transaction.atomic():
        locks.bill(bill.pk)
        return refunds.ask_for_service(bill_id=bill.pk, reason="upheld", by=by, at=minutes(5))


def code_of(act: Callable[[], object]) -> str:
    """The code an act is refused with; empty where it is not."""
    try:
        with transaction.atomic():
            act()
    except Problem as refused:
        return refused.code
    return ""


def go_back(refund: Refund) -> None:
    refunds.approve(refund_id=refund.pk, by=CHIEF, at=minutes(6))
    refunds.paid_back(refund_id=refund.pk, by=a_cashier(), at=minutes(7), number="rf")


def kept(account: str) -> int:
    return sum(LedgerEntry.objects.filter(account=account).values_list("amount_baisa", flat=True))


def test_one_payment_pays_each_under_one_receipt(purposes: list[str]) -> None:
    a_shift()
    some = parts()
    joint = joint_of(some)
    assert (joint.total_baisa, joint.purpose, states(some)) == (18_000, "test_fee", ["due"] * 3)
    charge = pay_cash(joint)
    receipt = Receipt.objects.get()
    assert states(some) == ["paid"] * 3 and receipt.amount_baisa == 18_000
    assert purposes == [receipt.number] * 3  # each was told, the joint bill serves none itself
    assert [bill.paid_with for bill in some] == [joint] * 3
    assert [line.amount_baisa for line in explain(joint)] == [10_000, 5_000, 3_000]
    assert standing(some[0]).receipt == receipt and standing(some[0]).charge == charge
    assert kept("cash") == 18_000 and sums().ledger == 0 and not broken()


def test_exactly_one_goes_back_then_another_and_never_more_or_twice() -> None:
    a_shift()
    some = parts()
    charge = pay_cash(joint_of(some))
    go_back(ask_back(some[1]))
    charge.refresh_from_db()
    assert states(some) == ["paid", "refunded", "paid"] and charge.state == "captured"
    assert kept("cash") == 13_000 and kept("revenue/test_fee") == -13_000
    assert "5.000" in Message.objects.get(template="billing.line_back").text
    assert code_of(lambda: ask_back(some[1])) == "going_back"
    go_back(ask_back(some[0]))
    assert states(some) == ["refunded", "refunded", "paid"] and kept("cash") == 3_000
    go_back(ask_back(some[2]))
    charge.refresh_from_db()
    assert states([*some, charge.bill]) == ["refunded"] * 4 and charge.state == "refunded"
    assert kept("cash") == 0 and sums().ledger == 0
    assert all(paper.state == "revoked" for paper in IssuedPaper.objects.all())


def test_what_goes_back_whole_goes_with_all_its_parts_and_not_beside_one() -> None:
    a_shift()
    some = parts(10_000, 5_000)
    charge = pay_cash(joint_of(some))

    def whole() -> Refund:
        return refunds.ask(
            charge_id=charge.pk, kind="void", reason="wrong card", by=a_cashier(), at=minutes(2)
        )

    first = ask_back(some[0])
    assert code_of(whole) == "going_back"
    refunds.refuse(refund_id=first.pk, by=CHIEF, at=minutes(3))
    voided = whole()
    assert code_of(lambda: ask_back(some[0])) == "going_back"
    go_back(voided)
    charge.refresh_from_db()
    assert states(some) == ["refunded"] * 2 and charge.state == "refunded"


@pytest.mark.parametrize("channel", ["online", "terminal", "cheque"])
def test_every_way_of_paying_pays_all(channel: str) -> None:
    some = parts(10_000, 5_000)
    joint = joint_of(some)
    a_shift(terminal=a_terminal())
    if channel == "online":
        charge = an_online_charge(joint)
    elif channel == "terminal":
        charge = charging.ask_terminal(
            asked=asked(joint, "terminal"), by=a_cashier(), at=minutes(1)
        )
        Charge.objects.filter(pk=charge.pk).update(state="sent", sent_at=minutes(1))
    else:
        cheque = charging.Cheque("1", "Bank", NOON.date())
        charge = charging.take_cheque(
            asked=asked(joint, "cheque"), cheque=cheque, by=a_cashier(), at=minutes(1)
        )
    take_answer(charge_id=charge.pk, outcome=captured(15_000, "n"), by=SYSTEM, at=minutes(2))
    assert states([*some, joint]) == ["paid"] * 3


def test_while_one_is_being_paid_no_other_payment_of_it_begins() -> None:
    a_shift()
    some = parts()
    joint = joint_of(some[:2])
    charge = an_online_charge(joint)
    assert code_of(lambda: pay_cash(some[0])) == "payment_under_way"
    assert code_of(lambda: joint_of(some[1:])) == "payment_under_way"
    assert standing(some[0]).word == "under_way"
    assert joint_of(some[:2], at=minutes(2)) == joint  # asked again, it is the same
    take_answer(charge_id=charge.pk, outcome=Outcome("declined"), by=SYSTEM, at=minutes(2))
    single = an_online_charge(some[0])
    assert code_of(lambda: pay_cash(joint)) == "payment_under_way"
    take_answer(charge_id=single.pk, outcome=captured(10_000, "n"), by=SYSTEM, at=minutes(3))
    assert states([joint, *some]) == ["cancelled", "paid", "due", "due"]


def test_another_joint_bill_or_time_or_a_cancel_frees_the_rest() -> None:
    some = parts()
    first = joint_of(some[:2])
    second = joint_of(some[1:])
    assert states([first, second]) == ["cancelled", "due"]
    bills.cancel(bill_id=some[2].pk, by=SUPERVISOR, at=minutes(2), why="granted")
    assert states([second, *some]) == ["cancelled", "due", "due", "cancelled"]
    third = joint_of(some[:2])
    assert close_expired(at=NOON + LIVES / 2) == 0
    charge = an_online_charge(third)
    assert close_expired(at=NOON + LIVES) == 0  # somebody is paying it
    take_answer(charge_id=charge.pk, outcome=Outcome("cancelled"), by=SYSTEM, at=minutes(9))
    assert close_expired(at=NOON + LIVES) == 1
    assert states([third, *some[:2]]) == ["cancelled", "due", "due"]
    assert code_of(lambda: joint_of([some[0], some[2]])) == "bill_not_due"
    with pytest.raises(ValueError, match="not gathered"):
        joint_of(some[:1])


def test_an_amount_nobody_has_seen_is_taken_off_the_terminal_when_a_part_ends() -> None:
    some = parts(10_000, 5_000)
    joint = joint_of(some)
    a_shift(terminal=a_terminal())
    charge = charging.ask_terminal(asked=asked(joint, "terminal"), by=a_cashier(), at=minutes(1))
    bills.cancel(bill_id=some[0].pk, by=SUPERVISOR, at=minutes(2), why="granted")
    charge.refresh_from_db()
    assert charge.state == "cancelled" and states([joint]) == ["cancelled"]


def test_money_that_comes_when_a_part_has_ended_pays_the_rest_and_the_surplus_goes_back() -> None:
    some = parts()
    joint = joint_of(some)
    charge = an_online_charge(joint)
    bills.cancel(bill_id=some[1].pk, by=SUPERVISOR, at=minutes(2), why="granted")
    assert states([joint]) == ["due"]  # its page at the bank is open
    take_answer(charge_id=charge.pk, outcome=captured(18_000, "n"), by=SYSTEM, at=minutes(3))
    assert states([joint, *some]) == ["paid", "paid", "cancelled", "paid"]
    surplus = Refund.objects.get()
    assert (surplus.kind, surplus.amount_baisa) == ("second_capture", 5_000)
    assert code_of(lambda: refunds.refuse(refund_id=surplus.pk, by=CHIEF, at=minutes(4))) == (
        "money_owed"
    )
    refunds.approve(refund_id=surplus.pk, by=CHIEF, at=minutes(4))
    refunds.gateway_answered(
        refund_id=surplus.pk, state="done", number="rf", by=SYSTEM, at=minutes(5)
    )
    assert kept("online") == 13_000 and kept("revenue/test_fee") == -13_000
    assert states([joint, *some]) == ["paid", "paid", "cancelled", "paid"]


def test_a_part_whose_first_payment_turns_up_after_all_is_not_paid_twice() -> None:
    """Given up as declined, paid with others, and then the bank says that it was taken."""
    a_shift()
    some = parts(10_000, 5_000)
    late = an_online_charge(some[0])
    take_answer(charge_id=late.pk, outcome=Outcome("declined"), by=SYSTEM, at=minutes(2))
    pay_cash(joint_of(some))
    take_answer(charge_id=late.pk, outcome=captured(10_000, "n"), by=SYSTEM, at=minutes(3))
    refund = Refund.objects.get()
    assert (refund.charge, refund.kind, refund.line) == (late, "second_capture", None)
    assert Receipt.objects.count() == 1 and sums().ledger == 0


def test_a_joint_payment_gives_back_what_was_found_paid_singly_meanwhile() -> None:
    some = parts(10_000, 5_000)
    single = an_online_charge(some[0])
    take_answer(charge_id=single.pk, outcome=Outcome("declined"), by=SYSTEM, at=minutes(2))
    joint = joint_of(some)
    charge = an_online_charge(joint)
    take_answer(charge_id=single.pk, outcome=captured(10_000, "a"), by=SYSTEM, at=minutes(3))
    take_answer(charge_id=charge.pk, outcome=captured(15_000, "b"), by=SYSTEM, at=minutes(4))
    assert states([joint, *some]) == ["paid"] * 3
    assert [bill.paid_with for bill in some] == [None, joint]
    surplus = Refund.objects.get()
    assert (surplus.amount_baisa, surplus.charge) == (10_000, charge)
    assert code_of(lambda: ask_back(some[0])) == ""  # its own payment, beside the surplus
    assert sums().ledger == 0


def test_a_joint_payment_given_up_and_found_after_a_single_one_goes_back_whole() -> None:
    a_shift()
    some = parts(10_000, 5_000)
    joint = joint_of(some)
    late = an_online_charge(joint)
    take_answer(charge_id=late.pk, outcome=Outcome("declined"), by=SYSTEM, at=minutes(2))
    pay_cash(some[0])
    take_answer(charge_id=late.pk, outcome=captured(15_000, "b"), by=SYSTEM, at=minutes(3))
    assert states([joint, *some]) == ["cancelled", "paid", "due"]
    assert Refund.objects.get().amount_baisa == 15_000 and sums().ledger == 0


def test_what_its_purpose_does_not_serve_any_more_goes_back(
    monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    settings.BILL_PURPOSES = {"test_fee": "tests.billing.test_joint_bills.refuse_first"}
    some = parts(10_000, 5_000)
    joint = joint_of(some)
    charge = an_online_charge(joint)
    take_answer(charge_id=charge.pk, outcome=captured(15_000, "n"), by=SYSTEM, at=minutes(3))
    assert states([joint, *some]) == ["paid", "cancelled", "paid"]
    assert Refund.objects.get().amount_baisa == 10_000
    other = parts(10_000, 5_000)
    a_shift()
    assert code_of(lambda: pay_cash(joint_of(other))) == "not_served"
    assert states(other) == ["due", "due"]


def refuse_first(*, bill: Bill, receipt: Receipt, at: Any) -> None:
    """A purpose that has ended for the first thing."""
    if bill.subject == "thing/1":
        raise NotServed("over")


def test_nothing_of_it_due_gives_all_back_without_a_receipt() -> None:
    some = parts(10_000, 5_000)
    joint = joint_of(some)
    charge = an_online_charge(joint)
    for bill in some:
        bills.cancel(bill_id=bill.pk, by=SUPERVISOR, at=minutes(2), why="granted")
    take_answer(charge_id=charge.pk, outcome=captured(15_000, "n"), by=SYSTEM, at=minutes(3))
    assert states([joint]) == ["cancelled"] and not Receipt.objects.exists()
    assert Refund.objects.get().amount_baisa == 15_000 and sums().without_receipt == 15_000


# ---------- what the database refuses when nothing else does ----------


def refuse_by_wall(act: Callable[[], object], words: str) -> None:
    with pytest.raises(IntegrityError, match=words), transaction.atomic():
        act()


def a_refund(charge: Charge, amount_baisa: int, **values: Any) -> Refund:
    facts = {"kind": "refund", "reason": "x", "asked_by_name": "x", "asked_at": minutes(2)}
    return Refund.objects.create(charge=charge, amount_baisa=amount_baisa, **(facts | values))


def test_the_database_bounds_what_goes_back_by_what_was_captured() -> None:
    a_shift()
    some = parts(10_000, 5_000)
    charge = pay_cash(joint_of(some))
    lines = {line.gathers_id: line for line in parts_of(charge.bill_id)}
    first, second = lines[some[0].pk], lines[some[1].pk]
    a_refund(charge, 10_000, line=first)
    refuse_by_wall(lambda: a_refund(charge, 10_000, line=first), "refund_one_a_line")
    refuse_by_wall(lambda: a_refund(charge, 15_000), "would go back")
    refuse_by_wall(lambda: a_refund(charge, 4_999, line=second), "a whole line")
    refuse_by_wall(
        lambda: a_refund(charge, 5_000, line=second, kind="second_capture"), "a whole line"
    )
    other = pay_cash(a_bill(10_000))
    refuse_by_wall(lambda: a_refund(other, 5_000, line=second), "a whole line")
    a_refund(charge, 5_000, line=second)


def test_a_joint_bill_gathers_only_what_is_due_at_its_amount() -> None:
    a_shift()
    due, paid = parts(10_000, 5_000)
    pay_cash(paid)
    joint = joint_of(parts(1_000, 2_000))

    def line(part: Bill, amount: int) -> None:
        BillLine.objects.create(
            bill=joint, position=9, text_ar="x", text_en="x", quantity=1, rate_baisa=amount,
            source="x", amount_baisa=amount, gathers=part,
        )  # fmt: skip

    later = a_bill(7_000)
    refuse_by_wall(lambda: line(paid, 5_000), "older bills that are due")
    refuse_by_wall(lambda: line(due, 9_000), "older bills that are due")
    refuse_by_wall(lambda: line(later, 7_000), "older bills that are due")
    refuse_by_wall(lambda: line(joint, 3_000), "older bills that are due")


def test_no_bill_is_paid_with_a_joint_bill_that_has_no_receipt_or_does_not_gather_it() -> None:
    a_shift()
    some = parts(10_000, 5_000)
    stranger = a_bill(10_000)
    joint = joint_of(some)

    def pay(bill: Bill) -> None:
        Bill.objects.filter(pk=bill.pk).update(state="paid", paid_with=joint)

    refuse_by_wall(lambda: pay(some[0]), "under its receipt")
    pay_cash(joint)
    refuse_by_wall(lambda: pay(stranger), "under its receipt")
    refuse_by_wall(
        lambda: Bill.objects.filter(pk=some[0].pk).update(paid_with=None), "under its receipt"
    )
    charge = Charge.objects.get()
    refuse_by_wall(
        lambda: Receipt.objects.create(
            number="x", bill=some[0], charge=charge, branch_code="X", day=NOON.date(), seq=1,
            amount_baisa=10_000, at=NOON,
        ),
        "a receipt is of one captured charge",
    )  # fmt: skip


# ---------- the same without the guard ----------


def without(trigger: str, table: str) -> None:
    """Take one wall away until the end of the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")


def test_control_without_the_wall_a_bill_is_paid_by_no_money() -> None:
    some = parts(10_000, 5_000)
    joint = joint_of(some)
    without("billing_bill_is_frozen", "billing_bill")
    Bill.objects.filter(pk=some[0].pk).update(state="paid", paid_with=joint)
    assert standing(Bill.objects.get(pk=some[0].pk)).receipt is None


def test_control_without_the_wall_a_joint_bill_gathers_at_any_amount() -> None:
    (due,) = parts(10_000)
    joint = joint_of(parts(1_000, 2_000))
    without("billing_line_gathers_a_due_bill", "billing_billline")
    BillLine.objects.create(
        bill=joint, position=9, text_ar="x", text_en="x", quantity=1, rate_baisa=1, source="x",
        amount_baisa=1, gathers=due,
    )  # fmt: skip
    assert parts_of(joint.pk).count() == 3


def test_control_without_the_look_at_rivals_money_is_taken_twice_and_must_go_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_shift()
    some = parts(10_000, 5_000)
    charge = an_online_charge(joint_of(some))
    monkeypatch.setattr(charging, "rival_in_flight", lambda bill: None)
    pay_cash(some[0])
    take_answer(charge_id=charge.pk, outcome=captured(15_000, "n"), by=SYSTEM, at=minutes(3))
    assert Refund.objects.get().amount_baisa == 10_000  # nothing is lost, but it was taken


def test_control_without_giving_up_a_joint_bill_asks_for_what_is_paid(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_shift()
    some = parts(10_000, 5_000)
    joint = joint_of(some)
    monkeypatch.setattr(settling, "give_up", lambda **_: None)
    pay_cash(some[0])
    assert states([joint]) == ["due"]  # and is refused at the next step
    assert code_of(lambda: pay_cash(joint)) == "part_not_due"
