"""What a ticket would cost, through HTTP: terms, lines, gaps, and what is not sold."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client

from municipality.billing.models import Tariff
from parking_zones.models import PaidHours, TicketTerms, Zone
from tests.builders import (
    a_tariff,
    a_zone,
    the_paid_hours,
    the_ticket_terms,
    the_weekends,
)

pytestmark = pytest.mark.django_db
SUNDAY = "2026-11-22"


@pytest.fixture
def zone() -> Zone:
    the_weekends()
    the_paid_hours()
    the_ticket_terms()
    a_tariff(100, (dt.date(2016, 8, 3), None))
    return a_zone("7")


def ask(client: Client, start: str = f"{SUNDAY}T12:30", **values: Any) -> Any:
    query = {"zone": "7", "minutes": "300", "start": start, **values}
    return client.get("/api/parking/quote", query, headers={"Accept-Language": "en"})


def test_a_stay_over_midday_is_priced_with_its_reasons(client, zone) -> None:
    body = ask(client).json()
    assert (body["amount_baisa"], body["paid_minutes"], body["minutes"]) == (400, 120, 300)
    assert body["zone"]["number"] == "7" and body["start"] == "2026-11-22T08:30:00Z"
    lines = [(one["from"][11:16], one["to"][11:16], one["amount_baisa"]) for one in body["lines"]]
    assert lines == [("08:30", "09:00", 100), ("09:00", "12:00", 0), ("12:00", "13:30", 300)]
    paid, free, _ = body["lines"]
    assert paid["rate"] == {"amount_baisa": 100, "per_minutes": 30, "source": "test"}
    assert (free["rate"], free["reason"], free["minutes"]) == (None, "outside paid hours", 180)
    assert sum(one["amount_baisa"] for one in body["lines"]) == body["amount_baisa"]


def test_any_digits_are_read_and_the_reason_is_in_the_language_asked_for(client, zone) -> None:
    answer = client.get(
        "/api/parking/quote", {"zone": "٧", "minutes": "٣٠", "start": "2026-11-20T10:00"}
    )
    (line,) = answer.json()["lines"]
    assert line["reason"] == "يوم راحة أسبوعية" and answer.json()["amount_baisa"] == 0


@pytest.mark.parametrize("minutes", ["45", "330", "-30", "0", "x", "", "1e3", "9" * 30, "30.0"])
def test_a_length_that_is_not_sold_is_refused_by_name(client, zone, minutes) -> None:
    answer = ask(client, minutes=minutes)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "minutes"


def test_a_zone_has_terms_of_its_own(client, zone) -> None:
    the_ticket_terms(zone, most=120)
    assert ask(client, minutes="120").status_code == 200
    assert "from 30 to 120" in ask(client, minutes="150").json()["detail"]


def test_a_zone_that_is_not_there_on_that_day_is_not_found(client, zone) -> None:
    assert ask(client, zone="8").status_code == 404
    assert ask(client, zone="\x00").status_code in (400, 404)
    assert ask(client, zone="").status_code == 422


def test_a_zone_by_permit_sells_no_tickets(client, zone) -> None:
    Zone.objects.update(kind=Zone.Kind.PERMIT)
    assert "by permit" in ask(client).json()["detail"]


@pytest.mark.parametrize("gap", ["hours", "price", "terms"])
def test_a_gap_in_the_tables_is_told_and_no_price_guessed(client, zone, gap) -> None:
    if gap == "hours":
        PaidHours.objects.all().delete()
    if gap == "terms":
        TicketTerms.objects.all().delete()
    if gap == "price":
        Tariff.objects.all().delete()
    answer = ask(client)
    assert answer.status_code == 409 and "parking_gap" in answer.json()["type"]


def test_parts_of_a_ticket_cost_the_ticket(client, zone) -> None:
    whole = ask(client, start=f"{SUNDAY}T12:17", minutes="60").json()["amount_baisa"]
    parts = [
        ask(client, start=f"{SUNDAY}T{clock}", minutes="30").json()["amount_baisa"]
        for clock in ("12:17", "12:47")
    ]
    assert sum(parts) == whole == 143
