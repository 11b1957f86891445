"""More of a ticket on its page: asked for once however often it is sent, offered while it can be."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.utils import timezone

from municipality.billing.bills.models import Bill
from municipality.people.models import User
from parking_zones.models import PaidHours, ParkingTicket, TicketTerms, Zone
from tests.builders import (
    ALWAYS,
    a_person,
    a_tariff,
    a_zone,
    the_ticket_terms,
    the_weekends,
)

pytestmark = pytest.mark.django_db
State = ParkingTicket.State


@pytest.fixture
def zone() -> Zone:
    the_weekends()
    PaidHours.objects.create(
        valid=ALWAYS, opens=dt.time(0), closes=dt.time(0), free_weekdays=[], source="test"
    )
    the_ticket_terms()
    a_tariff(100, (dt.date(2016, 8, 3), None))
    return a_zone("7")


@pytest.fixture
def driver() -> User:
    person = a_person("citizen")
    person.phone = "+96892345678"
    person.save()
    return person


@pytest.fixture
def client(driver: User) -> Client:
    client = Client()
    client.force_login(driver)
    return client


def a_ticket(zone: Zone, driver: User, minutes: int) -> ParkingTicket:
    """A paid ticket of so many minutes that began a quarter of an hour ago."""
    start = timezone.now() - dt.timedelta(minutes=15)
    return ParkingTicket.objects.create(
        number="PT-2026-1", key="first", plate_key="OM-1111-B", zone=zone, zone_version=1,
        starts_at=start, ends_at=start + dt.timedelta(minutes=minutes), amount_baisa=200, lines=[],
        channel="app", state=State.PAID, phone=driver.phone, person_id=driver.pk, language="ar",
        asked_at=start, decided_at=start,
    )  # fmt: skip


def page(client: Client) -> str:
    return client.get("/en/tickets/").content.decode()


def key_on(client: Client) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page(client))
    assert found is not None
    return found[1]


def offered(client: Client) -> list[str]:
    return re.findall(r'name="minutes" value="(\d+)"', page(client))


def asks(client: Client, ticket: ParkingTicket, minutes: int, key: str = "") -> str:
    answer = client.post(f"/en/tickets/{ticket.public_id}/more/", {"minutes": minutes, "key": key})
    assert answer.status_code == 302
    return str(answer["Location"])


def test_one_form_sent_twice_is_one_request_and_leads_to_one_bill(client, zone, driver) -> None:
    ticket = a_ticket(zone, driver, 60)
    key = key_on(client)
    assert asks(client, ticket, 30, key) == asks(client, ticket, 30, key)
    assert ParkingTicket.objects.count() == 2 and Bill.objects.count() == 1
    assert ParkingTicket.objects.exclude(pk=ticket.pk).get().root == ticket


def test_the_other_length_of_one_form_takes_the_place_of_the_first(client, zone, driver) -> None:
    ticket = a_ticket(zone, driver, 60)
    key = key_on(client)
    assert asks(client, ticket, 30, key) != asks(client, ticket, 60, key)
    more = ParkingTicket.objects.filter(root=ticket).order_by("pk")
    assert [one.state for one in more] == [State.LAPSED, State.ASKED]


def test_control_without_its_key_the_same_form_is_two_requests(client, zone, driver) -> None:
    ticket = a_ticket(zone, driver, 60)
    assert asks(client, ticket, 30) != asks(client, ticket, 30)
    assert ParkingTicket.objects.count() == 3


@pytest.mark.parametrize(
    ("minutes", "lengths"), [(60, ["30", "60"]), (240, ["30", "60"]), (270, ["30"]), (300, [])]
)
def test_only_what_would_be_sold_is_offered(client, zone, driver, minutes, lengths) -> None:
    ticket = a_ticket(zone, driver, minutes)
    assert offered(client) == lengths
    assert ("lasts 300 minutes at most; you have bought 300" in page(client)) == (not lengths)
    for length in lengths:
        assert "/pay/" in asks(client, ticket, int(length))
        ParkingTicket.objects.exclude(pk=ticket.pk).delete()


def test_where_no_terms_hold_nothing_is_offered_and_it_says_why(client, zone, driver) -> None:
    a_ticket(zone, driver, 60)
    TicketTerms.objects.all().delete()
    assert offered(client) == [] and "No terms of tickets hold" in page(client)
