"""The one charge of a bill that is under way, and the wiping of a terminal's screen."""

import datetime as dt

from django.db.models import Q

from municipality.actor import Actor
from municipality.billing.bills.models import Bill, BillLine
from municipality.billing.payments import graph
from municipality.billing.payments.models import Charge
from municipality.history.actions import record


def charge_in_flight(bill_id: int) -> Charge | None:
    """Return the charge of a bill whose end is not known yet; there is at most one."""
    return Charge.objects.filter(bill_id=bill_id, state__in=graph.IN_FLIGHT).order_by("pk").first()


def rival_in_flight(bill: Bill) -> Charge | None:
    """Return a charge under way that may pay the same: its own, a part's, an open joint bill's."""
    parts = BillLine.objects.filter(bill=bill, gathers__isnull=False).values("gathers_id")
    joints = BillLine.objects.filter(gathers=bill, bill__state=Bill.State.DUE).values("bill_id")
    asked = Q(bill=bill) | Q(bill__in=parts) | Q(bill__in=joints)
    return Charge.objects.filter(asked, state__in=graph.IN_FLIGHT).order_by("pk").first()


def wipe(*, charge: Charge, by: Actor, at: dt.datetime) -> None:
    """Stop a charge: at once while nobody has seen it, else by telling the terminal to wipe.

    Called under the lock of the bill.  A charge that was shown stays in flight until the
    terminal or the gateway says what became of it.
    """
    if charge.state == graph.CREATED:
        charge.state, charge.answered_at = graph.CANCELLED, at
        charge.save(update_fields=["state", "answered_at"])
        act = graph.act_of(graph.CREATED, graph.CANCELLED)
    else:
        charge.wipe_asked_at = charge.wipe_asked_at or at
        charge.save(update_fields=["wipe_asked_at"])
        act = "ask_to_wipe"
    facts = {"charge": charge.public_id, "channel": charge.channel}
    record(stream=f"bill/{charge.bill_id}", act=f"charge.{act}", by=by, at=at, facts=facts)
