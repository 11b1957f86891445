"""A mail server that listens and keeps what it took, for tests of what is sent by mail."""

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.notices.builders import free_port


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

    def read(self) -> list[EmailMessage]:
        """The mails as a mail program reads them."""
        policy = email.policy.default
        return [email.message_from_bytes(one.content, policy=policy) for one in self.mails]


@contextmanager
def a_mail_server(settings: Any) -> Iterator[Box]:
    """Run one and let mails go there; it is gone afterwards."""
    told, port = Box(), free_port()
    controller = Controller(told, hostname="127.0.0.1", port=port)
    controller.start()
    settings.GEO_SMTP_URL = f"smtp://127.0.0.1:{port}"
    settings.GEO_MAIL_FROM = "بلدية مسقط <no-reply@mm.example.om>"
    try:
        yield told
    finally:
        controller.stop()
