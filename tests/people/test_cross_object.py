"""``sec_cross_object``: B puts A's ids into every address and learns no more than from nobody's.

A is a citizen with a case, whatever hangs on it, a delegate and a session.  B is another
citizen, each of two offices, a partner with a key, and somebody not signed in.
"""

import re

import pytest
from django.apps import apps
from django.db import models
from django.test import Client
from django.utils import timezone

from municipality.cases.models import Case
from municipality.people.access import PARTNER, SIGNED_IN
from municipality.people.delegations import Wish, delegate
from municipality.people.models import Delegation, Mandate, User
from tests.cases.builders import a_town, acting, an_extract
from tests.geo_portal.test_access_matrix import guarded
from tests.people.builders import a_citizen, a_key, a_member, an_office

pytestmark = pytest.mark.django_db
OTHERS = ("another citizen", "an office", "another office", "a partner", "nobody")
ROLE = {"another citizen": "citizen", "an office": "office", "another office": "office"}
NOBODYS = {"uuidstr": "00000000-0000-0000-0000-000000000000", "str": "AAAAAAAAAAAAAAAAAAAAAA", "int": "987654321", "slug": "none",
           "uuid": "00000000-0000-0000-0000-000000000000"}  # fmt: skip
OURS = ("municipality", "plots", "parking_zones", "observations", "geo_portal")
REFERENCE = re.compile(rb'"instance": "\w+"|<bdi class="n b bigcode ltr">\w+</bdi>|\?next=[^"]*')


@pytest.fixture
def town():
    """The town of A, with a case, a delegate and a signed-in session."""
    town = a_town()
    an_extract(town)
    day = timezone.now().date()
    wish = Wish(a_citizen(3).phone, ("plot_extract",), day, day)
    delegate(town.citizen, wish, by=acting(town.citizen), at=timezone.now(), on=day)
    town.citizen.sign_ins.create(
        session_key="a" * 32, began_at=timezone.now(), seen_at=timezone.now(), address="", agent=""
    )
    return town


def other(kind: str) -> tuple[Client, dict[str, str]]:
    client = Client()
    if kind == "nobody":
        return client, {}
    if kind == "a partner":
        return client, {"Authorization": f"Bearer {a_key()}"}
    if kind == "another citizen":
        client.force_login(a_citizen(2))
    if kind == "an office":
        client.force_login(a_member("m1", an_office("1")))
    if kind == "another office":
        client.force_login(a_member("m2", an_office("2")))
    return client, {"Accept": "application/json"}


def ids_of_a() -> dict[str, set[str]]:
    """Every public id, number and key of a row that exists, by the kind of value it is."""
    found: dict[str, set[str]] = {"str": set(), "int": set(), "slug": set(), "uuid": set()}
    for model in apps.get_models():
        if model.__module__.split(".")[0] not in OURS or isinstance(
            model._meta.pk, models.CompositePrimaryKey
        ):
            continue
        names = {field.name for field in model._meta.concrete_fields}
        for row in model.objects.all()[:20]:
            if isinstance(row.pk, int):
                found["int"].add(str(row.pk))
            for name in names & {"public_id", "number", "code"}:
                value = str(getattr(row, name))
                found["uuid" if re.fullmatch(r"[0-9a-f-]{36}", value) else "str"].add(value)
    found["slug"], found["uuidstr"] = found["str"], found["uuid"]  # uuidstr: a uuid of the API
    return found


PART = re.compile(r"<(?:(\w+):)?(\w+)>")


def addresses(route: str, ids: dict[str, set[str]]) -> list[str]:
    """The address with one of A's ids in all parts of a kind, for each id (at most 12)."""
    kinds = {m[1] or "str" for m in PART.finditer(route)}
    longest = sorted(max((ids[kind] for kind in kinds), key=len))[:12]

    def with_id(value: str) -> str:
        def part(m: re.Match) -> str:
            kind = m[1] or "str"
            return value if value in ids[kind] else next(iter(sorted(ids[kind])), NOBODYS[kind])

        return "/" + PART.sub(part, route)

    return [with_id(value) for value in longest]


def told(client: Client, method: str, path: str, headers: dict[str, str]) -> tuple[int, bytes]:
    answer = client.generic(method, path, headers=headers)
    where = answer.get("Location", "").split("?")[0].encode()
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer.status_code, REFERENCE.sub(b"", body).replace(path.encode(), b"") + where


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_not_mine_answers_as_what_does_not_exist(town, kind) -> None:
    client, headers = other(kind)
    ids, asked = ids_of_a(), 0
    assert Case.objects.get().public_id in ids["str"]
    before = Case.objects.values().get()
    for method, route, allowed in guarded():
        if "<" not in route or "plot_id" in route:  # plots are public
            continue
        if not {SIGNED_IN, PARTNER, ROLE.get(kind)} & set(allowed):
            continue  # closed before the id is looked at: test_access_matrix
        nothing = "/" + PART.sub(lambda m: NOBODYS[m[1] or "str"], route)
        expected = told(client, method, nothing, headers)
        for path in addresses(route, ids):
            asked += 1
            found = told(client, method, path, headers)
            assert found[0] not in (200, 201, 202, 204), f"{method} {path} as {kind}"
            assert found == expected, f"{method} {path} as {kind}: {found[0]} for {expected[0]}"
    assert asked > 100 or kind not in ROLE
    assert Case.objects.values().get() == before
    assert Delegation.objects.get().ended_at is None and town.citizen.sign_ins.exists()


def test_control_the_owner_is_let_in(town) -> None:
    client = Client()
    client.force_login(town.citizen)
    case = Case.objects.get()
    assert client.get(f"/cases/{case.public_id}/").status_code == 200
    client.post(f"/account/delegates/{Delegation.objects.get().public_id}/end")
    client.post(f"/account/sessions/{town.citizen.sign_ins.get().pk}/end")
    assert Delegation.objects.get().ended_at and not town.citizen.sign_ins.exists()


def test_a_mandate_and_a_delegation_open_nothing_by_themselves(town) -> None:
    """They let somebody act for another in an act that asks for it; no list grows by them."""
    staff = User.objects.create(username="h", roles=["citizen"])
    Mandate.objects.create(
        staff=staff, visitor=town.citizen, made_at=timezone.now(), until=timezone.now()
    )
    client = Client()
    client.force_login(staff)
    case = Case.objects.get()
    assert client.get(f"/cases/{case.public_id}/").status_code == 404
    assert case.number not in client.get("/my/").content.decode()
