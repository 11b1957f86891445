"""The work list of a role: what waits, who has it, until when; claim, hand on, be away."""

import datetime as dt
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from geo_portal.casework.asking import case_of
from municipality import asked
from municipality.calendar.office_time import work_minutes_between
from municipality.calendar.queries import city_calendar
from municipality.calendar.rest_days import NoCalendar
from municipality.cases.kinds import machine_of, machines
from municipality.cases.models import Case, SavedFilter
from municipality.cases.worklist import (
    NO_SUBSTITUTE,
    Filter,
    NotTaken,
    absences,
    be_absent,
    be_back,
    claim,
    may_stand_in,
    narrowed,
    reassign,
    release,
    waiting_for,
)
from municipality.people.access import not_found, open_to
from municipality.people.acting_person import actor_of, person_of
from municipality.people.models import User
from municipality.words import Text
from observations.forwarding.actions import answered_now
from observations.forwarding.models import Forwarding

WORKERS = (
    "registrar", "zone_manager", "architect", "structural", "approver", "site_inspector", "branch",
    "supervisor", "agent", "department",
)  # fmt: skip
MINUTE = dt.timedelta(minutes=1)
BOARD = ("supervisor",)
PAGE = 50
LONGEST_KEY = 19  # digits
FILTERS = ("kind", "state", "whose", "late", "q")
AWAY = Text("سُجّل غيابك.", "Your absence is recorded.")
WHOSE = {
    "": Text("الكل", "All"),
    "mine": Text("ما أعمل عليه", "Mine"),
    "free": Text("لم يُؤخذ", "Free"),
}


def _roles(person: User) -> frozenset[str]:
    """Return whose work a person sees: their own roles', or everyone's on the board."""
    if person.has_role(*BOARD):
        return frozenset(WORKERS)
    return frozenset(person.roles) & frozenset(WORKERS)


def _filter(request: HttpRequest) -> Filter:
    asked.only(request, (*FILTERS, "page"))
    whose = request.GET.get("whose", "")
    return Filter(
        kind=request.GET.get("kind", "")[:40],
        state=request.GET.get("state", "")[:40],
        whose=whose if whose in WHOSE else "",
        late=request.GET.get("late") == "1",
        text=request.GET.get("q", "")[:60].replace("\x00", ""),
    )


def _left(case: Case, *, at: dt.datetime) -> int | None:
    """Return the minutes left, negative once it is late; None where nothing is due.

    Minutes of office hours, or of the clock where that was promised.
    """
    if case.due_at is None:
        return None
    if case.round_the_clock:
        return (case.due_at - at) // MINUTE
    try:
        return work_minutes_between(at, case.due_at, city_calendar(), case.directorate_id)
    except NoCalendar:
        return None


def _row(
    case: Case, person: User, *, answered: Forwarding | None, at: dt.datetime
) -> dict[str, Any]:
    machine = machine_of(case.kind)
    left = _left(case, at=at)
    return {
        "case": case,
        "kind": machine.name,
        "state": machine.state(case.state),
        "left_h": None if left is None else abs(left) // 60,
        "left_min": None if left is None else abs(left) % 60,
        "is_late": case.due_at is not None and case.due_at < at,
        "is_mine": case.claimed_by_id == person.pk,
        "answered": answered,
    }


@never_cache
@require_safe
@open_to(*WORKERS, *BOARD)
def work(request: HttpRequest) -> HttpResponse:
    """Show what waits for the roles of who asks, the most urgent first."""
    person, at = person_of(request), timezone.now()
    roles = _roles(person)
    wanted = _filter(request)
    waiting = waiting_for(roles=roles, directorate_id=person.directorate_id)
    shown = narrowed(waiting, wanted, person_id=person.pk, at=at)
    page = asked.whole(request.GET.get("page", "1"), name="page", low=1, high=10_000)
    rows = list(shown[(page - 1) * PAGE : page * PAGE + 1])
    answered = answered_now(rows)
    query = {key: value for key, value in request.GET.items() if key != "page" and value}
    absence = absences(person, on=asked.today()).select_related("substitute").first()
    context = {
        "rows": [
            _row(case, person, answered=answered.get(case.pk), at=at) for case in rows[:PAGE]
        ],
        "total": shown.count(),
        "late": waiting.filter(due_at__lt=at).count(),
        "wanted": wanted,
        "whose": [(code, str(text)) for code, text in WHOSE.items()],
        "kinds": [machine for machine in machines()],
        "states": [
            state for machine in machines() for state in machine.states if state.worker in roles
        ],
        "saved": SavedFilter.objects.filter(role__in=person.roles).filter(
            Q(person=person) | Q(person=None)
        ).order_by("name"),
        "query": urlencode(query),
        "page": page,
        "has_more": len(rows) > PAGE,
        "is_board": person.has_role(*BOARD),
        "absence": absence,
        "absence_last": absence and absence.valid.upper - dt.timedelta(days=1),
        "today": asked.today(),
        "colleagues": (
            User.objects.filter(roles__overlap=WORKERS, is_active=True).order_by("first_name", "pk")
            if person.has_role(*BOARD) else may_stand_in(person)
        ),
    }  # fmt: skip
    return render(request, "casework/work.html", context)


