"""What was done, in words: the acts that every feature leaves in the history.

One act may mean several things (a bill is issued, a paper is issued), so the kind of the stream
may stand before it.
"""

from collections.abc import Iterable
from typing import Any

from geo_portal.staff.fact_words import facts_in_words
from municipality.cases.kinds import machines
from municipality.history.models import Entry
from municipality.people.roles import BY_CODE
from municipality.words import Text

PLATFORM = {  # who acts where no person does
    "system": Text("النظام", "The system"),
    "billing": Text("التحصيل", "Billing"),
}
ACTS = {
    "person.added": Text("أُضيف", "Added"),
    "person.joined": Text("دخل أول مرة برقم هاتفه", "Came in by phone for the first time"),
    "person.signed_in": Text("دخل", "Signed in"),
    "person.renamed": Text("غُيّر الاسم", "Renamed"),
    "person.phone_changed": Text("غُيّر رقم الهاتف", "Phone changed"),
    "person.phone_set_asked": Text("طُلب رقم هاتف جديد", "Another phone number asked for"),
    "person.phone_set_dropped": Text("أُلغي طلب الرقم الجديد", "Request of another number dropped"),
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
    "violation.issue": Text("حُررت مخالفة", "Violation made out"),
    "violation.issued": Text("اعتمدها المشرف", "Confirmed by the supervisor"),
    "violation.dropped": Text("لم يعتمدها المشرف", "Not confirmed by the supervisor"),
    "violation.cancelled": Text("أُلغيت المخالفة", "Violation cancelled"),
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
    "partner_key.asked_rights": Text("سأل عن حقوق مركبة", "Asked for the rights of a vehicle"),
    "partner_key.revoked": Text("أُلغي مفتاح", "Key revoked"),
    "setting.changed": Text("غُيّر إعداد", "Setting changed"),
    "case/move": Text("خطوة في معاملة", "Step of a case"),
    "permit.issue": Text("صدر تصريح مواقف", "Parking permit issued"),
    "permit.renew": Text("جُدد تصريح مواقف", "Parking permit renewed"),
    "permit.vehicle": Text("غُيّرت مركبة تصريح", "Vehicle of a permit changed"),
    "permit.lost": Text("بدل فاقد لتصريح", "Lost paper of a permit replaced"),
    "permit.end": Text("أُنهي تصريح مواقف", "Parking permit ended"),
    "permit.place": Text("حُدد موضع تصريح", "Place of a permit set"),
    "permit.announced": Text("إعلان لأصحاب تصاريح منطقة", "Announced to the holders of a zone"),
    "permit.looked_for": Text("بحث في تصاريح المواقف", "Parking permits searched"),
    "permit.exported": Text("نُزّلت تصاريح مواقف في ملف", "Parking permits saved to a file"),
    "zones/edit": Text("عُدّلت حدود المناطق", "Boundaries of zones changed"),
    "zones/rename": Text("غُيّر اسم منطقة مواقف", "A parking zone was renamed"),
    "rule_change/proposed": Text("اقتُرح تغيير قاعدة مواقف", "Change of a parking rule proposed"),
    "rule_change/set": Text("اعتُمد تغيير قاعدة مواقف", "Change of a parking rule set"),
    "rule_change/dropped": Text("لم يُعتمد تغيير قاعدة مواقف", "Change of a parking rule not set"),
    "calendar/confirm": Text("ثُبّتت الإجازة", "Holiday confirmed"),
    "calendar/move": Text("نُقلت الإجازة", "Holiday moved"),
    "calendar/add": Text("أُضيفت إجازة", "Holiday added"),
    "calendar/remove": Text("حُذفت إجازة", "Holiday removed"),
    "calendar/announce": Text("أُعلن رمضان", "Ramadan announced"),
    "calendar/hours": Text("غُيّرت ساعات العمل", "Office hours changed"),
    "case/open": Text("فُتحت المعاملة", "Case opened"),
    "claim": Text("أُخذت للعمل عليها", "Taken"),
    "release": Text("أُعيدت إلى القائمة", "Given back to the list"),
    "be_absent": Text("سجّل غيابًا", "Recorded an absence"),
    "be_back": Text("ألغى غيابه", "Cancelled an absence"),
    "reassign": Text("أُسندت إلى موظف", "Assigned to an officer"),
    "escalate": Text("تأخرت فصُعّدت", "Late, escalated"),
    "say": Text("كُتبت رسالة", "Message written"),
    "attach": Text("أُرفق مستند", "Paper attached"),
    "remark": Text("كُتبت ملاحظة فنية", "Technical remark written"),
    "answer_remark": Text("أجاب المكتب عن ملاحظة", "Remark answered"),
    "settle_remark": Text("أُغلقت ملاحظة", "Remark settled"),
    "ask_again": Text("أُعيدت الملاحظة إلى المكتب", "Remark asked again"),
    "consult": Text("طُلب رأي جهة معنية", "A body was asked"),
    "consultation_answered": Text("أجابت جهة معنية", "A body answered"),
    "take_up": Text("فُتحت معاملة لملاحظة مستوردة", "Case opened for an imported report"),
    "split": Text("طُلب جزء من دائرة أخرى", "Another department was asked for a part"),
    "call_off": Text("أُلغي المطلوب من دائرة أخرى", "A department's part was called off"),
    "forward_out": Text("كُتب إلى جهة خارجية", "Another body was written to"),
    "forward_answered": Text("أجابت جهة خارجية", "Another body answered"),
    "forward_unanswered": Text(
        "لم تجب جهة خارجية في مهلتها", "Another body did not answer in time"
    ),
    "ask_meeting": Text("طُلب اجتماع", "Meeting asked for"),
    "agree_meeting": Text("اتُّفق على اجتماع", "Meeting agreed"),
    "decline_meeting": Text("اعتُذر عن اجتماع", "Meeting declined"),
    "hold_meeting": Text("كُتب محضر اجتماع", "Minutes of a meeting written"),
    "draw": Text("رُسم مخطط الموقع وفُحص", "Site plan drawn and checked"),
    "approve_version": Text("اعتُمدت نسخة", "Version approved"),
    "take_back_approval": Text("سُحب اعتماد نسخة", "Approval taken back"),
    "register_mandate": Text("سُجّلت وكالة", "Mandate registered"),
    "end_mandate": Text("أُنهيت وكالة", "Mandate ended"),
    "expire_permit": Text("انتهت مدة إباحة البناء", "Building permit expired"),
    "issue_permit": Text("صدرت إباحة البناء", "Building permit issued"),
    "show_to_public": Text("عُرضت الملاحظة للعموم", "Report shown to the public"),
    "hide_from_public": Text("حُجبت الملاحظة عن العموم", "Report hidden from the public"),
    "sent_by_open311": Text("أُرسلت إلى خادم بلدية أخرى", "Sent to another city's server"),
    "open311_unknown": Text(
        "لا يُعرف هل وصلت إلى البلدية الأخرى", "Unknown whether it reached the other city"
    ),
    "open311_id": Text("عُرف رقمها عند البلدية الأخرى", "The other city's number became known"),
    "survey_as_built": Text("رُفع المبنى كما بُني", "Building surveyed as built"),
    "complete": Text("صدرت شهادة الإتمام", "Completion certificate issued"),
    "bill/issue": Text("صدرت الفاتورة", "Bill issued"),
    "bill/supersede": Text("حلت محلها فاتورة جديدة", "Replaced by a new bill"),
    "bill/cancel": Text("أُلغيت الفاتورة", "Bill cancelled"),
    "pay": Text("دُفعت الفاتورة", "Bill paid"),
    "charge.begin": Text("بدأ الدفع", "Payment begun"),
    "charge.send": Text("أُرسل المبلغ", "Amount sent"),
    "charge.take": Text("قُبض المبلغ عند الصندوق", "Taken at the counter"),
    "charge.authorise": Text("وافق البنك على المبلغ", "Authorised by the bank"),
    "charge.capture": Text("خُصم المبلغ", "Captured"),
    "charge.decline": Text("رُفض الدفع", "Declined"),
    "charge.cancel": Text("أُلغي الدفع", "Payment cancelled"),
    "charge.lose_sight": Text("لا يُعرف ما جرى للدفع", "Outcome of the payment unknown"),
    "charge.ask_to_wipe": Text("طُلب مسح المبلغ من الجهاز", "Terminal asked to wipe the amount"),
    "charge.correct": Text("صُحّح: خُصم المبلغ", "Corrected: captured after all"),
    "charge.refund": Text("رُدّت الدفعة", "Payment refunded"),
    "charge.by_statement": Text("حُسمت من كشف البنك", "Decided by the bank's statement"),
    "charge.second_capture": Text("خُصمت مرة ثانية", "Captured a second time"),
    "refund.due": Text("مبلغ يجب رده", "Money that must go back"),
    "refund.ask": Text("طُلب رد المبلغ", "Refund asked for"),
    "refund.approve": Text("ووفق على الرد", "Refund approved"),
    "refund.refuse": Text("رُفض الرد", "Refund refused"),
    "refund.done": Text("رُدّ المبلغ", "Money given back"),
    "shift.open": Text("فُتحت الوردية", "Shift opened"),
    "shift.close": Text("أُغلقت الوردية", "Shift closed"),
    "shift.hand_over": Text("سُلّم الدرج", "Drawer handed over"),
    "shift.take_over": Text("استُلم الدرج", "Drawer taken over"),
    "day.close": Text("أُغلق يوم الفرع", "Day of the branch closed"),
    "difference.close": Text("أُقفل فرق", "Difference closed"),
    "paper/issue": Text("صدرت الوثيقة", "Paper issued"),
    "paper/revoke": Text("أُلغيت الوثيقة", "Paper revoked"),
    "certificate/revoke": Text("أُلغيت شهادة توقيع", "Signing certificate revoked"),
    "paper/supersede": Text("حلت محلها وثيقة أحدث", "Replaced by a newer paper"),
    "reply/keep": Text("كُتب جواب جاهز", "Ready answer written"),
    "reword": Text("غُيّرت صياغة رسالة", "Wording of a message changed"),
    "forget": Text("حُذف ما انتهت مدة حفظه", "What was kept long enough was deleted"),
    "job/stop": Text("طُلب إيقاف عمل", "Job asked to stop"),
    "run_again": Text("أُعيد تشغيل عمل", "Job run again"),
}


