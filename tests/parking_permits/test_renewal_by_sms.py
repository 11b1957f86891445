"""Renewing by answering a text message: in either script, from the holder's own phone alone."""

import datetime as dt

import pytest

from municipality.billing.models import Bill
from municipality.cases.models import Case
from municipality.conf import PROFILE
from municipality.names import fold
from municipality.notices.inbound import InboundText, Reply, language_of, plain
from municipality.notices.models import Message
from municipality.notices.wording import current
from parking_zones.models import ParkingPermit
from parking_zones.parking_permits.jobs import remind
from parking_zones.parking_permits.renewal_by_sms import BILLED, NONE, NOT_NOW, WHICH, renew
from parking_zones.parking_permits.terms import midnight
from tests.parking_permits import town as t
from tests.parking_permits.builders import a_permit

pytestmark = pytest.mark.django_db
HOLDER, OTHER = "+96892123456", "+96899887766"
SOON = dt.datetime(2027, 2, 10, 9, tzinfo=PROFILE.time_zone)


def texted(text: str, sender: str = HOLDER, at: dt.datetime = SOON) -> Reply | None:
    clean = plain(text)
    return renew(InboundText(1, clean, fold(clean), language_of(clean), sender, at))


def said(reply: Reply | None) -> str:
    assert reply is not None
    return current(reply.template).filled(reply.language, reply.values)


@pytest.mark.parametrize(
    ("text", "months", "amount"),
    [
        ("جدد", 3, "45.000"), ("جدّد", 3, "45.000"), ("تجديد", 3, "45.000"),
        ("جدد ٦", 6, "90.000"), ("renew", 3, "45.000"), ("Renew 1", 1, "15.000"),
        ("RENEW {number} 2", 2, "30.000"), ("جدد {serial}", 3, "45.000"),
        ("جدد {serial} ١٢", 12, "180.000"), ("renew {number}", 3, "45.000"),
    ],
)  # fmt: skip
def test_a_renewal_is_asked_for_in_many_ways_and_answered_with_amount_and_link(
    text: str, months: int, amount: str
) -> None:
    town = t.a_permit_town()
    permit = t.printed(t.granted(town))
    serial = permit.number.partition("-")[2]
    reply = texted(text.format(number=permit.number, serial=serial))
    answer = said(reply)
    bill = Bill.objects.get(state="due")
    assert reply.template == BILLED.code and amount in answer
    assert f"/pay/{bill.public_id}/" in answer and permit.number in answer
    assert bill.total_baisa == months * 15_000 and bill.payer_phone == HOLDER
    assert ("ادفع" in answer) == (language_of(text) == "ar")
    assert ("/en/pay/" in answer) == (language_of(text) == "en")


def test_the_same_text_twice_is_one_case_and_one_bill() -> None:
    town = t.a_permit_town()
    t.printed(t.granted(town))
    first, second = said(texted("جدد")), said(texted("جدد"))
    assert first == second
    assert Case.objects.filter(parking_permit_request__act="renew").count() == 1
    assert Bill.objects.filter(state="due").count() == 1


def test_another_phone_learns_nothing_not_even_whether_there_is_such_a_permit() -> None:
    town = t.a_permit_town()
    permit = t.printed(t.granted(town))
    known = said(texted(f"renew {permit.number}", OTHER))
    unknown = said(texted("renew PP-2026-999999", OTHER))
    assert known == unknown and texted("جدد", OTHER).template == NONE.code
    assert not Case.objects.filter(parking_permit_request__act="renew").exists()


def test_the_control_without_its_phone_a_permit_is_renewed_by_anybody(monkeypatch) -> None:
    from parking_zones.parking_permits import renewal_by_sms

    town = t.a_permit_town()
    t.printed(t.granted(town))
    monkeypatch.setattr(
        renewal_by_sms, "_held", lambda phone, at: list(ParkingPermit.objects.all())
    )
    assert texted("renew", OTHER).template == BILLED.code


