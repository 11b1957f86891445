"""Where somebody is between the first question of the sign-in and being signed in.

Kept in the session of who is not signed in yet, for a quarter of an hour.
"""

import datetime as dt
from dataclasses import asdict, dataclass

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from geo_portal.home.desks import desks_of
from municipality.people.acting_person import is_staff
from municipality.people.models import User
from municipality.people.signing_in import Claim

KEY = "signing_in"
LIFE_S = 15 * 60
FIRST_PAGES = (
    ("admin", "home:imports"),
    ("planner", "home:heat"),
    ("inspector", "home:zone"),
    ("auditor", "people:history"),
    ("citizen", "casework:mine"),
    ("office", "casework:mine"),
)


@dataclass(frozen=True, slots=True)
class Step:
    """Who is half-way in: by a phone (anybody's yet) or as a person whose password was right."""

    at_s: int
    next_page: str
    phone: str = ""
    person_id: int | None = None
    doubted_id: int | None = None  # whose number was proved after a long silence

    def claimed(self) -> Claim:
        """Say again who somebody claims to be.

        A member of staff who types their phone is not told so before the number is proved.
        """
        if self.person_id is not None:
            person = User.objects.get(pk=self.person_id)
            return Claim(person.get_username(), person, person.phone or "")
        held = User.objects.filter(phone=self.phone, is_active=True).first()  # unique
        return Claim(self.phone, None if held is None or is_staff(held) else held, self.phone)


def keep(request: HttpRequest, step: Step) -> None:
    """Remember the step."""
    request.session[KEY] = asdict(step)


def held(request: HttpRequest, *, at: dt.datetime) -> Step | None:
    """Return the step this session is at; None where there is none or it took too long."""
    told = request.session.get(KEY)
    if not isinstance(told, dict):
        return None
    step = Step(**told)
    return step if at.timestamp() - step.at_s < LIFE_S else None


def asked_page(request: HttpRequest) -> str:
    """Return the page of ours that somebody wanted to see; empty for none or another host's."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return asked if ours else ""


def first_page(person: User) -> str:
    """Return the page on which a person begins: by role, then the first desk, then the map."""
    for role, page in FIRST_PAGES:
        if role in person.roles:
            return reverse(page)
    desks = desks_of(frozenset(person.roles))
    return str(desks[0][0]) if desks else reverse("home:map")
