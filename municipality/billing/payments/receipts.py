"""Receipts: ``<branch>-<YYYYMMDD>-<nnnn>`` in city days, without gaps."""

import datetime as dt

from django.db import connection
from django.db.models import F

from municipality.billing.payments.ledger import branch_of
from municipality.billing.payments.models import Charge, Receipt, ReceiptCounter
from municipality.billing.shifts.models import DayClose
from municipality.city_time import city_day

NEXT = """
INSERT INTO billing_receiptcounter (branch_code, day, last) VALUES (%s, %s, 1)
ON CONFLICT (branch_code, day) DO UPDATE SET last = billing_receiptcounter.last + 1 RETURNING last
"""


def _next(branch: str, day: dt.date) -> int:
    """Take the next number.

    The counter's row stays locked until the transaction ends: a number that is rolled back was
    never seen by anyone, and the next in the queue gets it.  A sequence would leave a gap.
    """
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [branch, day])
        return int(cursor.fetchone()[0])


def counter(branch: str, day: dt.date) -> ReceiptCounter:
    """Lock the counter of a branch's day, so that no receipt is written while the day closes."""
    ReceiptCounter.objects.get_or_create(branch_code=branch, day=day, defaults={"last": 0})
    return ReceiptCounter.objects.select_for_update(of=("self",)).get(branch_code=branch, day=day)


def _open_day(branch: str, day: dt.date) -> tuple[dt.date, int]:
    """Take a number of the branch's first day that is not closed: a closed day is told for good.

    The number comes first, because its counter is what a close waits for; one taken of a day
    that turns out closed is given back under the same lock.
    """
    seq = _next(branch, day)
    while DayClose.objects.filter(branch__code__iexact=branch, day=day).exists():
        ReceiptCounter.objects.filter(branch_code=branch, day=day).update(last=F("last") - 1)
        day += dt.timedelta(days=1)
        seq = _next(branch, day)
    return day, seq


def write(*, charge: Charge, at: dt.datetime) -> Receipt:
    """Write the receipt of a captured charge; called under the lock of its bill.

    A card answer that comes after the day's close belongs to the branch's next day: its number
    and day say so, ``at`` says when the money was known.
    """
    branch = branch_of(charge)
    day, seq = _open_day(branch, city_day(at))
    receipt = Receipt(
        number=f"{branch}-{day:%Y%m%d}-{seq:04d}", bill_id=charge.bill_id, charge=charge,
        branch_code=branch, day=day, seq=seq, amount_baisa=charge.amount_baisa, at=at,
    )  # fmt: skip
    receipt.save(force_insert=True)
    return receipt
