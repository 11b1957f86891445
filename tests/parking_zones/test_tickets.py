"""Tickets: asked for once, extended by their buyer alone, told and not charged when free."""

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from municipality.billing.bills.models import Bill
from municipality.billing.payments.settling import NotServed
from municipality.clock import database_now
from municipality.problems import Problem
from parking_zones.models import GoodIn, ParkingTicket, Zone
from parking_zones.plates import foreign_plate, read_plate
from parking_zones.tickets import actions
from parking_zones.tickets.actions import Buyer, Wanted, ask, lapse_unpaid, settled
from parking_zones.zones.book import zone_book
from tests.builders import (
    ALWAYS,
    a_tariff,
    a_zone,
    square,
    the_paid_hours,
    the_ticket_terms,
    the_weekends,
)

pytestmark = pytest.mark.django_db
MUSCAT = dt.timezone(dt.timedelta(hours=4))
NINE = dt.datetime(2026, 11, 22, 9, tzinfo=MUSCAT)  # a Sunday
ME, OTHER = Buyer("+96892000001", "ar", 7, "سالم"), Buyer("+96892000002", "ar", 8, "ناصر")
CAR = read_plate("1111 ب")
State = ParkingTicket.State


@pytest.fixture
def zone() -> Zone:
    the_weekends()
    the_paid_hours()
    the_ticket_terms()
    a_tariff(100, (dt.date(2016, 8, 3), None))
    return a_zone("7")


def minutes(count: int) -> dt.timedelta:
    return dt.timedelta(minutes=count)


def buy(length: int, *, at: dt.datetime = NINE, by: Buyer = ME, **more: Any) -> ParkingTicket:
    wanted = Wanted(
        more.pop("plate", CAR), length, more.pop("zone_number", "7"), more.pop("extends_id", None)
    )
    key = more.pop("key", f"{by.phone}/{at.isoformat()}/{length}")
    return ask(wanted=wanted, buyer=by, channel=more.pop("channel", "app"), key=key, at=at)


def bill_of(ticket: ParkingTicket) -> Bill:
    return Bill.objects.get(subject=f"parking_ticket/{ticket.pk}")


def paid(ticket: ParkingTicket, *, at: dt.datetime | None = None) -> ParkingTicket:
    settled(bill=bill_of(ticket), receipt=None, at=at or ticket.asked_at)
    ticket.refresh_from_db()
    return ticket


def refused(length: int, **how: Any) -> Problem:
    with pytest.raises(Problem) as problem:
        buy(length, **how)
    return problem.value


def test_a_ticket_is_a_bill_with_its_reasons_until_it_is_paid(zone) -> None:
    ticket = buy(60)
    bill = bill_of(ticket)
    assert (ticket.state, ticket.amount_baisa, bill.total_baisa) == (State.ASKED, 200, 200)
    assert (ticket.starts_at, ticket.ends_at) == (NINE, NINE + minutes(60))
    assert [line.rate_baisa for line in bill.lines.all()] == [100]
    assert (
        "عدد الدقائق 60، والسعر لكل 30 دقيقة" in bill.lines.get().text_ar
    )  # 2 × 0.100 is of these
    assert "60 minutes, at a price per 30 minutes" in bill.lines.get().text_en
    assert bill.plate == "OM1111B" and bill.expires_at == NINE + actions.PAY_WITHIN
    assert paid(ticket).state == State.PAID


def test_a_stay_over_midday_is_charged_for_its_paid_part_alone(zone) -> None:
    ticket = buy(60, at=NINE + dt.timedelta(hours=3, minutes=30))  # 12:30 to 13:30
    assert ticket.amount_baisa == 100
    assert [line["amount_baisa"] for line in ticket.lines] == [100, 0]
    assert ticket.lines[1]["reason"]["en"] == "outside paid hours"


def test_a_free_stay_is_told_and_not_sold(zone) -> None:
    problem = refused(60, at=NINE + dt.timedelta(hours=5))
    assert (problem.status, problem.code) == (409, "parking_is_free")
    assert problem.extra["free_until"] == "2026-11-22T12:00:00Z"
    assert "16:00" in problem.detail.ar and not ParkingTicket.objects.exists()


@pytest.mark.parametrize("length", [45, 330, -30, 0])
def test_a_length_that_is_not_sold_is_refused(zone, length) -> None:
    assert refused(length).code == "bad_value"


def test_more_for_the_same_vehicle_begins_where_the_ticket_ends(zone) -> None:
    first = paid(buy(60))
    more = buy(30, at=NINE + minutes(50))
    assert (more.root, more.starts_at) == (first, first.ends_at)
    assert more.ends_at == NINE + minutes(90)


def test_a_ticket_with_its_extensions_is_never_longer_than_its_terms(zone) -> None:
    paid(buy(210, at=NINE))
    problem = refused(120, at=NINE + minutes(200))
    assert problem.code == "too_long_in_all" and "210" in problem.detail.en
    assert buy(90, at=NINE + minutes(201)).root is not None


