"""The end of a charge: one function takes every answer, in any order, however often.

In one transaction: the bill's lock, the charge, the receipt, the ledger, the bill's state, the
call of whom the purpose belongs to, and the history.  Money that arrives for a bill that takes
none any more is never a second receipt: it becomes a refund due by itself, and so does what a
joint bill's money cannot pay of its parts.
"""

import datetime as dt
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from municipality.actor import SYSTEM, Actor
from municipality.baisa import Baisa, as_rial
from municipality.billing import locks
from municipality.billing.bills.joint import give_up, parts_of
from municipality.billing.bills.models import Bill, BillLine
from municipality.billing.payments import graph, ledger, receipts
from municipality.billing.payments.models import Charge, Receipt, Refund
from municipality.billing.payments.outcomes import Effect, Outcome
from municipality.billing.refusals import NOT_SERVED
from municipality.history.actions import record
from municipality.problems import Problem
from municipality.reach import acting

OVER_THE_COUNTER = (Charge.Channel.CASH, Charge.Channel.CHEQUE)
SECOND = "The bill takes no money any more; this capture goes back."
WRONG = "The amount taken is not the amount asked for."
# What an answer tells beside its state, and how much of it is kept.
_TOLD = {
    "foreign_id": 80, "auth_code": 20, "rrn": 20, "card_last4": 4, "card_scheme": 20, "why": 200,
}  # fmt: skip


class NotServed(Exception):
    """What a bill is for can be paid no more; raised by its purpose, and the money goes back."""


@acting
def take_answer(*, charge_id: int, outcome: Outcome, by: Actor, at: dt.datetime) -> Effect:
    """Bring a charge to what the world says of it.

    Answers may come late, doubled and in any order: what the graph does not allow is either a
    correction (captured after all) or older than what is known, and then changes nothing.
    """
    bill_id = Charge.objects.values_list("bill_id", flat=True).get(pk=charge_id)
    bill = locks.bill(bill_id)
    charge = locks.charge(charge_id)
    effect, state = _judge(charge, outcome)
    if effect is Effect.SAME:
        _learn_number(charge, outcome)
    if effect in (Effect.SAME, Effect.IGNORED):
        return effect
    if effect is Effect.SECOND:
        _second(bill, charge, outcome, by=by, at=at)
        return effect
    start = charge.state
    _write(charge, state, outcome, corrected=effect is Effect.CORRECTED, at=at)
    act = "correct" if effect is Effect.CORRECTED else graph.act_of(start, state)
    _tell(charge, act, by=by, at=at)
    if charge.state == graph.CAPTURED:
        _captured(bill, charge, by=by, at=at)
    return effect


def _judge(charge: Charge, outcome: Outcome) -> tuple[Effect, str]:
    """Decide what an answer means for a charge as it stands, without touching it."""
    state = outcome.state
    if charge.state in graph.TAKEN:
        return _judge_taken(charge, outcome), state
    if charge.state == state:
        return Effect.SAME, state
    if charge.state == graph.UNKNOWN and state != graph.CAPTURED and not outcome.certain:
        return Effect.IGNORED, state  # a message that comes late ends no doubt; an answer does
    if state == graph.CAPTURED and _doubtful(charge, outcome):
        if graph.is_legal(charge.state, graph.UNKNOWN):
            return Effect.DOUBTED, graph.UNKNOWN
        return Effect.IGNORED, state  # the day's file, which is certain, settles it
    if graph.is_legal(charge.state, state):
        return Effect.APPLIED, state
    if graph.is_correction(charge.state, state):
        return Effect.CORRECTED, state
    return Effect.IGNORED, state


def _judge_taken(charge: Charge, outcome: Outcome) -> Effect:
    """Tell the same capture again from another one under the same reference."""
    if outcome.state not in (charge.state, graph.CAPTURED):
        return Effect.IGNORED
    number = outcome.foreign_id
    if not number or not charge.foreign_id or number == charge.foreign_id:
        return Effect.SAME
    if Charge.objects.filter(channel=charge.channel, foreign_id=number).exists():
        return Effect.SAME
    if outcome.amount_baisa not in (None, charge.amount_baisa) and not outcome.certain:
        return Effect.IGNORED  # a wrong amount that is only told: the day's file has the right one
    return Effect.SECOND


