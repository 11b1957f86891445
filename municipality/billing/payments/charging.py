"""The beginning of a charge: who asks, under which key, for which amount."""

import datetime as dt
import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from municipality.actor import Actor
from municipality.billing import locks
from municipality.billing.bills.joint import parts_of
from municipality.billing.bills.models import Bill
from municipality.billing.payments import graph
from municipality.billing.payments.in_flight import rival_in_flight
from municipality.billing.payments.in_flight import wipe as wipe_screen
from municipality.billing.payments.models import Charge, Receipt
from municipality.billing.payments.outcomes import Outcome
from municipality.billing.payments.settling import take_answer
from municipality.billing.refusals import (
    AMOUNT_CHANGED,
    CHEQUE_DATE,
    CHEQUE_USED,
    EXPIRED,
    IN_FLIGHT_SINCE,
    KEY_REUSED,
    NO_SHIFT,
    NO_TERMINAL,
    NOT_ENOUGH,
    PAID_BY,
    PART_NOT_DUE,
    bill_not_due,
)
from municipality.billing.shifts.models import Shift
from municipality.city_time import city_day
from municipality.conf import PROFILE
from municipality.history.actions import record
from municipality.problems import Problem
from municipality.reach import acting


@dataclass(frozen=True, slots=True)
class Asked:
    """What a client asked for: ``key`` is its own and the same for every repetition.

    ``shown_baisa`` is the amount that stood on the person's screen.
    """

    bill_id: int
    channel: str
    key: str
    shown_baisa: int
    details: dict[str, Any] = field(default_factory=dict)

    def body_hash(self) -> str:
        """Digest what was asked, so that one key is never two requests."""
        body = [self.bill_id, self.channel, self.shown_baisa, self.details]
        return hashlib.sha256(json.dumps(body, sort_keys=True, default=str).encode()).hexdigest()


def _clock(at: dt.datetime | None) -> str:
    return f"{at.astimezone(PROFILE.time_zone):%H:%M}" if at else ""


def _under_way(charge: Charge) -> Problem:
    words = IN_FLIGHT_SINCE.with_values(who=charge.asked_by_name, when=_clock(charge.created_at))
    return Problem(409, "payment_under_way", words)


def _not_due(bill: Bill) -> Problem:
    """Say who was paid this bill and when, or what else became of it."""
    receipts = Receipt.objects.select_related("charge")
    paid = receipts.filter(bill_id=bill.paid_with_id or bill.pk).order_by("pk").first()
    if bill.state != Bill.State.PAID or paid is None:
        return bill_not_due(bill)
    words = PAID_BY.with_values(
        who=paid.charge.asked_by_name, when=_clock(paid.at), number=paid.number
    )
    return Problem(409, "bill_not_due", words)


def _check(bill: Bill, asked: Asked, *, at: dt.datetime) -> None:
    """Refuse what this bill does not take now; called under its lock."""
    if bill.state != Bill.State.DUE:
        raise _not_due(bill)
    if bill.expires_at is not None and bill.expires_at <= at:
        raise Problem(409, "bill_expired", EXPIRED)
    other = rival_in_flight(bill)
    if other is not None:
        raise _under_way(other)
    if parts_of(bill.pk).exclude(gathers__state=Bill.State.DUE).exists():
        raise Problem(409, "part_not_due", PART_NOT_DUE)
    if asked.shown_baisa != bill.total_baisa:
        raise Problem(409, "amount_changed", AMOUNT_CHANGED)


def _repeated(asked: Asked) -> Charge | None:
    """Return the charge this key began before; raises Problem 409 for another request's key."""
    before = Charge.objects.filter(idempotency_key=asked.key).order_by("pk").first()
    if before is not None and before.body_hash != asked.body_hash():
        raise Problem(409, "key_reused", KEY_REUSED)
    return before


def _begin(
    asked: Asked, *, by: Actor, at: dt.datetime, shift: Shift | None = None, **values: Any
) -> tuple[Charge, bool]:
    """Write a new charge, or find the one that this key began; tells whether it is new."""
    bill = locks.bill(asked.bill_id)
    before = _repeated(asked)
    if before is not None:
        return before, False
    _check(bill, asked, at=at)
    charge = Charge(
        bill=bill, channel=asked.channel, state=graph.CREATED, amount_baisa=bill.total_baisa,
        idempotency_key=asked.key, body_hash=asked.body_hash(), asked_by_id=by.person_id,
        asked_by_name=by.name, asked_by_role=by.role, shift=shift, created_at=at, **values,
    )  # fmt: skip
    _insert(charge)
    facts = {"charge": charge.public_id, "channel": charge.channel}
    record(stream=bill.stream, act="charge.begin", by=by, at=at, facts=facts)
    return charge, True


