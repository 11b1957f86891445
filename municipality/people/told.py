"""Messages about a person's own account, through the city's one outbox."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from municipality.notices.outbox import Recipient, queue


@dataclass(frozen=True, slots=True)
class Told:
    """Which template goes to which number, with what in it; the same key twice is one message."""

    template: str
    phone: str
    language: str
    values: Mapping[str, str]
    key: str


def tell(told: Told, *, at: dt.datetime) -> None:
    """Put a message into the outbox, in the caller's own transaction."""
    to = Recipient(phone=told.phone, email="", language=told.language, person_id=None)
    queue(
        template=told.template, to=to, values=dict(told.values), key=told.key, at=at, about="",
    )  # fmt: skip
