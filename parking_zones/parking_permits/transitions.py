"""Stages of a request about a parking permit, in the order a clerk tells them.

A first permit and another vehicle are checked (by whom: see the package), a renewal and a lost
paper are billed at once, an early end is done at once.
"""

from collections.abc import Mapping

from municipality.cases.machine import BILLING, DAY_MIN, ORIGIN, SYSTEM, Edge, Machine, Paper, State
from municipality.cases.models import Case
from municipality.words import Text
from parking_zones.parking_permits import checks
from parking_zones.parking_permits.fees import FEE, issue_fee
from parking_zones.parking_permits.issuing import ask_for_paper, ask_register, revoke_paper
from parking_zones.parking_permits.life import end_permit, grant
from parking_zones.parking_permits.words import words_of

APPLICANT = ("applicant",)
WRITING = ("draft", "returned")
REGISTRAR, ZONE_MANAGER = ("registrar",), ("zone_manager",)
CHECKED = Text("الأوراق صحيحة", "The papers are right")
LACKS = Text("ماذا ينقص الطلب؟", "What does the application lack?")
REASON = Text("سبب الرفض", "Reason for the refusal")


def _skips(case: Case) -> frozenset[str]:
    """Return the stages of the path that a request never meets."""
    at = case.opened_at
    if checks.is_an_end(case, at=at):
        return frozenset({"registration", "zoning", "fee_due", "issuing", "issued"})
    skipped = {"ended"}
    if not checks.asks_registrar(case, at=at):
        skipped.add("registration")
    if not checks.asks_zone_manager(case, at=at):
        skipped.add("zoning")
    return frozenset(skipped)


def _words(case: Case) -> Mapping[str, Text]:
    return words_of(case)


