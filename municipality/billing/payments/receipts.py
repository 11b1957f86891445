"""Receipts: ``<branch>-<YYYYMMDD>-<nnnn>`` in city days, without gaps."""

import datetime as dt

from django.db import connection

from municipality.billing.payments.ledger import branch_of
from municipality.billing.payments.models import Charge, Receipt
from municipality.conf import PROFILE

NEXT = """
INSERT INTO billing_receiptcounter (branch_code, day, last) VALUES (%s, %s, 1)
ON CONFLICT (branch_code, day) DO UPDATE SET last = billing_receiptcounter.last + 1 RETURNING last
"""


def city_day(at: dt.datetime) -> dt.date:
    """Return the day of the city a moment falls on."""
    return at.astimezone(PROFILE.time_zone).date()


def _next(branch: str, day: dt.date) -> int:
    """Take the next number.

    The counter's row stays locked until the transaction ends: a number that is rolled back was
    never seen by anyone, and the next in the queue gets it.  A sequence would leave a gap.
    """
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [branch, day])
        return int(cursor.fetchone()[0])


def write(*, charge: Charge, at: dt.datetime) -> Receipt:
    """Write the receipt of a captured charge; called under the lock of its bill."""
    branch, day = branch_of(charge), city_day(at)
    seq = _next(branch, day)
    receipt = Receipt(
        number=f"{branch}-{day:%Y%m%d}-{seq:04d}", bill_id=charge.bill_id, charge=charge,
        branch_code=branch, day=day, seq=seq, amount_baisa=charge.amount_baisa, at=at,
    )  # fmt: skip
    receipt.save(force_insert=True)
    return receipt