def test_an_extension_names_its_ticket_whichever_others_run(zone) -> None:
    a_zone("8", shape=square(200, 0, 100))
    seven = paid(buy(60))
    paid(buy(120, zone_number="8", key="8"))
    more = buy(30, at=NINE + minutes(5), zone_number=None, extends_id=seven.pk, key="more")
    assert (more.root, more.zone_id) == (seven, seven.zone_id)


def test_no_unpaid_request_is_extended(zone) -> None:
    a_zone("8", shape=square(200, 0, 100))
    buy(60)
    buy(90, zone_number="8", key="8")
    more = buy(30, at=NINE + minutes(5), zone_number=None, key="more")
    assert more.root is None and more.starts_at == NINE + minutes(5)


def test_another_buyer_gets_a_ticket_of_their_own_and_learns_nothing(zone) -> None:
    paid(buy(60))
    theirs = buy(60, by=OTHER, at=NINE + minutes(5))
    assert theirs.root is None and theirs.starts_at == NINE + minutes(5)


def test_the_same_key_is_the_same_ticket(zone) -> None:
    assert buy(60, key="once").pk == buy(60, key="once", at=NINE + minutes(2)).pk
    assert refused(60, key="once", by=OTHER).code == "key_reused"


def test_an_unpaid_request_gives_way_to_a_new_one(zone) -> None:
    old, new = buy(60), buy(120, at=NINE + minutes(1))
    old.refresh_from_db()
    assert (old.state, old.why_lapsed, new.root) == (State.LAPSED, "replaced", None)
    assert bill_of(old).state == Bill.State.CANCELLED


def test_what_nobody_pays_lapses_and_money_that_comes_later_goes_back(zone) -> None:
    ticket = buy(60)
    assert lapse_unpaid(at=NINE + minutes(9)) == 0
    assert lapse_unpaid(at=NINE + minutes(10)) == 1
    with pytest.raises(NotServed):
        paid(ticket, at=NINE + minutes(11))


def test_money_that_comes_when_the_time_is_over_buys_nothing(zone) -> None:
    with pytest.raises(NotServed):
        paid(buy(30), at=NINE + minutes(30))


def test_a_zone_of_permits_and_an_unknown_one_sell_no_tickets(zone) -> None:
    a_zone("8", kind="permit", shape=square(200, 0, 100))
    assert refused(60, zone_number="8").status == 422
    assert refused(60, zone_number="99").status == 404


def test_a_ticket_without_a_place_is_good_where_the_citys_price_holds(zone) -> None:
    cheap, dear = zone_book().numbered("7", day=NINE.date()), a_zone("9", shape=square(200, 0, 100))
    a_tariff(500, (dt.date(2016, 8, 3), None), zone_code="9")
    assert not zone_book().is_good_in(None, cheap, day=NINE.date())
    GoodIn.objects.create(ticket_zone=None, in_zone=None, valid=ALWAYS, source="test")
    book = zone_book()
    assert book.is_good_in(None, cheap, day=NINE.date())
    assert not book.is_good_in(None, book.numbered("9", day=NINE.date()), day=NINE.date())
    GoodIn.objects.create(ticket_zone=None, in_zone=dear, valid=ALWAYS, source="test")
    book = zone_book()
    assert book.is_good_in(None, book.numbered("9", day=NINE.date()), day=NINE.date())


def test_a_ticket_is_good_in_its_own_zone_and_where_a_row_says_so_and_nowhere_else(zone) -> None:
    other = a_zone("9", shape=square(200, 0, 100))
    book, day = zone_book(), NINE.date()
    seven, nine = book.numbered("7", day=day), book.numbered("9", day=day)
    assert book.is_good_in(zone.pk, seven, day=day)
    assert not book.is_good_in(zone.pk, nine, day=day)
    GoodIn.objects.create(ticket_zone=zone, in_zone=other, valid=ALWAYS, source="test")
    assert zone_book().is_good_in(zone.pk, nine, day=day)
    assert not zone_book().is_good_in(other.pk, seven, day=day)


def test_who_has_a_ticket_good_here_extends_it_and_pays_no_minute_twice(zone) -> None:
    GoodIn.objects.create(ticket_zone=None, in_zone=None, valid=ALWAYS, source="test")
    first = paid(buy(60, zone_number=None))
    assert buy(30, at=NINE + minutes(30), zone_number="7").root == first


def test_a_foreign_vehicle_can_be_bought_for(zone) -> None:
    assert buy(60, plate=foreign_plate("a 12345", country="AE")).plate_key == "AE-A12345"


def test_the_database_sells_no_minute_twice(zone) -> None:
    ticket = paid(buy(60))
    copy = {
        "plate_key": ticket.plate_key, "phone": ticket.phone, "zone": zone, "amount_baisa": 100,
        "lines": [], "channel": "sms", "language": "ar", "asked_at": NINE,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="ticket_sells_no_minute_twice"), transaction.atomic():
        ParkingTicket.objects.create(
            number="PT-2", key="2", starts_at=NINE, ends_at=NINE + minutes(30), **copy
        )
    ParkingTicket.objects.create(
        number="PT-3", key="3", starts_at=ticket.ends_at, ends_at=NINE + minutes(90), **copy
    )


def test_the_clock_is_that_of_the_database() -> None:
    assert abs((database_now() - timezone.now()).total_seconds()) < 60
