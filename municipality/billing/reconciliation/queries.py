"""The day's takings, what hangs, what differs, and what is out of the ordinary."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, F, QuerySet, Sum

from municipality.billing.payments import graph
from municipality.billing.payments.models import Charge, LedgerEntry, Receipt, Refund
from municipality.billing.reconciliation.models import Difference
from municipality.billing.shifts.models import Shift
from municipality.conf import PROFILE

UNKNOWN_AT_MOST = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Taking:
    """What came in and went back by one channel, at one branch, for one purpose."""

    branch_code: str
    channel: str
    purpose: str
    receipts: int
    amount_baisa: int
    returns: int
    back_baisa: int

    @property
    def net_baisa(self) -> int:
        """What stays: below nothing where more went back than came in."""
        return self.amount_baisa - self.back_baisa


def takings(day: dt.date) -> list[Taking]:
    """Add up the receipts of one city day, and what went back on it, by branch, channel, purpose.

    Only the money of receipts is counted as going back, whatever the receipt's own day: a second
    capture that is returned was never in the takings.
    """
    came = (
        Receipt.objects.filter(day=day)
        .order_by()
        .values_list("branch_code", "charge__channel", "bill__purpose")
        .annotate(n=Count("pk"), s=Sum("amount_baisa"))
    )
    start = dt.datetime.combine(day, dt.time(), tzinfo=PROFILE.time_zone)
    end = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), tzinfo=PROFILE.time_zone)
    went = (
        LedgerEntry.objects.filter(at__gte=start, at__lt=end, refund__isnull=False)
        .filter(account=F("charge__channel"), charge__receipt__isnull=False)
        .order_by()
        .values_list("branch_code", "charge__channel", "charge__bill__purpose")
        .annotate(n=Count("pk"), s=-Sum("amount_baisa"))
    )
    ins = {row[:3]: row[3:] for row in came}
    backs = {row[:3]: row[3:] for row in went}
    nothing = (0, 0)
    return [
        Taking(*key, *ins.get(key, nothing), *backs.get(key, nothing))
        for key in sorted(ins.keys() | backs.keys())
    ]


def hanging() -> QuerySet[Charge]:
    """Return the charges whose end is not known, the oldest first."""
    charges = Charge.objects.filter(state__in=graph.IN_FLIGHT).exclude(state=graph.CREATED)
    return charges.select_related("bill", "terminal").order_by("created_at")


def overdue(*, at: dt.datetime) -> QuerySet[Charge]:
    """Return the charges that are unknown for longer than they may be (guards.md, I7)."""
    began = at - UNKNOWN_AT_MOST
    return hanging().filter(state=graph.UNKNOWN, sent_at__lte=began)


def open_differences() -> QuerySet[Difference]:
    """Return the differences that nobody has closed yet."""
    return Difference.objects.filter(closed_at=None).select_related("charge").order_by("found_at")


def refunds_to_decide() -> QuerySet[Refund]:
    """Return the refunds and voids that wait for a second pair of eyes."""
    waiting = Refund.objects.filter(state=Refund.State.ASKED)
    return waiting.select_related("charge__bill", "line").order_by("asked_at")


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
        .select_related("charge__bill", "line")
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
