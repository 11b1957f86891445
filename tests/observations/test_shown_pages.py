"""The public's page of reports: which rows, which fields, and nothing beside them."""

import csv
import datetime as dt
import io
import re
import uuid

import pytest
from django.test import Client
from shapely.geometry import Point

from municipality import crs
from municipality.clock import database_now
from municipality.documents.intake import accept
from municipality.people.models import User
from municipality.places.models import Area, Wilayat
from observations.models import Follower, Observation, Photo, Submission
from observations.reports import publishing
from observations.reports.models import Status
from observations.reports.photos import hide_photo, show_photo
from observations.reports.publishing import show
from tests.builders import a_person
from tests.observations.builders import (
    AGENT,
    a_category,
    a_jpeg,
    a_report,
    a_town,
    gps,
    spot,
)
from tests.observations.leaks import is_written, lonlat
from tests.people.application import as_application

DAY = dt.timedelta(days=1)
LIST, DATA, CSV = "/en/observations/", "/observations/shown.geojson", "/observations/shown.csv"
# All that goes out, by decision 0084: a kind, a stage, a month, whose ground, a public place.
OUT = {"id", "category", "category_ar", "category_en", "stage", "month", "wilayat", "area"}
WORDS = "حفرة أمام بيت سالم"


@pytest.fixture
def city(db) -> None:
    make_city()


def make_city() -> None:
    a_town()
    a_category()


def shown(*told, at: dt.datetime | None = None, **values) -> Submission:
    at = at or database_now() - 3 * DAY
    made = a_report(*told, at=at, description=WORDS, **values)
    return show(case_id=made.case_id, by=AGENT, at=at)


def data(client: Client, query: str = "") -> list[dict]:
    return client.get(f"{DATA}?{query}").json()["features"]


def lines(client: Client, query: str = "") -> list[dict[str, str]]:
    body = b"".join(client.get(f"{CSV}?{query}").streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(body)))


def of(made: Submission) -> str:
    return f"/en/observations/{made.observation.public_id}/"


def a_photo(made: Submission) -> Photo:
    at = database_now()
    file = accept(a_jpeg("salim-house.jpg"), by=AGENT, at=at, kinds=("jpeg",))
    return Photo.objects.create(observation=made.observation, file=file, at=at)


def away_m(feature: dict, exact: Point) -> float:
    return crs.metric_point(*feature["geometry"]["coordinates"]).distance(exact)


def everything(client: Client, made: Submission) -> list[str]:
    """Each thing that leaves, as text."""
    asked = (LIST, "/observations/", of(made), DATA)
    bodies = [client.get(path).content.decode() for path in asked]
    return [*bodies, str(lines(client))]


def test_only_these_fields_go_out(city, client) -> None:
    made = shown(gps(13, 30))
    (feature,) = data(client)
    assert set(feature) == {"type", "geometry", "properties"}
    assert set(feature["properties"]) == OUT
    (line,) = lines(client)
    assert set(line) == OUT | {"lon", "lat"}
    assert line["month"] == f"{made.observation.reported_on:%Y-%m}"
    assert {key: line[key] for key in OUT} == {
        key: value or "" for key, value in feature["properties"].items()
    }
    case, person = made.case, made.person
    told = {case.number, case.public_id, person.phone, person.full_name, WORDS}
    moments = {f"{made.observation.reported_at:%H:%M}", made.observation.reported_on.isoformat()}
    for body in everything(client, made):
        body = re.sub(r"csrfmiddlewaretoken.*?>|/static/\S+", "", body)
        assert not [word for word in told | moments if word in body]


def test_the_exact_place_never_leaves(city, client) -> None:
    made, exact = shown(gps(13, 30)), spot(13, 30)
    (feature,) = data(client)
    assert 1 < away_m(feature, exact) < 71
    for body in everything(client, made):
        assert not is_written(body.encode(), exact)


def test_the_control_without_the_snapping_it_does(city, client, monkeypatch) -> None:
    monkeypatch.setattr(publishing, "public_place", lambda point: point)
    made = shown(gps(13, 30))
    (feature,) = data(client)
    assert feature["geometry"]["coordinates"] == pytest.approx(lonlat(spot(13, 30)), abs=1e-6)
    assert is_written(everything(client, made)[0].encode(), spot(13, 30))


def test_what_is_private_fresh_or_not_looked_at_is_nowhere(city, client) -> None:
    a_category("food", public=False)
    waiting, fresh = a_report(at=database_now() - 3 * DAY), shown(at=database_now())
    rejected = shown()
    Observation.objects.filter(pk=rejected.observation_id).update(status=Status.REJECTED)
    private = shown()
    Observation.objects.filter(pk=private.observation_id).update(
        category=a_category("food", public=False)
    )
    assert data(client) == [] == lines(client)
    page = client.get(LIST).content.decode()
    assert "No report is shown" in page and 'id="found">0<' in page
    unknown = client.get(f"/en/observations/{uuid.uuid4()}/")
    for made in (waiting, fresh, rejected, private):
        answer = client.get(of(made))
        assert answer.status_code == unknown.status_code == 404
    assert client.get("/observations/shown.xml").status_code == 404


