"""Who may open what: every address, method and role; fails on an address without a row."""

import re

import pytest
from django.test import Client

from municipality.people.access import ANYONE, PARTNER, SIGNED_IN
from municipality.people.roles import CODES
from tests.builders import a_person
from tests.codebase.test_habits import PACKAGES, all_patterns, operations
from tests.people.builders import a_code_of, a_key

pytestmark = pytest.mark.django_db

FILLED = {
    "plot_id": "1", "z": "12", "x": "2712", "y": "1769", "layer": "plots", "extension": "geojson",
    "code": "not_found", "form": "json", "batch_id": "00000000-0000-0000-0000-000000000000", "suffix": "geojson",
}  # fmt: skip
NOBODY, A_PARTNER = "", "partner"


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
        assert set(allowed) <= {ANYONE, SIGNED_IN, PARTNER, *CODES}


def methods_of(callback, function) -> tuple[str, ...]:
    """The methods a function answers: told by the API, any of the two for a page."""
    for cell in getattr(callback, "__closure__", None) or ():
        for operation in getattr(cell.cell_contents, "operations", ()):
            if operation.view_func is function:
                return tuple(operation.methods)
    held = getattr(callback, "__self__", None)
    for operation in getattr(held, "operations", ()):
        if operation.view_func is function:
            return tuple(operation.methods)
    return ("GET", "POST")


def filled(route: str, values: dict[str, str] = FILLED) -> str:
    """An address with a value for each of its parts."""
    path = re.sub(
        r"<(?:(\w+):)?(\w+)>",
        lambda m: values.get(
            m[2], "00000000-0000-0000-0000-000000000000" if m[1] == "uuid" else "1"
        ),
        route,
    )
    return "/" + path.replace("^", "")


def guarded() -> list[tuple[str, str, tuple[str, ...]]]:
    """Method, route and row of every address that not everyone may open."""
    found = []
    for route, callback in all_patterns():
        for function in operations(callback):
            allowed = getattr(function, "open_to", (ANYONE,))
            if function.__module__.split(".")[0] in PACKAGES and ANYONE not in allowed:
                found += [(method, route, allowed) for method in methods_of(callback, function)]
    return found


def guarded_paths() -> list[tuple[str, tuple[str, ...]]]:
    """Addresses that not everyone may open, with a value for each of their parts."""
    return list(dict.fromkeys((filled(route), allowed) for _, route, allowed in guarded()))


def client_of(role: str) -> tuple[Client, dict[str, str]]:
    """Somebody of a role, nobody, or a partner with a key that is granted everything."""
    client = Client()
    if role == A_PARTNER:
        return client, {"Authorization": f"Bearer {a_key()}"}
    if not role:
        return client, {}
    client.force_login(a_person(f"person_{role}", role))
    return client, {"Accept": "application/json"}  # a short answer: there are many


@pytest.mark.parametrize("role", [NOBODY, A_PARTNER, *CODES])
def test_only_the_roles_of_the_row_get_in(role: str) -> None:
    client, headers = client_of(role)
    for method, route, allowed in guarded():
        if role in allowed or (role in CODES and SIGNED_IN in allowed):
            continue
        path = filled(route)
        response = client.generic(method, path, headers=headers)
        said = f"{method} {path} as {role or 'nobody'}: {response.status_code}"
        if role in CODES:
            assert response.status_code in (404, 405), said
        else:
            assert response.status_code in (302, 401, 404, 405), said
            assert response.status_code != 302 or "sign-in" in response["Location"], said


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
