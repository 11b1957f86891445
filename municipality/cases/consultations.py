"""Asking concerned bodies, in parallel and with a deadline; they answer by a link of their own.

The rule of silence is explicit: until its last day an unanswered question holds the case, after
it the case goes on and the record says that nobody answered.
"""

import datetime as dt
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from municipality.actor import Actor
from municipality.calendar.office_time import deadline
from municipality.calendar.queries import city_calendar
from municipality.cases.conversation import EMPTY, ONLY_READS, NotSaid, open_for
from municipality.cases.machine import DAY_MIN
from municipality.cases.models import Case, Consultation
from municipality.cases.rights import Side
from municipality.conf import PROFILE
from municipality.history.actions import record
from municipality.notices.outbox import Recipient, queue
from municipality.notices.templates import Template
from municipality.reach import acting
from municipality.words import Text

MOST_DAYS = 30
LONGEST, LONGEST_MAIL = 2000, 254
WHO = Text("اكتب اسم الجهة.", "Name the body.")
HOW_LONG = Text(f"المهلة بين 1 و{MOST_DAYS} يوم عمل.", f"1 to {MOST_DAYS} working days.")
NO_MAILBOX = Text(
    "عنوان البريد غير صحيح. صحّحه، أو اتركه فارغًا إن سُئلت الجهة كتابة.",
    "The e-mail address is not right. Correct it, or leave it empty to ask by letter.",
)
ANSWERED = Text("وصل جواب هذه الجهة من قبل.", "This body has answered already.")
OVER = Text("انتهت مهلة الجواب.", "The time to answer is over.")
CHOOSE = Text(
    "اختر الجواب، واكتب السبب أو الشروط.", "Choose the answer; write why or on what terms."
)

ASKED = Template(
    code="cases.consultation",
    ar=f"{PROFILE.municipality_ar}: يُطلب رأي {{body}} في المعاملة {{number}} حتى {{due}}. {{link}}",
    en=f"{PROFILE.municipality_en}: {{body}} is asked about {{number}} by {{due}}. {{link}}",
    longest={
        "body": "ص" * 40, "number": "BP-2026-000123", "due": "28/11/2026",
        "link": f"{settings.GEO_PUBLIC_URL}/consultations/{'x' * 22}/",
    },
    max_parts=4,  # by mail: the body's address is a mailbox, never a telephone
)  # fmt: skip
TEMPLATES = (ASKED,)


@dataclass(frozen=True, slots=True)
class Question:
    """What a body is asked: ``days`` are working days; ``email`` may be empty (asked by letter)."""

    body: str
    text: str
    days: int
    email: str = ""


def _is_mailbox(text: str) -> bool:
    """Tell whether a text is one address of mail: a body asked elsewhere would hold the case."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST_MAIL


@acting
def consult(*, case_id: int, question: Question, by: Actor, at: dt.datetime) -> Consultation:
    """Ask a body about a case; raises NotSaid for who is no officer of it, and for bad values."""
    case, side = open_for(case_id, by, at=at)
    if side is not Side.MUNICIPALITY:
        raise NotSaid(ONLY_READS)
    body = " ".join(question.body.split())[:150]
    if not body:
        raise NotSaid(WHO)
    if not question.text.strip():
        raise NotSaid(EMPTY)
    if not 1 <= question.days <= MOST_DAYS:
        raise NotSaid(HOW_LONG)
    if question.email and not _is_mailbox(question.email):
        raise NotSaid(NO_MAILBOX)
    due = deadline(at, question.days * DAY_MIN, city_calendar(), case.directorate_id)
    made = Consultation.objects.create(
        case=case, stage=case.state, body=body, email=question.email,
        question=question.text.strip()[:LONGEST], asked_by_id=by.person_id or 0, asked_at=at,
        due_at=due,
    )  # fmt: skip
    facts = {"consultation": made.pk, "body": body, "text": made.question}
    record(stream=case.stream, act="consult", by=by, at=at, facts=facts)
    if made.email:
        _send(made)
    return made


def _send(asked: Consultation) -> None:
    queue(
        template=ASKED.code,
        to=Recipient(email=asked.email, language="ar"),
        values={
            "body": asked.body[:40], "number": asked.case.number,
            "due": asked.due_at.astimezone(PROFILE.time_zone).strftime("%d/%m/%Y"),
            "link": f"{settings.GEO_PUBLIC_URL}/consultations/{asked.public_id}/",
        },
        key=f"consultation/{asked.pk}",
        at=asked.asked_at,
        about=asked.case.stream,
    )  # fmt: skip


@acting
def consultation(public_id: str) -> Consultation | None:
    """Return a question by its unguessable id, which is the right to read it."""
    rows = Consultation.objects.select_related("case__area", "case__wilayat")
    return rows.filter(public_id=public_id[:22]).first()  # unique


@dataclass(frozen=True, slots=True)
class Given:
    """An answer: one of ``Consultation.Answer``, its words, and who gives it."""

    answer: str
    text: str
    name: str


@acting
def answer(*, asked: Consultation, given: Given, at: dt.datetime) -> Consultation:
    """Take the answer of a body, once; raises NotSaid after it, past its day, for bad values."""
    held = Consultation.objects.select_for_update(of=("self",)).get(pk=asked.pk)
    if held.answered_at is not None:
        raise NotSaid(ANSWERED)
    if held.due_at < at or held.case.closed_at is not None:
        raise NotSaid(OVER)
    name = " ".join(given.name.split())[:150]
    needs_words = given.answer != Consultation.Answer.CONSENT
    if given.answer not in Consultation.Answer.values or not name:
        raise NotSaid(CHOOSE)
    if needs_words and not given.text.strip():
        raise NotSaid(CHOOSE)
    held.answer, held.text = given.answer, given.text.strip()[:LONGEST]
    held.answered_name, held.answered_at = name, at
    held.save(update_fields=["answer", "text", "answered_name", "answered_at"])
    facts = {"consultation": held.pk, "answer": held.answer, "text": held.text, "name": name}
    by = Actor(person_id=None, name=held.body, role="body")
    record(stream=held.case.stream, act="consultation_answered", by=by, at=at, facts=facts)
    return held


def still_asked(case: Case, *, at: dt.datetime) -> list[Consultation]:
    """Return the questions that hold a case: unanswered, and their last day not yet over."""
    rows = case.consultations.filter(answered_at=None, due_at__gte=at)
    return list(rows.order_by("due_at", "pk"))
