"""GeoReport v2 as others read it and as partners send by it."""

import datetime as dt
import hashlib
import json
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from municipality import crs
from municipality.cases.models import Party
from municipality.clock import database_now
from municipality.conf import PROFILE
from municipality.documents.models import StoredFile
from municipality.history.models import Entry
from municipality.notices.models import Message
from municipality.people.models import User
from observations.models import Body, Category, Fix, Observation, Photo, Submission
from observations.open311 import telling, writing
from observations.reports import actions, publishing
from observations.reports.models import Channel
from observations.reports.photos import show_photo
from tests.builders import a_directorate, a_wilayat, an_area, the_office_hours, the_weekends
from tests.observations.builders import (
    AGENT,
    a_category,
    a_jpeg,
    a_report,
    a_target,
    gps,
    spot,
    the_agent,
)
from tests.observations.leaks import is_written, leaks, lonlat, told_points
from tests.people.application import as_application
from tests.people.builders import a_key

pytestmark = pytest.mark.django_db
V2 = "/open311/v2"
DAY = dt.timedelta(days=1)
STANDARD = (
    "service_request_id", "status", "status_notes", "service_name", "service_code", "description",
    "agency_responsible", "service_notice", "requested_datetime", "updated_datetime",
    "expected_datetime", "address", "address_id", "zipcode", "lat", "long", "media_url",
)  # fmt: skip


def make_city() -> None:
    the_weekends()
    the_office_hours()
    wilayat = a_wilayat()
    an_area(wilayat)
    a_directorate(wilayat)
    a_target()
    the_agent()
    a_category()
    a_category("food", public=False, name_ar="أغذية", name_en="Food")


@pytest.fixture
def city(db) -> None:
    make_city()


def shown(*told, days_ago: float = 2, **values) -> Submission:
    at = database_now() - days_ago * DAY
    made = a_report(*told, at=at, **values)
    return publishing.show(case_id=made.case_id, by=AGENT, at=at)


def told(client: Client, path: str, **headers: str):
    answer = client.get(f"{V2}/{path}", headers=headers)
    assert answer.status_code == 200, answer.content
    return json.loads(answer.content)


def xml(client: Client, path: str) -> ElementTree.Element:
    answer = client.get(f"{V2}/{path}")
    assert answer.status_code == 200 and answer["Content-Type"] == "text/xml; charset=utf-8"
    assert answer.content.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    return ElementTree.fromstring(answer.content)


def ids(rows: list[dict]) -> list[str]:
    return [row["service_request_id"] for row in rows]


def sent(key: str = "", **fields: object):
    lon, lat = lonlat(spot(13, 30))
    body = {"service_code": "potholes", "lat": lat, "long": lon, "description": "حفرة", **fields}
    body = {name: value for name, value in body.items() if value is not None}
    if key:
        body["api_key"] = key
    return Client().post(
        f"{V2}/requests.json", urlencode(body), "application/x-www-form-urlencoded"
    )


# --- what there is ---


def test_discovery_names_the_addresses_in_both_forms(client, city) -> None:
    row = client.get("/open311/discovery.json").json()
    (endpoint,) = row["endpoints"]
    assert endpoint["url"].endswith("/open311/v2") and len(endpoint["formats"]) == 2
    root = ElementTree.fromstring(client.get("/open311/discovery.xml").content)
    assert [child.tag for child in root] == ["changeset", "contact", "key_service", "endpoints"]
    assert root.findtext("endpoints/endpoint/url") == endpoint["url"]
    assert [e.text for e in root.findall("endpoints/endpoint/formats/format")] == endpoint[
        "formats"
    ]


def test_services_are_the_public_categories(client, city, real_data: Path) -> None:
    a_category("old", retired_on=dt.date(2020, 1, 1))
    (row,) = told(client, "services.json", **{"Accept-Language": "en"})
    assert (row["service_code"], row["service_name"], row["metadata"]) == (
        "potholes",
        "Potholes",
        False,
    )
    assert told(client, "services.json")[0]["service_name"] == "حفر الطرق"
    published = json.loads((real_data / "open311" / "service_list.json").read_text())[0]
    assert set(row) == set(published)
    service = xml(client, "services.xml").find("service")
    assert service is not None and service.findtext("metadata") == "false"
    categories = client.get("/api/observations/categories").json()["categories"]
    assert {one["code"] for one in categories} >= {row["service_code"]}


