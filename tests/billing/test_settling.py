"""The end of a charge: one receipt or none, whatever comes, however late and however often."""

import datetime as dt
from itertools import permutations

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from municipality.actor import SYSTEM
from municipality.billing.bills import actions as bills
from municipality.billing.models import Bill, Charge, LedgerEntry, Receipt, Refund
from municipality.billing.payments import charging, graph, queries, refunds
from municipality.billing.payments.graph import CAPTURED, IllegalMove, act_of
from municipality.billing.payments.outcomes import Effect, Outcome
from municipality.billing.payments.queries import standing, sums
from municipality.billing.payments.settling import take_answer
from municipality.history import queries as history
from municipality.problems import Problem
from tests.billing.builders import (
    NOON,
    SUPERVISOR,
    a_bill,
    a_cashier,
    a_line,
    a_shift,
    a_terminal,
    an_online_charge,
    asked,
    captured,
    minutes,
    pay_cash,
)
from tests.billing.test_bills import check_now

pytestmark = pytest.mark.django_db


def answer(charge: Charge, outcome: Outcome, at: dt.datetime = NOON) -> Effect:
    """Tell what became of a charge."""
    return take_answer(charge_id=charge.pk, outcome=outcome, by=SYSTEM, at=at)


def balanced() -> None:
    """All money agrees."""
    check_now()
    found = sums()
    assert found.captured == found.receipts + found.without_receipt
    assert found.ledger == 0


def test_cash_is_receipt_drawer_and_callback_in_one(purposes: list[str]) -> None:
    a_shift()
    bill = a_bill(6_195)
    charge = pay_cash(bill)
    bill.refresh_from_db()
    receipt = Receipt.objects.get(bill=bill)
    assert (bill.state, charge.state, charge.change_baisa) == ("paid", CAPTURED, 43_805)
    assert receipt.number == "SEEB-20261125-0001" and purposes == [receipt.number]
    assert LedgerEntry.objects.get(account="cash").amount_baisa == 6_195
    acts = [entry.act for entry in history.entries(bill.stream)]
    assert acts == ["issue", "charge.begin", "charge.take", "pay"]
    balanced()


def test_when_the_purpose_fails_nothing_was_paid(settings) -> None:
    settings.BILL_PURPOSES = {"test_fee": "tests.billing.test_settling.refuse"}
    a_shift()
    bill = a_bill()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        pay_cash(bill)
    bill.refresh_from_db()
    assert bill.state == "due" and not Charge.objects.exists() and not Receipt.objects.exists()


def refuse(**_: object) -> None:
    """A purpose that cannot go on."""
    raise ZeroDivisionError


def test_the_loser_is_told_who_was_paid_and_when() -> None:
    a_shift()
    a_shift(a_cashier(2))
    bill = a_bill()
    pay_cash(bill)
    with pytest.raises(Problem) as refused:
        pay_cash(bill, a_cashier(2))
    assert refused.value.status == 409 and refused.value.code == "bill_not_due"
    for fact in ("Cashier 1", "12:01", "SEEB-20261125-0001"):
        assert fact in refused.value.detail.en and fact in refused.value.detail.ar


def test_the_same_key_gives_the_same_answer_and_another_body_is_refused() -> None:
    a_shift()
    bill, other = a_bill(), a_bill()
    first = pay_cash(bill, key="k1")
    assert pay_cash(bill, key="k1").pk == first.pk and Receipt.objects.count() == 1
    with pytest.raises(Problem) as refused:
        pay_cash(other, key="k1")
    assert refused.value.code == "key_reused"


def test_an_amount_that_changed_since_the_page_was_opened_is_not_taken() -> None:
    a_shift()
    with pytest.raises(Problem) as refused:
        pay_cash(a_bill(6_195), shown_baisa=6_000)
    assert refused.value.code == "amount_changed"


def test_an_expired_bill_and_too_little_cash_are_refused() -> None:
    a_shift()
    with pytest.raises(Problem) as refused:
        pay_cash(a_bill(expires_at=minutes(0.5)))
    assert refused.value.code == "bill_expired"
    with pytest.raises(Problem) as refused:
        pay_cash(a_bill(60_000))
    assert refused.value.code == "not_enough"


