"""The receipt as a paper: one PDF in Arabic and English, with a code that anyone can verify."""

import datetime as dt
from collections.abc import Callable

from django.template.loader import render_to_string

from municipality.actor import Actor
from municipality.baisa import Baisa, as_rial
from municipality.billing import locks
from municipality.billing.bills.models import Bill
from municipality.billing.bills.queries import explain
from municipality.billing.payments.models import Charge, Receipt
from municipality.conf import CURRENCY, PROFILE
from municipality.documents.models import IssuedPaper
from municipality.documents.papers import Fact, issue_paper, papers_about, revoke
from municipality.documents.printing import fonts, pdf_of
from municipality.documents.stamp import verify_qr, verify_words
from municipality.places.demo import is_demo
from municipality.reach import acting
from municipality.words import Text

KIND = "receipt"
CHANNELS = {
    Charge.Channel.TERMINAL: Text("بطاقة على الجهاز", "Card at a terminal"),
    Charge.Channel.ONLINE: Text("دفع إلكتروني", "Online"),
    Charge.Channel.CASH: Text("نقدًا", "Cash"),
    Charge.Channel.CHEQUE: Text("شيك", "Cheque"),
}


def facts_of(receipt: Receipt) -> list[Fact]:
    """Return what anyone with the code may check; no name and no phone."""
    day = receipt.at.astimezone(PROFILE.time_zone).strftime("%d/%m/%Y %H:%M")
    amount = as_rial(Baisa(receipt.amount_baisa))
    return [
        (Text("رقم الإيصال", "Receipt number"), Text(receipt.number, receipt.number)),
        (Text("رقم الفاتورة", "Bill number"), Text(receipt.bill.number, receipt.bill.number)),
        (Text("المبلغ", "Amount"), Text(f"{amount} {CURRENCY.ar}", f"{amount} {CURRENCY.en}")),
        (Text("طريقة الدفع", "Paid by"), CHANNELS[Charge.Channel(receipt.charge.channel)]),
        (Text("التاريخ", "Date"), Text(day, day)),
    ]


def _printer(receipt: Receipt) -> Callable[[str], bytes]:
    def printed(code: str) -> bytes:
        context = {
            "receipt": receipt,
            "bill": receipt.bill,
            "lines": explain(receipt.bill),
            "facts": facts_of(receipt),
            "municipality": Text(PROFILE.municipality_ar, PROFILE.municipality_en),
            "is_demo": is_demo(),
            "fonts": fonts(),
            "qr": verify_qr(code),
            "verify": verify_words(code),
        }
        return pdf_of(render_to_string("billing/receipt.html", context))

    return printed


def _valid(bill: Bill) -> IssuedPaper | None:
    papers = [paper for paper in papers_about(bill.stream) if paper.kind == KIND]
    return papers[0] if papers else None


@acting
def paper_of(*, receipt_id: int, at: dt.datetime) -> IssuedPaper:
    """Return the paper of a receipt; it is printed once, when it is first asked for.

    Behind the bill's lock, so that two who ask at once are given one paper.
    """
    receipt = Receipt.objects.select_related("bill", "charge").get(pk=receipt_id)
    bill = locks.bill(receipt.bill_id)
    return _valid(bill) or issue_paper(
        kind=KIND, number=receipt.number, pdf=_printer(receipt), facts=facts_of(receipt), at=at,
        about=bill.stream,
    )  # fmt: skip


def end(*, bill: Bill, reason: str, by: Actor, at: dt.datetime) -> None:
    """Revoke the paper of a receipt whose money went back, if one was printed."""
    paper = _valid(bill)
    if paper is not None and paper.state == IssuedPaper.State.VALID:
        revoke(of=paper, reason=reason, by=by, at=at)
