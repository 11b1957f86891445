"""What somebody may know of reports that are not theirs: the near list and "me too" agree."""

import datetime as dt
import json
import uuid
from itertools import product
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.test import Client

from geo_portal.reporting import alike, api
from municipality import crs
from municipality.city_time import city_day
from municipality.clock import database_now
from municipality.people.models import User
from observations.duplicates import CLOSED_DAYS
from observations.models import Category, Follower, Observation, Submission
from observations.reports.models import Status
from observations.reports.publishing import hide, show
from tests.builders import EAST, NORTH
from tests.observations.builders import (
    AGENT,
    a_category,
    a_report,
    a_reporter,
    a_sender,
    a_target,
    a_town,
    spot,
)
from tests.people.application import as_application

DAY = dt.timedelta(days=1)
SENDER = "+96899990001"
LON, LAT = crs.lonlat(spot().x, spot().y)
NEAR = f"/api/observations/near?lon={LON}&lat={LAT}&accuracy_m=8&category=potholes"
Shown = Submission.Shown


@pytest.fixture
def city(db) -> None:
    make_city()


def make_city() -> None:
    a_town()
    a_target()
    a_category()


def client_of(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


def follow(client: Client, public_id: uuid.UUID) -> Any:
    path = f"/api/observations/{public_id}/follow"
    return client.post(path, json.dumps({}), "application/json", HTTP_ACCEPT_LANGUAGE="en")


def offered(client: Client) -> set[str]:
    return {one["id"] for one in client.get(NEAR).json()["reports"]}


def imported() -> Observation:
    now = database_now()
    return Observation.objects.create(
        point=Point(EAST, NORTH, srid=crs.METRIC), accuracy_m=20, fix_origin="imported",
        category=a_category(), status=Status.NEW, reported_at=now - DAY,
        reported_on=city_day(now - DAY), source="old system", external_id="1",
    )  # fmt: skip


def be(seen: Observation, *, public: bool, shown: str, status: Status, closed: int) -> None:
    """Let a report be of a kind, looked at and ended so; ``closed`` days ago."""
    now = database_now()
    Category.objects.filter(pk=seen.category_id).update(public=public)
    ended = now - closed * DAY if status in (Status.CLOSED, Status.REJECTED) else None
    Observation.objects.filter(pk=seen.pk).update(status=status, closed_at=ended)
    is_shown = shown == Shown.SHOWN
    Submission.objects.filter(observation=seen).update(
        shown=shown, shown_from=now - DAY if is_shown else None,
        shown_point=seen.point if is_shown else None,
    )  # fmt: skip


def expected(*, public: bool, shown: str, status: Status, closed: int) -> int:
    """What "me too" of a stranger is answered."""
    if not public or shown == Shown.HIDDEN or status == Status.REJECTED:
        return 404
    if status != Status.CLOSED:
        return 201
    return 409 if closed < CLOSED_DAYS or shown == Shown.SHOWN else 404


CASES = [
    {"public": public, "shown": shown, "status": status, "closed": closed}
    for public, shown, status, closed in product(
        (True, False), Shown.values, Status, (CLOSED_DAYS - 1, CLOSED_DAYS + 1)
    )
]


def test_me_too_takes_what_is_offered_or_shown_and_the_sender_s_own(city) -> None:
    made = a_report(sender=a_sender(person=a_reporter(SENDER)), at=database_now() - DAY)
    seen, stranger = made.observation, client_of(a_reporter())
    sender, answers = client_of(a_reporter(SENDER)), set[int]()
    for case in CASES:
        Follower.objects.all().delete()
        be(seen, **case)
        near = offered(stranger)
        answer = follow(stranger, seen.public_id).status_code
        assert answer == expected(**case), case
        assert near <= ({str(seen.public_id)} if answer != 404 else set()), case
        only_shown = case["shown"] == Shown.SHOWN and case["closed"] > CLOSED_DAYS
        assert near or answer == 404 or only_shown, case  # what is taken was offered or is shown
        assert near == offered(Client()), case  # offered to all alike, to nobody more
        has_ended = case["status"] in (Status.CLOSED, Status.REJECTED)
        assert follow(sender, seen.public_id).status_code == (409 if has_ended else 201), case
        answers.add(answer)
    assert answers == {201, 404, 409}


def test_one_that_came_in_a_file_is_offered_and_taken(city) -> None:
    seen, stranger = imported(), client_of(a_reporter())
    assert offered(stranger) == {str(seen.public_id)}
    assert [follow(stranger, seen.public_id).status_code for _ in range(2)] == [201, 200]
    Category.objects.update(public=False)
    assert offered(stranger) == set() and follow(stranger, seen.public_id).status_code == 404


def test_a_hidden_one_is_answered_like_one_that_is_not_there(city) -> None:
    made = a_report(sender=a_sender(person=a_reporter(SENDER)), at=database_now() - 3 * DAY)
    stranger, seen = client_of(a_reporter()), made.observation
    show(case_id=made.case_id, by=AGENT, at=database_now())
    assert follow(stranger, seen.public_id).status_code == 201
    hide(case_id=made.case_id, by=AGENT, at=database_now())
    answers = [follow(stranger, one) for one in (seen.public_id, uuid.uuid4())]
    bodies = [{**one.json(), "instance": ""} for one in answers]
    assert bodies[0] == bodies[1] and {one.status_code for one in answers} == {404}
    assert offered(stranger) == set()


def test_control_without_the_rule_a_hidden_one_would_be_taken_and_offered(
    city, monkeypatch
) -> None:
    made = a_report(sender=a_sender(person=a_reporter(SENDER)), at=database_now() - DAY)
    hide(case_id=made.case_id, by=AGENT, at=database_now())
    stranger = client_of(a_reporter())
    for module in (api, alike):
        monkeypatch.setattr(module, "known_to", lambda person_id, ids, at: frozenset(ids))
    assert offered(stranger) == {str(made.observation.public_id)}
    assert follow(stranger, made.observation.public_id).status_code == 201


@pytest.mark.django_db(transaction=True)
def test_behind_the_walls_the_rule_still_sees_who_hid_what() -> None:
    make_city()
    made = a_report(sender=a_sender(person=a_reporter(SENDER)), at=database_now() - DAY)
    stranger, own = client_of(a_reporter()), client_of(a_reporter(SENDER))
    with as_application():
        assert offered(stranger) == {str(made.observation.public_id)}
        assert follow(stranger, made.observation.public_id).status_code == 201
    hide(case_id=made.case_id, by=AGENT, at=database_now())
    with as_application():
        assert offered(stranger) == set()
        assert follow(stranger, made.observation.public_id).status_code == 404
        assert follow(own, made.observation.public_id).status_code == 201
