"""A report at a body outside: its letter and link, its one answer, and the way back."""

import contextlib
import datetime as dt
import re
import threading
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from municipality.actor import Actor
from municipality.cases.actions import CannotMove, move
from municipality.cases.models import Case
from municipality.clock import database_now
from municipality.documents.file_gate import Unreadable
from municipality.documents.intake import accept_photo
from municipality.history.queries import entries
from municipality.notices.models import Message
from municipality.people.models import User
from municipality.problems import Problem
from municipality.reach import NOBODY, Viewer, look_as
from observations.forwarding import actions as forwarding
from observations.forwarding.actions import (
    Given,
    Request,
    answer,
    answered_now,
    bring_back_unanswered,
    forward,
    is_open,
)
from observations.forwarding.models import Forwarding
from observations.forwarding.shared import HIDDEN, without_contacts
from observations.models import Body, Photo, Submission
from observations.reports import actions
from observations.reports.photos import hide_photo, show_photo
from tests.billing.races import meet
from tests.builders import a_person, a_wilayat, an_area, the_office_hours, the_weekends
from tests.observations.builders import (
    AGENT,
    NOON,
    a_jpeg,
    a_report,
    a_reporter,
    a_target,
    gps,
    the_agent,
)
from tests.observations.routing import a_directorate_body, an_outside_body
from tests.people.application import as_application
from tests.side_by_side import at_once

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
DONE = Given("done", "أُصلح الأنبوب", "م. علي، الصيانة")
NOT_OURS = Given("not_ours", "الخط لجهة أخرى", "م. علي")
NEEDS_MORE = Given("needs_more", "أين الموضع بالضبط؟", "م. علي")


def the_town() -> None:
    the_weekends()
    the_office_hours()
    an_area(a_wilayat())
    a_directorate_body()
    water = an_outside_body()
    water.email = "water@example.org"
    water.save()
    a_target()
    the_agent()


@pytest.fixture(autouse=True)
def city(request) -> None:
    if "transactional_db" not in request.fixturenames:
        the_town()


@pytest.fixture
def made() -> Submission:
    return a_report(gps(), at=NOON, photos=(a_photo(),))


def a_photo():
    return accept_photo(a_jpeg(), by=AGENT, at=NOON)


def asked_of(made: Submission, at: dt.datetime = NOON, **values) -> Forwarding:
    facts = {
        "body": Body.objects.get(code="water"), "asked": "أصلحوا التسرب", "days": 2, **values,
    }  # fmt: skip
    return forward(case_id=made.case_id, what=Request(**facts), by=AGENT, at=at)


def case_of(made: Submission) -> Case:
    return Case.objects.get(pk=made.case_id)


def acts(made: Submission) -> list[str]:
    return [one.act for one in entries(made.case.stream)]


def link(asked: Forwarding) -> str:
    return f"/en/forwarded/{asked.public_id}/"


# ---- going out


def test_the_step_the_question_and_the_letter_are_one(made) -> None:
    asked = asked_of(made)
    case = case_of(made)
    assert (case.state, case.moves) == ("forwarded", asked.moves)
    letter = Message.objects.get(template="observation.forwarded_out")
    assert letter.to_address == "water@example.org" and not letter.to_address.startswith("+")
    assert re.search(r"/forwarded/[\w-]{22}/", letter.text)[0] == f"/forwarded/{asked.public_id}/"
    assert made.case.number in letter.text and "92345678" not in letter.text
    # Two working days of 07:30 to 14:30 from Wednesday 11:00: Sunday 11:00.
    assert asked.due_at == dt.datetime(2026, 11, 29, 7, tzinfo=dt.UTC)
    told = Message.objects.get(template="observation.forward.applicant")
    assert "water" in told.text and asked.public_id not in told.text
    assert "forward_out" in acts(made)
    assert all(asked.public_id not in str(one.facts) for one in entries(made.case.stream))


WRONG = (
    {"asked": "  "}, {"asked": "x" * 1_001}, {"days": 0}, {"days": 31},
    {"body": None, "name": " "}, {"body": None, "name": "الدفاع المدني", "email": "x"},
    {"body": None, "name": "x" * 151, "email": "a@example.org"},
)  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_a_question_that_is_none_moves_nothing_and_writes_to_nobody(made, wrong) -> None:
    before = case_of(made)
    with pytest.raises(Problem) as refused:
        asked_of(made, **wrong)
    assert refused.value.status == 422
    assert (case_of(made).state, case_of(made).moves) == (before.state, before.moves)
    assert not Forwarding.objects.exists()
    assert not Message.objects.filter(template="observation.forwarded_out").exists()


