"""Killing a payment at every durable call, and asking afterwards as its client would."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from municipality.billing.models import Bill, Charge, Receipt
from municipality.billing.payments.queries import sums
from municipality.billing.terminals.actions import pulled
from tests.billing import paying, worlds
from tests.billing.builders import (
    a_bill,
    a_cashier,
    a_shift,
    a_terminal,
    an_online_charge,
    asked,
    minutes,
)
from tests.billing.races import sweep

ROOT = Path(__file__).resolve().parents[2]
STEPS = ("cash", "start", "webhook", "terminal")


class Payer:
    """The process that pays and is killed."""

    def __init__(self) -> None:
        environment = {
            **os.environ,
            "GEO_DB_NAME": str(connection.settings_dict["NAME"]),
            "GEO_DB_ROLE": "owner",
            "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
            "PYTHONPATH": str(ROOT),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.billing.paying"], cwd=ROOT, env=environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip

    def does(self, order: dict[str, Any]) -> dict[str, Any]:
        """Give one order; returns what was acknowledged, empty when it was killed before."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def ends(self) -> None:
        """Let it go."""
        self.process.kill()
        self.process.wait()


@dataclass(frozen=True, slots=True)
class Killed:
    """What came of one order: whether it was acknowledged, and after how many calls."""

    acknowledged: bool
    calls: int


def ready(what: str) -> dict[str, Any]:
    """Lay out everything up to the step that will be killed."""
    sweep()
    worlds.WORLD = worlds.World()
    bill = a_bill(6_195)
    a_shift(terminal=a_terminal())
    if what == "webhook":
        an_online_charge(bill)
    if what == "terminal":
        from municipality.billing.payments.charging import ask_terminal

        ask_terminal(asked=asked(bill, "terminal"), by=a_cashier(), at=minutes(1))
        assert pulled(code="T-01", holding="", at=minutes(1)).do == "collect"
    return {"what": what, "bill": bill.pk, "key": f"key_{bill.pk}"}


def killed(payer: Payer, what: str, **how: Any) -> Killed:
    """Kill one step, look whether what was acknowledged is there, then repeat it and judge."""
    order = ready(what)
    told = payer.does(order | how)
    assert "error" not in told, told
    acknowledged = told.get("acknowledged")
    if acknowledged and what != "start":
        assert Receipt.objects.count() == 1  # I1: what was acknowledged is in the database
    assert sums().ledger == 0 and Receipt.objects.count() <= 1
    again = paying.do(order)  # the client tries again with the same key
    assert again in (acknowledged, "seen") or acknowledged is None
    _judge(what, order)
    return Killed(bool(acknowledged), told.get("calls", 0))


def _judge(what: str, order: dict[str, Any]) -> None:
    found = sums()
    assert found.ledger == 0 and found.captured == found.receipts and found.without_receipt == 0
    assert Charge.objects.count() == 1
    if what == "start":
        assert Charge.objects.get().state == "sent" and Charge.objects.get().page_url
        return
    assert Bill.objects.get(pk=order["bill"]).state == "paid"
    assert list(Receipt.objects.values_list("seq", flat=True)) == [1]


def purposes() -> None:
    """Wire this process as the payer is wired."""
    from tests.billing.builders import PURPOSES

    settings.BILL_PURPOSES = PURPOSES
    settings.GEO_GATEWAY = "tests.billing.worlds.world"
