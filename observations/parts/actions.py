"""Splitting a report among departments, and calling a part off again.

The caller has checked that who acts is an officer of the report.
"""

import datetime as dt

from municipality.actor import SYSTEM, Actor
from municipality.cases.actions import NewCase, Where, move, open_case
from municipality.cases.models import Case
from municipality.city_time import city_day
from municipality.history.actions import record
from municipality.problems import Problem, bad_value
from municipality.reach import acting
from municipality.words import Text
from observations.parts.models import Part
from observations.parts.transitions import KIND
from observations.parts.waiting import open_parts
from observations.reports.models import Observation
from observations.reports.transitions import OPEN
from observations.routing.models import Body

MOST_OPEN, LONGEST = 6, 1_000
NOT_NOW = Text("لا تُقسم الملاحظة في هذه المرحلة.", "A report cannot be split at this stage.")
WHAT = Text("اكتب المطلوب من الدائرة.", "Write what is asked of the department.")
TOO_LONG = Text(f"المطلوب أطول من {LONGEST} حرف.", f"More than {LONGEST} characters.")
HAS_IT = Text("الملاحظة نفسها عند هذه الدائرة.", "The report itself is with this department.")
HAS_A_PART = Text(
    "عند هذه الدائرة جزء من الملاحظة لم ينته.", "This department has a part that has not ended."
)
MANY = Text(
    f"للملاحظة {MOST_OPEN} أجزاء مفتوحة على الأكثر.",
    f"A report has {MOST_OPEN} open parts at most.",
)
OUTSIDE = Text(
    "هذه جهة خارج البلدية: أحل الملاحظة إليها.", "This body is outside: forward the report to it."
)
ENDED = Text("انتهى هذا الجزء.", "This part has ended.")


def _held(case_id: int) -> Case:
    """Hold a report until the transaction ends: who asks for a part, ends one or the report."""
    return Case.objects.select_for_update().get(pk=case_id)


def _check(whole: Case, body: Body) -> int:
    """Return the directorate that gets the part; raises Problem where it may not be asked."""
    if whole.state not in OPEN:
        raise Problem(409, "not_now", NOT_NOW)
    if body.is_outside or body.directorate_id is None:
        raise bad_value("body", OUTSIDE)
    if body.directorate_id == whole.directorate_id:
        raise bad_value("body", HAS_IT)
    parts = open_parts(whole)
    if any(part.body_id == body.pk for part in parts):
        raise bad_value("body", HAS_A_PART)
    if len(parts) >= MOST_OPEN:
        raise Problem(409, "not_now", MANY)
    return body.directorate_id


@acting
def split(*, case_id: int, body: Body, asked: str, by: Actor, at: dt.datetime) -> Part:
    """Ask one more department for its part of a report; returns the part, with its own case.

    It is due when the report is.  Raises Problem 422 for a body that is outside, has the report
    or has an open part of it, and for a question that is empty or too long; 409 for a report
    that has ended or is elsewhere, and for too many parts.
    """
    whole = _held(case_id)
    asked = asked.strip()
    directorate_id = _check(whole, body)
    if not asked:
        raise bad_value("asked", WHAT)
    if len(asked) > LONGEST:
        raise bad_value("asked", TOO_LONG)
    where = Where(place=whole.place, wilayat_id=whole.wilayat_id, area_id=whole.area_id)
    case = open_case(
        new=NewCase(kind=KIND, parties=(), where=where, title=whole.title),
        by=by, at=at, year=city_day(at).year,
    )  # fmt: skip
    case.directorate_id = directorate_id
    case.due_at, case.round_the_clock = whole.due_at, whole.round_the_clock
    case.save(update_fields=["directorate", "due_at", "round_the_clock"])
    part = Part.objects.create(
        whole=whole, case=case, body=body, asked=asked, asked_by_id=by.person_id or 0, asked_at=at
    )
    unanswered = Observation.objects.filter(submission__case=whole, first_answered_at=None)
    unanswered.update(first_answered_at=at)
    facts = {"part": case.number, "body": body.code, "text": asked}
    record(stream=whole.stream, act="split", by=by, at=at, facts=facts)
    return part


@acting
def call_off(*, part: Part, by: Actor, at: dt.datetime) -> None:
    """End an open part that is not needed any more; raises Problem 409 for one that has ended."""
    _held(part.whole_id)  # the whole before its part, as where it ends
    case = Case.objects.select_for_update().get(pk=part.case_id)
    if case.closed_at is not None:
        raise Problem(409, "not_now", ENDED)
    record(stream=part.whole.stream, act="call_off", by=by, at=at, facts={"part": case.number})
    move(case_id=case.pk, edge="call_off", by=SYSTEM, at=at)
