"""Stages of a certified plot extract, in the order a clerk tells them."""

from municipality.cases.machine import BILLING, DAY_MIN, ORIGIN, SYSTEM, Edge, Machine, Paper, State
from municipality.words import Text
from plots.extracts.checks import look_anew, plot_is_as_checked
from plots.extracts.fees import FEE, issue_fee
from plots.extracts.issuing import ask_for_paper

APPLICANT = ("applicant",)

MACHINE = Machine(
    kind="plot_extract",
    name=Text("مستخرج قطعة أرض معتمد", "Certified plot extract"),
    prefix="PX",
    start="draft",
    ends=("issued", "refused", "withdrawn", "expired"),
    path=("draft", "registration", "fee_due", "issuing", "issued"),
    papers=(
        Paper("krooki", Text("الرسم المساحي (كروكي)", "Krooki")),
        Paper("title_deed", Text("سند الملكية", "Title deed")),
        Paper("other", Text("مستند آخر", "Another paper")),
    ),
    states=(
        State(
            "draft",
            Text("مسودة", "Draft"),
            asks=True,
            tone="na",
            icon="file",
            ahead=Text("أكمل الطلب وقدّمه", "complete and submit it"),
        ),
        State(
            "registration",
            Text("تدقيق قسم التسجيل", "Registration check"),
            worker="registrar",
            within_min=DAY_MIN,
            ahead=Text("نتحقق من القطعة في السجل", "we check the plot in the register"),
        ),
        State(
            "returned",
            Text("أعيد إليك للاستكمال", "Returned to you"),
            asks=True,
            tone="near",
            icon="returned",
            ahead=Text("أجب عن ملاحظة قسم التسجيل", "answer the remark you were sent"),
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
            ahead=Text("يصدر مختومًا برمز تحقق", "issued with a verification code"),
        ),
        State("issued", Text("صدر", "Issued"), tone="pass", icon="pass"),
        State("refused", Text("رُفض", "Refused"), tone="fail", icon="fail"),
        State("withdrawn", Text("سُحب الطلب", "Withdrawn"), tone="na", icon="na"),
        State("expired", Text("انتهت مهلة الطلب", "Expired"), tone="na", icon="clock"),
    ),
    edges=(
        Edge(
            "submit", ("draft",), "registration", APPLICANT,
            Text("تقديم الطلب", "Submit application"), Text("سُجّل الطلب", "Application registered"),
            tells=APPLICANT,
        ),
        Edge(
            "return", ("registration",), "returned", ("registrar",),
            Text("إعادة للاستكمال", "Return for completion"),
            Text("أعيد من قسم التسجيل", "Returned by the registration section"),
            tells=APPLICANT, keeps_origin=True,
            text=Text("ماذا ينقص الطلب؟", "What does the application lack?"),
        ),
        Edge(
            "resubmit", ("returned",), ORIGIN, APPLICANT,
            Text("أرسل الجواب", "Send the answer"), Text("أعيد تقديمه", "Submitted again"),
            then=(look_anew,),
            text=Text("جوابك عن الملاحظة", "Your answer to the remark"),
        ),
        Edge(
            "accept", ("registration",), "fee_due", ("registrar",),
            Text("البيانات صحيحة", "The facts are right"),
            Text("تحقق قسم التسجيل من القطعة", "The registration section checked the plot"),
            tells=APPLICANT, only_if=FEE.is_open, guard=plot_is_as_checked, then=(issue_fee,),
        ),
        Edge(
            "refuse", ("registration",), "refused", ("registrar",),
            Text("رفض الطلب", "Refuse the application"), Text("رُفض الطلب", "Application refused"),
            tells=APPLICANT, text=Text("سبب الرفض", "Reason for the refusal"), is_danger=True,
            only_if=FEE.is_open,
        ),
        Edge(
            "settle_fee", ("fee_due",), "issuing", (BILLING,),
            Text("سداد الرسوم", "Settle the fee"), Text("دُفعت الرسوم", "Fee paid"),
            then=(ask_for_paper,),
        ),
        Edge(
            "recheck", ("issuing",), "registration", (SYSTEM,),
            Text("إعادة التحقق", "Check again"),
            Text("تغيرت القطعة فأعيد التحقق منها", "The plot changed and is checked again"),
            then=(look_anew,),
        ),
        Edge(
            "confirm", ("registration",), "issuing", ("registrar",),
            Text("البيانات صحيحة والرسوم مدفوعة", "The facts are right and the fee is paid"),
            Text("تحقق قسم التسجيل مرة أخرى", "The registration section checked again"),
            only_if=FEE.is_paid, guard=plot_is_as_checked, then=(ask_for_paper,),
        ),
        Edge(
            "refuse_paid", ("registration",), "refused", ("registrar",),
            Text("رفض الطلب ورد الرسوم", "Refuse, and give the fee back"),
            Text("رُفض الطلب وتُرد الرسوم", "Refused; the fee goes back"),
            tells=APPLICANT, text=Text("سبب الرفض", "Reason for the refusal"), is_danger=True,
            only_if=FEE.is_paid, first=FEE.lock, then=(FEE.give_back,),
        ),
        Edge(
            "issue", ("issuing",), "issued", (SYSTEM,),
            Text("إصدار", "Issue"), Text("صدر المستخرج", "Extract issued"), tells=APPLICANT,
        ),
        Edge(
            "withdraw", ("draft", "registration", "returned", "fee_due"), "withdrawn", APPLICANT,
            Text("سحب الطلب", "Withdraw the application"), Text("سُحب الطلب", "Withdrawn"),
            tells=APPLICANT, only_if=FEE.is_open, first=FEE.lock, then=(FEE.cancel,),
            is_danger=True,
        ),
        Edge(
            "expire", ("draft", "returned", "fee_due"), "expired", (SYSTEM,),
            Text("انتهاء المهلة", "Expire"), Text("انتهت مهلة الطلب", "The application expired"),
            tells=APPLICANT, first=FEE.lock, then=(FEE.cancel,),
        ),
    ),
)  # fmt: skip
