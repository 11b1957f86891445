"""The making of a joint bill: several bills that are due, paid once by one payer."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from municipality.actor import Actor
from municipality.billing.bills.actions import issue
from municipality.billing.bills.facts import Claim, Line, Payer
from municipality.billing.bills.joint import give_up, open_joints_of, parts_of
from municipality.billing.bills.models import Bill
from municipality.billing.bills.queries import explain
from municipality.billing.payments.in_flight import rival_in_flight
from municipality.billing.refusals import EXPIRED, IN_FLIGHT, bill_not_due
from municipality.problems import Problem
from municipality.reach import acting
from municipality.words import Text

LIVES = dt.timedelta(days=1)  # our own choice: nothing is lost when it ends but its number
MOST = 50


@acting
def gather(*, bill_ids: Sequence[int], payer: Payer, by: Actor, at: dt.datetime) -> Bill:
    """Issue one bill for 2 to ``MOST`` bills of one purpose; asked again, the same one is given.

    They stay due, each payable by itself, until money comes.  Earlier joint bills of any of them
    are cancelled.  Raises Problem 409: one of them is not due, has expired, or is being paid.
    """
    ids = sorted(set(bill_ids))
    rows = Bill.objects.filter(pk__in=ids).select_for_update(of=("self",)).order_by("pk")
    parts = list(rows)
    if not 2 <= len(parts) <= MOST or len({part.purpose for part in parts}) > 1:
        raise ValueError(f"{len(parts)} bills are not gathered")
    before = _same_before(ids, payer, at=at)
    if before is not None:
        return before
    for part in parts:
        _check(part, at=at)
    for part in parts:
        give_up(part=part, by=by, at=at)
    return issue(claim=_claim(parts, at=at), payer=payer, lines=_lines(parts), by=by, at=at)


def _same_before(ids: list[int], payer: Payer, *, at: dt.datetime) -> Bill | None:
    """Find the joint bill of just these that this payer was given before and can still pay."""
    for joint in open_joints_of(ids).filter(payer_person_id=payer.person_id, expires_at__gt=at):
        if list(parts_of(joint.pk).values_list("gathers_id", flat=True)) == ids:
            return joint
    return None


def _check(part: Bill, *, at: dt.datetime) -> None:
    """Refuse a part that could not be paid by itself now; called under its lock."""
    if part.state != Bill.State.DUE:
        raise bill_not_due(part)
    if part.expires_at is not None and part.expires_at <= at:
        raise Problem(409, "bill_expired", EXPIRED)
    if rival_in_flight(part) is not None:
        raise Problem(409, "payment_under_way", IN_FLIGHT)


def _claim(parts: Sequence[Bill], *, at: dt.datetime) -> Claim:
    plates = {part.plate for part in parts}
    return Claim(
        purpose=parts[0].purpose, subject=f"joint/{parts[0].pk}", expires_at=at + LIVES,
        plate=plates.pop() if len(plates) == 1 else "",
    )  # fmt: skip


def _lines(parts: Sequence[Bill]) -> list[Line]:
    """Say of each part what its own first line says, at its whole total."""
    found = []
    for part in parts:
        first = explain(part)[0]
        found.append(
            Line(
                text=Text(first.text_ar, first.text_en), quantity=Decimal(1),
                rate_baisa=part.total_baisa, amount_baisa=part.total_baisa, source=first.source,
                rule=first.rule, period=first.period, gathers_id=part.pk,
            )
        )  # fmt: skip
    return found
