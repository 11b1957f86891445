"""Odd answers of banks and odd hands at desks: nothing is lost, doubled, or held up by one of them."""

import contextlib
import datetime as dt
import json
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from municipality.actor import SYSTEM
from municipality.billing.models import Charge, Difference, Receipt, ReceiptCounter, Refund
from municipality.billing.payments import charging, graph, hosted, receipts, refunds, webhooks
from municipality.billing.payments.gateway import (
    Gateway,
    GatewayDown,
    SettledLine,
    minor_units,
    outcomes_of,
)
from municipality.billing.payments.outcomes import Effect, Outcome
from municipality.billing.payments.settling import take_answer
from municipality.billing.reconciliation import early
from municipality.billing.reconciliation.actions import settle_by_statement
from municipality.billing.reconciliation.daily import compare
from municipality.billing.reconciliation.early import ask_gateway, send_refunds
from municipality.billing.reconciliation.jobs import read_file
from municipality.billing.shifts import actions as shifts
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
)

pytestmark = pytest.mark.django_db
AMOUNT = 6_195


def told(charge: Charge, number: object, *, message: str, **facts: Any) -> str:
    """A verified message that money was captured."""
    data = {
        "reference": charge.public_id, "number": number, "amount": AMOUNT, "currency": "OMR",
        "exponent": 3, **facts,
    }  # fmt: skip
    body = {"type": "payment.captured", "data": data}
    return webhooks.receive(message_id=message, message=body, at=minutes(2))


def a_file(*lines: SettledLine, source: str = "gateway") -> Any:
    """The day's file, read."""
    return compare(source=source, day=NOON.date(), lines=lines, at=minutes(30))


@pytest.mark.parametrize("facts", [{"currency": "USD"}, {"amount": 1}, {"exponent": 2}])
def test_a_second_capture_told_with_a_wrong_amount_waits_for_the_days_file(facts: Any) -> None:
    charge = an_online_charge(a_bill(AMOUNT))
    assert told(charge, "G1", message="m1") == "applied"
    assert told(charge, "G2", message="m2", **facts) == "ignored"
    assert not Refund.objects.exists()
    a_file(*(SettledLine(number, charge.public_id, "capture", AMOUNT) for number in ("G1", "G2")))
    assert (Refund.objects.get().kind, Receipt.objects.count()) == ("second_capture", 1)


@pytest.mark.parametrize("number", ["", None, ["G1"], {}])
def test_a_capture_told_without_a_number_gets_it_later_and_a_second_one_goes_back(
    number: Any,
) -> None:
    charge = an_online_charge(a_bill(AMOUNT))
    assert told(charge, number, message="m1") == "applied"
    for bank, effect in (("G1", Effect.SAME), ("G1", Effect.SAME), ("G2", Effect.SECOND)):
        answer = captured(AMOUNT, bank)
        assert take_answer(charge_id=charge.pk, outcome=answer, by=SYSTEM, at=NOON) is effect
    charge.refresh_from_db()
    assert (charge.foreign_id, Refund.objects.get().kind) == ("G1", "second_capture")


def test_what_a_statement_settled_is_known_again_in_the_days_file() -> None:
    charge = an_online_charge(a_bill(AMOUNT))
    for state in (graph.SENT, graph.UNKNOWN):
        take_answer(charge_id=charge.pk, outcome=Outcome(state), by=SYSTEM, at=minutes(2))
    settle_by_statement(
        charge_id=charge.pk, captured_baisa=AMOUNT, how="page 3", by=SUPERVISOR, at=minutes(9)
    )
    assert a_file(SettledLine("G1", charge.public_id, "capture", AMOUNT)).differences == 0
    a_file(SettledLine("G2", charge.public_id, "capture", AMOUNT))
    assert Refund.objects.get().kind == "second_capture"


def test_bad_lines_of_a_file_hold_up_no_other(tmp_path: Path) -> None:
    terminal = a_terminal()
    a_shift(terminal=terminal)
    good = charging.ask_terminal(asked=asked(a_bill(), "terminal"), by=a_cashier(), at=minutes(1))
    Charge.objects.filter(pk=good.pk).update(state="sent", sent_at=minutes(1))
    amounts = ("0", "-5", "abc", "", "1_000", "٥", "9" * 40)
    rows = [f"T-01/{n},{good.token},capture,{amount}" for n, amount in enumerate(amounts)]
    rows += ["T-01/8,none,chargeback,6195", f"T-01/9,{good.token},capture,{AMOUNT}"]
    path = tmp_path / "file.csv"
    path.write_text("\ufeffnumber,token,kind,amount_baisa\n" + "\n".join(rows), encoding="utf-8")
    found = a_file(*read_file(path), source="terminal")
    good.refresh_from_db()
    assert (good.state, good.foreign_id, found.settled) == ("captured", "T-01/9", 1)
    kinds = Difference.objects.filter(closed_at=None).values_list("kind", flat=True)
    assert sorted(kinds) == ["amount"] * len(amounts) + ["unknown_to_us"]