def test_staff_read_there_what_everybody_does(city) -> None:
    shown(gps(13, 30))
    a_report(at=database_now() - 3 * DAY)
    client = Client()
    client.force_login(a_person("planner", "planner"))
    assert len(data(client)) == 1 == len(lines(client))


def test_filters_narrow_the_list_and_the_data_alike(city, client) -> None:
    a_category("waste", name_en="Waste")
    area, wilayat = Area.objects.get(), Wilayat.objects.get()
    shown()
    shown(gps(200, 0), category="waste")
    for query, count in (
        ("", 2), ("category=waste", 1), (f"wilayat={wilayat.code}", 2), ("wilayat=none", 0),
        (f"wilayat={wilayat.code}&area={area.code}&category=potholes", 1), ("category=%00", 2),
        ("area=" + "x" * 5_000, 0), ("category=food'--", 0),
    ):  # fmt: skip
        assert len(data(client, query)) == len(lines(client, query)) == count, query
        page = client.get(f"{LIST}?{query}").content.decode()
        assert page.count('class="card shownrow"') == count, query


def test_pages_hold_each_report_once(city, client) -> None:
    at = database_now() - 3 * DAY
    for _ in range(23):  # at one place and moment: the order must still be whole
        made = a_report(at=at, sure=True)
        show(case_id=made.case_id, by=AGENT, at=at)
    found = re.findall(r"<h2 class=\"h3\"><a href=\"([^\"]+)", "".join(
        client.get(f"{LIST}?page={page}").content.decode() for page in (1, 2)
    ))  # fmt: skip
    assert len(found) == len(set(found)) == 23
    for junk in ("0", "-1", "x", "9" * 5_000, "٢"):
        assert client.get(LIST, {"page": junk}).status_code == 200


def test_open_data_are_kept_a_minute_and_set_no_cookie(city, client) -> None:
    shown()
    for path in (DATA, CSV):
        answer = client.get(path)
        assert answer["Cache-Control"] == "public, max-age=60" and not answer.cookies


def test_a_photo_is_shown_only_with_its_faces_hidden(city, client) -> None:
    made = shown()
    photo = a_photo(made)
    assert "/files/" not in client.get(of(made)).content.decode()
    at = database_now()
    Photo.objects.update(shown="shown", looked_at=at, looked_by=User.objects.get(username="agent"))
    assert "/files/" not in client.get(of(made)).content.decode()  # no picture was made
    show_photo(photo_id=photo.pk, hidden=[[0, 0, 0.5, 0.5]], by=AGENT, at=at)
    held = {one.purpose: one.size for one in photo.file.pictures.filter(ended_at=None)}
    for page, purpose in ((LIST, "small"), (of(made), "public")):
        (address,) = re.findall(r'src="(/[^"]*files/[^"]+)"', client.get(page).content.decode())
        answer = client.get(address)
        assert len(b"".join(answer.streaming_content)) == held[purpose]
        assert "salim" not in answer["Content-Disposition"]
    hide_photo(photo_id=photo.pk, by=AGENT, at=at)
    assert "/files/" not in client.get(of(made)).content.decode()


def test_me_too_follows_a_shown_report_that_has_not_ended(city, client) -> None:
    made = shown()
    path = f"{of(made)}follow"
    assert client.post(path).status_code == 302 and not Follower.objects.exists()
    assert "Me too: sign in" in client.get(of(made)).content.decode()
    person = a_person("neighbour", "citizen")
    client.force_login(person)
    assert 'id="me-too"' in client.get(of(made)).content.decode()
    for _ in range(2):
        assert client.post(path)["Location"] == of(made)
    assert Follower.objects.get().person == person
    assert 'id="following"' in client.get(of(made)).content.decode()
    hidden = a_report(at=database_now() - 3 * DAY)
    assert client.post(f"{of(hidden)}follow").status_code == 404
    Observation.objects.update(status=Status.CLOSED)
    ended = shown(gps(300, 0))
    Observation.objects.update(status=Status.CLOSED)
    client.post(f"{of(ended)}follow")
    assert Follower.objects.count() == 1


def test_others_at_the_same_public_place_are_named(city, client) -> None:
    one, other, far = shown(gps(1, 1)), shown(gps(3, 2), sure=True), shown(gps(900, 0))
    page = client.get(of(one)).content.decode()
    assert of(other) in page and of(far) not in page


@pytest.mark.django_db(transaction=True)
def test_behind_the_walls_it_works_as_the_portal_s_own_role(client) -> None:
    make_city()
    made = shown()
    show_photo(photo_id=a_photo(made).pk, hidden=[], by=AGENT, at=database_now())
    with as_application():
        assert "/files/" in client.get(LIST).content.decode()
        assert len(data(client)) == 1 == len(lines(client))
        client.force_login(User.objects.get(pk=made.person_id))
        assert client.post(f"{of(made)}follow").status_code == 302
    assert Follower.objects.count() == 1
