"""Storing what the operator hands over, before it is acknowledged to them.

A message lost between their hands and ours cannot be: the answer that makes the operator forget
it goes out after the commit.  One that comes twice is taken once.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from municipality.digits import western
from municipality.names import fold
from municipality.notices.gsm import decoded
from municipality.notices.models import InboundPart
from municipality.phones import NotAPhone, phone

REPEAT_S = 30  # the same text of the same number (guards.md threat 16)
PARTS_KEPT = dt.timedelta(days=1)
MOST_PARTS = 10  # of one message; a number beyond it is noise
INTERNATIONAL, ALPHANUMERIC = 1, 5  # type of number, SMPP 3.4 §5.2.5
ADD = """
INSERT INTO notices_inboundmessage
  (smsc_id, sender, receiver, text, digest, at, heard, state, command, reason, attempts)
VALUES (%s, %s, %s, %s, %s, %s, tstzrange(%s, %s), 'received', '', '', 0)
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True, slots=True)
class HandedOver:
    """One deliver_sm that is no receipt: a message, or a part of one."""

    sender: str
    ton: int
    receiver: str
    coding: int
    body: bytes
    smsc_id: str = ""
    reference: int = 0
    total: int = 1
    number: int = 1


def sender_of(address: str, ton: int) -> str:
    """Write a sender as E.164; a name (``Bank``) or a short number stays what it is.

    >>> sender_of("96892123456", 1), sender_of("Bank", 5)
    ('+96892123456', 'Bank')
    """
    if ton == ALPHANUMERIC:
        return address[:21].lstrip("+")
    digits = address.lstrip("+")
    try:
        return phone(f"+{digits}" if ton == INTERNATIONAL else address)
    except NotAPhone:
        return digits[:21]


def _storable(text: str) -> str:
    """Leave out what PostgreSQL cannot hold: NUL and halves of surrogate pairs."""
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")


def _add(one: HandedOver, text: str, smsc_id: str, *, at: dt.datetime) -> bool:
    text = _storable(text)
    digest = hashlib.blake2b(fold(western(text)).strip().encode(), digest_size=16).hexdigest()
    until = at + dt.timedelta(seconds=REPEAT_S)
    row = [smsc_id[:130], sender_of(one.sender, one.ton), one.receiver[:21], text, digest]
    with connection.cursor() as cursor:
        cursor.execute(ADD, [*row, at, at, until])
        return bool(cursor.rowcount)


def _whole(one: HandedOver, *, at: dt.datetime) -> bool:
    """Keep a part; when it was the last one missing, the message takes the place of its parts."""
    InboundPart.objects.filter(at__lt=at - PARTS_KEPT).delete()
    group = InboundPart.objects.filter(
        sender=one.sender[:21], receiver=one.receiver[:21],
        reference=one.reference, total=one.total,
    )  # fmt: skip
    part = InboundPart(
        sender=one.sender[:21], receiver=one.receiver[:21], reference=one.reference,
        total=one.total, number=one.number, coding=one.coding, body=one.body,
        smsc_id=one.smsc_id[:65], at=at,
    )  # fmt: skip
    InboundPart.objects.bulk_create([part], ignore_conflicts=True)
    rows = list(group.order_by("number"))
    if len(rows) < one.total:
        return False
    group.delete()
    text = decoded(b"".join(bytes(row.body) for row in rows), one.coding)
    return _add(one, text, "+".join(filter(None, (row.smsc_id for row in rows))), at=at)


def _is_part(one: HandedOver) -> bool:
    return 1 < one.total <= MOST_PARTS and 1 <= one.number <= one.total


def take_in(handed_over: Sequence[HandedOver], *, at: dt.datetime) -> int:
    """Store messages in one transaction; returns how many were new and whole.

    Order is kept.  After this returns the operator may be told that we have them.
    """
    new = 0
    with transaction.atomic():
        for one in handed_over:
            if _is_part(one):
                new += _whole(one, at=at)
            else:
                new += _add(one, decoded(one.body, one.coding), one.smsc_id, at=at)
    return new
