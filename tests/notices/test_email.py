"""E-mail over a real SMTP server: sent once, refused headers, a server that is away."""

import email
import email.policy
from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.utils import timezone

from municipality.notices.email_jobs import Address, send_waiting
from municipality.notices.models import Message
from municipality.notices.outbox import Recipient, queue
from tests.notices.builders import SHORT, free_port

pytestmark = pytest.mark.django_db


class Box:
    """What the server took; ``say`` is what it answers to RCPT and to DATA."""

    def __init__(self) -> None:
        self.mails: list[Envelope] = []
        self.rcpt, self.data = "250 OK", "250 OK"
        self.hangs_up_on = ""

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.hangs_up_on and self.hangs_up_on in envelope.rcpt_tos:
            server.transport.close()
            return self.data
        if self.data.startswith("250"):
            self.mails.append(envelope)
        return self.data


@pytest.fixture
def box(settings) -> Iterator[Box]:
    """A mail server that listens."""
    told, port = Box(), free_port()
    controller = Controller(told, hostname="127.0.0.1", port=port)
    controller.start()
    settings.GEO_SMTP_URL = f"smtp://127.0.0.1:{port}"
    settings.GEO_MAIL_FROM = "بلدية مسقط <no-reply@mm.example.om>"
    yield told
    controller.stop()


def a_mail(key: str = "k", address: str = "salim@example.org", **more: object) -> Message:
    to = Recipient(email=address, language="ar")
    queue(template=SHORT.code, to=to, values={"number": "PX-1"}, key=key, at=timezone.now(), **more)  # type: ignore[arg-type]
    return Message.objects.get(key=key)


def test_a_mail_arrives_with_its_arabic_and_its_key(box: Box) -> None:
    told = a_mail()
    assert send_waiting() == 1 and send_waiting() == 0
    (envelope,) = box.mails
    mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
    assert mail["Subject"] == "بلدية مسقط" and mail["To"] == "salim@example.org"
    assert mail.get_content().strip() == "بلدية مسقط: المعاملة PX-1"
    assert mail["Message-ID"] == f"<{told.public_id}@mm.example.om>"
    assert mail["Auto-Submitted"] == "auto-generated"
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
