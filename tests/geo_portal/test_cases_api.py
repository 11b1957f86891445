"""Cases through the API: mine and nobody else's, one step at a time, strict fields."""

import json

import pytest
from django.test import Client

from municipality.cases.models import Case
from tests import builders as b
from tests.cases.builders import Town, a_town, an_extract

pytestmark = pytest.mark.django_db
JSON = "application/json"


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def post(client: Client, path: str, body: object):
    return client.post(path, json.dumps(body), JSON, headers=token(client))


def token(client: Client) -> dict[str, str]:
    client.get("/api/session")
    return {"X-CSRFToken": client.cookies["csrftoken"].value}


@pytest.fixture
def town() -> Town:
    return a_town()


def test_a_citizen_asks_follows_and_withdraws(town: Town) -> None:
    client = signed_in(town.citizen)
    made = post(client, f"/api/plots/{town.plot.pk}/extracts", {"language": "en"})
    assert made.status_code == 201
    body = made.json()
    assert body["state"] == "registration" and body["place"]["type"] == "MultiPolygon"
    assert [act["edge"] for act in body["acts"]] == ["withdraw"]
    listed = client.get("/api/cases").json()["cases"]
    assert [case["id"] for case in listed] == [body["id"]]
    seen = client.get(f"/api/cases/{body['id']}").json()
    assert seen["number"] == body["number"] and seen["steps"][0]["mark"] == "done"
    done = post(client, f"/api/cases/{body['id']}/moves", {"edge": "withdraw", "seen": 1})
    assert done.status_code == 200 and done.json()["state"] == "withdrawn"
    again = post(client, f"/api/cases/{body['id']}/moves", {"edge": "withdraw"})
    assert again.status_code == 409 and again.json()["type"] == "/problems/cannot_move"


def test_the_officer_decides_and_a_stale_step_is_told(town: Town) -> None:
    case = an_extract(town)
    officer = signed_in(town.registrar)
    assert {act["edge"] for act in officer.get(f"/api/cases/{case.public_id}").json()["acts"]} == {
        "accept", "return", "refuse",
    }  # fmt: skip
    stale = post(officer, f"/api/cases/{case.public_id}/moves", {"edge": "accept", "seen": 0})
    assert stale.status_code == 409
    done = post(officer, f"/api/cases/{case.public_id}/moves", {"edge": "accept", "seen": 1})
    assert done.json()["state"] == "fee_due"


@pytest.mark.parametrize("role", ["citizen", "office", "architect", "planner", "cashier", "admin"])
def test_not_mine_is_the_answer_of_not_there(town: Town, role: str) -> None:
    case = an_extract(town)
    other = signed_in(b.a_person(f"other_{role}", role))
    bodies = []
    for public_id in (case.public_id, "0" * 22, case.number, str(case.pk)):
        for answer in (
            other.get(f"/api/cases/{public_id}"),
            post(other, f"/api/cases/{public_id}/moves", {"edge": "withdraw"}),
        ):
            body = answer.json()
            body.pop("instance")
            bodies.append((answer.status_code, json.dumps(body, sort_keys=True)))
    assert len(set(bodies)) == 1 and bodies[0][0] == 404
    assert other.get("/api/cases").json() == {"cases": []}
    assert Case.objects.get(pk=case.pk).state == "registration"


def test_nobody_signed_in_gets_401(town: Town, client) -> None:
    case = an_extract(town)
    for path in ("/api/cases", f"/api/cases/{case.public_id}"):
        assert client.get(path).status_code == 401


@pytest.mark.parametrize(
    "body",
    [{"edge": "withdraw", "state": "issued"}, {"edge": 1}, {"edge": ["withdraw"]}, {"edge": "withdraw", "seen": "1"},
     {"edge": "withdraw", "seen": True}, [], "withdraw", {"edge": "with\x00draw"}, {"case_id": 1}],
)  # fmt: skip
def test_unknown_fields_and_wrong_types_are_refused_and_change_nothing(town: Town, body) -> None:
    case = an_extract(town)
    answer = post(signed_in(town.citizen), f"/api/cases/{case.public_id}/moves", body)
    assert answer.status_code == 400
    assert Case.objects.get(pk=case.pk).moves == 1


def test_a_session_without_its_token_moves_nothing(town: Town) -> None:
    case = an_extract(town)
    client = Client(enforce_csrf_checks=True)
    client.force_login(town.citizen)
    answer = client.post(f"/api/cases/{case.public_id}/moves", '{"edge":"withdraw"}', JSON)
    assert answer.status_code == 403


def test_the_status_of_a_case_takes_at_most_twelve_queries(
    town: Town, django_assert_max_num_queries
) -> None:
    case = an_extract(town)
    client = signed_in(town.citizen)
    client.get(f"/api/cases/{case.public_id}")
    with django_assert_max_num_queries(12):
        assert client.get(f"/api/cases/{case.public_id}").status_code == 200
