"""A report split among departments: one report, several lists, and no end before theirs."""

import contextlib
import datetime as dt
import threading
from collections.abc import Iterator

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from maps.heat.queries import ALL, count_cells
from municipality.actor import Actor
from municipality.cases.actions import CannotMove, move
from municipality.cases.models import Case
from municipality.cases.queries import cases_of
from municipality.cases.rights import OWN_CASE
from municipality.cases.worklist import waiting_for
from municipality.city_time import city_day
from municipality.history.queries import entries
from municipality.notices.models import Message
from municipality.people.models import User
from municipality.problems import Problem
from municipality.reach import NOBODY, Viewer, look_as
from observations.models import Body, Observation, Part, Photo, Submission
from observations.parts import actions as parts
from observations.parts.actions import MOST_OPEN, call_off, split
from observations.parts.waiting import open_parts
from observations.reports import actions
from observations.reports.heat import HEAT
from tests.billing.races import meet
from tests.builders import a_person
from tests.observations.builders import (
    AGENT,
    NOON,
    a_category,
    a_jpeg,
    a_report,
    a_reporter,
    a_sender,
    a_target,
    a_town,
    pin,
)
from tests.observations.routing import a_directorate_body, an_outside_body
from tests.people.application import as_application
from tests.side_by_side import at_once

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
ASKED = "أعيدوا غطاء غرفة التفتيش"


def the_town() -> None:
    a_town()
    a_target()


@pytest.fixture(autouse=True)
def city(request) -> None:
    if "transactional_db" not in request.fixturenames:
        the_town()


def an_officer_of(body: Body) -> Actor:
    person = a_person(f"officer-{body.code}", "department")
    person.directorate = body.directorate
    person.save()
    return Actor(person.pk, person.full_name, "department")


def at_roads() -> tuple[Submission, Actor]:
    """A report at the roads' directorate, and an officer there."""
    roads = a_directorate_body("roads")
    made = a_report()
    actions.assign(case_id=made.case_id, body=roads, by=AGENT, at=NOON)
    return made, an_officer_of(roads)


def a_part(made: Submission, body: Body, asked: str = ASKED, by: Actor = AGENT) -> Part:
    return split(case_id=made.case_id, body=body, asked=asked, by=by, at=NOON + HOUR)


def step(part: Part, edge: str, by: Actor, text: str = "") -> Case:
    return move(case_id=part.case_id, edge=edge, by=by, at=NOON + 2 * HOUR, text=text)


def resolve(made: Submission, by: Actor) -> Case:
    return move(case_id=made.case_id, edge="resolve", by=by, at=NOON + 3 * HOUR, text="رُدمت")


# ---- one report, several lists


def test_each_department_has_its_part_on_its_list_and_the_report_stays_one() -> None:
    made, at_work = at_roads()
    drains = a_directorate_body("drains")
    part = a_part(made, drains, by=at_work)
    lists = {
        body.code: [
            case.pk
            for case in waiting_for(
                roles=frozenset({"department"}), directorate_id=body.directorate_id
            )
        ]
        for body in Body.objects.all()
    }
    assert lists == {"roads": [made.case_id], "drains": [part.case_id]}
    whole, own = Case.objects.get(pk=made.case_id), Case.objects.get(pk=part.case_id)
    assert whole.state == "assigned" and own.number.startswith("OP-")
    assert own.due_at == whole.due_at is not None and own.place == whole.place
    assert Observation.objects.count() == count_cells(HEAT, ALL, level=0).total() == 1
    seen = Observation.objects.get()
    assert seen.first_answered_at == NOON  # by the agent before; a part later changes nothing
    split_in = [one for one in entries(whole.stream) if one.act == "split"]
    assert [one.facts["part"] for one in split_in] == [own.number]


def test_who_sent_it_hears_of_the_whole_and_has_no_second_case() -> None:
    made, _ = at_roads()
    before = Message.objects.count()
    part = a_part(made, a_directorate_body("drains"))
    step(part, "done", an_officer_of(part.body), "أُعيد الغطاء")
    assert Message.objects.count() == before
    mine = cases_of(person_id=made.person_id, offices=(), on=city_day(NOON))
    assert [case.pk for case in mine] == [made.case_id]


