"""Who acts in a request: the person, the role they act in, and on whose behalf."""

import datetime as dt

from django.http import HttpRequest

from municipality.actor import Actor
from municipality.people.access import not_found
from municipality.people.models import Membership, User

NOT_STAFF = frozenset({"citizen", "office"})


def is_staff(person: User) -> bool:
    """Tell whether a person holds a role of the municipality's own people."""
    return not NOT_STAFF.issuperset(person.roles)


def person_of(request: HttpRequest) -> User:
    """Return who is signed in; raises Problem 404 where nobody is."""
    if not isinstance(request.user, User):
        raise not_found()
    return request.user


def actor_of(request: HttpRequest, role: str) -> Actor:
    """Name who acts, in a role they really hold; raises Problem 404 for any other.

    A person who acts for another (a delegate, a hall officer with the visitor's code) carries
    that person's id: ``municipality.people.delegations`` has put it into the request.
    """
    person = person_of(request)
    if not person.has_role(role):
        raise not_found()
    on_behalf_of: int | None = getattr(request, "acting_for", None)
    return Actor(person.pk, person.full_name, role, on_behalf_of)


def office_ids(person: User, *, on: dt.date) -> tuple[int, ...]:
    """Return the consultancy offices a person belongs to on a day of the city.

    A suspended office still sees what it filed; it may file nothing new (``offices.may_file``).
    """
    if not person.has_role("office"):
        return ()
    found = Membership.objects.filter(person=person, valid__contains=on)
    return tuple(found.order_by("consultancy_id").values_list("consultancy_id", flat=True))
