"""The locks of money, in the one order that all take them: bill, charge, refund, shift.

Whoever moves money of a bill holds the bill's row until the transaction ends; what was read
before the lock is read again under it.  Of several bills the older comes first, and a joint bill
is younger than all that it gathers.
"""

from municipality.billing.bills.joint import parts_of
from municipality.billing.bills.models import Bill
from municipality.billing.payments.models import Charge, Refund


def bill(bill_id: int) -> Bill:
    """Lock a bill and read it; of a joint bill all that it gathers is locked before."""
    parts = list(parts_of(bill_id).values_list("gathers_id", flat=True))
    rows = Bill.objects.select_for_update(of=("self",)).filter(pk__in=[*parts, bill_id])
    return {row.pk: row for row in rows.order_by("pk")}[bill_id]


def bill_alone(bill_id: int) -> Bill:
    """Lock a joint bill without what it gathers: for who holds one part and moves no other."""
    return Bill.objects.select_for_update(of=("self",)).get(pk=bill_id)


def charge(charge_id: int) -> Charge:
    """Lock a charge and read it; its bill is locked before."""
    return Charge.objects.select_for_update(of=("self",)).get(pk=charge_id)


def refund(refund_id: int) -> Refund:
    """Lock a refund and read it; the bill of its charge is locked before."""
    return Refund.objects.select_for_update(of=("self",)).get(pk=refund_id)
