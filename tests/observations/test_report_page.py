"""The page of a report's case: for who sent it, for agents and the department."""

import datetime as dt

import pytest
from django.test import Client

from municipality import crs
from municipality.cases.models import Case
from municipality.clock import database_now
from municipality.people.models import User
from observations.models import Body, Observation, Photo, Submission
from observations.reports import actions
from observations.reports.models import Status
from tests.builders import (
    a_person,
    a_wilayat,
    an_area,
    the_office_hours,
    the_weekends,
)
from tests.observations.builders import (
    AGENT,
    a_category,
    a_jpeg,
    a_report,
    a_reporter,
    a_sender,
    a_target,
    gps,
    photo_of,
    spot,
    the_agent,
)
from tests.observations.routing import a_directorate_body

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def city() -> None:
    the_weekends()
    the_office_hours()
    an_area(a_wilayat())
    a_directorate_body()
    a_target()
    the_agent()


@pytest.fixture
def made() -> Submission:
    return a_report(gps(), photo_of(20), at=database_now())


@pytest.fixture
def agent(client: Client) -> Client:
    client.force_login(User.objects.get(pk=AGENT.person_id))
    return client


def as_department(code: str = "seeb") -> Client:
    from municipality.places.models import Directorate

    person = a_person("department")
    person.directorate = Directorate.objects.get(code=code)
    person.save()
    client = Client()
    client.force_login(person)
    return client


def as_reporter() -> Client:
    client = Client()
    client.force_login(a_reporter())
    return client


def page(client: Client, made: Submission, start: str = "/en") -> str:
    answer = client.get(f"{start}/cases/{made.case.public_id}/")
    assert answer.status_code == 200
    return answer.content.decode()


def post(client: Client, made: Submission, path: str, **values) -> str:
    url = f"/en/cases/{made.case.public_id}/report/{path}"
    answer = client.post(url, values, follow=True)
    assert answer.status_code == 200, answer.content[:300]
    return answer.content.decode()


def state(made: Submission) -> str:
    return Case.objects.get(pk=made.case_id).state


def test_the_sender_sees_place_and_promise_and_no_officer_s_form(made) -> None:
    shown = page(as_reporter(), made)
    assert "Potholes" in shown and "حفرة أمام المدرسة" in shown
    assert "from the device" in shown and "from the photo" in shown and "±8" in shown
    assert "Assign" not in shown and "Correct place" not in shown
    assert "من الجهاز" in page(as_reporter(), made, "")


def test_another_citizen_sees_nothing(made) -> None:
    other = Client()
    other.force_login(a_reporter("+96899990001"))
    assert other.get(f"/cases/{made.case.public_id}/").status_code == 404
    for act in ("assign", "plan", "category", "pin", "merge", "photo", "rate"):
        assert other.post(f"/cases/{made.case.public_id}/report/{act}").status_code == 404
        assert as_reporter().post(f"/cases/x{made.case.public_id}/report/{act}").status_code == 404


def test_who_sent_it_does_not_act_as_an_officer(made) -> None:
    for act in ("assign", "plan", "category", "pin", "merge"):
        answer = as_reporter().post(f"/cases/{made.case.public_id}/report/{act}")
        assert answer.status_code == 404, act


def test_from_the_agent_to_the_department_to_the_sender_s_rating(made, agent: Client) -> None:
    assert made.case.number in agent.get("/en/work/").content.decode()
    assert "Whose is it?" in page(agent, made)
    assert "Choose whose it is" in post(agent, made, "assign", body="")
    post(agent, made, "assign", body="seeb", seen=str(made.case.moves))
    assert state(made) == "assigned"
    department = as_department()
    assert made.case.number in department.get("/en/work/").content.decode()
    later = database_now().date() + dt.timedelta(days=2)
    post(department, made, "plan", day=later.isoformat())
    assert state(made) == "planned"
    post(department, made, "photo", photo=a_jpeg())
    assert Photo.objects.get().of_the_work
    case_url = f"/en/cases/{made.case.public_id}/move"
    department.post(case_url, {"edge": "resolve", "text": "رُدمت"})
    assert state(made) == "resolved"
    citizen = as_reporter()
    shown = page(citizen, made)
    assert "Is it dealt with?" in shown and "After the work" in shown
    post(citizen, made, "rate", rating="5", text="شكرًا")
    assert 'value="5" required checked' in page(citizen, made)
    made.refresh_from_db()
    assert made.rating == 5
    citizen.post(case_url, {"edge": "confirm"})
    assert state(made) == "closed"
    assert Observation.objects.get().status == Status.CLOSED


