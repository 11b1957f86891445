"""A form names the state it wants: sent twice, or from a page long open, it turns nothing back."""

import pytest
from django.test import Client

from municipality.history.models import Entry
from municipality.people.models import Consultancy
from tests.builders import a_person
from tests.people.builders import an_office

pytestmark = pytest.mark.django_db
OF_AN_OFFICE = [
    ("suspend", "suspended", "The office is already suspended.", ["office.suspended"]),
    ("suspend", "active", "The office is not suspended.", ["office.suspended", "office.reinstated"]),
    ("pilot", "in", "The office is already in the pilot group.", ["office.in_pilot"]),
    (
        "pilot", "out", "The office is already out of the pilot group.",
        ["office.in_pilot", "office.out_of_pilot"],
    ),
]  # fmt: skip
OF_A_PERSON = [
    ("disabled", "The account is already disabled.", ["person.disabled"]),
    ("active", "The account is not disabled.", ["person.disabled", "person.enabled"]),
]


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(a_person("admin"))
    return client


def acts(stream: str) -> list[str]:
    return list(Entry.objects.filter(stream=stream).order_by("seq").values_list("act", flat=True))


@pytest.mark.parametrize(("act", "to", "told", "history"), OF_AN_OFFICE)
def test_an_office_s_form_sent_twice_says_so_and_changes_nothing(
    admin, act, to, told, history
) -> None:
    office = an_office("1")
    address = f"/en/staff/offices/{office.public_id}/{act}"
    if len(history) == 2:
        first = "suspended" if act == "suspend" else "in"
        admin.post(address, {"to": first, "why": "x"})
    assert admin.post(address, {"to": to, "why": "x"}).status_code == 302
    held = Consultancy.objects.values().get()
    again = admin.post(address, {"to": to, "why": "another"})
    assert again.status_code == 422 and told in again.content.decode()
    assert acts(f"office/{office.pk}") == history
    assert Consultancy.objects.values().get() == held


@pytest.mark.parametrize(("to", "told", "history"), OF_A_PERSON)
def test_a_person_s_form_sent_twice_says_so_and_changes_nothing(admin, to, told, history) -> None:
    clerk = a_person("registrar")
    address = f"/en/staff/people/{clerk.pk}/disable"
    if to == "active":
        admin.post(address, {"to": "disabled", "reason": "x"})
    assert admin.post(address, {"to": to, "reason": "x"}).status_code == 302
    clerk.refresh_from_db()
    held = (clerk.is_active, clerk.sessions_since)
    again = admin.post(address, {"to": to, "reason": "x"})
    assert again.status_code == 422 and told in again.content.decode()
    assert acts(f"person/{clerk.pk}") == history
    clerk.refresh_from_db()
    assert (clerk.is_active, clerk.sessions_since) == held


def test_a_form_that_names_no_state_changes_nothing(admin) -> None:
    office, clerk = an_office("1"), a_person("registrar")
    for address in (
        f"/staff/offices/{office.public_id}/suspend",
        f"/staff/offices/{office.public_id}/pilot",
        f"/staff/people/{clerk.pk}/disable",
    ):
        for told in ({}, {"to": "other"}):
            assert admin.post(address, {**told, "why": "x"}).status_code == 422
    assert not Entry.objects.filter(stream__startswith="office/").exists()
    assert not Entry.objects.filter(act__startswith="person.").exists()


def test_the_pages_ask_for_the_other_state(admin) -> None:
    office, clerk = an_office("1"), a_person("registrar")
    page = admin.get(f"/staff/offices/{office.public_id}/").content.decode()
    assert 'name="to" value="suspended"' in page and 'name="to" value="in"' in page
    page = admin.get(f"/staff/people/{clerk.pk}/").content.decode()
    assert 'name="to" value="disabled"' in page