def test_a_service_has_no_further_questions_and_a_private_one_is_not_there(client, city) -> None:
    assert told(client, "services/potholes.json") == {"service_code": "potholes", "attributes": []}
    assert xml(client, "services/potholes.xml").findtext("service_code") == "potholes"
    for code in ("food", "nothing", "potholes.csv"):
        assert client.get(f"{V2}/services/{code}").status_code == 404


# --- what the public reads ---


def test_a_request_is_told_as_the_standard_does(client, city, real_data: Path) -> None:
    made = shown(gps(13, 30))
    body = Body.objects.create(
        code="seeb", name_ar="السيب", name_en="Seeb", directorate=_directorate(), source="test"
    )
    actions.assign(case_id=made.case_id, body=body, by=AGENT, at=database_now())
    (row,) = told(client, "requests.json", **{"Accept-Language": "en"})
    assert tuple(row)[: len(STANDARD)] == STANDARD
    assert all(name.startswith("geo_") for name in tuple(row)[len(STANDARD) :])
    assert (row["status"], row["status_notes"]) == ("open", "With the department")
    assert (row["service_code"], row["agency_responsible"]) == ("potholes", "Seeb directorate")
    assert row["address"] == "Al Hail North, Seeb"
    assert row["description"] is None and row["media_url"] is None
    assert dt.datetime.fromisoformat(row["expected_datetime"]) > dt.datetime.fromisoformat(
        row["requested_datetime"]
    )
    (request,) = xml(client, "requests.xml")
    assert [child.tag for child in request] == list(row)
    published = ElementTree.parse(real_data / "open311" / "requests_many.xml").getroot()[0]
    order = [child.tag for child in published if child.tag not in ("lat", "long")]
    assert [name for name in STANDARD if name not in ("lat", "long")] == order
    assert request.findtext("service_request_id") == row["service_request_id"]
    assert xml(client, f"requests/{row['service_request_id']}.xml").tag == "service_requests"
    assert ids(told(client, f"requests/{row['service_request_id']}.json")) == [
        row["service_request_id"]
    ]


def _directorate():
    from municipality.places.models import Directorate

    return Directorate.objects.get()


def test_closed_is_closed_and_the_finer_state_stands_in_words(client, city) -> None:
    made = shown()
    Observation.objects.filter(pk=made.observation_id).update(status=4)
    type(made.case).objects.filter(pk=made.case_id).update(state="resolved")
    (row,) = told(client, "requests.json?status=closed", **{"Accept-Language": "en"})
    assert (row["status"], row["status_notes"]) == ("closed", "Dealt with")
    assert told(client, "requests.json?status=open") == []
    assert len(told(client, "requests.json?status=open,closed")) == 1


def test_the_public_is_not_asked_for_the_answer_of_who_sent_it(client, city) -> None:
    made = shown()
    type(made.case).objects.filter(pk=made.case_id).update(state="awaiting")
    (row,) = told(client, "requests.json", **{"Accept-Language": "en"})
    assert row["status_notes"] == "Waiting for who sent it"


def everything(client: Client, made: Submission) -> list[bytes]:
    """Every answer that could hold a report."""
    name = made.observation.public_id
    paths = (
        "requests.json", "requests.xml", f"requests/{name}.json", f"requests/{name}.xml",
        f"requests.json?service_request_id={name}", f"tokens/{name}.json",
    )  # fmt: skip
    return [client.get(f"{V2}/{path}").content for path in paths]


def holds(client: Client, made: Submission) -> bool:
    return any(
        str(made.observation.public_id).encode() in body for body in everything(client, made)
    )


