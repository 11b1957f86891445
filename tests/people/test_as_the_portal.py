"""The doors and pages of people with the database's real wall: Django as the portal's own role."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from municipality.history.models import Entry
from municipality.notices.models import Message
from municipality.people.models import User
from tests.builders import a_person
from tests.people.application import as_application
from tests.people.builders import MOBILE, a_citizen, a_factor

pytestmark = pytest.mark.django_db(transaction=True)
TURNS = [
    ("pilot", {"to": "in"}), ("suspend", {"to": "suspended", "why": "x"}),
    ("suspend", {"to": "active"}),
]  # fmt: skip


def code_of(number: str) -> str:
    """The code of the last message to a number, as its telephone shows it."""
    from municipality.reach import as_system

    with as_system():
        last = Message.objects.filter(to_address=number).order_by("-pk").first()
    return re.search(r"\d{6}", last.text)[0]


def test_signing_in_and_every_act_of_an_account_work_behind_the_wall() -> None:
    phone, client = MOBILE.format(7), Client()
    with as_application():
        client.post("/sign-in/phone/", {"phone": phone})
        client.post("/sign-in/code/", {"code": code_of(phone)})
        client.post("/sign-in/name/", {"full_name": "سالم"})
        assert "سالم" in client.get("/account/").content.decode()
        new = MOBILE.format(8)
        client.post("/account/phone/", {"phone": new})
        told = {"old_code": code_of(phone), "code": code_of(new)}
        assert client.post("/account/phone/codes/", told).status_code == 302
        api = Client()
        asked = {"name": new}
        assert api.post("/api/session", asked, "application/json").json()["needs"] == "code"
        asked["code"] = code_of(new)
        assert api.post("/api/session", asked, "application/json").status_code == 200
    person = User.objects.get(phone=new)
    acts = [row.act for row in Entry.objects.filter(stream=f"person/{person.pk}").order_by("seq")]
    assert acts == ["person.joined", "person.signed_in", "person.phone_changed", "person.signed_in"]


def test_the_acts_of_administrators_and_the_auditor_work_behind_the_wall(
    tmp_path, settings
) -> None:
    settings.GEO_HEADS_DIR = tmp_path
    admin, app = a_person("admin"), None
    app = a_factor(admin)
    clerk = a_person("registrar")
    citizen, auditor = a_citizen(1), Client()
    auditor.force_login(a_person("auditor"))
    client = Client()
    with as_application():
        client.post("/sign-in/staff/", {"name": "admin", "password": "demo"})
        done = client.post("/sign-in/code/", {"code": app.at(timezone.now())})
        assert done["Location"] == "/imports/"
        page = f"/staff/people/{clerk.pk}/"
        assert client.post(f"{page}roles", {"roles": ["cashier"]}).status_code == 302
        assert client.post(f"{page}disable", {"to": "disabled", "reason": "x"}).status_code == 302
        assert client.post(f"{page}contact", {"reason": "x"}).status_code == 200
        assert (
            client.post(f"/staff/people/{citizen.pk}/contact", {"reason": "x"}).status_code == 200
        )
        assert "person.disabled" not in client.get(page).content.decode()  # in words
        added = {
            "name_ar": "مكتب", "name_en": "Office", "licence_number": "1", "licence_class": "first",
            "first": "2026-01-01", "last": "2099-12-31",
        }  # fmt: skip
        office = client.post("/staff/offices/add/", added)["Location"]
        for act, told in TURNS:
            assert client.post(f"{office}{act}", told).status_code == 302
        key = {"name": "x", "grants": ["plots"], "last": "2099-01-01", "per_minute": "9"}
        assert client.post("/staff/keys/", key).status_code == 200
        found = auditor.get("/staff/history/")
        assert len(found.context["rows"]) >= 9
        assert auditor.post("/staff/history/verify").context["checked"]["count"] == 0
