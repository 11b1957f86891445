"""E-mail from the outbox over SMTP: a periodic job of the worker.

Each message is sent inside the transaction that holds its row, so that a worker that dies leaves
it waiting; the Message-ID is made from the message's own id, by which a mail server can drop a
repeat.
"""

import datetime as dt
import logging
import smtplib
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.smtp import EmailBackend
from django.db import transaction
from django.utils import timezone

from municipality.notices.handing_over import Settled, heads, settle
from municipality.notices.models import Message
from municipality.words import Text

MOST = 200  # a turn; the next one is seconds away
WAIT_S = 20
HUNG_UP = dt.timedelta(minutes=1)  # before a mail on which the link broke is tried again
# Below the wording, so that no editor of it can leave it out; in both languages, as whoever reads
# a mail that they did not want may not be who asked for it.
STOP = Text("لإيقاف هذه الرسائل افتح:", "To stop these messages open:")
log = logging.getLogger("municipality.notices")


@dataclass(frozen=True, slots=True)
class Address:
    """Where the mail server is and who we are there."""

    host: str
    port: int
    user: str
    password: str
    starttls: bool
    tls: bool

    @classmethod
    def of(cls, url: str) -> "Address":
        """Read ``smtp[s]://user:password@host:port?starttls=1``; raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("GEO_SMTP_URL is smtp://user:password@host:port")
        tls = parts.scheme == "smtps"
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if tls else 25),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            starttls=dict(parse_qsl(parts.query)).get("starttls") == "1",
            tls=tls,
        )

    def opened(self) -> EmailBackend:
        """Connect to the server; raises OSError or SMTPException."""
        backend = EmailBackend(
            host=self.host, port=self.port, username=self.user, password=self.password,
            use_tls=self.starttls, use_ssl=self.tls, timeout=WAIT_S,
        )  # fmt: skip
        backend.open()
        return backend


def _one_click(link: str) -> dict[str, str]:
    """Return the headers by which a mail program ends such mails by itself (RFC 2369, RFC 8058).

    One click asks for HTTPS (RFC 8058, 3.1), so that a city on plain HTTP tells the link alone.
    """
    if not link:
        return {}
    told = {"List-Unsubscribe": f"<{link}>"}
    if link.startswith("https://"):
        told["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    return told


def _body(message: Message) -> str:
    if not message.stop_link:
        return message.text
    return f"{message.text}\n\n{STOP.ar}\n{STOP.en}\n{message.stop_link}\n"


def _mail(message: Message, backend: Any) -> EmailMessage:
    """Write the mail; Django refuses a header with a line break (BadHeaderError)."""
    domain = parseaddr(settings.GEO_MAIL_FROM)[1].rpartition("@")[2]
    return EmailMessage(
        subject=message.subject,
        body=_body(message),
        from_email=settings.GEO_MAIL_FROM,
        to=[message.to_address],
        headers={
            "Message-ID": f"<{message.public_id}@{domain}>",
            "Content-Language": message.language,
            "Auto-Submitted": "auto-generated",
            **_one_click(message.stop_link),
        },
        connection=backend,
    )


def _answer(message: Message, backend: Any) -> Settled:
    """Hand one mail over; a refusal of the 500s is final, anything else may pass."""
    try:
        _mail(message, backend).send()
    except smtplib.SMTPRecipientsRefused as refused:
        code = next(iter(refused.recipients.values()))[0]
        return Settled(message, reason=f"smtp_{code}", may_pass=code < 500)
    except smtplib.SMTPResponseException as refused:
        return Settled(
            message, reason=f"smtp_{refused.smtp_code}", may_pass=refused.smtp_code < 500
        )
    except ValueError as error:  # a header with a line break, an address that is none
        return Settled(message, reason=type(error).__name__)
    return Settled(message, provider_ids=(message.public_id,))


def _one(backend: Any) -> bool:
    """Send the next mail that is due; False when none is.

    Raises OSError where the link breaks: that mail then lets the others go first, so that one on
    which a server always hangs up holds up nobody, and no attempt is counted.
    """
    at, broken = timezone.now(), None
    with transaction.atomic():
        found = heads(Message.Channel.EMAIL, 1, at=at)
        if not found:
            return False
        message = found[0]
        try:
            answer = _answer(message, backend)
        except OSError as error:
            broken = error
            message.next_at = at + HUNG_UP
            message.save(update_fields=["next_at"])
        else:
            message.attempts += 1
            message.save(update_fields=["attempts"])
            settle([answer], at=at)
    if broken is not None:
        raise broken
    return True


def send_waiting() -> int:
    """Send the mails that are due (a periodic job); returns how many were handed over or refused.

    A server that cannot be reached leaves them waiting; so does a link that breaks in between.
    """
    due = Message.objects.filter(channel=Message.Channel.EMAIL, state=Message.State.CREATED)
    if not settings.GEO_SMTP_URL or not due.filter(next_at__lte=timezone.now()).exists():
        return 0
    sent = 0
    try:
        backend = Address.of(settings.GEO_SMTP_URL).opened()
        try:
            while sent < MOST and _one(backend):
                sent += 1
        finally:
            backend.close()
    except (OSError, smtplib.SMTPException) as error:
        log.warning("the mail server cannot be reached: %s", error)
    return sent
