"""Stages of the works under a permit: from the notice of their beginning to the certificate.

Officials may enter a site at any time and stop the work until the violation is settled (Local
Order 23/92 art. 100); a permit that runs out halts the works until it is renewed (art. 102).
"""

from functools import partial

from municipality.cases.machine import DAY_MIN, ORIGIN, SYSTEM, Edge, Machine, Paper, State
from municipality.words import Text
from plots.building_permits.construction import readiness as ready
from plots.building_permits.construction import visits
from plots.building_permits.construction.ending import (
    ask_for_certificate,
    lock_permit,
    revoke_permit,
)

OFFICE, INSPECTOR, APPROVER = ("office",), ("site_inspector",), ("approver",)
BOTH = ("office", "owner")
WORKS = ("waiting", "building", "stopped")  # nobody looks at the site just now

PAPERS = tuple(
    Paper(code, Text(ar, en))
    for code, ar, en in (
        ("site_photo", "صورة من الموقع", "Photo of the site"),
        ("survey_sheet", "مخطط الرفع المساحي", "Survey sheet"),
        ("test_report", "تقرير فحص المواد", "Test report"),
        ("supervision_report", "تقرير إشراف الاستشاري", "Consultant's supervision report"),
        ("other", "مستند آخر", "Another paper"),
    )
)

STATES = (
    State(
        "waiting", Text("لم يبدأ العمل", "Not begun"), lasts=True, tone="na", icon="clock",
        ahead=Text("أبلغوا ببدء العمل", "give notice that the works begin"),
    ),
    State(
        "building", Text("البناء جارٍ", "Under construction"), lasts=True, icon="building",
        ahead=Text("تُعاين كل مرحلة قبل التي تليها", "each stage is inspected before the next"),
    ),
    State(
        "visit", Text("بانتظار المعاينة", "Waiting for a visit"), worker="site_inspector",
        within_min=2 * DAY_MIN, ahead=Text("يعاين مفتش البناء", "the site inspector comes"),
    ),
    State(
        "stopped", Text("أُوقف العمل", "Work stopped"), lasts=True, tone="fail", icon="fail",
        ahead=Text("أزيلوا المخالفة واطلبوا المعاينة", "mend the violation and ask for a visit"),
    ),
    State(
        "paused", Text("انتهت الإباحة: العمل متوقف", "Permit ran out: works halted"),
        lasts=True, tone="near", icon="clock", ahead=Text("جددوا الإباحة", "renew the permit"),
    ),
    State(
        "certificate", Text("شهادة الإتمام قيد الاعتماد", "Certificate being approved"),
        worker="approver", within_min=DAY_MIN,
        ahead=Text("تصدر شهادة إتمام البناء", "the completion certificate is issued"),
    ),
    State(
        "printing", Text("تُختم الشهادة", "Certificate being stamped"), worker="approver",
        within_min=60, ahead=Text("تُختم الشهادة إلكترونيًا", "the certificate is stamped"),
    ),
    State("completed", Text("اكتمل العمل", "Works completed"), tone="pass", icon="pass"),
    State("revoked", Text("أُلغيت الإباحة", "Permit revoked"), tone="fail", icon="fail"),
)  # fmt: skip

OF_OFFICE = (
    Edge(
        "begin", ("waiting",), "building", OFFICE,
        Text("إشعار ببدء العمل", "Give notice that the works begin"),
        Text("بدأ العمل في الموقع", "The works began"), tells=BOTH,
        guard=ready.permit_is_in_force,
    ),
    Edge(
        "ask_visit", ("building",), "visit", OFFICE,
        Text("طلب معاينة المرحلة", "Ask for a visit"),
        Text("طُلبت معاينة الموقع", "A visit was asked for"), tells=BOTH,
        guard=ready.may_ask_for_visit, then=(visits.ask_for_visit,),
    ),
    Edge(
        "ask_release", ("stopped",), "visit", OFFICE,
        Text("طلب رفع الإيقاف", "Ask for the order to be lifted"),
        Text("طُلب رفع أمر الإيقاف", "The lifting of the order was asked for"), tells=BOTH,
        text=Text("كيف أزيلت المخالفة؟", "How was the violation mended?"),
        guard=ready.permit_is_in_force, then=(visits.ask_for_visit,),
    ),
)  # fmt: skip

