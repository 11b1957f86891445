"""The outbox: a message is a row of the transaction that it tells of, or there is none.

What waits is handed over by the senders (``smpp.bind``, ``email``): the oldest to each
recipient first, and the next one only when that is acknowledged.  A recipient whose message
waits holds up nobody else.
"""

import datetime as dt
import logging
from collections.abc import Mapping
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from municipality.notices.gsm import parts
from municipality.notices.models import Message
from municipality.notices.templates import clean
from municipality.notices.wording import current
from municipality.phones import can_be_texted

log = logging.getLogger("municipality.notices")
SMS, EMAIL = Message.Channel.SMS, Message.Channel.EMAIL


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom: a telephone (E.164), an e-mail address, or both; and in which language.

    ``stop_link`` is the address by which they end mails like it; a text message has none.
    """

    phone: str = ""
    email: str = ""
    language: str = "ar"
    person_id: int | None = None
    stop_link: str = ""


def queue(
    *,
    template: str,
    to: Recipient,
    values: Mapping[str, object],
    key: str,
    at: dt.datetime,
    about: str = "",
) -> None:
    """Queue one message over each channel that the recipient has; it goes when this commits.

    ``key`` names the event and the one who is told: the same key twice is one message.  Called
    inside the action's own transaction.  Raises KeyError for an unknown template or a field
    without a value.  A number that may not be texted (abroad, a landline) and a wrong address
    are written down as failed and never fail the caller.
    """
    wording = current(template)
    text = wording.filled(to.language, values)
    cost = parts(text)
    if cost > wording.template.max_parts:
        log.warning("%s: %s parts of %s, a value is too long", template, cost, key)
    kept = {name: clean(values[name]) for name in wording.template.longest} if about else {}
    rows = []
    for channel, address in ((SMS, to.phone), (EMAIL, to.email)):
        if not address:
            continue
        unfit = _unfit(channel, address)
        rows.append(
            Message(
                key=key,
                channel=channel,
                to_address=address,
                person_id=to.person_id,
                language=to.language,
                template=template,
                template_version=wording.version,
                subject=wording.template.subject.in_language(to.language)
                if channel == EMAIL
                else "",
                text=text,
                parts=cost if channel == SMS else 0,
                stop_link=to.stop_link if channel == EMAIL else "",
                about=about,
                values=kept,
                state=Message.State.PERMANENT_FAILURE if unfit else Message.State.CREATED,
                reason=unfit,
                queued_at=at,
                next_at=at,
                expires_at=at + dt.timedelta(seconds=wording.template.useful_for_s),
            )
        )
    Message.objects.bulk_create(rows, ignore_conflicts=True)  # no RETURNING: see reach


def _unfit(channel: str, address: str) -> str:
    """Say why nothing can be sent to an address; empty when it can."""
    if channel == SMS:
        return "" if can_be_texted(address) else "number_not_textable"
    try:
        validate_email(address)
    except ValidationError:
        return "address_not_valid"
    return ""
