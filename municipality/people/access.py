"""Who may open a page: every view says it with ``open_to``, a test asks every URL for it.

Not signed in: pages lead to sign-in, machines get 401.  Signed in without the role: 404,
the same body as for what does not exist (guards.md §1.5).
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from municipality.people.partner_keys import bearer, partner_of
from municipality.people.roles import CODES
from municipality.problems import Problem
from municipality.reach import NOBODY, look_as
from municipality.words import Text

ANYONE = "anyone"
SIGNED_IN = "signed_in"
PARTNER = "partner"  # a key, no role: for addresses of the API
_View = TypeVar("_View", bound=Callable[..., Any])

NOT_FOUND = Text("لا يوجد شيء بهذا العنوان.", "There is nothing at this address.")
CSRF_MISSING = Text(
    "أرسل الترويسة X-CSRFToken بقيمة الكعكة csrftoken.",
    "Send X-CSRFToken with the value of the cookie csrftoken.",
)
SIGN_IN_FIRST = Text("سجّل الدخول أولًا.", "Sign in first.")


def not_found() -> Problem:
    """Make the one answer for "does not exist" and "not yours"."""
    return Problem(404, "not_found", NOT_FOUND)


def roles_of(request: HttpRequest) -> frozenset[str]:
    """Return the role codes of who asks; empty for someone not signed in."""
    user = request.user
    if not user.is_authenticated:
        return frozenset()
    return frozenset(user.roles)


def may_open(request: HttpRequest, allowed: tuple[str, ...]) -> bool:
    """Tell whether the person of this request is let in by ``allowed``."""
    if ANYONE in allowed:
        return True
    if not request.user.is_authenticated:
        return False
    return SIGNED_IN in allowed or not roles_of(request).isdisjoint(allowed)


def wants_json(request: HttpRequest) -> bool:
    """Tell whether a machine asks: an API or tile address, or an Accept for JSON alone."""
    path = request.path_info
    if path.startswith(
        ("/api/", "/tiles/", "/ogc/", "/open311/", "/cds/", "/apds/")
    ) or path.endswith(".json"):
        return True
    accept = request.headers.get("Accept", "")
    return "json" in accept and "text/html" not in accept


def turn_away(request: HttpRequest, *, to: str | None = None) -> HttpResponse:
    """Lead someone not signed in to the sign-in page and from there ``to`` (default: back here).

    Raises Problem 404 for a person who may not come in, 401 for a machine that is not signed in.
    """
    if request.user.is_authenticated:
        raise not_found()
    if wants_json(request):
        raise Problem(401, "sign_in", SIGN_IN_FIRST)
    query = urlencode({"next": to or request.get_full_path()})
    return redirect(f"{reverse('home:sign_in')}?{query}")


_CSRF = CsrfViewMiddleware(lambda request: HttpResponse())


def _is_asked_about(request: HttpRequest) -> HttpResponse:
    """Stand for the view: the API's own views are exempt, so they are asked about here."""
    return HttpResponse()


def _check_csrf(request: HttpRequest) -> None:
    """Refuse a write that rides on a session without its token; raises Problem 403.

    The API's views are exempt from the middleware (keys need no token), so a call that is
    authenticated by the session cookie is checked here.
    """
    safe = request.method in ("GET", "HEAD", "OPTIONS", "TRACE")
    if safe or not request.path_info.startswith("/api/") or not request.user.is_authenticated:
        return
    if _CSRF.process_view(request, _is_asked_about, (), {}) is not None:
        raise Problem(403, "csrf", CSRF_MISSING)


def _be_partner(request: HttpRequest) -> None:
    """Let the key alone say who asks, whatever cookie came with it; raises Problem 401, 429."""
    request.partner = partner_of(request, at=timezone.now())  # type: ignore[attr-defined]
    request.user = AnonymousUser()
    look_as(NOBODY)


def open_to(*allowed: str) -> Callable[[_View], _View]:
    """Let only these roles (or ANYONE, SIGNED_IN, PARTNER) open a view; it carries the list.

    A key is looked at where PARTNER is listed and nowhere else; what it may ask there is for the
    view to say (``partner_keys.is_granted``).
    """
    unknown = set(allowed) - {ANYONE, SIGNED_IN, PARTNER, *CODES}
    if unknown or not allowed:
        raise ValueError(f"open_to(): not a role: {sorted(unknown)}")

    def decorate(view: _View) -> _View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if PARTNER in allowed and bearer(request):
                _be_partner(request)
                return view(request, *args, **kwargs)  # no cookie is looked at: no CSRF
            if not may_open(request, allowed):
                return turn_away(request)
            _check_csrf(request)
            return view(request, *args, **kwargs)

        guarded.open_to = allowed  # type: ignore[attr-defined]  # read by the access matrix test
        return cast(_View, guarded)

    return decorate
