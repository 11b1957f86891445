"""Questions about bills: find one by what a payer remembers, and explain its amount."""

import re
from collections.abc import Collection, Sequence
from contextlib import suppress

from django.db.models import Case, Q, QuerySet, When

from municipality.baisa import Baisa, as_rial
from municipality.billing.bills.models import Bill, BillLine
from municipality.digits import western
from municipality.phones import NotAPhone, phone

_NUMBER = re.compile(r"(?:INV-?)?(\d{4})-?(\d{1,9})", re.I)
_SERIAL = re.compile(r"(?:INV-?)?(\d{1,6})", re.I)
MOST = 50


def folded_plate(text: str) -> str:
    """Write a plate as it is stored: Western digits, capitals, nothing between.

    >>> folded_plate("١٢٣٤ ab")
    '1234AB'
    """
    return re.sub(r"[\s\-/.]+", "", western(text)).upper()


def find(text: str, *, year: int, subjects: Collection[str] = ()) -> QuerySet[Bill]:
    """Find bills by number, phone, plate or plot, in the digits of any script; newest first.

    A serial alone is that of a bill of ``year``; ``subjects`` are what the caller knows the text
    to name, such as the case of a transaction's number.  Bills that are due come before the
    others.  At most ``MOST`` are given.
    """
    plain = western(text).strip()
    if not plain or "\x00" in plain:
        return Bill.objects.none()
    asked = Q(number__iexact=plain) | Q(plate=folded_plate(plain)) | Q(plot_number__iexact=plain)
    unspaced = re.sub(r"\s+", "", plain)
    if serial := _SERIAL.fullmatch(unspaced):
        asked |= Q(number=f"INV-{year}-{int(serial[1]):06d}")
    if subjects:
        asked |= Q(subject__in=subjects)
    if number := _NUMBER.fullmatch(unspaced):
        asked |= Q(number=f"INV-{number[1]}-{int(number[2]):06d}")
    with suppress(NotAPhone):  # then it is one of the other three
        asked |= Q(payer_phone=phone(plain))
    due_first = Case(When(state=Bill.State.DUE, then=0), default=1)
    return Bill.objects.filter(asked).order_by(due_first, "-issued_at", "-pk")[:MOST]


def _counted(asked: Q) -> QuerySet[Bill]:
    """Leave out cancelled bills and those that another took the place of."""
    gone = (Bill.State.SUPERSEDED, Bill.State.CANCELLED)
    return Bill.objects.filter(asked).exclude(state__in=gone).order_by("-issued_at", "-pk")


def bills_about(subject: str) -> QuerySet[Bill]:
    """Return the bills that count of one subject (``case/42``), newest first."""
    return _counted(Q(subject=subject))


def bills_of(*, person_id: int, subjects: Collection[str]) -> QuerySet[Bill]:
    """Return the bills that count of a payer and of the subjects they are on, newest first."""
    return _counted(Q(payer_person_id=person_id) | Q(subject__in=subjects))


def explain(bill: Bill) -> Sequence[BillLine]:
    """Return the lines that add up to the bill's total, in their order."""
    return list(bill.lines.order_by("position"))


def line_rial(line: BillLine) -> str:
    """Write a line's amount with three decimals."""
    return as_rial(Baisa(line.amount_baisa))
