"""What people text: taken once, routed once, answered in their script, never told of others."""

import datetime as dt
import random

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from municipality.conf import PROFILE
from municipality.notices import inbound, taking_in
from municipality.notices.inbound import language_of, plain, received, route
from municipality.notices.models import InboundMessage, InboundPart, Message
from municipality.notices.taking_in import HandedOver, take_in
from tests.notices.builders import AT, a_message, phone_of
from tests.notices.commands import OWNER, SECRET
from tests.notices.mixed import Mixed, play

pytestmark = pytest.mark.django_db


def text(
    body: str = "hello", sender: str = phone_of(1), *, at: dt.datetime = AT, **more: object
) -> int:
    """Hand one message over as the operator does; returns how many were new."""
    coding = 0 if body.isascii() else 8
    encoded = body.encode("ascii" if coding == 0 else "utf-16-be")
    ton = 1 if sender.startswith("+") else 5
    told = HandedOver(sender.lstrip("+"), ton, "90091", coding, encoded, **more)  # type: ignore[arg-type]
    return take_in([told], at=at)


def answered(*, at: dt.datetime = AT) -> list[str]:
    """Route what waits; returns the states."""
    return route(received(), at=at)


def replies(to: str = phone_of(1)) -> list[str]:
    return list(Message.objects.filter(to_address=to).order_by("pk").values_list("text", flat=True))


def test_a_command_that_knows_the_text_answers_it_and_help_answers_the_rest() -> None:
    text("CASE 12", phone_of(2))
    text("what is this?", phone_of(3))
    assert answered() == ["answered", "answered"]
    assert replies(phone_of(2)) == ["Muscat Municipality: case 12"]
    assert replies(phone_of(3))[0].startswith("Muscat Municipality: not understood")
    assert set(InboundMessage.objects.values_list("command", flat=True)) == {"fake", ""}


@pytest.mark.parametrize(
    ("body", "start"), [("Help", "Muscat"), ("مساعدة", "بلدية"), ("?", "بلدية")]
)
def test_who_asks_how_is_told_how(body: str, start: str) -> None:
    text(body, phone_of(3))
    answered()
    (reply,) = replies(phone_of(3))
    assert reply.startswith(start) and "PX-2026-000123" in reply and "not understood" not in reply


@pytest.mark.parametrize(
    ("body", "language"),
    [
        ("معاملة 7", "ar"), ("case 7", "en"), ("case ٧", "en"), ("معاملة ۷ please", "ar"),
        ("ﻣﻌﺎﻣﻠﺔ 7", "ar"), ("٧٧", "ar"), ("77", "ar"), ("!!!", "ar"),
    ],
)  # fmt: skip
def test_the_reply_is_in_the_script_it_was_asked_in(body: str, language: str) -> None:
    text(body)
    answered()
    assert Message.objects.get().language == language


def test_only_digits_are_answered_in_the_language_the_number_is_written_to() -> None:
    text("case 1", at=AT)
    answered()
    text("٢٢", at=AT + dt.timedelta(minutes=1))
    answered(at=AT + dt.timedelta(minutes=1))
    assert Message.objects.order_by("pk").last().language == "en"


@pytest.mark.parametrize("digits", ["123", "١٢٣", "۱۲۳", "1٢۳"])
def test_digits_of_three_scripts_are_one_number(digits: str) -> None:
    text(f"case {digits}", phone_of(2))
    answered()
    assert replies(phone_of(2)) == ["Muscat Municipality: case 123"]


@given(st.text(max_size=1_200))
def test_any_text_is_taken_in_and_decided(body: str) -> None:
    with transaction.atomic():
        told = HandedOver("96892000001", 1, "90091", 8, body.encode("utf-16-be", "surrogatepass"))
        assert take_in([told], at=AT) == 1
        assert answered()[0] in {"answered", "ignored"}
        transaction.set_rollback(True)


