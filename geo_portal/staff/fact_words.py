"""The details of an act, as names and values that a person reads.

A fact whose name is not known here is shown by its own name: nothing is left out.
"""

from collections.abc import Callable, Mapping
from typing import Any

from municipality.cases.kinds import machines
from municipality.people.models import User
from municipality.people.roles import BY_CODE
from municipality.words import Text

EMPTY = Text("لا شيء", "None")
YES, NO = Text("نعم", "Yes"), Text("لا", "No")
NAMES = {
    "edge": Text("الخطوة", "Step"),
    "from": Text("من", "From"),
    "to": Text("إلى", "To"),
    "to_name": Text("إلى الموظف", "To the officer"),
    "to_day": Text("إلى يوم", "Until"),
    "until": Text("حتى", "Until"),
    "first": Text("أول يوم", "First day"),
    "last": Text("آخر يوم", "Last day"),
    "substitute": Text("البديل", "Substitute"),
    "moves": Text("عدد الخطوات", "Steps so far"),
    "due_at": Text("الموعد", "Due"),
    "text": Text("النص", "Text"),
    "number": Text("الرقم", "Number"),
    "plate": Text("اللوحة", "Plate"),
    "amount": Text("المبلغ بالريال", "Amount in rials"),
    "total": Text("المجموع بالريال", "Total in rials"),
    "captured": Text("المخصوم بالبيسة", "Captured in baisa"),
    "receipt": Text("الإيصال", "Receipt"),
    "channel": Text("طريقة الدفع", "Way of payment"),
    "charge": Text("محاولة الدفع", "Payment attempt"),
    "refund": Text("رد المبلغ", "Refund"),
    "terminal": Text("جهاز البطاقة", "Card terminal"),
    "branch": Text("الفرع", "Branch"),
    "state": Text("الحال", "State"),
    "worker": Text("على من", "With"),
    "claimed_by": Text("عند الموظف", "Held by"),
    "kind": Text("النوع", "Kind"),
    "kinds": Text("الخدمات", "Services"),
    "reason": Text("السبب", "Reason"),
    "why": Text("السبب", "Reason"),
    "how": Text("كيف", "How"),
    "by": Text("بـ", "By"),
    "asked_by": Text("طلبه", "Asked for by"),
    "purpose": Text("الغرض", "Purpose"),
    "subject": Text("عن", "About"),
    "about": Text("عن", "About"),
    "reference": Text("المرجع", "Reference"),
    "day": Text("اليوم", "Day"),
    "remark": Text("الملاحظة", "Remark"),
    "consultation": Text("طلب الرأي", "Consultation"),
    "body": Text("الجهة", "Body"),
    "meeting": Text("الاجتماع", "Meeting"),
    "place": Text("المكان", "Place"),
    "stage": Text("المرحلة", "Stage"),
    "answer": Text("الجواب", "Answer"),
    "was": Text("كان", "It was"),
    "site": Text("نسخة مخطط الموقع", "Version of the site plan"),
    "verdict": Text("نتيجة الفحص", "Verdict"),
    "work": Text("نوع العمل", "Kind of work"),
    "mandate": Text("الوكالة", "Mandate"),
    "deed": Text("سند الملكية", "Title deed"),
    "sheet": Text("الرسم", "Drawing"),
    "said": Text("الرسالة", "Message"),
    "document": Text("المستند", "Paper"),
    "version": Text("الصياغة", "Wording"),
    "ar": Text("بالعربية", "In Arabic"),
    "en": Text("بالإنجليزية", "In English"),
    "sha256": Text("بصمة الملف", "Digest of the file"),
    "name": Text("الاسم", "Name"),
    "name_ar": Text("الاسم بالعربية", "Name in Arabic"),
    "name_en": Text("الاسم بالإنجليزية", "Name in English"),
    "username": Text("اسم المستخدم", "User name"),
    "person": Text("الشخص", "Person"),
    "for_person": Text("نيابة عن", "On behalf of"),
    "roles": Text("الأدوار", "Roles"),
    "directorate": Text("المديرية", "Directorate"),
    "licence": Text("رقم الرخصة", "Licence number"),
    "class": Text("الفئة", "Class"),
    "value": Text("القيمة", "Value"),
    "grants": Text("ما يُسمح به", "Grants"),
    "known_device": Text("من جهاز معروف", "From a known device"),
    "address": Text("العنوان", "Address"),
    "what": Text("ماذا", "What"),
    "before": Text("قبل", "Before"),
    "after": Text("بعد", "After"),
    "provisional": Text("مؤقت", "Provisional"),
    "active": Text("معروض", "Offered"),
    "opens": Text("يفتح", "Opens"),
    "closes": Text("يغلق", "Closes"),
}
CHANNELS = {
    "terminal": Text("جهاز البطاقة", "Card terminal"),
    "online": Text("عبر الإنترنت", "Online"),
    "cash": Text("نقدًا", "Cash"),
    "cheque": Text("شيك", "Cheque"),
}


def _of_a_case(code: str) -> Text | str:
    """Name a state of a case, or a role: a person's roles also go from some to others."""
    states = (state for machine in machines() for state in machine.states)
    named = next((state.name for state in states if state.code == code), None)
    return named or _role(code)


def _role(code: str) -> Text | str:
    return BY_CODE[code].name if code in BY_CODE else code


def _edge(code: str) -> Text | str:
    edges = (edge for machine in machines() for edge in machine.edges)
    return next((edge.done for edge in edges if edge.name == code), code)


def _kind(code: str) -> Text | str:
    return next((machine.name for machine in machines() if machine.kind == code), code)


def _channel(code: str) -> Text | str:
    return CHANNELS.get(code, code)


def _person(number: str) -> str:
    """Name a person by their number; somebody who is gone stays a number."""
    found = User.objects.filter(pk=number).first() if number.isdecimal() else None  # by key
    return found.full_name if found is not None else number


READ: dict[str, Callable[[str], Text | str]] = {
    "edge": _edge, "from": _of_a_case, "to": _of_a_case, "state": _of_a_case,
    "channel": _channel, "roles": _role, "worker": _role,
    "for_person": _person, "person": _person, "kinds": _kind,
}  # fmt: skip


def _value(name: str, value: Any) -> str:
    if value is None or value in ("", [], {}):
        return str(EMPTY)
    if isinstance(value, bool):
        return str(YES if value else NO)
    if isinstance(value, Mapping):
        return " · ".join(f"{label}: {text}" for label, text in facts_in_words(value))
    if isinstance(value, list):
        return str(Text("، ", ", ")).join(_value(name, one) for one in value)
    return str(READ.get(name, str)(str(value)))


def facts_in_words(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the facts of an act as names and values, in the language of the page."""
    return [(str(NAMES.get(name, name)), _value(name, value)) for name, value in facts.items()]
