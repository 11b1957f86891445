"""``sec_otp``: a code is for one number, one purpose, one session, once; and the limits hold."""

import datetime as dt
import logging
import threading

import pytest
from django.db import connection
from django.utils import timezone

from municipality.people import jobs, phone_codes
from municipality.people.models import CodeAlarm, PhoneCode, Usage
from municipality.people.phone_codes import Asking, ask, prove
from municipality.problems import Problem
from tests.people.builders import MOBILE, a_citizen
from tests.people.pump import Campaign

pytestmark = pytest.mark.django_db
AT = dt.datetime(2026, 11, 28, 9, tzinfo=dt.UTC)
A, B = MOBILE.format(1), MOBILE.format(2)


def asking(phone: str = A, nonce: str = "n1", address: str = "10.0.0.1", purpose: str = "sign_in"):
    return Asking(phone, purpose, nonce, address)


def try_code(code: str, phone: str = A, nonce: str = "n1", purpose: str = "sign_in", at=AT) -> bool:
    return prove(phone=phone, purpose=purpose, nonce=nonce, code=code, at=at)


def test_a_code_is_taken_once(sent) -> None:
    ask(asking(), at=AT)
    assert try_code(sent.code()) and not try_code(sent.code())


def test_a_code_in_any_digits(sent) -> None:
    ask(asking(), at=AT)
    assert try_code(sent.code().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")))


@pytest.mark.parametrize(
    "other", [{"phone": B}, {"nonce": "n2"}, {"purpose": "mandate"}, {"at": AT + phone_codes.LIFE}]
)
def test_a_code_is_worth_nothing_elsewhere_or_later(sent, other) -> None:
    ask(asking(), at=AT)
    ask(asking(phone=B), at=AT)
    first = sent.messages[0].values["code"]
    assert not try_code(first, **other)
    assert try_code(first)  # the control: it was the right one


def test_after_five_tries_the_right_code_is_wrong(sent) -> None:
    ask(asking(), at=AT)
    wrong = f"{(int(sent.code()) + 1) % 10**6:06d}"
    assert not any(try_code(wrong) for _ in range(phone_codes.TRIES))
    assert not try_code(sent.code())


def test_a_proof_spends_the_number_s_other_codes_too(sent) -> None:
    ask(asking(nonce="n1"), at=AT)
    ask(asking(nonce="n2"), at=AT + dt.timedelta(seconds=1))
    first, second = (message.values["code"] for message in sent.messages)
    at = AT + dt.timedelta(seconds=2)
    assert try_code(second, nonce="n2", at=at)
    assert not try_code(first, nonce="n1", at=at)


def test_only_digests_are_stored(sent) -> None:
    ask(asking(), at=AT)
    held = " ".join(str(value) for value in PhoneCode.objects.values_list().get())
    assert sent.code() not in held.replace(A, "") and "n1" not in held.split()


@pytest.mark.parametrize(
    ("after", "sent_then"),
    [
        ([0, 1, 2, 3], 3),  # three in a quarter of an hour
        ([0, 14, 14.5, 15.5, 16], 4),  # … of any quarter, not of the clock's
        ([0, 16, 32, 48, 59, 59.5], 5),  # five an hour
        ([70 * n for n in range(12)], 10),  # ten a day
    ],
)
def test_a_number_is_sent_so_many_and_no_more(sent, after, sent_then) -> None:
    for minutes in after:
        try:
            ask(asking(), at=AT + dt.timedelta(minutes=minutes))
        except Problem as refused:
            assert (refused.status, refused.code) == (429, "too_many_codes")
    assert len(sent.messages) == sent_then


@pytest.mark.parametrize(
    "phone", ["+96824123456", "+447911123456", "+971501234567", "+19005551234"]
)
def test_nothing_goes_to_other_countries_or_to_what_cannot_be_texted(sent, phone) -> None:
    with pytest.raises(Problem):
        ask(asking(phone=phone), at=AT)
    assert not sent.messages and not PhoneCode.objects.exists()


def test_a_demo_sends_nothing_and_takes_its_one_code(sent, demo) -> None:
    ask(asking(), at=AT)
    assert not sent.messages and try_code("000000") and not try_code("123456")


def test_the_demo_s_code_is_worth_nothing_outside_a_demo(sent) -> None:
    ask(asking(), at=AT)
    if sent.code() != "000000":
        assert not try_code("000000")


def test_a_pump_is_sent_the_day_s_budget_at_most_and_raises_the_alarm(
    sent, settings, caplog
) -> None:
    settings.GEO_OTP_DAILY = 20
    found = Campaign(addresses=50, numbers=200, requests=300).run(at=timezone.now())
    assert found.sent == len(sent.messages) <= 20 and found.refused == 300 - found.sent
    assert found.foreign_sent == 0
    with caplog.at_level(logging.ERROR):
        jobs.watch_codes()
    assert CodeAlarm.objects.get().sent == found.sent and "pumps" in caplog.text


def test_control_without_the_budget_the_pump_is_sent_more(sent, settings, monkeypatch) -> None:
    settings.GEO_OTP_DAILY = 20
    monkeypatch.setattr(phone_codes, "_take_budget", lambda phone, at: None)
    assert Campaign(addresses=50, numbers=200, requests=300).run(at=AT).sent > 20


def test_citizens_known_by_phone_get_in_while_strangers_pump(sent, settings) -> None:
    settings.GEO_OTP_DAILY = 5
    a_citizen(9999)
    Campaign(addresses=20, numbers=50, requests=100).run(at=AT)
    before = len(sent.messages)
    ask(asking(phone=MOBILE.format(9999), address="192.0.2.7"), at=AT)
    assert before == 5 and len(sent.messages) == 6


def test_people_who_use_their_codes_raise_no_alarm(sent) -> None:
    at = timezone.now()
    for number in range(25):
        phone = MOBILE.format(40 * number)
        ask(asking(phone=phone, nonce=str(number), address=f"10.0.{number}.1"), at=at)
        assert try_code(sent.code(), phone=phone, nonce=str(number), at=at)
    jobs.watch_codes()
    assert not CodeAlarm.objects.exists()


def test_the_limits_of_codes_are_not_those_that_a_demo_lifts(sent, settings) -> None:
    assert settings.GEO_LIMITS is False
    with pytest.raises(Problem):
        for _ in range(4):
            ask(asking(), at=AT)


def test_where_the_counts_cannot_be_kept_nothing_is_sent(sent, monkeypatch) -> None:
    monkeypatch.setattr(phone_codes, "TAKE", "SELECT 1 / 0")
    with pytest.raises(Exception, match="division"):
        ask(asking(), at=AT)
    assert not sent.messages


@pytest.mark.django_db(transaction=True)
def test_processes_count_together(sent, settings) -> None:
    """Eight askers at once from eight places share one budget and one number's limit."""
    settings.GEO_OTP_DAILY = 6

    def run(number: int) -> None:
        for step in range(4):
            try:
                phone = MOBILE.format(1000 * (number % 3) + step // 2)
                ask(asking(phone=phone, address=f"10.{number}.0.1"), at=AT)
            except Problem:
                continue
        connection.close()

    threads = [threading.Thread(target=run, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert PhoneCode.objects.count() == 6 == Usage.objects.get(key="otp:new").count
    for phone in set(PhoneCode.objects.values_list("phone", flat=True)):
        assert PhoneCode.objects.filter(phone=phone).count() <= 3


def test_what_is_over_is_tidied_away(sent) -> None:
    ask(asking(), at=timezone.now() - dt.timedelta(days=3))
    jobs.tidy()
    assert not PhoneCode.objects.exists() and not Usage.objects.exists()
