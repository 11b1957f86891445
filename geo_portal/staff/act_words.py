"""What was done, in words: the acts that people, offices and keys leave in the history."""

from collections.abc import Iterable
from typing import Any

from municipality.history.models import Entry
from municipality.words import Text

ACTS = {
    "person.added": Text("أُضيف", "Added"),
    "person.joined": Text("دخل أول مرة برقم هاتفه", "Came in by phone for the first time"),
    "person.signed_in": Text("دخل", "Signed in"),
    "person.renamed": Text("غُيّر الاسم", "Renamed"),
    "person.phone_changed": Text("غُيّر رقم الهاتف", "Phone changed"),
    "person.phone_released": Text(
        "أُخذ الرقم من الحساب بعد صمت طويل", "Number taken from the account after a long silence"
    ),
    "person.password_changed": Text("غُيّرت كلمة المرور", "Password changed"),
    "person.password_reset": Text("أُعطي كلمة مرور جديدة", "Given a new password"),
    "person.roles_changed": Text("غُيّرت الأدوار", "Roles changed"),
    "person.disabled": Text("أُوقف الحساب", "Account disabled"),
    "person.enabled": Text("أُعيد الحساب", "Account enabled"),
    "person.factor_reset_asked": Text(
        "طُلبت إعادة ضبط العامل الثاني", "Reset of the second factor asked for"
    ),
    "person.factor_reset": Text("أُعيد ضبط العامل الثاني", "Second factor reset"),
    "read_contact": Text("اطُّلع على بيانات التواصل", "Contact data read"),
    "delegation.given": Text("أناب شخصًا", "Delegate appointed"),
    "delegation.ended": Text("أنهى النيابة", "Delegation ended"),
    "mandate.given": Text("فوّض موظفًا بالرمز", "Let a member of staff act, by code"),
    "office.added": Text("سُجّل المكتب", "Office registered"),
    "office.changed": Text("غُيّرت البيانات", "Facts changed"),
    "office.suspended": Text("أُوقف المكتب", "Office suspended"),
    "office.reinstated": Text("أُعيد المكتب", "Office reinstated"),
    "office.in_pilot": Text("دخل المجموعة التجريبية", "Taken into the pilot group"),
    "office.out_of_pilot": Text("خرج من المجموعة التجريبية", "Taken out of the pilot group"),
    "office.member_added": Text("أُضيف عضو", "Member added"),
    "office.member_ended": Text("انتهت عضوية", "Membership ended"),
    "partner_key.issued": Text("صدر مفتاح", "Key made"),
    "partner_key.revoked": Text("أُلغي مفتاح", "Key revoked"),
    "setting.changed": Text("غُيّر إعداد", "Setting changed"),
}


def in_words(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return entries with what was done in words; other features' acts keep their code."""
    return [{"entry": one, "words": ACTS.get(one.act, one.act)} for one in entries]
