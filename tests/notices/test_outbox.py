"""The outbox: once an event, in order for each recipient, kept states, walls between people."""

import datetime as dt

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from municipality.notices import handing_over
from municipality.notices.forgetting import forget_contacts
from municipality.notices.handing_over import Settled, Told
from municipality.notices.models import InboundMessage, Message, MessageEvent, Receipt
from municipality.notices.outbox import Recipient, queue
from municipality.notices.templates import Template, registry
from municipality.reach import EVERYTHING, NOBODY, Viewer, look_as
from municipality.words import Text
from tests.notices.builders import AT, PHONE, SHORT, a_message, phone_of
from tests.people.application import as_application

pytestmark = pytest.mark.django_db
LATE = Text("رد متأخر: ", "Late: ")
TICKET = Template(
    code="test.ticket", ar="تذكرة {number}", en="Ticket {number}", longest={"number": "1"},
    stale_after_s=120, late=LATE, useful_for_s=3_600,
)  # fmt: skip


def later(**span: float) -> dt.datetime:
    return AT + dt.timedelta(**span)


def tell(key: str = "k", to: Recipient | None = None, **more: object) -> None:
    to = to or Recipient(phone=PHONE)
    queue(template=SHORT.code, to=to, values={"number": "1"}, key=key, at=AT, **more)  # type: ignore[arg-type]


def sent(message: Message, *ids: str, at: dt.datetime = AT) -> None:
    handing_over.settle([Settled(message, provider_ids=ids or (f"id-{message.pk}",))], at=at)


def test_the_same_key_twice_is_one_message() -> None:
    for _ in range(3):
        tell("case/1/returned/owner")
    assert Message.objects.count() == 1


def test_control_another_key_is_another_message() -> None:
    tell("a")
    tell("b")
    assert Message.objects.count() == 2


def test_a_message_of_a_transaction_that_fails_does_not_exist() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():
        tell()
        raise RuntimeError
    assert not Message.objects.exists()


def test_each_channel_of_a_recipient_gets_its_own() -> None:
    tell(to=Recipient(phone=PHONE, email="salim@example.org", language="en"))
    rows = {row.channel: row for row in Message.objects.all()}
    assert rows["sms"].parts == 1 and rows["email"].parts == 0
    assert rows["email"].subject == "Muscat Municipality" and not rows["sms"].subject
    tell(to=Recipient(), key="nobody")
    assert Message.objects.count() == 2


@pytest.mark.parametrize("phone", ["+33612345678", "+96824123456", "+9689", "1234"])
def test_a_number_that_may_not_be_texted_is_written_down_and_costs_nothing(phone: str) -> None:
    tell(to=Recipient(phone=phone))
    row = Message.objects.get()
    assert (row.state, row.reason) == ("permanent_failure", "number_not_textable")
    assert handing_over.claim(10, at=AT) == []


@pytest.mark.parametrize("email", ["x", "a@b\nBcc: c@d.om", "a b@c.om", "a@b@c"])
def test_an_address_that_is_none_never_reaches_a_header(email: str) -> None:
    tell(to=Recipient(email=email))
    assert Message.objects.get().reason == "address_not_valid"


def test_the_oldest_goes_first_and_the_next_when_that_is_acknowledged() -> None:
    first, second = a_message("1", at=AT), a_message("2", at=AT)
    other = a_message("3", to=phone_of(9), at=AT)
    assert [m.pk for m in handing_over.claim(10, at=AT)] == [first.pk, other.pk]
    assert handing_over.claim(10, at=AT) == []
    sent(first)
    assert [m.pk for m in handing_over.claim(10, at=AT)] == [second.pk]


def test_a_head_that_waits_holds_up_its_recipient_and_nobody_else() -> None:
    a_message("1", at=AT)
    a_message("2", at=AT)
    (head,) = handing_over.claim(10, at=AT)
    handing_over.settle([Settled(head, reason="status_0x08", may_pass=True)], at=AT)
    other = a_message("3", to=phone_of(9), at=AT)
    assert [m.pk for m in handing_over.claim(10, at=AT)] == [other.pk]
    assert handing_over.next_at("sms", at=AT) == later(seconds=5)
    assert [m.pk for m in handing_over.claim(10, at=later(seconds=5))] == [head.pk]


def test_a_refusal_that_may_pass_is_tried_six_times_and_then_a_failure() -> None:
    message = a_message(at=AT)
    at = AT
    for _ in range(6):
        (message,) = handing_over.claim(1, at=at)
        handing_over.settle([Settled(message, reason="status_0x08", may_pass=True)], at=at)
        at += dt.timedelta(hours=1)
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("technical_failure", 6)
    assert handing_over.claim(1, at=at) == []


def test_what_a_dead_process_held_goes_again() -> None:
    message = a_message(at=AT)
    handing_over.claim(1, at=AT)
    assert handing_over.take_back() == 1
    assert [m.pk for m in handing_over.claim(1, at=AT)] == [message.pk]


def test_a_reply_that_waited_says_so_and_one_that_is_useless_is_not_sent(settings) -> None:
    registry()[TICKET.code] = TICKET
    for key, language in (("a", "ar"), ("b", "en"), ("c", "ar")):
        to = Recipient(phone=phone_of(ord(key)), language=language)
        queue(template=TICKET.code, to=to, values={"number": 5}, key=key, at=AT)
    one = handing_over.claim(1, at=later(seconds=119))
    assert [m.text for m in one] == ["تذكرة 5"]
    handing_over.take_back()
    late = handing_over.claim(2, at=later(seconds=121))
    assert [m.text for m in late] == ["رد متأخر: تذكرة 5", "Late: Ticket 5"]
    handing_over.take_back()
    assert [m.text for m in handing_over.claim(1, at=later(minutes=9))] == ["رد متأخر: تذكرة 5"]
    handing_over.take_back()
    assert handing_over.claim(9, at=later(hours=2)) == []
    assert set(Message.objects.values_list("state", "reason")) == {("technical_failure", "expired")}