def test_what_nobody_looked_at_what_is_private_and_what_is_fresh_is_not_there(client, city) -> None:
    waiting = a_report(at=database_now() - 2 * DAY)
    fresh = shown(days_ago=0)
    hidden = shown()
    publishing.hide(case_id=hidden.case_id, by=AGENT, at=database_now())
    private = shown()
    actions.recategorise(case_id=private.case_id, code="food", by=AGENT, at=database_now())
    private_later = shown(category="other_kind") if a_category("other_kind") else None
    Category.objects.filter(code="other_kind").update(public=False)
    for made in (waiting, fresh, hidden, private, private_later):
        assert made is not None and not holds(client, made)
    assert holds(client, shown())


def test_the_control_without_the_guard_each_of_them_would_be_found(
    client, city, monkeypatch
) -> None:
    waiting = a_report(at=database_now() - 2 * DAY)
    assert not holds(client, waiting)
    Submission.objects.filter(pk=waiting.pk).update(
        shown="shown", shown_from=database_now(), shown_point=waiting.observation.point
    )
    assert holds(client, waiting)


def test_an_exact_place_never_leaves(client, city) -> None:
    made, exact = shown(gps(13, 30)), spot(13, 30)
    for body in everything(client, made)[:5]:
        points = told_points(body)
        assert len(points) == 1 and not leaks(points, exact) and not is_written(body, exact)
        assert points[0].distance(exact) < 71
        assert made.description.encode() not in body


def test_the_control_without_the_snapping_it_does(client, city, monkeypatch) -> None:
    monkeypatch.setattr(publishing, "public_place", lambda point: point)
    made, exact = shown(gps(13, 30)), spot(13, 30)
    for body in everything(client, made)[:5]:
        assert leaks(told_points(body), exact) and is_written(body, exact)


def test_only_photos_that_were_shown_are_told(client, city) -> None:
    made = shown()
    agent = User.objects.get(pk=AGENT.person_id)
    from municipality.documents.intake import accept

    at = database_now()
    for name in ("one.jpg", "two.jpg"):
        file = accept(a_jpeg(name), by=AGENT, at=at, kinds=("jpeg",), about=made.case.stream)
        Photo.objects.create(observation=made.observation, file=file, at=at)
    assert told(client, "requests.json")[0]["media_url"] is None
    one, two = Photo.objects.order_by("pk")
    Photo.objects.filter(pk=one.pk).update(shown="shown", looked_at=at, looked_by=agent)
    assert told(client, "requests.json")[0]["media_url"] is None  # no picture was made of it
    show_photo(photo_id=two.pk, hidden=[[0, 0, 0.5, 0.5]], by=AGENT, at=at)
    (row,) = told(client, "requests.json")
    assert row["geo_photos"] == [row["media_url"]]
    photo = client.get("/" + row["media_url"].split("/", 3)[3])
    assert photo.status_code == 200 and photo["Content-Type"] == "image/jpeg"
    public = two.file.pictures.get(purpose="public", ended_at=None)
    sent = b"".join(photo.streaming_content)
    assert hashlib.sha256(sent).hexdigest() == public.sha256 != two.file.clean_sha256
    assert "two" not in photo["Content-Disposition"]  # the sender's own name of the file
    assert xml(client, "requests.xml").findtext("request/geo_photos/geo_photo") == row["media_url"]


