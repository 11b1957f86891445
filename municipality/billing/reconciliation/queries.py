"""The day's takings, what hangs, what differs, and what is out of the ordinary."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F, QuerySet, Sum

from municipality.billing.payments import graph
from municipality.billing.payments.models import Charge, Receipt, Refund
from municipality.billing.reconciliation.models import Difference
from municipality.billing.shifts.models import Shift


@dataclass(frozen=True, slots=True)
class Taking:
    """What came in by one channel, at one branch, for one purpose."""

    channel: str
    branch_code: str
    purpose: str
    receipts: int
    amount_baisa: int


def takings(day: dt.date) -> list[Taking]:
    """Add up the receipts of one city day by channel, branch and purpose."""
    rows = (
        Receipt.objects.filter(day=day)
        .values_list("charge__channel", "branch_code", "bill__purpose")
        .annotate(receipts=Count("pk"), amount=Sum("amount_baisa"))
        .order_by("branch_code", "charge__channel", "bill__purpose")
    )
    return [Taking(*row) for row in rows]


def hanging() -> QuerySet[Charge]:
    """Return the charges whose end is not known, the oldest first."""
    charges = Charge.objects.filter(state__in=graph.IN_FLIGHT).exclude(state=graph.CREATED)
    return charges.select_related("bill", "terminal").order_by("created_at")


def open_differences() -> QuerySet[Difference]:
    """Return the differences that nobody has closed yet."""
    return Difference.objects.filter(closed_at=None).select_related("charge").order_by("found_at")


def refunds_to_decide() -> QuerySet[Refund]:
    """Return the refunds and voids that wait for a second pair of eyes."""
    waiting = Refund.objects.filter(state=Refund.State.ASKED)
    return waiting.select_related("charge__bill").order_by("asked_at")


@dataclass(frozen=True, slots=True)
class Exceptions:
    """What an auditor reads first about a span of days."""

    refunds: QuerySet[Refund]
    corrections: QuerySet[Charge]
    drawers: QuerySet[Shift]
    differences: QuerySet[Difference]


def exceptions(*, first: dt.date, last: dt.date) -> Exceptions:
    """Return refunds and voids, corrected charges, drawers and files that differed."""
    return Exceptions(
        refunds=Refund.objects.filter(asked_at__date__range=(first, last))
        .select_related("charge__bill")
        .order_by("asked_at"),
        corrections=Charge.objects.exclude(corrected_why="")
        .filter(captured_at__date__range=(first, last))
        .select_related("bill")
        .order_by("captured_at"),
        drawers=Shift.objects.filter(day__range=(first, last))
        .exclude(counted_baisa=None)
        .exclude(counted_baisa=F("expected_baisa"))
        .select_related("branch")
        .order_by("opened_at"),
        differences=Difference.objects.filter(day__range=(first, last)).order_by("found_at"),
    )
