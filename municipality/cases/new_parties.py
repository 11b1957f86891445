"""Who is put on a new case: whose it is, and the delegate who asks for them."""

import datetime as dt

from municipality.actor import Actor
from municipality.cases.actions import NewParty
from municipality.cases.machine import APPLICANT, DELEGATE
from municipality.city_time import city_day
from municipality.people.delegations import may_act_for
from municipality.people.models import User


def party_of(person: User, role: str) -> NewParty:
    """Put a person down in a part, with the phone and language of their account."""
    return NewParty(
        role=role, name=person.full_name, person_id=person.pk, phone=person.phone or "",
        email=person.email, language=person.language,
    )  # fmt: skip


def parties_for(person: User, kind: str, *, by: Actor, at: dt.datetime) -> tuple[NewParty, ...]:
    """Return who is on a case of a kind: the applicant, and the delegate who asks for them."""
    on, asker = city_day(at), by.person_id
    if asker is None or by.for_person_id != person.pk:
        return (party_of(person, APPLICANT),)
    if not may_act_for(asker, person.pk, kind, on=on):  # who serves them at the counter
        return (party_of(person, APPLICANT),)
    return party_of(person, APPLICANT), party_of(User.objects.get(pk=asker), DELEGATE)
