"""Who is it?  Name and password, then the second factor or the phone's code; for every door.

One rule for all doors (ASVS 6.3.4): staff need a password and an authenticator app; everyone
else a code on their phone.  What is wrong is never told apart: name, password or code.
"""

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.core import signing
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import get_random_string

from municipality.actor import Actor
from municipality.conf import PROFILE
from municipality.history.actions import record
from municipality.people import phone_codes, second_factor
from municipality.people.acting_person import is_staff
from municipality.people.locks import Attempt, clear, count_attempt
from municipality.people.macs import mac
from municipality.people.models import SignIn, User, new_public_id
from municipality.people.presence import address_of, enter
from municipality.people.told import Told, tell
from municipality.phones import NotAPhone, can_be_texted, phone
from municipality.places.demo import is_demo
from municipality.problems import Problem
from municipality.words import Text

PURPOSE = "sign_in"
NONCE = "code_nonce"
DEVICE = "geo_device"
DEVICE_AGE_S = 180 * 86_400
WRONG = Text(
    "الاسم أو كلمة المرور أو الرمز غير صحيح.", "The name, the password or the code is wrong."
)
STAFF_DOOR = Text(
    "هذا الرقم لحساب موظف. ادخل باسم المستخدم وكلمة المرور.",
    "This number belongs to a member of staff. Sign in with user name and password.",
)


@dataclass(frozen=True, slots=True)
class Claim:
    """Who somebody says they are: a person found by name or phone, or a phone not known yet."""

    name: str
    person: User | None
    phone: str = ""

    @property
    def key(self) -> str:
        """Under what attempts are counted: one for all writings of a name."""
        return f"person {self.person.pk}" if self.person else self.phone or self.name.casefold()

    @property
    def by_phone_alone(self) -> bool:
        """Whether a phone's code is all that is asked for."""
        if self.person is None:
            return bool(self.phone)
        return not is_staff(self.person) and bool(self.person.phone)


def claim(name: str) -> Claim:
    """Find who a name or a number (in any writing) means; a number may be nobody's yet."""
    person = User.objects.filter(username=name, is_active=True).first()  # unique
    if person is not None:
        return Claim(name, person, person.phone or "")
    try:
        number = phone(name)
    except NotAPhone:
        return Claim(name, None)
    held = User.objects.filter(phone=number).first()  # unique
    if held is not None and (not held.is_active or is_staff(held)):
        held = None  # told apart only once the number is proved; staff come in by name
    return Claim(name, held, number if can_be_texted(number) else "")


def nonce_of(request: HttpRequest) -> str:
    """Return what binds codes to this session; made once a session."""
    if NONCE not in request.session:
        request.session[NONCE] = new_public_id()
    return str(request.session[NONCE])


def _device_mark(person: User) -> str:
    return mac("device", person.pk, person.password)[:32]


def device_of(request: HttpRequest, person: User | None) -> str:
    """Return the mark of a device on which this person has signed in before; empty for others."""
    told = request.COOKIES.get(DEVICE, "")
    if person is None or not told:
        return ""
    try:
        held = signing.loads(told, salt=DEVICE, max_age=DEVICE_AGE_S)
    except signing.BadSignature:
        return ""
    known = isinstance(held, list) and len(held) == 2 and held[0] == _device_mark(person)
    return str(held[1]) if known else ""


