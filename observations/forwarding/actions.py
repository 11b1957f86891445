"""Forwarding a report to a body outside, its one answer, and the way back (decision 0085)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.validators import validate_email
from django.db.models import F

from municipality.actor import SYSTEM, Actor
from municipality.calendar.office_time import deadline
from municipality.calendar.queries import city_calendar
from municipality.calendar.rest_days import NoCalendar
from municipality.cases.actions import CannotMove, move
from municipality.cases.machine import DAY_MIN
from municipality.cases.models import Case
from municipality.cases.telling import day_text
from municipality.documents.intake import accept_photo
from municipality.history.actions import record
from municipality.notices.outbox import Recipient, queue
from municipality.problems import Problem, bad_value
from municipality.reach import acting
from municipality.words import Text
from observations.forwarding.models import Forwarding
from observations.forwarding.notices import FORWARDED
from observations.reports.following import submission_of
from observations.reports.intake import keep_photos
from observations.routing.models import Body

MOST_DAYS, MOST_PHOTOS = 30, 4
LONGEST_ASKED, LONGEST_ANSWER, LONGEST_NAME, LONGEST_MAIL = 1_000, 2_000, 150, 254
AT_ONCE = 500  # reports a turn; the next turn takes the rest
STATE = "forwarded"
WHO = Text("اختر الجهة، أو اكتب اسمها.", "Choose the body, or write its name.")
NO_MAILBOX = Text(
    "لا بريد مسجلًا لهذه الجهة. اكتب عنوان بريدها.",
    "No mailbox of this body is on record. Write its e-mail address.",
)
WHAT = Text("اكتب المطلوب من الجهة.", "Write what is asked of the body.")
HOW_LONG = Text(f"المهلة بين 1 و{MOST_DAYS} يوم عمل.", f"1 to {MOST_DAYS} working days.")
TOO_LONG = Text("النص طويل. اختصره.", "The text is too long; shorten it.")
ANSWERED = Text("سُجّل جوابكم من قبل.", "Your answer is recorded already.")
OVER = Text("انتهت مهلة الجواب.", "The time to answer is over.")
CHOOSE = Text(
    "اختر الجواب، واكتب ما عُمل أو السبب، واسم من يجيب.",
    "Choose the answer; write what was done or why, and who answers.",
)
MANY_PHOTOS = Text(f"لا أكثر من {MOST_PHOTOS} صور.", f"{MOST_PHOTOS} photos at most.")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of whom: ``days`` are working days.

    A body of the book has its name, and its mailbox where one is on record; else as typed.
    """

    body: Body | None
    asked: str
    days: int
    name: str = ""
    email: str = ""
    with_photos: bool = False


@dataclass(frozen=True, slots=True)
class Given:
    """An answer: one of ``Forwarding.Answer``, its words, who gives it, photos of the work."""

    answer: str
    text: str
    name: str
    photos: Sequence[File[bytes]] = ()


