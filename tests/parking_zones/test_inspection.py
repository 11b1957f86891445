"""The inspector's one question on the real tables: what covers a plate where, and what is kept."""

import datetime as dt
from typing import Any

import pytest
from shapely.geometry import Point

from municipality.billing.payments import graph
from municipality.billing.payments.models import Charge
from parking_zones.inspection.checks import Asked, check, words_for_now, words_then
from parking_zones.inspection.queries import may_stand
from parking_zones.inspection.verdict import Reason
from parking_zones.models import GoodIn, ParkingCheck, ParkingPermit, PermitVehicle, Zone
from parking_zones.plates import read_plate
from tests.builders import ALWAYS, EAST, NORTH, a_tariff, a_zone, square
from tests.parking_zones.test_tickets import ME, MUSCAT, NINE, bill_of, buy, minutes, paid

pytestmark = pytest.mark.django_db
CAR = read_plate("1111 B").key
MIDDLE = Point(EAST + 50, NORTH + 50)
EDGE = Point(EAST + 100, NORTH + 50)  # of zone 7 and of zone 8 beside it


@pytest.fixture
def zone() -> Zone:
    from tests.builders import the_paid_hours, the_ticket_terms, the_weekends

    the_weekends()
    the_paid_hours()
    the_ticket_terms()
    a_tariff(100, (dt.date(2016, 8, 3), None))
    return a_zone("7")


def ask(point: Point = MIDDLE, accuracy_m: float = 5, at: dt.datetime = NINE, plate: str = CAR):
    return may_stand(plate_key=plate, point=point, accuracy_m=accuracy_m, at=at)


def a_permit(zone: Zone | None = None, kind: str = "one_zone", **values: Any) -> ParkingPermit:
    permit = ParkingPermit.objects.create(
        number=f"PP-{ParkingPermit.objects.count()}", kind=kind, zone=zone, holder_name="x",
        months=1, starts_on=dt.date(2026, 11, 1), ends_on=dt.date(2026, 12, 1), issued_at=NINE,
        **values,
    )  # fmt: skip
    first = dt.datetime(2026, 11, 1, tzinfo=MUSCAT)
    PermitVehicle.objects.create(
        permit=permit, plate_key=CAR, valid=(first, dt.datetime(2026, 12, 1, tzinfo=MUSCAT))
    )
    return permit


def test_nothing_bought_in_paid_hours_may_not_stand(zone) -> None:
    found = ask()
    assert found.verdict.may_stand is False and found.verdict.reason is Reason.NOTHING_BOUGHT
    assert found.verdict.until == NINE.replace(hour=13)
    assert found.zone and found.zone.price and found.zone.price.amount_baisa == 100


def test_a_ticket_covers_its_minutes_and_no_other(zone) -> None:
    ticket = paid(buy(60))
    assert ask().verdict.may_stand and ask().covering[0].number == ticket.number
    assert ask(at=NINE + minutes(59)).verdict.may_stand
    assert ask(at=NINE + minutes(60)).verdict.may_stand is False
    assert ask(at=NINE - minutes(1)).verdict.may_stand is False
    assert ask(plate=read_plate("1112 B").key).verdict.may_stand is False


def test_a_ticket_that_is_being_paid_is_no_answer_and_one_that_nobody_pays_is_none(zone) -> None:
    made = buy(60)
    assert ask().verdict.reason is Reason.NOTHING_BOUGHT  # asking alone costs nothing
    Charge.objects.create(
        bill=bill_of(made), channel="online", state=graph.SENT, amount_baisa=200,
        idempotency_key="x", body_hash="", asked_by_name="x", asked_by_role="citizen",
        created_at=NINE,
    )  # fmt: skip
    assert ask().verdict.reason is Reason.PAYMENT_UNDER_WAY


def test_a_ticket_by_message_is_no_answer_until_its_operator_has_spoken(zone) -> None:
    buy(60, channel="sms", zone_number="7", key="sms/1")
    assert ask().verdict.reason is Reason.PAYMENT_UNDER_WAY


def test_a_ticket_of_another_zone_is_told_and_does_not_cover(zone) -> None:
    other = a_zone("9", shape=square(300, 0, 100))
    ticket = paid(buy(60, zone_number="9"))
    found = ask()
    assert found.verdict.may_stand is False
    assert [right.number for right in found.rights] == [ticket.number] and not found.covering
    GoodIn.objects.create(ticket_zone=other, in_zone=zone, valid=ALWAYS, source="test")
    assert ask().verdict.may_stand


