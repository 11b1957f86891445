"""Signing in and out by page, one question at a time; the API has its own door.

With a phone: number, code, and the name of whoever comes for the first time.  Staff: user name
and password, then the code of their app, or its enrolment at the first sign-in.
"""

from dataclasses import replace
from typing import Any

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geo_portal.home.sign_in_steps import KEY, Step, asked_page, first_page, held, keep
from municipality.conf import PROFILE
from municipality.people import second_factor, signing_in
from municipality.people.access import ANYONE, SIGNED_IN, open_to
from municipality.people.acting_person import is_staff, person_of
from municipality.people.models import User
from municipality.people.phone_codes import NOT_A_MOBILE
from municipality.people.presence import leave
from municipality.people.recycled import is_doubtful, is_the_same, release
from municipality.people.roles import ROLES
from municipality.people.signing_in import STAFF_DOOR, WRONG, Claim
from municipality.phones import NotAPhone, can_be_texted, masked, phone
from municipality.places.demo import is_demo
from municipality.problems import Problem
from municipality.words import Text

FORM = ["GET", "HEAD", "POST"]
EMPTY_NAME = Text("اكتب اسم المستخدم.", "Enter your user name.")
EMPTY_PASSWORD = Text("اكتب كلمة المرور.", "Enter your password.")
EMPTY_CODE = Text("اكتب الرمز.", "Enter the code.")
WRONG_CODE = Text(
    "الرمز غير صحيح أو انتهت صلاحيته. راجعه أو اطلب رمزًا جديدًا.",
    "The code is wrong or has ended. Check it, or ask for a new one.",
)
WRONG_APP_CODE = Text(
    "الرمز غير صحيح. اكتب الرمز الظاهر الآن في التطبيق.",
    "The code is wrong. Enter the one that the app shows now.",
)
WRONG_CIVIL_NUMBER = Text(
    "ليس هذا الرقم المدني المسجل. راجعه، أو ابدأ حسابًا جديدًا.",
    "This is not the civil number on record. Check it, or begin a new account.",
)
WRITE_NAME = Text("اكتب اسمك كما تريد أن يظهر.", "Enter your name as you want it shown.")
LONGEST_NAME = 150


def _page(request: HttpRequest, name: str, context: dict[str, Any]) -> HttpResponse:
    errors = context.get("errors") or {}
    return render(request, f"sign_in/{name}.html", context, status=422 if errors else 200)


def _typed(request: HttpRequest, name: str, most: int) -> str:
    return str(request.POST.get(name, "")).replace("\x00", "")[:most]


@never_cache
@require_safe
@open_to(ANYONE)
def sign_in(request: HttpRequest) -> HttpResponse:
    """Ask by which door: a phone first, staff second."""
    context = {"next": asked_page(request), "demo_roles": ROLES if is_demo() else ()}
    return _page(request, "door", context)


@never_cache
@require_http_methods(FORM)
@open_to(ANYONE)
def by_phone(request: HttpRequest) -> HttpResponse:
    """Ask for the number and send a code to it, whoever's it is."""
    typed, errors = _typed(request, "phone", 30), {}
    if request.method == "POST":
        try:
            number = phone(typed)
            if not can_be_texted(number):
                raise NotAPhone(typed)
            now = timezone.now()
            step = Step(int(now.timestamp()), asked_page(request), phone=number)
            signing_in.send_code(request, step.claimed(), at=now)
            keep(request, step)
            return redirect("home:sign_in_code")
        except NotAPhone:
            errors = {"phone": NOT_A_MOBILE}
        except Problem as refused:
            errors = {"phone": refused.detail}
    context = {"errors": errors, "phone": typed, "next": asked_page(request)}
    return _page(request, "phone", context)


def _check_password(request: HttpRequest) -> tuple[User | None, dict[str, Text]]:
    name, password = _typed(request, "name", 150).strip(), _typed(request, "password", 200)
    missing = {}
    if not name:
        missing["name"] = EMPTY_NAME
    if not password:
        missing["password"] = EMPTY_PASSWORD
    if missing:
        return None, missing
    claimed = signing_in.claim(name)
    try:
        right = signing_in.check_password(request, claimed, password, at=timezone.now())
    except Problem as refused:
        return None, {"password": refused.detail}
    return (claimed.person, {}) if right else (None, {"password": WRONG})


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(FORM)
@open_to(ANYONE)
def by_password(request: HttpRequest) -> HttpResponse:
    """Ask for user name and password; then for the second factor."""
    errors: dict[str, Text] = {}
    if request.method == "POST":
        person, errors = _check_password(request)
        if person is not None:
            return _after_password(request, person)
    context = {
        "errors": errors,
        "name": _typed(request, "name", 150),
        "next": asked_page(request),
        "is_demo": is_demo(),
    }
    return _page(request, "staff", context)


def _after_password(request: HttpRequest, person: User) -> HttpResponse:
    now = timezone.now()
    step = Step(int(now.timestamp()), asked_page(request), person_id=person.pk)
    keep(request, step)
    needed = signing_in.needs(person)
    if needed == "enrolment":
        return redirect("home:sign_in_enrol")
    if needed == "phone":
        signing_in.send_code(request, step.claimed(), at=now)
    return redirect("home:sign_in_code")


def _by_app(claimed: Claim) -> bool:
    return claimed.person is not None and signing_in.needs(claimed.person) == "totp"