def test_the_mailbox_on_record_counts_and_a_typed_one_only_where_there_is_none(made) -> None:
    assert asked_of(made, email="elsewhere@example.org").email == "water@example.org"
    bare = an_outside_body("power")
    other = a_report(gps(300), at=NOON)
    with pytest.raises(Problem):
        asked_of(other, body=bare)
    assert asked_of(other, body=bare, email=" grid@example.org ").email == "grid@example.org"


def test_who_is_no_officer_forwards_nothing(made) -> None:
    reporter = a_reporter()
    by = Actor(reporter.pk, reporter.full_name, "citizen")
    what = Request(Body.objects.get(code="water"), "أصلحوا", 2)
    with pytest.raises(CannotMove):
        forward(case_id=made.case_id, what=what, by=by, at=NOON)
    assert not Forwarding.objects.exists()


# ---- what the body sees


def test_the_link_shows_the_thing_and_its_place_and_nobody_s_contact(made) -> None:
    made.description = "التسرب أمام بيتي، اتصلوا بي 9234 5678 أو salim@example.org"
    made.save()
    asked = asked_of(made, at=database_now())
    shown = Client().get(link(asked))
    text = shown.content.decode()
    assert shown.status_code == 200 and "no-store" in shown["Cache-Control"]
    assert "Potholes" in text and "أصلحوا التسرب" in text and "التسرب أمام بيتي" in text
    reporter = a_reporter()
    for secret in (reporter.first_name, "9234", "salim@example.org", "96892345678"):
        assert secret not in text
    drawn = shown.context["config"]["things"]["features"]
    assert [one["geometry"]["type"] for one in drawn] == ["Polygon", "Point"]
    assert Client().get(f"/forwarded/{asked.public_id[:-1]}x/").status_code == 404
    assert Client().get(f"/forwarded/{asked.public_id}x/").status_code == 404


WORDS = (
    ("اتصلوا بي ٩٢٣٤٥٦٧٨", f"اتصلوا بي {HIDDEN}"),
    ("call +968 9234-5678 now", f"call {HIDDEN} now"),
    ("a.b@example.om", HIDDEN),
    ("عمود 12 في شارع 4455، منذ 2026", "عمود 12 في شارع 4455، منذ 2026"),
)


@pytest.mark.parametrize(("said", "shown"), WORDS)
def test_mailboxes_and_long_numbers_are_taken_out_of_a_sender_s_words(said, shown) -> None:
    assert without_contacts(said) == shown


def photos_shown(asked: Forwarding) -> list[str]:
    return Client().get(link(asked)).context["photos"]


def test_a_body_sees_released_photos_and_others_only_where_the_officer_said_so(made) -> None:
    bare = asked_of(made, at=database_now())
    photo = Photo.objects.get()
    assert photos_shown(bare) == []
    show_photo(photo_id=photo.pk, hidden=[[0, 0, 0.5, 0.5]], by=AGENT, at=database_now())
    (url,) = photos_shown(bare)
    opened = Client().get(url)
    assert opened.status_code == 200
    released = b"".join(opened.streaming_content)
    other = a_report(gps(300), at=database_now(), photos=(a_photo(),))
    whole = asked_of(other, at=database_now(), with_photos=True)
    (url,) = photos_shown(whole)
    clean = b"".join(Client().get(url).streaming_content)
    assert clean and clean != released
    hide_photo(photo_id=Photo.objects.get(observation=other.observation).pk, by=AGENT, at=NOON)
    assert photos_shown(whole) == []  # what an officer hid is nobody's outside


# ---- the answer


def test_dealt_with_waits_at_the_body_s_stage_for_the_department(made) -> None:
    asked = asked_of(made)
    answer(asked=asked, given=Given(*(DONE.answer, DONE.text, DONE.name), (a_jpeg(),)),
           at=NOON + HOUR)  # fmt: skip
    case = case_of(made)
    assert case.state == "forwarded" and answered_now([case])[case.pk].text == DONE.text
    photo = Photo.objects.get(of_the_work=True)
    assert photo.shown == Photo.Shown.WAITING and photo.file.about == case.stream
    said = next(one for one in entries(case.stream) if one.act == "forward_answered")
    assert said.facts["answer"] == "done" and said.person_name == asked.name
    head = a_person("head", "department")
    by = Actor(head.pk, head.full_name, "department")
    move(case_id=case.pk, edge="resolve", by=by, at=NOON + 2 * HOUR, text="أصلحته جهة المياه")
    assert case_of(made).state == "resolved" and answered_now([case_of(made)]) == {}


