"""Where a payment stands, in words: the same on the page and in what the page asks again."""

import datetime as dt
from typing import Any

from django.conf import settings

from municipality.baisa import Baisa, as_rial
from municipality.billing.bills.models import Bill, BillLine
from municipality.billing.bills.queries import explain
from municipality.billing.payments import graph
from municipality.billing.payments.models import Charge, Receipt, Refund
from municipality.billing.payments.queries import Standing, standing
from municipality.conf import PROFILE
from municipality.people.access import not_found
from municipality.reach import acting
from municipality.words import Text

ONLINE_UNKNOWN = Text(
    "لم يصلنا جواب البنك بعد. لا تدفع مرة أخرى؛ نسأل البنك كل دقيقة، ويظهر الجواب هنا.",
    "The bank has not answered yet. Do not pay again; we ask it every minute, and the answer "
    "will stand here.",
)
TERMINAL_UNKNOWN = Text(
    "لم يجب الجهاز {terminal} منذ {when}. لا تأخذ المبلغ مرة أخرى؛ نتحقق، ويُحسم الأمر عند عودة "
    "الجهاز أو من كشف البنك.",
    "The terminal {terminal} has not answered since {when}. Do not take the money again; we are "
    "checking: the terminal's return or the bank's file settles it.",
)
WORDS = {
    graph.CREATED: Text(
        "أُرسل المبلغ إلى الجهاز {terminal}؛ ننتظر أن يظهر عليه.",
        "The amount is on its way to terminal {terminal}.",
    ),
    graph.SENT: Text(
        "المبلغ ورقم الفاتورة على شاشة الجهاز {terminal}. ننتظر البطاقة.",
        "The amount and the bill number stand on terminal {terminal}. Waiting for the card.",
    ),
    graph.AUTHORISED: Text(
        "وافق البنك؛ ننتظر تأكيد الخصم.", "The bank has agreed; waiting for the capture."
    ),
    graph.DECLINED: Text(
        "لم تُقبل البطاقة: {why}. لم يُخصم شيء؛ يمكن الدفع ثانية.",
        "The card was declined: {why}. Nothing was taken; it can be paid again.",
    ),
    graph.CANCELLED: Text(
        "أُلغيت العملية قبل الخصم. يمكن الدفع ثانية.",
        "It was cancelled before any money was taken. It can be paid again.",
    ),
}
ONLINE_SENT = Text(
    "بدأ الدفع على صفحة البنك. أكمله هناك.",
    "Payment has begun on the bank's page. Finish it there.",
)
WIPING = Text("نمسح شاشة الجهاز {terminal}.", "Wiping the screen of terminal {terminal}.")
SILENT = dt.timedelta(seconds=15)
GIVEN_UP = Text("بلا سبب معلن", "no reason given")
# What terminals and gateways tell, in their words, small; anything else is shown as it came.
REASONS = {
    "insufficient funds": Text("الرصيد لا يكفي", "insufficient funds"),
    "declined": Text("رفض البنك العملية", "the bank declined it"),
    "do not honour": Text("رفض البنك العملية", "the bank declined it"),
    "do not honor": Text("رفض البنك العملية", "the bank declined it"),
    "expired card": Text("البطاقة منتهية", "the card has expired"),
    "incorrect pin": Text("الرقم السري غير صحيح", "incorrect PIN"),
    "limit exceeded": Text("تجاوز حد البطاقة", "the card's limit is exceeded"),
    "cancelled": Text("أُلغيت", "cancelled"),
    "wiped": Text("مُسحت الشاشة", "the screen was wiped"),
}


def _clock(at: dt.datetime | None) -> str:
    return f"{at.astimezone(PROFILE.time_zone):%H:%M}" if at else "—"


def why_of(charge: Charge) -> Text:
    """Say why the other side did not take the money; a reason we do not know, as it was told."""
    told = charge.why.strip()
    if not told:
        return GIVEN_UP
    isolated = f"\u2068{told}\u2069"  # <bdi> in plain text: what is told also goes into JSON
    return REASONS.get(told.casefold(), Text(isolated, isolated))


