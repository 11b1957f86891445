"""Saved views of the heat page: one's own, those that are shared, and what cannot be kept."""

import json
from uuid import uuid4

import pytest
from django.test import Client

from municipality.people.models import User
from observations.saved_views.actions import LONGEST_NAME, MOST
from observations.saved_views.models import SavedView

pytestmark = pytest.mark.django_db
VIEWS = "/api/heat/views"
QUERY = "from=2016-01-01&to=2017-01-01&category=waste%2Clighting&look=change&before_from=2015-01-01"


def planner(name: str) -> Client:
    client = Client()
    client.force_login(User.objects.create(username=name, roles=["planner"], first_name=name))
    return client


def keep(client: Client, **body: object):
    body = {"name": "إنارة 2016", "query": QUERY} | body
    return client.post(VIEWS, json.dumps(body), content_type="application/json")


def names(client: Client) -> list[str]:
    return [row["name"] for row in client.get(VIEWS).json()["views"]]


def test_a_view_is_kept_found_replaced_and_removed() -> None:
    salim = planner("salim")
    kept = keep(salim, name="  إنارة   2016 ")
    assert kept.status_code == 201
    told = kept.json()
    assert told["name"] == "إنارة 2016" and told["query"] == QUERY
    assert told["mine"] and not told["shared"] and told["by"] == "salim"
    assert keep(salim, query="?status=new").json()["id"] == told["id"]  # the same name: replaced
    assert [row["query"] for row in salim.get(VIEWS).json()["views"]] == ["status=new"]
    assert salim.delete(f"{VIEWS}/{told['id']}").status_code == 204
    assert names(salim) == []
    assert salim.delete(f"{VIEWS}/{told['id']}").status_code == 404


def test_another_planner_sees_what_is_shared_and_removes_none_of_it() -> None:
    salim, muna = planner("salim"), planner("muna")
    keep(salim, name="a")
    shared = keep(salim, name="b", shared=True).json()["id"]
    keep(muna, name="c")
    assert names(muna) == ["c", "b"] and names(salim) == ["a", "b"]
    assert muna.delete(f"{VIEWS}/{shared}").status_code == 404
    assert names(salim) == ["a", "b"]


def test_the_page_opens_a_view_that_is_ones_own_or_shared() -> None:
    salim, muna = planner("salim"), planner("muna")
    own = keep(salim, name="a").json()["id"]
    shared = keep(salim, name="b", shared=True).json()["id"]

    def opened(client: Client, view: str):
        return client.get("/heat/", {"view": view}).context["config"]["view"]

    assert opened(salim, own) == {"id": own, "name": "a", "query": QUERY}
    assert opened(muna, shared)["name"] == "b"
    for missing in (own, str(uuid4()), "x", ""):
        assert opened(muna, missing) is None
    assert muna.get("/heat/").context["config"]["view"] is None
    assert "view" not in Client().get("/heat/", {"view": shared}).context["config"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"name": " "}, 422),
        ({"name": "x" * (LONGEST_NAME + 1)}, 422),
        ({"query": "from=2016-01-01&secret=1"}, 422),
        ({"query": "polygon=" + "1" * 8_001}, 422),
        ({"name": "a\0"}, 400),
        ({"query": 5}, 400),
        ({"shared": "yes"}, 400),
        ({"more": 1}, 400),
    ],
)
def test_what_cannot_be_kept_is_said(body: dict[str, object], status: int) -> None:
    assert keep(planner("salim"), **body).status_code == status
    assert not SavedView.objects.exists()


def test_a_person_keeps_so_many_and_replaces_even_then() -> None:
    salim = planner("salim")
    for n in range(MOST):
        assert keep(salim, name=str(n)).status_code == 201
    refused = keep(salim, name="one more")
    assert refused.status_code == 409 and refused.json()["type"].endswith("/too_many_views")
    assert keep(salim, name="0").status_code == 201
    assert keep(planner("muna"), name="mine").status_code == 201


def test_views_are_for_planners() -> None:
    client = Client()
    client.force_login(User.objects.create(username="agent", roles=["agent"]))
    for one in (client, Client()):
        assert one.get(VIEWS).status_code in (401, 403, 404)
        assert keep(one).status_code in (401, 403, 404)
