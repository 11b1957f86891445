"""What people change about their own account."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F

from municipality.actor import Actor
from municipality.history.actions import record
from municipality.names import tidy
from municipality.people.models import User
from municipality.people.presence import end_sessions
from municipality.people.told import Told, tell
from municipality.phones import masked
from municipality.places.demo import is_demo
from municipality.problems import bad_value
from municipality.words import Text

OLD_PHONE, NEW_PHONE = "old_phone", "new_phone"  # purposes of the two codes
TAKEN = Text("هذا الرقم لحساب آخر.", "This number belongs to another account.")
WRITE_NAME = Text("اكتب اسمك.", "Enter your name.")
WEAK = Text(
    "اختر كلمة مرور أطول ولا يعرفها الناس: 8 أحرف على الأقل، وليست من الكلمات الشائعة.",
    "Choose a longer password that is not in use everywhere: 8 characters at least, none of the "
    "common ones.",
)


@transaction.atomic
def set_name(person: User, name: str, *, by: Actor, at: dt.datetime) -> None:
    """Change the name that stands on papers; raises Problem 422 for none."""
    written = tidy(name)[:150]
    if not written:
        raise bad_value("full_name", WRITE_NAME)
    User.objects.filter(pk=person.pk).update(first_name=written, last_name="")
    facts = {"name": written}
    record(stream=f"person/{person.pk}", act="person.renamed", by=by, at=at, facts=facts)


def set_language(person: User, language: str) -> None:
    """Change the language of a person's messages; anything but ``en`` is Arabic."""
    User.objects.filter(pk=person.pk).update(language="en" if language == "en" else "ar")


def change_phone(
    person: User, phone: str, *, by: Actor, at: dt.datetime, why: Mapping[str, Any] | None = None
) -> None:
    """Move an account to a number; both numbers have been proved by then (ASVS 7.5.1).

    Or two administrators stand behind it (``lost_phones``), as ``why`` tells the record.  The old
    number is told, and every session ends.  Raises Problem 422 for another's number.
    """
    old = person.phone
    try:
        with transaction.atomic():
            User.objects.filter(pk=person.pk).update(
                phone=phone, sessions_since=F("sessions_since") + 1
            )
            facts = {"from": masked(old) if old else "", "to": masked(phone), **(why or {})}
            record(
                stream=f"person/{person.pk}", act="person.phone_changed", by=by, at=at, facts=facts
            )
            end_sessions(person)
            if old and not is_demo():
                key = f"people.phone_changed/{person.pk}/{int(at.timestamp())}"
                values = {"phone": masked(phone)}
                told = Told("people.phone_changed", old, person.language, values, key)
                tell(told, at=at)
    except IntegrityError:
        raise bad_value("phone", TAKEN) from None


def set_password(person: User, password: str, *, by: Actor, at: dt.datetime) -> None:
    """Change a password; every session ends.  Raises Problem 422 for a weak or breached one."""
    try:
        validate_password(password, person)
    except ValidationError:
        raise bad_value("password", WEAK) from None
    with transaction.atomic():
        person.set_password(password)
        person.save(update_fields=["password"])
        end_sessions(person)
        record(stream=f"person/{person.pk}", act="person.password_changed", by=by, at=at)
