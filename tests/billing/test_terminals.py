"""Our server of terminals against the terminal in a process of its own, over TCP."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from municipality.billing.bills import actions as bills
from municipality.billing.models import Bill, Charge, Receipt, Refund
from municipality.billing.payments import charging
from municipality.billing.payments.queries import standing, sums
from municipality.billing.reconciliation.daily import compare
from municipality.billing.reconciliation.early import lose_sight_of_terminals
from municipality.billing.reconciliation.jobs import read_file
from municipality.billing.terminals.actions import pulled
from municipality.billing.terminals.keys import key_of, proof
from municipality.billing.terminals.server import TerminalServer
from tests.billing.builders import (
    NOON,
    SUPERVISOR,
    a_bill,
    a_cashier,
    a_shift,
    a_terminal,
    asked,
    minutes,
    pay_cash,
)

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def server(committed: None) -> Iterator[TerminalServer]:
    """Our server, on a port of its own."""
    with TerminalServer(("127.0.0.1", 0), clock=timezone.now) as made:
        threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05}).start()
        yield made
        made.shutdown()


class Hand:
    """A person at the terminal."""

    def __init__(self, port: int, process: subprocess.Popen[str], journal: Path) -> None:
        self.url, self.process, self.journal = f"http://127.0.0.1:{port}", process, journal

    def state(self) -> dict[str, Any]:
        """What stands on the screen."""
        with urllib.request.urlopen(f"{self.url}/state", timeout=5) as answer:
            return json.load(answer)

    def does(self, act: str, **body: str) -> None:
        """Use a card or the cable."""
        request = urllib.request.Request(
            f"{self.url}/{act}", data=json.dumps(body).encode(), method="POST"
        )
        urllib.request.urlopen(request, timeout=5).read()

    def shows(self, bill: Bill) -> bool:
        """The bill's number and amount stand on the screen."""
        screen = self.state()["screen"]
        return bool(screen) and (screen["bill"], screen["amount_baisa"]) == (
            bill.number, bill.total_baisa,
        )  # fmt: skip


def start_terminal(port: int, journal: Path) -> Hand:
    """Switch a terminal on, in a process of its own."""
    command = [sys.executable, "-m", "tests.peers.terminal", "--server", f"127.0.0.1:{port}", "--control", "0",
               "--journal", str(journal)]  # fmt: skip
    environment = {**os.environ, "GEO_SECRET_KEY": settings.SECRET_KEY, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    found = re.search(r":(\d+)\s*$", process.stdout.readline())
    assert found is not None
    return Hand(int(found[1]), process, journal)


@pytest.fixture
def switch_on(server: TerminalServer, tmp_path: Path) -> Iterator[Callable[[], Hand]]:
    """How the terminal at the desk of a cashier with an open shift is switched on."""
    a_shift(terminal=a_terminal())
    on: list[Hand] = []

    def switched_on() -> Hand:
        on.append(start_terminal(server.server_address[1], tmp_path / "journal.jsonl"))
        return on[-1]

    yield switched_on
    for made in on:
        made.process.kill()
        made.process.wait()


@pytest.fixture
def hand(switch_on: Callable[[], Hand]) -> Hand:
    """A terminal that is on."""
    return switch_on()


def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.03)


def to_terminal(bill: Bill) -> Charge:
    """The cashier sends a bill to the terminal."""
    return charging.ask_terminal(asked=asked(bill, "terminal"), by=a_cashier(), at=timezone.now())


def state_of(charge: Charge) -> str:
    """The state of a charge now."""
    return Charge.objects.get(pk=charge.pk).state


def true_books(hand: Hand) -> None:
    """Our captures are exactly those of the bank's journal."""
    entries = [json.loads(line) for line in hand.journal.read_text().splitlines()]
    captures = {
        e["token"]: e["result"]["amount_baisa"]
        for e in entries
        if e["what"] == "result" and e["result"]["outcome"] == "approved"
    }
    ours = {
        c.token: c.captured_baisa
        for c in Charge.objects.filter(channel="terminal", state__in=("captured", "refunded"))
    }
    assert ours == captures
    found = sums()
    assert found.ledger == 0 and found.captured == found.receipts + found.without_receipt


def test_a_bill_is_paid_by_card_without_typing_the_amount(hand: Hand) -> None:
    bill = a_bill(6_195)
    charge = to_terminal(bill)
    until(lambda: hand.shows(bill))
    hand.does("insert", outcome="approve")
    until(lambda: state_of(charge) == "captured")
    charge.refresh_from_db()
    assert charge.card_last4 == "4242" and charge.auth_code and charge.rrn
    assert Receipt.objects.get().bill_id == bill.pk
    until(lambda: hand.state()["says"] == "ready")
    true_books(hand)


def test_a_declined_card_may_be_followed_by_another_way_of_paying(hand: Hand) -> None:
    bill = a_bill()
    charge = to_terminal(bill)
    until(lambda: hand.shows(bill))
    hand.does("insert", outcome="decline")
    until(lambda: state_of(charge) == "declined")
    pay_cash(bill)
    true_books(hand)


def test_the_customer_cancels_at_the_terminal(hand: Hand) -> None:
    charge = to_terminal(a_bill())
    until(lambda: hand.state()["screen"] is not None)
    hand.does("insert", outcome="cancel")
    until(lambda: state_of(charge) == "cancelled")


def test_cancelling_the_bill_wipes_the_screen_and_the_next_customer_sees_their_own(
    hand: Hand,
) -> None:
    """OCA/pos#550: a stale amount on the terminal."""
    first, second = a_bill(6_195), a_bill(9_000)
    charge = to_terminal(first)
    until(lambda: hand.shows(first))
    bills.cancel(bill_id=first.pk, by=SUPERVISOR, at=timezone.now(), why="withdrawn")
    until(lambda: state_of(charge) == "cancelled" and hand.state()["screen"] is None)
    with pytest.raises(urllib.error.HTTPError):
        hand.does("insert", outcome="approve")
    to_terminal(second)
    until(lambda: hand.shows(second))
    true_books(hand)


