"""Technical remarks: made by an officer, answered one by one, settled by who asked.

A remark is about one version of a paper, at a spot of a page or as a whole, or about a place on
the map.  Everything stays on the record.
"""

import datetime as dt
from dataclasses import dataclass

from django.contrib.gis.geos import GEOSGeometry

from municipality.actor import Actor
from municipality.cases.conversation import EMPTY, ONLY_READS, NotSaid, open_for
from municipality.cases.models import Case, Document, Remark
from municipality.cases.rights import Side
from municipality.history.actions import record
from municipality.reach import acting
from municipality.words import Text

MAX_REMARK = 2000
TOO_LONG = Text(
    f"النص أطول من {MAX_REMARK} حرف.", f"The text has more than {MAX_REMARK} characters."
)
OUTSIDE_PAGE = Text("الموضع خارج الصفحة.", "The spot is outside the page.")
WRITTEN_ALREADY = Text("كُتبت هذه الملاحظة قبل قليل.", "This remark was written a moment ago.")
SETTLED = Text("أُغلقت هذه الملاحظة.", "This remark is settled.")
NOT_ANSWERED = Text("لم يُجب عن هذه الملاحظة بعد.", "This remark has no answer yet.")


@dataclass(frozen=True, slots=True)
class Pin:
    """A spot on a page (from 1): fractions of the page as seen, from its upper left corner."""

    page: int
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class About:
    """What a remark is about: a version of a paper, perhaps at a spot, or a METRIC place."""

    document: Document | None = None
    pin: Pin | None = None
    place: GEOSGeometry | None = None


def _said(text: str) -> str:
    if not text.strip():
        raise NotSaid(EMPTY)
    if len(text) > MAX_REMARK:
        raise NotSaid(TOO_LONG)
    return text.strip()


def _told(row: Remark) -> tuple[object, ...]:
    """Return what a remark says of what, and who wrote it at which stage."""
    spot = (row.document_id, row.page, row.x, row.y, row.place)
    return row.by_person_id, row.stage, row.text, spot


@acting
def remark(*, case_id: int, text: str, about: About, by: Actor, at: dt.datetime) -> Remark:
    """Write a technical remark.

    Raises NotSaid for who is no officer of the case, for bad text, and for the remark written just
    before again (a form sent twice): the applicant would have to answer both.
    """
    case, side = open_for(case_id, by, at=at)
    if side is not Side.MUNICIPALITY:
        raise NotSaid(ONLY_READS)
    made = Remark(
        case=case, stage=case.state, text=_said(text), by_person_id=by.person_id or 0, at=at,
        document=about.document, place=about.place,
    )  # fmt: skip
    if (pin := about.pin) is not None:
        if not (pin.page >= 1 and 0 <= pin.x <= 1 and 0 <= pin.y <= 1):
            raise NotSaid(OUTSIDE_PAGE)
        made.page, made.x, made.y = pin.page, pin.x, pin.y
    last = case.remarks.order_by("-at", "-pk").first()
    if last is not None and _told(last) == _told(made):
        raise NotSaid(WRITTEN_ALREADY)
    made.save()
    facts = {"remark": made.pk, "text": made.text, "stage": made.stage}
    record(stream=case.stream, act="remark", by=by, at=at, facts=facts)
    return made


def _held(remark_id: int) -> Remark:
    return Remark.objects.select_for_update(of=("self",)).select_related("case").get(pk=remark_id)


@acting
def answer_remark(*, remark_id: int, text: str, by: Actor, at: dt.datetime) -> Remark:
    """Answer a remark, or answer it anew while it is not settled; raises NotSaid."""
    found = _held(remark_id)
    case, side = open_for(found.case_id, by, at=at)
    if side is not Side.APPLICANT:
        raise NotSaid(ONLY_READS)
    if found.settled_at is not None:
        raise NotSaid(SETTLED)
    found.answer, found.answered_at, found.answered_by_id = _said(text), at, by.person_id
    found.save(update_fields=["answer", "answered_at", "answered_by"])
    facts = {"remark": found.pk, "text": found.answer}
    record(stream=case.stream, act="answer_remark", by=by, at=at, facts=facts)
    return found


@acting
def settle_remark(*, remark_id: int, by: Actor, at: dt.datetime) -> None:
    """Settle a remark: what it asked for is there; raises NotSaid for who is no officer."""
    found = _held(remark_id)
    if open_for(found.case_id, by, at=at)[1] is not Side.MUNICIPALITY:
        raise NotSaid(ONLY_READS)
    if found.settled_at is None:
        found.settled_at, found.settled_by_id = at, by.person_id
        found.save(update_fields=["settled_at", "settled_by"])
        record(
            stream=found.case.stream, act="settle_remark", by=by, at=at, facts={"remark": found.pk}
        )


@acting
def ask_again(*, remark_id: int, text: str, by: Actor, at: dt.datetime) -> Remark:
    """Ask again where an answer was not enough: the earlier words stay in the history.

    Raises NotSaid for a remark without an answer, and for who is no officer of the case.
    """
    found = _held(remark_id)
    case, side = open_for(found.case_id, by, at=at)
    if side is not Side.MUNICIPALITY:
        raise NotSaid(ONLY_READS)
    if not found.answer:
        raise NotSaid(NOT_ANSWERED)
    facts = {"remark": found.pk, "text": _said(text), "was": found.text, "answer": found.answer}
    found.text, found.answer = _said(text), ""
    found.answered_at = found.settled_at = None
    found.answered_by_id = found.settled_by_id = None
    found.save()
    record(stream=case.stream, act="ask_again", by=by, at=at, facts=facts)
    return found


def unanswered(case: Case) -> int:
    """Count the remarks that still wait for an answer."""
    return case.remarks.filter(answered_at=None, settled_at=None).count()


def unsettled(case: Case, *, stage: str) -> int:
    """Count the remarks of a stage that nobody has settled."""
    return case.remarks.filter(stage=stage, settled_at=None).count()