def _learn_number(charge: Charge, outcome: Outcome) -> None:
    """Keep the bank's number of a capture that came without one (a statement, a bare message).

    By it a second capture is told from this one, a file's line is found, and money goes back.
    """
    number = outcome.foreign_id
    if charge.state not in graph.TAKEN or charge.foreign_id or not number:
        return
    others = Charge.objects.filter(channel=charge.channel, foreign_id=number)
    if outcome.amount_baisa in (None, charge.captured_baisa) and not others.exists():
        charge.foreign_id = number[: _TOLD["foreign_id"]]
        charge.save(update_fields=["foreign_id"])


def _doubtful(charge: Charge, outcome: Outcome) -> bool:
    """Tell whether a capture must be asked about before it is believed.

    The wrong amount, when it was only told and not asked for; or a number of the bank that
    belongs to another payment.
    """
    wrong = outcome.amount_baisa not in (None, charge.amount_baisa)
    if wrong and not outcome.certain:
        return True
    others = Charge.objects.filter(channel=charge.channel, foreign_id=outcome.foreign_id or None)
    return outcome.foreign_id != "" and others.exclude(pk=charge.pk).exists()


def _second(bill: Bill, charge: Charge, outcome: Outcome, *, by: Actor, at: dt.datetime) -> None:
    """Write down that the world captured one charge twice: the second one goes back."""
    second = Charge(
        bill=bill, channel=charge.channel, state=graph.CAPTURED, amount_baisa=charge.amount_baisa,
        captured_baisa=outcome.amount_baisa or charge.amount_baisa, captured_at=at, answered_at=at,
        idempotency_key=f"second/{charge.channel}/{outcome.foreign_id}"[:80], body_hash="",
        asked_by_name=SYSTEM.name, asked_by_role=SYSTEM.role, shift_id=charge.shift_id,
        terminal_id=charge.terminal_id, foreign_id=outcome.foreign_id, created_at=at,
        corrected_why=f"captured again under {charge.public_id}", second_of=charge,
        why=outcome.why[:200],
    )  # fmt: skip
    second.save(force_insert=True)
    _tell(second, "second_capture", by=by, at=at)
    _captured(bill, second, by=by, at=at)


def _write(
    charge: Charge, state: str, outcome: Outcome, *, corrected: bool, at: dt.datetime
) -> None:
    changed = ["state", "answered_at"]
    charge.answered_at = at
    for name in _TOLD if state == outcome.state else ("why",):  # a doubted number is not kept
        if value := getattr(outcome, name):
            setattr(charge, name, value[: _TOLD[name]])
            changed.append(name)
    if corrected:
        charge.corrected_why = f"{charge.state} here, captured there"
        changed.append("corrected_why")
    if state == graph.CAPTURED:
        charge.captured_at = at
        charge.captured_baisa = (
            charge.amount_baisa if outcome.amount_baisa is None else outcome.amount_baisa
        )
        changed += ["captured_at", "captured_baisa"]
    charge.state = state
    charge.save(update_fields=changed)


def _captured(bill: Bill, charge: Charge, *, by: Actor, at: dt.datetime) -> None:
    """Give captured money its place: a receipt of a bill that is due, or a refund due."""
    if bill.state == Bill.State.DUE and charge.captured_baisa == charge.amount_baisa:
        try:
            with transaction.atomic():
                _settle(bill, charge, by=by, at=at)
            return
        except NotServed as ended:
            _end(bill, charge, why=str(ended), at=at)
    right = charge.captured_baisa == charge.amount_baisa
    kind = Refund.Kind.SECOND_CAPTURE if right else Refund.Kind.WRONG_AMOUNT
    owed = charge.captured_baisa or 0
    refund = Refund.objects.create(
        charge=charge, kind=kind, amount_baisa=owed, reason=SECOND if right else WRONG,
        asked_by_id=charge.stated_by_id, asked_for_id=charge.stated_for_id,
        asked_by_name=charge.stated_by_name or SYSTEM.name, asked_at=at,
    )  # fmt: skip
    ledger.post(
        debit=charge.channel, credit=ledger.REFUND_DUE, amount_baisa=owed, charge=charge, at=at
    )
    _tell_due(refund, at=at)