def test_a_line_that_is_no_capture_gives_no_money_back() -> None:
    charge = an_online_charge(a_bill(AMOUNT))
    told(charge, "G1", message="m1")
    a_file(SettledLine("CB1", charge.public_id, "chargeback", AMOUNT))
    assert not Refund.objects.exists()
    assert Difference.objects.get(reference="CB1").kind == "unknown_to_us"


ODD = (
    None, [], {}, {"status": "captured"}, {"status": "captured", "captures": None},
    {"status": "captured", "captures": [1]}, {"status": "captured", "captures": [{}]},
    {"status": "done"}, [{}], [None], {"status": "captured", "captures": {"a": 1}},
)  # fmt: skip


@pytest.mark.parametrize("answer", ODD, ids=json.dumps)
def test_an_answer_of_another_form_is_no_answer(answer: Any, monkeypatch) -> None:
    peer: Gateway = hosted.Hosted(url="http://127.0.0.1:1", key="k")
    monkeypatch.setattr(peer, "_call", lambda *_: (200, answer))
    calls = (
        lambda: outcomes_of(peer.inquire("x")),
        lambda: peer.refund(reference="x", number="1", amount_baisa=1, key="k"),
        lambda: peer.settlement(NOON.date()),
    )
    for call in calls:
        try:
            assert call() in ([], [Outcome(graph.UNKNOWN)])  # nothing is taken for granted
        except GatewayDown:
            continue


def test_one_odd_answer_holds_up_no_other_payment(monkeypatch) -> None:
    first, second = an_online_charge(a_bill(AMOUNT)), an_online_charge(a_bill(AMOUNT))
    row = {"number": "G2", "amount": AMOUNT, "currency": "OMR", "exponent": 3}
    answers = {
        first.public_id: {"status": "captured", "captures": [{}]},
        second.public_id: {"status": "captured", "captures": [row]},
    }
    peer = hosted.Hosted(url="http://127.0.0.1:1", key="k")
    monkeypatch.setattr(peer, "_call", lambda _, path, *__: (200, answers[path.split("/")[-1]]))
    ask_gateway(peer=peer, at=minutes(10))
    states = Charge.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["unknown", "captured"]


@pytest.mark.parametrize("amount", [0, -1, True, 1.5, "5", 10**12, 2**70, None])
def test_an_amount_that_no_book_of_ours_holds_cannot_be_relied_on(amount: Any) -> None:
    assert minor_units(amount, "OMR", 3) is None


class Counting:
    """A gateway that counts what it gives back."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def refund(self, *, reference: str, number: str, amount_baisa: int, key: str) -> str:
        """Give money back."""
        self.keys.append(key)
        return f"B-{key}"


def an_approved_online_refund() -> Refund:
    charge = an_online_charge(a_bill(AMOUNT))
    told(charge, "G1", message="m1")
    refund = refunds.ask(
        charge_id=charge.pk, kind="refund", reason="x", by=a_cashier(), at=minutes(3)
    )
    return refunds.approve(refund_id=refund.pk, by=SUPERVISOR, at=minutes(4))


def paid_by_hand(refund: Refund) -> None:
    refunds.paid_back(refund_id=refund.pk, by=a_cashier(), at=minutes(5), number="1")


def test_nobody_says_by_hand_that_online_money_went_back() -> None:
    refund, bank = an_approved_online_refund(), Counting()
    with pytest.raises(Problem) as refused:
        paid_by_hand(refund)
    assert refused.value.code == "going_back"
    assert send_refunds(peer=bank, at=minutes(6)) == 1  # type: ignore[arg-type]
    assert bank.keys == [refund.public_id]


def test_control_without_the_guard_the_payer_never_gets_the_money(monkeypatch) -> None:
    monkeypatch.setattr(refunds, "BY_THE_WORKER", ())
    refund, bank = an_approved_online_refund(), Counting()
    paid_by_hand(refund)
    assert send_refunds(peer=bank, at=minutes(6)) == 0  # type: ignore[arg-type]
    assert (Refund.objects.get().state, bank.keys) == ("done", [])


def test_a_day_is_not_closed_over_a_shift_of_the_evening_before() -> None:
    shift, next_day = a_shift(), minutes(20 * 60)
    closing: dict[str, Any] = {
        "branch_id": shift.branch_id, "day": NOON.date() + dt.timedelta(days=1),
        "by": SUPERVISOR, "at": next_day,
    }  # fmt: skip
    with pytest.raises(Problem) as refused:
        shifts.close_day(**closing)
    assert refused.value.code == "shifts_open"
    charging.take_cash(
        asked=asked(a_bill(AMOUNT)), tendered_baisa=50_000, by=a_cashier(), at=next_day
    )
    pieces = {50_000: 1, 5_000: 1, 1_000: 1, 100: 1, 50: 1}
    count = shifts.Count(pieces, reason="coins of 5 baisa")
    shifts.close_shift(shift_id=shift.pk, count=count, by=a_cashier(), at=next_day)
    assert shifts.close_day(**closing).takings == {"cash": AMOUNT}


class Slow:
    """A gateway that lets every question wait and then has no answer."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def inquire(self, reference: str) -> Any:
        """Wait, and say nothing."""
        self.asked.append(reference)
        time.sleep(0.05)
        raise GatewayDown("silence")


