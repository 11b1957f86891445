"""Online payment: begin it, send the payer to the hosted page, ask what became of it."""

import datetime as dt
from collections.abc import Callable

from municipality.actor import SYSTEM, Actor
from municipality.billing.payments import graph
from municipality.billing.payments.charging import Asked, begin_online
from municipality.billing.payments.gateway import (
    Gateway,
    GatewayDown,
    GatewayRefused,
    Order,
    gateway,
    outcomes_of,
)
from municipality.billing.payments.models import Charge
from municipality.billing.payments.outcomes import Effect, Outcome
from municipality.billing.payments.settling import take_answer
from municipality.billing.refusals import NO_ONLINE
from municipality.problems import Problem
from municipality.reach import acting
from municipality.words import in_arabic


def start(
    *, asked: Asked, return_url: Callable[[Charge], str], by: Actor, at: dt.datetime
) -> Charge:
    """Begin an online payment; the charge then names the hosted page the payer goes to.

    Three steps that may each be the last one a process takes: the charge is written as sent, the
    gateway is called outside of any transaction, its page is written down.  Without an answer
    the charge is unknown.  Raises Problem 409 (as begin_online), 503 without a gateway.
    """
    peer = gateway()
    if peer is None:
        raise Problem(503, "no_online", NO_ONLINE)
    charge = begin_online(asked=asked, by=by, at=at)
    if charge.state != graph.SENT or charge.page_url:
        return charge
    order = Order(
        reference=charge.public_id,
        amount_baisa=charge.amount_baisa,
        description=charge.bill.number,
        return_url=return_url(charge),
        language="ar" if in_arabic() else "en",
    )
    try:
        url = peer.start(order)
    except GatewayRefused as refused:
        outcome = Outcome(graph.DECLINED, why=f"refused: {refused}")
        take_answer(charge_id=charge.pk, outcome=outcome, by=SYSTEM, at=at)
    except GatewayDown as down:
        outcome = Outcome(graph.UNKNOWN, why=str(down))
        take_answer(charge_id=charge.pk, outcome=outcome, by=SYSTEM, at=at)
    else:
        _keep_page(charge_id=charge.pk, url=url)
    return _read(charge_id=charge.pk)


@acting
def _keep_page(*, charge_id: int, url: str) -> None:
    Charge.objects.filter(pk=charge_id).update(page_url=url)


@acting
def _read(*, charge_id: int) -> Charge:
    return Charge.objects.select_related("bill").get(pk=charge_id)


@acting
def _asked_now(*, charge_id: int, at: dt.datetime) -> None:
    Charge.objects.filter(pk=charge_id).update(inquired_at=at)


def inquire(*, charge: Charge, peer: Gateway, at: dt.datetime) -> list[Effect]:
    """Ask the gateway about a charge and believe it; without an answer a sent one is unknown."""
    _asked_now(charge_id=charge.pk, at=at)
    try:
        outcomes = outcomes_of(peer.inquire(charge.public_id))
    except GatewayDown as down:
        outcomes = [Outcome(graph.UNKNOWN, why=str(down))]
    return [
        take_answer(charge_id=charge.pk, outcome=outcome, by=SYSTEM, at=at) for outcome in outcomes
    ]
