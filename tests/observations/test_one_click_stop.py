"""The link in a mail about areas: one click ends what that mail told of, a look ends nothing."""

import datetime as dt
import re
from collections.abc import Iterator

import pytest
from django.core import signing
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from municipality.conf import PROFILE
from municipality.notices.email_jobs import STOP, send_waiting
from municipality.notices.forgetting import forget_contacts
from municipality.notices.models import Message
from municipality.people.models import User
from municipality.places.models import Area, Wilayat
from municipality.problems import Problem
from observations.alerts import one_click
from observations.alerts.actions import follow_area, tell_areas
from observations.alerts.one_click import SALT, stop_by_link, stop_link
from observations.models import AreaAlert
from observations.reports.publishing import show
from tests.builders import a_person
from tests.notices.mailbox import Box, a_mail_server
from tests.observations.builders import AGENT, a_category, a_report, a_reporter, a_town
from tests.people.application import as_application

DAY = dt.timedelta(days=1)
MORNING = dt.datetime(2026, 11, 25, 10, tzinfo=PROFILE.time_zone)
HOST = "https://geo.example.om"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def box(settings) -> Iterator[Box]:
    settings.GEO_PUBLIC_URL = HOST
    with a_mail_server(settings) as told:
        yield told


@pytest.fixture
def city(db) -> None:
    make_city()


def make_city() -> None:
    a_town()
    a_category()


def a_reader(name: str = "reader", language: str = "ar") -> User:
    person = a_person(name, "citizen")
    person.email, person.language = f"{name}@example.com", language
    person.save()
    return person


def follows(person: User, **what) -> AreaAlert:
    return follow_area(
        person=person, at=MORNING, **{"wilayat": None, "area": None, "category": None, **what}
    )


def link_to(*alerts: AreaAlert) -> str:
    return stop_link(alerts, page="/en/observations/areas/")


def program() -> Client:
    """A mail program: no session, no cookie, and the server asks for the token of its forms."""
    return Client(enforce_csrf_checks=True)


def told_by_mail(box: Box, person: User):
    """Let somebody be told of a report that was newly shown, and read their mail."""
    made = a_report(at=MORNING - 2 * DAY, sure=True)
    show(case_id=made.case_id, by=AGENT, at=MORNING)
    AreaAlert.objects.update(told_until=MORNING - DAY)
    assert tell_areas(at=MORNING + DAY) == 1
    Message.objects.exclude(person_id=person.pk).delete()
    Message.objects.update(next_at=MORNING, expires_at=timezone.now() + DAY)
    assert send_waiting() == 1
    (mail,) = box.read()
    return mail


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_mail_says_how_to_end_it_and_a_program_does_it(city, box, language) -> None:
    person = a_reader(language=language)
    follows(person, area=Area.objects.get())
    follows(person, wilayat=Wilayat.objects.get())
    mail = told_by_mail(box, person)
    text = mail.get_content().replace("\r\n", "\n")
    (link,) = re.findall(rf"^{HOST}\S+/stop/\S+$", text, re.MULTILINE)
    assert STOP.ar in text and STOP.en in text and "STOP" not in text and "قف" not in text
    assert mail["List-Unsubscribe"].strip() == f"<{link}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert ("/en/" in link) == (language == "en")
    path = link.removeprefix(HOST)
    answer = program().post(path, ONE_CLICK)
    assert answer.status_code == 200 and not answer.cookies.get("sessionid")
    assert not AreaAlert.objects.exists()


def test_a_city_without_https_tells_the_link_and_no_one_click(city, box, settings) -> None:
    settings.GEO_PUBLIC_URL = "http://127.0.0.1:8000"
    person = a_reader()
    follows(person, area=Area.objects.get())
    mail = told_by_mail(box, person)
    assert "<http://127.0.0.1:8000/observations/areas/stop/" in mail["List-Unsubscribe"]
    assert mail["List-Unsubscribe-Post"] is None


def test_a_text_message_has_no_link_to_end_it(city) -> None:
    person = a_reporter("+96892111222")
    follows(person, area=Area.objects.get())
    made = a_report(at=MORNING - 2 * DAY, sure=True)
    show(case_id=made.case_id, by=AGENT, at=MORNING + 0.1 * DAY)
    assert tell_areas(at=MORNING + DAY) == 1
    message = Message.objects.get(template="observation.area_alert")
    assert message.stop_link == "" and "/stop/" not in message.text


def test_a_look_ends_nothing_and_one_click_ends_it_once(city) -> None:
    path = link_to(follows(a_reader(), area=Area.objects.get()))
    for _ in range(3):  # what looks through mails opens every link
        page = program().get(path)
        assert page.status_code == 200 and 'id="stop"' in page.content.decode()
        assert "no-store" in page["Cache-Control"]
        assert program().head(path).status_code == 200
    assert AreaAlert.objects.count() == 1
    assert program().put(path).status_code == 405
    assert AreaAlert.objects.count() == 1
    first = program().post(path, ONE_CLICK)  # the control: this one ends it
    assert not AreaAlert.objects.exists()
    second = program().post(path, b"", content_type="application/x-www-form-urlencoded")
    assert first.status_code == second.status_code == 200
    assert "The messages are ended" in second.content.decode()
    assert 'id="stop"' not in program().get(path).content.decode()


