"""A person's own account: name, phone with both proofs, password, sessions."""

import pytest
from django.test import Client

from municipality.history.models import Entry
from municipality.people.models import SignIn, User
from tests.builders import a_person
from tests.people.builders import MOBILE, a_citizen, a_factor

pytestmark = pytest.mark.django_db
NEW = MOBILE.format(50)


def as_(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def codes(sent) -> tuple[str, str]:
    """The last code to the present number, and the last to the new one."""
    old, new = sent.messages[-2:]
    assert new.phone == NEW and old.phone != NEW
    return old.values["code"], new.values["code"]


def change(client: Client, sent, **told: str):
    assert client.post("/account/phone/", {"phone": "9212 0050"}).status_code == 302
    old, new = codes(sent)
    return client.post("/account/phone/codes/", {"old_code": old, "code": new, **told})


def test_name_and_language_are_changed() -> None:
    person = a_citizen(1)
    client = as_(person)
    client.post("/account/name", {"full_name": " سالم  الحارثي ", "language": "en"})
    person.refresh_from_db()
    assert (person.full_name, person.language) == ("سالم الحارثي", "en")
    assert client.post("/account/name", {"full_name": " "}).status_code == 422


@pytest.mark.parametrize(
    "field", ["roles", "is_superuser", "is_staff", "phone", "civil_number", "username"]
)
def test_no_protected_column_is_changed_by_a_form(field) -> None:
    client, own = as_(a_citizen(1)), {"first_name", "last_name"}

    def protected() -> dict:
        return {
            name: value for name, value in User.objects.values().get().items() if name not in own
        }

    before = protected()
    client.post("/account/name", {"full_name": "سالم", "language": "ar", field: "admin"})
    assert protected() == before


def test_a_phone_changes_with_the_codes_of_both_numbers_and_the_old_one_is_told(sent) -> None:
    person = a_citizen(1)
    client, other = as_(person), as_(person)
    assert change(client, sent)["Location"] == "/sign-in/"
    person.refresh_from_db()
    assert person.phone == NEW
    told = sent.messages[-1]
    assert (told.template, told.phone) == ("people.phone_changed", MOBILE.format(1))
    assert "50" in told.values["phone"] and NEW not in told.values["phone"]
    for held in (client, other):
        assert held.get("/account/").status_code == 302
    facts = Entry.objects.get(act="person.phone_changed").facts
    assert NEW not in str(facts) and MOBILE.format(1) not in str(facts)


@pytest.mark.parametrize("wrong", [{"old_code": "1"}, {"code": "1"}, {"old_code": ""}])
def test_one_code_alone_changes_nothing(sent, wrong) -> None:
    person = a_citizen(1)
    assert change(as_(person), sent, **wrong).status_code == 422
    person.refresh_from_db()
    assert person.phone == MOBILE.format(1)


def test_the_codes_of_the_two_numbers_are_not_exchanged(sent) -> None:
    person, client = a_citizen(1), None
    client = as_(person)
    client.post("/account/phone/", {"phone": "92120050"})
    old, new = codes(sent)
    answer = client.post("/account/phone/codes/", {"old_code": new, "code": old})
    assert answer.status_code == 422


def test_staff_prove_themselves_by_their_app(sent) -> None:
    from django.utils import timezone

    clerk = a_person("registrar")
    app = a_factor(clerk)
    client = as_(clerk)
    client.post("/account/phone/", {"phone": "92120050"})
    code = sent.messages[-1].values["code"]
    told = {"old_code": "000000", "code": code}
    assert client.post("/account/phone/codes/", told).status_code == 422
    told["old_code"] = app.at(timezone.now())
    assert client.post("/account/phone/codes/", told).status_code == 302


def test_a_number_of_another_account_is_refused_once_it_is_proved(sent) -> None:
    person = a_citizen(1)
    a_citizen(50)
    answer = change(as_(person), sent)
    assert answer.status_code == 422 and "لحساب آخر" in answer.content.decode()
    person.refresh_from_db()
    assert person.phone == MOBILE.format(1)


@pytest.mark.parametrize(
    ("old", "new", "status"),
    [("demo", "a long enough one 77", 302), ("no", "a long enough one 77", 422), ("demo", "password", 422),
     ("demo", "short", 422), ("demo", "12345678", 422)],
)  # fmt: skip
def test_a_password_is_changed_by_who_knows_it_and_is_not_a_breached_one(old, new, status) -> None:
    clerk = a_person("registrar")
    client = as_(clerk)
    assert client.post("/account/password/", {"old": old, "password": new}).status_code == status
    clerk.refresh_from_db()
    assert clerk.check_password(new if status == 302 else "demo")
    assert client.get("/account/").status_code == (302 if status == 302 else 200)


def test_who_has_no_password_has_no_page_to_change_it() -> None:
    assert as_(a_citizen(1)).get("/account/password/").status_code == 404


def test_one_session_is_ended_from_another_and_all_from_one(sent) -> None:
    person = a_citizen(1, first_name="سالم")
    clients = [Client(), Client()]
    for client in clients:
        client.post("/sign-in/phone/", {"phone": "92120001"})
        client.post("/sign-in/code/", {"code": sent.code()})
    here, there = clients
    assert "هنا" in here.get("/account/").content.decode()
    row = SignIn.objects.get(session_key=there.session.session_key)
    here.post(f"/account/sessions/{row.pk}/end")
    assert there.get("/account/").status_code == 302 and here.get("/account/").status_code == 200
    here.post("/account/sessions/end")
    assert here.get("/account/").status_code == 302
    assert not SignIn.objects.filter(person=person).exists()
