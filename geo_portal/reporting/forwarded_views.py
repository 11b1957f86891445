"""The page of a body outside, opened by its link: what it is asked about a report; one answer."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from geo_portal.home.page_config import map_config
from geo_portal.reporting.panel import drawn, spot_and_circle
from municipality.clock import database_now
from municipality.documents.file_gate import Unreadable
from municipality.documents.links import link_to
from municipality.people.access import ANYONE, not_found, open_to
from municipality.people.limits import Limit, count
from municipality.problems import Problem
from municipality.reach import as_system
from municipality.stored import shape_of
from municipality.words import Text
from observations.forwarding.actions import MOST_PHOTOS, Given, answer, forwarding, is_open
from observations.forwarding.models import Forwarding
from observations.forwarding.shared import photos_for, without_contacts
from observations.reports.following import submission_of
from observations.routing.actions import accuracy_of

LIMITS = (Limit("forwarded_minute", 30, 60),)
PHOTO_LIVES = dt.timedelta(minutes=30)
ANSWERS = {
    Forwarding.Answer.DONE: Text("عولجت", "Dealt with"),
    Forwarding.Answer.NOT_OURS: Text("ليست من اختصاصنا", "Not ours"),
    Forwarding.Answer.NEEDS_MORE: Text("نحتاج إلى معلومات أكثر", "We need to know more"),
}


def _said(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").replace("\0", "").strip()


def _shown(request: HttpRequest, asked: Forwarding, *, at: dt.datetime) -> dict[str, Any]:
    """Return what a body sees while it may answer: the thing and its place, nobody's contact."""
    with as_system():
        submission = submission_of(asked.case)
        seen = submission.observation
        until = min(at + PHOTO_LIVES, asked.due_at)
        photos = [
            link_to(photo.file, None, until, copy) for photo, copy in photos_for(asked, submission)
        ]
    ground = spot_and_circle(shape_of(seen.point), accuracy_of(seen), number=asked.case.number)
    return {
        "seen": seen,
        "description": without_contacts(submission.description),
        "accuracy_m": accuracy_of(seen),
        "photos": photos,
        "config": map_config(request, things=drawn(ground)),
    }


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ANYONE)
def forwarded_page(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a body outside what it is asked; POST takes its answer, once.

    Answered or over, the page says only that: photos and place are not shown again.
    """
    at = database_now()
    count(request, LIMITS, at=at)
    asked = forwarding(public_id.replace("\0", "")[:23])
    if asked is None:
        raise not_found()
    error, status = "", 200
    if request.method == "POST":
        given = Given(
            _said(request, "answer"), _said(request, "text"), _said(request, "name"),
            tuple(request.FILES.getlist("photos")),
        )  # fmt: skip
        try:
            asked = answer(asked=asked, given=given, at=at)
        except Problem as refusal:
            error, status = str(refusal.detail), refusal.status
        except Unreadable as refusal:
            error, status = str(refusal.words), 422
    opened = is_open(asked, at=at)
    context = {
        "asked": asked, "case": asked.case, "error": error, "answers": ANSWERS.items(),
        "is_open": opened, "most_photos": MOST_PHOTOS, "said": request.POST,
        **(_shown(request, asked, at=at) if opened else {}),
    }  # fmt: skip
    return render(request, "reporting/forwarded.html", context, status=status)
