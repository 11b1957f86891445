"""Session and person come by one question (that it renews a session: test_interrupted)."""

import pytest
from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from municipality.people.models import User, WebSession
from tests.builders import a_person

PAGE = "/api/session"


@pytest.mark.django_db
def test_a_request_asks_once_who_it_is(client: Client) -> None:
    client.force_login(a_person("registrar"))
    client.get(PAGE)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(PAGE).json()["name"] == "registrar"
    about = [q["sql"] for q in asked if "people_user" in q["sql"] or "session" in q["sql"]]
    assert [sql.split(" (")[0] for sql in about] == ["EXECUTE session_and_person"]


@pytest.mark.django_db
def test_every_column_of_the_person_comes_as_the_framework_reads_it(client: Client) -> None:
    person = a_person("registrar")
    client.force_login(person)
    seen = client.get("/en/account/").wsgi_request.user
    for field in User._meta.concrete_fields:
        assert getattr(seen, field.attname) == getattr(
            User.objects.get(pk=person.pk), field.attname
        )


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"is_active": False}, {"roles": ["cashier"]}, {"password": ""}])
def test_a_change_of_the_person_ends_the_session(client: Client, change: dict) -> None:
    person = a_person("registrar")
    client.force_login(person)
    User.objects.filter(pk=person.pk).update(**change)
    assert client.get(PAGE).json()["name"] is None


@pytest.mark.django_db
def test_a_session_names_its_person_and_goes_with_their_signing_out(client: Client) -> None:
    person = a_person("registrar")
    client.force_login(person)
    assert WebSession.objects.get(person=person).session_key == client.session.session_key
    client.logout()
    assert not WebSession.objects.filter(person=person).exists()


@pytest.mark.django_db
@pytest.mark.parametrize("edited", [{SESSION_KEY: "0"}, {HASH_SESSION_KEY: "0" * 64}, {}])
def test_the_row_beside_a_session_signs_nobody_in(client: Client, edited: dict) -> None:
    """What counts is the session's own word: person and digest as they were signed."""
    person = a_person("registrar")
    session = client.session
    for name, value in edited.items():
        session[name] = value
    session.save()
    WebSession.objects.update(person=person)
    client.cookies["sessionid"] = session.session_key
    assert client.get(PAGE).json()["name"] is None
