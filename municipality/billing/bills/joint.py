"""Joint bills: one bill whose lines gather several that are due, so that one payment pays all.

Each part keeps its own state and its own way back.  Whoever moves a part holds its row, and only
then that of a joint bill (billing.locks); so no joint bill of it appears or is paid meanwhile.
"""

import datetime as dt

from django.db.models import Exists, OuterRef, QuerySet

from municipality.actor import SYSTEM, Actor
from municipality.billing.bills.models import Bill, BillLine
from municipality.billing.payments import graph
from municipality.billing.payments.in_flight import charge_in_flight, wipe
from municipality.history.actions import record
from municipality.reach import acting

NOT_ALL_DUE = "a part of it is not due any more"
OUT_OF_TIME = "out of time"


def parts_of(bill_id: int) -> QuerySet[BillLine]:
    """Return the lines by which a joint bill gathers others, the oldest part first."""
    return BillLine.objects.filter(bill_id=bill_id, gathers__isnull=False).order_by("gathers_id")


def open_joints_of(part_ids: list[int]) -> QuerySet[Bill]:
    """Return the joint bills of any of these bills that can still be paid, the oldest first."""
    lines = BillLine.objects.filter(gathers_id__in=part_ids)
    return Bill.objects.filter(pk__in=lines.values("bill_id"), state=Bill.State.DUE).order_by("pk")


def give_up(*, part: Bill, by: Actor, at: dt.datetime) -> None:
    """Cancel the joint bills of a bill that takes no money any more; called under its lock.

    One whose payment somebody has seen is left: when that money comes, it pays what is still due
    and the rest goes back.
    """
    for joint in open_joints_of([part.pk]).select_for_update(of=("self",)):
        _cancel(joint, f"{NOT_ALL_DUE}: {part.number}", by=by, at=at)


def _cancel(joint: Bill, why: str, *, by: Actor, at: dt.datetime) -> None:
    charge = charge_in_flight(joint.pk)
    if charge is not None and charge.state != graph.CREATED:
        return
    joint.state = Bill.State.CANCELLED
    joint.save(update_fields=["state"])
    record(stream=joint.stream, act="cancel", by=by, at=at, facts={"why": why})
    if charge is not None:
        wipe(charge=charge, by=by, at=at)


@acting
def close_expired(*, at: dt.datetime) -> int:
    """Cancel the joint bills whose time is over and that nobody is paying; returns how many.

    Their parts were due all the time and stay so.
    """
    gathers = BillLine.objects.filter(bill=OuterRef("pk"), gathers__isnull=False)
    over = Bill.objects.filter(Exists(gathers), state=Bill.State.DUE, expires_at__lte=at)
    closed = 0
    for joint in over.order_by("pk").select_for_update(of=("self",), skip_locked=True):
        _cancel(joint, OUT_OF_TIME, by=SYSTEM, at=at)
        closed += joint.state == Bill.State.CANCELLED
    return closed
