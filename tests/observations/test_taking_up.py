"""Imported reports that are taken up: a case of their own, nobody to ask, no later import over it."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.core.management import call_command
from django.test import Client

from municipality import crs
from municipality.actor import SYSTEM
from municipality.cases.actions import CannotMove, move
from municipality.cases.models import Case
from municipality.city_time import city_day
from municipality.notices.models import Message
from municipality.people.models import User
from municipality.problems import Problem
from observations.models import Fix, Observation, Submission
from observations.reports.models import Status
from observations.reports.taking_up import open_without_case, take_up
from tests.builders import (
    EAST,
    NORTH,
    a_person,
    square,
)
from tests.importing.files import imported as load
from tests.observations.builders import (
    AGENT,
    NOON,
    a_category,
    a_report,
    a_reporter,
    a_target,
    a_town,
    gps,
)
from tests.observations.routing import a_directorate_body, a_responsibility

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def city() -> None:
    a_town()
    a_target(3, 1_260)


def imported(x: float = 0.0, status: Status = Status.NEW, number: str = "1") -> Observation:
    return Observation.objects.create(
        point=Point(EAST + x, NORTH, srid=crs.METRIC), accuracy_m=20, fix_origin="imported",
        category=a_category(), status=status, reported_at=NOON, reported_on=city_day(NOON),
        source="old system", external_id=number,
    )  # fmt: skip


def test_it_gets_a_case_a_promise_and_a_desk_and_tells_nobody() -> None:
    seeb = a_directorate_body()
    a_responsibility(seeb, square(-500, -500, 1000))
    seen = imported()
    made = take_up(observation_id=seen.pk, by=AGENT, at=NOON)
    case = Case.objects.get(pk=made.case_id)
    assert case.state == "assigned" and case.directorate == seeb.directorate
    assert case.due_at is not None and not case.parties.exists()
    seen.refresh_from_db()
    assert (seen.status, seen.due_at) == (Status.REFERRED, case.due_at)
    assert seen.first_answered_at == NOON and seen.external_id == "1"
    fix = Fix.objects.get(observation=seen)
    assert fix.origin == "imported" and fix.counts_from == NOON
    assert not Message.objects.exists()
    officer = a_person("department")
    officer.directorate = seeb.directorate
    officer.save()
    move(case_id=case.pk, edge="resolve", by=_of(officer), at=NOON, text="x")
    assert not Message.objects.exists()
    assert Observation.objects.get().status == Status.CLOSED


def _of(person: User):
    from municipality.actor import Actor

    return Actor(person.pk, person.full_name, "department")


def test_nobody_is_asked_where_nobody_is() -> None:
    made = take_up(observation_id=imported().pk, by=AGENT, at=NOON)
    with pytest.raises(CannotMove, match="nobody to ask"):
        move(case_id=made.case_id, edge="ask", by=AGENT, at=NOON, text="أين؟")
    control = a_report(gps(300))
    assert move(case_id=control.case_id, edge="ask", by=AGENT, at=NOON, text="أين؟").state == (
        "awaiting"
    )


def test_once_and_not_what_has_ended() -> None:
    seen = imported()
    first = take_up(observation_id=seen.pk, by=AGENT, at=NOON)
    assert take_up(observation_id=seen.pk, by=AGENT, at=NOON) == first
    assert Case.objects.count() == 1
    for number, status in (("2", Status.CLOSED), ("3", Status.REJECTED)):
        with pytest.raises(Problem) as refused:
            take_up(observation_id=imported(0, status, number).pk, by=AGENT, at=NOON)
        assert refused.value.status == 409
    assert Submission.objects.count() == 1


def test_a_backlog_is_taken_up_by_command_and_no_officer_has_answered_it(capsys) -> None:
    for number in range(3):
        imported(number * 100.0, number=str(number))
    imported(0, Status.CLOSED, "9")
    call_command("take_up_reports", "old system", most=2)
    assert "2 cases opened" in capsys.readouterr().out and Submission.objects.count() == 2
    call_command("take_up_reports", "old system")
    assert Submission.objects.count() == 3 and open_without_case(source="old system") == []
    assert not Observation.objects.exclude(first_answered_at=None).exists()
    assert not Submission.objects.exclude(person=None).exists()
    take_up(observation_id=Observation.objects.first().pk, by=SYSTEM, at=NOON)
    assert Submission.objects.count() == 3


def test_a_later_import_changes_what_is_still_another_system_s_alone(tmp_path: Path) -> None:
    path = tmp_path / "backlog.csv"

    def told(status: str) -> dict[str, Any]:
        lon, lat = crs.PROFILE.centre
        rows = "".join(f"{n},pothole,2026-01-02,{status},{lon},{lat},old\n" for n in (1, 2))
        path.write_text("id,type,created,status,lon,lat,source\n" + rows, "utf-8")
        return dict(load(path, "observations").report.swap)

    told("open")
    ours, theirs = Observation.objects.order_by("external_id")
    take_up(observation_id=ours.pk, by=AGENT, at=NOON)
    told("closed")
    ours.refresh_from_db()
    theirs.refresh_from_db()
    assert (ours.status, theirs.status) == (Status.NEW, Status.CLOSED)


def test_on_the_page_it_is_offered_beside_what_is_near() -> None:
    seen = imported(5.0)
    imported(6.0, Status.CLOSED, "2")
    made = a_report(gps(0))
    agent = Client()
    agent.force_login(User.objects.get(pk=AGENT.person_id))
    page = agent.get(f"/en/cases/{made.case.public_id}/").content.decode()
    assert page.count("Take it up") == 1 and str(seen.public_id) in page
    answer = agent.post(f"/en/observations/{seen.public_id}/take-up")
    case = Submission.objects.get(observation=seen).case
    assert answer.status_code == 302 and case.public_id in answer["Location"]
    shown = agent.get(answer["Location"])
    assert shown.status_code == 200 and "from a file" in shown.content.decode()
    citizen = Client()
    citizen.force_login(a_reporter())
    assert citizen.post(f"/en/observations/{seen.public_id}/take-up").status_code in (403, 404)
    assert Case.objects.filter(kind="observation").count() == 2