def test_who_holds_several_says_which() -> None:
    town = t.a_permit_town()
    first = t.printed(t.granted(town))
    second = t.printed(t.granted(town, plate_key=t.OTHER_PLATE))
    answer = texted("renew")
    assert answer.template == WHICH.code
    assert first.number in said(answer) and second.number in said(answer)
    assert texted(f"renew {second.number}").values["permit"] == second.number


@pytest.mark.parametrize("text", ["1111 ب 60", "PK-2026-000123", "renewed", "مجدد", "", "help"])
def test_other_texts_are_for_others(text: str) -> None:
    assert texted(text) is None


def test_what_cannot_be_is_told_with_its_reason() -> None:
    town = t.a_permit_town()
    permit = t.printed(t.granted(town))
    early = texted("renew", at=midnight(permit.starts_on) + dt.timedelta(hours=12))
    assert early.template == NOT_NOW.code and "24/12/2026" in said(early)
    assert "1, 2, 3" in said(texted(f"renew {permit.number} 13"))
    over = texted("جدد", at=midnight(permit.ends_on))
    assert over.template == NONE.code


def test_a_holder_without_an_account_renews_by_the_phone_on_the_record() -> None:
    t.a_permit_town()
    permit = a_permit("PP-2026-000777", phone=OTHER, language="en")
    answer = said(texted("renew 777", OTHER))
    assert "60.000" in answer and permit.number in answer
    case = Case.objects.get(parking_permit_request__permit=permit)
    assert case.state == "fee_due"
    assert [(one.name, one.phone, one.person_id) for one in case.parties.all()] == [
        (permit.holder_name, OTHER, None)
    ]
    t.paid(case, at=SOON)
    assert ParkingPermit.objects.get(renews=permit).phone == OTHER


def test_a_holder_is_reminded_30_and_7_days_before_the_end_once_each() -> None:
    town = t.a_permit_town()
    permit = t.granted(town)
    counts = []
    for days in (31, 30, 29, 8, 7, 6, 1, 0):
        remind(at=midnight(permit.ends_on) - dt.timedelta(days=days) + dt.timedelta(hours=8))
        counts.append(Message.objects.filter(template="parking_permit.reminder").count())
    assert counts == [0, 1, 1, 1, 2, 2, 2, 2]
    text = Message.objects.filter(template="parking_permit.reminder").latest("pk").text
    assert permit.number in text and f"/parking/permits/{permit.public_id}/" in text
    assert "21/02/2027" in text and permit.number.partition("-")[2] in text


def test_a_reminder_that_was_off_a_day_comes_late_and_not_twice() -> None:
    town = t.a_permit_town()
    permit = t.granted(town)
    remind(at=midnight(permit.ends_on) - dt.timedelta(days=27))
    remind(at=midnight(permit.ends_on) - dt.timedelta(days=5))
    assert Message.objects.filter(template="parking_permit.reminder").count() == 2


def test_who_has_renewed_or_ended_is_not_reminded() -> None:
    town = t.a_permit_town()
    permit = t.printed(t.granted(town))
    t.paid(t.asked_about(town, permit, "renew", at=SOON), at=SOON)
    remind(at=SOON + dt.timedelta(days=6))
    other = t.printed(t.granted(town, plate_key=t.OTHER_PLATE))
    t.asked_about(town, other, "end", at=SOON)
    remind(at=SOON + dt.timedelta(days=6))
    assert not Message.objects.filter(template="parking_permit.reminder").exists()


def test_a_telephone_that_was_given_up_neither_hears_of_the_permit_nor_renews_it() -> None:
    """The account's telephone counts today, not the one on the permit's record."""
    town = t.a_permit_town()
    permit = t.printed(t.granted(town))
    town.citizen.phone = OTHER
    town.citizen.save()
    assert texted("renew", HOLDER).template == NONE.code
    remind(at=midnight(permit.ends_on) - dt.timedelta(days=20))
    (message,) = Message.objects.filter(template="parking_permit.reminder")
    assert message.to_address == OTHER
    assert texted("renew", OTHER).template == BILLED.code
