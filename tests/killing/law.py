"""What must hold after a payment, whatever was killed in it (guards.md §3.2)."""

import hashlib
import json
import re
import urllib.request
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import Sum
from django_tasks_db.models import DBTaskResult

from municipality.billing.models import Bill, Charge, Receipt, SeenWebhook
from municipality.billing.payments.models import ReceiptCounter
from municipality.billing.payments.queries import sums
from municipality.cases.kinds import machine_of
from municipality.cases.models import Case
from municipality.documents.models import IssuedPaper
from municipality.history.queries import broken, entries
from municipality.notices.models import Message
from plots.extracts.models import PlotExtract
from tests.killing.city import City
from tests.killing.client import Client
from tests.notices.builders import until

MESSAGES_A_PAYMENT = 2  # authorised, captured
TOLD = ["plot_extract.accept.applicant", "plot_extract.issue.applicant",
        "plot_extract.submit.applicant"]  # fmt: skip
PATH = ["submit", "accept", "settle_fee", "issue"]
NUMBER = re.compile(r"\bWEB-20[0-9]{6}-[0-9]{4}\b")


@dataclass(frozen=True, slots=True)
class Paid:
    """What was paid, and how often something was killed in it."""

    case: str
    bill_id: int
    key: str
    kills: int


def _gateway(city: City, path: str) -> Any:
    with urllib.request.urlopen(city.env["GEO_GATEWAY_URL"] + path, timeout=10) as answer:
        return json.load(answer)


def delivered(city: City) -> int:
    """How many messages of the bank we have said yes to so far."""
    return len(_gateway(city, "/state")["delivered"])


def captures(city: City) -> dict[str, list[int]]:
    """What the bank took, by the charge's id."""
    found: dict[str, list[int]] = {}
    for row in city.journal("gateway_simulator"):
        if row["what"] == "capture":
            found.setdefault(row["reference"], []).append(row["amount"])
    return found


def hold(city: City, paid: Paid, client: Client) -> None:
    """Check everything; raises AssertionError."""
    case = Case.objects.get(number=paid.case)
    bill = Bill.objects.get(pk=paid.bill_id)
    _nothing_acknowledged_is_lost(city, bill, paid, client)
    _money(city, bill)
    _case(case)
    _paper(city, case)
    _messages(city, case, paid)
    _jobs(case)
    assert broken() == []  # I8


def _nothing_acknowledged_is_lost(city: City, bill: Bill, paid: Paid, client: Client) -> None:
    """I1: the case, the payment's page, the receipt and the bank's messages."""
    assert client.acknowledged["case"] == paid.case
    asked = PlotExtract.objects.get(request_key__endswith=f"/{paid.key}")  # one case a key
    assert asked.case.number == paid.case
    charge = Charge.objects.get(idempotency_key=f"pay/{bill.pk}/{paid.key}")
    assert charge.page_url == client.acknowledged["page"]
    shown = set(NUMBER.findall(client.acknowledged["page of the bill"]))
    assert shown == {Receipt.objects.get(bill=bill).number}, shown
    everything_heard(city)


def everything_heard(city: City) -> None:
    """I1: a message that we said yes to has left its mark."""
    ids = set(_gateway(city, "/state")["delivered"])
    kept = set(
        SeenWebhook.objects.filter(pk__in=ids).exclude(effect="").values_list("pk", flat=True)
    )
    assert kept == ids, f"acknowledged and lost: {ids - kept}"


def _money(city: City, bill: Bill) -> None:
    """I2: one capture, one receipt, the books are the bank's, numbers without a gap."""
    taken = captures(city)
    charge = Charge.objects.get(bill=bill)
    assert taken[charge.public_id] == [bill.total_baisa] and charge.state == "captured"
    assert Receipt.objects.get(bill=bill).amount_baisa == bill.total_baisa
    found = sums()
    assert found.ledger == 0 and found.unknown == 0 and found.without_receipt == 0, found
    assert found.receipts == found.captured == sum(map(sum, taken.values())), found
    assert Receipt.objects.aggregate(s=Sum("amount_baisa"))["s"] == found.receipts
    for counter in ReceiptCounter.objects.all():
        rows = Receipt.objects.filter(branch_code=counter.branch_code, day=counter.day)
        numbers = list(rows.order_by("seq").values_list("seq", flat=True))
        assert numbers == list(range(1, counter.last + 1)), numbers


def _case(case: Case) -> None:
    """I3: each step once, in a legal order, numbered 1..n."""
    machine = machine_of(case.kind)
    steps = list(entries(case.stream))
    assert [step.seq for step in steps] == list(range(1, len(steps) + 1))
    moves = [step.facts for step in steps if step.act == "move"]
    assert [move["edge"] for move in moves] == PATH, moves
    assert [move["moves"] for move in moves] == list(range(1, len(moves) + 1))
    at = machine.start
    for move in moves:
        assert move["from"] == at and move["to"] == machine.edge(move["edge"], state=at).to, move
        at = move["to"]
    assert case.state == at == "issued"


def _paper(city: City, case: Case) -> None:
    """The paper is issued once, and its file is what was issued (I6)."""
    paper = IssuedPaper.objects.get(about=case.stream)
    folder = city.folder / "sources/.local/media/files" / city.env["GEO_DB_NAME"]
    content = Path(folder, paper.sha256[:2], paper.sha256).read_bytes()
    assert hashlib.sha256(content).hexdigest() == paper.sha256 and content.startswith(b"%PDF")


def _messages(city: City, case: Case, paid: Paid) -> None:
    """I5: each once in the outbox; at the operator once, and once more a kill at most."""
    queued = Message.objects.filter(about=case.stream).order_by("template")
    assert [message.template for message in queued] == TOLD

    def accepted() -> Counter[str]:
        rows = city.journal("smsc_simulator")
        return Counter(row["text"] for row in rows if case.number in row["text"])

    until(lambda: len(accepted()) == len(TOLD), seconds=60, what=f"texts: {accepted()}")
    assert sum(accepted().values()) <= len(TOLD) + paid.kills, accepted()


def _jobs(case: Case) -> None:
    """I7: every job is over within a minute, and the paper's is not doubled."""
    going = DBTaskResult.objects.filter(status__in=("READY", "RUNNING"))
    until(lambda: not going.exists(), seconds=60, what="a job is nobody's")
    jobs = DBTaskResult.objects.filter(args_kwargs__args=[case.pk])
    assert [job.status for job in jobs] == ["SUCCESSFUL"], jobs
