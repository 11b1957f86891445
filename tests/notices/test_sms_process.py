"""The real process against a real SMSC of a foreign make: nothing lost, nothing doubled."""

from collections import Counter

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from municipality.notices import handing_over
from municipality.notices.models import InboundMessage, Message, Receipt
from tests.notices.builders import PHONE, Binding, Smsc, a_message, phone_of, until
from tests.notices.conftest import delete_messages
from tests.people.application import application_role

pytestmark = pytest.mark.django_db(transaction=True)
QUIET = {
    "throttle": 0, "queue_full": 0, "refuse": 0, "lose_ack": 0, "hold_ack": 0, "delay_dlr": 20,
    "dlr_first": False, "black_hole": False, "down": False, "honour_key": False,
    "dlr_state": "DELIVRD",
}  # fmt: skip


@pytest.fixture(autouse=True)
def calm(transactional_db: None, committed: None, smsc: Smsc, binding: Binding) -> None:
    """Begin with a journal, counters and modes as new, and with a bind."""
    delete_messages(None)  # what a run that was cut off has left
    smsc.mode(**QUIET)
    smsc.journal.write_text("")
    until(lambda: binding.lives() and smsc.state["bound"], seconds=20)


def states() -> set[str]:
    return set(Message.objects.values_list("state", flat=True))


def all_delivered(seconds: float = 15.0) -> None:
    until(lambda: states() == {"delivered"}, seconds=seconds, what="not all are delivered")


def in_order(smsc: Smsc) -> bool:
    """Whether each recipient got what was queued for them in the order of queueing."""
    for address in set(Message.objects.values_list("to_address", flat=True)):
        queued = list(
            Message.objects.filter(to_address=address).order_by("pk").values_list("text", flat=True)
        )
        got = [line["text"] for line in smsc.accepted() if line["to"] == address[1:]]
        if list(dict.fromkeys(got)) != queued:
            return False
    return True


def test_a_message_is_handed_over_and_its_delivery_is_told(smsc: Smsc) -> None:
    arabic = a_message("بلدية مسقط: المعاملة PX-2026-000123 بانتظار الدفع")
    english = a_message("Muscat: {x} [y] ~ € 5", to=phone_of(2))
    long = a_message("ب" * 200, to=phone_of(3))
    all_delivered()
    accepted = {line["to"]: line for line in smsc.accepted()}
    assert accepted[PHONE[1:]]["text"] == arabic.text
    assert accepted[phone_of(2)[1:]]["text"] == english.text
    assert accepted[phone_of(3)[1:]]["text"] == long.text
    assert accepted[phone_of(3)[1:]]["parts"] == 3 == Message.objects.get(pk=long.pk).parts
    assert accepted[PHONE[1:]]["key"] == arabic.public_id
    assert [event.state for event in arabic.events.order_by("pk")] == ["sent", "delivered"]


def test_a_text_is_answered_in_its_own_script(smsc: Smsc) -> None:
    smsc.text(phone_of(2), "معاملة ٢٠٢٦-٠٠٠١٢٣")
    smsc.text(phone_of(3), "case 2026-000124")
    smsc.text(phone_of(4), "hello")
    until(lambda: len(smsc.accepted()) == 3)
    told = {line["to"]: line["text"] for line in smsc.accepted()}
    assert told[phone_of(2)[1:]] == "بلدية مسقط: المعاملة 2026-000123"
    assert told[phone_of(3)[1:]] == "Muscat Municipality: case 2026-000124"
    assert "not understood" in told[phone_of(4)[1:]]
    assert set(InboundMessage.objects.values_list("state", flat=True)) == {"answered"}


def test_a_long_text_in_parts_is_read_whole(smsc: Smsc) -> None:
    text = "معاملة " + "و" * 150 + " 2026-000125"
    smsc.text(phone_of(5), text)
    until(lambda: len(smsc.accepted()) == 1)
    assert InboundMessage.objects.get().text == text
    assert smsc.accepted()[0]["text"].endswith("2026-000125")


def test_a_full_smsc_is_given_time_and_every_message_goes_once_and_in_order(smsc: Smsc) -> None:
    smsc.mode(throttle=3, queue_full=2)  # waits of at most 0.25 + 0.5 + 1 + 2 + 4 s
    for number in range(40):
        a_message(f"message {number}", to=phone_of(number % 4))
    all_delivered(seconds=30)
    assert Counter(line["key"] for line in smsc.accepted()).most_common(1)[0][1] == 1
    assert in_order(smsc) and len(smsc.accepted()) == 40


def test_a_refused_number_fails_for_good_and_holds_up_nobody(smsc: Smsc) -> None:
    smsc.mode(refuse=1)
    a_message("first", to=phone_of(1))
    until(lambda: states() == {"permanent_failure"})
    a_message("second", to=phone_of(1))
    a_message("third", to=phone_of(2))
    until(lambda: Message.objects.filter(state="delivered").count() == 2)
    assert Message.objects.get(text="first").reason == "status_0x0B"


def test_a_receipt_before_the_answer_still_finds_its_message(smsc: Smsc) -> None:
    smsc.mode(dlr_first=True, hold_ack=150)
    for number in range(5):
        a_message(f"early {number}", to=phone_of(number))
    all_delivered()
    assert not Receipt.objects.filter(message=None).exists()