def test_the_first_thing_an_officer_does_may_be_to_split() -> None:
    made = a_report()
    a_part(made, a_directorate_body("drains"))
    assert Observation.objects.get().first_answered_at == NOON + HOUR
    assert Case.objects.get(pk=made.case_id).state == "received"


# ---- no end before theirs


def test_a_report_is_dealt_with_when_every_department_has_ended() -> None:
    made, at_work = at_roads()
    drains, signs = (a_part(made, a_directorate_body(code)) for code in ("drains", "signs"))
    with pytest.raises(CannotMove, match="drains, signs"):
        resolve(made, at_work)
    step(drains, "take", an_officer_of(drains.body))
    step(drains, "done", Actor(None, "x", "department"), "أُعيد الغطاء")
    with pytest.raises(CannotMove, match="signs"):
        resolve(made, at_work)
    step(signs, "send_back", an_officer_of(signs.body), "للمرور")
    assert resolve(made, at_work).state == "resolved"


def test_the_control_a_report_without_parts_is_dealt_with_at_once() -> None:
    made, at_work = at_roads()
    assert resolve(made, at_work).state == "resolved"


def test_what_is_called_off_holds_nothing_and_is_called_off_once() -> None:
    made, at_work = at_roads()
    part = a_part(made, a_directorate_body("drains"))
    call_off(part=part, by=at_work, at=NOON + 2 * HOUR)
    assert Case.objects.get(pk=part.case_id).state == "called_off"
    who = {one.act: one.person_id for one in entries(made.case.stream)}
    assert who["call_off"] == at_work.person_id
    with pytest.raises(Problem) as refused:
        call_off(part=part, by=at_work, at=NOON + 2 * HOUR)
    assert refused.value.status == 409
    assert resolve(made, at_work).state == "resolved"


@pytest.mark.parametrize(
    ("edge", "text"), [("reject", "لا"), ("not_ours", "للكهرباء"), ("withdraw", "")]
)
def test_parts_end_with_the_report(edge: str, text: str) -> None:
    made, _ = at_roads()
    open_one = a_part(made, a_directorate_body("drains"))
    done = a_part(made, a_directorate_body("signs"))
    step(done, "done", an_officer_of(done.body), "تم")
    sender = Actor(made.person_id, "سالم", "citizen")
    move(
        case_id=made.case_id, edge=edge, by=sender if edge == "withdraw" else AGENT,
        at=NOON + 3 * HOUR, text=text,
    )  # fmt: skip
    states = [Case.objects.get(pk=part.case_id).state for part in (open_one, done)]
    assert states == ["called_off", "done"]


def test_parts_end_with_a_report_that_was_merged() -> None:
    earlier = a_report(sender=a_sender(person=a_reporter("+96892000001")))
    made, _ = at_roads()
    part = a_part(made, a_directorate_body("drains"))
    actions.merge(case_id=made.case_id, into=earlier.observation, by=AGENT, at=NOON + 2 * HOUR)
    assert Case.objects.get(pk=part.case_id).state == "called_off" and not open_parts(made.case)


def test_open_parts_go_where_their_report_goes_and_are_due_when_it_is() -> None:
    a_target(1, 240, round_the_clock=True)
    made, _ = at_roads()
    open_one = a_part(made, a_directorate_body("drains"))
    done = a_part(made, a_directorate_body("signs"))
    step(done, "done", an_officer_of(done.body), "تم")
    before = Case.objects.get(pk=done.case_id)
    a_category("sewage", priority=1, name_ar="مجاري", name_en="Sewage")
    later = NOON + 3 * HOUR
    actions.recategorise(case_id=made.case_id, code="sewage", by=AGENT, at=later)
    actions.move_pin(case_id=made.case_id, to=pin(70, 20), by=AGENT, at=later)
    whole, part, ended = (
        Case.objects.get(pk=pk) for pk in (made.case_id, open_one.case_id, done.case_id)
    )
    assert (part.place, part.due_at, part.title) == (whole.place, whole.due_at, "مجاري")
    assert part.round_the_clock and whole.due_at == NOON + 4 * HOUR
    assert (ended.place, ended.due_at, ended.title) == (before.place, before.due_at, before.title)


