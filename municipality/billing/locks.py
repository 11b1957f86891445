"""The locks of money, in the one order that all take them: bill, charge, refund, shift.

Whoever moves money of a bill holds the bill's row until the transaction ends; what was read
before the lock is read again under it.
"""

from municipality.billing.bills.models import Bill
from municipality.billing.payments.models import Charge, Refund


def bill(bill_id: int) -> Bill:
    """Lock a bill and read it."""
    return Bill.objects.select_for_update(of=("self",)).get(pk=bill_id)


def charge(charge_id: int) -> Charge:
    """Lock a charge and read it; its bill is locked before."""
    return Charge.objects.select_for_update(of=("self",)).get(pk=charge_id)


def refund(refund_id: int) -> Refund:
    """Lock a refund and read it; the bill of its charge is locked before."""
    return Refund.objects.select_for_update(of=("self",)).get(pk=refund_id)
