"""A dispute of a violation (اعتراض): its stages, and what a decision does to fine and money.

Open to whoever knows number and plate, before and after the fine is paid: who pays keeps the right.
"""

import datetime as dt
from dataclasses import dataclass

from municipality.actor import Actor
from municipality.cases.actions import CannotMove, NewCase, Where, open_case
from municipality.cases.machine import DAY_MIN, ORIGIN, SYSTEM, Edge, Machine, Paper, State
from municipality.cases.models import Case
from municipality.cases.new_parties import parties_for
from municipality.people.four_eyes import FOUR_EYES
from municipality.people.models import User
from municipality.problems import Problem
from municipality.reach import acting
from municipality.words import Text
from parking_zones.plates import vehicle_of_key
from parking_zones.violations import actions
from parking_zones.violations.models import Dispute, Violation
from parking_zones.zones.queries import city_time

KIND = "parking_dispute"
APPLICANT, SUPERVISOR = ("applicant",), ("supervisor",)
WRITING = ("draft", "returned")
NOT_NOW = Text(
    "هذه المخالفة ملغاة أو عليها اعتراض قائم.", "This violation is cancelled or already disputed."
)
REASON_NEEDED = Text("اكتب سبب الاعتراض.", "Write why you dispute it.")
WHY = Text("سبب القرار", "Reason for the decision")


def _dispute(case: Case) -> Dispute:
    return Dispute.objects.select_related("violation").get(case=case)


def _lock(case_id: int) -> None:
    """Lock the violation's bills and the violation before the case: the order of settling."""
    actions.locked(Dispute.objects.values_list("violation_id", flat=True).get(case_id=case_id))


def _close(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    Dispute.objects.filter(case=case).update(is_open=False)


def _grant(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Cancel the violation; whoever issued or confirmed it does not decide."""
    dispute = _dispute(case)
    try:
        actions.cancel(
            violation_id=dispute.violation_id, why=f"{case.number}: {text}", by=by, at=at
        )
    except Problem as refused:
        raise CannotMove(refused.detail) from refused


def _not_own(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Let nobody reject a dispute of what they issued or confirmed themselves."""
    violation = _dispute(case).violation
    if by.person_id in (violation.inspector_id, violation.decided_by_id):
        raise CannotMove(FOUR_EYES)


MACHINE = Machine(
    kind=KIND,
    name=Text("اعتراض على مخالفة مواقف", "Dispute of a parking violation"),
    prefix="PD",
    start="draft",
    ends=("granted", "rejected", "withdrawn", "expired"),
    path=("draft", "review", "granted"),
    papers=(
        Paper("vehicle_ownership", Text("ملكية المركبة", "Vehicle ownership"), WRITING),
        Paper("id_card", Text("البطاقة الشخصية أو بطاقة المقيم", "ID or resident card"), WRITING),
        Paper(
            "booking",
            Text("إثبات الحجز: إيصال أو رسالة أو تصريح", "Proof of booking: receipt, SMS, permit"),
            WRITING,
        ),
        Paper("violation_copy", Text("صورة المخالفة", "Copy of the violation"), WRITING),
        Paper("other", Text("مستند آخر", "Another paper"), WRITING),
    ),
    states=(
        State(
            "draft",
            Text("مسودة", "Draft"),
            asks=True,
            tone="na",
            icon="file",
            ahead=Text("أرفق الأوراق وقدّم الاعتراض", "attach the papers and submit it"),
        ),
        State(
            "review",
            Text("قيد النظر", "Under review"),
            worker="supervisor",
            within_min=10 * DAY_MIN,
            ahead=Text("نراجع الصور والموضع وما سُجل", "we look at photos, place and records"),
        ),
        State(
            "returned",
            Text("أعيد إليك للاستكمال", "Returned to you"),
            asks=True,
            tone="near",
            icon="returned",
            ahead=Text("أجب عما طُلب منك", "answer what you were asked"),
        ),
        State("granted", Text("قُبل وأُلغيت المخالفة", "Granted"), tone="pass", icon="pass"),
        State("rejected", Text("لم يُقبل", "Rejected"), tone="fail", icon="fail"),
        State("withdrawn", Text("سُحب", "Withdrawn"), tone="na", icon="na"),
        State("expired", Text("انتهت المهلة", "Out of time"), tone="na", icon="clock"),
    ),
    edges=(
        Edge(
            "submit", ("draft",), "review", APPLICANT,
            Text("تقديم الاعتراض", "Submit the dispute"),
            Text("سُجّل الاعتراض", "Dispute registered"), tells=APPLICANT,
        ),
        Edge(
            "return", ("review",), "returned", SUPERVISOR,
            Text("إعادة للاستكمال", "Return for completion"),
            Text("أعيد للاستكمال", "Returned for completion"), tells=APPLICANT, keeps_origin=True,
            text=Text("ماذا ينقص الاعتراض؟", "What does the dispute lack?"),
        ),
        Edge(
            "resubmit", ("returned",), ORIGIN, APPLICANT,
            Text("أرسل الجواب", "Send the answer"), Text("أعيد تقديمه", "Submitted again"),
            text=Text("جوابك", "Your answer"),
        ),
        Edge(
            "grant", ("review",), "granted", SUPERVISOR,
            Text("قبول وإلغاء المخالفة", "Grant, and cancel the violation"),
            Text("قُبل الاعتراض وأُلغيت المخالفة", "Granted; the violation is cancelled"),
            tells=APPLICANT, text=WHY, first=_lock, then=(_grant, _close), is_danger=True,
        ),
        Edge(
            "reject", ("review",), "rejected", SUPERVISOR,
            Text("عدم قبول الاعتراض", "Reject the dispute"),
            Text("لم يُقبل الاعتراض", "Dispute rejected"),
            tells=APPLICANT, text=WHY, then=(_not_own, _close), is_danger=True,
        ),
        Edge(
            "withdraw", ("draft", "review", "returned"), "withdrawn", APPLICANT,
            Text("سحب الاعتراض", "Withdraw the dispute"), Text("سُحب الاعتراض", "Withdrawn"),
            tells=APPLICANT, then=(_close,), is_danger=True,
        ),
        Edge(
            "expire", ("draft", "returned"), "expired", (SYSTEM,),
            Text("انتهاء المهلة", "Expire"), Text("انتهت مهلة الاعتراض", "The dispute expired"),
            tells=APPLICANT, then=(_close,),
        ),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Disputed:
    """What is disputed, and why."""

    violation_id: int
    reason: str


@acting
def dispute(*, disputed: Disputed, person: User, by: Actor, at: dt.datetime) -> Case:
    """Open the case of a dispute as a draft, to which papers are attached before it is submitted.

    Raises Problem 409 for a violation that is not issued or is disputed already, 422 without a
    reason.
    """
    violation = actions.locked(disputed.violation_id)
    if not disputed.reason.strip():
        raise Problem(422, "bad_value", REASON_NEEDED)
    if (
        violation.state != Violation.State.ISSUED
        or violation.disputes.filter(is_open=True).exists()
    ):
        raise Problem(409, "not_now", NOT_NOW)
    check, plate = violation.parking_check, vehicle_of_key(violation.plate_key)
    case = open_case(
        new=NewCase(
            kind=KIND,
            parties=parties_for(person, KIND, by=by, at=at),
            where=Where(place=None if check is None else check.point),
            title=f"{violation.number} · {plate.shown_ar}",
        ),
        by=by,
        at=at,
        year=city_time(at).year,
    )
    Dispute.objects.create(case=case, violation=violation, reason=disputed.reason[:2_000])
    return case