def after_an_outage() -> list[str]:
    """What is handed over at the first look after an outage that made thirty replies useless."""
    registry()[TICKET.code] = TICKET
    for number in range(30):
        to = Recipient(phone=phone_of(number))
        queue(template=TICKET.code, to=to, values={"number": 5}, key=f"old{number}", at=AT)
    a_message("fresh", to=phone_of(99), at=later(hours=2))
    return [message.text for message in handing_over.claim(10, at=later(hours=2))]


def test_what_an_outage_made_useless_holds_up_nothing_new() -> None:
    assert after_an_outage() == ["fresh"]
    assert Message.objects.filter(state="technical_failure", reason="expired").count() == 30
    assert MessageEvent.objects.filter(state="technical_failure").count() == 30


def test_receipts_move_a_message_and_every_state_is_kept() -> None:
    message = a_message("ب" * 100, at=AT)
    handing_over.claim(1, at=AT)
    message.refresh_from_db()
    sent(message, "p1", "p2")
    handing_over.receive_receipts([Told("p1", "DELIVRD")], at=AT)
    message.refresh_from_db()
    assert message.state == "sent"  # one part of two
    handing_over.receive_receipts([Told("p2", "EXPIRED", "021")], at=AT)
    message.refresh_from_db()
    assert (message.state, message.reason) == ("temporary_failure", "EXPIRED 021")
    handing_over.receive_receipts([Told("p2", "DELIVRD")], at=later(days=3))  # three days late
    message.refresh_from_db()
    assert (message.state, message.delivered_at) == ("delivered", later(days=3))
    handing_over.receive_receipts([Told("p1", "UNDELIV"), Told("x", "DELIVRD")], at=later(days=4))
    message.refresh_from_db()
    assert message.state == "delivered"
    assert list(MessageEvent.objects.order_by("pk").values_list("state", flat=True)) == [
        "sent", "temporary_failure", "delivered",
    ]  # fmt: skip
    assert Receipt.objects.count() == 5 and Receipt.objects.get(message=None).provider_id == "x"


STATS = st.sampled_from(["DELIVRD", "EXPIRED", "UNDELIV", "ENROUTE", "ACCEPTD", "REJECTD", "?"])


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", "none"]), STATS), max_size=8), st.integers(0, 8)
)
def test_receipts_before_and_after_the_answer_lead_to_the_same_state(told, early) -> None:
    """A receipt may come before submit_sm_resp, in any order, repeated and of strangers."""
    with transaction.atomic():
        outcomes = []
        for cut in (early, 0):
            key, names = (
                f"{cut}{len(outcomes)}",
                {"a": f"a{cut}{len(outcomes)}", "b": f"b{cut}{len(outcomes)}"},
            )
            message = a_message(key=key, to=phone_of(len(outcomes)), at=AT)
            rows = [Told(names.get(name, "none"), stat) for name, stat in told]
            handing_over.receive_receipts(rows[:cut], at=AT)
            sent(message, names["a"], names["b"])
            handing_over.receive_receipts(rows[cut:], at=AT)
            message.refresh_from_db()
            outcomes.append(message.state)
        final = {}
        for name, stat in told:
            final[name] = stat
        if final.get("a") == final.get("b") == "DELIVRD":
            assert "delivered" in outcomes
        assert len(set(outcomes)) == 1
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_only_staff_the_system_and_the_person_see_a_message() -> None:
    """The wall is the database's: the portal's own role, asked as each reach."""
    tell("mine", to=Recipient(phone=PHONE, person_id=5))
    tell("other", to=Recipient(phone=phone_of(8), person_id=6))
    seen = {}
    with as_application():
        for viewer in (NOBODY, Viewer("own", 5), Viewer("own"), Viewer("staff", 5), EVERYTHING):
            look_as(viewer)
            seen[viewer.reach, viewer.person_id] = Message.objects.count()
            seen[viewer.reach, viewer.person_id] += MessageEvent.objects.count()
        look_as(NOBODY)
        tell("queued by a session that sees nothing")
        assert Message.objects.update(text="x") == 0 and not InboundMessage.objects.exists()
    assert seen == {
        ("none", None): 0, ("own", 5): 1, ("own", None): 0, ("staff", 5): 2, ("system", None): 2,
    }  # fmt: skip
    assert Message.objects.count() == 3  # control: the owner of the tables sees all


@pytest.mark.parametrize("waiting", [0, 3])
def test_what_waits_is_counted(waiting: int) -> None:
    for number in range(waiting):
        a_message(str(number), at=AT)
    assert handing_over.waiting("sms") == (waiting, AT if waiting else None)
    assert not handing_over.is_bound()  # no process runs on this database now


def test_contact_data_is_forgotten_when_its_time_is_over_and_the_log_stays() -> None:
    old, waits = a_message("old", at=AT), a_message("waits", to=phone_of(3), at=AT)
    (old,) = handing_over.claim(1, at=AT)
    sent(old)
    heard = (AT, later(seconds=30))
    for at, digest in ((AT, "a"), (later(days=3), "b")):
        InboundMessage.objects.create(
            sender=PHONE, receiver="9", text="x", digest=digest, at=at, heard=heard
        )
    assert forget_contacts(before=later(days=2), at=later(days=9)) == 2
    old.refresh_from_db()
    waits.refresh_from_db()
    assert (old.to_address, old.text, old.state) == ("", "", "sent") and waits.text == "waits"
    assert InboundMessage.objects.get().digest == "b"
    assert forget_contacts(before=later(days=2), at=later(days=9)) == 0
