"""A lost phone: two administrators move an account to another number (guards.md threats 14, 18).

The number is typed twice, by two people: the second finds a slip of the first, and is shown no
more of it than its last digits.
"""

import datetime as dt

from django.db import IntegrityError, transaction

from municipality.actor import Actor
from municipality.city_time import city_day
from municipality.history.actions import record
from municipality.people.account import TAKEN, change_phone
from municipality.people.contact import LONGEST_REASON
from municipality.people.four_eyes import four_eyes
from municipality.people.models import PhoneChange, User
from municipality.people.persons import ASKED_ALREADY, not_oneself
from municipality.people.phone_codes import NOT_A_MOBILE
from municipality.phones import can_be_texted, masked
from municipality.problems import bad_value
from municipality.words import Text

WRITE_REASON = Text("اكتب السبب، وكيف تحققت من صاحبه.", "Write why, and how you know the person.")
SAME = Text("هذا رقم الحساب الآن.", "This is the account's number already.")
NOT_THE_SAME = Text(
    "ليس هذا الرقم الذي طلبه المدير الأول. تأكدا منه معًا.",
    "This is not the number that the first administrator asked for. Check it together.",
)
NOT_ASKED = Text("لم يُطلب رقم جديد لهذا الشخص.", "No new number was asked for.")


def open_change(person: User) -> PhoneChange | None:
    """Return the change that waits for a second administrator, if there is one."""
    found = PhoneChange.objects.filter(person=person, done_at=None).select_related("asked_by")
    return found.first()  # one open a person


def ask(person: User, phone: str, reason: str, *, by: Actor, at: dt.datetime) -> PhoneChange:
    """Ask for an account to be moved to a number (E.164); another administrator confirms it.

    Raises Problem 422 without a reason, for a number that gets no codes, the account's own or
    another's, and where one was asked for already; 403 for one's own account.
    """
    not_oneself(person, by)
    why = " ".join(reason.split())[:LONGEST_REASON]
    if not why:
        raise bad_value("reason", WRITE_REASON)
    if not can_be_texted(phone):
        raise bad_value("phone", NOT_A_MOBILE)
    held = User.objects.filter(phone=phone).values_list("pk", flat=True).first()  # unique
    if held is not None:
        raise bad_value("phone", SAME if held == person.pk else TAKEN)
    try:
        with transaction.atomic():
            made = PhoneChange.objects.create(
                person=person, phone=phone, reason=why, asked_by_id=by.person_id or 0, asked_at=at
            )
            facts = {"to": masked(phone), "reason": why}
            stream = f"person/{person.pk}"
            record(stream=stream, act="person.phone_set_asked", by=by, at=at, facts=facts)
    except IntegrityError:
        raise bad_value("phone", ASKED_ALREADY) from None
    return made


def _open_locked(person: User) -> PhoneChange:
    asked = PhoneChange.objects.select_for_update(of=("self",)).select_related("asked_by")
    found = asked.filter(person=person, done_at=None).first()  # one open a person
    if found is None:
        raise bad_value("phone", NOT_ASKED)
    return found


@transaction.atomic
def confirm(person: User, phone: str, *, by: Actor, at: dt.datetime) -> None:
    """Move the account, once another administrator has typed the same number.

    The old number is told and every session ends.  Raises Problem 403 unless two administrators
    stand behind it, 422 for another number and for one that was taken meanwhile.
    """
    not_oneself(person, by)
    found = _open_locked(person)
    first = Actor(found.asked_by_id, found.asked_by.full_name, "admin")
    four_eyes(first, by, on=city_day(at))
    if phone != found.phone:
        raise bad_value("phone", NOT_THE_SAME)
    found.done_by_id, found.done_at, found.phone = by.person_id, at, ""
    found.save(update_fields=["done_by", "done_at", "phone"])
    now = User.objects.get(pk=person.pk)
    why = {"reason": found.reason, "asked_by": found.asked_by_id}
    change_phone(now, phone, by=by, at=at, why=why)


@transaction.atomic
def drop(person: User, *, by: Actor, at: dt.datetime) -> None:
    """Let a change that was asked for be, by any administrator but the person; 422 for none."""
    not_oneself(person, by)
    found = _open_locked(person)
    facts = {"to": masked(found.phone), "asked_by": found.asked_by_id}
    found.delete()
    record(stream=f"person/{person.pk}", act="person.phone_set_dropped", by=by, at=at, facts=facts)