STOP = Text("إيقاف العمل", "Stop the work")
OF_INSPECTOR = (
    Edge(
        "pass_stage", ("visit",), "building", INSPECTOR,
        Text("اجتازت المرحلة", "The stage passes"), Text("اجتازت المعاينة", "Inspection passed"),
        tells=BOTH, only_if=partial(visits.takes, "pass_stage"), guard=ready.permit_is_in_force,
    ),
    Edge(
        "finish", ("visit",), "certificate", INSPECTOR,
        Text("اكتمل البناء", "The works are complete"),
        Text("عُوين الإتمام", "Completion was inspected"),
        tells=BOTH, only_if=partial(visits.takes, "finish"), guard=ready.may_be_certified,
    ),
    Edge(
        "fail_stage", ("visit",), "building", INSPECTOR,
        Text("لم تجتز المرحلة", "The stage does not pass"),
        Text("لم تجتز المعاينة", "Inspection not passed"), tells=BOTH,
        only_if=partial(visits.takes, "fail_stage"),
    ),
    Edge(
        "stop", ("waiting", "building", "visit"), "stopped", INSPECTOR, STOP,
        Text("أُوقف العمل بأمر البلدية", "Work stopped by the municipality"), tells=BOTH,
        text=Text("ما المخالفة؟", "What is the violation?"), is_danger=True,
        then=(visits.keep_stop_order,),
    ),
    Edge(
        "keep_stopped", ("visit",), "stopped", INSPECTOR,
        Text("يبقى الإيقاف", "The order stays"), Text("بقي أمر الإيقاف", "The order stays"),
        tells=BOTH, only_if=partial(visits.takes, "keep_stopped"),
    ),
    Edge(
        "release", ("visit",), "building", INSPECTOR,
        Text("رفع الإيقاف", "Lift the order"), Text("رُفع أمر الإيقاف", "The order was lifted"),
        tells=BOTH, only_if=partial(visits.takes, "release"),
    ),
)  # fmt: skip

OF_APPROVER = (
    Edge(
        "certify", ("certificate",), "printing", APPROVER,
        Text("اعتماد شهادة الإتمام", "Approve the certificate"),
        Text("اعتُمدت شهادة الإتمام", "Certificate approved"), tells=BOTH,
        guard=ready.may_be_certified,
        then=(ask_for_certificate,),
    ),
    Edge(
        "return_works", ("certificate",), "building", APPROVER,
        Text("إعادة إلى الموقع", "Send back to the site"),
        Text("أعادها المعتمد", "Sent back by the approver"), tells=BOTH,
        text=Text("ما الذي لم يكتمل؟", "What is not complete?"),
        then=(visits.look_again,),
    ),
    Edge(
        "revoke", (*WORKS, "visit", "paused", "certificate"), "revoked", APPROVER,
        Text("إلغاء الإباحة", "Revoke the permit"), Text("أُلغيت الإباحة", "Permit revoked"),
        tells=BOTH, text=Text("سبب الإلغاء", "Reason for the revocation"), is_danger=True,
        first=lock_permit, then=(revoke_permit,),
    ),
)  # fmt: skip

OF_SYSTEM = (
    Edge(
        "issue_certificate", ("printing",), "completed", (SYSTEM,),
        Text("إصدار الشهادة", "Issue the certificate"),
        Text("صدرت شهادة إتمام البناء", "Completion certificate issued"), tells=BOTH,
    ),
    Edge(
        "recheck_certificate", ("printing",), "certificate", (SYSTEM,),
        Text("إعادة التحقق", "Check again"),
        Text("تغير شيء قبل الختم فأعيد النظر", "Something changed before the stamp"),
    ),
    Edge(
        "pause", WORKS, "paused", (SYSTEM,), Text("توقف", "Halt"),
        Text("انتهت مدة الإباحة", "The permit ran out"), tells=BOTH, keeps_origin=True,
    ),
    Edge(
        "resume", ("paused",), ORIGIN, (SYSTEM,), Text("استئناف", "Resume"),
        Text("جُددت الإباحة", "The permit was renewed"), tells=BOTH,
    ),
)  # fmt: skip

MACHINE = Machine(
    kind="construction",
    name=Text("متابعة البناء", "Works under a permit"),
    prefix="CW",
    start="waiting",
    ends=("completed", "revoked"),
    path=("waiting", "building", "visit", "certificate", "printing", "completed"),
    papers=PAPERS,
    states=STATES,
    edges=(*OF_OFFICE, *OF_INSPECTOR, *OF_APPROVER, *OF_SYSTEM),
)
