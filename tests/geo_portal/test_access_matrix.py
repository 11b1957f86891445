"""Who may open what: every address, every role; fails on an address without a row."""

import pytest
from django.test import Client

from municipality.people.access import ANYONE, SIGNED_IN
from municipality.people.roles import CODES
from tests.builders import a_person
from tests.codebase.test_habits import PACKAGES, all_patterns, operations
from tests.people.builders import a_code_of

pytestmark = pytest.mark.django_db

FILLED = {
    "plot_id": "1", "z": "12", "x": "2712", "y": "1769", "layer": "plots", "extension": "geojson",
    "code": "not_found", "batch_id": "00000000-0000-0000-0000-000000000000", "suffix": "geojson",
}  # fmt: skip


def ours():
    """Every address of ours with its functions."""
    for route, callback in all_patterns():
        for function in operations(callback):
            if function.__module__.split(".")[0] in PACKAGES:
                yield route, function


def test_every_address_has_a_row() -> None:
    for route, function in ours():
        allowed = getattr(function, "open_to", None)
        assert allowed, f"{route} is open to nobody knows whom"
        assert set(allowed) <= {ANYONE, SIGNED_IN, *CODES}


def guarded_paths() -> list[tuple[str, tuple[str, ...]]]:
    """Addresses that not everyone may open, with a value for each of their parts."""
    import re

    found = []
    for route, function in ours():
        allowed = function.open_to
        if ANYONE in allowed:
            continue
        path = re.sub(
            r"<(?:(\w+):)?(\w+)>",
            lambda m: FILLED.get(
                m[2], "00000000-0000-0000-0000-000000000000" if m[1] == "uuid" else "1"
            ),
            route,
        )
        found.append(("/" + path.replace("^", ""), allowed))
    return found


@pytest.mark.parametrize("role", ["", *CODES])
def test_only_the_roles_of_the_row_get_in(role: str) -> None:
    client = Client()
    if role:
        client.force_login(a_person(f"person_{role}", role))
    for path, allowed in guarded_paths():
        response = client.get(path)
        if not role:
            assert response.status_code in (302, 401, 404, 405), path
            assert response.status_code != 302 or "sign-in" in response["Location"], path
        elif SIGNED_IN not in allowed and role not in allowed:
            assert response.status_code in (404, 405), f"{path} as {role}: {response.status_code}"


def test_not_mine_and_not_there_are_the_same_answer() -> None:
    client = Client()
    client.force_login(a_person("someone", "citizen"))
    texts = set()
    for path in ("/imports/", "/imports/00000000-0000-0000-0000-000000000000/", "/nothing-here/"):
        response = client.get(path, headers={"Accept": "application/json"})
        body = response.json()
        body.pop("instance")
        texts.add((response.status_code, str(body)))
    assert len(texts) == 1


def test_session_api_signs_in_and_out_and_guards_writes() -> None:
    code = a_code_of(a_person("planner"))
    client = Client(enforce_csrf_checks=True)
    wrong = client.post("/api/session", {"name": "planner", "password": "no"}, "application/json")
    assert wrong.status_code == 401 and "needs" not in wrong.json()
    asked = {"name": "planner", "password": "demo"}
    without = client.post("/api/session", asked, "application/json")
    assert (without.status_code, without.json()["needs"]) == (401, "code")
    right = client.post("/api/session", {**asked, "code": code}, "application/json")
    assert right.status_code == 200 and right.json()["roles"] == ["planner"]
    assert {"sessionid", "csrftoken"} <= set(client.cookies)
    assert client.delete("/api/session").status_code == 403
    token = client.cookies["csrftoken"].value
    assert client.delete("/api/session", headers={"X-CSRFToken": token}).status_code == 204
    assert client.get("/api/session").json()["name"] is None


@pytest.mark.parametrize(
    "body", ["", "{", "[]", '{"name": 1, "password": "x"}', '{"name": "a\\u0000", "password": "x"}',
             '{"name": "a", "password": "b", "is_superuser": true}', '{"name":"a","name":"b"}']
)  # fmt: skip
def test_bad_sign_ins_are_refused_with_a_sentence(client, body) -> None:
    response = client.post("/api/session", body, "application/json")
    assert response.status_code in (400, 401) and response.json()["detail"]


def test_same_answer_for_an_unknown_name_and_a_wrong_password(client) -> None:
    a_person("planner")
    bodies = []
    for name in ("planner", "nobody"):
        body = client.post(
            "/api/session", {"name": name, "password": "x"}, "application/json"
        ).json()
        body.pop("instance")
        bodies.append(body)
    assert bodies[0] == bodies[1]
