"""How the holder of a permit is reached today: by the account's telephone, where there is one.

A telephone that somebody gave up is another person's later: it neither hears of the permit nor
renews it.  Only a permit without an account is held by the telephone on its record.
"""

from collections.abc import Iterable

from django.db.models import Q

from municipality.notices.outbox import Recipient
from municipality.people.models import User
from parking_zones.parking_permits.models import ParkingPermit

REACHABLE = Q(person_id__isnull=False) | ~Q(phone="")


def held_by_phone(phone: str) -> Q:
    """Return the permits of a telephone (E.164): its account's, and those held by it alone."""
    people = User.objects.filter(phone=phone, is_active=True).values("pk")
    return Q(person_id__in=people) | Q(person_id=None, phone=phone)


def recipients(permits: Iterable[ParkingPermit]) -> dict[int, Recipient]:
    """Return how the holder of each permit is reached, by the permit's id; one question for all."""
    rows = list(permits)
    accounts = User.objects.in_bulk([row.person_id for row in rows if row.person_id is not None])
    found = {}
    for row in rows:
        account = accounts.get(row.person_id or 0)
        phone = row.phone if account is None else (account.phone or "")
        language = row.language if account is None else account.language
        found[row.pk] = Recipient(phone=phone, language=language, person_id=row.person_id)
    return found
