"""Stages of a report (ملاحظة) from its arrival to its end: the table of edges and nothing else.

Source of the stages: domain/anchors.md §16 (Signals, PGR, FixMyStreet), with an exit from each.
Due is the whole report, as promised by its priority (``Target``), not each stage of it.
"""

from collections.abc import Mapping
from dataclasses import replace

from municipality.cases.machine import DAY_MIN, ORIGIN, SYSTEM, Edge, Machine, Paper, State
from municipality.cases.models import Case
from municipality.words import Text
from observations.parts import waiting
from observations.reports import following

KIND = "observation"
APPLICANT = ("applicant",)
AGENT, DEPARTMENT = ("agent",), ("department",)
STAFF = ("agent", "department")
AT_WORK = ("assigned", "in_progress", "planned", "reopened")
OPEN = ("received", *AT_WORK)
WHY = Text("السبب، ويقرؤه من أرسل الملاحظة", "The reason; who sent the report reads it")
WITHOUT_PROMISE_MIN = 3 * DAY_MIN  # of a report that came back: our own choice


def _words(case: Case) -> Mapping[str, Text]:
    return following.words_of(case)


EDGES = (
    Edge(
        "assign", ("received",), "assigned", (*AGENT, SYSTEM),
        Text("أحلها إلى الدائرة", "Assign to the department"),
        Text("أحيلت إلى الدائرة المختصة", "Assigned to the department"),
        guard=following.why_not_assigned,
    ),
    Edge(
        "unassign", AT_WORK, "received", (SYSTEM,),
        Text("إعادة إلى مركز الاتصالات", "Back to the contact centre"),
        Text("تغيرت الجهة المختصة ولم تتعين", "Whose it is changed and is not clear"),
    ),
    Edge(
        "reassign", AT_WORK, "assigned", (SYSTEM,),
        Text("إحالة إلى دائرة أخرى", "Assign to another department"),
        Text("تغيرت الدائرة المختصة", "It is another department's now"),
    ),
    Edge(
        "send_back", AT_WORK, "received", DEPARTMENT,
        Text("ليست لنا: أعدها إلى المركز", "Not ours: back to the contact centre"),
        Text("أعيدت إلى مركز الاتصالات", "Sent back to the contact centre"),
        text=Text("لماذا ليست لكم؟ ولمن هي؟", "Why is it not yours, and whose is it?"),
        then=(following.leave_directorate,),
    ),
    Edge(
        "take", ("assigned", "reopened"), "in_progress", DEPARTMENT,
        Text("ابدأ المعالجة", "Start"), Text("بدأت المعالجة", "Work began"),
    ),
    Edge(
        "plan", ("assigned", "in_progress", "reopened"), "planned", DEPARTMENT,
        Text("حدّد يوم العمل", "Set the day"), Text("حُدد يوم العمل", "The day was set"),
        tells=APPLICANT, guard=following.why_not_planned,
    ),
    Edge(
        "start", ("planned",), "in_progress", DEPARTMENT,
        Text("ابدأ المعالجة", "Start"), Text("بدأت المعالجة", "Work began"),
    ),
    Edge(
        "ask", OPEN, "awaiting", STAFF,
        Text("اسأل صاحب الملاحظة", "Ask who sent it"), Text("سألنا صاحبها", "We asked"),
        tells=APPLICANT, keeps_origin=True,
        text=Text("ما الذي تريد معرفته؟", "What do you want to know?"),
        guard=following.why_not_asked,
    ),
    Edge(
        "answer", ("awaiting",), ORIGIN, APPLICANT,
        Text("أرسل الجواب", "Send the answer"), Text("جاء الجواب", "The answer came"),
        text=Text("جوابك", "Your answer"),
    ),
    Edge(
        "forward", OPEN, "forwarded", STAFF,
        Text("أحلها إلى جهة خارجية", "Forward to another body"),
        Text("أحيلت إلى جهة خارجية", "Forwarded to another body"), tells=APPLICANT,
        text=Text("أي جهة، وما المطلوب منها؟", "Which body, and what is asked of it?"),
    ),
    Edge(
        "take_back", ("forwarded",), "in_progress", DEPARTMENT,
        Text("أعدها إلينا", "Take it back"), Text("عادت إلينا", "Taken back"),
    ),
    Edge(  # what a body outside did not deal with: to who had it, else to the agents (0085)
        "came_back", ("forwarded",), "in_progress", (SYSTEM,),
        Text("عودتها إلى الدائرة", "Back to the department"),
        Text("عادت من الجهة الخارجية", "Came back from the other body"),
    ),
    Edge(
        "came_back_to_centre", ("forwarded",), "received", (SYSTEM,),
        Text("عودتها إلى مركز الاتصالات", "Back to the contact centre"),
        Text("عادت من الجهة الخارجية", "Came back from the other body"),
    ),
    Edge(
        "resolve", (*AT_WORK, "forwarded"), "resolved", DEPARTMENT,
        Text("عولجت", "Dealt with"), Text("عولجت", "Dealt with"), tells=APPLICANT,
        text=Text("ماذا عُمل؟ ويقرؤه من أرسلها", "What was done? Who sent it reads it"),
        guard=waiting.why_not_resolved,
    ),
    Edge(
        "confirm", ("resolved",), "closed", APPLICANT,
        Text("نعم، عولجت", "Yes, it is dealt with"),
        Text("أكّد صاحبها أنها عولجت", "Confirmed by who sent it"), is_danger=True,
    ),
    Edge(
        "reopen", ("resolved",), "reopened", APPLICANT,
        Text("لم تُعالج: أعد فتحها", "Not dealt with: open again"),
        Text("أعاد صاحبها فتحها", "Opened again by who sent it"), tells=APPLICANT,
        text=Text("ماذا بقي؟", "What is left?"),
    ),
    Edge(
        "reject", OPEN, "rejected", STAFF, Text("لا تُقبل", "Do not accept"),
        Text("لم تُقبل", "Not accepted"), tells=APPLICANT, text=WHY, is_danger=True,
    ),
    Edge(
        "not_ours", (*OPEN, "forwarded"), "not_ours", STAFF,
        Text("ليست من اختصاص البلدية", "Not the municipality's"),
        Text("ليست من اختصاص البلدية", "Not the municipality's"), tells=APPLICANT,
        text=Text(
            "من هي الجهة المختصة؟ ويقرؤه من أرسلها", "Whose is it? Who sent it reads this"
        ),
        is_danger=True,
    ),
    Edge(
        "merge", OPEN, "duplicate", STAFF,
        Text("ضُمّها إلى ملاحظة سابقة", "Merge into an earlier report"),
        Text("ضُمّت إلى ملاحظة سابقة", "Merged into an earlier report"), tells=APPLICANT,
        only_if=following.is_marked_duplicate, is_danger=True,
    ),
    Edge(
        "withdraw", ("received", "assigned", "awaiting"), "withdrawn", APPLICANT,
        Text("اسحب الملاحظة", "Withdraw the report"), Text("سُحبت", "Withdrawn"),
        is_danger=True,
    ),
    Edge(
        "expire", ("awaiting", "resolved"), "closed", (SYSTEM,),
        Text("انتهاء المهلة", "Time is over"),
        Text("أغلقت بعد انتهاء المهلة", "Closed when the time was over"), tells=APPLICANT,
    ),
)  # fmt: skip
# Whatever edge is taken, the report's own status goes along, who follows it hears, and the parts
# at other departments end with it.
FOLLOW = (following.keep_status, following.tell_followers, waiting.go_with_whole)
MACHINE = Machine(
    kind=KIND,
    name=Text("ملاحظة", "Observation"),
    prefix="OB",
    start="received",
    ends=("closed", "rejected", "duplicate", "not_ours", "withdrawn"),
    path=("received", "assigned", "in_progress", "resolved", "closed"),
    words=_words,
    papers=(Paper("other", Text("مستند آخر", "Another paper")),),
    states=(
        State(
            "received", Text("وصلت", "Received"), worker="agent", promised=True,
            ahead=Text("نعرف الجهة المختصة", "we find whose it is"),
        ),
        State(
            "assigned", Text("عند الدائرة المختصة", "With the department"), worker="department",
            promised=True, ahead=Text("تتسلمها الدائرة", "the department takes it"),
        ),
        State(
            "planned", Text("مجدولة", "Scheduled"), worker="department", promised=True,
            icon="calendar", ahead=Text("حُدد يوم العمل", "its day is set"),
        ),
        State(
            "in_progress", Text("قيد التنفيذ", "In progress"), worker="department", promised=True,
            ahead=Text("تعالجها الدائرة", "the department deals with it"),
        ),
        State(
            "awaiting", Text("بانتظار جوابك", "Waiting for your answer"), asks=True, tone="near",
            icon="returned", ahead=Text("أجب عما سئلت عنه", "answer what you were asked"),
        ),
        State(
            "forwarded", Text("عند جهة خارجية", "With another body"), worker="department",
            promised=True, icon="out", ahead=Text("تنظر فيها جهة أخرى", "another body looks at it"),
        ),
        State(
            "resolved", Text("عولجت", "Dealt with"), asks=True, tone="pass", icon="pass",
            ahead=Text("أكّد أنها عولجت، أو أعد فتحها", "confirm it, or open it again"),
        ),
        State(
            "reopened", Text("أعيد فتحها", "Opened again"), worker="department", tone="near",
            within_min=WITHOUT_PROMISE_MIN, icon="returned",
            ahead=Text("تعود إليها الدائرة", "the department goes back to it"),
        ),
        State("closed", Text("مغلقة", "Closed"), tone="pass", icon="pass"),
        State("rejected", Text("لم تُقبل", "Not accepted"), tone="fail", icon="fail"),
        State("duplicate", Text("مكررة", "Duplicate"), tone="na", icon="na"),
        State(
            "not_ours", Text("ليست من اختصاص البلدية", "Not the municipality's"), tone="na",
            icon="na",
        ),
        State("withdrawn", Text("سُحبت", "Withdrawn"), tone="na", icon="na"),
    ),
    edges=tuple(replace(edge, then=(*edge.then, *FOLLOW)) for edge in EDGES),
)  # fmt: skip
