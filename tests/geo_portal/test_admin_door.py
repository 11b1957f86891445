"""``/admin/`` has no door of its own: our sign-in for the anonymous, nothing for other roles."""

import pytest
from django.test import Client

from municipality.people.roles import CODES
from tests.builders import a_person

pytestmark = pytest.mark.django_db
ADDRESSES = ("/admin/", "/admin/places/area/", "/admin/places/wilayat/add/", "/admin/no/such/")


@pytest.mark.parametrize("path", ADDRESSES)
def test_who_is_not_signed_in_is_led_to_our_sign_in(client, path) -> None:
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"] == f"/sign-in/?next={path.replace('/', '%2F')}"


def test_the_framework_s_own_sign_in_leads_to_ours(client) -> None:
    for answer in (client.get("/admin/login/"), client.post("/admin/login/", {"username": "x"})):
        assert answer.status_code == 302 and answer["Location"] == "/sign-in/?next=%2Fadmin%2F"


@pytest.mark.parametrize("role", [code for code in CODES if code != "admin"])
def test_a_person_of_another_role_finds_nothing(role) -> None:
    client = Client()
    client.force_login(a_person(f"person_{role}", role))
    for path in (*ADDRESSES, "/admin/login/"):
        answer = client.get(path)
        assert answer.status_code == 404, path
        assert "لا يوجد شيء بهذا العنوان" in answer.content.decode()


def test_staff_of_the_framework_without_the_role_finds_nothing(client) -> None:
    person = a_person("someone", "planner")
    person.is_staff = person.is_superuser = True
    person.save()
    client.force_login(person)
    assert client.get("/admin/").status_code == 404


def test_an_administrator_gets_in_and_may_write_by_role_alone(client) -> None:
    client.force_login(a_person("admin"))
    page = client.get("/admin/")
    assert page.status_code == 200 and "/admin/places/wilayat/" in page.content.decode()
    assert client.get("/admin/people/user/").status_code == 404  # on their own pages, on the record
    assert client.get("/admin/login/")["Location"] == "/admin/"
    answer = client.post(
        "/admin/plots/theme/add/", {"code": "noise", "name_ar": "الضجيج", "name_en": "Noise"}
    )
    assert answer.status_code in (200, 302)
    assert client.post("/admin/logout/").status_code in (200, 302)
    assert client.get("/admin/").status_code == 302
