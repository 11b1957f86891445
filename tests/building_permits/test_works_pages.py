"""The works under a permit through their addresses: survey, visit with its fix, who may what."""

import json
from typing import Any

import pytest
from django.test import Client

from municipality import crs
from tests.building_permits import builders as s
from tests.building_permits import works as w
from tests.documents.builders import a_photo, an_upload

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def unsigned(monkeypatch: pytest.MonkeyPatch) -> None:
    w.unsigned(monkeypatch)


def lonlat(x: float, y: float) -> dict[str, float]:
    """A place so many metres from the plot's corner as a phone tells it."""
    point = w.at_metres(x, y).point
    lon, lat = crs.transform_from_metric(point.x, point.y)
    return {"lon": float(lon), "lat": float(lat), "accuracy_m": 5.0}


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def sent(client: Client, method: str, path: str, body: Any, status: int = 200) -> dict[str, Any]:
    answer = client.generic(method, path, json.dumps(body), content_type="application/json")
    assert answer.status_code == status, answer.content.decode()[:500]
    return dict(answer.json())


@pytest.fixture
def town() -> Any:
    return w.a_works_town()


def address(works, tail: str = "") -> str:
    return f"/api/building-permits/works/{works.case.public_id}{tail}"


def test_an_office_surveys_what_it_built_and_reads_how_it_differs(town) -> None:
    works = w.begun(town)
    office = signed_in(town.member)
    body = {"site": s.site(s.a_villa(width=13.6), *s.bays())}
    assert sent(office, "POST", address(works, "/check"), body)["verdict"] in ("pass", "fail")
    kept = sent(office, "PUT", address(works, "/site"), body)
    assert not kept["deviation"]["is_within"]
    assert kept["deviation"]["beyond_m"] == pytest.approx(0.6, abs=0.01)
    assert kept["deviation"]["beyond"]["type"] == "Polygon"
    told = sent(office, "GET", address(works), None)
    assert told["as_built"]["version"] == 1 and len(told["approved"]["features"]) == 3
    page = office.get(f"/cases/{works.case.public_id}/as-built/")
    assert page.status_code == 200 and "المبنى كما بُني" in page.content.decode()
    case = office.get(f"/cases/{works.case.public_id}/").content.decode()
    assert "م² خارج المعتمد" in case and "مراحل البناء" in case
    w.step(town, works, "ask_visit")
    sent(office, "PUT", address(works, "/site"), body, 409)


def test_an_inspector_writes_what_was_found_from_where_they_stand(town) -> None:
    works = w.begun(town)
    w.step(town, works, "ask_visit")
    inspector = signed_in(town.officers["site_inspector"])
    here = inspector.get(address(works, "/position"), lonlat(10, 12)).json()
    assert here["placed"] == "inside" and here["distance_to_edge_m"] == pytest.approx(10, abs=0.1)
    far = inspector.get(address(works, "/position"), lonlat(50, 12)).json()
    assert far["placed"] == "outside" and far["distance_to_edge_m"] == pytest.approx(-30, abs=0.1)
    told = {"outcome": "passed", **lonlat(50, 12)}
    sent(inspector, "POST", address(works, "/visit"), told, 409)  # not on the plot: say how
    sent(inspector, "POST", address(works, "/visit"), {"outcome": "splendid"}, 422)
    sent(inspector, "POST", address(works, "/visit"), {**told, "moves": 0, **lonlat(10, 12)}, 409)
    done = sent(
        inspector, "POST", address(works, "/visit"), {"outcome": "passed", **lonlat(10, 12)}
    )
    assert done["state"] == "building" and done["visits"][0]["placed"] == "inside"
    assert done["stages"][0]["passed_at"]


def test_the_form_of_a_visit_keeps_its_photo_or_nothing(town) -> None:
    works = w.begun(town)
    w.step(town, works, "ask_visit")
    inspector = signed_in(town.officers["site_inspector"])
    path = f"/cases/{works.case.public_id}/visit/"
    page = inspector.get(path)
    assert page.status_code == 200 and "تثبيت المبنى على الطبيعة" in page.content.decode()
    told = {"outcome": "passed", "seen": str(works.case.moves), **lonlat(10, 12)}
    broken = an_upload(b"\xff\xd8\xff not a photo", "p.jpg")
    refused = inspector.post(path, {**told, "photo": broken})
    assert refused.status_code == 422 and works.visits.get().outcome == ""
    assert not works.case.documents.exists()
    away = inspector.post(path, {**told, **lonlat(90, 12), "photo": an_upload(a_photo(), "p.jpg")})
    assert away.status_code == 422 and not works.case.documents.exists()
    assert inspector.post(path, {**told, "photo": an_upload(a_photo(), "p.jpg")}).status_code == 302
    assert works.visits.get().outcome == "passed"
    assert works.case.documents.get().kind == "site_photo"
    assert inspector.get(path).status_code == 302  # nothing is asked for any more


def test_who_is_not_of_the_works_finds_nothing(town) -> None:
    from tests.building_permits.office import an_office

    works = w.begun(town)
    w.step(town, works, "ask_visit")
    _, stranger = an_office("stranger")
    for client in (signed_in(stranger), Client()):
        for path in (
            address(works), f"/cases/{works.case.public_id}/as-built/",
            f"/cases/{works.case.public_id}/visit/",
        ):  # fmt: skip
            assert client.get(path).status_code in (302, 401, 403, 404), path
    office = signed_in(town.member)
    assert office.get(f"/cases/{works.case.public_id}/visit/").status_code in (403, 404)
    sent(office, "POST", address(works, "/visit"), {"outcome": "passed"}, 404)
    inspector = signed_in(town.officers["site_inspector"])
    site = {"site": s.site(s.a_villa())}
    sent(inspector, "PUT", address(works, "/site"), site, 409)  # an officer surveys nothing
    first = works.permit.application.case
    assert (
        office.get(address(works).replace(works.case.public_id, first.public_id)).status_code == 404
    )