def test_the_page_names_neither_place_nor_person(city) -> None:
    person, area = a_reader(), Area.objects.get()
    page = program().get(link_to(follows(person, area=area))).content.decode()
    for told in (area.name_ar, area.name_en, person.email, person.full_name):
        assert told and told not in page


def test_control_a_form_of_ours_without_its_token_is_refused(city) -> None:
    """Nothing lets a mail program in but that this one page asks for no token."""
    client = program()
    client.force_login(a_reader())
    assert client.post("/en/observations/areas/leave").status_code == 403


def test_it_ends_what_the_mail_told_of_and_nothing_else(city) -> None:
    person, other = a_reader(), a_reader("other")
    first = follows(person, area=Area.objects.get())
    second = follows(person, wilayat=Wilayat.objects.get())
    theirs = follows(other, area=Area.objects.get())
    path = link_to(first, second)
    later = follows(person, area=Area.objects.get(), category=a_category("waste"))
    program().post(path, ONE_CLICK)
    assert set(AreaAlert.objects.all()) == {theirs, later}
    again = follows(person, area=Area.objects.get())  # followed again: the old mail is over
    program().post(path, ONE_CLICK)
    assert again in AreaAlert.objects.all()


def test_control_without_what_was_told_a_link_would_end_more(city, monkeypatch) -> None:
    person = a_reader()
    path = link_to(follows(person, area=Area.objects.get()))
    follows(person, wilayat=Wilayat.objects.get())
    monkeypatch.setattr(one_click, "_told_of", lambda token: AreaAlert.objects.all())
    program().post(path, ONE_CLICK)
    assert not AreaAlert.objects.exists()


def wrong(path: str) -> list[str]:
    """A link cut off, changed, signed for something else, not signed, and no link at all."""
    told = {"p": AreaAlert.objects.get().person_id, "l": 10**9}
    token = path.rstrip("/").rsplit("/", 1)[1]
    body, rest = token.split(":", 1)
    bad = [
        token[:-1],
        f"{body}x:{rest}",
        f"{body[:-2]}AA:{rest}",
        signing.dumps(told, salt="municipality.documents.links"),
        signing.dumps(told, salt=SALT, key="another city's"),
        body,
        "1",
        "٠",
        "x" * 3_000,
        "%00",
    ]
    return [path.replace(token, one) for one in bad]


def test_a_wrong_link_ends_nothing_and_every_one_is_answered_alike(city) -> None:
    alert = follows(a_reader(), area=Area.objects.get())
    path = link_to(alert)
    pages = set[str]()
    for bad in wrong(path):
        for answer in (program().get(bad), program().post(bad, ONE_CLICK)):
            assert answer.status_code == 404, bad
            text = answer.content.decode()
            assert "Nothing was ended" in text and 'id="stop"' not in text
            pages.add(text.replace(bad, "").replace(bad.removeprefix("/en"), ""))
    assert AreaAlert.objects.get() == alert
    assert len({re.sub(r'(href|value)="[^"]*"', "", page) for page in pages}) == 1


def test_control_without_the_signature_anybody_could_end_it(city, monkeypatch) -> None:
    alert = follows(a_reader(), area=Area.objects.get())
    told = {"p": alert.person_id, "l": alert.pk}
    monkeypatch.setattr(one_click.signing, "loads", lambda token, salt: told)
    assert program().post("/en/observations/areas/stop/1/", ONE_CLICK).status_code == 200
    assert not AreaAlert.objects.exists()


@given(text=st.text(max_size=200))
def test_no_text_is_a_link_by_chance(text) -> None:
    with pytest.raises(Problem):
        one_click._told_of(text)


def test_an_address_asks_thirty_times_a_minute(city, settings) -> None:
    path = link_to(follows(a_reader(), area=Area.objects.get()))
    settings.GEO_LIMITS = True
    answers = [program().get(path).status_code for _ in range(31)]
    assert answers == [200] * 30 + [429]
    settings.GEO_LIMITS = False  # the control
    assert program().get(path).status_code == 200


def test_who_we_wrote_to_is_forgotten_with_the_link(city, box) -> None:
    person = a_reader()
    follows(person, area=Area.objects.get())
    told_by_mail(box, person)
    assert Message.objects.exclude(stop_link="").count() == 1
    later = MORNING + 400 * DAY
    forget_contacts(before=later, at=later)
    assert not Message.objects.exclude(stop_link="").exists()


@pytest.mark.django_db(transaction=True)
def test_behind_the_walls_a_program_without_session_ends_it() -> None:
    make_city()
    path = link_to(follows(a_reader(), area=Area.objects.get()))
    kept = follows(a_reader("other"), area=Area.objects.get())
    with as_application():
        assert 'id="stop"' in program().get(path).content.decode()
        assert program().post(path, ONE_CLICK).status_code == 200
        assert "are ended" in program().get(path).content.decode()
    assert AreaAlert.objects.get() == kept
    with pytest.raises(Problem):
        stop_by_link("nothing")
