"""Sending a report over the API: photo first, once, with every fix that was known."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from municipality import crs
from municipality.documents.models import StoredFile
from observations.models import Follower, Observation, Submission
from observations.reports.models import Channel
from tests.builders import a_person, a_wilayat, an_area, the_office_hours, the_weekends
from tests.observations.builders import (
    a_category,
    a_jpeg,
    a_report,
    a_reporter,
    a_sender,
    a_target,
    spot,
)

pytestmark = pytest.mark.django_db
LON, LAT = crs.lonlat(spot().x, spot().y)


@pytest.fixture(autouse=True)
def city() -> None:
    the_weekends()
    the_office_hours()
    an_area(a_wilayat())
    a_target()
    a_category()


@pytest.fixture
def citizen(client: Client) -> Client:
    client.force_login(a_reporter())
    return client


def fix(dlon: float = 0.0, origin: str = "gps", **values: Any) -> dict[str, Any]:
    return {"origin": origin, "lon": LON + dlon, "lat": LAT, "accuracy_m": 8, **values}


def post(client: Client, body: Any, path: str = "/api/observations") -> Any:
    return client.post(path, json.dumps(body), "application/json", HTTP_ACCEPT_LANGUAGE="en")


def body(**values: Any) -> dict[str, Any]:
    return {"category": "potholes", "fixes": [fix()], **values}


def test_photo_first_then_the_report_and_the_same_again_is_one(citizen: Client) -> None:
    photo = citizen.post("/api/observations/photos", {"photo": a_jpeg()})
    assert photo.status_code == 201 and photo.json()["width"] == 64
    again = citizen.post("/api/observations/photos", {"photo": a_jpeg("other.jpg")})
    assert again.json()["id"] == photo.json()["id"] and StoredFile.objects.count() == 1
    sent = body(photos=[photo.json()["id"]], key="k1", description="حفرة", channel="portal")
    first, second = post(citizen, sent), post(citizen, sent)
    assert first.status_code == second.status_code == 201
    assert first.json() == second.json()
    made = Submission.objects.get()
    assert made.description == "حفرة" and made.observation.channel == Channel.PORTAL
    (kept,) = made.observation.photos.all()
    assert kept.shown == "waiting" and kept.file.about == made.case.stream
    assert first.json()["url"] == f"/cases/{made.case.public_id}/"
    assert citizen.get(first.json()["url"]).status_code == 200


def test_a_photo_is_its_sender_s_and_of_one_report_alone(citizen: Client) -> None:
    photo = citizen.post("/api/observations/photos", {"photo": a_jpeg()}).json()["id"]
    other = Client()
    other.force_login(a_reporter("+96899990001"))
    for who, ids in ((other, [photo]), (citizen, ["nothing"]), (citizen, [photo, photo])):
        assert post(who, body(photos=ids)).json()["errors"][0]["pointer"] == "photos"
    assert post(citizen, body(photos=[photo])).status_code == 201
    assert post(citizen, body(photos=[photo])).status_code == 422


def test_two_places_that_cannot_both_be_right_are_asked_about(citizen: Client) -> None:
    far = body(fixes=[fix(), fix(0.01, "exif", accuracy_m=None)])
    refused = post(citizen, far)
    assert refused.status_code == 409 and refused.json()["type"].endswith("place_in_doubt")
    (doubt,) = refused.json()["doubts"]
    assert 900 < doubt["apart_m"] < 1_100 and doubt["other"] == "exif"
    assert post(citizen, {**far, "sure": True}).status_code == 201
    pinned = {**far, "fixes": [*far["fixes"], fix(0.01, "pin")]}
    assert post(citizen, pinned).status_code == 201
    assert Observation.objects.order_by("pk").last().fix_origin == "pin"


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"fixes": []}, 422),
        ({"fixes": "here"}, 400),
        ({"fixes": [{"origin": "gps"}]}, 400),
        ({"fixes": [fix(origin="dream")]}, 422),
        ({"fixes": [fix(lon=float("1e6"))]}, 422),
        ({"fixes": [fix(lon="x")]}, 422),
        ({"fixes": [fix(lon=2.35, lat=48.85)]}, 422),
        ({"fixes": [fix(accuracy_m=-1)]}, 422),
        ({"fixes": [fix(at=5)]}, 400),
        ({"fixes": [fix(at="yesterday")]}, 422),
        ({"fixes": [fix()] * 13}, 422),
        ({"fixes": [fix(colour="red")]}, 400),
        ({"category": "no such"}, 422),
        ({"category": 5}, 400),
        ({"photos": [1]}, 400),
        ({"channel": "dream"}, 422),
        ({"key": "k" * 61}, 400),
        ({"description": "a\0b"}, 400),
        ({"caller": {"name": "x", "phone": "+96892345678"}}, 422),
        ({"status": "closed"}, 400),
        ({"made_at": "never"}, 422),
    ],
)
def test_bad_values_are_named_and_leave_nothing(citizen: Client, change, status) -> None:
    refused = post(citizen, {**body(), **change})
    assert refused.status_code == status, refused.content
    assert not Observation.objects.exists()


def test_what_is_no_photo_is_refused_in_words(citizen: Client) -> None:
    paper = SimpleUploadedFile("a.jpg", b"%PDF-1.4 nothing", "image/jpeg")
    assert citizen.post("/api/observations/photos", {"photo": paper}).status_code == 422
    assert citizen.post("/api/observations/photos", {}).status_code == 400


def test_without_signing_in_nothing_is_taken(client: Client) -> None:
    assert post(client, body()).status_code == 401
    assert client.post("/api/observations/photos", {"photo": a_jpeg()}).status_code == 401


def test_a_device_with_a_wrong_clock_is_put_right(citizen: Client) -> None:
    sent = body(made_at="2031-01-01T10:00:00Z", sent_at="2031-01-01T10:30:00Z")
    assert post(citizen, sent).status_code == 201
    made = Submission.objects.get()
    assert abs((made.sent_at - made.observation.reported_at).total_seconds() - 1_800) < 5


def test_an_agent_sends_for_a_caller(client: Client) -> None:
    client.force_login(a_person("agent"))
    sent = body(caller={"name": "سالم", "phone": "92345678", "language": "ar"})
    assert post(client, sent).status_code == 201
    made = Submission.objects.get()
    assert made.person is None and made.case.parties.get().phone == "+96892345678"
    bad = {**sent, "caller": {"name": "x", "phone": "12"}}
    assert post(client, bad).status_code == 422


def test_five_an_hour_and_not_a_sixth(citizen: Client, settings) -> None:
    settings.GEO_LIMITS = True
    answers = [post(citizen, body()).status_code for _ in range(6)]
    assert answers == [201] * 5 + [429]
    settings.GEO_LIMITS = False  # the control
    assert post(citizen, body()).status_code == 201


def test_the_place_is_told_before_anything_is_sent(client: Client) -> None:
    told = client.get(f"/api/observations/place?lon={LON}&lat={LAT}").json()
    assert told["wilayat"]["name_en"] == "Seeb" and told["area"]["name_ar"] == "الحيل الشمالية"
    sea = client.get(f"/api/observations/place?lon={LON + 0.2}&lat={LAT}")
    assert sea.status_code == 422


def test_me_too_follows_once_and_not_what_has_ended_or_is_private(citizen: Client) -> None:
    made = a_report(sender=a_sender(person=a_reporter("+96899990001")))
    path = f"/api/observations/{made.observation.public_id}/follow"
    assert [post(citizen, {}, path).status_code for _ in range(2)] == [201, 200]
    assert Follower.objects.count() == 1
    category = made.observation.category
    category.public = False
    category.save()
    assert post(citizen, {}, path).status_code == 404


def test_near_ones_are_shown_before_sending_and_private_kinds_are_not(citizen: Client) -> None:
    made = a_report(sender=a_sender(person=a_reporter("+96899990001")))
    path = f"/api/observations/near?lon={LON + 0.0001}&lat={LAT}&accuracy_m=8&category=potholes"
    (one,) = citizen.get(path).json()["reports"]
    assert one["id"] == str(made.observation.public_id) and one["distance_m"] == 10
    assert one["state"] == "new" and one["photo"] is None and not one["following"]
    post(citizen, {}, f"/api/observations/{one['id']}/follow")
    assert citizen.get(path).json()["reports"][0]["following"]
    assert Client().get(path).json()["reports"][0]["following"] is False
    made.observation.category.public = False
    made.observation.category.save()
    assert citizen.get(path).json() == {"reports": []}


def test_where_a_photo_was_taken_is_a_fix_and_one_of_another_country_is_none(
    citizen: Client,
) -> None:
    here = citizen.post("/api/observations/photos", {"photo": a_jpeg(gps=(LON + 0.0002, LAT))})
    assert here.json()["position"]["lon"] == pytest.approx(LON + 0.0002, abs=1e-4)
    abroad = citizen.post("/api/observations/photos", {"photo": a_jpeg(gps=(2.35, 48.85))})
    ids = [here.json()["id"], abroad.json()["id"]]
    assert post(citizen, body(photos=ids)).status_code == 201
    fixes = Submission.objects.get().observation.fixes.order_by("pk")
    assert [one.origin for one in fixes] == ["gps", "exif"]


def test_a_photo_from_afar_is_asked_about(citizen: Client) -> None:
    far = citizen.post("/api/observations/photos", {"photo": a_jpeg(gps=(LON + 0.01, LAT))})
    refused = post(citizen, body(photos=[far.json()["id"]]))
    assert refused.status_code == 409 and refused.json()["doubts"][0]["other"] == "exif"
