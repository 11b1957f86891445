"""Asking concerned bodies and meeting about a case; the body's own page, opened by its link."""

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from geo_portal.casework.asking import case_of, writer_of
from municipality.cases import meetings
from municipality.cases.consultations import Given, Question, answer, consult, consultation
from municipality.cases.conversation import NotSaid, current_documents
from municipality.cases.kinds import machine_of
from municipality.cases.models import Consultation
from municipality.conf import PROFILE
from municipality.digits import western
from municipality.documents.links import link_to
from municipality.people.access import ANYONE, SIGNED_IN, not_found, open_to
from municipality.people.limits import Limit, count
from municipality.reach import as_system
from municipality.words import Text

LIMITS = (Limit("consultation_minute", 30, 60),)
ANSWERS = {
    Consultation.Answer.CONSENT: Text("موافقة", "Consent"),
    Consultation.Answer.CONDITIONS: Text("موافقة بشروط", "Consent on terms"),
    Consultation.Answer.OBJECTION: Text("اعتراض", "Objection"),
}


def _said(request: HttpRequest, name: str, longest: int = 2000) -> str:
    return request.POST.get(name, "").replace("\x00", "").strip()[:longest]


@require_POST
@open_to(SIGNED_IN)
def consult_on_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask a concerned body; for the officers of the case."""
    at = timezone.now()
    case = case_of(request, public_id, at=at)
    by, _ = writer_of(request, case, at=at)
    days = western(_said(request, "days", 3))
    question = Question(
        _said(request, "body", 150), _said(request, "text"),
        int(days) if days.isdecimal() else 0, request.POST.get("email", "").strip(),
    )  # fmt: skip
    try:
        consult(case_id=case.pk, question=question, by=by, at=at)
    except NotSaid as refusal:
        messages.error(request, str(refusal.words))
    return redirect("casework:case", public_id)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ANYONE)
def consultation_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a body what it is asked, with the drawings; POST takes its answer, once."""
    at = timezone.now()
    count(request, LIMITS, at=at)
    asked = consultation(public_id)
    if asked is None:
        raise not_found()
    error = ""
    if request.method == "POST":
        given = Given(_said(request, "answer", 12), _said(request, "text"), _said(request, "name"))
        try:
            asked = answer(asked=asked, given=given, at=at)
        except NotSaid as refusal:
            error = str(refusal.words)
    context = {
        "asked": asked, "case": asked.case, "error": error, "answers": ANSWERS.items(),
        "machine": machine_of(asked.case.kind), "is_over": asked.due_at < at,
        "files": _files(asked, at=at),
    }  # fmt: skip
    return render(request, "casework/consultation.html", context, status=422 if error else 200)


def _files(asked: Consultation, *, at: dt.datetime) -> list[dict[str, str]]:
    """Return clean copies of the drawings, to whoever holds the link, until its last day."""
    if asked.due_at < at:
        return []
    names = {paper.code: paper.name for paper in machine_of(asked.case.kind).papers}
    with as_system():
        return [
            {
                "name": f"{names[row.kind]} {row.sheet}".strip(),
                "url": link_to(row.file, None, asked.due_at, "clean"),
            }
            for row in current_documents(asked.case)
            if row.kind.endswith("drawing") and row.file.may_be_opened
        ]


@require_POST
@open_to(SIGNED_IN)
def ask_for_meeting(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask for a meeting about a case; for either side."""
    at = timezone.now()
    case = case_of(request, public_id, at=at)
    by, _ = writer_of(request, case, at=at)
    try:
        meetings.ask(
            case_id=case.pk, purpose=_said(request, "purpose"), wanted=_said(request, "wanted"),
            by=by, at=at,
        )  # fmt: skip
    except NotSaid as refusal:
        messages.error(request, str(refusal.words))
    return redirect("casework:case", public_id)


def _moment(text: str) -> dt.datetime | None:
    """Read what a field of date and time sends, as time of the city."""
    try:
        found = parse_datetime(western(text))
    except ValueError:
        return None
    if found is None:
        return None
    return found if found.tzinfo is not None else found.replace(tzinfo=PROFILE.time_zone)


@require_POST
@open_to(SIGNED_IN)
def on_meeting(request: HttpRequest, public_id: str, meeting_id: int) -> HttpResponse:
    """Agree to a meeting, decline it, or write its minutes."""
    at = timezone.now()
    case = case_of(request, public_id, at=at)
    by, _ = writer_of(request, case, at=at)
    if not case.meetings.filter(pk=meeting_id).exists():
        raise not_found()
    text = _said(request, "text")
    try:
        if request.POST.get("act") == "agree":
            moment = _moment(_said(request, "at", 30)) or at
            agreed = meetings.Agreed(moment, _said(request, "place", 200))
            meetings.agree(meeting_id=meeting_id, agreed=agreed, by=by, at=at)
        elif request.POST.get("act") == "hold":
            meetings.hold(meeting_id=meeting_id, minutes=text, by=by, at=at)
        else:
            meetings.decline(meeting_id=meeting_id, why=text, by=by, at=at)
    except NotSaid as refusal:
        messages.error(request, str(refusal.words))
    return redirect("casework:case", public_id)
