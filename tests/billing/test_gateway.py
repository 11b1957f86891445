"""Online payment against the gateway in a process of its own, with each of its faults."""

import json
import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pytest_django.live_server_helper import LiveServer

from municipality.actor import Actor
from municipality.billing.models import Bill, Charge, Difference, Receipt, Refund
from municipality.billing.payments import hosted, online, refunds
from municipality.billing.payments.gateway import GatewayDown, Order, gateway
from municipality.billing.payments.queries import standing, sums
from municipality.billing.reconciliation.daily import compare
from municipality.billing.reconciliation.early import ask_gateway, send_refunds
from municipality.notices.models import Message
from municipality.problems import Problem
from tests.billing.builders import SUPERVISOR, a_bill, a_shift, asked
from tests.billing.test_joint_bills import CHIEF, ask_back, joint_of, parts, states
from tests.billing.test_webhooks import KEY

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.usefixtures("committed")
PAYER = Actor(7, "سالم", "citizen")


class Bank:
    """The gateway, as payer, bank and tester see it."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, path: str, body: bytes | None = None) -> bytes:
        """Ask the simulator."""
        request = urllib.request.Request(f"{self.url}{path}", data=body)
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()

    def faults(self, *names: str) -> None:
        """Let it misbehave from now on."""
        self.ask("/control", json.dumps({"faults": names}).encode())

    def captures(self, *charges: Charge) -> dict[str, int]:
        """What its journal says it took for these charges."""
        mine = {charge.public_id for charge in charges}
        rows = [json.loads(line) for line in self.ask("/journal").splitlines()]
        return {
            r["number"]: r["amount"]
            for r in rows
            if r["what"] == "capture" and r["reference"] in mine
        }

    def pay(self, charge: Charge, does: str = "pay") -> int:
        """Press a button of the hosted page; returns the status the browser gets."""
        request = urllib.request.Request(
            charge.page_url, data=f"card=4242&does={does}".encode(), method="POST"
        )
        try:
            opener = urllib.request.build_opener(NoRedirect())
            with opener.open(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code


class NoRedirect(urllib.request.HTTPRedirectHandler):
    """Stay where the gateway sends the browser away."""

    def redirect_request(self, *args: Any) -> None:
        return None


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Bank]]:
    """Start one gateway for a webhook address; it ends with the module."""
    made: dict[str, tuple[subprocess.Popen[str], Bank]] = {}

    def started(webhook_url: str) -> Bank:
        if webhook_url not in made:
            journal = tmp_path_factory.mktemp("gateway") / "journal.jsonl"
            command = [sys.executable, "-m", "tests.peers.gateway", "--port", "0", "--key", "k",
                       "--webhook-url", webhook_url, "--webhook-key", KEY, "--journal", str(journal)]  # fmt: skip
            running = subprocess.Popen(
                command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, text=True
            )
            assert running.stdout is not None
            found = re.search(r"http://\S+", running.stdout.readline())
            assert found is not None
            made[webhook_url] = running, Bank(found[0])
        return made[webhook_url][1]

    yield started
    for running, _ in made.values():
        running.kill()
        running.wait()


@pytest.fixture(scope="module")
def server() -> Iterator[LiveServer]:
    """Our own web server, to which the gateway's messages come."""
    made = LiveServer("127.0.0.1")
    yield made
    made.stop()