def test_without_an_open_shift_no_money_is_taken() -> None:
    with pytest.raises(Problem) as refused:
        pay_cash(a_bill())
    assert refused.value.code == "no_shift"


def test_a_cheque_is_taken_once() -> None:
    a_shift()
    cheque = charging.Cheque("000123", "Bank Muscat", NOON.date())
    bill = a_bill()
    taken = charging.take_cheque(
        asked=asked(bill, "cheque"), cheque=cheque, by=a_cashier(), at=minutes(1)
    )
    assert taken.state == CAPTURED
    with pytest.raises(Problem) as refused:
        charging.take_cheque(
            asked=asked(a_bill(), "cheque"), cheque=cheque, by=a_cashier(), at=minutes(2)
        )
    assert refused.value.code == "cheque_used"


def test_one_payment_of_a_bill_at_a_time() -> None:
    a_shift(terminal=a_terminal())
    bill = a_bill()
    charging.ask_terminal(asked=asked(bill, "terminal"), by=a_cashier(), at=minutes(1))
    with pytest.raises(Problem) as refused:
        an_online_charge(bill)
    assert refused.value.code == "payment_under_way" and "Cashier 1" in refused.value.detail.en


@pytest.mark.parametrize("start", graph.STATES)
@pytest.mark.parametrize("end", graph.STATES)
def test_the_database_lets_a_charge_take_the_legal_edges_only(start: str, end: str) -> None:
    taken = {"captured_baisa": 6_195, "captured_at": NOON}
    charge = Charge.objects.create(
        bill=a_bill(), channel="online", state=start, amount_baisa=6_195, idempotency_key="k",
        body_hash="", asked_by_name="x", created_at=NOON, **taken,
    )  # fmt: skip
    legal = start == end or graph.is_legal(start, end)
    try:
        with transaction.atomic():
            Charge.objects.filter(pk=charge.pk).update(state=end)
        assert legal
    except IntegrityError:
        assert not legal
    if graph.is_correction(start, end):
        Charge.objects.filter(pk=charge.pk).update(state=end, corrected_why="their file")
    if not legal and start != end:
        with pytest.raises(IllegalMove):
            act_of(start, end)


def test_nothing_leads_from_unknown_back_to_sent() -> None:
    assert not graph.is_legal(graph.UNKNOWN, graph.SENT)


