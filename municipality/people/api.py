"""Sign-in for machines and for the pages' own calls."""

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from ninja import Router

from municipality.geometry_gate import strict_json
from municipality.people.access import ANYONE, open_to
from municipality.problems import Problem, bad_value
from municipality.words import Text

router = Router(tags=["session"])

FIELDS = {"name", "password", "code"}
WRONG = Text("الاسم أو كلمة المرور غير صحيحة.", "The name or the password is wrong.")


def _credentials(request: HttpRequest) -> tuple[str, str]:
    body = strict_json(request.body)
    if not isinstance(body, dict) or set(body) - FIELDS:
        raise Problem(
            400, "bad_fields", Text("المقبول: name وpassword وcode.", "Send name, password, code.")
        )
    name, password = body.get("name"), body.get("password")
    if not isinstance(name, str) or not isinstance(password, str) or "\x00" in name + password:
        raise bad_value("name", WRONG, status=400)
    return name[:150], password[:200]


@router.post("", summary="Sign in")
@open_to(ANYONE)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Take ``{"name", "password", "code"}`` and set the cookies ``sessionid`` and ``csrftoken``."""
    name, password = _credentials(request)
    user = authenticate(request, username=name, password=password)
    if user is None:
        raise Problem(401, "wrong_credentials", WRONG)
    login(request, user)
    get_token(request)
    return JsonResponse({"name": user.get_username(), "roles": list(user.roles)})


@router.get("", summary="Who is signed in")
@open_to(ANYONE)
def who(request: HttpRequest) -> HttpResponse:
    """Answer the name and roles of who asks; nulls for nobody."""
    user = request.user
    get_token(request)
    if not user.is_authenticated:
        return JsonResponse({"name": None, "roles": []})
    return JsonResponse({"name": user.get_username(), "roles": list(user.roles)})


@router.delete("", summary="Sign out")
@open_to(ANYONE)
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    logout(request)
    return HttpResponse(status=204)
