"""Signing in and out by page; the API has its own door (municipality.people.api)."""

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from municipality.people.access import ANYONE, open_to
from municipality.people.roles import ROLES
from municipality.places.demo import is_demo
from municipality.words import Text

EMPTY_NAME = Text("اكتب اسم المستخدم.", "Enter your user name.")
EMPTY_PASSWORD = Text("اكتب كلمة المرور.", "Enter your password.")
WRONG = Text(
    "الاسم أو كلمة المرور غير صحيحة. راجعهما ثم أعد المحاولة.",
    "The name or the password is wrong. Check both and try again.",
)
FIRST_PAGES = (("admin", "home:imports"), ("planner", "home:heat"), ("inspector", "home:zone"))


def _next_page(request: HttpRequest) -> str:
    """Return the page asked for if it is ours, else the first page of the person's role."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return asked
    roles = getattr(request.user, "roles", ())
    for role, page in FIRST_PAGES:
        if role in roles:
            return reverse(page)
    return reverse("home:map")


def _errors(request: HttpRequest) -> dict[str, Text]:
    """Check name and password; sign the person in when both are right."""
    name = request.POST.get("name", "").strip()[:150]
    password = request.POST.get("password", "")[:200]
    missing = {}
    if not name:
        missing["name"] = EMPTY_NAME
    if not password:
        missing["password"] = EMPTY_PASSWORD
    if missing:
        return missing
    user = None
    if "\x00" not in name + password:
        user = authenticate(request, username=name, password=password)
    if user is None:
        return {"password": WRONG}
    login(request, user)
    return {}


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ANYONE)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask for name and password; lead back to the page that asked for them."""
    errors: dict[str, Text] = {}
    if request.method == "POST":
        errors = _errors(request)
        if not errors:
            return redirect(_next_page(request))
    context = {
        "errors": errors,
        "name": request.POST.get("name", "")[:150],
        "next": request.POST.get("next") or request.GET.get("next") or "",
        "demo_roles": ROLES if is_demo() else (),
    }
    return render(request, "sign_in.html", context, status=422 if errors else 200)


@require_POST
@open_to(ANYONE)
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and show the map."""
    logout(request)
    return redirect("home:map")
