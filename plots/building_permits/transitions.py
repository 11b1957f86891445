"""Stages of a building permit, in the order of the announcement of 2011.

The office registers the transaction, the registration section checks plot and owner, engineers
audit architecturally and then structurally, the fee is paid, the drawings are approved with the
electronic stamp.  From every stage it can go back to the office, and returns to that stage.
"""

from collections.abc import Callable

from municipality.cases.machine import (
    BILLING,
    DAY_MIN,
    ORIGIN,
    SYSTEM,
    Edge,
    Machine,
    Paper,
    State,
    Then,
)
from municipality.words import Text
from plots.building_permits import readiness as ready
from plots.building_permits.fees import FEE, issue_fee
from plots.building_permits.reports import freeze_reports
from plots.building_permits.site_versions import hand_in
from plots.building_permits.stamping import ask_for_stamp
from plots.building_permits.words import words_of
from plots.building_permits.works import ARCHITECTURE, STRUCTURE

OFFICE = ("office",)
BOTH = ("office", "owner")  # both follow the transaction by SMS at every move
DRAWN = ("draft", "returned")  # papers and drawings change only then
UNDER_WAY = ("registration", ARCHITECTURE, STRUCTURE, "approval")

PAPERS = tuple(
    Paper(code, Text(ar, en), when=DRAWN)
    for code, ar, en in (
        ("architectural_drawing", "رسم معماري", "Architectural drawing"),
        ("structural_drawing", "رسم إنشائي", "Structural drawing"),
        ("structural_calculation", "المذكرة الحسابية الإنشائية", "Structural calculation book"),
        ("title_deed", "سند الملكية", "Title deed"),
        ("krooki", "الرسم المساحي (كروكي)", "Krooki"),
        ("owner_id", "بطاقة المالك", "Owner's identity card"),
        ("consent", "موافقة جهة معنية", "Consent of a concerned body"),
        ("civil_defence", "مخططات معتمدة من الدفاع المدني", "Drawings approved by civil defence"),
        ("soil_report", "تقرير التربة", "Soil report"),
        ("stability", "شهادة سلامة المبنى القائم", "Stability certificate"),
        ("method", "خطة العمل والسلامة", "Method and safety statement"),
        ("cancellation", "كتاب إلغاء من المالك والاستشاري", "Cancellation by owner and consultant"),
        ("other", "مستند آخر", "Another paper"),
    )
)

STATES = (
    State(
        "draft", Text("مسودة", "Draft"), asks=True, tone="na", icon="file",
        ahead=Text("أكمل الطلب وقدّمه", "complete and submit it"),
    ),
    State(
        "registration", Text("تدقيق قسم التسجيل", "Registration check"),
        worker="registrar", within_min=DAY_MIN,
        ahead=Text("بيانات القطعة والمالك", "the data of plot and owner"),
    ),
    State(
        ARCHITECTURE, Text("التدقيق المعماري", "Architectural audit"),
        worker="architect", within_min=2 * DAY_MIN,
        ahead=Text("يدقق المهندسون الرسومات معماريًا", "engineers audit the architecture"),
    ),
    State(
        STRUCTURE, Text("التدقيق الإنشائي", "Structural audit"),
        worker="structural", within_min=2 * DAY_MIN,
        ahead=Text("ثم إنشائيًا", "then the structure"),
    ),
    State(
        "returned", Text("أعيدت إلى المكتب الاستشاري", "Returned to the office"),
        asks=True, tone="near", icon="returned",
        ahead=Text("أجب عن الملاحظات وأعد التقديم", "answer the remarks and submit again"),
    ),
    State(
        "fee_due", Text("بانتظار دفع الرسوم", "Fee due"), asks=True, tone="near", icon="bill",
        ahead=Text("ادفع الرسوم إلكترونيًا", "pay the fee online"),
    ),
    State(
        "approval", Text("الاعتماد النهائي", "Final approval"),
        worker="approver", within_min=DAY_MIN,
        ahead=Text("اعتماد بالختم الإلكتروني", "approval by the electronic stamp"),
    ),
    State(
        "stamping", Text("قيد الختم", "Being stamped"), worker="approver", within_min=60,
        ahead=Text("تُختم الوثائق إلكترونيًا", "the papers are stamped"),
    ),
    State("issued", Text("صدرت الإباحة", "Permit issued"), tone="pass", icon="pass"),
    State("refused", Text("رُفضت", "Refused"), tone="fail", icon="fail"),
    State("withdrawn", Text("سُحب الطلب", "Withdrawn"), tone="na", icon="na"),
    State("expired", Text("انتهت مهلة الطلب", "Expired"), tone="na", icon="clock"),
)  # fmt: skip