def _end(bill: Bill, charge: Charge, *, why: str, at: dt.datetime) -> None:
    """Cancel a bill whose service has ended; what was taken far away goes back by itself.

    Raises Problem 409 over the counter, where nothing need be taken in the first place.
    """
    if charge.channel in OVER_THE_COUNTER:
        raise Problem(409, "not_served", NOT_SERVED) from None
    bill.state = Bill.State.CANCELLED
    bill.save(update_fields=["state"])
    record(stream=bill.stream, act="cancel", by=SYSTEM, at=at, facts={"why": why[:200]})


def _settle(bill: Bill, charge: Charge, *, by: Actor, at: dt.datetime) -> Receipt:
    receipt = receipts.write(charge=charge, at=at)
    ledger.post(
        debit=charge.channel, credit=ledger.revenue(charge), amount_baisa=charge.amount_baisa,
        charge=charge, at=at,
    )  # fmt: skip
    bill.state = Bill.State.PAID
    bill.save(update_fields=["state"])
    lines = list(parts_of(bill.pk).select_related("gathers"))
    _paid(bill, receipt, by=by, at=at, is_joint=bool(lines))
    if lines:
        _settle_parts(lines, receipt, by=by, at=at)
    return receipt


def _paid(bill: Bill, receipt: Receipt, *, by: Actor, at: dt.datetime, is_joint: bool) -> None:
    """Write down that a bill is paid, and tell its purpose; a joint bill serves none itself."""
    facts = {
        "receipt": receipt.number, "channel": receipt.charge.channel,
        "amount": as_rial(Baisa(bill.total_baisa)),
    }  # fmt: skip
    record(stream=bill.stream, act="pay", by=by, at=at, facts=facts)
    if not is_joint:
        give_up(part=bill, by=by, at=at)
        import_string(settings.BILL_PURPOSES[bill.purpose])(bill=bill, receipt=receipt, at=at)


def _settle_parts(
    lines: Sequence[BillLine], receipt: Receipt, *, by: Actor, at: dt.datetime
) -> None:
    """Pay with a joint bill's money what is still due of its parts; the rest is a refund due.

    Raises NotServed where nothing is, and over the counter where not all is.
    """
    surplus = [line for line in lines if not _pay_part(line, receipt, by=by, at=at)]
    if len(surplus) == len(lines) or (surplus and receipt.charge.channel in OVER_THE_COUNTER):
        raise NotServed(f"{len(surplus)} of {len(lines)} parts are not due any more")
    for line in surplus:
        refund = Refund.objects.create(
            charge=receipt.charge, line=line, kind=Refund.Kind.SECOND_CAPTURE, reason=SECOND,
            amount_baisa=line.amount_baisa, asked_by_name=SYSTEM.name, asked_at=at,
        )  # fmt: skip
        _tell_due(refund, at=at)


def _pay_part(line: BillLine, receipt: Receipt, *, by: Actor, at: dt.datetime) -> bool:
    """Pay one part, locked with its joint bill; tells whether it took the money."""
    part = line.gathers
    if part is None or part.state != Bill.State.DUE:
        return False
    try:
        with transaction.atomic():
            part.state, part.paid_with_id = Bill.State.PAID, line.bill_id
            part.save(update_fields=["state", "paid_with"])
            _paid(part, receipt, by=by, at=at, is_joint=False)
    except NotServed as ended:
        part.state, part.paid_with_id = Bill.State.CANCELLED, None
        part.save(update_fields=["state"])
        record(stream=part.stream, act="cancel", by=SYSTEM, at=at, facts={"why": str(ended)[:200]})
        give_up(part=part, by=SYSTEM, at=at)
        return False
    return True


def _tell_due(refund: Refund, *, at: dt.datetime) -> None:
    facts = {
        "refund": refund.public_id, "kind": str(refund.kind),
        "amount": as_rial(Baisa(refund.amount_baisa)),
    }  # fmt: skip
    stream = f"bill/{refund.charge.bill_id}"
    record(stream=stream, act="refund.due", by=SYSTEM, at=at, facts=facts)


def _tell(charge: Charge, act: str, *, by: Actor, at: dt.datetime) -> None:
    facts = {"charge": charge.public_id, "channel": charge.channel, "state": charge.state}
    record(stream=f"bill/{charge.bill_id}", act=f"charge.{act}", by=by, at=at, facts=facts)
