"""Early reconciliation: minutes after, ask about every charge whose end is not known.

Idempotent: it only asks, and what it is told goes through the one function that takes answers.
"""

import datetime as dt
import time
from dataclasses import dataclass

from django.db.models import F, Q

from municipality.actor import SYSTEM
from municipality.billing.payments import graph, refunds
from municipality.billing.payments.gateway import Gateway, GatewayDown
from municipality.billing.payments.models import Charge, Refund
from municipality.billing.payments.online import inquire
from municipality.billing.payments.outcomes import Outcome
from municipality.billing.payments.settling import take_answer
from municipality.billing.reconciliation.queries import overdue
from municipality.reach import acting

ONLINE_AFTER = dt.timedelta(seconds=60)  # a payer who is still typing is not asked about sooner
TERMINAL_AFTER = dt.timedelta(seconds=90)  # a terminal that shows an amount gives signs of life
TURN_S = 20.0  # at most for one turn of questions; a single one may wait eight seconds
OPEN = (graph.SENT, graph.AUTHORISED, graph.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Asked:
    """How many charges were asked about, and how many are still not known."""

    asked: int
    open: int


@acting
def _hanging(*, at: dt.datetime) -> list[Charge]:
    """Return the online charges to ask about, those not asked about for the longest first."""
    charges = Charge.objects.filter(channel="online", state__in=OPEN).filter(
        Q(state=graph.UNKNOWN) | Q(sent_at__lte=at - ONLINE_AFTER)
    )
    return list(charges.order_by(F("inquired_at").asc(nulls_first=True), "created_at", "pk")[:500])


def ask_gateway(*, peer: Gateway, at: dt.datetime) -> Asked:
    """Ask the gateway about the online charges that hang, for as long as a turn may take.

    A gateway that lets every question wait must not hold up all else that recurs; whom this
    turn did not reach comes first in the next.
    """
    asked, until = 0, time.monotonic() + TURN_S
    for charge in _hanging(at=at):
        if time.monotonic() > until:
            break
        inquire(charge=charge, peer=peer, at=at)
        asked += 1
    return Asked(asked, len(_hanging(at=at)))


@acting
def lose_sight_of_terminals(*, at: dt.datetime) -> int:
    """Call a terminal's charge unknown when the terminal has been silent; it is asked when back."""
    silent = Charge.objects.filter(
        channel="terminal",
        state__in=(graph.SENT, graph.AUTHORISED),
        sent_at__lte=at - TERMINAL_AFTER,
    ).filter(Q(terminal__seen_at=None) | Q(terminal__seen_at__lte=at - TERMINAL_AFTER))
    lost = list(silent.order_by("pk").values_list("pk", flat=True))
    for charge_id in lost:
        outcome = Outcome(graph.UNKNOWN, why="the terminal is silent")
        take_answer(charge_id=charge_id, outcome=outcome, by=SYSTEM, at=at)
    return len(lost)


@acting
def count_overdue(*, at: dt.datetime) -> int:
    """Count the charges that are unknown for longer than they may be, whoever asks."""
    return overdue(at=at).count()


@acting
def _to_send(*, at: dt.datetime) -> list[Refund]:
    """Take the online refunds that were approved or not answered; marked before they are sent."""
    waiting = Refund.objects.filter(
        charge__channel="online", state__in=("approved", "unknown", "sent")
    )
    found = list(waiting.select_related("charge__second_of").order_by("decided_at", "pk")[:200])
    Refund.objects.filter(pk__in=[r.pk for r in found], state="approved").update(state="sent")
    return found


def send_refunds(*, peer: Gateway, at: dt.datetime) -> int:
    """Send what was approved, each under its own key: the gateway sends one key once."""
    sent, until = 0, time.monotonic() + TURN_S
    for refund in _to_send(at=at):
        if time.monotonic() > until:
            break  # marked as sent, and tried in the next turn
        try:
            number = peer.refund(
                reference=refund.charge.reference, number=refund.charge.foreign_id or "",
                amount_baisa=refund.amount_baisa, key=refund.public_id,
            )  # fmt: skip
            state = Refund.State.DONE
        except GatewayDown:
            number, state = "", Refund.State.UNKNOWN
        refunds.gateway_answered(refund_id=refund.pk, state=state, number=number, by=SYSTEM, at=at)
        sent += state == Refund.State.DONE
    return sent
