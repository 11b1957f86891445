"""Tickets by message: taken once, charged once, answered in the sender's script, told of nobody."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from municipality.notices.inbound import received, route
from municipality.notices.models import Message
from municipality.notices.taking_in import HandedOver, take_in
from municipality.notices.templates import Wording, registry
from municipality.problems import Problem
from municipality.words import Text
from parking_zones.models import ParkingTicket, Zone
from parking_zones.plates import foreign_plate
from parking_zones.tickets import charging
from parking_zones.tickets.actions import Buyer, Wanted, ask, pay
from parking_zones.tickets.charging import GIVEN_UP_AFTER, charge_waiting, differences
from parking_zones.tickets.jobs import remind
from tests.builders import a_tariff, a_zone, the_paid_hours, the_ticket_terms, the_weekends
from tests.parking_zones.operator_peer import KEY, Peer, operator_peer

pytestmark = pytest.mark.django_db
MUSCAT = dt.timezone(dt.timedelta(hours=4))
NINE = dt.datetime(2026, 11, 22, 9, tzinfo=MUSCAT)
ME, OTHER, POOR = "+96892000001", "+96892000002", "+96892000009"
State = ParkingTicket.State


@pytest.fixture(scope="module")
def process() -> Iterator[Peer]:
    with operator_peer() as running:
        yield running


@pytest.fixture
def peer(process: Peer, settings: Any) -> Peer:
    settings.GEO_OPERATOR_URL, settings.GEO_OPERATOR_KEY = f"{process.base}/payment", KEY
    settings.SMS_COMMANDS = {
        "parking": "parking_zones.tickets.by_sms.buy",
        "status": "municipality.cases.status_by_sms.status",
    }
    process.be(poor=(POOR,))
    return process


@pytest.fixture
def zone() -> Zone:
    the_weekends()
    the_paid_hours()
    the_ticket_terms()
    a_tariff(100, (dt.date(2016, 8, 3), None))
    return a_zone("7")


def later(seconds: float) -> dt.datetime:
    return NINE + dt.timedelta(seconds=seconds)


def text(body: str, sender: str = ME, *, at: dt.datetime = NINE, smsc_id: str = "") -> int:
    """Hand a message over as the operator does, and route it; returns how many were new."""
    ascii_only = body.isascii()
    told = HandedOver(
        sender.lstrip("+"), 1, "90091", 0 if ascii_only else 8,
        body.encode("ascii" if ascii_only else "utf-16-be"), smsc_id=smsc_id,
    )  # fmt: skip
    new = take_in([told], at=at)
    route(received(), at=at)
    return new


def replies(to: str = ME) -> list[str]:
    return list(Message.objects.filter(to_address=to).order_by("pk").values_list("text", flat=True))


def test_a_ticket_is_asked_for_then_charged_then_told(zone, peer) -> None:
    text("١١١١ ب ٦٠")
    ticket = ParkingTicket.objects.get()
    assert (ticket.state, ticket.zone, ticket.amount_baisa) == (State.ASKED, None, 200)
    assert replies() == []
    assert charge_waiting(peer=peer.client, at=later(1)).charged == 1
    ticket.refresh_from_db()
    assert (ticket.state, ticket.starts_at) == (State.PAID, NINE)
    (reply,) = replies()
    assert ticket.number in reply and "1111 ب" in reply and "من 09:00 إلى 10:00" in reply
    assert "22/11/2026" in reply and "0.200" in reply
    assert peer.charged()[-1]["serverReferenceCode"] == ticket.operator_number


def test_who_writes_in_latin_is_answered_in_english_and_a_sign_gives_the_ticket_a_place(
    zone, peer
) -> None:
    text("1111b60 Z7")
    charge_waiting(peer=peer.client, at=later(1))
    (reply,) = replies()
    assert "1111 B, zone 7, 09:00 to 10:00" in reply
    assert ParkingTicket.objects.get().zone == zone


def test_sent_again_it_is_extended(zone, peer) -> None:
    text("1111 B 60")
    charge_waiting(peer=peer.client, at=later(1))
    text("1111 B 30", at=later(1800))
    charge_waiting(peer=peer.client, at=later(1801))
    first, more = ParkingTicket.objects.order_by("pk")
    assert (more.root, more.starts_at, more.state) == (first, first.ends_at, State.PAID)
    assert "10:00 to 10:30" in replies()[-1]


def test_the_same_message_is_one_ticket_however_often_it_comes(zone, peer) -> None:
    assert text("1111 B 60", smsc_id="a") == 1
    assert text("1111 B 60", smsc_id="a", at=later(100)) == 0  # the operator's id
    assert text("1111 b 60", smsc_id="b", at=later(20)) == 0  # the sender's thumb
    route(received(), at=later(101))
    assert ParkingTicket.objects.count() == 1


def test_from_another_telephone_it_is_another_ticket_and_tells_nothing_of_the_first(
    zone, peer
) -> None:
    text("1111 B 60")
    text("1111 B 60", OTHER, at=later(60))
    charge_waiting(peer=peer.client, at=later(61))
    mine, theirs = ParkingTicket.objects.order_by("pk")
    assert (theirs.root, theirs.starts_at, theirs.phone) == (None, later(60), OTHER)
    assert mine.number not in replies(OTHER)[0] and "09:01 to 10:01" in replies(OTHER)[0]


def test_our_own_reply_echoed_by_a_robot_buys_nothing(zone, peer) -> None:
    text("1111 B 60")
    charge_waiting(peer=peer.client, at=later(1))
    text(replies()[0], at=later(60))
    assert ParkingTicket.objects.count() == 1 and len(replies()) == 1


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("1111 ب 45", "30"),
        ("1111 B 330", "300"),
        ("1111 B -30", "30"),
        ("1111 B", "1111 B 30"),
        ("1111 B 60 Z99", "99"),
        ("4444 S NaN", "minutes were not understood"),
        ("4444 س ستين", "لم نفهم الدقائق"),
    ],
)
def test_what_cannot_be_sold_is_said_in_the_senders_script(zone, peer, body, said) -> None:
    text(body)
    (reply,) = replies()
    assert said in reply and not ParkingTicket.objects.exists()
    assert reply.startswith("Muscat" if body.isascii() else "بلدية")


def test_a_number_with_a_word_that_asks_for_a_case_is_that_of_a_case(zone, peer) -> None:
    text("1234 my case")
    assert "case" in replies()[0] and "minutes" not in replies()[0]


@pytest.mark.parametrize("body", ["1111 ب 60", "1111 B 60"])
@pytest.mark.parametrize("sender", [ME, POOR])
def test_a_sentence_that_ends_with_the_currency_has_one_full_stop(
    zone, peer, body: str, sender: str
) -> None:
    text(body, sender)
    charge_waiting(peer=peer.client, at=later(1))
    (reply,) = replies(sender)
    assert reply.endswith("0.200 OMR." if body.isascii() else "0.200 ر.ع.")


def test_no_message_of_the_platform_has_a_double_full_stop() -> None:
    for template in registry().values():
        for language in ("ar", "en"):
            said = Wording(template, 0, template.ar, template.en).filled(language, template.longest)
            assert ".." not in said, said
            assert "OMR {" not in template.en, template.code  # the currency stands behind


def test_in_a_free_hour_the_driver_is_told_and_not_charged(zone, peer) -> None:
    before = len(peer.charged())
    text("1111 ب 60", at=NINE + dt.timedelta(hours=5))
    (reply,) = replies()
    assert "مجاني الآن حتى 16:00" in reply
    charge_waiting(peer=peer.client, at=NINE + dt.timedelta(hours=6))
    assert len(peer.charged()) == before


def test_who_cannot_pay_has_no_ticket_and_hears_so(zone, peer) -> None:
    text("1111 B 60", POOR)
    assert charge_waiting(peer=peer.client, at=later(1)).refused == 1
    assert ParkingTicket.objects.get().state == State.LAPSED
    assert "did not take 0.200" in replies(POOR)[0]


@pytest.mark.parametrize(
    "fault", ["lost", "status_500", "not_json", "wrong_amount", "already", "down"]
)
def test_without_an_answer_it_is_asked_again_and_charged_once(zone, peer, fault) -> None:
    before = len(peer.charged())
    peer.be(fault)
    text("1111 B 60")
    assert charge_waiting(peer=peer.client, at=later(1)).unknown == 1
    assert charge_waiting(peer=peer.client, at=later(2)).asked == 0  # not at once
    charge_waiting(peer=peer.client, at=later(150))
    assert [reply for reply in replies() if "no answer" in reply]
    peer.be()
    assert charge_waiting(peer=peer.client, at=later(200)).charged == 1
    assert len(peer.charged()) == before + 1
    assert ParkingTicket.objects.get().state == State.PAID and len(replies()) == 2


def test_an_amount_written_otherwise_is_the_same_amount(zone, peer) -> None:
    peer.be("other_form")
    text("1111 B 60")
    assert charge_waiting(peer=peer.client, at=later(1)).charged == 1


def test_one_that_cannot_be_settled_stops_no_other(zone, peer, monkeypatch) -> None:
    text("1111 B 60")
    text("2222 B 60", OTHER)
    first = ParkingTicket.objects.order_by("pk")[0]
    paid = charging.pay

    def refuses(ticket: ParkingTicket, **how: Any) -> None:
        if ticket.pk == first.pk:
            raise Problem(409, "going_back", Text("x", "x"))
        paid(ticket, **how)

    monkeypatch.setattr(charging, "pay", refuses)
    charge_waiting(peer=peer.client, at=later(1))
    assert list(ParkingTicket.objects.order_by("pk").values_list("state", flat=True)) == [
        State.ASKED,
        State.PAID,
    ]
    monkeypatch.undo()
    charge_waiting(peer=peer.client, at=later(60))
    first.refresh_from_db()
    assert first.state == State.PAID


def test_an_operator_that_never_answers_is_given_up_after_a_day(zone, peer) -> None:
    peer.be("down")
    text("1111 B 60")
    charge_waiting(peer=peer.client, at=NINE + GIVEN_UP_AFTER)
    assert ParkingTicket.objects.get().state == State.LAPSED
    assert "never answered" in replies()[-1]


def test_without_an_operator_none_is_sold(zone, settings) -> None:
    settings.GEO_OPERATOR_URL = ""
    text("1111 B 60")
    assert not ParkingTicket.objects.exists() and "web site" in replies()[0]


def test_the_operators_own_list_of_a_day_is_compared(zone, peer) -> None:
    text("1111 B 60")
    text("2222 B 60", OTHER)
    charge_waiting(peer=peer.client, at=later(1))
    one, two = ParkingTicket.objects.order_by("pk").values_list("public_id", flat=True)
    told = {one: 200, two: 300, "x": 100}
    found = differences(told, day=NINE.date(), zone=MUSCAT)
    assert sorted(found) == sorted(
        [f"{two}: ticket of 200, charged 300", "x: charged 100, no ticket"]
    )
    assert differences({one: 200, two: 200}, day=NINE.date(), zone=MUSCAT) == []


def test_the_operators_file_of_a_day_is_compared_by_a_command(zone, peer, tmp_path, capsys) -> None:
    text("1111 B 60")
    charge_waiting(peer=peer.client, at=later(1))
    path = tmp_path / "charges.csv"
    one = ParkingTicket.objects.get().public_id
    path.write_text(f"reference,amount\n{one},0.200\n", encoding="utf-8")
    call_command("compare_ticket_charges", str(path), "--day", "2026-11-22")
    assert "1 charges compared, 0 differences" in capsys.readouterr().out
    path.write_text(f"reference,amount\n{one},0.200\n{one},0.200\n", encoding="utf-8")
    with pytest.raises(SystemExit):
        call_command("compare_ticket_charges", str(path), "--day", "2026-11-22")
    assert "charged 400" in capsys.readouterr().out
    path.write_text("nothing\n1\n", encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("compare_ticket_charges", str(path), "--day", "2026-11-22")


def test_ten_minutes_before_the_end_the_buyer_is_told_once(zone, peer) -> None:
    text("1111 ب 60")
    charge_waiting(peer=peer.client, at=later(1))
    assert remind(at=later(49 * 60)) == 0
    assert remind(at=later(51 * 60)) == 1
    assert remind(at=later(52 * 60)) == 0
    assert "10:00" in replies()[-1] and "1111 ب 30" in replies()[-1] and "90091" in replies()[-1]


def test_the_reminder_names_the_zone_and_tells_no_foreign_car_to_text(zone, peer) -> None:
    text("1111 ب 60 ز7")
    charge_waiting(peer=peer.client, at=later(1))
    abroad = foreign_plate("A 12345", country="AE")
    made = ask(
        wanted=Wanted(abroad, 60, "7"), buyer=Buyer(OTHER, "ar", 1, "x"), channel="app", key="a",
        at=NINE,
    )  # fmt: skip
    pay(made, at=NINE)
    assert remind(at=later(51 * 60)) == 2
    assert "1111 ب 30 ز7" in replies()[-1]
    assert "90091" not in replies(OTHER)[-1] and "A 12345" in replies(OTHER)[-1].replace(
        "A12345", "A 12345"
    )


def test_who_has_extended_or_will_stand_free_is_not_reminded(zone, peer) -> None:
    text("1111 B 60")
    charge_waiting(peer=peer.client, at=later(1))
    text("1111 B 30", at=later(3000))
    charge_waiting(peer=peer.client, at=later(3001))
    assert remind(at=later(3100)) == 0
    noon = NINE + dt.timedelta(hours=3)
    text("2222 B 60", OTHER, at=noon)
    charge_waiting(peer=peer.client, at=noon)
    assert remind(at=noon + dt.timedelta(minutes=55)) == 0
