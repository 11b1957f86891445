"""Concerned bodies are asked in parallel and hold the case until their day; meetings on the record."""

import datetime as dt

import pytest
from django.test import Client

from municipality.cases import meetings
from municipality.cases.actions import CannotMove
from municipality.cases.consultations import Given, Question, answer, consult, still_asked
from municipality.cases.conversation import NotSaid
from municipality.notices.models import Message
from tests.building_permits import office as o
from tests.cases.builders import MORNING

pytestmark = pytest.mark.django_db
LATER = MORNING + dt.timedelta(hours=2)


def asked(town, case, body="شركة الكهرباء", days=3, **values):
    question = Question(body, "هل يعبر خط جهد القطعة؟", days, values.pop("email", ""))
    return consult(case_id=case.pk, question=question, by=town.officer("architect"), at=MORNING)


def test_a_case_waits_for_every_body_until_it_answers_or_its_day_is_over() -> None:
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "architecture")
    o.approved(town, case)
    first, second = asked(town, case), asked(town, case, "الدفاع المدني", days=5)
    with pytest.raises(CannotMove) as refusal:
        o.moved(town, case, "pass_architecture", "architect")
    assert "شركة الكهرباء" in refusal.value.words.ar and "الدفاع المدني" in refusal.value.words.ar
    answer(asked=first, given=Given("consent", "", "م. علي"), at=LATER)
    assert still_asked(case, at=LATER) == [second]
    over = second.due_at + dt.timedelta(minutes=1)
    o.moved(town, case, "pass_architecture", "architect", at=over)


def test_a_body_answers_once_by_its_link_and_nobody_guesses_another() -> None:
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "architecture")
    made = asked(town, case, days=30, email="grid@example.org")
    mail = Message.objects.get(template="cases.consultation")
    assert made.public_id in mail.text and mail.to_address == "grid@example.org"
    client = Client()
    page = client.get(f"/consultations/{made.public_id}/")
    assert "شركة الكهرباء" in page.content.decode()
    assert client.get(f"/consultations/{made.public_id[:-1]}x/").status_code == 404


NO_MAILBOXES = (
    "x", "a@b", "grid@example.org\nBcc: x@example.org", "grid@exa\0mple.org",
    "g" * 300 + "@example.org", "grid@example.org, x@example.org",
)  # fmt: skip


@pytest.mark.parametrize("email", NO_MAILBOXES)
def test_a_body_is_not_asked_at_what_is_no_mailbox(email: str) -> None:
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "architecture")
    client = Client()
    client.force_login(town.officers["architect"])
    told = {"body": "شركة الكهرباء", "text": "هل يعبر خط؟", "days": "3", "email": email}
    answer = client.post(f"/cases/{case.public_id}/consult", told, follow=True)
    assert "عنوان البريد غير صحيح" in answer.content.decode()
    assert not case.consultations.exists() and still_asked(case, at=MORNING) == []
    client.post(f"/cases/{case.public_id}/consult", told | {"email": " g@example.org "})
    assert case.consultations.get().email == "g@example.org"


def test_the_control_without_the_validator_a_body_nobody_reaches_holds_the_case(
    monkeypatch,
) -> None:
    monkeypatch.setattr("municipality.cases.consultations._is_mailbox", lambda text: True)
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "architecture")
    assert still_asked(case, at=MORNING) == []
    made = asked(town, case, email="x")
    assert still_asked(case, at=MORNING) == [made] and made.email == "x"


@pytest.mark.parametrize(
    "given",
    [Given("objection", " ", "علي"), Given("perhaps", "x", "علي"), Given("consent", "", " ")],
)
def test_an_answer_says_what_why_and_who(given) -> None:
    town = o.a_permit_town()
    made = asked(town, o.until(town, o.an_application(town), "architecture"))
    with pytest.raises(NotSaid):
        answer(asked=made, given=given, at=LATER)


def test_an_answer_is_given_once_and_never_after_its_day() -> None:
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "architecture")
    made, late = asked(town, case), asked(town, case, "الدفاع المدني")
    answer(asked=made, given=Given("conditions", "بعد 3 أمتار", "علي"), at=LATER)
    with pytest.raises(NotSaid):
        answer(asked=made, given=Given("consent", "", "علي"), at=LATER)
    with pytest.raises(NotSaid):
        answer(
            asked=late, given=Given("consent", "", "علي"), at=late.due_at + dt.timedelta(minutes=1)
        )


def test_the_office_asks_for_a_meeting_and_the_municipality_alone_answers_it() -> None:
    town = o.a_permit_town()
    case = o.until(town, o.an_application(town), "structure")
    made = meetings.ask(
        case_id=case.pk, purpose="الأساسات", wanted="الأحد صباحًا", by=town.as_office(), at=MORNING
    )
    soon = meetings.Agreed(MORNING + dt.timedelta(days=1), "المبنى الرئيسي، الدور الثاني")
    with pytest.raises(NotSaid):
        meetings.agree(meeting_id=made.pk, agreed=soon, by=town.as_office(), at=LATER)
    engineer = town.officer("structural")
    with pytest.raises(NotSaid):  # a time that is over is no time
        meetings.agree(
            meeting_id=made.pk, agreed=meetings.Agreed(MORNING, "هنا"), by=engineer, at=LATER
        )
    meetings.agree(meeting_id=made.pk, agreed=soon, by=engineer, at=LATER)
    with pytest.raises(NotSaid):  # not held yet
        meetings.hold(meeting_id=made.pk, minutes="اتُّفق", by=engineer, at=LATER)
    held = meetings.hold(
        meeting_id=made.pk, minutes="تُزاد القواعد", by=engineer, at=soon.at + dt.timedelta(hours=1)
    )
    assert held.state == "held" and held.note == "تُزاد القواعد"