def test_receipts_of_unknown_messages_are_kept_and_change_nothing(smsc: Smsc) -> None:
    known = a_message("known")
    all_delivered()
    smsc.ask("/dlr", {"id": "nobody-knows", "to": PHONE[1:]})
    smsc.ask("/dlr", {"id": smsc.accepted()[0]["id"], "state": "UNDELIV", "to": PHONE[1:]})
    until(lambda: smsc.state["waiting"] == 0 and Receipt.objects.filter(message=None).exists())
    assert Receipt.objects.get(message=None).provider_id == "nobody-knows"
    until(lambda: Receipt.objects.filter(stat="UNDELIV", message=known).exists())
    assert Message.objects.get(pk=known.pk).state == "delivered"  # what arrived stays so


def test_a_link_that_flaps_loses_nothing_and_keeps_the_order(smsc: Smsc) -> None:
    drops = 3
    for number in range(60):
        a_message(f"flap {number}", to=phone_of(number % 5))
        if number % 20 == 10:
            smsc.ask("/drop_link", {})
    all_delivered(seconds=30)
    counted = Counter(line["key"] for line in smsc.accepted())
    assert len(counted) == 60 and in_order(smsc)
    assert sum(counted.values()) <= 60 + drops * 20  # what was in the air may go again


def test_a_lost_acknowledgement_makes_a_repeat_with_the_same_key(smsc: Smsc) -> None:
    smsc.mode(lose_ack=1)
    message = a_message("once")
    all_delivered()
    assert [line["key"] for line in smsc.accepted()] == [message.public_id] * 2


def test_an_smsc_that_knows_the_key_lets_no_repeat_through(smsc: Smsc) -> None:
    smsc.mode(lose_ack=1, honour_key=True)
    message = a_message("once")
    all_delivered()
    assert [line["key"] for line in smsc.accepted()] == [message.public_id]
    assert smsc.state["repeats"] >= 1


def test_killed_between_submit_and_acknowledgement_it_goes_again_at_most_once_a_kill(
    smsc: Smsc, binding: Binding
) -> None:
    smsc.mode(hold_ack=60_000)
    messages = [a_message(f"kill {number}", to=phone_of(number)) for number in range(8)]
    until(lambda: len(smsc.accepted()) == 8)
    binding.kill()
    smsc.mode(hold_ack=0)
    binding.start()
    all_delivered(seconds=30)
    counted = Counter(line["key"] for line in smsc.accepted())
    assert set(counted) == {message.public_id for message in messages}
    assert max(counted.values()) <= 1 + 1


def test_what_was_not_acknowledged_to_the_operator_comes_again_and_is_taken_once(
    smsc: Smsc, binding: Binding
) -> None:
    binding.kill()
    for number in range(10):
        smsc.text(phone_of(number), f"case {number}", id=f"mo-{number}")
    binding.start()
    until(lambda: len(smsc.accepted()) == 10, seconds=30)
    for number in range(10):  # and once more, as an operator does that lost our answer
        smsc.text(phone_of(number), f"case {number}", id=f"mo-{number}", wait=True)
    assert InboundMessage.objects.count() == 10 == len(smsc.accepted())


def test_a_second_process_waits_until_the_first_is_gone(smsc: Smsc, binding: Binding) -> None:
    second = Binding(smsc, binding.log.with_name("second.log"), database=binding.database)
    second.start()
    try:
        until(
            lambda: second.log.exists() and "waiting for it" in second.log.read_text(), seconds=20
        )
        assert smsc.state["refused_binds"] == 0 and smsc.state["bound"]
        binds = smsc.state["binds"]
        assert binding.stop() == 0
        until(lambda: smsc.state["binds"] == binds + 1)
    finally:
        assert second.stop() == 0


def test_a_process_that_loses_its_lock_ends_before_another_binds(
    smsc: Smsc, binding: Binding
) -> None:
    """Its session to the database is cut: it may no longer believe that it is the only one."""
    assert binding.process is not None
    with application_role(binding.database) as session, session.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
            "AND classid = %s AND objid = %s AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())",
            handing_over.BIND_LOCK,
        )
        assert cursor.fetchall() == [(True,)]
    assert binding.process.wait(15) != 0
    until(lambda: not smsc.state["bound"])
    assert not handing_over.is_bound()
    binding.start()
    a_message("after it")
    all_delivered(seconds=30)
    assert handing_over.is_bound()


def test_an_address_that_is_none_is_said_in_a_sentence(settings) -> None:
    settings.GEO_SMPP_URL = "http://smsc.example.org"
    with pytest.raises(CommandError, match="GEO_SMPP_URL is smpp://"):
        call_command("sms_bind")


def test_a_message_that_waited_is_sent_when_the_smsc_is_back(smsc: Smsc) -> None:
    smsc.mode(down=True)
    for number in range(20):
        a_message(f"outage {number}", to=phone_of(number % 3), at=timezone.now())
    smsc.text(phone_of(7), "case 1")
    assert not smsc.accepted() and states() == {"created"}
    smsc.mode(down=False)
    until(lambda: len(smsc.accepted()) == 21, seconds=30)
    assert in_order(smsc)
