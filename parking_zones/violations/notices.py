"""What who disputes a violation reads at each step."""

from collections.abc import Mapping

from municipality.conf import PROFILE
from municipality.notices.templates import Template

NUMBER = {"number": "PD-2026-000123"}
TEXT = {**NUMBER, "text": "ص" * 60}
DUE = {**NUMBER, "due": "28/11/2026"}


def _template(step: str, ar: str, en: str, longest: Mapping[str, str]) -> Template:
    return Template(
        code=f"parking_dispute.{step}.applicant",
        ar=f"{PROFILE.municipality_ar}: {ar}",
        en=f"{PROFILE.municipality_en}: {en}",
        longest=longest,
    )


TEMPLATES = (
    _template(
        "submit",
        "وصلنا اعتراضك على المخالفة. رقم المعاملة {number}، والموعد المتوقع {due}.",
        "we have your dispute: number {number}, due {due}.",
        DUE,
    ),
    _template(
        "return",
        "أعيد الاعتراض {number} إليك: {text}",
        "{number} came back to you: {text}",
        TEXT,
    ),
    _template(
        "grant",
        "قُبل الاعتراض {number} وأُلغيت المخالفة: {text}",
        "{number} granted, violation cancelled: {text}",
        TEXT,
    ),
    _template(
        "reject",
        "لم يُقبل الاعتراض {number}: {text}",
        "{number} was not granted: {text}",
        TEXT,
    ),
    _template("withdraw", "سُحب الاعتراض {number}.", "dispute {number} was withdrawn.", NUMBER),
    _template(
        "expire",
        "انتهت مهلة الاعتراض {number}.",
        "dispute {number} ran out of time.",
        NUMBER,
    ),
)
