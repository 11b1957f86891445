"""``POST /api/parking/check`` and violations through HTTP, as an inspector's device sends them."""

import datetime as dt
import io
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from PIL import Image

from municipality import crs
from parking_zones.models import PaidHours, ParkingCheck, Violation, Zone
from tests.builders import (
    ALWAYS,
    EAST,
    NORTH,
    a_person,
    a_tariff,
    a_zone,
    an_offence,
    the_ticket_terms,
    the_weekends,
)

pytestmark = pytest.mark.django_db
LON, LAT = crs.lonlat(EAST + 50, NORTH + 50)


@pytest.fixture
def zone() -> Zone:
    the_weekends()
    PaidHours.objects.create(
        valid=ALWAYS, opens=dt.time(0), closes=dt.time(0), free_weekdays=[], source="test"
    )
    the_ticket_terms()
    a_tariff(100)
    an_offence()
    return a_zone("7")


@pytest.fixture
def inspector() -> Client:
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(a_person("inspector"))
    return client


def post(client: Client, path: str, **body: Any) -> Any:
    return client.post(f"/api/parking/{path}", json.dumps(body), "application/json")


def check(client: Client, **body: Any) -> Any:
    whole = {"plate": "١١١١ ب", "lon": LON, "lat": LAT, "accuracy_m": 5, **body}
    return post(client, "check", **whole)


def test_the_answer_has_what_the_contract_says(zone, inspector) -> None:
    body = check(inspector).json()
    assert body["may_stand"] is False and body["reason"] == "nothing_bought"
    assert body["zone"]["number"] == "7" and body["rights"] == []
    assert body["check"] == ParkingCheck.objects.get().public_id
    assert body["plate"]["key"] == "OM-1111-B" and "no ticket" in body["reason_words"]


def test_only_an_inspector_asks(zone) -> None:
    assert check(Client()).status_code == 401
    for role in ("citizen", "planner", "zone_manager"):
        other = Client()
        other.force_login(a_person(role))
        assert check(other).status_code == 404
    assert not ParkingCheck.objects.exists()


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"plate": "x"}, 422),
        ({"plate": "\u202e1111\u200b \u2067ب"}, 200),
        ({"lon": 0, "lat": 0}, 422),
        ({"accuracy_m": -1}, 422),
        ({"accuracy_m": "wide"}, 422),
        ({"at": "2020-01-01T00:00:00Z"}, 200),  # another moment may be asked about
        ({"at": "1950-01-01T00:00:00Z"}, 200),
        ({"at": "yesterday"}, 422),
        ({"origin": "guess"}, 422),
        ({"may_stand": True}, 400),
        ({"plate": 5}, 400),
        ({"key": "k" * 41}, 400),
    ],
)
def test_bad_input_is_refused(zone, inspector, body, status) -> None:
    assert check(inspector, **body).status_code == status


def test_a_device_whose_clock_is_wrong_is_put_right(zone, inspector) -> None:
    now = timezone.now()
    ahead = now + dt.timedelta(hours=1)
    made = check(
        inspector, key="a", at=(ahead - dt.timedelta(minutes=20)).isoformat(),
        sent_at=ahead.isoformat(),
    )  # fmt: skip
    assert made.status_code == 200
    wrong = abs(ParkingCheck.objects.get().at - (now - dt.timedelta(minutes=20)))
    assert wrong < dt.timedelta(seconds=30)


def test_no_violation_stands_on_a_question_about_another_day(zone, inspector) -> None:
    for at in ("2020-01-05T06:00:00Z", (timezone.now() + dt.timedelta(days=1)).isoformat()):
        made = check(inspector, at=at).json()["check"]
        for moment in ({}, {"at": at}):
            answer = post(inspector, "violations", check=made, offence="no_ticket", **moment)
            assert answer.status_code in (409, 422)
    assert not Violation.objects.exists()


def test_a_queue_sent_twice_is_kept_once(zone, inspector) -> None:
    one = check(inspector, key="device/1").json()
    assert check(inspector, key="device/1").json()["check"] == one["check"]
    made = post(inspector, "violations", check=one["check"], offence="no_ticket", key="v/1")
    again = post(inspector, "violations", check=one["check"], offence="no_ticket", key="v/1")
    assert made.status_code == 201 and made.json()["id"] == again.json()["id"]
    assert (ParkingCheck.objects.count(), Violation.objects.count()) == (1, 1)


def test_near_the_edge_the_inspector_is_told_to_move(zone, inspector) -> None:
    lon, lat = crs.lonlat(EAST + 2, NORTH + 50)
    body = check(inspector, lon=lon, lat=lat).json()
    assert (body["may_stand"], body["reason"]) == (None, "near_edge")
    refused = post(inspector, "violations", check=body["check"], offence="no_ticket")
    assert refused.status_code == 409 and refused.json()["type"].endswith("unclear_place")
    laid = post(inspector, "violations", check=body["check"], offence="no_ticket", supervisor=True)
    assert laid.json()["state"] == "proposed"


def photo() -> io.BytesIO:
    made = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(made, "JPEG")
    made.seek(0)
    made.name = "car.jpg"
    return made


def test_photos_belong_to_who_issued_it(zone, inspector) -> None:
    made = post(
        inspector, "violations", check=check(inspector).json()["check"], offence="no_ticket"
    )
    url = f"/api/parking/violations/{made.json()['id']}/photos"
    assert inspector.post(url, {"photo": photo()}).json()["photos"] == 1
    assert inspector.post(url, {}).status_code == 400
    other = Client()
    other.force_login(a_person("other", "inspector"))
    assert other.post(url, {"photo": photo()}).status_code == 404


def test_of_a_check_of_another_nothing_is_known(zone, inspector) -> None:
    made = check(inspector).json()["check"]
    other = Client()
    other.force_login(a_person("other", "inspector"))
    assert post(other, "violations", check=made, offence="no_ticket").status_code == 404


def test_offences_and_near_plates_are_told(zone, inspector) -> None:
    assert inspector.get("/api/parking/offences").json()["offences"][0]["code"] == "no_ticket"
    assert inspector.get("/api/parking/plates/near?plate=1111B").json() == {"plates": []}
    assert inspector.get("/api/parking/plates/near?plate=!").status_code == 422


def test_who_was_fined_today_is_told_before_a_photo_is_taken(zone, inspector) -> None:
    first = check(inspector).json()
    assert first["fined"] == []
    made = post(inspector, "violations", check=first["check"], offence="no_ticket").json()
    again = check(inspector).json()
    assert [one["number"] for one in again["fined"]] == [made["number"]]
    assert again["fined"][0]["zone"] == "7"
    assert "fined" not in ParkingCheck.objects.latest("pk").evidence  # no part of what is judged
    assert check(inspector, plate="2222 M").json()["fined"] == []
    Violation.objects.update(state="cancelled", decided_at=timezone.now(), decided_why="x")
    assert check(inspector).json()["fined"] == []