def test_parts_are_due_when_the_report_is_after_its_clock_stood_and_ran_on() -> None:
    made, roads = at_roads()
    part = a_part(made, a_directorate_body("drains"))
    due = Case.objects.get(pk=part.case_id).due_at
    asked = move(case_id=made.case_id, edge="ask", by=roads, at=NOON, text="أين؟")
    assert asked.due_at is None and Case.objects.get(pk=part.case_id).due_at == due
    sender = made.person
    answer = Actor(sender.pk, sender.full_name, "citizen")
    back = move(case_id=made.case_id, edge="answer", by=answer, at=NOON + 48 * HOUR, text="هنا")
    assert back.due_at == Case.objects.get(pk=part.case_id).due_at != due


# ---- what is refused


def test_what_cannot_be_asked_is_refused_and_opens_nothing() -> None:
    made, _ = at_roads()
    drains, outside = a_directorate_body("drains"), an_outside_body()
    a_part(made, drains)
    roads = Body.objects.get(code="roads")
    wrong = [
        (drains, ASKED, 422), (outside, ASKED, 422), (roads, ASKED, 422),
        (a_directorate_body("signs"), "  \n", 422), (Body.objects.get(code="signs"), "x" * 1_001, 422),
    ]  # fmt: skip
    for body, asked, status in wrong:
        with pytest.raises(Problem) as refused:
            a_part(made, body, asked)
        assert refused.value.status == status
    assert Part.objects.count() == 1 and Case.objects.filter(kind="report_part").count() == 1


def test_an_ended_report_and_one_with_many_parts_take_no_more() -> None:
    made, at_work = at_roads()
    for n in range(MOST_OPEN):
        a_part(made, a_directorate_body(f"d{n}"))
    with pytest.raises(Problem):
        a_part(made, a_directorate_body("more"))
    for part in open_parts(made.case):
        call_off(part=part, by=at_work, at=NOON + 2 * HOUR)
    resolve(made, at_work)
    with pytest.raises(Problem):
        a_part(made, Body.objects.get(code="more"))


def test_another_directorate_s_officer_and_who_sent_it_do_not_work_at_a_part() -> None:
    made, at_work = at_roads()
    part = a_part(made, a_directorate_body("drains"))
    with pytest.raises(CannotMove):
        step(part, "take", at_work)
    sender = User.objects.get(pk=made.person_id)
    sender.roles, sender.directorate = ["citizen", "department"], part.body.directorate
    sender.save()
    with pytest.raises(CannotMove, match=OWN_CASE.en):
        step(part, "take", Actor(sender.pk, "سالم", "department"))
    assert Case.objects.get(pk=part.case_id).state == "assigned"