def test_what_a_charge_asked_is_frozen() -> None:
    charge = an_online_charge(a_bill())
    for change in ({"amount_baisa": 1}, {"channel": "cash"}, {"token": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Charge.objects.filter(pk=charge.pk).update(**change)


EVENTS = {
    "authorised": Outcome(graph.AUTHORISED),
    "declined": Outcome(graph.DECLINED),
    "captured": captured(6_195, "tx-1", certain=False),
    "expired": Outcome(graph.CANCELLED),
}


@pytest.mark.parametrize("order", list(permutations(EVENTS)), ids="-".join)
def test_whatever_the_order_of_four_events_the_end_is_one_receipt(order: tuple[str, ...]) -> None:
    charge = an_online_charge(a_bill(6_195))
    for name in order:
        answer(charge, EVENTS[name])
    charge.refresh_from_db()
    assert charge.state == CAPTURED and Receipt.objects.count() == 1
    assert not Refund.objects.exists()
    balanced()


@pytest.mark.parametrize("state", ["declined", "cancelled"])
def test_failed_here_and_captured_there_is_corrected_by_a_named_act(state: str) -> None:
    bill = a_bill()
    charge = an_online_charge(bill)
    answer(charge, Outcome(state))
    assert answer(charge, captured(6_195, "tx-1"), minutes(60)) is Effect.CORRECTED
    charge.refresh_from_db()
    assert charge.state == CAPTURED and "captured there" in charge.corrected_why
    assert "charge.correct" in [entry.act for entry in history.entries(bill.stream)]
    assert Receipt.objects.count() == 1
    balanced()


def test_a_late_capture_of_a_bill_paid_meanwhile_goes_back_by_itself() -> None:
    a_shift()
    bill = a_bill()
    late = an_online_charge(bill)
    answer(late, Outcome(graph.DECLINED))
    pay_cash(bill)
    assert answer(late, captured(6_195, "tx-1"), minutes(60)) is Effect.CORRECTED
    refund = Refund.objects.get()
    assert (refund.kind, refund.state, refund.asked_by_id) == ("second_capture", "asked", None)
    assert refund.charge == late and Receipt.objects.count() == 1
    balanced()


def test_two_captures_under_one_reference_are_one_receipt_and_one_refund() -> None:
    charge = an_online_charge(a_bill())
    assert answer(charge, captured(6_195, "tx-1")) is Effect.APPLIED
    for _ in range(3):
        assert answer(charge, captured(6_195, "tx-1")) is Effect.SAME
    assert answer(charge, captured(6_195, "tx-2")) is Effect.SECOND
    assert answer(charge, captured(6_195, "tx-2")) is Effect.SAME
    assert Receipt.objects.count() == 1 and Refund.objects.count() == 1
    balanced()


def test_a_capture_of_a_cancelled_bill_goes_back_by_itself() -> None:
    bill = a_bill()
    charge = an_online_charge(bill)
    bills.cancel(bill_id=bill.pk, by=SUPERVISOR, at=minutes(2), why="withdrawn")
    answer(charge, captured(6_195, "tx-1"))
    assert not Receipt.objects.exists() and Refund.objects.get().amount_baisa == 6_195
    balanced()


def test_a_wrong_amount_that_is_only_told_is_unknown_until_asked_about() -> None:
    bill = a_bill(6_195)
    charge = an_online_charge(bill)
    assert answer(charge, captured(6_190, "tx-1", certain=False)) is Effect.DOUBTED
    charge.refresh_from_db()
    assert charge.state == graph.UNKNOWN and standing(bill).word == "checking"
    assert answer(charge, captured(6_190, "tx-1", certain=True)) is Effect.APPLIED
    bill.refresh_from_db()
    assert bill.state == "due" and not Receipt.objects.exists()
    assert (Refund.objects.get().kind, Refund.objects.get().amount_baisa) == ("wrong_amount", 6_190)
    balanced()


@pytest.mark.parametrize("state", ["authorised", "declined", "cancelled"])
def test_a_late_message_does_not_end_a_doubt_but_an_answer_does(state: str) -> None:
    charge = an_online_charge(a_bill(6_195))
    answer(charge, captured(6_190, "tx-1", certain=False))
    assert answer(charge, Outcome(state, certain=False)) is Effect.IGNORED
    charge.refresh_from_db()
    assert charge.state == graph.UNKNOWN
    assert answer(charge, Outcome(state)) is Effect.APPLIED


@pytest.mark.parametrize("amount", [-1, 6_190])
def test_a_doubtful_capture_of_a_declined_payment_waits_for_the_days_file(amount: int) -> None:
    charge = an_online_charge(a_bill(6_195))
    answer(charge, Outcome(graph.DECLINED))
    assert answer(charge, captured(amount, "tx-1", certain=False)) is Effect.IGNORED
    assert answer(charge, captured(6_190, "tx-1")) is Effect.CORRECTED
    assert not Receipt.objects.exists() and Refund.objects.get().amount_baisa == 6_190
    balanced()


def test_another_payments_number_pays_nothing() -> None:
    first, second = an_online_charge(a_bill()), an_online_charge(a_bill())
    answer(first, captured(6_195, "tx-1"))
    assert answer(second, captured(6_195, "tx-1")) is Effect.DOUBTED
    second.refresh_from_db()
    assert second.state == graph.UNKNOWN and second.foreign_id is None
    assert Receipt.objects.count() == 1


def test_a_stale_screen_does_not_charge_the_next_customer() -> None:
    """OCA/pos#550: an old amount left on the terminal."""
    a_shift(terminal=a_terminal())
    first, second = a_bill(6_195), a_bill(9_000)
    old = charging.ask_terminal(asked=asked(first, "terminal"), by=a_cashier(), at=minutes(1))
    charging.stop(charge_id=old.pk, by=a_cashier(), at=minutes(2))
    new = charging.ask_terminal(asked=asked(second, "terminal"), by=a_cashier(), at=minutes(3))
    assert new.token != old.token and new.amount_baisa == 9_000
    old.refresh_from_db()
    assert old.state == graph.CANCELLED


def test_the_amount_of_a_retry_is_read_again_from_its_bill() -> None:
    """bcgov/entity#5807: the amount changes on retry."""
    old = a_bill(6_195)
    declined = an_online_charge(old)
    answer(declined, Outcome(graph.DECLINED))
    new = bills.revise(
        bill_id=old.pk, lines=[a_line(7_000)], by=SUPERVISOR, at=minutes(5), why="tariff"
    )
    with pytest.raises(Problem):
        an_online_charge(old)
    assert an_online_charge(new).amount_baisa == 7_000


def test_ledger_and_receipts_take_new_rows_only() -> None:
    a_shift()
    pay_cash(a_bill())
    for statement in (
        "UPDATE billing_ledgerentry SET amount_baisa = 1", "DELETE FROM billing_ledgerentry",
        "UPDATE billing_receipt SET amount_baisa = 1", "DELETE FROM billing_receipt",
        "DELETE FROM billing_charge",
    ):  # fmt: skip
        with pytest.raises(DatabaseError, match="new rows only"), transaction.atomic():
            connection.cursor().execute(statement)


def test_a_posting_that_does_not_balance_is_refused_at_commit() -> None:
    a_shift()
    pay_cash(a_bill())
    entry = LedgerEntry.objects.order_by("pk")[0]
    entry.pk = None
    with pytest.raises(IntegrityError, match="does not balance"), transaction.atomic():
        entry.save(force_insert=True)
        check_now()


def test_a_receipt_of_an_uncaptured_charge_is_refused_by_the_database() -> None:
    charge = an_online_charge(a_bill())
    with pytest.raises(IntegrityError, match="captured charge"), transaction.atomic():
        Receipt.objects.create(
            number="X-1", bill=charge.bill, charge=charge, branch_code="X", day=NOON.date(), seq=1,
            amount_baisa=6_195, at=NOON,
        )  # fmt: skip


def test_a_receipts_day_is_the_citys() -> None:
    a_shift()
    late = dt.datetime(2026, 11, 25, 20, 30, tzinfo=dt.UTC)  # half past midnight in Muscat
    charging.take_cash(asked=asked(a_bill()), tendered_baisa=7_000, by=a_cashier(), at=late)
    assert Receipt.objects.get().number == "SEEB-20261126-0001"


def test_a_refunded_bill_stays_closed() -> None:
    a_shift()
    bill = a_bill()
    charge = pay_cash(bill)
    refund = refunds.ask(
        charge_id=charge.pk, kind="void", reason="mistake", by=a_cashier(), at=minutes(3)
    )
    refunds.approve(refund_id=refund.pk, by=SUPERVISOR, at=minutes(4))
    refunds.paid_back(refund_id=refund.pk, by=a_cashier(), at=minutes(5))
    bill.refresh_from_db()
    assert bill.state == "refunded" and sums().ledger == 0
    with pytest.raises(Problem):
        pay_cash(bill)
    assert answer(charge, captured(6_195)) is Effect.SAME


def test_a_payment_that_settles_between_two_readings_is_not_asked_for_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who comes back from the bank in that moment reads paid, not due with a button to pay."""
    bill = a_bill()
    charge = an_online_charge(bill)
    seen = queries._money_of

    def read(asked_about: Bill) -> tuple[Charge | None, Receipt | None]:
        if Charge.objects.get(pk=charge.pk).state != CAPTURED:
            answer(charge, Outcome(CAPTURED, certain=True, foreign_id="G1"))
        return seen(asked_about)

    monkeypatch.setattr(queries, "_money_of", read)
    stands = standing(bill)
    assert stands.word == "paid" and stands.receipt is not None
