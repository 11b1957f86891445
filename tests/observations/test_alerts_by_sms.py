"""Messages about areas through the operator's SMSC, a process of a foreign make, and back."""

import datetime as dt
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from municipality.conf import PROFILE
from municipality.notices.gsm import parts
from municipality.notices.models import InboundMessage, Message
from municipality.places.models import Area
from observations.alerts.actions import FIRST_HOUR, LAST_HOUR, follow_area, tell_areas
from observations.alerts.notices import ALERT, STOPPED
from observations.models import AreaAlert
from observations.reports.publishing import show
from tests.notices.builders import Smsc, a_binding, an_smsc, until
from tests.observations.builders import AGENT, a_category, a_report, a_reporter, a_town

pytestmark = pytest.mark.django_db(transaction=True)
DAY = dt.timedelta(days=1)
ARABIC, SHORT, LATIN, ASKS = "+96892000011", "+96892000012", "+96892000013", "+96892000014"
SAID = {ARABIC: "إيقاف", SHORT: "قف", LATIN: "STOP", ASKS: "stop the noise"}
LANGUAGES = {ARABIC: "ar", SHORT: "ar", LATIN: "en", ASKS: "en"}
PAGES = {"ar": "/observations/areas/", "en": "/en/observations/areas/"}


def told_at() -> dt.datetime:
    """The latest moment that people are told at: a message is handed over for a day from then."""
    now = timezone.now().astimezone(PROFILE.time_zone)
    if FIRST_HOUR <= now.hour < LAST_HOUR:
        return now
    evening = now.replace(hour=LAST_HOUR - 1, minute=0)
    return evening if now.hour >= LAST_HOUR else evening - DAY


def newly_shown(at: dt.datetime) -> None:
    made = a_report(at=at - 3 * DAY, sure=True)
    show(case_id=made.case_id, by=AGENT, at=at - DAY)


def sentence(language: str) -> str:
    """What the template says of one report that was shown, none dealt with."""
    page = settings.GEO_PUBLIC_URL + PAGES[language]
    filled = {"{shown}": "1", "{closed}": "0", "{link}": page}
    text = ALERT.ar if language == "ar" else ALERT.en
    for field, value in filled.items():
        text = text.replace(field, value)
    return text


def received(smsc: Smsc, number: str) -> list[str]:
    return [line["text"] for line in smsc.accepted() if line["to"] == number[1:]]


def test_the_sentence_goes_out_over_the_bind_and_the_word_sent_back_ends_it(tmp_path: Path) -> None:
    a_town()
    a_category()
    at, area = told_at(), Area.objects.get()
    for number, language in LANGUAGES.items():
        person = a_reporter(number)
        person.language = language
        person.save()
        follow_area(person=person, wilayat=None, area=area, category=None, at=at - 2 * DAY)
    newly_shown(at)
    assert tell_areas(at=at) == len(SAID)
    wired = "geo_portal.settings.test"
    database = str(connection.settings_dict["NAME"])
    with (
        an_smsc(tmp_path) as smsc,
        a_binding(smsc, tmp_path, database=database, settings=wired),
    ):
        until(lambda: all(received(smsc, number) for number in SAID))
        for number, language in LANGUAGES.items():
            (line,) = [one for one in smsc.accepted() if one["to"] == number[1:]]
            assert line["text"] == sentence(language)
            assert line["parts"] == parts(line["text"]) <= 2
        alerts = Message.objects.filter(template=ALERT.code)
        until(lambda: set(alerts.values_list("state", flat=True)) == {"delivered"})
        for number, word in SAID.items():
            smsc.text(number, word)
        until(lambda: all(len(received(smsc, number)) == 2 for number in SAID))
        for number in (ARABIC, SHORT):
            assert received(smsc, number)[1] == STOPPED.ar
        assert received(smsc, LATIN)[1] == STOPPED.en
        assert "not understood" in received(smsc, ASKS)[1]
    taken = dict(InboundMessage.objects.values_list("sender", "command"))
    assert {number for number, command in taken.items() if command == "stop"} == {
        ARABIC, SHORT, LATIN,
    }  # fmt: skip
    assert AreaAlert.objects.get().person.phone == ASKS
    newly_shown(at + DAY)
    assert tell_areas(at=at + DAY) == 1
    assert Message.objects.filter(template=ALERT.code).latest("pk").to_address == ASKS
