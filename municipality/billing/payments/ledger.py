"""Double entry: every movement of money is a posting whose sides sum to nothing."""

import datetime as dt
import uuid

from municipality.billing.payments.models import Charge, LedgerEntry, Refund

REFUND_DUE = "refund_due"
WEB = "WEB"  # the branch of what is paid without a counter


def branch_of(charge: Charge) -> str:
    """Return the branch whose books a charge belongs to: that of its shift, else ``WEB``."""
    return charge.shift.branch.code.upper() if charge.shift else WEB


def revenue(charge: Charge) -> str:
    """Return the account of what a bill is for."""
    return f"revenue/{charge.bill.purpose}"


def post(
    *, debit: str, credit: str, amount_baisa: int, charge: Charge, at: dt.datetime,
    refund: Refund | None = None,
) -> None:  # fmt: skip
    """Move an amount from one account to another, in the caller's transaction."""
    posting = uuid.uuid4()
    shift_id = refund.shift_id if refund is not None else charge.shift_id
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            posting=posting, account=account, amount_baisa=amount, charge=charge, refund=refund,
            shift_id=shift_id, branch_code=branch_of(charge), at=at,
        )
        for account, amount in ((debit, amount_baisa), (credit, -amount_baisa))
    )  # fmt: skip