@pytest.mark.parametrize("given", [NOT_OURS, NEEDS_MORE])
def test_every_other_answer_brings_it_back_to_who_had_it(made, given) -> None:
    answer(asked=asked_of(made), given=given, at=NOON + HOUR)
    assert case_of(made).state == "received"  # no department had it
    other = a_report(gps(300), at=NOON)
    actions.assign(case_id=other.case_id, body=Body.objects.get(code="seeb"), by=AGENT, at=NOON)
    before = case_of(other).due_at
    answer(asked=asked_of(other), given=given, at=NOON + HOUR)
    assert case_of(other).state == "in_progress" and case_of(other).worker == "department"
    assert case_of(other).due_at == before  # the promise of the report ran on


NO_ANSWERS = (
    Given("done", " ", "علي"), Given("done", "أُصلح", " "), Given("perhaps", "x", "علي"),
    Given("done", "x" * 2_001, "علي"), Given("done", "x", "y" * 151),
)  # fmt: skip


@pytest.mark.parametrize("given", NO_ANSWERS)
def test_an_answer_says_what_in_words_and_who(made, given) -> None:
    asked = asked_of(made)
    with pytest.raises(Problem) as refused:
        answer(asked=asked, given=given, at=NOON + HOUR)
    assert refused.value.status == 422
    assert Forwarding.objects.get().answered_at is None


def test_a_photo_that_is_none_takes_the_whole_answer_back(made) -> None:
    asked = asked_of(made)
    broken = a_jpeg()
    broken.file.write(b"no photo")
    given = Given(DONE.answer, DONE.text, DONE.name, (a_jpeg(), broken))
    with pytest.raises(Unreadable):
        answer(asked=asked, given=given, at=NOON + HOUR)
    assert Forwarding.objects.get().answered_at is None
    assert not Photo.objects.filter(of_the_work=True).exists()
    five = Given(DONE.answer, DONE.text, DONE.name, tuple(a_jpeg() for _ in range(5)))
    with pytest.raises(Problem):
        answer(asked=asked, given=five, at=NOON + HOUR)


def test_one_answer_and_none_after_its_time_or_after_it_was_taken_back(made) -> None:
    asked = asked_of(made)
    answer(asked=asked, given=DONE, at=NOON + HOUR)
    with pytest.raises(Problem) as twice:
        answer(asked=asked, given=NOT_OURS, at=NOON + HOUR)
    assert twice.value.status == 409 and Forwarding.objects.get().answer == "done"
    late = asked_of(a_report(gps(300), at=NOON))
    assert is_open(late, at=late.due_at)
    with pytest.raises(Problem):
        answer(asked=late, given=DONE, at=late.due_at + dt.timedelta(seconds=1))
    third = a_report(gps(600), at=NOON)
    taken = asked_of(third)
    head = a_person("head", "department")
    by = Actor(head.pk, head.full_name, "department")
    move(case_id=third.case_id, edge="take_back", by=by, at=NOON + HOUR)
    with pytest.raises(Problem):
        answer(asked=taken, given=DONE, at=NOON + HOUR)
    # Forwarded again, the old link stays shut and the new one is open.
    again = asked_of(third, at=NOON + HOUR)
    taken.refresh_from_db()
    assert not is_open(taken, at=NOON + HOUR) and is_open(again, at=NOON + HOUR)


def test_by_the_page_once_and_what_is_over_says_only_that(made) -> None:
    asked = asked_of(made, at=database_now())
    body = Client()
    empty = body.post(link(asked), {"answer": "done", "text": "", "name": ""})
    assert empty.status_code == 422 and "Choose the answer" in empty.content.decode()
    told = {"answer": "done", "text": "أُصلح\0", "name": "علي", "photos": [a_jpeg(), a_jpeg()]}
    sent = body.post(link(asked), told)
    text = sent.content.decode()
    assert sent.status_code == 200 and "Your answer is recorded" in text
    assert "حفرة أمام المدرسة" not in text and 'id="map"' not in text
    assert Photo.objects.filter(of_the_work=True).count() == 2
    again = body.post(link(asked), told | {"photos": []})
    assert again.status_code == 409 and Photo.objects.filter(of_the_work=True).count() == 2
    Forwarding.objects.update(
        answer="", answered_at=None, text="", answered_name="", asked_at=NOON - 3 * HOUR,
        due_at=NOON - HOUR,
    )  # fmt: skip
    shown = body.get(link(asked)).content.decode()
    assert "This request is over" in shown and "حفرة أمام المدرسة" not in shown
    assert body.post(link(asked), told).status_code == 409