@pytest.fixture
def bank(
    process: Any,
    committed: None,
    server: LiveServer,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> Bank:
    """The gateway, its messages coming to a live server of ours."""
    settings.GEO_WEBHOOK_KEYS = [KEY]
    made = process(f"{server.url}/api/payments/webhook")
    made.faults()
    settings.GEO_GATEWAY_URL, settings.GEO_GATEWAY_KEY = made.url, "k"
    monkeypatch.setattr(hosted, "SILENT_S", 0.4)
    monkeypatch.setattr(hosted, "WHOLE_S", 0.8)
    return made


def start(bill: Bill) -> Charge:
    """The payer presses "pay" on our page."""
    return online.start(
        asked=asked(bill, "online"), return_url=lambda charge: "http://127.0.0.1/pay/x/",
        by=PAYER, at=timezone.now(),
    )  # fmt: skip


def until(holds: Callable[[], bool], seconds: float = 10) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it never came true"
        time.sleep(0.03)


def is_paid(bill: Bill) -> bool:
    """The bill is paid."""
    return Bill.objects.get(pk=bill.pk).state == "paid"


def reconcile() -> None:
    """Ask the gateway twice, as its worker does every minute."""
    peer = gateway()
    assert peer is not None
    for _ in range(2):
        ask_gateway(peer=peer, at=timezone.now() + (2 * hour()) / 60)


def hour() -> Any:
    import datetime as dt

    return dt.timedelta(hours=1)


def true_books(bank: Bank, *charges: Charge) -> None:
    """Our captures are those of the bank's journal."""
    ours = {
        c.foreign_id: c.captured_baisa
        for c in Charge.objects.filter(channel="online", state__in=("captured", "refunded"))
    }
    assert ours == bank.captures(*charges)
    found = sums()
    assert found.ledger == 0 and found.captured == found.receipts + found.without_receipt
    assert found.unknown == 0


def test_paid_on_the_hosted_page_in_either_language(bank: Bank) -> None:
    bill = a_bill(6_195)
    charge = start(bill)
    assert charge.state == "sent" and charge.page_url.startswith(bank.url)
    page = urllib.request.urlopen(charge.page_url, timeout=5).read().decode()
    assert 'dir="rtl"' in page and "6.195" in page and bill.number in page
    assert bank.pay(charge) == 303
    until(lambda: is_paid(bill))
    true_books(bank, charge)


def test_pressing_pay_twice_is_one_payment_there(bank: Bank) -> None:
    bill = a_bill()
    request = asked(bill, "online")
    pages = {
        online.start(
            asked=request, return_url=lambda charge: "http://127.0.0.1/", by=PAYER,
            at=timezone.now(),
        ).page_url
        for _ in range(2)
    }  # fmt: skip
    assert len(pages) == 1 and Charge.objects.count() == 1


def test_the_payer_gives_up_and_the_bill_can_be_paid_again(bank: Bank) -> None:
    bill = a_bill()
    first = start(bill)
    bank.pay(first, "cancel")
    until(lambda: Charge.objects.get(pk=first.pk).state == "cancelled")
    second = start(bill)
    bank.pay(second)
    until(lambda: is_paid(bill))
    true_books(bank, first, second)


def test_time_out_after_capture_is_unknown_then_paid_once(bank: Bank) -> None:
    """planx-new#7122: paid, and the application did not know."""
    bill = a_bill()
    charge = start(bill)
    bank.faults("time_out_after_capture")
    assert bank.pay(charge) == 504
    bank.faults("half_open")
    reconcile()
    assert standing(bill).word == "checking"
    with pytest.raises(Problem) as refused:
        start(bill)
    assert refused.value.code == "payment_under_way"
    bank.faults()
    reconcile()
    assert is_paid(bill) and Receipt.objects.count() == 1
    true_books(bank, charge)


@pytest.mark.parametrize("fault", ["status_500", "half_open", "slow"])
def test_no_answer_to_the_start_is_unknown_and_never_failed_by_guess(
    bank: Bank, fault: str
) -> None:
    """sumup-url-scheme#2: a foreign id that timed out must be able to complete."""
    bill = a_bill()
    bank.faults(fault)
    charge = start(bill)
    assert charge.state == "unknown" and not charge.page_url
    bank.faults()
    peer = gateway()
    assert peer is not None
    order = Order(charge.public_id, charge.amount_baisa, bill.number, "http://127.0.0.1/", "ar")
    charge.page_url = peer.start(order)  # the page that was begun in the silence
    bank.pay(charge)
    reconcile()
    assert is_paid(bill)
    true_books(bank, charge)


def test_messages_five_times_and_in_any_order_pay_once(bank: Bank) -> None:
    """pagopa-api#1115, open-forms#5942: late callbacks, failed and then successful."""
    bill = a_bill()
    charge = start(bill)
    bank.faults("any_order")
    bank.pay(charge, "decline")
    bank.pay(charge)
    bank.faults("duplicate")
    bank.ask("/release", b"{}")
    until(lambda: is_paid(bill))
    assert Receipt.objects.count() == 1
    true_books(bank, charge)


def test_lost_messages_are_made_good_by_asking(bank: Bank) -> None:
    bill = a_bill()
    charge = start(bill)
    bank.faults("lost")
    bank.pay(charge)
    reconcile()
    assert is_paid(bill)
    true_books(bank, charge)


def test_a_wrong_amount_pays_nothing_and_goes_back(bank: Bank) -> None:
    bill = a_bill(6_195)
    charge = start(bill)
    bank.faults("wrong_amount")
    bank.pay(charge)
    until(lambda: Charge.objects.get(pk=charge.pk).state == "unknown")
    assert not is_paid(bill)
    reconcile()
    refund = Refund.objects.get()
    assert (refund.kind, refund.amount_baisa, is_paid(bill)) == ("wrong_amount", 6_190, False)
    true_books(bank, charge)


def test_an_amount_in_another_exponent_stays_unknown_for_a_person(bank: Bank) -> None:
    bill = a_bill()
    charge = start(bill)
    bank.faults("wrong_exponent")
    bank.pay(charge)
    until(lambda: Charge.objects.get(pk=charge.pk).state == "unknown")
    reconcile()
    charge.refresh_from_db()
    assert charge.state == "unknown" and not Receipt.objects.exists()


def test_captured_twice_is_one_receipt_and_the_other_goes_back_once(bank: Bank) -> None:
    """ottehr#7322: a duplicate record."""
    a_shift()
    bill = a_bill()
    charge = start(bill)
    bank.faults("double_capture")
    bank.pay(charge)
    until(lambda: Charge.objects.filter(state="captured").count() == 2)
    refund = Refund.objects.get(kind="second_capture")
    refunds.approve(refund_id=refund.pk, by=SUPERVISOR, at=timezone.now())
    peer = gateway()
    assert peer is not None
    bank.faults("half_open", "lost")
    send_refunds(peer=peer, at=timezone.now())
    refund.refresh_from_db()
    assert refund.state == "unknown"
    bank.faults()
    for _ in range(3):
        send_refunds(peer=peer, at=timezone.now())
    refund.refresh_from_db()
    assert refund.state == "done"
    back = [json.loads(x) for x in bank.ask("/journal").splitlines()]
    mine = [r for r in back if r["what"] == "refund" and r["refund"]["key"] == refund.public_id]
    assert len(mine) == 1
    told = Message.objects.get(template="billing.surplus_back")
    assert bill.number in told.text and told.to_address == bill.payer_phone
    true_books(bank, charge)


def test_a_line_of_a_joint_payment_goes_back_once_and_the_rest_is_still_there(bank: Bank) -> None:
    some = parts(10_000, 5_000, 3_000)
    charge = start(joint_of(some, at=timezone.now()))
    bank.pay(charge)
    until(lambda: states(some) == ["paid"] * 3)
    refund = ask_back(some[1])
    refunds.approve(refund_id=refund.pk, by=CHIEF, at=timezone.now())
    peer = gateway()
    assert peer is not None
    bank.faults("half_open", "lost")
    send_refunds(peer=peer, at=timezone.now())
    refund.refresh_from_db()
    assert refund.state == "unknown"  # and sent: it is asked for again under its own key
    bank.faults()
    for _ in range(3):
        send_refunds(peer=peer, at=timezone.now())
    assert states(some) == ["paid", "refunded", "paid"]
    assert given_back(bank, charge) == [5_000]
    charge.refresh_from_db()
    with pytest.raises(GatewayDown):  # 5.000 of 18.000 has gone: the bank has no 14.000 more
        peer.refund(
            reference=charge.public_id, number=charge.foreign_id or "", amount_baisa=14_000, key="k"
        )
    for part in (some[0], some[2]):
        refunds.approve(refund_id=ask_back(part).pk, by=CHIEF, at=timezone.now())
    send_refunds(peer=peer, at=timezone.now())
    assert states(some) == ["refunded"] * 3 and sorted(given_back(bank, charge)) == [
        3_000, 5_000, 10_000,
    ]  # fmt: skip
    true_books(bank, charge)
    day = timezone.now().date()
    mine = {charge.public_id, *Refund.objects.values_list("public_id", flat=True)}
    lines = [line for line in peer.settlement(day) if line.reference in mine]
    assert len(lines) == 4
    assert compare(source="gateway", day=day, lines=lines, at=timezone.now()).differences == 0


def given_back(bank: Bank, charge: Charge) -> list[int]:
    """What the gateway's journal says it sent back of a payment."""
    rows = [json.loads(line) for line in bank.ask("/journal").splitlines()]
    back = [row["refund"] for row in rows if row["what"] == "refund"]
    return [row["amount"] for row in back if row["reference"] == charge.public_id]


def test_the_days_file_finds_what_everything_else_missed_and_only_once(bank: Bank) -> None:
    bill, other = a_bill(), a_bill()
    charge = start(bill)
    stranger = start(other)
    bank.faults("lost")
    bank.pay(charge)
    bank.pay(stranger)
    day = timezone.now().date()
    peer = gateway()
    assert peer is not None
    mine = [
        x for x in peer.settlement(day) if x.reference in (charge.public_id, stranger.public_id)
    ]
    lines = [x if x.reference == charge.public_id else replaced(x) for x in mine]
    for _ in range(3):
        compare(source="gateway", day=day, lines=lines, at=timezone.now())
    assert is_paid(bill) and not is_paid(other)
    kinds = sorted(Difference.objects.values_list("kind", "closed_how"))
    assert kinds == [("late", "settled by their own file"), ("unknown_to_us", "")]


def replaced(line: Any) -> Any:
    """The same line under a reference that is not ours."""
    import dataclasses

    return dataclasses.replace(line, reference="somebody-else")


@pytest.mark.browser
def test_the_payers_browser_goes_to_the_banks_page_and_comes_back(
    bank: Bank, server: LiveServer, settings: Any, chromium_browser: Any
) -> None:
    """And its control: without the bank's host in the page policy the browser stays here."""
    from geo_portal.home import headers
    from geo_portal.settings.policy import directives

    settings.GEO_PUBLIC_URL = server.url
    for hosts, leads in (([bank.url], True), ([], False)):
        settings.CONTENT_SECURITY_POLICY = {"DIRECTIVES": directives(map_hosts=[], pay_hosts=hosts)}
        headers.policy.cache_clear()
        bill = a_bill(6_195)
        page = chromium_browser.new_page()
        page.goto(f"{server.url}/en/pay/{bill.public_id}/")
        page.click("button.btn.grow")
        if leads:
            page.wait_for_url(f"{bank.url}/pay/*", wait_until="commit")
            page.click("button[value=pay]")
            page.wait_for_url(f"{server.url}/**", wait_until="commit")
            page.wait_for_selector(".verdict.pass", timeout=15_000)  # the page asks by itself
            assert is_paid(bill)
        else:
            page.wait_for_timeout(500)
            assert page.url.startswith(server.url)
        page.close()
    headers.policy.cache_clear()