def _is_mailbox(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST_MAIL


def _checked(what: Request) -> tuple[str, str, str]:
    """Return name, mailbox and question; raises Problem 422."""
    name = what.body.name_ar if what.body is not None else " ".join(what.name.split())
    if not name or len(name) > LONGEST_NAME:
        raise bad_value("name", WHO)
    known = what.body.email if what.body is not None else ""
    email = known or what.email.strip()
    if not _is_mailbox(email):
        raise bad_value("email", NO_MAILBOX)
    asked = what.asked.strip()
    if not asked:
        raise bad_value("asked", WHAT)
    if len(asked) > LONGEST_ASKED:
        raise bad_value("asked", TOO_LONG)
    if not 1 <= what.days <= MOST_DAYS:
        raise bad_value("days", HOW_LONG)
    return name, email, asked


def _due(case: Case, days: int, *, at: dt.datetime) -> dt.datetime:
    """Return when so many working days are over; plain days where the calendar does not reach."""
    try:
        return deadline(at, days * DAY_MIN, city_calendar(), case.directorate_id)
    except NoCalendar:
        return at + dt.timedelta(days=days)


@acting
def forward(
    *, case_id: int, what: Request, by: Actor, at: dt.datetime, seen: int | None = None
) -> Forwarding:
    """Forward a report to a body outside: the step, the question and the letter are one.

    Raises Problem 422 for a question that is none, CannotMove for who may not forward.
    """
    name, email, asked = _checked(what)
    case = move(case_id=case_id, edge="forward", by=by, at=at, text=f"{name}: {asked}", seen=seen)
    made = Forwarding.objects.create(
        case=case, moves=case.moves, body=what.body, name=name, email=email, asked=asked,
        with_photos=what.with_photos, asked_by_id=by.person_id or 0, asked_at=at,
        due_at=_due(case, what.days, at=at),
    )  # fmt: skip
    facts = {"body": name, "with_photos": what.with_photos, "until": day_text(made.due_at)}
    record(stream=case.stream, act="forward_out", by=by, at=at, facts=facts)
    _write_to(made, at=at)
    return made


def _write_to(made: Forwarding, *, at: dt.datetime) -> None:
    queue(
        template=FORWARDED.code,
        to=Recipient(email=made.email, language="ar"),
        values={
            "body": made.name[:40], "number": made.case.number,
            "category": submission_of(made.case).observation.category.name_ar,
            "due": day_text(made.due_at),
            "link": f"{settings.GEO_PUBLIC_URL}/forwarded/{made.public_id}/",
        },
        key=f"forwarded/{made.pk}",
        at=at,
        about=made.case.stream,
    )  # fmt: skip


@acting
def forwarding(public_id: str) -> Forwarding | None:
    """Return what was asked of a body by its unguessable id, which is the right to read it."""
    rows = Forwarding.objects.select_related("case__area", "case__wilayat")
    return rows.filter(public_id=public_id).first()  # unique


def stands(asked: Forwarding, case: Case) -> bool:
    """Tell whether a report is still at the body: nobody has moved it since."""
    return case.state == STATE and case.moves == asked.moves


def is_open(asked: Forwarding, *, at: dt.datetime) -> bool:
    """Tell whether a body may still answer: it has not, its time runs, the report is with it."""
    return asked.answered_at is None and at <= asked.due_at and stands(asked, asked.case)


def _locked(asked: Forwarding) -> Forwarding:
    """Hold a question until the transaction ends, so that one answer is taken."""
    return Forwarding.objects.select_for_update(of=("self",)).get(pk=asked.pk)


def _refuse_closed(asked: Forwarding, *, at: dt.datetime) -> None:
    if asked.answered_at is not None:
        raise Problem(409, "not_now", ANSWERED)
    if not is_open(asked, at=at):
        raise Problem(409, "not_now", OVER)


def _words_of(given: Given) -> tuple[str, str]:
    """Return the words of an answer and who gives it; raises Problem 422."""
    text, name = given.text.strip(), " ".join(given.name.split())
    if given.answer not in Forwarding.Answer.values or not text or not name:
        raise bad_value("answer", CHOOSE)
    if len(text) > LONGEST_ANSWER or len(name) > LONGEST_NAME:
        raise bad_value("text", TOO_LONG)
    if len(given.photos) > MOST_PHOTOS:
        raise bad_value("photos", MANY_PHOTOS)
    return text, name


@acting
def answer(*, asked: Forwarding, given: Given, at: dt.datetime) -> Forwarding:
    """Take the answer of a body, once; its photos are photos of the work.

    Raises Problem 409 after the first answer and past its time, 422 for an answer without words,
    Unreadable for a photo that is none.  "Dealt with" leaves the report where it is for its
    department, which looks before the sender hears; every other answer brings it back.  The photos
    are cleaned while the question is held, not the case: who answers twice waits, nobody else.
    """
    text, name = _words_of(given)
    held = _locked(asked)
    _refuse_closed(held, at=at)
    by = Actor(person_id=None, name=held.name, role="body")
    about = held.case.stream
    files = tuple(accept_photo(photo, by=by, at=at, about=about) for photo in given.photos)
    case = Case.objects.select_for_update().get(pk=held.case_id)
    held.case = case
    _refuse_closed(held, at=at)  # an officer may have taken it back meanwhile
    held.answer, held.text, held.answered_name, held.answered_at = given.answer, text, name, at
    held.save(update_fields=["answer", "text", "answered_name", "answered_at"])
    keep_photos(submission_of(case), files, of_the_work=True, at=at)
    facts = {
        "body": held.name, "answer": held.answer, "text": text, "name": name,
        "photos": [file.sha256 for file in files],
    }  # fmt: skip
    record(stream=case.stream, act="forward_answered", by=by, at=at, facts=facts)
    if held.answer != Forwarding.Answer.DONE:
        _come_back(case, at=at)
    return held


def _come_back(case: Case, *, at: dt.datetime) -> None:
    """Bring a report back to its department, or to the agents where it has none."""
    edge = "came_back" if case.directorate_id is not None else "came_back_to_centre"
    move(case_id=case.pk, edge=edge, by=SYSTEM, at=at, seen=case.moves)


@acting
def _unanswered(asked: Forwarding, *, at: dt.datetime) -> bool:
    held = _locked(asked)
    if held.answered_at is not None or not stands(held, held.case):
        return False
    facts = {"body": held.name, "until": day_text(held.due_at)}
    record(stream=held.case.stream, act="forward_unanswered", by=SYSTEM, at=at, facts=facts)
    _come_back(held.case, at=at)
    return True


def bring_back_unanswered(*, at: dt.datetime) -> int:
    """Bring back what no body answered in its time, and say so on record; returns how many."""
    late = Forwarding.objects.filter(
        answered_at=None, due_at__lt=at, case__state=STATE, case__moves=F("moves")
    )
    back = 0
    for asked in list(late.order_by("due_at", "pk")[:AT_ONCE]):
        try:
            back += _unanswered(asked, at=at)
        except CannotMove:
            continue  # it moved meanwhile
    return back


def answered_now(cases: Sequence[Case]) -> dict[int, Forwarding]:
    """Return, of reports that stand at a body, the answers that wait for their department."""
    at_bodies = {case.pk: case for case in cases if case.state == STATE}
    rows = Forwarding.objects.filter(case__in=at_bodies, answered_at__isnull=False)
    return {row.case_id: row for row in rows if row.moves == at_bodies[row.case_id].moves}
