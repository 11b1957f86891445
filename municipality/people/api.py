"""Sign-in for machines and for the pages' own calls."""

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils import timezone
from ninja import Router

from municipality.asked import only, today
from municipality.geometry_gate import strict_json
from municipality.people import signing_in
from municipality.people.access import ANYONE, PARTNER, SIGNED_IN, open_to
from municipality.people.acting_person import is_staff, person_of
from municipality.people.delegations import held_by
from municipality.people.presence import address_of, leave
from municipality.people.recycled import is_doubtful
from municipality.people.signing_in import WRONG, Claim
from municipality.problems import Problem, bad_value
from municipality.words import Text

LOG = logging.getLogger("municipality.people.sign_in")
router = Router(tags=["session"])

FIELDS = {"name", "password", "code"}
LONGEST = {"name": 150, "password": 200, "code": 20}
CODE_NEEDED = Text("أرسل الرمز في code.", "Send the code in code.")
USE_PAGE = Text(
    "لم يُدخل بهذا الرقم منذ نصف سنة؛ ادخل مرة بصفحة الدخول.",
    "Nobody has signed in with this number for half a year; use the sign-in page once.",
)
ENROL_FIRST = Text(
    "سجّل العامل الثاني بصفحة الدخول أولًا.", "Enrol a second factor on the sign-in page first."
)
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "object",
                    "required": ["name"],
                    "additionalProperties": False,
                    "properties": {
                        "name": {
                            "type": "string",
                            "description": "user name, or a mobile number in any writing",
                        },
                        "password": {
                            "type": "string",
                            "description": "not needed by who signs in by phone",
                        },
                        "code": {
                            "type": "string",
                            "description": "of the authenticator app (staff) or the SMS; absent: "
                            "401 with needs = code (sent by SMS where that is the way) or "
                            "enrolment (staff without a second factor: see the sign-in page)",
                        },
                    },
                }
            }
        },
    }
}


def _asked(request: HttpRequest) -> dict[str, str]:
    """Read name, password and code; raises Problem 400 for anything else."""
    body = strict_json(request.body)
    if not isinstance(body, dict) or set(body) - FIELDS:
        raise Problem(
            400, "bad_fields", Text("المقبول: name وpassword وcode.", "Send name, password, code.")
        )
    asked = {}
    for field, longest in LONGEST.items():
        value = body.get(field, "")
        if not isinstance(value, str) or "\x00" in value:
            raise bad_value(field, WRONG, status=400)
        asked[field] = value[:longest]
    return asked


def _wrong(request: HttpRequest) -> Problem:
    LOG.warning("sign-in refused from %s", address_of(request))  # never the name: it may be a slip
    return Problem(401, "wrong_credentials", WRONG)


def _check_password(request: HttpRequest, claimed: Claim, password: str) -> None:
    """Check the password where one is asked for, or is sent to an account that has one."""
    person = claimed.person
    has_one = person is not None and person.has_usable_password()
    by_name = person is not None and claimed.name == person.get_username()
    if claimed.by_phone_alone and not (has_one and (password or by_name)):
        return
    if not signing_in.check_password(request, claimed, password, at=timezone.now()):
        raise _wrong(request)


def _ask_for_code(request: HttpRequest, claimed: Claim) -> Problem:
    """Send what is needed; returns the refusal that says so."""
    needed = signing_in.needs(claimed.person)
    if needed == "enrolment":
        return Problem(401, "code_needed", ENROL_FIRST, extra={"needs": "enrolment"})
    if needed == "phone":
        signing_in.send_code(request, claimed, at=timezone.now())
    return Problem(401, "code_needed", CODE_NEEDED, extra={"needs": "code"})


@router.post("", summary="Sign in", openapi_extra=BODY)
@open_to(ANYONE)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Take ``{"name", "password", "code"}`` and set the cookies ``sessionid`` and ``csrftoken``.

    A code by SMS belongs to the session that asked: send its cookie back with the code.
    """
    asked = _asked(request)
    claimed = signing_in.claim(asked["name"])
    _check_password(request, claimed, asked["password"])
    if not asked["code"]:
        raise _ask_for_code(request, claimed)
    at = timezone.now()
    if not signing_in.check_code(request, claimed, asked["code"], at=at):
        raise _wrong(request)
    person = claimed.person or signing_in.person_by_phone(
        claimed.phone, language=request.LANGUAGE_CODE, at=at
    )
    if claimed.person is None and is_staff(person):
        raise _wrong(request)  # a phone alone is not enough for staff
    if is_doubtful(request, person, at=at):
        raise Problem(401, "code_needed", USE_PAGE, extra={"needs": "page"})
    signing_in.complete(request, person, at=at)
    get_token(request)
    answer = JsonResponse({"name": person.get_username(), "roles": list(person.roles)})
    signing_in.remember_device(request, answer, person)
    return answer


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
    leave(request)
    return HttpResponse(status=204)


delegations_router = Router(tags=["delegations"])


@delegations_router.get("", summary="For whom I may act")
@open_to(SIGNED_IN)
def delegations(request: HttpRequest) -> HttpResponse:
    """Answer the delegations that hold today: who gave them, for which services, to which day."""
    only(request, ())
    held = held_by(person_of(request).pk, on=today())
    return JsonResponse(
        {
            "delegations": [
                {
                    "id": one.public_id,
                    "giver": one.giver.full_name,
                    "kinds": one.kinds,
                    "valid_until": one.valid.upper.isoformat(),
                }
                for one in held
            ]
        }
    )


partner_router = Router(tags=["partner"])


@partner_router.get("", summary="What a partner's key may do")
@open_to(PARTNER)
def partner(request: HttpRequest) -> HttpResponse:
    """Answer whose key this is (``Authorization: Bearer``), its grants, last day and limit."""
    only(request, ())
    held = request.partner  # type: ignore[attr-defined]  # open_to has put it there
    return JsonResponse(
        {
            "name": held.name,
            "grants": held.grants,
            "valid_until": held.valid.upper.isoformat(),
            "requests_per_minute": held.per_minute,
        }
    )
