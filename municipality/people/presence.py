"""Being signed in: entering, the length of a session, leaving, and how far a session sees.

Staff: 8 hours at most, 30 minutes idle; citizens and offices: 14 days, 3 days idle (guards.md
threat 18, ASVS 7.3).  A change of roles or of the password, or a disabled account, ends every
session with its next request, because the session carries a digest of them (``User``).
"""

import datetime as dt
from collections.abc import Callable

from django.contrib.auth import SESSION_KEY, login, logout
from django.db import transaction
from django.db.models import F
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from municipality.city_time import city_day
from municipality.people.acting_person import is_staff, office_ids
from municipality.people.models import Mandate, SignIn, User, WebSession
from municipality.reach import NOBODY, Viewer, look_as

LONGEST = {True: dt.timedelta(hours=8), False: dt.timedelta(days=14)}  # by: is staff
IDLE = {True: dt.timedelta(minutes=30), False: dt.timedelta(days=3)}
NOTED_EVERY_S = 60
BEGAN, SEEN = "began_s", "seen_s"
MANDATE = "mandate"  # whose visitor a member of staff serves in this session


def address_of(request: HttpRequest) -> str:
    """Return the address of the connection; never a header's (the proxy sets REMOTE_ADDR)."""
    return str(request.META.get("REMOTE_ADDR", ""))[:45]


def enter(request: HttpRequest, person: User, *, at: dt.datetime) -> None:
    """Sign a person in: a new session key, its length, and a row in the list of sessions."""
    if SESSION_KEY in request.session:
        leave(request)  # the framework would keep the key for the same person
    login(request, person, backend="django.contrib.auth.backends.ModelBackend")
    request.session.set_expiry(LONGEST[is_staff(person)])
    request.session[BEGAN] = request.session[SEEN] = int(at.timestamp())
    request.session.save()
    SignIn.objects.create(
        person=person,
        session_key=str(request.session.session_key),
        began_at=at,
        seen_at=at,
        address=address_of(request),
        agent=request.headers.get("User-Agent", "")[:200],
    )


def leave(request: HttpRequest) -> None:
    """Sign out here."""
    SignIn.objects.filter(session_key=request.session.session_key or "").delete()
    logout(request)


def leave_everywhere(person: User) -> None:
    """End every session of a person, this one too."""
    User.objects.filter(pk=person.pk).update(sessions_since=F("sessions_since") + 1)
    end_sessions(person)


@transaction.atomic
def end_sessions(person: User) -> None:
    """Drop the sessions of a person from the store, for those that would not come again."""
    WebSession.objects.filter(person=person).delete()
    SignIn.objects.filter(person=person).delete()


@transaction.atomic
def end_one(person: User, sign_in_id: int) -> None:
    """End one session of a person's own; nothing happens for one of somebody else."""
    for found in SignIn.objects.filter(person=person, pk=sign_in_id):
        WebSession.objects.filter(session_key=found.session_key).delete()
        found.delete()


def _is_over(request: HttpRequest, person: User, now_s: int) -> bool:
    """Tell whether a session is too old or was idle too long; notes that it was seen."""
    session = request.session
    if BEGAN not in session:
        session[BEGAN] = session[SEEN] = now_s
        return False
    staff = is_staff(person)
    began, seen = now_s - session[BEGAN], now_s - session[SEEN]
    if began > LONGEST[staff].total_seconds() or seen > IDLE[staff].total_seconds():
        return True
    if seen >= NOTED_EVERY_S:
        session[SEEN] = now_s
        seen_at = dt.datetime.fromtimestamp(now_s, tz=dt.UTC)
        SignIn.objects.filter(session_key=session.session_key or "").update(seen_at=seen_at)
    return False


def visitor_of(request: HttpRequest) -> int | None:
    """Return whom this session serves at the counter by their code; None when it is over."""
    held = Mandate.objects.filter(
        pk=request.session[MANDATE], staff=request.user.pk, until__gt=timezone.now()
    )
    return held.values_list("visitor_id", flat=True).first()  # by key


def viewer_of(person: User, *, on: dt.date) -> Viewer:
    """Tell how far a person sees: staff what staff sees, others their own and their offices'."""
    if is_staff(person):
        return Viewer("staff", person.pk)
    return Viewer("own", person.pk, office_ids(person, on=on))


class PresenceMiddleware:
    """Let the database session of each request see what the person may see, and no more.

    Costs no query for someone not signed in, unless the request before on this connection was
    somebody's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        viewer = self._viewer(request)
        look_as(viewer)
        if MANDATE in request.session:
            request.acting_for = visitor_of(request)  # type: ignore[attr-defined]
        response = self.get_response(request)
        if viewer != NOBODY:  # what a person sees is kept by no cache (ASVS 14.3.2)
            response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    def _viewer(self, request: HttpRequest) -> Viewer:
        if SESSION_KEY not in request.session or not isinstance(request.user, User):
            return NOBODY
        at = timezone.now()
        if _is_over(request, request.user, int(at.timestamp())):
            leave(request)
            return NOBODY
        return viewer_of(request.user, on=city_day(at))
