"""Mandates entered and ended on the registration clerk's screen."""

import datetime as dt
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from geo_portal.permits.asking import application_asked
from geo_portal.permits.registration_views import Entering, page_of
from municipality import asked
from municipality.cases.conversation import NotSaid
from municipality.people.access import not_found, open_to
from municipality.people.acting_person import actor_of
from municipality.problems import Problem, bad_value
from municipality.words import Text
from plots.building_permits.mandates import ROLE, Told, end_mandate, register_mandate

LONGEST_ID = 18  # digits that a key may have
WHICH_DAY = Text("اكتب اليوم.", "Write the day.")


def _day(request: HttpRequest, name: str) -> dt.date | None:
    """Read a day of the form, none where it is empty; raises Problem 422."""
    text = request.POST.get(name, "").strip()
    return asked.day(text, name=name, default=dt.date.min) if text else None


def _needed_day(request: HttpRequest, name: str) -> dt.date:
    found = _day(request, name)
    if found is None:
        raise bad_value(name, WHICH_DAY)
    return found


def _told(request: HttpRequest, title_id: int) -> Told:
    """Read the form of a mandate; raises Problem 422 that names the field."""
    name, civil_number, paper = (
        request.POST.get(field, "") for field in ("name", "civil_number", "paper")
    )
    first, last = _needed_day(request, "first"), _day(request, "last")
    return Told(title_id, name, civil_number, paper, first, last)


def _answered(
    request: HttpRequest, public_id: str, act: Callable[[int, dt.datetime], object], *,
    title_id: int | None = None, mandate_id: int | None = None,
) -> HttpResponse:  # fmt: skip
    """Act for the clerk and show the screen anew, or with what is wrong beside its field."""
    at = timezone.now()
    found = application_asked(request, public_id, at=at)
    try:
        act(found.case_id, at)
    except NotSaid as refusal:
        messages.error(request, str(refusal.words))
    except Problem as problem:
        if problem.status != 422:
            raise
        errors = {one.pointer: one.detail for one in problem.errors}
        entering = Entering(title_id, mandate_id, request.POST.dict(), errors)
        return page_of(request, found, at=at, entering=entering)
    return redirect("permits:registration", public_id)


@never_cache
@require_POST
@open_to(ROLE)
def add_mandate(request: HttpRequest, public_id: str) -> HttpResponse:
    """Write down a mandate of a title that the case is about."""
    title = request.POST.get("title", "")
    if not (title.isascii() and title.isdigit() and len(title) <= LONGEST_ID):
        raise not_found()
    title_id = int(title)
    by = actor_of(request, ROLE)

    def act(case_id: int, at: dt.datetime) -> object:
        return register_mandate(case_id=case_id, told=_told(request, title_id), by=by, at=at)

    return _answered(request, public_id, act, title_id=title_id)


@never_cache
@require_POST
@open_to(ROLE)
def end_mandate_of(request: HttpRequest, public_id: str, mandate_id: int) -> HttpResponse:
    """Write the last day of a mandate."""
    by = actor_of(request, ROLE)

    def act(case_id: int, at: dt.datetime) -> object:
        last = _needed_day(request, "ends")
        return end_mandate(case_id=case_id, mandate_id=mandate_id, last=last, by=by, at=at)

    return _answered(request, public_id, act, mandate_id=mandate_id)