def words_of(act: str, *, stream: str, edge: str = "") -> Text | str:
    """Say what an act was; a step of a case by the words of its edge, the unknown by its code."""
    kind = stream.partition("/")[0]
    if kind == "case" and act == "move":
        edges = (each for machine in machines() for each in machine.edges)
        return next((each.done for each in edges if each.name == edge), edge)
    return ACTS.get(f"{kind}/{act}") or ACTS.get(act) or act


def name_of(act: str) -> str:
    """Name an act whatever it was done to: all its meanings, or its code."""
    meanings = [str(words) for key, words in ACTS.items() if act in (key, key.partition("/")[2])]
    return " / ".join(dict.fromkeys(meanings)) or act


def role_of(entry: Entry) -> Text | str:
    """Name the role in which something was done."""
    if entry.role in PLATFORM:
        return PLATFORM[entry.role]
    return BY_CODE[entry.role].name if entry.role in BY_CODE else entry.role


def who(entry: Entry) -> Text | str:
    """Name who did something; the platform by what it is."""
    if entry.person_name == entry.role in PLATFORM:
        return PLATFORM[entry.role]
    return entry.person_name


def in_words(entries: Iterable[Entry]) -> list[dict[str, Any]]:
    """Return entries with what was done, who did it, and the details, in words."""
    return [
        {
            "entry": one,
            "words": words_of(one.act, stream=one.stream, edge=str(one.facts.get("edge", ""))),
            "who": who(one),
            "role": role_of(one),
            "facts": facts_in_words(one.facts),
        }
        for one in entries
    ]
