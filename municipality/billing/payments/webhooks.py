"""What the gateway tells us: each message has its effect once, in any order."""

import datetime as dt
from typing import Any

from django.db import connection

from municipality.actor import SYSTEM
from municipality.billing.payments import graph, refunds
from municipality.billing.payments.gateway import minor_units
from municipality.billing.payments.models import Charge, Refund, SeenWebhook
from municipality.billing.payments.outcomes import Outcome
from municipality.billing.payments.settling import take_answer
from municipality.people.access import not_found
from municipality.reach import acting

STATES = {
    "payment.authorised": graph.AUTHORISED,
    "payment.captured": graph.CAPTURED,
    "payment.declined": graph.DECLINED,
    "payment.expired": graph.CANCELLED,
}
REFUNDED = "refund.done"
SEEN, IGNORED = "seen", "ignored"
FIRST = """
INSERT INTO billing_seenwebhook (id, seen_at, kind, effect) VALUES (%s, %s, %s, '')
ON CONFLICT (id) DO NOTHING
"""


@acting
def receive(*, message_id: str, message: dict[str, Any], at: dt.datetime) -> str:
    """Let a verified message have its effect; returns what it was, ``seen`` for a repetition.

    The id is written first: a second copy that arrives meanwhile waits for this transaction.
    Raises Problem 404 for a payment we do not know, which leaves the id unwritten, so that the
    gateway's next attempt is heard.
    """
    kind = str(message.get("type", ""))[:40]
    with connection.cursor() as cursor:
        cursor.execute(FIRST, [message_id, at, kind])
        if cursor.rowcount == 0:
            return SEEN
    data = message.get("data")
    data = data if isinstance(data, dict) else {}
    if kind in STATES:
        effect = _payment(STATES[kind], data, at=at)
    elif kind == REFUNDED:
        effect = _refund(data, at=at)
    else:
        effect = IGNORED
    SeenWebhook.objects.filter(pk=message_id).update(effect=effect)
    return effect


def _payment(state: str, data: dict[str, Any], *, at: dt.datetime) -> str:
    reference = data.get("reference")
    charge = Charge.objects.filter(channel="online", public_id=reference or "").order_by("pk")
    found = charge.first()
    if found is None:
        raise not_found()
    outcome = Outcome(state, certain=False)
    if state == graph.CAPTURED:
        amount = minor_units(data.get("amount"), data.get("currency"), data.get("exponent"))
        outcome = Outcome(
            state, amount_baisa=-1 if amount is None else amount,  # no amount is the wrong one
            foreign_id=_number(data), certain=False,
        )  # fmt: skip
    return take_answer(charge_id=found.pk, outcome=outcome, by=SYSTEM, at=at)


def _number(data: dict[str, Any]) -> str:
    """Read the gateway's own number; empty where none is told (``null`` is no number)."""
    number = data.get("number")
    return str(number)[:80] if isinstance(number, str | int) else ""


def _refund(data: dict[str, Any], *, at: dt.datetime) -> str:
    found = Refund.objects.filter(public_id=str(data.get("key", ""))).order_by("pk").first()
    if found is None:
        raise not_found()
    refunds.gateway_answered(
        refund_id=found.pk, state=Refund.State.DONE, number=_number(data), by=SYSTEM, at=at,
    )  # fmt: skip
    return "applied"
