"""What a terminal asks and answers, as the books see it (docs/terminals.md)."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from municipality.actor import Actor
from municipality.baisa import Baisa, as_rial
from municipality.billing import locks
from municipality.billing.payments import graph
from municipality.billing.payments.models import Charge
from municipality.billing.payments.outcomes import Outcome
from municipality.billing.payments.settling import take_answer
from municipality.billing.terminals.models import Terminal
from municipality.conf import PROFILE
from municipality.history.actions import record
from municipality.reach import acting

SEEN_EVERY = dt.timedelta(seconds=5)  # signs of life are written no oftener
OUTCOMES = {
    "approved": graph.CAPTURED,
    "declined": graph.DECLINED,
    "cancelled": graph.CANCELLED,
    "never_seen": graph.CANCELLED,  # asked about a token that its journal does not hold
}


@dataclass(frozen=True, slots=True)
class Told:
    """What the server says: ``do`` and its facts, as they go over the wire."""

    do: str
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """A terminal's answer about one token, as its journal holds it."""

    token: str
    outcome: str
    amount_baisa: int | None = None
    auth_code: str = ""
    rrn: str = ""
    last4: str = ""
    scheme: str = ""
    why: str = ""


def _actor(terminal: Terminal) -> Actor:
    return Actor(person_id=None, name=terminal.code, role="system")


def _seen(terminal: Terminal, shows: str, *, at: dt.datetime) -> None:
    """Write a sign of life, and what stands on the screen."""
    fresh = terminal.seen_at is not None and at - terminal.seen_at < SEEN_EVERY
    if fresh and terminal.shows == shows:
        return
    Terminal.objects.filter(pk=terminal.pk).update(seen_at=at, shows=shows)


@acting
def pulled(*, code: str, holding: str, at: dt.datetime) -> Told:
    """Answer "what do I owe?"; ``holding`` is the token on the terminal's screen, or empty.

    The amount is given out once.  A terminal that holds nothing while we wait for its answer is
    asked what became of the token; the amount is never shown a second time by guess.
    """
    terminal = Terminal.objects.get(code=code, is_active=True)
    if holding:
        charge = Charge.objects.filter(token=holding, terminal=terminal).order_by("pk").first()
        _seen(terminal, charge.bill.number if charge else "", at=at)
        keep = charge and charge.state in graph.IN_FLIGHT and charge.wipe_asked_at is None
        return Told("keep" if keep else "wipe", {"token": holding})
    _seen(terminal, "", at=at)
    waiting = Charge.objects.filter(terminal=terminal, state__in=graph.IN_FLIGHT)
    charge = waiting.order_by("created_at", "pk").first()
    if charge is None:
        return Told("idle")
    if charge.state != graph.CREATED:
        return Told("inquire", {"token": charge.token})
    return _give_out(terminal, charge.pk, charge.bill_id, at=at)


def _give_out(terminal: Terminal, charge_id: int, bill_id: int, *, at: dt.datetime) -> Told:
    """Give an amount out, once: it is written as sent before the terminal sees it."""
    bill = locks.bill(bill_id)
    charge = locks.charge(charge_id)
    if charge.state != graph.CREATED:
        return Told("idle")
    charge.state, charge.sent_at = graph.SENT, at
    charge.save(update_fields=["state", "sent_at"])
    facts = {"charge": charge.public_id, "terminal": terminal.code}
    record(stream=bill.stream, act="charge.send", by=_actor(terminal), at=at, facts=facts)
    _seen(terminal, bill.number, at=at)
    return Told(
        "collect",
        {
            "token": charge.token,
            "amount_baisa": charge.amount_baisa,
            "amount": as_rial(Baisa(charge.amount_baisa)),
            "currency": PROFILE.currency,
            "bill": bill.number,
        },
    )


@acting
def answered(*, code: str, result: Result, at: dt.datetime) -> Told:
    """Take a terminal's answer: it counts for the one charge its token was given out for.

    However late it comes, it is taken while that charge is open; a capture that we had given
    up is corrected; an answer to a token of another terminal, or of none, changes nothing.
    """
    terminal = Terminal.objects.get(code=code, is_active=True)
    charge = Charge.objects.filter(token=result.token, terminal=terminal).order_by("pk").first()
    if charge is None or charge.sent_at is None or result.outcome not in OUTCOMES:
        return Told("not_ours", {"token": result.token})
    _seen(terminal, "", at=at)
    state = OUTCOMES[result.outcome]
    outcome = Outcome(state, why=result.why or ("" if state == graph.CAPTURED else result.outcome))
    if state == graph.CAPTURED:
        outcome = Outcome(
            state, amount_baisa=result.amount_baisa, foreign_id=f"{code}/{result.rrn}",
            auth_code=result.auth_code, rrn=result.rrn, card_last4=result.last4,
            card_scheme=result.scheme, why=result.why,
        )  # fmt: skip
    take_answer(charge_id=charge.pk, outcome=outcome, by=_actor(terminal), at=at)
    return Told("ack", {"token": result.token})