def remember_device(request: HttpRequest, response: HttpResponse, person: User) -> None:
    """Leave the mark on a device that has just signed in."""
    mark = device_of(request, person) or get_random_string(16)
    response.set_cookie(
        DEVICE,
        signing.dumps([_device_mark(person), mark], salt=DEVICE),
        max_age=DEVICE_AGE_S,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


def _attempt(request: HttpRequest, claimed: Claim, kind: str) -> Attempt:
    device = device_of(request, claimed.person)
    return Attempt(kind, claimed.key, address_of(request), device)


def check_password(request: HttpRequest, claimed: Claim, password: str, *, at: dt.datetime) -> bool:
    """Tell whether the password is the person's; takes as long for an unknown name.

    Raises Problem 429 while locked.
    """
    attempt = _attempt(request, claimed, "password")
    count_attempt(attempt, at=at)
    person = claimed.person
    if person is None or not person.has_usable_password():
        make_password(password)  # the same work as for a known name
        return False
    if not person.check_password(password):
        return False
    clear(attempt, at=at)
    return True


def needs(person: User | None) -> str:
    """Tell what proves a person after the password: ``totp``, ``phone`` or ``enrolment``."""
    if person is None:
        return "phone"
    if second_factor.is_enrolled(person):
        return "totp"
    if is_demo():
        return "totp"  # the demo's one code, nothing to enrol
    return "phone" if person.phone and not is_staff(person) else "enrolment"


def send_code(request: HttpRequest, claimed: Claim, *, at: dt.datetime) -> None:
    """Send the code of a sign-in by phone; raises Problem 429 past a limit, 422 for no mobile."""
    language = claimed.person.language if claimed.person else request.LANGUAGE_CODE[:2]
    asking = phone_codes.Asking(
        claimed.phone, PURPOSE, nonce_of(request), address_of(request), language
    )
    phone_codes.ask(asking, at=at)


def check_code(request: HttpRequest, claimed: Claim, code: str, *, at: dt.datetime) -> bool:
    """Tell whether the second factor or the phone's code is right; spent then.

    Raises Problem 429 while locked.  Call it outside of a transaction.
    """
    attempt = _attempt(request, claimed, "code")
    count_attempt(attempt, at=at)
    if claimed.person is not None and needs(claimed.person) == "totp":
        right = second_factor.check(claimed.person, code=code, at=at)
    else:
        right = bool(claimed.phone) and phone_codes.prove(
            phone=claimed.phone, purpose=PURPOSE, nonce=nonce_of(request), code=code, at=at
        )
    if right:
        clear(attempt, at=at)
    return right


def person_by_phone(number: str, *, language: str, at: dt.datetime) -> User:
    """Return whose a proved number is; a number that is nobody's becomes a citizen."""
    held = User.objects.filter(phone=number).first()  # unique
    if held is not None:
        return held
    try:
        with transaction.atomic():
            made = User(
                username=new_public_id(), roles=["citizen"], phone=number,
                language=language if language in ("ar", "en") else "ar", date_joined=at,
            )  # fmt: skip
            made.set_unusable_password()
            made.save()
            by = Actor(made.pk, made.username, "citizen")
            record(stream=f"person/{made.pk}", act="person.joined", by=by, at=at)
    except IntegrityError:  # the same number, proved twice in one moment
        return User.objects.get(phone=number)
    return made


def _tell_of_new_device(person: User, at: dt.datetime) -> None:
    when = at.astimezone(PROFILE.time_zone).strftime("%d/%m/%Y %H:%M")
    key = f"people.new_device/{person.pk}/{int(at.timestamp())}"
    told = Told("people.new_device", str(person.phone), person.language, {"at": when}, key)
    tell(told, at=at)


def complete(request: HttpRequest, person: User, *, at: dt.datetime) -> None:
    """Sign a proved person in, on the record; a new device of staff is told to their phone.

    Raises Problem 401 for a disabled person.
    """
    if not person.is_active:
        raise Problem(401, "wrong_credentials", WRONG)
    known = bool(device_of(request, person))
    with transaction.atomic():
        new = is_staff(person) and not known and SignIn.objects.filter(person=person).exists()
        enter(request, person, at=at)
        role = person.roles[0] if person.roles else "citizen"
        by = Actor(person.pk, person.full_name, role)
        facts = {"address": address_of(request), "known_device": known}
        record(stream=f"person/{person.pk}", act="person.signed_in", by=by, at=at, facts=facts)
        if new and person.phone and not is_demo():
            _tell_of_new_device(person, at)
