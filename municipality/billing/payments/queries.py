"""Questions about payments: where a bill's money stands, and the sums that must agree."""

from dataclasses import dataclass

from django.db.models import QuerySet, Sum

from municipality.billing.bills.models import Bill
from municipality.billing.payments import graph
from municipality.billing.payments.in_flight import rival_in_flight
from municipality.billing.payments.models import Charge, LedgerEntry, Receipt, Refund


@dataclass(frozen=True, slots=True)
class Standing:
    """A bill with its last charge and its receipt, as pages tell it.

    ``word`` is due, paid, checking (unknown), under_way, cancelled, superseded or refunded.
    """

    bill: Bill
    charge: Charge | None
    receipt: Receipt | None
    word: str


def _money_of(bill: Bill) -> tuple[Charge | None, Receipt | None]:
    """Return the last charge and the first receipt of a bill, or of the one that pays it."""
    payer_id = bill.paid_with_id or bill.pk
    charges = Charge.objects.filter(bill_id=payer_id).select_related("terminal")
    charge = charges.order_by("-created_at", "-pk").first()
    receipt = Receipt.objects.filter(bill_id=payer_id).order_by("pk").first()
    if bill.state == Bill.State.DUE and (charge is None or charge.state not in graph.IN_FLIGHT):
        charge = rival_in_flight(bill) or charge
    return charge, receipt


def standing(bill: Bill) -> Standing:
    """Tell where a bill's money stands; of one that a joint bill pays, where that one's does.

    A payment may settle between two readings: who comes back from the bank in that very moment
    would be asked to pay again. So the bill is read after the money, and brought up to date.
    """
    charge, receipt = _money_of(bill)
    if bill.state == Bill.State.DUE:
        bill.refresh_from_db(fields=["state", "paid_with"])
        if bill.state != Bill.State.DUE:
            charge, receipt = _money_of(bill)
    word = bill.state
    if bill.state == Bill.State.DUE and charge is not None and charge.state in graph.IN_FLIGHT:
        word = "checking" if charge.state == graph.UNKNOWN else "under_way"
    return Standing(bill, charge, receipt, word)


def receipts_without_capture() -> QuerySet[Receipt]:
    """Return receipts whose money did not come in as written; there are none."""
    return Receipt.objects.exclude(charge__state__in=graph.TAKEN)


@dataclass(frozen=True, slots=True)
class Sums:
    """What must agree: captured = receipts + what goes back and was no receipt's."""

    captured: int
    receipts: int
    without_receipt: int
    ledger: int
    unknown: int


def sums() -> Sums:
    """Add up all money, in baisa, for tests, pages and the exception report."""
    taken = Charge.objects.filter(state__in=graph.TAKEN)
    return Sums(
        captured=taken.aggregate(s=Sum("captured_baisa"))["s"] or 0,
        receipts=Receipt.objects.aggregate(s=Sum("amount_baisa"))["s"] or 0,
        without_receipt=Refund.objects.filter(charge__receipt=None).aggregate(
            s=Sum("amount_baisa")
        )["s"]
        or 0,
        ledger=LedgerEntry.objects.aggregate(s=Sum("amount_baisa"))["s"] or 0,
        unknown=Charge.objects.filter(state=graph.UNKNOWN).count(),
    )
