"""Imported reports on the officers' map: what waits is shown, picked and taken up, nothing else."""

import json
import re
import uuid
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client

from geo_portal.reporting import imported_views
from municipality import crs
from municipality.cases.models import Case
from municipality.city_time import city_day
from municipality.people.models import User
from municipality.places.models import Wilayat
from municipality.problems import Problem
from observations.models import Observation, Submission
from observations.reports import taking_up
from observations.reports.models import Status
from observations.reports.taking_up import take_up, without_case
from tests.builders import (
    EAST,
    NORTH,
    a_person,
    a_wilayat,
    square,
)
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
from tests.people.application import as_application

PAGE = "/en/observations/imported/"


@pytest.fixture
def city(db) -> None:
    make_city()


def make_city() -> None:
    a_town()
    a_target(3, 1_260)


def imported(x: float = 0.0, status: Status = Status.NEW, **more: Any) -> Observation:
    facts = {"external_id": str(uuid.uuid4()), "category": a_category(), **more}
    return Observation.objects.create(
        point=Point(EAST + x, NORTH, srid=crs.METRIC), accuracy_m=20, fix_origin="imported",
        status=status, reported_at=NOON, reported_on=city_day(NOON), source="old system", **facts,
    )  # fmt: skip


def agent() -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=AGENT.person_id))
    return client


