"""Signed messages, as Standard Webhooks has them: HMAC-SHA-256 over ``id.timestamp.body``.

Two keys may hold at once, so that they can be changed without losing a message.
"""

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence

TOLERANCE_S = 300
MOST_SIGNATURES = 4
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_TIMESTAMP = re.compile(r"[0-9]{10}")
PREFIX = "whsec_"


class BadSignature(ValueError):
    """The message is not from who holds a key, or not of now."""


def _key(text: str) -> bytes:
    try:
        return base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise BadSignature("a key is base64") from None


def sign(*, key: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the signature header of a message: ``v1,<base64>``."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    digest = hmac.new(_key(key), signed, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"


def verify(*, headers: Mapping[str, str], body: bytes, keys: Sequence[str], at: dt.datetime) -> str:
    """Return the id of a message that a holder of one of the keys signed within five minutes.

    A header that came twice arrives joined by a comma and is refused by its form.  Raises
    BadSignature.
    """
    message_id = headers.get("webhook-id", "")
    timestamp = headers.get("webhook-timestamp", "")
    if not _ID.fullmatch(message_id) or not _TIMESTAMP.fullmatch(timestamp):
        raise BadSignature("id or timestamp")
    if abs(at.timestamp() - int(timestamp)) > TOLERANCE_S:
        raise BadSignature("not of now")
    given = headers.get("webhook-signature", "").split(" ")
    if len(given) > MOST_SIGNATURES:
        raise BadSignature("too many signatures")
    wanted = [
        sign(key=key, message_id=message_id, timestamp=int(timestamp), body=body) for key in keys
    ]
    well = False
    for one in given:
        for other in wanted:  # all are compared, whichever fits
            well |= hmac.compare_digest(one.encode(), other.encode())
    if not well:
        raise BadSignature("signature")
    return message_id