def two_turns_with_a_slow_gateway() -> tuple[list[str], list[str]]:
    """Whom each of two turns asked about, of six charges that hang."""
    for _ in range(6):
        an_online_charge(a_bill(AMOUNT))
    bank = Slow()
    ask_gateway(peer=bank, at=minutes(10))  # type: ignore[arg-type]
    first = list(bank.asked)
    ask_gateway(peer=bank, at=minutes(11))  # type: ignore[arg-type]
    return first, bank.asked[len(first) :]


def test_a_slow_gateway_ends_a_turn_and_the_next_one_goes_on_from_there(monkeypatch) -> None:
    monkeypatch.setattr(early, "TURN_S", 0.12)
    first, second = two_turns_with_a_slow_gateway()
    assert 1 <= len(first) < 6
    assert not set(first) & set(second[: 6 - len(first)])


def test_control_without_the_limit_one_turn_waits_for_every_question(monkeypatch) -> None:
    monkeypatch.setattr(early, "TURN_S", 1e9)
    first, _ = two_turns_with_a_slow_gateway()
    assert len(first) == 6


def a_day_closed_over_a_doubt() -> tuple[Charge, Any]:
    """A card payment of unknown end, and the close of its branch's day."""
    shift = a_shift(terminal=a_terminal())
    charge = charging.ask_terminal(
        asked=asked(a_bill(AMOUNT), "terminal"), by=a_cashier(), at=minutes(1)
    )
    for state in (graph.SENT, graph.UNKNOWN):
        take_answer(charge_id=charge.pk, outcome=Outcome(state), by=SYSTEM, at=minutes(2))
    shifts.close_shift(
        shift_id=shift.pk, count=shifts.Count({50_000: 1}), by=a_cashier(), at=minutes(3)
    )
    closed = shifts.close_day(
        branch_id=shift.branch_id, day=NOON.date(), by=SUPERVISOR, at=minutes(4)
    )
    return charge, closed


def test_an_answer_after_the_close_of_the_day_belongs_to_the_next() -> None:
    charge, closed = a_day_closed_over_a_doubt()
    take_answer(charge_id=charge.pk, outcome=captured(), by=SYSTEM, at=minutes(60))
    receipt = Receipt.objects.get()
    tomorrow = NOON.date() + dt.timedelta(days=1)
    assert (receipt.day, receipt.seq, receipt.at) == (tomorrow, 1, minutes(60))
    assert receipt.number.endswith(f"{tomorrow:%Y%m%d}-0001")
    of_the_day = Receipt.objects.filter(branch_code=receipt.branch_code, day=NOON.date())
    assert (closed.receipts, of_the_day.count()) == (0, 0)
    assert ReceiptCounter.objects.get(day=NOON.date()).last == 0  # given back: no gap


def test_control_without_that_rule_a_closed_day_changes(monkeypatch) -> None:
    monkeypatch.setattr(receipts, "_open_day", lambda b, d: (d, receipts._next(b, d)))
    charge, closed = a_day_closed_over_a_doubt()
    take_answer(charge_id=charge.pk, outcome=captured(), by=SYSTEM, at=minutes(60))
    assert (closed.receipts, Receipt.objects.filter(day=NOON.date()).count()) == (0, 1)


@pytest.fixture
def dripping() -> Iterator[str]:
    """The address of a bank whose answer comes a byte at a time, for ten seconds."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as bank:

        def drip() -> None:
            line, _ = bank.accept()
            with line, contextlib.suppress(OSError):
                line.recv(65_536)
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 60000\r\n\r\n")
                for _ in range(200):
                    line.sendall(b" ")
                    if over.wait(0.05):
                        return

        hand = threading.Thread(target=drip)
        hand.start()
        yield f"http://127.0.0.1:{bank.getsockname()[1]}"
        over.set()
        hand.join(5)


def test_an_answer_that_drips_is_given_up_at_its_hour(dripping: str, monkeypatch) -> None:
    monkeypatch.setattr(hosted, "WHOLE_S", 0.5)
    began = time.monotonic()
    with pytest.raises(GatewayDown, match="did not end"):
        hosted.Hosted(url=dripping, key="k").inquire("P1")
    assert time.monotonic() - began < 10
