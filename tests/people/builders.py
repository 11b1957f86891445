"""People for tests who can prove who they are."""

import datetime as dt
from typing import Any

import pyotp
from django.utils import timezone

from municipality.actor import SYSTEM
from municipality.people import partner_keys, second_factor
from municipality.people.models import Consultancy, Membership, User
from tests.builders import ALWAYS, a_person

MOBILE = "+9689212{:04d}"


def a_factor(person: User) -> pyotp.TOTP:
    """Enrol a second factor; returns what the person's telephone would hold."""
    factor = second_factor.begin_enrolment(person, at=timezone.now())
    type(factor).objects.filter(pk=factor.pk).update(confirmed_at=timezone.now())
    return pyotp.TOTP(second_factor.secret_of(factor))


def a_code_of(person: User, at: dt.datetime | None = None) -> str:
    """Enrol a second factor and give its code of now."""
    return a_factor(person).at(at or timezone.now())


def a_citizen(number: int = 1, **values: Any) -> User:
    """A citizen with a phone and no password."""
    person = User(
        username=f"citizen-{number}", phone=MOBILE.format(number), roles=["citizen"], **values
    )
    person.set_unusable_password()
    person.save()
    return person


def an_office(code: str = "1", **values: Any) -> Consultancy:
    """A consultancy office with a licence."""
    names = {"name_ar": f"مكتب {code}", "name_en": f"Office {code}", "licence_class": "first"}
    return Consultancy.objects.create(
        **{"licence_number": f"L-{code}", "licence_valid": ALWAYS, **names, **values}
    )


def a_member(name: str, office: Consultancy, **values: Any) -> User:
    """Somebody who works for an office."""
    person = a_person(name, "office")
    Membership.objects.create(
        **{"consultancy": office, "person": person, "valid": ALWAYS, **values}
    )
    return person


def a_key(*grants: str, **wanted: Any) -> str:
    """The key of a partner, granted everything unless told otherwise."""
    day = timezone.now().date()
    facts = {
        "name": "شريك",
        "first": day - dt.timedelta(days=1),
        "last": day + dt.timedelta(days=30),
    }
    wish = partner_keys.Wanted(
        **{"grants": grants or tuple(partner_keys.GRANTS), **facts, **wanted}
    )
    return partner_keys.issue(wish, by=SYSTEM, at=timezone.now())
