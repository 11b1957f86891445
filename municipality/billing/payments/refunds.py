"""Money on its way back: one person asks, another approves, then it goes.

Nobody approves what they asked for, what was asked in their name, the return of a capture they
stated themselves, or the return of their own money; acting for someone else changes nothing.  The
database holds all but the last again (``refund_two_pairs_of_eyes``, ``billing_stated_by_others``).
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, Sum

from municipality.actor import Actor
from municipality.baisa import Baisa, as_rial
from municipality.billing import locks
from municipality.billing.bills.models import Bill, BillLine
from municipality.billing.payments import graph, ledger, receipt_paper
from municipality.billing.payments.charging import open_shift_of
from municipality.billing.payments.models import Charge, Receipt, Refund
from municipality.billing.payments.telling import (
    LINE_BACK,
    PAID_BACK,
    PART_BACK,
    SURPLUS_BACK,
    tell_paid_back,
)
from municipality.billing.refusals import DECIDED, GOING_BACK, NOT_TAKEN, ONLY_TODAY
from municipality.city_time import city_day
from municipality.history.actions import record
from municipality.people.four_eyes import FOUR_EYES, OWN_MATTER, four_eyes
from municipality.people.models import User
from municipality.problems import Problem
from municipality.reach import acting

# What the platform owes by itself; nobody can refuse to give it back.
OWED = (Refund.Kind.SECOND_CAPTURE, Refund.Kind.WRONG_AMOUNT)
ASKS, APPROVES = ("cashier", "supervisor"), ("supervisor",)
KINDS_ASKED = (Refund.Kind.VOID, Refund.Kind.REFUND)  # what people ask for
OVER_THE_COUNTER = (Charge.Channel.CASH, Charge.Channel.CHEQUE)
BY_THE_WORKER = (Charge.Channel.ONLINE,)


def _may(actor: Actor, roles: tuple[str, ...]) -> None:
    if actor.role not in roles or actor.person_id is None:
        raise Problem(403, "four_eyes", FOUR_EYES)


@acting
def ask(*, charge_id: int, kind: str, reason: str, by: Actor, at: dt.datetime) -> Refund:
    """Ask for a captured charge to go back, whole; a void only on the receipt's own day.

    Raises Problem 403, 409 (already going back, nothing taken, another day).
    """
    _may(by, ASKS)
    return _asked(charge_id, kind, reason, by=by, at=at)


@acting
def ask_for_service(
    *, bill_id: int, reason: str, by: Actor, at: dt.datetime, amount_baisa: int | None = None
) -> Refund:
    """Ask for a paid bill to go back, because its service will not be given after all.

    Whole, or ``amount_baisa`` of it: the part of the service that was not used.  Who ended the
    service asks, within that act; a supervisor approves as always.  Raises Problem 409 where it
    is going back already, nothing was taken, or less was taken than is asked for.

    Of a bill that a joint bill paid, exactly its line goes back; the caller holds that bill's row.
    """
    paid_with = Bill.objects.values_list("paid_with_id", flat=True).get(pk=bill_id)
    part = None if amount_baisa is None else _Part(amount_baisa)
    if paid_with is not None:
        line = BillLine.objects.get(bill=paid_with, gathers=bill_id)
        part = _Part(line.amount_baisa, line)
    charge = Charge.objects.get(bill=paid_with or bill_id, receipt__isnull=False)
    return _asked(charge.pk, Refund.Kind.REFUND, reason, by=by, at=at, part=part)


@dataclass(frozen=True, slots=True)
class _Part:
    """What goes back of a payment that is not given back whole."""

    amount_baisa: int
    line: BillLine | None = None


def _goes_back(charge: Charge, line: BillLine | None) -> bool:
    """Tell whether a payment, or a line of it, is on its way back already."""
    going = charge.refunds.exclude(state=Refund.State.REFUSED)
    if line is not None:
        going = going.filter(Q(line=line) | Q(line=None))
    return going.exists()


def _asked(
    charge_id: int, kind: str, reason: str, *, by: Actor, at: dt.datetime, part: _Part | None = None
) -> Refund:  # fmt: skip
    line = part.line if part else None
    bill_id = Charge.objects.values_list("bill_id", flat=True).get(pk=charge_id)
    # who asks for a line holds its part: the other parts are older than what is held by now
    locks.bill(bill_id) if line is None else locks.bill_alone(bill_id)
    charge = locks.charge(charge_id)
    if _goes_back(charge, line):
        raise Problem(409, "going_back", GOING_BACK)
    if charge.state != graph.CAPTURED:
        raise Problem(409, "not_taken", NOT_TAKEN)
    receipt = Receipt.objects.filter(charge=charge).order_by("pk").first()
    if kind == Refund.Kind.VOID and (receipt is None or receipt.day != city_day(at)):
        raise Problem(409, "only_today", ONLY_TODAY)
    taken = charge.captured_baisa or 0
    amount_baisa = part.amount_baisa if part else taken
    if amount_baisa > taken:
        raise Problem(409, "not_taken", NOT_TAKEN)
    refund = Refund.objects.create(
        charge=charge, line=line, kind=kind, reason=reason[:300], amount_baisa=amount_baisa,
        asked_by_id=by.person_id, asked_for_id=by.for_person_id, asked_by_name=by.name, asked_at=at,
    )  # fmt: skip
    _tell(refund, "ask", by=by, at=at)
    return refund


def _tell(refund: Refund, act: str, *, by: Actor, at: dt.datetime) -> None:
    facts = {
        "refund": refund.public_id, "kind": refund.kind, "reason": refund.reason,
        "amount": as_rial(Baisa(refund.amount_baisa)),
    }  # fmt: skip
    record(stream=f"bill/{refund.charge.bill_id}", act=f"refund.{act}", by=by, at=at, facts=facts)


def _locked(refund_id: int) -> tuple[Bill, Charge, Refund]:
    """Lock a refund in the order of all money: bill, charge, refund."""
    found = Refund.objects.values_list("charge_id", "charge__bill_id").get(pk=refund_id)
    bill = locks.bill(found[1])
    charge = locks.charge(found[0])
    refund = locks.refund(refund_id)
    refund.charge = charge
    return bill, charge, refund


def _other_eyes(bill: Bill, refund: Refund, by: Actor, *, at: dt.datetime) -> None:
    """Refuse whoever asked or stated, who may act for them, and the payer, also by delegate."""
    _may(by, APPROVES)
    charge = refund.charge
    if charge.stated_by_id is not None:
        stated = Actor(
            charge.stated_by_id, charge.stated_by_name, "supervisor", charge.stated_for_id
        )
        four_eyes(stated, by, on=city_day(at))
    if refund.asked_by_id is not None:
        asker = Actor(refund.asked_by_id, refund.asked_by_name, "cashier", refund.asked_for_id)
        four_eyes(asker, by, on=city_day(at))
    deciding = {one for one in (by.person_id, by.for_person_id) if one is not None}
    phones = User.objects.filter(pk__in=deciding).exclude(phone=None)
    own_phone = bill.payer_phone and phones.filter(phone=bill.payer_phone).exists()
    if bill.payer_person_id in deciding or own_phone:
        raise Problem(403, "own_matter", OWN_MATTER)


def _decide(refund: Refund, state: str, *, by: Actor, at: dt.datetime) -> None:
    if refund.state != Refund.State.ASKED:
        raise Problem(409, "decided", DECIDED)
    refund.state = state
    refund.decided_by_id, refund.decided_for_id = by.person_id, by.for_person_id
    refund.decided_by_name, refund.decided_at = by.name, at
    refund.save(
        update_fields=[
            "state", "decided_by_id", "decided_for_id", "decided_by_name", "decided_at",
        ]
    )  # fmt: skip


@acting
def refuse(*, refund_id: int, by: Actor, at: dt.datetime) -> Refund:
    """Refuse a refund that people asked for; money the platform owes is not refused."""
    bill, _, refund = _locked(refund_id)
    _other_eyes(bill, refund, by, at=at)
    if refund.kind in OWED:
        raise Problem(409, "money_owed", GOING_BACK)
    _decide(refund, Refund.State.REFUSED, by=by, at=at)
    _tell(refund, "refuse", by=by, at=at)
    return refund


@acting
def approve(*, refund_id: int, by: Actor, at: dt.datetime) -> Refund:
    """Approve a refund; the money itself goes in a step of its own.

    Online money is sent by the worker (reconciliation.jobs), money over the counter and by card
    waits for the one who gives it back (``paid_back``).  Raises Problem 403 for the same pair of
    eyes, 409 when it was decided before.
    """
    bill, _, refund = _locked(refund_id)
    _other_eyes(bill, refund, by, at=at)
    _decide(refund, Refund.State.APPROVED, by=by, at=at)
    _tell(refund, "approve", by=by, at=at)
    return refund


@acting
def paid_back(*, refund_id: int, by: Actor, at: dt.datetime, number: str = "") -> Refund:
    """Tell that approved money was given back: cash from one's own drawer, a card on a terminal.

    ``number`` is the bank's own number of a refund by card.  Raises Problem 409, also for online
    money: the worker sends that, and nobody else says that it went.
    """
    _may(by, ASKS)
    bill, charge, refund = _locked(refund_id)
    if charge.channel in BY_THE_WORKER:
        raise Problem(409, "going_back", GOING_BACK)
    if refund.state != Refund.State.APPROVED:
        raise Problem(409, "decided", DECIDED)
    if charge.channel in OVER_THE_COUNTER:
        refund.shift = open_shift_of(by.person_id)
    elif not number.strip():
        raise Problem(422, "missing_value", NOT_TAKEN)
    refund.foreign_id = number.strip()[:80]
    _done(bill, charge, refund, by=by, at=at)
    return refund


@acting
def gateway_answered(
    *, refund_id: int, state: str, number: str, by: Actor, at: dt.datetime
) -> Refund:
    """Bring an online refund to what the gateway says: ``done`` or ``unknown``; once."""
    bill, charge, refund = _locked(refund_id)
    if refund.state not in (Refund.State.APPROVED, Refund.State.SENT, Refund.State.UNKNOWN):
        return refund
    if state == Refund.State.DONE:
        refund.foreign_id = number[:80]
        _done(bill, charge, refund, by=by, at=at)
    elif refund.state != state:
        refund.state = state
        refund.save(update_fields=["state"])
    return refund


def _done(bill: Bill, charge: Charge, refund: Refund, *, by: Actor, at: dt.datetime) -> None:
    """Close a refund: charge, bill and books move together.

    Where only a part went back, the charge stays taken, the bill paid and its receipt good; once
    all of it has gone back, in one step or line by line, none of them does.
    """
    refund.state, refund.done_at = Refund.State.DONE, at
    refund.save(update_fields=["state", "done_at", "shift", "foreign_id"])
    done = charge.refunds.filter(state=Refund.State.DONE)
    is_whole = done.aggregate(s=Sum("amount_baisa"))["s"] == charge.captured_baisa
    _parts_back(bill, refund, by=by, at=at)
    if is_whole:
        charge.state = graph.REFUNDED
        charge.save(update_fields=["state"])
    of_receipt = Receipt.objects.filter(charge=charge).exists()
    if of_receipt and is_whole:
        receipt_paper.end(bill=bill, reason=refund.reason, by=by, at=at)
        bill.state = Bill.State.REFUNDED
        bill.save(update_fields=["state"])
    ledger.post(
        debit=ledger.revenue(charge) if of_receipt else ledger.REFUND_DUE, credit=charge.channel,
        amount_baisa=refund.amount_baisa, charge=charge, at=at, refund=refund,
    )  # fmt: skip
    _tell(refund, "done", by=by, at=at)
    told = PAID_BACK if is_whole else PART_BACK if refund.line_id is None else LINE_BACK
    tell_paid_back(bill, refund, told=told if of_receipt else SURPLUS_BACK, at=at)


def _parts_back(bill: Bill, refund: Refund, *, by: Actor, at: dt.datetime) -> None:
    """Give back the parts whose money went: that of the refund's line, or all that were paid."""
    parts = Bill.objects.filter(paid_with=bill, state=Bill.State.PAID)
    if refund.line_id is not None:
        parts = parts.filter(gathered_in=refund.line_id)
    for part in parts.order_by("pk"):
        part.state = Bill.State.REFUNDED
        part.save(update_fields=["state"])
        facts = {"refund": refund.public_id, "amount": as_rial(Baisa(part.total_baisa))}
        record(stream=part.stream, act="refund.done", by=by, at=at, facts=facts)