def test_days_pages_and_codes_choose_in_a_stable_order(client, city) -> None:
    a_category("waste", name_ar="مخلفات", name_en="Waste")
    made = [shown(days_ago=2 + n, category="waste" if n % 2 else "potholes") for n in range(5)]
    names = [str(one.observation.public_id) for one in made]
    assert ids(told(client, "requests.json")) == names
    pages = [ids(told(client, f"requests.json?page={n}&page_size=2")) for n in (1, 2, 3, 4)]
    assert pages == [names[:2], names[2:4], names[4:], []]
    assert ids(told(client, "requests.json?service_code=waste")) == [names[1], names[3]]
    assert ids(told(client, "requests.json?service_code=waste,potholes")) == names
    start = (database_now() - 4.5 * DAY).isoformat()
    query = urlencode({"start_date": start, "end_date": database_now().isoformat()})
    assert ids(told(client, f"requests.json?{query}")) == names[:3]
    end = urlencode({"end_date": (database_now() - 4.5 * DAY).isoformat()})
    assert ids(told(client, f"requests.json?{end}")) == names[3:]
    both = ",".join([names[4], names[0], "nothing"])
    assert ids(told(client, f"requests.json?service_request_id={both}&status=closed")) == [
        names[0],
        names[4],
    ]
    after = urlencode({"updated_after": (database_now() - 3.5 * DAY).isoformat()})
    assert set(ids(told(client, f"requests.json?{after}"))) <= set(names[:3])


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("requests.json?start_date=2026-01-01&end_date=2026-06-01", 400),
        ("requests.json?start_date=2026-06-01&end_date=2026-01-01", 400),
        ("requests.json?start_date=yesterday", 400),
        ("requests.json?status=waiting", 400),
        ("requests.json?page=0", 400),
        ("requests.json?page_size=1001", 400),
        ("requests.json?jurisdiction_id=elsewhere.gov", 404),
        ("requests.json?service_code=%00", 400),
        ("requests.json?api_key=geo_nothing", 403),
        ("requests.csv", 404),
        ("requests/00000000-0000-0000-0000-000000000000.json", 404),
        ("requests/1.json", 404),
        ("tokens/1.json", 404),
        ("services/nothing.json", 404),
    ],
)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_refusals_are_an_array_of_codes_and_sentences(client, city, path, status, language) -> None:
    headers = {"Accept-Language": language}
    answer = client.get(f"{V2}/{path}", headers=headers)
    assert answer.status_code == status, answer.content
    (error,) = answer.json()
    assert error["code"] == status and set(error) == {"code", "description"}
    assert any("\u0600" <= c <= "\u06ff" for c in error["description"]) == (language == "ar")
    if ".json" in path:
        answer = client.get(f"{V2}/{path.replace('.json', '.xml')}", headers=headers)
        root = ElementTree.fromstring(answer.content)
        assert (answer.status_code, root.tag) == (status, "errors")
        assert root.findtext("error/code") == str(status)


def test_our_own_jurisdiction_and_accept_are_heard(client, city) -> None:
    assert told(client, f"requests.json?jurisdiction_id={PROFILE.code}") == []
    assert client.get(f"{V2}/services", headers={"Accept": "text/xml"})["Content-Type"].startswith(
        "text/xml"
    )
    assert client.get(f"{V2}/services")["Content-Type"].startswith("application/json")


def test_any_text_is_well_formed_in_both_forms(real_data: Path) -> None:
    naughty = json.loads((real_data / "bad-input" / "blns.json").read_text(encoding="utf-8"))
    assert len(naughty) > 400
    for text in [*naughty, "\x08\x0b\ufffe", "\ud800", "]]>&<\"'", "\r\n"]:
        body = writing.xml_of([{"description": text}], root="r", item="i")
        back = ElementTree.fromstring(body).findtext("i/description")
        clean = writing.for_xml(text).replace("\r\n", "\n").replace("\r", "\n")
        assert back is not None and back.replace("\r", "\n").replace("\n\n", "\n") == clean.replace(
            "\n\n", "\n"
        )
        assert (
            json.loads(writing.json_of({"d": text}))["d"]
            == text.encode("utf-8", "replace").decode()
        )


# --- what partners send ---