MACHINE = Machine(
    kind="parking_permit",
    name=Text("تصريح مواقف", "Parking permit"),
    prefix="PK",
    start="draft",
    ends=("issued", "ended", "refused", "withdrawn", "expired"),
    path=("draft", "registration", "zoning", "fee_due", "issuing", "issued", "ended"),
    skips=_skips,
    words=_words,
    papers=(
        Paper("id_card", Text("البطاقة الشخصية أو بطاقة المقيم", "ID or resident card"), WRITING),
        Paper("vehicle_ownership", Text("ملكية المركبة", "Vehicle ownership"), WRITING),
        Paper("commercial_register", Text("السجل التجاري", "Commercial register"), WRITING),
        Paper(
            "bay_letter",
            Text(
                "رسالة الشركة: المكان والعدد والمدة", "Company's letter: place, number, duration"
            ),
            WRITING,
        ),
        Paper("title_deed", Text("سند الملكية", "Title deed"), WRITING),
        Paper("krooki", Text("الرسم المساحي (كروكي)", "Krooki"), WRITING),
        Paper("no_objection", Text("عدم ممانعة المالك", "Owner's no-objection"), WRITING),
        Paper("lease", Text("عقد الإيجار", "Lease"), WRITING),
        Paper("other", Text("مستند آخر", "Another paper"), WRITING),
    ),
    states=(
        State(
            "draft",
            Text("مسودة", "Draft"),
            asks=True,
            tone="na",
            icon="file",
            ahead=Text("أرفق الأوراق وقدّم الطلب", "attach the papers and submit it"),
        ),
        State(
            "registration",
            Text("تدقيق قسم التسجيل", "Registration check"),
            worker="registrar",
            within_min=DAY_MIN,
            ahead=Text("نتحقق من القطعة والأوراق", "we check the plot and the papers"),
        ),
        State(
            "zoning",
            Text("تدقيق مسؤول المناطق", "Check by the zone manager"),
            worker="zone_manager",
            within_min=2 * DAY_MIN,
            ahead=Text("نتحقق من الموقع والأوراق", "we check the place and the papers"),
        ),
        State(
            "returned",
            Text("أعيد إليك للاستكمال", "Returned to you"),
            asks=True,
            tone="near",
            icon="returned",
            ahead=Text("أكمل ما طُلب منك", "complete what you were asked for"),
        ),
        State(
            "fee_due",
            Text("بانتظار دفع الرسوم", "Fee due"),
            asks=True,
            tone="near",
            icon="bill",
            ahead=Text("ادفع الرسوم", "pay the fee"),
        ),
        State(
            "issuing",
            Text("قيد الإصدار", "Being issued"),
            worker="registrar",
            within_min=60,
            ahead=Text("يصدر التصريح برمز تحقق", "the permit is issued with its code"),
        ),
        State("issued", Text("صدر", "Issued"), tone="pass", icon="pass"),
        State("ended", Text("أُنهي التصريح", "Permit ended"), tone="na", icon="na"),
        State("refused", Text("رُفض", "Refused"), tone="fail", icon="fail"),
        State("withdrawn", Text("سُحب الطلب", "Withdrawn"), tone="na", icon="na"),
        State("expired", Text("انتهت مهلة الطلب", "Expired"), tone="na", icon="clock"),
    ),
    edges=(
        # First of the platform's edges: the clock takes the first that it may (cases.jobs.expire).
        Edge(
            "expire", ("draft", "returned", "fee_due"), "expired", (SYSTEM,),
            Text("انتهاء المهلة", "Expire"), Text("انتهت مهلة الطلب", "The application expired"),
            tells=APPLICANT, first=FEE.lock, then=(FEE.cancel,),
        ),
        Edge(
            "submit", ("draft",), "registration", APPLICANT,
            Text("تقديم الطلب", "Submit application"), Text("سُجّل الطلب", "Application registered"),
            tells=APPLICANT, only_if=checks.asks_registrar, guard=checks.papers_are_there,
            then=(ask_register,),
        ),
        Edge(
            "submit_zoning", ("draft",), "zoning", APPLICANT,
            Text("تقديم الطلب", "Submit application"), Text("سُجّل الطلب", "Application registered"),
            tells=APPLICANT, only_if=checks.asks_zone_manager, guard=checks.may_go_to_zoning,
            then=(ask_register,),
        ),
        Edge(
            "submit_unchecked", ("draft",), "fee_due", (*APPLICANT, SYSTEM),
            Text("تقديم الطلب", "Submit application"), Text("سُجّل الطلب", "Application registered"),
            tells=APPLICANT, only_if=checks.is_not_checked, guard=checks.may_be_billed,
            then=(issue_fee,),
        ),
        Edge(
            "end", ("draft",), "ended", APPLICANT,
            Text("إنهاء التصريح", "End the permit"), Text("أُنهي التصريح", "The permit was ended"),
            tells=APPLICANT, only_if=checks.is_an_end, guard=checks.permit_holds,
            then=(end_permit, revoke_paper), is_danger=True,
        ),
        Edge(
            "return_registration", ("registration",), "returned", REGISTRAR,
            Text("إعادة للاستكمال", "Return for completion"),
            Text("أعيد من قسم التسجيل", "Returned by the registration section"),
            tells=APPLICANT, keeps_origin=True, text=LACKS,
        ),
        Edge(
            "return_zoning", ("zoning",), "returned", ZONE_MANAGER,
            Text("إعادة للاستكمال", "Return for completion"),
            Text("أعيد من مسؤول المناطق", "Returned by the zone manager"),
            tells=APPLICANT, keeps_origin=True, text=LACKS,
        ),
        Edge(
            "resubmit", ("returned",), ORIGIN, APPLICANT,
            Text("أرسل الجواب", "Send the answer"), Text("أعيد تقديمه", "Submitted again"),
            guard=checks.may_come_again, text=Text("جوابك", "Your answer"),
        ),
        Edge(
            "accept_registration", ("registration",), "fee_due", REGISTRAR,
            CHECKED, Text("تحقق قسم التسجيل من الأوراق", "The registration section checked it"),
            tells=APPLICANT, guard=checks.may_be_billed, then=(issue_fee,),
        ),
        Edge(
            "accept_zoning", ("zoning",), "fee_due", ZONE_MANAGER,
            CHECKED, Text("تحقق مسؤول المناطق من الطلب", "The zone manager checked it"),
            tells=APPLICANT, guard=checks.may_be_billed, then=(issue_fee,),
        ),
        Edge(
            "refuse_registration", ("registration",), "refused", REGISTRAR,
            Text("رفض الطلب", "Refuse the application"), Text("رُفض الطلب", "Application refused"),
            tells=APPLICANT, text=REASON, is_danger=True,
        ),
        Edge(
            "refuse_zoning", ("zoning",), "refused", ZONE_MANAGER,
            Text("رفض الطلب", "Refuse the application"), Text("رُفض الطلب", "Application refused"),
            tells=APPLICANT, text=REASON, is_danger=True,
        ),
        Edge(
            "settle_fee", ("fee_due",), "issuing", (BILLING,),
            Text("سداد الرسوم", "Settle the fee"), Text("دُفعت الرسوم", "Fee paid"),
            guard=checks.may_be_granted, then=(grant, ask_for_paper),
        ),
        Edge(
            "issue", ("issuing",), "issued", (SYSTEM,),
            Text("إصدار", "Issue"), Text("صدر التصريح", "Permit issued"), tells=APPLICANT,
        ),
        Edge(
            "withdraw", ("draft", "registration", "zoning", "returned", "fee_due"), "withdrawn",
            APPLICANT, Text("سحب الطلب", "Withdraw the application"),
            Text("سُحب الطلب", "Withdrawn"), tells=APPLICANT, only_if=FEE.is_open,
            first=FEE.lock, then=(FEE.cancel,), is_danger=True,
        ),
    ),
)  # fmt: skip
