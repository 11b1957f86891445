"""Reading a person's contact data: every look by staff leaves a row with its reason."""

import datetime as dt
import re
from dataclasses import dataclass

from django.db import transaction

from municipality.actor import Actor
from municipality.history.actions import record
from municipality.people.models import User
from municipality.phones import masked
from municipality.problems import bad_value
from municipality.words import Text

WRITE_WHY = Text("اكتب سبب الاطلاع.", "Write why you need it.")
LONGEST_REASON = 200
_E164 = re.compile(r"\+[0-9]{8,15}")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")


@dataclass(frozen=True, slots=True)
class Contact:
    """How a person is reached, and their civil number."""

    phone: str  # E.164
    email: str
    civil_number: str


@transaction.atomic
def read_contact(person_id: int, *, by: Actor, reason: str, at: dt.datetime) -> Contact:
    """Return contact data and leave a row of who looked and why, together or not at all.

    The one door of staff to phone, e-mail and civil number.  Raises Problem 422 without a
    reason, User.DoesNotExist for nobody.
    """
    why = " ".join(reason.split())[:LONGEST_REASON]
    if not why:
        raise bad_value("reason", WRITE_WHY)
    person = User.objects.only("phone", "email", "civil_number").get(pk=person_id)
    if person.pk != by.person_id:
        facts = {"reason": why}
        record(stream=f"person/{person.pk}", act="read_contact", by=by, at=at, facts=facts)
    return Contact(person.phone or "", person.email, person.civil_number)


def masked_email(address: str) -> str:
    """Write an address so that its owner knows it and nobody else does: ``s••••@example.org``."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}••••@{domain}"


def without_contacts(text: str) -> str:
    """Mask the numbers and addresses in a text that no person wrote, such as an error's.

    >>> without_contacts("no route to +96892123456")
    'no route to +968 •••• 3456'
    """
    unnumbered = _E164.sub(lambda found: masked(found[0]), text)
    return _EMAIL.sub(lambda found: masked_email(found[0]), unnumbered)