@given(st.text())
def test_plain_text_has_single_blanks_and_western_digits(body: str) -> None:
    told = plain(body)
    assert told == plain(told) and not set(told) & set("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹\n\u202e")
    assert language_of(told) in ("ar", "en")


def test_the_operators_id_is_taken_once() -> None:
    assert text(smsc_id="7") == 1
    assert text("other", smsc_id="7", at=AT + dt.timedelta(hours=1)) == 0


def test_the_same_text_of_the_same_number_within_half_a_minute_is_a_repeat() -> None:
    assert text("case ١", smsc_id="1") == 1
    assert text("Case 1", smsc_id="2", at=AT + dt.timedelta(seconds=29)) == 0
    assert text("case 1", phone_of(2), smsc_id="3", at=AT + dt.timedelta(seconds=1)) == 1
    assert text("case 1", smsc_id="4", at=AT + dt.timedelta(seconds=31)) == 1


def test_a_message_is_routed_once_however_often_it_is_asked_for() -> None:
    text("case 1")
    (one,) = received()
    assert [route([one], at=AT) for _ in range(3)] == [["answered"]] * 3
    assert len(replies()) == 1 and route([0], at=AT) == [""]


def test_parts_become_a_message_in_any_order_and_repeated() -> None:
    body = ("معاملة " + "😀" * 70 + " 12").encode("utf-16-be")
    cut = [body[at : at + 133] for at in range(0, len(body), 133)]  # cuts letters in two
    rows = [
        HandedOver("96892000001", 1, "90091", 8, piece, smsc_id=f"p{number}", reference=9,
                   total=len(cut), number=number)
        for number, piece in enumerate(cut, start=1)
    ]  # fmt: skip
    assert take_in([rows[2], rows[0], rows[0], rows[1]], at=AT) == 1
    assert InboundMessage.objects.get().text == body.decode("utf-16-be")
    assert not InboundPart.objects.exists()
    assert take_in(rows, at=AT + dt.timedelta(seconds=5)) == 0  # all of it again


def test_parts_that_never_become_whole_are_gone_after_a_day() -> None:
    one = HandedOver("96892000001", 1, "90091", 0, b"x", reference=1, total=2, number=1)
    take_in([one], at=AT)
    other = HandedOver("96892000002", 1, "90091", 0, b"x", reference=1, total=2, number=1)
    take_in([other], at=AT + dt.timedelta(days=1, seconds=1))
    assert InboundPart.objects.get().sender == "96892000002"


def test_a_part_that_is_none_of_its_total_is_a_message_of_its_own() -> None:
    for total, number in ((2, 3), (2, 0), (200, 1)):
        take_in(
            [HandedOver("1", 1, "9", 0, b"%d" % (total * 9 + number), total=total, number=number)],
            at=AT,
        )
    assert not InboundPart.objects.exists() and InboundMessage.objects.count() == 3


def test_names_foreign_numbers_and_our_own_number_get_no_reply() -> None:
    for sender in ("Bank", "+33612345678", "+96824123456", "90091", ""):
        text("case 1", sender)
    assert answered() == ["ignored"] * 5
    assert not Message.objects.exists()
    assert set(InboundMessage.objects.values_list("reason", flat=True)) == {
        "sender_not_a_number", "sender_abroad",
    }  # fmt: skip


def test_our_own_text_carried_back_is_not_answered() -> None:
    a_message("بلدية مسقط: تذكرتك 12 حتى 09:30", to=phone_of(1), at=AT)
    text("Auto: بلدية مسقط: تذكرتك ١٢ حتى 09:30 -- I am away")
    text("Muscat Municipality: case 12 and no more", phone_of(5))  # never sent to that number
    assert answered() == ["ignored", "ignored"]