def test_a_ticket_without_a_place_covers_where_a_row_says_so(zone) -> None:
    paid(buy(60, zone_number=None))
    assert ask().verdict.may_stand is False
    GoodIn.objects.create(valid=ALWAYS, source="test")
    assert ask().verdict.may_stand


def test_permits_cover_their_zone_or_all(zone) -> None:
    a_zone("9", shape=square(300, 0, 100))
    a_permit(zone)
    assert ask().verdict.reason is Reason.PERMIT
    assert ask(Point(EAST + 350, NORTH + 50)).verdict.may_stand is False
    a_permit(kind="all_zones")
    assert ask(Point(EAST + 350, NORTH + 50)).verdict.reason is Reason.PERMIT


def test_outside_a_live_ticket_changes_nothing(zone) -> None:
    paid(buy(60))
    found = ask(Point(EAST + 900, NORTH + 900))
    assert (found.verdict.may_stand, found.verdict.reason) == (None, Reason.OUTSIDE_ZONES)
    assert found.nearest is not None and not found.covering


def test_on_a_shared_border_nobody_is_fined_and_who_has_both_may_stand(zone) -> None:
    a_zone("8", shape=square(100, 0, 100))
    assert ask(EDGE).verdict.reason is Reason.AMBIGUOUS
    paid(buy(60))
    assert ask(EDGE).verdict.may_stand is None
    paid(buy(60, zone_number="8", key="8"))
    assert ask(EDGE).verdict.may_stand


def test_in_a_free_hour_anyone_may_stand(zone) -> None:
    found = ask(at=NINE.replace(hour=14))
    assert found.verdict.reason is Reason.FREE_NOW
    assert found.verdict.until == NINE.replace(hour=16)


def asked(**values: Any) -> Asked:
    facts = {"plate_key": CAR, "plate_text": "1111 B", "point": MIDDLE, "accuracy_m": 5.0}
    return Asked(**{**facts, "at": NINE, **values})


def test_a_check_is_kept_with_what_it_was_drawn_from(zone) -> None:
    made = check(asked=asked(), inspector_id=1, at=NINE)
    made.refresh_from_db()
    assert made.may_stand is False and made.zone == zone and made.zone_version == 1
    assert made.evidence["zone"]["tariff"]["amount_baisa"] == 100
    assert made.evidence["zone"]["distance_to_edge_m"] == 50.0
    assert made.evidence["rights"] == [] and "13:00" in made.evidence["words"]["ar"]


def test_sent_twice_with_its_key_it_is_one_check(zone) -> None:
    first = check(asked=asked(key="a"), inspector_id=1, at=NINE)
    again = check(asked=asked(key="a"), inspector_id=1, at=NINE + minutes(9))
    assert first.pk == again.pk
    assert check(asked=asked(key="a"), inspector_id=2, at=NINE).pk != first.pk
    assert ParkingCheck.objects.count() == 2


def test_a_check_of_this_morning_is_answered_for_this_morning(zone) -> None:
    paid(buy(60))
    late = check(asked=asked(at=NINE + minutes(30)), inspector_id=1, at=NINE + minutes(300))
    assert late.may_stand and late.at == NINE + minutes(30)
    assert ME.phone not in str(late.evidence)  # no inspector sees a telephone


def test_what_is_read_later_names_its_moment_and_says_now_of_nothing(zone) -> None:
    """Control: the answer to who asks at that moment is of now."""
    made = check(asked=asked(), inspector_id=1, at=NINE)
    assert "now" in words_for_now(made).en
    then = words_then(made.evidence)
    assert then is not None
    assert f"{NINE:%H:%M %d/%m/%Y}" in then.en and f"{NINE:%H:%M %d/%m/%Y}" in then.ar
    assert "parking was paid until 13:00" in then.en and "الآن" not in then.ar
    late = check(asked=asked(), inspector_id=1, at=NINE + minutes(300))
    assert words_for_now(late) == words_then(late.evidence)
    assert words_then({}) is None and words_then({"reason": "gone", "at": "x"}) is None


def test_a_reading_of_four_hundred_metres_is_too_rough(zone) -> None:
    assert ask(accuracy_m=400).verdict.reason is Reason.TOO_ROUGH
    assert ask(accuracy_m=400).verdict.may_stand is None