def _return(stage: str, role: str, done: Text) -> Edge:
    """An edge back to the office, from which the case comes back to the same stage."""
    return Edge(
        f"return_{stage}", (stage,), "returned", (role,),
        Text("إعادة إلى المكتب", "Return to the office"), done, tells=BOTH, keeps_origin=True,
        text=Text("ماذا يُطلب من المكتب؟", "What is asked of the office?"),
    )  # fmt: skip


TO_OFFICE = (
    Edge(
        "submit", ("draft",), "registration", OFFICE,
        Text("تقديم الطلب", "Submit application"), Text("سُجّل الطلب", "Application registered"),
        tells=BOTH, guard=ready.may_hand_in, then=(hand_in, freeze_reports),
    ),
    Edge(
        "resubmit", ("returned",), ORIGIN, OFFICE,
        Text("إعادة التقديم", "Submit again"),
        Text("أعاد المكتب التقديم", "Submitted again by the office"),
        tells=BOTH, guard=ready.may_hand_in_again, then=(hand_in, freeze_reports),
    ),
    _return("registration", "registrar",
            Text("أعادها قسم التسجيل", "Returned by the registration section")),
    _return(ARCHITECTURE, "architect",
            Text("أعادها التدقيق المعماري", "Returned by the architectural audit")),
    _return(STRUCTURE, "structural",
            Text("أعادها التدقيق الإنشائي", "Returned by the structural audit")),
    _return("approval", "approver",
            Text("أعادها المعتمد", "Returned by the approver")),
)  # fmt: skip

REGISTERED = Text("البيانات صحيحة", "The data are right")
CHECKED = Text("تحقق قسم التسجيل من القطعة والمالك", "Registration checked plot and owner")


def _accept(name: str, to: str, only_if: Callable[..., bool], *then: Then) -> Edge:
    return Edge(
        name, ("registration",), to, ("registrar",), REGISTERED, CHECKED, tells=BOTH,
        only_if=only_if, guard=ready.plots_are_as_checked, then=then,
    )  # fmt: skip


ONWARD = (
    _accept("accept", ARCHITECTURE, ready.has_audit),
    _accept("accept_structure", STRUCTURE, ready.has_structure_alone),
    _accept("accept_fee", "fee_due", ready.owes_without_audit, issue_fee),
    _accept("accept_free", "approval", ready.free_without_audit),
    Edge(
        "pass_architecture", (ARCHITECTURE,), STRUCTURE, ("architect",),
        Text("اجتاز التدقيق المعماري", "Pass the architectural audit"),
        Text("اجتاز التدقيق المعماري", "Architectural audit passed"),
        tells=BOTH, guard=ready.architecture_is_approved,
    ),
    Edge(
        "pass_structure", (STRUCTURE,), "fee_due", ("structural",),
        Text("اجتاز التدقيق الإنشائي", "Pass the structural audit"),
        Text("اجتاز التدقيق الإنشائي", "Structural audit passed"),
        tells=BOTH, only_if=ready.owes, guard=ready.structure_is_approved, then=(issue_fee,),
    ),
    Edge(
        "pass_structure_paid", (STRUCTURE,), "approval", ("structural",),
        Text("اجتاز التدقيق الإنشائي", "Pass the structural audit"),
        Text("اجتاز التدقيق الإنشائي", "Structural audit passed"),
        tells=BOTH, only_if=ready.owes_nothing, guard=ready.structure_is_approved,
    ),
    Edge(
        "settle_fee", ("fee_due",), "approval", (BILLING,),
        Text("سداد الرسوم", "Settle the fee"), Text("دُفعت الرسوم", "Fee paid"), tells=BOTH,
    ),
    Edge(
        "approve", ("approval",), "stamping", ("approver",),
        Text("اعتماد وختم", "Approve and stamp"), Text("اعتُمد الطلب", "Application approved"),
        tells=BOTH, guard=ready.may_be_stamped, then=(ask_for_stamp,),
    ),
    Edge(
        "stamp", ("stamping",), "issued", (SYSTEM,),
        Text("ختم", "Stamp"), Text("صدرت الإباحة مختومة", "Permit issued and stamped"), tells=BOTH,
    ),
)  # fmt: skip