def test_the_database_refuses_a_part_of_itself_and_one_that_asks_nothing() -> None:
    made, _ = at_roads()
    part = a_part(made, a_directorate_body("drains"))
    for wrong in ({"asked": ""}, {"whole_id": part.case_id}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Part.objects.filter(pk=part.pk).update(**wrong)


@pytest.mark.django_db(transaction=True)
def test_the_wall_hides_parts_from_all_but_staff(transactional_db) -> None:
    the_town()
    made, _ = at_roads()
    part = a_part(made, a_directorate_body("drains"))
    seen = {}
    with as_application():
        for viewer in (NOBODY, Viewer("own", made.person_id), Viewer("staff")):
            look_as(viewer)
            seen[viewer.reach] = (
                Part.objects.count(),
                Case.objects.filter(pk=part.case_id).count(),
            )
        look_as(NOBODY)
    assert seen == {"none": (0, 0), "own": (0, 0), "staff": (1, 1)}


# ---- two at once


@contextlib.contextmanager
def unlocked() -> Iterator[None]:
    """Read a report as code without a lock does: both have looked before either writes."""
    kept, gate = parts._check, threading.Barrier(2)

    def check(whole: Case, body: Body) -> int:
        found = kept(whole, body)
        meet(gate)
        return found

    held, parts._held = parts._held, lambda case_id: Case.objects.get(pk=case_id)
    parts._check = check
    try:
        yield
    finally:
        parts._check, parts._held = kept, held


def two_splits() -> tuple[list[BaseException], int]:
    the_town()
    made, _ = at_roads()
    drains = a_directorate_body("drains")
    raised = at_once(*(lambda: a_part(made, drains) for _ in range(2)))
    return raised, len(open_parts(made.case))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_ask_one_department_at_once_one_is_taken(transactional_db) -> None:
    raised, taken = two_splits()
    assert [type(one) for one in raised] == [Problem] and taken == 1


@pytest.mark.django_db(transaction=True)
def test_the_control_without_the_lock_both_are_taken(transactional_db) -> None:
    with unlocked():
        raised, taken = two_splits()
    assert raised == [] and taken == 2


# ---- the pages


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=actor.person_id))
    return client


def test_by_the_pages_from_the_question_to_the_last_word() -> None:
    made, at_work = at_roads()
    drains = a_directorate_body("drains")
    url = f"/en/cases/{made.case.public_id}/"
    holder = signed_in(at_work)
    assert "Ask another department" in holder.get(url).content.decode()
    told = {"body": "drains", "asked": ASKED}
    refused = holder.post(url + "report/split", told | {"body": "nobody"}, follow=True)
    assert "Choose whose it is" in refused.content.decode() and not Part.objects.exists()
    shown = holder.post(url + "report/split", told, follow=True).content.decode()
    part = Part.objects.select_related("case").get()
    assert part.case.number in shown and ASKED in shown and "Call it off" in shown

    theirs = f"/en/cases/{part.case.public_id}/"
    worker = signed_in(an_officer_of(drains))
    page = worker.get(theirs).content.decode()
    assert ASKED in page and "حفرة أمام المدرسة" in page and made.case.number in page
    assert "92345678" not in page and "سالم" not in page
    assert worker.get(url).status_code == 404  # the whole is another directorate's
    way = f'href="{url}"'
    assert way not in page and way in signed_in(AGENT).get(theirs).content.decode()
    photo = {"photo": a_jpeg()}
    assert worker.post(theirs + "part/photo", photo).status_code == 302
    assert Photo.objects.get().of_the_work and Photo.objects.get().observation == made.observation
    worker.post(theirs + "move", {"edge": "done", "text": "أُعيد الغطاء", "seen": "0"})
    shown = holder.get(url).content.decode()
    assert "أُعيد الغطاء" in shown and "Call it off" not in shown

    citizen = Client()
    citizen.force_login(made.person)
    assert ASKED not in citizen.get(url).content.decode()
    assert citizen.get(theirs).status_code == 404
    assert citizen.post(url + "report/split", told).status_code == 404
    assert worker.post(url + "report/split", told).status_code == 404


def test_a_part_is_called_off_on_the_page_by_its_own_report_alone() -> None:
    made, at_work = at_roads()
    part = a_part(made, a_directorate_body("drains"))
    other = a_report(sender=a_sender(person=a_reporter("+96892000002")))
    agent = signed_in(AGENT)
    wrong = f"/en/cases/{other.case.public_id}/report/parts/{part.case.public_id}/call-off"
    assert agent.post(wrong).status_code == 404
    worker = signed_in(an_officer_of(part.body))
    right = f"/en/cases/{made.case.public_id}/report/parts/{part.case.public_id}/call-off"
    assert (
        worker.post(right).status_code == 404 and signed_in(at_work).get(right).status_code == 405
    )
    shown = signed_in(at_work).post(right, follow=True).content.decode()
    assert "Called off" in shown and not open_parts(made.case)