def test_the_cable_is_pulled_after_the_approval_and_comes_back(hand: Hand) -> None:
    bill = a_bill()
    charge = to_terminal(bill)
    until(lambda: hand.shows(bill))
    hand.does("pull_cable")
    hand.does("insert", outcome="approve")
    later = timezone.now() + (minutes(5) - NOON)
    assert lose_sight_of_terminals(at=later) == 1
    assert standing(bill).word == "checking"
    assert not Receipt.objects.exists()
    hand.does("restore")
    until(lambda: state_of(charge) == "captured")
    assert Receipt.objects.count() == 1
    true_books(hand)


def test_the_cable_is_pulled_before_any_card_and_comes_back(hand: Hand) -> None:
    bill = a_bill()
    charge = to_terminal(bill)
    until(lambda: hand.shows(bill))
    hand.does("pull_cable")
    assert lose_sight_of_terminals(at=timezone.now() + (minutes(5) - NOON)) == 1
    charging.stop(charge_id=charge.pk, by=a_cashier(), at=timezone.now())
    hand.does("restore")
    until(lambda: state_of(charge) == "cancelled" and hand.state()["screen"] is None)
    pay_cash(bill)
    true_books(hand)


def test_a_terminal_that_was_switched_off_delivers_what_its_journal_holds(
    hand: Hand, switch_on: Callable[[], Hand]
) -> None:
    bill = a_bill()
    charge = to_terminal(bill)
    until(lambda: hand.shows(bill))
    hand.does("pull_cable")
    hand.does("insert", outcome="approve")
    hand.process.kill()
    hand.process.wait()
    switch_on()
    until(lambda: state_of(charge) == "captured")
    true_books(hand)


def test_a_terminal_that_lost_the_amount_is_asked_and_never_shown_it_twice(
    switch_on: Callable[[], Hand],
) -> None:
    bill = a_bill()
    charge = to_terminal(bill)
    told = pulled(code="T-01", holding="", at=timezone.now())  # an answer that is lost on the way
    assert told.do == "collect"
    hand = switch_on()
    until(lambda: state_of(charge) == "cancelled")
    assert hand.state()["screen"] is None
    true_books(hand)


def test_their_settlement_file_proves_what_never_came_through(hand: Hand, tmp_path: Path) -> None:
    bill = a_bill()
    to_terminal(bill)
    until(lambda: hand.shows(bill))
    hand.does("pull_cable")
    hand.does("insert", outcome="approve")
    with urllib.request.urlopen(f"{hand.url}/settlement/2026-11-25", timeout=5) as answer:
        (tmp_path / "file.csv").write_bytes(answer.read())
    lines = read_file(tmp_path / "file.csv")
    for _ in range(2):
        compare(source="terminal", day=timezone.now().date(), lines=lines, at=timezone.now())
    assert Receipt.objects.count() == 1
    hand.does("restore")
    until(lambda: hand.state()["unacknowledged"] == 0)
    assert Receipt.objects.count() == 1 and not Refund.objects.exists()
    true_books(hand)


def greet(server: TerminalServer, code: str, key: bytes) -> str:
    """Say hello as a terminal; returns what the server says."""
    with socket.create_connection(server.server_address, timeout=5) as line:
        lines = line.makefile("rwb")
        nonce = json.loads(lines.readline())["hello"]
        hello = {"op": "hello", "terminal": code, "mac": proof(key=key, nonce=nonce), "nonce": "n"}
        lines.write(json.dumps(hello).encode() + b"\n")
        lines.flush()
        return json.loads(lines.readline())["do"]


def test_only_a_terminal_with_its_present_key_is_let_in(server: TerminalServer) -> None:
    terminal = a_terminal()
    key = key_of(secret=settings.SECRET_KEY, code="T-01", version=1)
    assert greet(server, "T-01", key) == "welcome"
    assert greet(server, "T-01", b"wrong") == "refused"
    assert (
        greet(server, "T-09", key_of(secret=settings.SECRET_KEY, code="T-09", version=1))
        == "refused"
    )
    terminal.key_version = 2
    terminal.save()
    assert greet(server, "T-01", key) == "refused"


LINES = (
    b"{\n", b"[]\n", b"x" * 5_000 + b"\n", b'{"op": "pull", "holding": 7}\n',
    b'{"op": "result", "token": "../", "outcome": "approved"}\n', b'{"op": "sudo"}\n',
    b'{"op": "result", "token": "a", "outcome": "approved", "amount_baisa": true}\n',
    b'{"op": "result", "token": "a", "outcome": "approved", "amount_baisa": NaN}\n',
)  # fmt: skip


def test_a_line_that_cannot_be_read_ends_the_connection_and_nothing_else(
    server: TerminalServer,
) -> None:
    a_terminal()
    key = key_of(secret=settings.SECRET_KEY, code="T-01", version=1)
    for line in LINES:
        with socket.create_connection(server.server_address, timeout=5) as peer:
            lines = peer.makefile("rwb")
            nonce = json.loads(lines.readline())["hello"]
            mac = proof(key=key, nonce=nonce)
            hello = {"op": "hello", "terminal": "T-01", "mac": mac, "nonce": "n"}
            lines.write(json.dumps(hello).encode() + b"\n" + line)
            lines.flush()
            assert json.loads(lines.readline())["do"] == "welcome"
            assert lines.readline() == b""
    assert greet(server, "T-01", key) == "welcome"