def test_a_partner_sends_a_report_and_follows_it(client, city) -> None:
    key = a_key("open311")
    answer = sent(
        key, first_name="Salim", last_name="Al Harthy", phone="92345678", email="s@example.om",
        address_string="Way 4512", geo_accuracy_m="12", geo_fix_origin="gps",
    )  # fmt: skip
    assert answer.status_code == 201, answer.content
    (row,) = answer.json()
    made = Submission.objects.select_related("observation", "case").get()
    assert row["service_request_id"] == str(made.observation.public_id)
    assert made.case.number in row["service_notice"]
    assert (made.observation.channel, made.observation.address) == (Channel.PARTNER, "Way 4512")
    assert Fix.objects.get().origin == "gps" and Fix.objects.get().accuracy_m == 12
    party = Party.objects.get(case=made.case)
    assert (party.name, party.phone, party.email) == (
        "Salim Al Harthy",
        "+96892345678",
        "s@example.om",
    )
    assert Message.objects.get().to_address == "+96892345678"
    assert Entry.objects.filter(stream=made.case.stream).first().role == "partner"
    path = f"requests/{row['service_request_id']}.json"
    assert client.get(f"{V2}/{path}").status_code == 404  # the public waits
    (own,) = told(client, path, Authorization=f"Bearer {key}")
    assert own["description"] == "حفرة" and own["geo_exact"] and own["geo_accuracy_m"] == 12
    assert leaks([crs.metric_point(own["long"], own["lat"])], spot(13, 30))
    assert own["status"] == "open" and own["address"] == "Way 4512"
    other = client.get(f"{V2}/{path}", headers={"Authorization": f"Bearer {a_key('open311')}"})
    assert other.status_code == 404
    token = told(client, f"tokens/{row['service_request_id']}.json?api_key={key}")
    assert ids(token) == [row["service_request_id"]]
    answer = client.get(f"{V2}/{path}?api_key={key}")
    assert answer["Cache-Control"] == "no-store"


def test_sent_again_under_its_own_id_it_is_one(client, city) -> None:
    key = a_key("open311")
    first, again = (sent(key, geo_external_id="A-1").json() for _ in range(2))
    assert first[0]["service_request_id"] == again[0]["service_request_id"]
    assert Submission.objects.count() == 1
    sent(a_key("open311"), geo_external_id="A-1")
    assert Submission.objects.count() == 2  # another partner's


def test_photos_come_as_media_and_wait_for_somebody_to_look(client, city) -> None:
    lon, lat = lonlat(spot())
    answer = client.post(
        f"{V2}/requests.xml",
        {
            "service_code": "potholes", "lat": lat, "long": lon, "api_key": a_key("open311"),
            "media": [a_jpeg("a.jpg")],
        },
    )  # fmt: skip
    assert answer.status_code == 201, answer.content
    assert ElementTree.fromstring(answer.content).findtext("request/service_request_id")
    assert Photo.objects.get().shown == "waiting"


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"service_code": None}, "service_code"),
        ({"service_code": "food"}, "service_code"),
        ({"service_code": "nothing"}, "service_code"),
        ({"lat": None}, "lat"),
        ({"lat": None, "long": None, "address_string": "Way 4512"}, "lat"),
        ({"lat": "north"}, "lat"),
        ({"lat": "48.85", "long": "2.35"}, "outside"),
        ({"media_url": "http://127.0.0.1/x.jpg"}, "media"),
        ({"phone": "call me"}, "phone"),
        ({"email": "nobody"}, "email"),
        ({"description": "x" * 2_001}, "2000"),
        ({"geo_fix_origin": "guess"}, "geo_fix_origin"),
        ({"geo_accuracy_m": "-1"}, "accuracy"),
        ({"geo_accuracy_m": "900", "geo_fix_origin": "gps"}, "rough"),
        ({"geo_external_id": "x" * 101}, "geo_external_id"),
        ({"geo_made_at": "yesterday"}, "moment"),
        ({"description": "a\x00b"}, "character"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_a_sentence(city, fields, word) -> None:
    lon, lat = lonlat(spot())
    body = {
        "service_code": "potholes",
        "lat": lat,
        "long": lon,
        "api_key": a_key("open311"),
        **fields,
    }
    body = {name: value for name, value in body.items() if value is not None}
    answer = Client().post(f"{V2}/requests.json", body, headers={"Accept-Language": "en"})
    assert answer.status_code == 400, answer.content
    (error,) = answer.json()
    assert error["code"] == 400 and word in error["description"].lower()
    assert not Submission.objects.exists() and not StoredFile.objects.exists()


def test_a_photo_that_is_none_is_refused_and_nothing_is_kept(city) -> None:
    lon, lat = lonlat(spot())
    body = {
        "service_code": "potholes", "lat": lat, "long": lon, "api_key": a_key("open311"),
        "media": SimpleUploadedFile("a.jpg", b"<script>"),
    }  # fmt: skip
    answer = Client().post(f"{V2}/requests.json", body)
    assert answer.status_code == 400 and answer.json()[0]["description"]
    assert not Submission.objects.exists()


def test_who_has_no_key_for_it_sends_nothing(client, city) -> None:
    ended = a_key(
        "open311", last=timezone.now().date() - DAY, first=timezone.now().date() - 2 * DAY
    )
    for key in ("", "geo_nothing", a_key("plots"), ended):
        answer = sent(key)
        assert answer.status_code == 403, key
        assert answer.json()[0]["code"] == 403
    person = Client()
    person.force_login(User.objects.get(pk=AGENT.person_id))
    assert person.post(f"{V2}/requests.json", {"service_code": "potholes"}).status_code == 403
    assert not Submission.objects.exists()


def test_a_key_has_its_limit(city) -> None:
    key = a_key("open311", per_minute=2)
    assert [sent(key).status_code for _ in range(3)] == [201, 201, 429]


def test_one_telephone_is_taken_five_times_an_hour_whoever_passes_it_on(city, settings) -> None:
    settings.GEO_LIMITS = True
    keys = [a_key("open311"), a_key("open311")]
    answers = [sent(keys[n % 2], phone="92345678").status_code for n in range(7)]
    assert answers == [201] * 5 + [429] * 2
    assert sent(keys[0], phone="92345679").status_code == 201
    settings.GEO_LIMITS = False  # the control
    assert sent(keys[0], phone="92345678").status_code == 201


def test_the_control_a_key_that_is_not_asked_for_lets_anybody_in(city, monkeypatch) -> None:
    from observations.open311 import views

    key = a_key("plots")
    assert sent(key).status_code == 403
    monkeypatch.setattr(views, "is_granted", lambda request, grant: True)
    assert sent(key).status_code == 201


@pytest.mark.parametrize("path", ["requests.json", "requests.xml", "requests"])
@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", ""), (b"{", "application/json"), (b"x", "multipart/form-data"),
        (b"x", "multipart/form-data; boundary=a"), (b"a=%FF&api_key=%00", "application/x-www-form-urlencoded"),
        (b"a=1&" * 2_000, "application/x-www-form-urlencoded"),
        (b"a" * 3_000_000, "application/x-www-form-urlencoded"),
    ],
)  # fmt: skip
def test_bodies_that_are_none_are_refused_in_the_standard_s_form(city, path, body, kind) -> None:
    answer = Client().post(f"{V2}/{path}", body, kind)
    assert answer.status_code in (400, 403), answer.content
    if path.endswith("xml"):
        assert ElementTree.fromstring(answer.content).tag == "errors"
    else:
        assert set(answer.json()[0]) == {"code", "description"}


