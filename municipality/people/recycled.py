"""Numbers that may have gone to somebody else: operators give silent numbers out again.

A number proved after half a year without a sign-in, on a device not seen before, is asked for
the civil number of its account too; whoever cannot say it begins an account of their own, and
the number leaves the old one (guards.md threat 18).
"""

import datetime as dt

from django.db import transaction
from django.http import HttpRequest

from municipality.actor import SYSTEM
from municipality.digits import western
from municipality.history.actions import record
from municipality.people.acting_person import is_staff
from municipality.people.locks import Attempt, clear, count_attempt
from municipality.people.macs import same
from municipality.people.models import User
from municipality.people.presence import address_of, end_sessions
from municipality.people.signing_in import device_of
from municipality.places.demo import is_demo

SILENT = dt.timedelta(days=180)


def is_doubtful(request: HttpRequest, person: User, *, at: dt.datetime) -> bool:
    """Tell whether a proved number is no proof enough that this is still the same person."""
    if is_demo() or is_staff(person) or person.last_login is None:
        return False
    return at - person.last_login > SILENT and not device_of(request, person)


def is_the_same(request: HttpRequest, person: User, civil_number: str, *, at: dt.datetime) -> bool:
    """Tell whether somebody knows the civil number of the account; raises Problem 429."""
    attempt = Attempt("civil number", f"person {person.pk}", address_of(request))
    count_attempt(attempt, at=at)
    typed = western(civil_number).replace(" ", "")
    if not person.civil_number or not same(typed, person.civil_number):
        return False
    clear(attempt, at=at)
    return True


@transaction.atomic
def release(person: User, *, at: dt.datetime) -> None:
    """Take the number from an account; whoever holds it now begins one of their own."""
    User.objects.filter(pk=person.pk).update(phone=None)
    end_sessions(person)
    record(stream=f"person/{person.pk}", act="person.phone_released", by=SYSTEM, at=at)
