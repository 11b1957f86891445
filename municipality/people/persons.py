"""What administrators do to people, each act on the record of the person."""

import datetime as dt
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.crypto import get_random_string

from municipality.actor import Actor
from municipality.city_time import city_day
from municipality.history.actions import record
from municipality.names import tidy
from municipality.people import second_factor
from municipality.people.four_eyes import four_eyes
from municipality.people.models import FactorReset, User
from municipality.people.presence import end_sessions
from municipality.people.roles import CODES
from municipality.places.models import Directorate
from municipality.problems import Problem, bad_value
from municipality.words import Text

TAKEN = Text("اسم المستخدم أو الهاتف مأخوذ.", "The user name or the phone is taken.")
NO_ROLE = Text("اختر دورًا واحدًا على الأقل من القائمة.", "Choose one role of the list at least.")
NOT_YOURSELF = Text(
    "لا تغيّر أدوارك ولا توقف حسابك؛ ليفعل ذلك مدير آخر.",
    "You cannot change your own roles or disable yourself; another administrator can.",
)
ALREADY_DISABLED = Text("الحساب موقوف من قبل.", "The account is already disabled.")
ALREADY_ENABLED = Text("الحساب غير موقوف.", "The account is not disabled.")
ASKED_ALREADY = Text("طُلب هذا من قبل.", "This was asked for already.")
NO_FACTOR = Text("ليس لهذا الشخص عامل ثانٍ.", "This person has no second factor.")


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody to be added: as they sign in, what they are called, what they may do."""

    username: str
    full_name: str
    roles: tuple[str, ...]
    phone: str = ""  # E.164
    directorate: str = ""  # its code


def _roles(roles: tuple[str, ...]) -> list[str]:
    if not roles or set(roles) - set(CODES):
        raise bad_value("roles", NO_ROLE)
    return sorted(set(roles))


def _directorate(code: str) -> Directorate | None:
    return Directorate.objects.filter(code=code).first() if code else None  # unique


def not_oneself(person: User, by: Actor) -> None:
    """Refuse an administrator's act on their own account; raises Problem 403."""
    if person.pk == by.person_id:
        raise Problem(403, "own_matter", NOT_YOURSELF)


def add(new: NewPerson, *, by: Actor, at: dt.datetime) -> tuple[User, str]:
    """Add a person; returns them with a first password, told once.

    Raises Problem 422 for a name or phone that is taken, or no role.
    """
    password = get_random_string(14)
    person = User(
        username=new.username, first_name=tidy(new.full_name), roles=_roles(new.roles),
        phone=new.phone or None, directorate=_directorate(new.directorate), date_joined=at,
        password=make_password(password),
    )  # fmt: skip
    person.is_staff = person.is_superuser = "admin" in person.roles
    try:
        with transaction.atomic():
            person.save()
            facts = {"username": person.username, "roles": person.roles}
            record(stream=f"person/{person.pk}", act="person.added", by=by, at=at, facts=facts)
    except IntegrityError:
        raise bad_value("username", TAKEN) from None
    return person, password


@transaction.atomic
def set_roles(
    person: User, roles: tuple[str, ...], directorate: str, *, by: Actor, at: dt.datetime
) -> None:
    """Change what a person may do and where; their sessions end with the next request.

    Raises Problem 403 for one's own roles, 422 for none.
    """
    not_oneself(person, by)
    before, after = sorted(person.roles), _roles(roles)
    held = _directorate(directorate)
    person.roles, person.directorate = after, held
    person.is_staff = person.is_superuser = "admin" in after
    person.save(update_fields=["roles", "directorate", "is_staff", "is_superuser"])
    facts = {"from": before, "to": after, "directorate": held.code if held else ""}
    record(stream=f"person/{person.pk}", act="person.roles_changed", by=by, at=at, facts=facts)


@transaction.atomic
def _set_active(
    person: User, active: bool, act: str, reason: str, by: Actor, at: dt.datetime
) -> None:
    not_oneself(person, by)
    held = User.objects.filter(pk=person.pk)
    if held.select_for_update(of=("self",)).get().is_active == active:
        raise bad_value("to", ALREADY_ENABLED if active else ALREADY_DISABLED)
    held.update(is_active=active, sessions_since=F("sessions_since") + 1)
    end_sessions(person)
    facts = {"reason": reason[:200]}
    record(stream=f"person/{person.pk}", act=act, by=by, at=at, facts=facts)


def disable(person: User, *, reason: str, by: Actor, at: dt.datetime) -> None:
    """Shut a person out; their sessions end.  Raises Problem 403 for oneself, 422 again."""
    _set_active(person, False, "person.disabled", reason, by, at)


def enable(person: User, *, reason: str, by: Actor, at: dt.datetime) -> None:
    """Let a person in again; raises Problem 403 for oneself, 422 who is in."""
    _set_active(person, True, "person.enabled", reason, by, at)


@transaction.atomic
def new_password(person: User, *, by: Actor, at: dt.datetime) -> str:
    """Give somebody who forgot theirs a new first password, told once; their sessions end.

    Their second factor still stands.  Raises Problem 403 for oneself.
    """
    not_oneself(person, by)
    password = get_random_string(14)
    person.set_password(password)
    person.save(update_fields=["password"])
    end_sessions(person)
    record(stream=f"person/{person.pk}", act="person.password_reset", by=by, at=at)
    return password


def ask_factor_reset(person: User, *, by: Actor, at: dt.datetime) -> FactorReset:
    """Ask for a lost second factor to be forgotten; another administrator must confirm it.

    Raises Problem 422 where there is none or it was asked for, 403 for one's own.
    """
    not_oneself(person, by)
    if by.person_id is None or not second_factor.is_enrolled(person):
        raise bad_value("person", NO_FACTOR)
    try:
        with transaction.atomic():
            made = FactorReset.objects.create(person=person, asked_by_id=by.person_id, asked_at=at)
            stream = f"person/{person.pk}"
            record(stream=stream, act="person.factor_reset_asked", by=by, at=at)
    except IntegrityError:
        raise bad_value("person", ASKED_ALREADY) from None
    return made


@transaction.atomic
def confirm_factor_reset(person: User, *, by: Actor, at: dt.datetime) -> None:
    """Forget the second factor that another administrator has asked about; sessions end.

    Raises Problem 403 unless two administrators stand behind it, 404 where nothing is asked.
    """
    not_oneself(person, by)
    asked = FactorReset.objects.select_for_update().filter(person=person, done_at=None)
    found = asked.select_related("asked_by").first()  # one open a person
    if found is None:
        raise bad_value("person", NO_FACTOR)
    first = Actor(found.asked_by_id, found.asked_by.full_name, "admin")
    four_eyes(first, by, on=city_day(at))
    found.done_by_id, found.done_at = by.person_id, at
    found.save(update_fields=["done_by", "done_at"])
    second_factor.remove(person)
    end_sessions(person)
    facts = {"asked_by": found.asked_by_id}
    record(stream=f"person/{person.pk}", act="person.factor_reset", by=by, at=at, facts=facts)
