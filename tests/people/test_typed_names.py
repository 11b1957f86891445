"""Names that people type hold nothing unseen; a licence is one in capitals and small letters."""

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from municipality.names import tidy
from municipality.people.models import Consultancy, User
from tests.builders import a_person
from tests.people.builders import a_citizen, an_office

UNSEEN = "".join(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200F, 0x07, 0x7F)))
OFFICE = {
    "name_ar": f"مكتب{UNSEEN} الواحة", "name_en": f"Al\n{UNSEEN}Waha", "licence_number": "eng-١",
    "licence_class": "first", "first": "2026-01-01", "last": "2099-12-31",
}  # fmt: skip


@given(st.text())
def test_a_tidied_name_is_tidy_and_holds_nothing_unseen(text) -> None:
    name = tidy(text)
    assert tidy(name) == name == name.strip()
    assert not set(name) & set(UNSEEN) and "\n" not in name


def test_what_is_seen_stays() -> None:
    for name in ("سَعيد بن علي", "O’Brien-Smith", "مكتب 12"):
        assert tidy(name) == name


@pytest.fixture
def admin() -> Client:
    client = Client()
    client.force_login(a_person("admin"))
    return client


@pytest.mark.django_db
def test_a_citizen_s_own_name_is_tidied() -> None:
    citizen, client = a_citizen(1), Client()
    client.force_login(citizen)
    client.post("/account/name", {"full_name": f"سالم{UNSEEN}\tعلي"})
    citizen.refresh_from_db()
    assert citizen.full_name == "سالم علي"
    client.post("/account/name", {"full_name": UNSEEN})
    citizen.refresh_from_db()
    assert citizen.full_name == "سالم علي"


@pytest.mark.django_db
def test_a_person_added_has_a_tidy_name_or_is_refused(admin) -> None:
    sent = {"username": "amal", "full_name": f"أمل{UNSEEN}", "roles": ["cashier"]}
    assert admin.post("/staff/people/add/", {**sent, "full_name": UNSEEN}).status_code == 422
    assert admin.post("/staff/people/add/", sent).status_code == 200
    assert User.objects.get(username="amal").full_name == "أمل"


@pytest.mark.django_db
def test_an_office_has_tidy_names_and_a_licence_in_capitals(admin) -> None:
    assert admin.post("/staff/offices/add/", OFFICE).status_code == 302
    office = Consultancy.objects.get()
    assert (office.name_ar, office.name_en) == ("مكتب الواحة", "Al Waha")
    assert office.licence_number == "ENG-1"
    for again in ("ENG-1", "Eng-1", "eng-١"):
        answer = admin.post("/staff/offices/add/", {**OFFICE, "licence_number": again})
        assert answer.status_code == 422
    assert Consultancy.objects.count() == 1
    changed = {**OFFICE, "name_en": "Oasis"}
    assert admin.post(f"/staff/offices/{office.public_id}/change/", changed).status_code == 302
    office.refresh_from_db()
    assert office.name_en == "Oasis"


@pytest.mark.django_db
def test_a_licence_stored_in_small_letters_long_ago_is_taken_too(admin) -> None:
    Consultancy.objects.filter(pk=an_office("1").pk).update(licence_number="eng-1")
    assert admin.post("/staff/offices/add/", OFFICE).status_code == 422
