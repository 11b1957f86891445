"""Why money does not move, in words: what the pages and the machines are told."""

from municipality.billing.bills.models import Bill
from municipality.problems import Problem
from municipality.words import Text

IN_FLIGHT = Text(
    "دفعة لهذه الفاتورة قيد التنفيذ. انتظر نتيجتها أو ألغها.",
    "A payment of this bill is under way. Wait for its result or cancel it.",
)
IN_FLIGHT_SINCE = Text(
    "دفعة لهذه الفاتورة قيد التنفيذ: بدأها {who} الساعة {when}. لا تأخذ المبلغ مرة أخرى.",
    "A payment of this bill is under way: {who} began it at {when}. Do not take the money again.",
)
STATES = {
    "paid": Text("دُفعت هذه الفاتورة", "This bill is paid"),
    "cancelled": Text("أُلغيت هذه الفاتورة", "This bill was cancelled"),
    "superseded": Text("حلّت محل هذه الفاتورة فاتورة أحدث", "A newer bill took this one's place"),
    "refunded": Text("رُدّ مبلغ هذه الفاتورة", "This bill was refunded"),
}
PAID_BY = Text(
    "دُفعت هذه الفاتورة: {who}، الساعة {when}، الإيصال {number}.",
    "This bill is paid: by {who}, at {when}, receipt {number}.",
)
EXPIRED = Text(
    "انتهت مدة هذه الفاتورة. اطلب فاتورة جديدة.", "This bill has expired. Ask for a new one."
)
AMOUNT_CHANGED = Text(
    "تغيّر المبلغ منذ فُتحت الصفحة. راجعه ثم أكمل.",
    "The amount has changed since the page was opened. Check it and go on.",
)
KEY_REUSED = Text("استُعمل هذا المفتاح لطلب آخر.", "This key was used for another request.")
NOT_ENOUGH = Text("المبلغ المستلم أقل من المطلوب.", "The cash given is less than the amount.")
CHEQUE_USED = Text("استُلم هذا الشيك من قبل.", "This cheque was taken before.")
CHEQUE_DATE = Text(
    "راجع تاريخ الشيك: لا يُقبل ما مضى عليه أكثر من ستة أشهر ولا ما بعدها.",
    "Check the cheque's date: not more than six months ago and not more than six months ahead.",
)
NO_SHIFT = Text("افتح وردية أولًا.", "Open a shift first.")
NO_TERMINAL = Text("لا جهاز بطاقة لهذه الوردية.", "No card terminal stands at this shift.")
GOING_BACK = Text("هذا المبلغ قيد الرد أو رُدّ.", "This money is going back or has gone back.")
NOT_TAKEN = Text("لم يُؤخذ هذا المبلغ.", "This money was not taken.")
ONLY_TODAY = Text(
    "يُلغى الإيصال في يومه فقط؛ بعده يُرد المبلغ.",
    "A receipt is voided on its own day only; later the money is refunded.",
)
DECIDED = Text("بُتّ في هذا الطلب من قبل.", "This request was decided before.")
OTHER_AMOUNT = Text(
    "اكتب المبلغ المطلوب كاملًا، أو 0 إن لم يُخصم شيء. مبلغ آخر يحسمه كشف البنك وحده.",
    "Write the whole amount asked for, or 0 if nothing was taken. Any other amount is settled by "
    "the bank's own file.",
)
NOT_SERVED = Text(
    "انتهت المعاملة التي صدرت لها هذه الفاتورة، فلا يُقبل دفعها.",
    "The case that this bill is for has ended; no payment of it is taken.",
)
PART_NOT_DUE = Text(
    "دُفع بعض ما في هذه الفاتورة أو أُلغي. اختر ما بقي وادفعه.",
    "Something in this bill has been paid or cancelled since. Choose what is left and pay that.",
)
NO_ONLINE = Text(
    "الدفع الإلكتروني غير متاح الآن. ادفع في أي صالة خدمات.",
    "Online payment is not available now. Pay at any service hall.",
)

# What each code means, for the page that explains problems.
MEANINGS: dict[str, Text] = {
    "payment_under_way": IN_FLIGHT,
    "bill_not_due": Text(
        "الفاتورة لا تقبل دفعًا: دُفعت أو أُلغيت أو استُبدلت؛ تقول detail من ومتى.",
        "The bill takes no payment: paid, cancelled or superseded; detail says by whom and when.",
    ),
    "bill_expired": EXPIRED,
    "amount_changed": AMOUNT_CHANGED,
    "key_reused": KEY_REUSED,
    "not_enough": NOT_ENOUGH,
    "cheque_used": CHEQUE_USED,
    "cheque_date": CHEQUE_DATE,
    "no_shift": NO_SHIFT,
    "no_terminal": NO_TERMINAL,
    "going_back": GOING_BACK,
    "not_taken": NOT_TAKEN,
    "only_today": ONLY_TODAY,
    "decided": DECIDED,
    "money_owed": Text(
        "مال علينا رده؛ يوافق عليه ولا يُرفض.", "Money we owe back is approved, never refused."
    ),
    "other_amount": OTHER_AMOUNT,
    "not_served": NOT_SERVED,
    "part_not_due": PART_NOT_DUE,
    "no_online": NO_ONLINE,
    "bad_signature": Text(
        "الرسالة ليست موقعة بمفتاح ساري، أو ليست من الدقائق الخمس الأخيرة.",
        "The message is not signed with a key that holds, or not of the last five minutes.",
    ),
}


def bill_not_due(bill: Bill) -> Problem:
    """Say why a bill takes no money now: paid by whom and when, or what became of it."""
    words = STATES[bill.state]
    return Problem(409, "bill_not_due", Text(words.ar + ".", words.en + "."))
