"""The pages of people: accessible, in both directions, never wider than the screen."""

import datetime as dt

import pytest
from django.utils import timezone

from municipality.people.delegations import Wish, delegate
from municipality.people.models import CodeAlarm, User
from tests.browser.driver import sign_in
from tests.browser.looks import LOOKS, seen, share
from tests.builders import a_person
from tests.cases.builders import acting
from tests.people.builders import a_citizen, a_factor, a_member, an_office

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def office(transactional_db):
    """An office with a member, an administrator, an auditor, and a citizen with a delegate."""
    admin, _ = a_person("admin"), a_person("auditor")
    a_factor(admin)
    citizen, taker = a_citizen(1, first_name="سالم"), a_citizen(2, first_name="راشد")
    day = timezone.now().date()
    wish = Wish(taker.phone, ("plot_extract",), day, day + dt.timedelta(days=9))
    delegate(citizen, wish, by=acting(citizen), at=timezone.now(), on=day)
    CodeAlarm.objects.create(began_at=timezone.now(), sent=250, used=3)
    made = an_office("1", is_pilot=True)
    a_member("huda", made)
    return made


PAGES = {
    "": ["/sign-in/phone/", "/sign-in/staff/"],
    "citizen-1": ["/account/", "/account/phone/", "/account/delegates/add/"],
    "admin": ["/staff/people/", "/staff/people/{person}/", "/staff/people/add/", "/staff/keys/",
              "/staff/offices/", "/staff/offices/{office}/", "/staff/offices/{office}/change/"],
    "auditor": ["/staff/history/"],
}  # fmt: skip
ALL = [(who, path) for who, paths in PAGES.items() for path in paths]


@pytest.mark.parametrize("at", LOOKS)
def test_every_page_of_people_is_accessible_and_fits(look, office, at) -> None:
    prefix, size, theme = at
    person = User.objects.get(username="huda").pk
    visit = look(size=size, theme=theme)
    for who, path in share(ALL, at):
        visit.page.context.clear_cookies()
        if who:
            sign_in(visit.page.context, visit.host, who)
        address = prefix + path.format(person=person, office=office.public_id)
        seen(visit.go(address), f"people{path.replace('/', '-')}{size}-{theme}{prefix[1:]}")