def test_an_officer_corrects_pin_and_kind(made, agent: Client) -> None:
    a_category("lighting", name_en="Street lighting")
    lon, lat = crs.lonlat(spot(300).x, spot(300).y)
    post(agent, made, "pin", lon=str(lon), lat=str(lat))
    post(agent, made, "category", category="lighting")
    seen = Observation.objects.get()
    assert abs(seen.point.x - spot(300).x) < 0.01 and seen.category.code == "lighting"
    assert "Street lighting" in page(agent, made)
    refused = post(agent, made, "pin", lon="2.35", lat="48.85")
    assert "outside" in refused or "lies" in refused
    assert "Choose what the report is about" in post(agent, made, "category", category="no")


def test_a_duplicate_is_named_by_its_number(made, agent: Client) -> None:
    other = a_report(sender=a_sender(person=a_reporter("+96899990001")), at=database_now())
    assert "Choose the earlier report" in post(agent, made, "merge", into="OB-2026-999999")
    post(agent, made, "merge", into=other.case.number.lower())
    assert state(made) == "duplicate"
    assert "merged into an earlier report" in page(as_reporter(), made)


def test_bad_values_are_said_on_the_page(made, agent: Client) -> None:
    actions.assign(case_id=made.case_id, body=Body.objects.get(), by=AGENT, at=database_now())
    department = as_department()
    assert "day" in post(department, made, "plan", day="tomorrow").lower()
    post(department, made, "plan", day="2020-01-01")
    assert state(made) == "assigned"
    assert "Choose a photo first" in post(department, made, "photo")
    bad = a_jpeg()
    bad.file.seek(0)
    bad.file.truncate(30)
    assert "photo" in post(department, made, "photo", photo=bad).lower()


def test_a_photo_is_released_with_its_boxes_or_hidden_and_taken_back(made, agent: Client) -> None:
    citizen = as_reporter()
    post(citizen, made, "photo", photo=a_jpeg())
    photo = Photo.objects.get()
    act = f"photos/{photo.public_id}"
    assert "Not looked at yet" in page(citizen, made)
    assert citizen.post(f"/cases/{made.case.public_id}/report/{act}").status_code == 404
    for bad in ("[[0.1,0.1,2,2]]", "{}", "[1]", '[["a"]]'):
        post(agent, made, act, act="show", boxes=bad)
        assert Photo.objects.get().shown == "waiting", bad
    post(agent, made, act, act="show", boxes="[[0.1,0.1,0.6,0.6]]")
    photo.refresh_from_db()
    assert photo.shown == "shown" and photo.looked_by_id == AGENT.person_id
    (public,) = photo.file.pictures.filter(purpose="public", ended_at=None)
    assert public.hidden == [[0.1, 0.1, 0.6, 0.6]]
    post(agent, made, act, act="hide")
    photo.refresh_from_db()
    assert photo.shown == "hidden"
    assert agent.post(f"/cases/{made.case.public_id}/report/photos/none").status_code == 404


def test_a_round_is_listed_drawn_and_ordered_on_its_page(made, agent: Client) -> None:
    other = a_report(gps(80), sender=a_sender(person=a_reporter("+96899990001")), at=database_now())
    for one in (made, other):
        agent.post("/en/rounds/change", {"act": "add", "case": one.case.public_id})
    agent.post("/en/rounds/change", {"act": "order"})
    shown = agent.get("/en/rounds/")
    features = shown.context["config"]["things"]["features"]
    assert [one["geometry"]["type"] for one in features] == ["LineString", "Point", "Point"]
    assert [one["properties"]["number"] for one in features[1:]] == ["1", "2"]
    assert f"/cases/{made.case.public_id}/" in features[1]["properties"]["url"]
