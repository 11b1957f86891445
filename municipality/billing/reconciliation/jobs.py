"""What the worker does for the books: the clock and the gateway are looked at here."""

import csv
import datetime as dt
import logging
import re
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from municipality.billing.bills.joint import close_expired
from municipality.billing.payments.gateway import GatewayDown, SettledLine, gateway
from municipality.billing.payments.models import SeenWebhook
from municipality.billing.reconciliation.daily import compare
from municipality.billing.reconciliation.early import (
    ask_gateway,
    count_overdue,
    lose_sight_of_terminals,
    send_refunds,
)
from municipality.city_time import city_day

KEEP_WEBHOOKS = dt.timedelta(days=30)  # far beyond the five minutes a signature holds
AMOUNT = re.compile(r"[0-9]{1,12}")
log = logging.getLogger("municipality.billing")


def early() -> None:
    """Ask about what hangs, send what was approved, end joint bills out of time; every minute."""
    at, peer = timezone.now(), gateway()
    lose_sight_of_terminals(at=at)
    close_expired(at=at)
    if peer is not None:
        ask_gateway(peer=peer, at=at)
        send_refunds(peer=peer, at=at)
    late = count_overdue(at=at)
    if late:
        log.error("%s charges are unknown for more than 15 minutes: /takings/ lists them", late)


def overdue_now() -> int:
    """Count the charges that are unknown for too long at this moment, for who watches the house."""
    return count_overdue(at=timezone.now())


def daily() -> None:
    """Read yesterday's settlement files, and today's so far; safe to run at any hour."""
    at, peer = timezone.now(), gateway()
    yesterday = city_day(at) - dt.timedelta(days=1)
    if peer is not None:
        try:
            compare(source="gateway", day=yesterday, lines=peer.settlement(yesterday), at=at)
        except GatewayDown as down:
            log.warning("no settlement file of %s: %s", yesterday, down)
    folder = Path(settings.GEO_TERMINAL_SETTLEMENTS) if settings.GEO_TERMINAL_SETTLEMENTS else None
    path = folder / f"terminals-{yesterday}.csv" if folder else None
    if path is not None and path.is_file():
        compare(source="terminal", day=yesterday, lines=read_file(path), at=at)
    SeenWebhook.objects.filter(seen_at__lt=at - KEEP_WEBHOOKS).delete()


def read_file(path: Path) -> list[SettledLine]:
    """Read an acquirer's file: number, token, kind, amount in baisa (docs/terminals.md).

    An amount that is no whole number of digits is None, for a person to close: one bad line holds
    up no other.
    """
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            SettledLine(row["number"], row["token"], row["kind"], _amount(row["amount_baisa"]))
            for row in csv.DictReader(file)
        ]


def _amount(text: str | None) -> int | None:
    return int(text) if text and AMOUNT.fullmatch(text) else None
