"""E-mail over a real SMTP server: sent once, refused headers, a server that is away."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from municipality.notices.email_jobs import Address, send_waiting
from municipality.notices.models import Message
from municipality.notices.outbox import Recipient, queue
from tests.notices.builders import SHORT, free_port
from tests.notices.mailbox import Box, a_mail_server

pytestmark = pytest.mark.django_db


@pytest.fixture
def box(settings) -> Iterator[Box]:
    """A mail server that listens."""
    with a_mail_server(settings) as told:
        yield told


def a_mail(key: str = "k", address: str = "salim@example.org", **more: object) -> Message:
    to = Recipient(email=address, language="ar")
    queue(template=SHORT.code, to=to, values={"number": "PX-1"}, key=key, at=timezone.now(), **more)  # type: ignore[arg-type]
    return Message.objects.get(key=key)


def test_a_mail_arrives_with_its_arabic_and_its_key(box: Box) -> None:
    told = a_mail()
    assert send_waiting() == 1 and send_waiting() == 0
    (mail,) = box.read()
    assert mail["Subject"] == "بلدية مسقط" and mail["To"] == "salim@example.org"
    assert mail.get_content().strip() == "بلدية مسقط: المعاملة PX-1"
    assert mail["Message-ID"] == f"<{told.public_id}@mm.example.om>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["List-Unsubscribe"] is None and mail["List-Unsubscribe-Post"] is None
    told.refresh_from_db()
    assert (told.state, told.provider_ids) == ("sent", [told.public_id])


@pytest.mark.parametrize(
    ("rcpt", "data", "state", "reason"),
    [
        ("550 unknown", "250 OK", "permanent_failure", "smtp_550"),
        ("450 later", "250 OK", "created", "smtp_450"),
        ("250 OK", "554 no", "permanent_failure", "smtp_554"),
        ("250 OK", "451 later", "created", "smtp_451"),
    ],
)
def test_a_refusal_is_final_or_tried_again(
    box: Box, rcpt: str, data: str, state: str, reason: str
) -> None:
    told = a_mail()
    box.rcpt, box.data = rcpt, data
    assert send_waiting() == 1
    told.refresh_from_db()
    assert (told.state, told.reason, box.mails) == (state, reason, [])


def test_a_line_break_in_a_header_is_never_sent(box: Box) -> None:
    told = a_mail()
    Message.objects.update(subject="x\r\nBcc: other@example.org")
    assert send_waiting() == 1
    told.refresh_from_db()
    assert (told.state, told.reason, box.mails) == ("permanent_failure", "BadHeaderError", [])


def test_a_server_that_is_away_leaves_the_mail_waiting(settings, box: Box) -> None:
    told, there = a_mail(), settings.GEO_SMTP_URL
    settings.GEO_SMTP_URL = f"smtp://127.0.0.1:{free_port()}"
    assert send_waiting() == 0
    told.refresh_from_db()
    assert (told.state, told.attempts) == ("created", 0)
    settings.GEO_SMTP_URL = there
    assert send_waiting() == 1 and len(box.mails) == 1


def test_a_mail_on_which_the_server_hangs_up_holds_up_no_other(box: Box) -> None:
    bad, good = a_mail("a", "bad@example.org"), a_mail("b")
    box.hangs_up_on = "bad@example.org"
    assert send_waiting() == 0  # the link broke
    assert send_waiting() == 1
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.state, bad.state, bad.attempts) == ("sent", "created", 0)
    box.hangs_up_on = ""
    Message.objects.filter(pk=bad.pk).update(next_at=timezone.now())
    assert send_waiting() == 1 and len(box.mails) == 2


def test_mails_that_are_useless_by_now_hold_up_no_other(box: Box) -> None:
    for number in range(5):
        a_mail(f"old{number}", f"a{number}@example.org")
    Message.objects.update(expires_at=timezone.now())
    a_mail("new")
    assert send_waiting() == 1 and len(box.mails) == 1


def test_without_a_server_nothing_is_tried(settings) -> None:
    settings.GEO_SMTP_URL = ""
    a_mail()
    assert send_waiting() == 0


def test_an_address_of_a_server_is_read_or_refused() -> None:
    assert Address.of("smtps://u:p%40@h") == Address("h", 465, "u", "p@", starttls=False, tls=True)
    assert Address.of("smtp://h:587?starttls=1").starttls
    with pytest.raises(ValueError):
        Address.of("http://h")