# What the database alone can refuse: a rival with another bill, in the moment after the look.
_RIVALS = {
    "charge_cheque_once": ("cheque_used", CHEQUE_USED),
    "billing_charge_idempotency_key_key": ("key_reused", KEY_REUSED),
}


def _insert(charge: Charge) -> None:
    """Write a new charge; raises Problem 409 where a rival took its cheque or key meanwhile."""
    try:
        with transaction.atomic():
            charge.save(force_insert=True)
    except IntegrityError as error:
        refused = getattr(error.__cause__, "diag", None)
        rival = _RIVALS.get(str(refused and refused.constraint_name))
        if rival is None:
            raise
        raise Problem(409, *rival) from None


def open_shift_of(cashier_id: int | None) -> Shift:
    """Return and hold the open shift of a cashier; raises Problem 409 without one.

    Held, so that a shift is not closed between a payment and its entry in the drawer.
    """
    shifts = Shift.objects.select_related("branch", "terminal").select_for_update(
        of=("self",), no_key=True
    )
    mine = shifts.filter(cashier_id=cashier_id or 0, state=Shift.State.OPEN)
    shift = mine.order_by("pk").first()
    if shift is None:
        raise Problem(409, "no_shift", NO_SHIFT)
    return shift


@acting
def ask_terminal(*, asked: Asked, by: Actor, at: dt.datetime) -> Charge:
    """Let the terminal of the cashier's shift pull the amount of a bill.

    Raises Problem 409: not due, expired, under way, amount changed, no shift, key reused.
    """
    locks.bill(asked.bill_id)  # before the shift, as everywhere
    shift = open_shift_of(by.person_id)
    if shift.terminal_id is None:
        raise Problem(409, "no_terminal", NO_TERMINAL)
    charge, _ = _begin(asked, by=by, at=at, shift=shift, terminal_id=shift.terminal_id)
    return charge


@acting
def begin_online(*, asked: Asked, by: Actor, at: dt.datetime) -> Charge:
    """Begin an online payment: written as sent before the gateway is called.

    So a process that dies in the call leaves a charge that reconciliation asks about.
    """
    charge, new = _begin(asked, by=by, at=at)
    if new:
        charge.state, charge.sent_at = graph.SENT, at
        charge.save(update_fields=["state", "sent_at"])
    return charge


@acting
def take_cash(*, asked: Asked, tendered_baisa: int, by: Actor, at: dt.datetime) -> Charge:
    """Take cash over the counter: charge, receipt and drawer in one transaction."""
    if tendered_baisa < asked.shown_baisa:
        raise Problem(422, "not_enough", NOT_ENOUGH)
    return _over_the_counter(asked, by=by, at=at, tendered_baisa=tendered_baisa)


CHEQUE_HOLDS = dt.timedelta(days=184)  # the longest six months of a calendar


@dataclass(frozen=True, slots=True)
class Cheque:
    """A cheque as it is written."""

    number: str
    bank: str
    date: dt.date


@acting
def take_cheque(*, asked: Asked, cheque: Cheque, by: Actor, at: dt.datetime) -> Charge:
    """Take a cheque over the counter; the same cheque is not taken twice.

    Raises Problem 422 for a date more than ``CHEQUE_HOLDS`` away, before or ahead, 409 as cash.
    """
    if abs(cheque.date - city_day(at)) > CHEQUE_HOLDS:
        raise Problem(422, "cheque_date", CHEQUE_DATE)
    used = Charge.objects.filter(cheque_bank=cheque.bank, cheque_number=cheque.number)
    if used.exclude(idempotency_key=asked.key).exists():
        raise Problem(409, "cheque_used", CHEQUE_USED)
    return _over_the_counter(
        asked, by=by, at=at, cheque_number=cheque.number, cheque_bank=cheque.bank,
        cheque_date=cheque.date,
    )  # fmt: skip


def _over_the_counter(asked: Asked, *, by: Actor, at: dt.datetime, **values: Any) -> Charge:
    locks.bill(asked.bill_id)  # before the shift, as everywhere
    shift = open_shift_of(by.person_id)
    charge, new = _begin(asked, by=by, at=at, shift=shift, **values)
    if new:
        take_answer(charge_id=charge.pk, outcome=Outcome(graph.CAPTURED), by=by, at=at)
        charge.refresh_from_db()
    return charge


@acting
def stop(*, charge_id: int, by: Actor, at: dt.datetime) -> Charge:
    """Stop a charge the cashier began: wiped if unseen, else asked of the terminal."""
    bill_id = Charge.objects.values_list("bill_id", flat=True).get(pk=charge_id)
    locks.bill(bill_id)
    charge = locks.charge(charge_id)
    if charge.state in graph.IN_FLIGHT:
        wipe_screen(charge=charge, by=by, at=at)
    return charge