BACK = (
    Edge(
        "reaudit", (STRUCTURE,), ARCHITECTURE, ("structural",),
        Text("إعادة إلى التدقيق المعماري", "Send back to the architectural audit"),
        Text("أعيدت إلى التدقيق المعماري", "Sent back to the architectural audit"), tells=BOTH,
        text=Text("ماذا تغير؟", "What has changed?"), only_if=ready.has_audit,
    ),
    Edge(
        "reaudit_approval", ("approval",), ARCHITECTURE, ("approver",),
        Text("إعادة إلى التدقيق", "Send back to the audit"),
        Text("أعيدت إلى التدقيق المعماري", "Sent back to the architectural audit"), tells=BOTH,
        text=Text("ماذا يُدقق من جديد؟", "What is to be audited again?"), only_if=ready.has_audit,
    ),
    Edge(
        "recheck", ("stamping",), "approval", (SYSTEM,),
        Text("إعادة التحقق", "Check again"),
        Text("تغير شيء قبل الختم فأعيد النظر", "Something changed before the stamp"),
    ),
)  # fmt: skip

REASON = Text("سبب الرفض", "Reason for the refusal")
ENDS = (
    Edge(
        "refuse", UNDER_WAY, "refused", ("approver",),
        Text("رفض الطلب", "Refuse the application"), Text("رُفض الطلب", "Application refused"),
        tells=BOTH, text=REASON, is_danger=True, only_if=FEE.is_open,
    ),
    Edge(
        "refuse_paid", UNDER_WAY, "refused", ("approver",),
        Text("رفض الطلب ورد الرسوم", "Refuse, and give the fee back"),
        Text("رُفض الطلب وتُرد الرسوم", "Refused; the fee goes back"),
        tells=BOTH, text=REASON, is_danger=True, only_if=FEE.is_paid, first=FEE.lock,
        then=(FEE.cancel, FEE.give_back),
    ),
    Edge(
        "withdraw", (*DRAWN, "registration", ARCHITECTURE, STRUCTURE, "fee_due"), "withdrawn",
        OFFICE, Text("سحب الطلب", "Withdraw the application"), Text("سُحب الطلب", "Withdrawn"),
        tells=BOTH, only_if=FEE.is_open, first=FEE.lock, then=(FEE.cancel,), is_danger=True,
    ),
    Edge(
        "expire", (*DRAWN, "fee_due"), "expired", (SYSTEM,),
        Text("انتهاء المهلة", "Expire"), Text("انتهت مهلة الطلب", "The application expired"),
        tells=BOTH, first=FEE.lock, then=(FEE.cancel,),
    ),
)  # fmt: skip

MACHINE = Machine(
    kind="building_permit",
    name=Text("إباحة بناء", "Building permit"),
    prefix="BP",
    start="draft",
    ends=("issued", "refused", "withdrawn", "expired"),
    path=(
        "draft", "registration", ARCHITECTURE, STRUCTURE, "fee_due", "approval", "stamping",
        "issued",
    ),
    papers=PAPERS,
    states=STATES,
    edges=(*TO_OFFICE, *ONWARD, *BACK, *ENDS),
    skips=ready.stages_not_met,
    words=words_of,
)  # fmt: skip
