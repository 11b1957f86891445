"""What the applicant reads at each step of a request, and the holder before the end of a permit."""

from collections.abc import Mapping

from municipality.conf import PROFILE
from municipality.notices.templates import Template
from parking_zones.parking_permits.words import ACTS

NUMBER = {"number": "PK-2026-000123"}
WHAT = {**NUMBER, "what": max((t for said in ACTS.values() for t in (said.ar, said.en)), key=len)}
TEXT = {**NUMBER, "text": "ص" * 60}
DUE = {**NUMBER, "due": "28/11/2026"}
PERMIT = {"permit": "PP-2026-000123", "plate": "12345 ب ب", "until": "28/11/2026"}


def _template(step: str, ar: str, en: str, longest: Mapping[str, str]) -> Template:
    return Template(
        code=f"parking_permit.{step}.applicant",
        ar=f"{PROFILE.municipality_ar}: {ar}",
        en=f"{PROFILE.municipality_en}: {en}",
        longest=longest,
    )


_SUBMIT = (
    "وصلنا طلبك ({what}). رقم المعاملة {number}، والموعد المتوقع {due}.",
    "we have your application ({what}): number {number}, due {due}.",
    {**WHAT, **DUE},
)
_RETURN = (
    "أعيدت المعاملة {number} إليك: {text}",
    "{number} came back to you: {text}",
    TEXT,
)
_ACCEPT = (
    "المعاملة {number}: الأوراق صحيحة. ادفع الرسوم حتى {due} في الموقع أو عند أمين الصندوق.",
    "{number}: the papers are right; the fee is due by {due}. Pay online or at a cashier.",
    DUE,
)
_REFUSE = ("رُفضت المعاملة {number}: {text}", "{number} was refused: {text}", TEXT)

REMINDER = Template(
    code="parking_permit.reminder",
    ar=(
        f"{PROFILE.municipality_ar}: ينتهي تصريح المواقف {{permit}} للمركبة {{plate}} في "
        "{until}. جدده من {link} أو أرسل: جدد {serial}"
    ),
    en=(
        f"{PROFILE.municipality_en}: parking permit {{permit}} of {{plate}} ends on {{until}}. "
        "Renew at {link} or text: renew {serial}"
    ),
    longest={**PERMIT, "serial": "2026-000123", "link": "https://www.mm.gov.om/p/" + "x" * 24},
    max_parts=4,
)
TEMPLATES = (
    _template("submit", *_SUBMIT),
    _template("submit_zoning", *_SUBMIT),
    _template(
        "submit_unchecked",
        "{what}: المعاملة {number}. ادفع الرسوم حتى {due} في الموقع أو عند أمين الصندوق.",
        "{what}: number {number}; the fee is due by {due}. Pay online or at a cashier.",
        {**WHAT, **DUE},
    ),
    _template("return_registration", *_RETURN),
    _template("return_zoning", *_RETURN),
    _template("accept_registration", *_ACCEPT),
    _template("accept_zoning", *_ACCEPT),
    _template("refuse_registration", *_REFUSE),
    _template("refuse_zoning", *_REFUSE),
    _template(
        "issue",
        "صدر تصريح المواقف {permit} للمركبة {plate}، وآخر أيامه {until}. نزّله من الموقع.",
        "parking permit {permit} of {plate} is issued, good until {until}. Download it online.",
        PERMIT,
    ),
    _template(
        "end",
        "أُنهي تصريح المواقف {permit} بطلبك. ما يُرد من رسومه يوافق عليه مشرف أولًا.",
        "parking permit {permit} was ended as you asked. A supervisor approves what goes back.",
        {"permit": PERMIT["permit"]},
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
    REMINDER,
)
