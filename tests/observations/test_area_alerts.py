"""Areas that people follow: one message a day, of nothing that the public page does not show."""

import datetime as dt
import uuid

import pytest
from django.db import connection
from django.test import Client

from municipality.conf import PROFILE
from municipality.names import fold
from municipality.notices.gsm import parts
from municipality.notices.inbound import InboundText, language_of, plain, route
from municipality.notices.models import InboundMessage, Message
from municipality.people.models import User
from municipality.places.models import Area, Wilayat
from municipality.problems import Problem
from observations.alerts import actions
from observations.alerts.actions import MOST, follow_area, leave_all, leave_area, tell_areas
from observations.alerts.by_sms import stop
from observations.alerts.notices import TEMPLATES
from observations.models import AreaAlert, Category, Observation
from observations.reports.models import Status
from observations.reports.publishing import hide, show
from tests.builders import a_person
from tests.observations.builders import (
    AGENT,
    a_category,
    a_report,
    a_reporter,
    a_town,
    gps,
)
from tests.people.application import application_role, as_application

DAY = dt.timedelta(days=1)
MORNING = dt.datetime(2026, 11, 25, 10, tzinfo=PROFILE.time_zone)
PAGE = "/en/observations/areas/"


@pytest.fixture
def city(db) -> None:
    make_city()


def make_city() -> None:
    a_town()
    a_category()
    a_category("waste", name_en="Waste")


def shown(at: dt.datetime, *told, **values):
    made = a_report(*told, at=at - 2 * DAY, sure=True, **values)
    show(case_id=made.case_id, by=AGENT, at=at)
    return made


def follows(person: User, *, at: dt.datetime = MORNING, **what) -> AreaAlert:
    facts = {"wilayat": None, "area": None, "category": None, **what}
    return follow_area(person=person, at=at, **facts)


def texts() -> list[str]:
    sent = Message.objects.filter(template="observation.area_alert").order_by("pk")
    return [message.text for message in sent]


def someone(language: str = "en") -> User:
    person = a_reporter("+96892111222")
    person.language = language
    person.save()
    return person


def test_a_day_is_one_message_of_what_was_shown_and_closed(city) -> None:
    person = someone()
    before = shown(MORNING - DAY)
    follows(person, wilayat=Wilayat.objects.get())
    follows(person, area=Area.objects.get())  # in the same wilayat: each report counts once
    shown(MORNING + 0.1 * DAY)
    shown(MORNING + 0.2 * DAY, gps(200, 0), category="waste")
    a_report(at=MORNING, sure=True)  # nobody has looked at it
    Observation.objects.filter(pk=before.observation_id).update(
        status=Status.CLOSED, closed_at=MORNING + 0.3 * DAY
    )
    next_day = MORNING + DAY
    assert tell_areas(at=next_day) == 1
    (text,) = texts()
    assert "2 new, 1 dealt with" in text and PAGE in text
    for hours in (0, 1, 2):  # again, and with something new on the same day
        shown(next_day + hours * dt.timedelta(minutes=1))
        assert tell_areas(at=next_day + hours * dt.timedelta(hours=1)) == 0
    assert tell_areas(at=next_day + DAY) == 1 and "3 new, 0 dealt" in texts()[1]
    assert tell_areas(at=next_day + 2 * DAY) == 0 and len(texts()) == 2


def test_what_is_hidden_before_the_message_is_not_told(city) -> None:
    follows(someone(), wilayat=Wilayat.objects.get())
    made = shown(MORNING + 0.1 * DAY)
    hide(case_id=made.case_id, by=AGENT, at=MORNING + 0.2 * DAY)
    food = shown(MORNING + 0.1 * DAY, gps(300, 0))
    Observation.objects.filter(pk=food.observation_id).update(
        category=a_category("food", public=False)
    )
    assert tell_areas(at=MORNING + DAY) == 0 and not texts()


def test_control_without_the_public_view_they_would_be_told(city, monkeypatch) -> None:
    follows(someone(), wilayat=Wilayat.objects.get())
    made = shown(MORNING + 0.1 * DAY)
    monkeypatch.setattr(actions, "public_reports", lambda at: everything())
    from django.db.models import F

    def everything():
        return Observation.objects.annotate(shown_from=F("submission__shown_from"))

    type(made.observation.category).objects.update(public=False)
    assert tell_areas(at=MORNING + DAY) == 1


def test_one_category_is_followed_alone_and_the_night_is_quiet(city) -> None:
    person = someone("ar")
    follows(person, area=Area.objects.get(), category=Category.objects.get(code="waste"))
    shown(MORNING + 0.1 * DAY)
    assert tell_areas(at=MORNING + DAY) == 0
    shown(MORNING + DAY, gps(200, 0), category="waste")
    night = (MORNING + DAY).replace(hour=23)
    assert tell_areas(at=night) == 0
    assert tell_areas(at=MORNING + 2 * DAY) == 1
    assert "عُرضت 1 وعولجت 0" in texts()[0] and "/en/" not in texts()[0]
    person.is_active = False
    person.save()
    shown(MORNING + 2 * DAY, gps(400, 0), category="waste")
    assert tell_areas(at=MORNING + 3 * DAY) == 0


