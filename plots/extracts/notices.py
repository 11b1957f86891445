"""What the applicant of an extract reads at each step."""

from collections.abc import Mapping

from municipality.conf import PROFILE
from municipality.notices.templates import Template

NUMBER = {"number": "PX-2026-000123"}
PLOT = {**NUMBER, "plot": "12345/67"}
TEXT = {**NUMBER, "text": "ص" * 60}
DUE = {**NUMBER, "due": "28/11/2026"}


def _template(step: str, ar: str, en: str, longest: Mapping[str, str]) -> Template:
    return Template(
        code=f"plot_extract.{step}.applicant",
        ar=f"{PROFILE.municipality_ar}: {ar}",
        en=f"{PROFILE.municipality_en}: {en}",
        longest=longest,
    )


TEMPLATES = (
    _template(
        "submit",
        "وصلنا طلب مستخرج القطعة {plot}. رقم المعاملة {number}، والموعد المتوقع {due}.",
        "we have your application for an extract of plot {plot}: number {number}, due {due}.",
        {**PLOT, **DUE},
    ),
    _template(
        "return",
        "أعيدت المعاملة {number} إليك: {text}",
        "{number} came back to you: {text}",
        TEXT,
    ),
    _template(
        "accept",
        "المعاملة {number}: البيانات صحيحة. ادفع الرسوم حتى {due} في الموقع أو عند أمين الصندوق.",
        "{number}: the facts are right; the fee is due by {due}. Pay online or at a cashier.",
        DUE,
    ),
    _template("refuse", "رُفضت المعاملة {number}: {text}", "{number} was refused: {text}", TEXT),
    _template(
        "refuse_paid",
        "رُفضت {number} وتُرد رسومها: {text}",
        "{number} refused, its fee goes back: {text}",
        TEXT,
    ),
    _template(
        "issue",
        "صدر مستخرج القطعة {plot}، المعاملة {number}. نزّله من صفحة معاملاتي.",
        "the extract of plot {plot} ({number}) is issued. Download it from your transactions.",
        PLOT,
    ),
    _template(
        "withdraw", "سُحبت المعاملة {number} بطلبك.", "{number} was withdrawn as you asked.", NUMBER
    ),
    _template(
        "expire",
        "انتهت مهلة المعاملة {number} ولم يصلنا منك جواب. يمكنك تقديم طلب جديد.",
        "{number} expired: we had no answer from you in time. You can apply again.",
        NUMBER,
    ),
)
