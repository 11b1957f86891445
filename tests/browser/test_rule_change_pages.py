"""Changes of hours and prices over the pages: proposed with a proof, set by somebody else."""

import pytest

from municipality.billing.models import Tariff
from parking_zones.models import PaidHours, RuleChange
from parking_zones.zones.book import zone_book
from tests import builders as b
from tests.browser.looks import LOOKS, seen
from tests.parking_zones.edit_town import tomorrow

PRICE = {"zone": "٧", "amount_baisa": "٢٥٠", "per_minutes": "30", "source": "قرار 9/2026"}


def body(**more: str) -> dict[str, str]:
    """What the form sends."""
    return {"first": tomorrow().isoformat(), **PRICE, **more}


def signed(client, name: str, role: str = "zone_manager"):
    """The client as a person of a role."""
    client.force_login(b.a_person(name, role))
    return client


def test_a_price_is_looked_at_proposed_and_set_by_another(client, small_city) -> None:
    signed(client, "hilal")
    new = "/en/zones/rules/changes/new/price/"
    looked = client.post(new, body(act="look")).content.decode()
    assert "takes the rule from no minute" in looked and "0.250" in looked
    assert not RuleChange.objects.exists()
    asked = client.post(new, body(act="propose"))
    row = RuleChange.objects.get()
    assert asked.status_code == 302 and row.public_id in asked["Location"]
    own = client.post(asked["Location"], {"to": "set"})
    assert own.status_code == 422 and "Another person" in own.content.decode()
    assert not Tariff.objects.filter(amount_baisa=250).exists()
    signed(client, "boss", "supervisor")
    assert client.post(asked["Location"], {"to": "set"}).status_code == 302
    assert zone_book().price(number="7", day=tomorrow()).amount_baisa == 250
    again = client.post(asked["Location"], {"to": "set"})  # a form that was open in another tab
    assert again.status_code == 422 and "decided already" in again.content.decode()


def test_a_zone_may_have_hours_of_ramadan_alone(client, small_city) -> None:
    signed(client, "hilal")
    sent = {"first": tomorrow().isoformat(), "zone": "7", "source": "قرار", "opens_1": "21:00",
            "closes_1": "24:00", "in_ramadan": "1", "act": "propose"}  # fmt: skip
    for zone in ("7", ""):
        asked = client.post("/en/zones/rules/changes/new/hours/", {**sent, "zone": zone})
        assert asked.status_code == 302
    assert RuleChange.objects.count() == 2
    assert not PaidHours.objects.filter(in_ramadan=True).exists()  # nobody else has set them yet


@pytest.mark.parametrize(
    ("sort", "sent", "field"),
    [
        ("price", {"amount_baisa": "1.5"}, "amount_baisa"),
        ("price", {"amount_baisa": "-1"}, "amount_baisa"),
        ("price", {"per_minutes": "0"}, "per_minutes"),
        ("price", {"per_minutes": "9999999999999999999"}, "per_minutes"),
        ("price", {"zone": "nowhere"}, "zone"),
        ("price", {"first": "2026-02-30"}, "first"),
        ("price", {"first": "2000-01-01"}, "first"),
        ("price", {"last": "2001-01-01"}, "last"),
        ("price", {"source": "\u202e"}, "source"),
        ("terms", {"step": "30", "least": "15", "most": "300"}, "step"),
        ("terms", {"step": "x", "least": "15", "most": "300"}, "step"),
        ("hours", {"opens_1": "13:00", "closes_1": "08:00"}, "opens_1"),
        ("hours", {"opens_1": "25:00", "closes_1": "08:00"}, "opens_1"),
        ("hours", {"opens_1": "08:00", "closes_1": "13:00", "opens_2": "12:00", "closes_2": "14:00"},
         "opens_1"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_beside_its_field(client, small_city, sort, sent, field) -> None:
    signed(client, "hilal")
    answer = client.post(f"/zones/rules/changes/new/{sort}/", body(act="propose", **sent))
    assert answer.status_code == 422, answer.content
    assert f'href="#{field}"' in answer.content.decode()
    assert not RuleChange.objects.exists()


def test_who_is_no_manager_sees_nothing(client, small_city) -> None:
    for role in ("citizen", "planner", "inspector", "admin"):
        signed(client, role if role not in ("planner", "inspector", "admin") else f"{role}2", role)
        for path in ("", "new/price/", "new/nothing/", "nobody/"):
            assert client.get(f"/zones/rules/changes/{path}").status_code == 404
            assert client.post(f"/zones/rules/changes/{path}").status_code in (404, 405)
    signed(client, "m")
    assert client.get("/zones/rules/changes/new/nothing/").status_code == 404
    assert client.get("/zones/rules/changes/nobody/").status_code == 404


@pytest.mark.browser
@pytest.mark.parametrize(("prefix", "size", "theme"), LOOKS)
def test_the_pages_are_seen_in_every_look(look, small_city, prefix, size, theme) -> None:
    b.a_person("zone_manager")
    name = f"{prefix.strip('/')}-{size}-{theme}"
    visit = look(size=size, theme=theme, who="zone_manager")
    page = visit.page
    visit.go(f"{prefix}/zones/rules/changes/new/hours/")
    page.fill("#opens_1", "08:00")
    page.fill("#closes_1", "14:00")
    page.fill("#source", "قرار 9/2026")
    page.click("button[value=look]")
    page.wait_for_selector("#proof")
    seen(visit, f"rule-form-{name}")
    page.click("button[value=propose]")
    page.wait_for_url("**/zones/rules/changes/*/")
    seen(visit, f"rule-change-{name}")
    visit.go(f"{prefix}/zones/rules/changes/")
    seen(visit, f"rule-changes-{name}")
