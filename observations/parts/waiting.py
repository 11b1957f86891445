"""What a report waits for: its open parts hold it back, go where it goes, and end with it."""

import datetime as dt

from municipality.actor import SYSTEM, Actor
from municipality.cases.actions import move
from municipality.cases.models import Case
from municipality.history.queries import entries
from municipality.words import Text
from observations.parts.models import Part

STILL_OPEN = Text(
    "لم تنته بعد: {bodies}. انتظر ما طُلب منها أو ألغه.",
    "Not ended yet: {bodies}. Wait for what was asked there, or call it off.",
)


def open_parts(whole: Case) -> list[Part]:
    """Return the parts of a report that have not ended, the oldest first."""
    rows = Part.objects.filter(whole=whole, case__closed_at=None).select_related("body", "case")
    return list(rows.order_by("pk"))


def last_word(case: Case) -> str:
    """Return what a department wrote as it ended its part, or sent it back; else nothing."""
    last = entries(case.stream).filter(act="move").last()
    return "" if last is None else str(last.facts.get("text", ""))


def why_not_resolved(whole: Case, *, at: dt.datetime) -> Text | None:
    """Say why a report is not dealt with yet: which departments are still at their parts."""
    held = [part.body for part in open_parts(whole)]
    if not held:
        return None
    return Text(
        STILL_OPEN.ar.format(bodies="، ".join(body.name_ar for body in held)),
        STILL_OPEN.en.format(bodies=", ".join(body.name_en for body in held)),
    )


def follow_whole(whole: Case) -> None:
    """Let the open parts of a report lie where it lies and be due when it is.

    For when its pin was moved or its category changed; the caller holds the report.
    """
    Case.objects.filter(report_part__whole=whole, closed_at=None).update(
        place=whole.place, wilayat=whole.wilayat_id, area=whole.area_id, title=whole.title,
        due_at=whole.due_at, round_the_clock=whole.round_the_clock,
    )  # fmt: skip


def go_with_whole(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """End the open parts of a report that has ended: withdrawn, merged, not accepted.

    Of one that goes on they are due when it is: its clock stood while its sender was asked, and
    they went on working meanwhile.
    """
    if case.closed_at is not None:
        for part in open_parts(case):
            move(case_id=part.case_id, edge="whole_ended", by=SYSTEM, at=at)
    elif case.due_at is not None:
        Case.objects.filter(report_part__whole=case, closed_at=None).update(due_at=case.due_at)