def _key(text: str) -> int:
    """Read the key of a person from a form; what is none is nobody's."""
    return int(text) if text.isdecimal() and len(text) < LONGEST_KEY else 0


def _held(request: HttpRequest, public_id: str) -> tuple[Case, dt.datetime]:
    at = timezone.now()
    return case_of(request, public_id, at=at), at


def _back(request: HttpRequest, case: Case) -> HttpResponse:
    if request.POST.get("to") == "work":
        return redirect("casework:work")
    return redirect("casework:case", case.public_id)


@require_POST
@open_to(*WORKERS)
def claim_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """Take a case that waits for one's role."""
    case, at = _held(request, public_id)
    try:
        claim(case_id=case.pk, by=actor_of(request, case.worker), at=at)
    except NotTaken as refusal:
        messages.error(request, str(refusal.words))
    return _back(request, case)


@require_POST
@open_to(*WORKERS)
def release_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give a case back to all officers of one's role."""
    case, at = _held(request, public_id)
    try:
        release(case_id=case.pk, by=actor_of(request, case.worker), at=at)
    except NotTaken as refusal:
        messages.error(request, str(refusal.words))
    return _back(request, case)


@require_POST
@open_to(*BOARD)
def reassign_case(request: HttpRequest, public_id: str) -> HttpResponse:
    """Give a case to another officer, or back to all of them."""
    case, at = _held(request, public_id)
    wanted = request.POST.get("officer", "")
    officer = User.objects.filter(pk=_key(wanted), is_active=True).first()
    if wanted and officer is None:
        raise not_found()
    try:
        reassign(case_id=case.pk, to=officer, by=actor_of(request, "supervisor"), at=at)
    except NotTaken as refusal:
        messages.error(request, str(refusal.words))
    return _back(request, case)


@require_POST
@open_to(*WORKERS, *BOARD)
def save_filter(request: HttpRequest) -> HttpResponse:
    """Keep the present filter under a name, for oneself or for the role."""
    person = person_of(request)
    name = request.POST.get("name", "").strip()[:60]
    wanted = parse_qsl(request.POST.get("query", "")[:400])
    query = urlencode([(key, value) for key, value in wanted if key in FILTERS])
    if name and query and "\x00" not in name:
        SavedFilter.objects.update_or_create(
            role=next(role for role in person.roles if role in (*WORKERS, *BOARD)), name=name,
            person=None if request.POST.get("shared") else person, defaults={"query": query},
        )  # fmt: skip
    return redirect(f"{request.path.removesuffix('filters')}?{query}")


@require_POST
@open_to(*WORKERS, *BOARD)
def drop_filter(request: HttpRequest, filter_id: int) -> HttpResponse:
    """Forget a filter of one's own."""
    person = person_of(request)
    own = SavedFilter.objects.filter(pk=filter_id, role__in=person.roles)
    found = own.filter(Q(person=person) | Q(person=None)).first()
    if found is None:
        raise not_found()
    found.delete()
    return redirect("casework:work")


@require_POST
@open_to(*WORKERS)
def be_away(request: HttpRequest) -> HttpResponse:
    """Say on which days one is away and who stands in, or that one is back after all."""
    person, at = person_of(request), timezone.now()
    by = actor_of(request, next(role for role in person.roles if role in WORKERS))
    if request.POST.get("back"):
        be_back(person=person, by=by, at=at)
        return redirect("casework:work")
    first = asked.day(request.POST.get("first"), name="first", default=asked.today())
    last = asked.day(request.POST.get("last"), name="last", default=first)
    wanted = request.POST.get("substitute", "")
    substitute = None
    if wanted:
        substitute = may_stand_in(person).filter(pk=_key(wanted)).first()
    try:
        if wanted and substitute is None:
            raise NotTaken(NO_SUBSTITUTE)
        be_absent(person=person, first=first, last=last, substitute=substitute, by=by, at=at)
        messages.success(request, str(AWAY))
    except NotTaken as refusal:
        messages.error(request, str(refusal.words))
    return redirect("casework:work")
