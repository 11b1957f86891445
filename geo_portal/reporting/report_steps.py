"""What every step on the page of a report's case begins and ends with."""

import datetime as dt
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from geo_portal.casework.asking import case_of, writer_of
from municipality.actor import Actor
from municipality.cases.actions import CannotMove
from municipality.cases.models import Case
from municipality.cases.rights import Side
from municipality.documents.file_gate import Unreadable
from municipality.documents.intake import accept_photo
from municipality.documents.models import StoredFile
from municipality.people.access import not_found
from municipality.problems import Problem
from municipality.words import Text
from observations.reports.transitions import KIND

NO_PHOTO = Text("اختر صورة أولًا.", "Choose a photo first.")


def report_of(request: HttpRequest, public_id: str, *, at: dt.datetime) -> tuple[Case, Actor, Side]:
    """Return the case of a report, who writes and on which side; raises Problem 404."""
    case = case_of(request, public_id, at=at)
    by, side = writer_of(request, case, at=at)
    if case.kind != KIND or side is Side.NEITHER:
        raise not_found()
    return case, by, side


def of_officer(request: HttpRequest, public_id: str, *, at: dt.datetime) -> tuple[Case, Actor]:
    """Return the case of a report and the officer of it who asks; raises Problem 404."""
    case, by, side = report_of(request, public_id, at=at)
    if side is not Side.MUNICIPALITY:
        raise not_found()
    return case, by


def photo_sent(request: HttpRequest, *, about: Case, by: Actor, at: dt.datetime) -> StoredFile:
    """Take in the photo of a form through the gate; raises CannotMove without one, Unreadable."""
    upload = request.FILES.get("photo")
    if upload is None:
        raise CannotMove(NO_PHOTO)
    return accept_photo(upload, by=by, at=at, about=about.stream)


def said(request: HttpRequest, act: Callable[[], object]) -> None:
    """Do an act; a refusal is said on the page that comes next.  Raises Problem 404."""
    try:
        act()
    except (CannotMove, Unreadable) as refusal:
        messages.error(request, str(refusal.words))
    except Problem as refusal:
        if refusal.status == 404:
            raise
        messages.error(request, str(refusal.detail))


def done(request: HttpRequest, public_id: str, act: Callable[[], object]) -> HttpResponse:
    """Do an act and go back to the page of the case; a refusal is said on it."""
    said(request, act)
    return redirect("casework:case", public_id)
