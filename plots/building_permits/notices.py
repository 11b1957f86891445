"""What office and owner read at each step of a building permit, as since March 2009."""

from collections.abc import Mapping
from typing import NamedTuple

from municipality.conf import PROFILE
from municipality.notices.templates import Template
from plots.building_permits.words import WORKS

NUMBER = {"number": "BP-2026-000123"}
PLOT = {**NUMBER, "plot": "12345/67"}
WORK = {"work": max((name for said in WORKS.values() for name in (said.ar, said.en)), key=len)}
TEXT = {**NUMBER, "text": "ص" * 60}
DUE = {**NUMBER, "due": "28/11/2026"}
OFFICE, OWNER = "office", "owner"


class Said(NamedTuple):
    """One step for one part, in both languages, and the longest value of each field."""

    ar: str
    en: str
    longest: Mapping[str, str]


def both(ar: str, en: str, longest: Mapping[str, str]) -> dict[str, Said]:
    """Say one thing to both parts."""
    return {OFFICE: Said(ar, en, longest), OWNER: Said(ar, en, longest)}


def _returned(ar: str, en: str) -> dict[str, Said]:
    """The office is asked, with the officer's words; the owner is told who has the case."""
    return {
        OFFICE: Said(
            f"أعاد {ar} المعاملة {{number}} إليكم: {{text}}",
            f"{{number}} came back ({en}): {{text}}",
            TEXT,
        ),
        OWNER: Said(
            f"أعاد {ar} المعاملة {{number}} إلى المكتب الاستشاري للاستكمال.",
            f"{{number}} went back to the consultancy office ({en}).",
            NUMBER,
        ),
    }


def templates_of(kind: str, steps: Mapping[str, Mapping[str, Said]]) -> tuple[Template, ...]:
    """Name each step's text as the machine of a kind asks for it, with who speaks in front."""
    return tuple(
        Template(
            code=f"{kind}.{step}.{part}",
            ar=f"{PROFILE.municipality_ar}: {said.ar}",
            en=f"{PROFILE.municipality_en}: {said.en}",
            longest=said.longest,
        )
        for step, parts in steps.items()
        for part, said in parts.items()
    )


_REGISTERED = both(
    "المعاملة {number}: صحت بيانات القطعة والمالك، وهي الآن في التدقيق حتى {due}.",
    "{number}: plot and owner are checked; the audit follows, due {due}.",
    DUE,
)
_FEE = both(
    "المعاملة {number}: اكتمل التدقيق. ادفعوا الرسوم حتى {due} في الموقع أو عند أمين الصندوق.",
    "{number}: the audit is done; the fee is due by {due}. Pay online or at a cashier.",
    DUE,
)
_TO_APPROVAL = both(
    "المعاملة {number} في الاعتماد النهائي، والموعد المتوقع {due}.",
    "{number} is with the approver, due {due}.",
    DUE,
)
_AGAIN = both(
    "المعاملة {number} في التدقيق المعماري من جديد، والموعد المتوقع {due}.",
    "{number} is with the architectural audit again, due {due}.",
    DUE,
)
STEPS: dict[str, dict[str, Said]] = {
    "submit": both(
        "سُجل طلب {work} للقطعة {plot}. رقم المعاملة {number}، والموعد المتوقع {due}.",
        "application received: {work}, plot {plot}, number {number}, due {due}.",
        {**WORK, **PLOT, **DUE},
    ),
    "resubmit": both(
        "أعاد المكتب تقديم المعاملة {number}، والموعد المتوقع {due}.",
        "{number} was handed in again by the office, due {due}.",
        DUE,
    ),
    "return_registration": _returned("قسم التسجيل", "registration"),
    "return_architecture": _returned("التدقيق المعماري", "architectural audit"),
    "return_structure": _returned("التدقيق الإنشائي", "structural audit"),
    "return_approval": _returned("المعتمد", "approver"),
    "accept": _REGISTERED,
    "accept_structure": _REGISTERED,
    "accept_fee": both(
        "المعاملة {number}: صحت البيانات. ادفعوا الرسوم حتى {due} في الموقع أو عند أمين الصندوق.",
        "{number}: the data are right; the fee is due by {due}. Pay online or at a cashier.",
        DUE,
    ),
    "accept_free": _TO_APPROVAL,
    "pass_architecture": both(
        "اجتازت المعاملة {number} التدقيق المعماري، وهي في التدقيق الإنشائي حتى {due}.",
        "{number} passed the architectural audit; the structural audit is due {due}.",
        DUE,
    ),
    "pass_structure": _FEE,
    "pass_structure_paid": _TO_APPROVAL,
    "settle_fee": both(
        "وصلت رسوم المعاملة {number}، وهي في الاعتماد النهائي.",
        "the fee of {number} has arrived; it is with the approver.",
        NUMBER,
    ),
    "reaudit": _AGAIN,
    "reaudit_approval": _AGAIN,
    "approve": both(
        "اعتُمدت المعاملة {number} ({work})، وتُختم وثائقها إلكترونيا.",
        "{number} ({work}) is approved; its papers are being stamped.",
        {**WORK, **NUMBER},
    ),
    "stamp": both(
        "{work}، القطعة {plot}: صدرت الإباحة مختومة إلكترونيا ({number}). نزّلوها من الموقع.",
        "{work}, plot {plot}: the permit ({number}) is issued and stamped. Download it online.",
        {**WORK, **PLOT},
    ),
    "refuse": both("رُفضت المعاملة {number}: {text}", "{number} was refused: {text}", TEXT),
    "refuse_paid": both(
        "رُفضت {number} وتُرد رسومها: {text}",
        "{number} refused, its fee goes back: {text}",
        TEXT,
    ),
    "withdraw": both(
        "سُحبت المعاملة {number} بطلب المكتب الاستشاري.",
        "{number} was withdrawn by the consultancy office.",
        NUMBER,
    ),
    "expire": both(
        "انتهت مهلة المعاملة {number} دون جواب. يمكن للمكتب تقديم طلب جديد.",
        "{number} expired: no answer came in time. The office can apply again.",
        NUMBER,
    ),
}

TEMPLATES = templates_of("building_permit", STEPS)