def test_words_of_any_kind_come_back_as_they_were_sent(client, city, real_data: Path) -> None:
    naughty = json.loads((real_data / "bad-input" / "blns.json").read_text(encoding="utf-8"))
    key = a_key("open311", per_minute=10_000)
    for text in naughty[::24]:
        answer = sent(key, description=text, first_name=text)
        assert answer.status_code in (201, 400), text
        if answer.status_code == 201:
            path = f"requests/{answer.json()[0]['service_request_id']}"
            (row,) = told(client, f"{path}.json?api_key={key}")
            assert (row["description"] or "") == text.strip()
            xml(client, f"{path}.xml?api_key={key}")


@pytest.mark.django_db(transaction=True)
def test_behind_the_walls_it_works_as_the_portal_s_own_role() -> None:
    make_city()
    key = a_key("open311")
    made = shown(gps(13, 30))
    with as_application():
        client = Client()
        assert ids(told(client, "requests.json")) == [str(made.observation.public_id)]
        answer = sent(key, geo_external_id="A-1")
        assert answer.status_code == 201, answer.content
        assert sent(key, geo_external_id="A-1").json() == answer.json()
        path = f"requests/{answer.json()[0]['service_request_id']}.json"
        assert client.get(f"{V2}/{path}").status_code == 404
        assert told(client, f"{path}?api_key={key}")[0]["geo_exact"]


def test_our_prefix_stands_before_everything_of_ours() -> None:
    assert telling.PREFIX == "geo_"
