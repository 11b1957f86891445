"""Stages of a part of a report at one more department: the table of edges.

It is due when the whole is, and has no applicant: who sent the report hears of the whole alone.
"""

import datetime as dt

from municipality.actor import Actor
from municipality.cases.actions import CannotMove
from municipality.cases.machine import SYSTEM, Edge, Machine, Paper, State
from municipality.cases.models import Case
from municipality.cases.rights import OWN_CASE
from municipality.words import Text
from observations.parts.models import Part

KIND = "report_part"
DEPARTMENT = ("department",)
OPEN = ("assigned", "in_progress")


def _not_own(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Let nobody work at a part of a report that they sent themselves."""
    parties = Part.objects.get(case=case).whole.parties
    if by.person_id is not None and parties.filter(person_id=by.person_id).exists():
        raise CannotMove(OWN_CASE)


MACHINE = Machine(
    kind=KIND,
    name=Text("جزء من ملاحظة", "Part of a report"),
    prefix="OP",
    start="assigned",
    ends=("done", "sent_back", "called_off"),
    path=("assigned", "in_progress", "done"),
    papers=(Paper("other", Text("مستند آخر", "Another paper")),),
    states=(
        State(
            "assigned", Text("عند الدائرة", "With the department"), worker="department",
            promised=True, ahead=Text("تتسلمه الدائرة", "the department takes it"),
        ),
        State(
            "in_progress", Text("قيد التنفيذ", "In progress"), worker="department", promised=True,
            ahead=Text("تنجزه الدائرة", "the department does it"),
        ),
        State("done", Text("أُنجز", "Done"), tone="pass", icon="pass"),
        State("sent_back", Text("ليس لها", "Not theirs"), tone="fail", icon="fail"),
        State("called_off", Text("أُلغي", "Called off"), tone="na", icon="na"),
    ),
    edges=(
        Edge(
            "take", ("assigned",), "in_progress", DEPARTMENT,
            Text("ابدأ العمل", "Start"), Text("بدأ العمل", "Work began"), then=(_not_own,),
        ),
        Edge(
            "done", OPEN, "done", DEPARTMENT,
            Text("أُنجز", "Done"), Text("أُنجز", "Done"),
            text=Text(
                "ماذا عُمل؟ يقرؤه من عنده الملاحظة",
                "What was done? Who holds the report reads it",
            ), then=(_not_own,), is_danger=True,
        ),
        Edge(
            "send_back", OPEN, "sent_back", DEPARTMENT,
            Text("ليس لنا", "Not ours"), Text("رُدّ: ليس لها", "Sent back: not theirs"),
            text=Text("لماذا ليس لكم؟ ولمن هو؟", "Why is it not yours, and whose is it?"),
            then=(_not_own,), is_danger=True,
        ),
        Edge(
            "call_off", OPEN, "called_off", (SYSTEM,),
            Text("إلغاء المطلوب", "Call it off"),
            Text("ألغاه من عنده الملاحظة", "Called off by who holds the report"),
        ),
        Edge(
            "whole_ended", OPEN, "called_off", (SYSTEM,),
            Text("انتهت الملاحظة", "The report ended"),
            Text("انتهت الملاحظة نفسها", "The report itself ended"),
        ),
    ),
)  # fmt: skip
