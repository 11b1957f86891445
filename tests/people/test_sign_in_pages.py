"""Signing in by page: one question at a time, and a way on from every error."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from municipality.people.models import SecondFactor, SignIn, User
from tests.builders import a_person
from tests.people.builders import MOBILE, a_citizen, a_code_of

pytestmark = pytest.mark.django_db


def by_phone(client: Client, number: str, **more: str):
    return client.post("/sign-in/phone/", {"phone": number, **more})


def test_a_newcomer_comes_in_by_phone_and_says_their_name(client, sent) -> None:
    client.get("/plots/")
    assert by_phone(client, "٩٢١٢ ٠٠٠٧", next="/zone/")["Location"] == "/sign-in/code/"
    page = client.get("/sign-in/code/").content.decode()
    assert 'autocomplete="one-time-code"' in page and 'inputmode="numeric"' in page
    assert "•••• 0007" in page and "92120007" not in page
    wrong = client.post("/sign-in/code/", {"code": "1"})
    assert wrong.status_code == 422 and "<title>خطأ: " in wrong.content.decode()
    assert client.post("/sign-in/code/", {"code": sent.code()})["Location"] == "/sign-in/name/"
    assert client.post("/sign-in/name/", {"full_name": " "}).status_code == 422
    named = client.post("/sign-in/name/", {"full_name": "  سالم   الحارثي "})
    assert named["Location"] == "/zone/"
    assert User.objects.get(phone=MOBILE.format(7)).full_name == "سالم الحارثي"
    assert SignIn.objects.count() == 1


def test_somebody_known_is_not_asked_for_a_name(client, sent) -> None:
    a_citizen(1, first_name="سالم")
    by_phone(client, "92120001")
    assert client.post("/sign-in/code/", {"code": sent.code()})["Location"] == "/my/"


def test_staff_enrol_at_their_first_sign_in_and_use_the_app_afterwards(client) -> None:
    import pyotp

    a_person("auditor")
    asked = {"name": "auditor", "password": "demo"}
    assert client.post("/sign-in/staff/", asked)["Location"] == "/sign-in/enrol/"
    page = client.get("/sign-in/enrol/").content.decode()
    key = re.search(r'<bdi class="n b ltr">([A-Z2-7 ]+)</bdi>', page)[1].replace(" ", "")
    assert "data:image/svg+xml" in page
    assert client.post("/sign-in/enrol/", {"code": "000000"}).status_code == 422
    done = client.post("/sign-in/enrol/", {"code": pyotp.TOTP(key).at(timezone.now())})
    codes = re.findall(r"[A-Z2-9]{5}-[A-Z2-9]{5}", done.content.decode())
    assert len(codes) == 10 and 'href="/staff/history/"' in done.content.decode()
    assert client.get("/staff/history/").status_code == 200
    again = Client()
    assert again.post("/sign-in/staff/", asked)["Location"] == "/sign-in/code/"
    assert again.get("/sign-in/enrol/")["Location"] == "/sign-in/"  # one is on already
    assert again.post("/sign-in/code/", {"code": codes[0]})["Location"] == "/staff/history/"


def test_a_member_of_staff_who_types_their_phone_is_told_only_once_it_is_proved(client, sent):
    clerk = a_person("registrar")
    User.objects.filter(pk=clerk.pk).update(phone=MOBILE.format(5))
    assert by_phone(client, "92120005")["Location"] == "/sign-in/code/"
    assert "موظف" not in client.get("/sign-in/code/").content.decode().split("<main")[1]
    answer = client.post("/sign-in/code/", {"code": sent.code()})
    assert answer.status_code == 422 and "حساب موظف" in answer.content.decode()
    assert not SignIn.objects.exists()


@pytest.mark.parametrize("path", ["/sign-in/code/", "/sign-in/enrol/"])
def test_no_step_is_taken_before_the_first(client, path) -> None:
    assert client.get(path)["Location"] == "/sign-in/"
    assert client.post(path, {"code": "000000"})["Location"] == "/sign-in/"


def test_a_step_waits_a_quarter_of_an_hour(client, sent) -> None:
    import time_machine

    by_phone(client, "92120001")
    with time_machine.travel(timezone.now() + dt.timedelta(minutes=16)):
        assert client.get("/sign-in/code/").status_code == 302


def test_an_enrolment_cannot_be_had_without_the_password(client) -> None:
    a_person("auditor")
    client.post("/sign-in/staff/", {"name": "auditor", "password": "no"})
    assert client.get("/sign-in/enrol/").status_code == 302 and not SecondFactor.objects.exists()


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example", "javascript:x"])
def test_nobody_is_led_to_another_host(client, next_page, sent) -> None:
    a_citizen(1, first_name="سالم")
    by_phone(client, "92120001", next=next_page)
    assert client.post("/sign-in/code/", {"code": sent.code()})["Location"] == "/my/"


def test_another_code_is_sent_on_asking_within_the_limits(client, sent) -> None:
    by_phone(client, "92120001")
    first = sent.code()
    assert client.post("/sign-in/again").status_code == 302 and len(sent.messages) == 2
    client.post("/sign-in/again")
    assert client.post("/sign-in/again").status_code == 422
    assert client.post("/sign-in/code/", {"code": first}).status_code in (302, 422)


@pytest.mark.parametrize("number", ["", "123", "24123456", "+447911123456", "x" * 40, "\x00"])
def test_what_cannot_be_texted_is_refused_with_a_sentence(client, number, sent) -> None:
    answer = by_phone(client, number)
    assert answer.status_code == 422 and 'href="#phone"' in answer.content.decode()
    assert not sent.messages


def test_in_a_demo_the_pages_say_the_code(client, demo) -> None:
    a_person("auditor")
    assert "000000" in client.get("/sign-in/").content.decode()
    client.post("/sign-in/staff/", {"name": "auditor", "password": "demo"})
    assert "000000" in client.get("/sign-in/code/").content.decode()
    assert client.post("/sign-in/code/", {"code": "000000"})["Location"] == "/staff/history/"


def test_outside_a_demo_no_page_says_a_code(client) -> None:
    a_code_of(a_person("auditor"))
    client.post("/sign-in/staff/", {"name": "auditor", "password": "demo"})
    for path in ("/sign-in/", "/sign-in/phone/", "/sign-in/staff/", "/sign-in/code/"):
        page = client.get(path)
        assert "000000" not in page.content.decode() and "no-store" in page["Cache-Control"]


# numbers that may have gone to somebody else


@pytest.fixture
def silent(sent):
    """A citizen who has not signed in for half a year; their number has just been proved."""
    person = a_citizen(1, first_name="سالم", civil_number="90000001")
    User.objects.filter(pk=person.pk).update(last_login=timezone.now() - dt.timedelta(days=200))
    client = Client()
    by_phone(client, "92120001")
    assert client.post("/sign-in/code/", {"code": sent.code()})["Location"] == "/sign-in/whose/"
    return client


def test_after_a_long_silence_the_civil_number_is_asked_for_too(silent) -> None:
    assert silent.get("/account/").status_code == 302
    page = silent.get("/sign-in/whose/").content.decode()
    assert "سالم" not in page and "9000" not in page
    assert silent.post("/sign-in/whose/", {"civil_number": "90000002"}).status_code == 422
    assert silent.post("/sign-in/whose/", {"civil_number": "٩٠٠٠٠٠٠١"})["Location"] == "/my/"


def test_whoever_has_the_number_now_begins_an_account_of_their_own(silent) -> None:
    old = User.objects.get(username="citizen-1")
    assert silent.post("/sign-in/whose/", {"anew": "1"})["Location"] == "/sign-in/name/"
    made = User.objects.get(phone=MOBILE.format(1))
    old.refresh_from_db()
    assert made.pk != old.pk and old.phone is None and made.civil_number == ""
    assert silent.get("/api/session").json()["name"] == made.username


def test_the_civil_number_is_not_guessed(silent) -> None:
    told = [silent.post("/sign-in/whose/", {"civil_number": f"9000010{n}"}) for n in range(7)]
    assert "محاولات كثيرة" in told[-1].content.decode()


def test_the_doubt_cannot_be_walked_around(silent, sent) -> None:
    assert silent.post("/sign-in/code/", {"code": sent.code()}).status_code == 422  # spent
    client = Client()
    asked = {"name": "92120001"}
    client.post("/api/session", asked, "application/json")
    asked["code"] = sent.code()
    answer = client.post("/api/session", asked, "application/json")
    assert (answer.status_code, answer.json()["needs"]) == (401, "page")
    assert client.get("/sign-in/whose/").status_code == 302


def test_control_without_the_doubt_the_new_holder_gets_the_account(sent, monkeypatch) -> None:
    person = a_citizen(1, first_name="سالم", civil_number="90000001")
    User.objects.filter(pk=person.pk).update(last_login=timezone.now() - dt.timedelta(days=200))
    monkeypatch.setattr("geo_portal.home.sign_in_views.is_doubtful", lambda r, p, *, at: False)
    client = Client()
    by_phone(client, "92120001")
    client.post("/sign-in/code/", {"code": sent.code()})
    assert client.get("/api/session").json()["name"] == "citizen-1"