# ---- silence


def test_what_nobody_answers_comes_back_and_the_record_says_so(made) -> None:
    asked = asked_of(made)
    assert bring_back_unanswered(at=asked.due_at) == 0
    after = asked.due_at + HOUR
    assert bring_back_unanswered(at=after) == 1 and bring_back_unanswered(at=after) == 0
    assert case_of(made).state == "received" and acts(made).count("forward_unanswered") == 1
    answered = asked_of(a_report(gps(300), at=NOON))
    answer(asked=answered, given=DONE, at=NOON + HOUR)
    assert bring_back_unanswered(at=after) == 0  # it waits for its department, not for the body


# ---- the pages of officers


def test_an_officer_forwards_by_the_form_and_follows_the_answer(made, client: Client) -> None:
    client.force_login(User.objects.get(pk=AGENT.person_id))
    url = f"/en/cases/{made.case.public_id}/"
    shown = client.get(url).content.decode()
    assert "Forward to a body outside" in shown and 'value="water"' in shown
    assert 'name="edge" value="forward"' not in shown
    told = {"body": "water", "asked": "أصلحوا التسرب", "days": "٢", "seen": str(made.case.moves)}
    refused = client.post(url + "report/forward", told | {"days": "x"}, follow=True)
    assert case_of(made).state != "forwarded" and refused.status_code == 200
    shown = client.post(url + "report/forward", told, follow=True).content.decode()
    asked = Forwarding.objects.get()
    assert "Waiting" in shown and asked.public_id in shown
    citizen = Client()
    citizen.force_login(a_reporter())
    assert asked.public_id not in citizen.get(url).content.decode()
    assert citizen.post(url + "report/forward", told).status_code == 404
    answer(asked=asked, given=DONE, at=database_now())
    assert "Dealt with it" in client.get(url).content.decode()
    department = Client()
    department.force_login(a_person("department"))
    assert "Answered: dealt with" in department.get("/en/work/").content.decode()


# ---- what the database refuses


@pytest.mark.django_db(transaction=True)
def test_the_wall_hides_a_forwarding_from_all_but_staff(transactional_db) -> None:
    the_town()
    asked_of(a_report(gps(), at=NOON))
    reporter, seen = a_reporter(), {}
    with as_application():
        for viewer in (NOBODY, Viewer("own", reporter.pk), Viewer("staff")):
            look_as(viewer)
            seen[viewer.reach] = Forwarding.objects.count()
        look_as(NOBODY)
    assert seen == {"none": 0, "own": 0, "staff": 1}


def test_the_database_refuses_half_an_answer_and_two_bodies_at_a_step(made) -> None:
    asked = asked_of(made)
    for wrong in ({"answer": "done"}, {"answered_at": NOON}, {"text": "x"}, {"due_at": NOON}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Forwarding.objects.filter(pk=asked.pk).update(**wrong)
    with pytest.raises(IntegrityError), transaction.atomic():
        Forwarding.objects.create(
            case=made.case, moves=asked.moves, name="أخرى", email="b@example.org", asked="x",
            asked_by_id=AGENT.person_id, asked_at=NOON, due_at=NOON + HOUR,
        )  # fmt: skip


# ---- two answers at once


@contextlib.contextmanager
def unlocked() -> Iterator[None]:
    """Read a question as code without a lock does: both have read before either writes."""
    kept, gate = forwarding._locked, threading.Barrier(2)

    def bare(asked: Forwarding) -> Forwarding:
        held = Forwarding.objects.get(pk=asked.pk)
        held.case  # noqa: B018  # read now, as the question is
        meet(gate)
        return held

    forwarding._locked = bare
    try:
        yield
    finally:
        forwarding._locked = kept


def two_answers() -> tuple[list[BaseException], int]:
    """Two people of one body send their answer at the same moment."""
    the_town()
    made = a_report(gps(), at=NOON)
    asked = asked_of(made)

    def send(name: str):
        return lambda: answer(asked=asked, given=Given("done", "أُصلح", name), at=NOON + HOUR)

    raised = at_once(send("علي"), send("سعيد"))
    return raised, acts(made).count("forward_answered")


@pytest.mark.django_db(transaction=True)
def test_of_two_answers_at_once_one_is_taken(transactional_db) -> None:
    raised, taken = two_answers()
    assert [type(one) for one in raised] == [Problem] and taken == 1


@pytest.mark.django_db(transaction=True)
def test_the_control_without_the_lock_both_are_taken(transactional_db) -> None:
    with unlocked():
        raised, taken = two_answers()
    assert raised == [] and taken == 2