def test_control_without_the_look_at_our_own_texts_two_machines_talk_for_ever(monkeypatch) -> None:
    """And even then the replies of an hour are ten, and one that says so."""
    monkeypatch.setattr(inbound, "is_our_own", lambda *a, **k: False)
    said = "hello"
    for turn in range(30):
        at = AT + dt.timedelta(seconds=31 * turn)
        text(said, at=at)
        answered(at=at)
        said = replies()[-1] + "!"
    assert len(replies()) == inbound.MOST_REPLIES + 1


def come(minute: float, body: str = "") -> list[str]:
    """Let one text come so many minutes after AT, and be routed at once."""
    at = AT + dt.timedelta(minutes=minute)
    text(body or f"case {minute}", at=at)
    return answered(at=at)


@pytest.mark.parametrize(
    ("body", "said"), [("1111 B 60", "not handled"), ("١١١١ ب ٦٠", "لم نعالج رسالتك")]
)
def test_the_first_beyond_ten_an_hour_is_told_when_to_come_back(body: str, said: str) -> None:
    for minute in range(10):
        assert come(minute + 0.5) == ["answered"]
    assert come(11, body) == ["limited"]
    again = AT + dt.timedelta(minutes=61)  # the first came at half a minute
    assert said in replies()[-1] and f"{again.astimezone(PROFILE.time_zone):%H:%M}" in replies()[-1]
    assert come(12) == ["limited"] and come(60) == ["limited"] and len(replies()) == 11
    assert come(61) == ["answered"] and len(replies()) == 12
    assert come(61.2) == ["limited"] and len(replies()) == 12  # told within the hour


def test_one_batch_beyond_the_limit_is_told_once() -> None:
    for number in range(15):
        text(f"case {number}")
    assert answered() == ["answered"] * 10 + ["limited"] * 5 and len(replies()) == 11


def test_the_word_about_the_limit_carried_back_is_not_answered() -> None:
    for minute in range(11):
        come(minute)
    assert come(12, f"Auto: {replies()[-1]}") == ["ignored"]


def test_control_without_the_mark_of_having_told_every_text_costs_a_reply(monkeypatch) -> None:
    known = inbound._known

    def forgetful(senders: set[str], *, at: dt.datetime) -> inbound._Known:
        found = known(senders, at=at)
        found.told.clear()
        return found

    monkeypatch.setattr(inbound, "_known", forgetful)
    for minute in range(15):
        come(minute)
    assert len(replies()) == 15


def test_control_without_the_limit_every_text_costs_a_reply(monkeypatch) -> None:
    monkeypatch.setattr(inbound, "MOST_REPLIES", 10_000)
    for number in range(12):
        text(f"case {number}")
    answered()
    assert len(replies()) == 12


def test_a_command_that_fails_is_tried_three_times_then_the_sender_is_told() -> None:
    text("fault", phone_of(2))
    text("case 1", phone_of(3))
    assert answered() == ["received", "answered"]
    assert answered() == ["received"] and answered() == ["failed"] and answered() == []
    assert "could not handle" in replies(phone_of(2))[0] and len(replies(phone_of(2))) == 1


def test_mixed_traffic_makes_no_double_and_tells_nobody_of_another() -> None:
    """guards.md threat 16 in small; the campaign runs 5,000 (part_sms_mixed)."""
    seen = play(Mixed(random.Random(1), 150))
    assert seen.doubled == 0 and seen.most_replies <= 11 and seen.secrets_told_to_others == 0
    assert seen.secrets_told_to_their_owner > 0 and seen.replies_abroad == 0
    assert SECRET in "".join(replies(OWNER))


def test_control_without_the_repeat_rules_the_same_traffic_is_answered_twice(monkeypatch) -> None:
    monkeypatch.setattr(
        taking_in, "ADD", taking_in.ADD.replace("tstzrange(%s, %s)", "tstzrange(%s, %s) * 'empty'")
    )
    seen = play(Mixed(random.Random(1), 100, with_ids=False))
    assert seen.doubled > 0
