"""What who sent a report, and who follows it, reads at each step."""

from collections.abc import Mapping

from municipality.conf import PROFILE
from municipality.notices.templates import Template

NUMBER = {"number": "OB-2026-000123"}
LINK = "https://www.mm.gov.om/en/cases/" + "x" * 22 + "/"
TEXT = {**NUMBER, "text": "ص" * 60}
CATEGORY = "مخالفات مباني وتعديات على الأملاك العامة"


def _template(code: str, ar: str, en: str, longest: Mapping[str, str]) -> Template:
    return Template(
        code=f"observation.{code}",
        ar=f"{PROFILE.municipality_ar}: {ar}",
        en=f"{PROFILE.municipality_en}: {en}",
        longest=longest,
        max_parts=3 if "link" in longest else 2,
    )


def _step(step: str, ar: str, en: str, longest: Mapping[str, str]) -> Template:
    return _template(f"{step}.applicant", ar, en, longest)


TEMPLATES = (
    _template(
        "sent",
        "وصلت ملاحظتك {number} ({category})، والموعد {due}. تابعها: {link}",
        "we have your report {number} ({category}), due {due}. Follow it: {link}",
        {**NUMBER, "category": CATEGORY, "due": "28/11/2026", "link": LINK},
    ),
    _template(
        "followed",
        "الملاحظة {number} التي تتابعها: {text} {link}",
        "report {number} that you follow: {text} {link}",
        {**TEXT, "link": LINK},
    ),
    _step(
        "plan",
        "حُدد يوم {planned} للعمل على ملاحظتك {number}.",
        "work on your report {number} is set for {planned}.",
        {**NUMBER, "planned": "28/11/2026"},
    ),
    _step(
        "ask",
        "سؤال عن ملاحظتك {number}: {text} أجب: {link}",
        "a question about your report {number}: {text} Answer: {link}",
        {**TEXT, "link": LINK},
    ),
    _step(
        "forward",
        "أحيلت ملاحظتك {number} إلى جهة أخرى: {text}",
        "report {number} went to another body: {text}",
        TEXT,
    ),
    _step(
        "resolve",
        "عولجت ملاحظتك {number}: {text} أكّد أو أعد فتحها: {link}",
        "your report {number} was dealt with: {text} Confirm or reopen: {link}",
        {**TEXT, "link": LINK},
    ),
    _step(
        "reopen",
        "أعيد فتح ملاحظتك {number}، والموعد {due}.",
        "your report {number} is open again, due {due}.",
        {**NUMBER, "due": "28/11/2026"},
    ),
    _step(
        "reject",
        "لم تُقبل ملاحظتك {number}: {text}",
        "report {number} was not accepted: {text}",
        TEXT,
    ),
    _step(
        "not_ours",
        "ملاحظتك {number} ليست من اختصاص البلدية: {text}",
        "report {number} is not the municipality's: {text}",
        TEXT,
    ),
    _step(
        "merge",
        "ضُمّت ملاحظتك {number} إلى ملاحظة سابقة عن الشيء نفسه، وتصلك أخبارها.",
        "your report {number} joined an earlier one about the same; you will hear of it.",
        NUMBER,
    ),
    _step(
        "expire",
        "أُغلقت ملاحظتك {number} بعد انتهاء المهلة.",
        "your report {number} was closed when its time was over.",
        NUMBER,
    ),
)
