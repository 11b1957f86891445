"""The first administrator of an empty city."""

import pytest
from django.core.management import CommandError, call_command

from municipality.people.models import User
from tests.people.builders import a_code_of

pytestmark = pytest.mark.django_db


def add(*arguments: str) -> None:
    call_command("add_person", *arguments, "--password-from", "NEW_PASSWORD")


def test_administrator_can_sign_in_and_open_the_imports(client, monkeypatch) -> None:
    monkeypatch.setenv("NEW_PASSWORD", "a long enough one 77")
    add("amal", "--role", "admin")
    asked = {"name": "amal", "password": "a long enough one 77"}
    first = client.post("/api/session", asked, "application/json")
    assert (first.status_code, first.json()["needs"]) == (401, "enrolment")
    asked["code"] = a_code_of(User.objects.get(username="amal"))
    signed = client.post("/api/session", asked, "application/json")
    assert signed.json()["roles"] == ["admin"]
    assert client.get("/imports/").status_code == 200
    assert client.get("/admin/").status_code == 200


def test_weak_password_is_refused_and_nobody_is_added(monkeypatch) -> None:
    monkeypatch.setenv("NEW_PASSWORD", "demo")
    with pytest.raises(CommandError):
        add("amal", "--role", "admin")
    assert not User.objects.exists()


def test_roles_can_be_changed(monkeypatch) -> None:
    monkeypatch.setenv("NEW_PASSWORD", "a long enough one 77")
    add("amal", "--role", "admin")
    add("amal", "--role", "planner")
    amal = User.objects.get()
    assert (amal.roles, amal.is_staff) == (["planner"], False)