def test_who_has_no_telephone_gets_mail(city) -> None:
    person = a_person("mailer", "citizen")
    with pytest.raises(Problem):
        follows(person, area=Area.objects.get())
    person.email = "someone@example.com"
    person.save()
    follows(person, area=Area.objects.get())
    shown(MORNING + 0.1 * DAY)
    assert tell_areas(at=MORNING + DAY) == 1
    message = Message.objects.get(person_id=person.pk)
    assert (message.channel, message.template) == ("email", "observation.area_alert_mail")
    assert "STOP" not in message.text and "/areas/stop/" in message.stop_link


@pytest.mark.parametrize("word", ["قف", " قف. ", "إيقاف", "STOP", "Stop!", "stop"])
def test_answering_ends_it_from_the_own_telephone_alone(city, word) -> None:
    person = someone()
    follows(person, area=Area.objects.get())

    def texted(text: str, sender: str):
        clean = plain(text)
        return stop(InboundText(1, clean, fold(clean), language_of(clean), sender, MORNING))

    assert texted("stop the noise", person.phone) is None
    other = texted(word, "+96899887766")
    assert AreaAlert.objects.count() == 1
    assert texted(word, person.phone) == other  # says nothing of who follows
    assert not AreaAlert.objects.exists()


def test_the_router_of_texts_knows_the_word_and_answers_once(city) -> None:
    person = someone()
    follows(person, area=Area.objects.get())
    row = InboundMessage.objects.create(
        sender=person.phone, receiver="90091", text="STOP", digest="d", at=MORNING,
        heard=(MORNING, MORNING + DAY),
    )  # fmt: skip
    route([row.pk], at=MORNING)
    route([row.pk], at=MORNING)
    assert not AreaAlert.objects.exists()
    answer = Message.objects.get(template="observation.area_alerts_stopped")
    assert answer.to_address == person.phone and "no more messages" in answer.text


def test_followed_twice_is_once_and_too_many_are_refused(city) -> None:
    person, wilayat = someone(), Wilayat.objects.get()
    assert follows(person, wilayat=wilayat) == follows(person, wilayat=wilayat, at=MORNING + DAY)
    for number in range(MOST - 1):
        follows(person, wilayat=wilayat, category=a_category(f"c{number}"))
    for what in (
        {"area": Area.objects.get()},
        {},
        {"wilayat": wilayat, "area": Area.objects.get()},
    ):
        with pytest.raises(Problem):
            follows(person, **what)
    assert AreaAlert.objects.count() == MOST
    with pytest.raises(Problem):
        leave_area(AreaAlert.objects.first().public_id, person_id=person.pk + 1)
    assert leave_all(people=[person.pk]) == MOST


def test_messages_are_two_parts_at_most() -> None:
    for template in TEMPLATES:
        for text in (template.ar, template.en):
            assert parts(text.format(**template.longest)) <= 2


def test_the_page_follows_and_ends(city, client) -> None:
    assert client.get(PAGE).status_code == 302
    client.force_login(someone())
    assert "You follow no area yet" in client.get(PAGE).content.decode()
    place = f"a:{Area.objects.get().code}"
    assert client.post(f"{PAGE}follow", {"place": place, "category": "waste"}).status_code == 302
    alert = AreaAlert.objects.get()
    assert alert.area == Area.objects.get() and alert.category.code == "waste"
    for junk in ("", "a:", "w:none", "\x00", "x" * 9_000):
        client.post(f"{PAGE}follow", {"place": junk})
    assert "Choose a wilayat" in client.get(PAGE).content.decode()
    assert AreaAlert.objects.count() == 1
    stranger = Client()
    stranger.force_login(a_person("stranger", "citizen"))
    assert stranger.post(f"{PAGE}{alert.public_id}/leave").status_code == 404
    assert client.post(f"{PAGE}{uuid.uuid4()}/leave").status_code == 404
    client.post(f"{PAGE}{alert.public_id}/leave")
    assert not AreaAlert.objects.exists()
    client.post(f"{PAGE}follow", {"place": place})
    client.post(f"{PAGE}leave")
    assert not AreaAlert.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_behind_the_walls_one_sees_one_s_own(client) -> None:
    make_city()
    follows(a_reporter("+96892333444"), area=Area.objects.get())
    with as_application():
        client.force_login(someone())
        client.post(f"{PAGE}follow", {"place": f"a:{Area.objects.get().code}"})
        assert client.get(PAGE).content.decode().count("/leave") == 2  # one, and the whole
    assert AreaAlert.objects.count() == 2
    with application_role() as session, session.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM observations_areaalert")
        assert cursor.fetchone() == (0,)
    connection.close()