def words_of(charge: Charge | None, *, at: dt.datetime) -> Text | None:
    """Say what is known of a charge; None where there is nothing to say."""
    if charge is None or charge.state in graph.TAKEN:
        return None
    if charge.channel == Charge.Channel.ONLINE:
        if charge.state == graph.UNKNOWN:
            return ONLINE_UNKNOWN
        if charge.state == graph.SENT:
            return ONLINE_SENT
    terminal = charge.terminal.code if charge.terminal else ""
    values = {"terminal": terminal, "why": why_of(charge)}
    if charge.state == graph.UNKNOWN or _is_silent(charge, at):
        seen = charge.terminal.seen_at if charge.terminal else None
        return TERMINAL_UNKNOWN.with_values(**values, when=_clock(seen))
    if charge.state in graph.IN_FLIGHT and charge.wipe_asked_at is not None:
        return WIPING.with_values(**values)
    return WORDS[charge.state].with_values(**values)


def _is_on_terminal(charge: Charge | None) -> bool:
    """Tell whether a terminal holds the amount now."""
    return (
        charge is not None
        and charge.channel == Charge.Channel.TERMINAL
        and charge.state in graph.IN_FLIGHT
    )


def _is_silent(charge: Charge, at: dt.datetime) -> bool:
    """Tell whether a terminal that shows an amount has given no sign of life lately."""
    if charge.state != graph.SENT or charge.terminal is None:
        return False
    seen = charge.terminal.seen_at or charge.sent_at
    return seen is not None and at - seen > SILENT


@acting
def bill_of(public_id: str) -> Bill:
    """Return a bill by its unguessable id, which is the right to see it; raises Problem 404."""
    found = Bill.objects.select_related("branch", "paid_with").filter(public_id=public_id)
    bill = found.first()  # unique
    if bill is None:
        raise not_found()
    return bill


@acting
def standing_of(public_id: str, *, newest: bool = True) -> Standing:
    """Return where a bill's money stands; of a superseded one, its newest version."""
    bill = bill_of(public_id)
    while newest and bill.state == Bill.State.SUPERSEDED:
        bill = Bill.objects.get(supersedes=bill)
    return standing(bill)


@acting
def receipt_of(public_id: str) -> Receipt:
    """Return a receipt by its unguessable id; raises Problem 404."""
    found = Receipt.objects.select_related("bill").filter(public_id=public_id).first()  # unique
    if found is None:
        raise not_found()
    return found


@acting
def facts_of(stands: Standing, *, at: dt.datetime) -> dict[str, Any]:
    """Return what templates show of a bill and its payment."""
    words = words_of(stands.charge, at=at) if stands.word in _TELLS else None
    lines = lines_of(stands.bill)
    return {
        "bill": stands.bill,
        "lines": lines,
        "goes_back": any(line.back for line in lines),  # type: ignore[attr-defined]
        "charge": stands.charge,
        "receipt": stands.receipt,
        "word": stands.word,
        "said": words,
        "on_terminal": _is_on_terminal(stands.charge),
        "can_pay_online": bool(settings.GEO_GATEWAY_URL),
        "has_expired": bool(stands.bill.expires_at and stands.bill.expires_at <= at),
    }


@acting
def lines_of(bill: Bill) -> list[BillLine]:
    """Return the lines of a bill; one that goes back names its refund as ``back``."""
    lines = list(explain(bill))
    refunds = Refund.objects.filter(line__bill=bill).exclude(state=Refund.State.REFUSED)
    backs = {refund.line_id: refund for refund in refunds}
    for line in lines:
        line.back = backs.get(line.pk)  # type: ignore[attr-defined]
    return lines


_TELLS = ("due", "under_way", "checking")


def as_json(stands: Standing, *, at: dt.datetime) -> dict[str, Any]:
    """Return the same for the page that asks again; a change of ``word`` draws the page anew."""
    words = words_of(stands.charge, at=at) if stands.word in _TELLS else None
    state = stands.charge.state if stands.charge else ""
    return {
        "word": stands.word,
        "state": state,
        "said": str(words) if words else "",
        "amount": as_rial(Baisa(stands.bill.total_baisa)),
    }
