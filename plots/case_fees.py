"""The fee of a case: asked for in a bill about it, cancelled or given back when the case ends.

Shared by the services on plots; cases and billing do not know each other.
"""

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet

from municipality.actor import Actor
from municipality.billing.bills.actions import cancel
from municipality.billing.bills.facts import Claim
from municipality.billing.bills.models import Bill
from municipality.billing.payments.refunds import ask_for_service
from municipality.billing.payments.settling import NotServed
from municipality.cases.actions import CannotMove, move
from municipality.cases.machine import BILLING
from municipality.cases.models import Case
from municipality.stored import shape_of

PAID = Actor(person_id=None, name="billing", role=BILLING)


def claim_of(case: Case, purpose: str) -> Claim:
    """Return what is billed for a case: its plot, its place, until its own last day."""
    return Claim(
        purpose=purpose, subject=case.stream, plot_number=case.plot_number,
        place=shape_of(case.place) if case.place is not None else None,
        expires_at=case.expires_at,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class CaseFee:
    """The bills of one purpose about a case; its methods are parts of a machine's edges."""

    purpose: str

    def is_paid(self, case: Case, *, at: dt.datetime) -> bool:
        """Tell whether a bill of the case has been paid and kept."""
        return self._bills(case.pk, Bill.State.PAID).exists()

    def is_open(self, case: Case, *, at: dt.datetime) -> bool:
        """Tell whether nothing has been paid for the case."""
        return not self.is_paid(case, at=at)

    def paid_baisa(self, case: Case) -> int:
        """Add up what has been paid for the case and kept."""
        return sum(bill.total_baisa for bill in self._bills(case.pk, Bill.State.PAID))

    def lock(self, case_id: int) -> None:
        """Lock the bills of a case before the case: settling takes its locks in that order."""
        list(self._bills(case_id, *Bill.State.values).select_for_update().order_by("pk"))

    def cancel(self, *, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
        """Cancel a bill that is still due; wipes it from a terminal's screen."""
        for bill in self._bills(case.pk, Bill.State.DUE).order_by("pk"):
            cancel(bill_id=bill.pk, by=by, at=at, why=f"{case.number}: {case.state}")

    def give_back(self, *, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
        """Ask for what was paid to go back; a supervisor approves."""
        for bill in self._bills(case.pk, Bill.State.PAID).order_by("pk"):
            ask_for_service(bill_id=bill.pk, reason=text or case.state, by=by, at=at)

    def _bills(self, case_id: int, *states: str) -> QuerySet[Bill]:
        return Bill.objects.filter(
            subject=f"case/{case_id}", purpose=self.purpose, state__in=states
        )


def settled(*, bill: Bill, receipt: object, at: dt.datetime) -> None:
    """Let the case of a settled bill go on, in the transaction that settled it.

    Named in ``settings.BILL_PURPOSES``.  Raises NotServed where the case can no longer be
    paid; the settling lets the money go back then.
    """
    try:
        move(case_id=int(bill.subject.partition("/")[2]), edge="settle_fee", by=PAID, at=at)
    except CannotMove as refused:
        raise NotServed(refused.words.en) from refused