def _prove(request: HttpRequest, step: Step) -> User | Text:
    """Check the code; returns who is proved, or what is wrong."""
    claimed, code, now = step.claimed(), _typed(request, "code", 20), timezone.now()
    if not code.strip():
        return EMPTY_CODE
    try:
        if not signing_in.check_code(request, claimed, code, at=now):
            return WRONG_APP_CODE if step.person_id and _by_app(claimed) else WRONG_CODE
        person = claimed.person or signing_in.person_by_phone(
            claimed.phone, language=str(request.LANGUAGE_CODE), at=now
        )
        if step.person_id is None and is_staff(person):
            return STAFF_DOOR
        if step.person_id is None and is_doubtful(request, person, at=now):
            return person
        signing_in.complete(request, person, at=now)
    except Problem as refused:
        return refused.detail
    return person


def _welcome(request: HttpRequest, person: User, step: Step) -> HttpResponse:
    """Lead on to where somebody wanted to go, by way of the name of a newcomer."""
    if request.user != person:  # proved the number, after a long silence
        keep(request, replace(step, doubted_id=person.pk))
        return redirect("home:sign_in_doubt")
    to = step.next_page or first_page(person)
    request.session.pop(KEY, None)
    if not person.get_full_name() and step.person_id is None:
        request.session["after_name"] = to
        to = "home:sign_in_name"
    answer = redirect(to)
    signing_in.remember_device(request, answer, person)
    return answer


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(FORM)
@open_to(ANYONE)
def code(request: HttpRequest) -> HttpResponse:
    """Ask for the code of the SMS or of the app."""
    step = held(request, at=timezone.now())
    if step is None:
        return redirect("home:sign_in")
    errors = {}
    if request.method == "POST":
        found = _prove(request, step)
        if isinstance(found, User):
            return _welcome(request, found, step)
        errors = {"code": found}
    claimed = step.claimed()
    context = {
        "errors": errors,
        "by_app": _by_app(claimed) and step.person_id is not None,
        "phone": masked(claimed.phone) if claimed.phone else "",
        "is_demo": is_demo(),
    }
    return _page(request, "code", context)


def _settle_doubt(request: HttpRequest, step: Step, doubted: User) -> User | Text:
    """Take somebody for the holder of old or for a newcomer; returns them, or what is wrong."""
    now, person = timezone.now(), doubted
    try:
        if request.POST.get("anew"):
            release(doubted, at=now)
            language = str(request.LANGUAGE_CODE)
            person = signing_in.person_by_phone(step.phone, language=language, at=now)
        elif not is_the_same(request, doubted, _typed(request, "civil_number", 20), at=now):
            return WRONG_CIVIL_NUMBER
        signing_in.complete(request, person, at=now)
    except Problem as refused:
        return refused.detail
    return person


@never_cache
@require_http_methods(FORM)
@open_to(ANYONE)
def doubt(request: HttpRequest) -> HttpResponse:
    """Ask whoever proved a number after a long silence whether the account is theirs."""
    step = held(request, at=timezone.now())
    doubted = User.objects.filter(pk=step.doubted_id or 0).first() if step else None  # by key
    if step is None or doubted is None:
        return redirect("home:sign_in")
    errors = {}
    if request.method == "POST":
        found = _settle_doubt(request, step, doubted)
        if isinstance(found, User):
            return _welcome(request, found, step)
        errors = {"civil_number": found}
    return _page(request, "doubt", {"errors": errors})


@never_cache
@require_POST
@open_to(ANYONE)
def send_again(request: HttpRequest) -> HttpResponse:
    """Send another code to the same number."""
    step = held(request, at=timezone.now())
    if step is None:
        return redirect("home:sign_in")
    claimed = step.claimed()
    try:
        if claimed.phone and not _by_app(claimed):
            signing_in.send_code(request, claimed, at=timezone.now())
    except Problem as refused:
        context = {"errors": {"code": refused.detail}, "phone": masked(claimed.phone)}
        return _page(request, "code", context)
    return redirect("home:sign_in_code")


def _enrolment(person: User) -> dict[str, str]:
    factor = second_factor.begin_enrolment(person, at=timezone.now())
    address = second_factor.address_of(factor, issuer=PROFILE.municipality_en)
    secret = second_factor.secret_of(factor)
    return {
        "qr": segno.make(address, error="m").svg_data_uri(scale=5, border=3, light="white"),
        "secret": " ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
    }


@sensitive_post_parameters("code")
@never_cache
@require_http_methods(FORM)
@open_to(ANYONE)
def enrol(request: HttpRequest) -> HttpResponse:
    """Enrol an authenticator app right after the first right password; then signed in."""
    step = held(request, at=timezone.now())
    person = step.claimed().person if step and step.person_id else None
    if step is None or person is None or signing_in.needs(person) != "enrolment":
        return redirect("home:sign_in")
    errors = {}
    if request.method == "POST":
        now = timezone.now()
        codes = second_factor.confirm(person, code=_typed(request, "code", 20), at=now)
        if codes:
            signing_in.complete(request, person, at=now)
            context = {"codes": codes, "next": step.next_page or first_page(person)}
            answer = _page(request, "recovery", context)
            signing_in.remember_device(request, answer, person)
            return answer
        errors = {"code": WRONG_APP_CODE}
    return _page(request, "enrol", {"errors": errors, **_enrolment(person)})


@never_cache
@require_http_methods(FORM)
@open_to(SIGNED_IN)
def name(request: HttpRequest) -> HttpResponse:
    """Ask somebody who came by phone for the first time what they are called."""
    person, errors = person_of(request), {}
    typed = " ".join(_typed(request, "full_name", 400).split())
    if request.method == "POST":
        if typed and len(typed) <= LONGEST_NAME:
            User.objects.filter(pk=person.pk).update(first_name=typed)
            return redirect(request.session.pop("after_name", "") or first_page(person))
        errors = {"full_name": WRITE_NAME}
    return _page(request, "name", {"errors": errors, "full_name": typed})


@require_POST
@open_to(ANYONE)
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session and show the map."""
    leave(request)
    return redirect("home:map")