def drawn(page: str) -> list[dict[str, Any]]:
    """What the map is given: its features."""
    config = re.search(r'<script id="config"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert config
    return list(json.loads(config[1])["things"]["features"])


def picks(page: str) -> set[str]:
    """The reports that a click on the map picks."""
    urls = [one["properties"].get("url", "") for one in drawn(page)]
    return {found for url in urls for found in re.findall(r"picked=([0-9a-f-]+)", url)}


def listed(page: str) -> set[str]:
    rows = page.partition('id="imported-list"')[2].partition("</ul>")[0]
    return set(re.findall(r"picked=([0-9a-f-]+)", rows))


def test_the_map_and_the_list_show_what_waits_and_only_that(city) -> None:
    waits = {str(imported(40.0 * n, status).public_id) for n, status in enumerate(Status, 1)
             if status not in (Status.CLOSED, Status.REJECTED)}  # fmt: skip
    imported(300, Status.CLOSED)
    imported(340, Status.REJECTED)
    taken = imported(380)
    take_up(observation_id=taken.pk, by=AGENT, at=NOON)
    a_report(gps(420))
    page = agent().get(PAGE).content.decode()
    assert listed(page) == picks(page) == waits and len(waits) == 3


def test_what_is_shown_is_what_can_be_taken_up(city) -> None:
    """Of every status, with a case and without: listed, or refused, or has its case already."""
    for number, status in enumerate(Status):
        imported(50.0 * number, status)
    take_up(observation_id=imported(400).pk, by=AGENT, at=NOON)
    a_report(gps(450))
    waiting = set(without_case().values_list("pk", flat=True))
    for seen in Observation.objects.all():
        before = Case.objects.count()
        try:
            take_up(observation_id=seen.pk, by=AGENT, at=NOON)
        except Problem as refused:
            assert refused.status == 409 and seen.pk not in waiting
        else:
            assert (Case.objects.count() == before + 1) == (seen.pk in waiting)


def test_one_is_picked_on_the_map_looked_at_and_taken_up(city) -> None:
    seen, near, far = imported(), imported(100), imported(2_000)
    known = a_report(gps(5))
    client = agent()
    page = client.get(f"{PAGE}?picked={seen.public_id}").content.decode()
    assert 'id="take-up"' in page and "old system" in page and seen.external_id in page
    assert known.case.number in page  # near and alike: somebody works at it perhaps
    assert picks(page) == {str(near.public_id)} and str(far.public_id) in listed(page)
    (name,) = {one["properties"].get("number") for one in drawn(page)} - {"", None}
    assert name == seen.category.name_en
    answer = client.post(f"/en/observations/{seen.public_id}/take-up")
    case = Submission.objects.get(observation=seen).case
    assert answer.status_code == 302 and answer["Location"].endswith(f"/cases/{case.public_id}/")
    page = client.get(PAGE).content.decode()
    assert listed(page) == picks(page) == {str(near.public_id), str(far.public_id)}
    page = client.get(f"{PAGE}?picked={seen.public_id}").content.decode()
    assert 'id="take-up"' not in page and case.number in page


def test_one_that_ended_meanwhile_is_refused_and_said_where_it_was_picked(city) -> None:
    seen, client = imported(), agent()
    assert 'id="take-up"' in client.get(f"{PAGE}?picked={seen.public_id}").content.decode()
    Observation.objects.update(status=Status.CLOSED, closed_at=NOON)
    answer = client.post(f"/en/observations/{seen.public_id}/take-up")
    assert answer["Location"] == f"{PAGE}?picked={seen.public_id}" and not Case.objects.exists()
    page = client.get(answer["Location"]).content.decode()
    assert page.count("This report has ended in its own system.") == 2  # refused, and why
    assert 'id="take-up"' not in page


def test_control_without_the_refusal_it_would_be_taken_up(city, monkeypatch) -> None:
    monkeypatch.setattr(taking_up, "has_ended", lambda seen: False)
    seen = imported(0, Status.CLOSED)
    agent().post(f"/en/observations/{seen.public_id}/take-up")
    assert Case.objects.count() == 1


def test_two_officers_open_one_case(city) -> None:
    seen = imported()
    answers = [agent().post(f"/en/observations/{seen.public_id}/take-up") for _ in range(2)]
    assert answers[0]["Location"] == answers[1]["Location"] and Case.objects.count() == 1


def test_it_is_narrowed_and_no_longer_than_the_map_can_show(city, monkeypatch) -> None:
    here, there = Wilayat.objects.get(), a_wilayat("other", square(5_000, 5_000, 1_000))
    waste = imported(category=a_category("waste"), wilayat=here)
    hole = imported(50, wilayat=there)
    client = agent()
    for query, rows in (
        ("category=waste", {waste}), (f"wilayat={there.code}", {hole}),
        (f"category=waste&wilayat={there.code}", set()), ("category=%00", {waste, hole}),
        ("category=none", set()),
    ):  # fmt: skip
        page = client.get(f"{PAGE}?{query}").content.decode()
        assert listed(page) == {str(row.public_id) for row in rows}, query
        assert ('id="empty"' in page) == (not rows)
    monkeypatch.setattr(imported_views, "ON_MAP", 1)
    page = client.get(PAGE).content.decode()
    assert listed(page) == picks(page) == {str(hole.public_id)} and "the latest" in page


@pytest.mark.parametrize("told", ["1", "\x00", "x" * 500, str(uuid.UUID(int=7)), "٣"])
def test_what_cannot_be_picked_is_not_there(city, told) -> None:
    assert agent().get(PAGE, {"picked": told}).status_code == 404


def test_it_is_for_who_may_take_up(city) -> None:
    imported()
    for role, status in (("department", 200), ("planner", 404), ("auditor", 404)):
        client = Client()
        client.force_login(a_person(role))
        assert client.get(PAGE).status_code == status, role
    client = Client()
    assert client.get(PAGE).status_code == 302
    client.force_login(a_reporter())
    assert client.get(PAGE).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_behind_the_walls_who_has_a_case_is_known() -> None:
    make_city()
    waits, taken = imported(), imported(100)
    take_up(observation_id=taken.pk, by=AGENT, at=NOON)
    client = agent()
    with as_application():
        assert listed(client.get(PAGE).content.decode()) == {str(waits.public_id)}
        assert client.post(f"/en/observations/{waits.public_id}/take-up").status_code == 302
        assert listed(client.get(PAGE).content.decode()) == set()
    assert Case.objects.count() == 2
