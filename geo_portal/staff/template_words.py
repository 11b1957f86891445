"""What each message template is for, in words: the event, and who reads it."""

from municipality.words import Text

APPLICANT = Text("مقدم الطلب", "the applicant")
SENDER = Text("من أرسل رسالة قصيرة", "who texts the municipality")
HOLDER = Text("صاحب الحساب", "the holder of the account")
PAYER = Text("الدافع", "the payer")
EVENTS = {
    "people.code": (Text("رمز الدخول", "Sign-in code"), HOLDER),
    "people.phone_changed": (Text("تغيّر رقم الهاتف", "Phone changed"), HOLDER),
    "people.new_device": (Text("دخول من جهاز جديد", "Sign-in from a new device"), HOLDER),
    "billing.paid_back": (Text("أُعيد المبلغ", "Money went back"), PAYER),
    "billing.surplus_back": (Text("أُعيد ما زاد", "A surplus went back"), PAYER),
    "cases.status": (Text("حال معاملة", "How a case stands"), SENDER),
    "cases.status_unknown": (Text("معاملة غير مسجلة لهاتفه", "A case not of this phone"), SENDER),
    "notices.sms_help": (Text("رسالة لم تُفهم", "A text not understood"), SENDER),
    "notices.sms_sorry": (Text("تعذرت معالجة رسالة", "A text that could not be handled"), SENDER),
    "notices.sms_guide": (Text("كيف يسأل عن معاملته", "How to ask for a case"), SENDER),
    "plot_extract.submit.applicant": (
        Text("مستخرج القطعة: وصل الطلب", "Plot extract: application received"), APPLICANT,
    ),
    "plot_extract.return.applicant": (
        Text("مستخرج القطعة: أعيد إليه", "Plot extract: sent back"), APPLICANT,
    ),
    "plot_extract.accept.applicant": (
        Text("مستخرج القطعة: تُدفع الرسوم", "Plot extract: the fee is due"), APPLICANT,
    ),
    "plot_extract.refuse.applicant": (
        Text("مستخرج القطعة: رُفض", "Plot extract: refused"), APPLICANT,
    ),
    "plot_extract.refuse_paid.applicant": (
        Text("مستخرج القطعة: رُفض بعد الدفع", "Plot extract: refused after payment"), APPLICANT,
    ),
    "plot_extract.issue.applicant": (
        Text("مستخرج القطعة: صدر", "Plot extract: issued"), APPLICANT,
    ),
    "plot_extract.withdraw.applicant": (
        Text("مستخرج القطعة: سُحب", "Plot extract: withdrawn"), APPLICANT,
    ),
    "plot_extract.expire.applicant": (
        Text("مستخرج القطعة: انتهت المهلة", "Plot extract: out of time"), APPLICANT,
    ),
}  # fmt: skip


def title(code: str) -> Text | str:
    """Name the event and the reader of a template; one not known here by its code."""
    if code not in EVENTS:
        return code
    event, reader = EVENTS[code]
    return Text(f"{event.ar}، إلى {reader.ar}", f"{event.en}, to {reader.en}")
