"""Mixed traffic to the short code: repeats, strangers, echoes; and what came of it."""

import datetime as dt
import random
from collections import Counter
from dataclasses import dataclass

from municipality.notices.inbound import received, route
from municipality.notices.models import InboundMessage, Message
from municipality.notices.taking_in import HandedOver, take_in
from tests.notices.builders import AT, phone_of
from tests.notices.commands import OWNER, SECRET

PEOPLE = 40
KINDS = ("fresh", "fresh", "fresh", "owner", "same_id", "same_text", "abroad", "name", "echo")


@dataclass(slots=True)
class Mixed:
    """How much traffic, from which seed; ``with_ids`` as operators that number their messages."""

    rng: random.Random
    messages: int
    with_ids: bool = True


@dataclass(slots=True)
class Seen:
    """What the traffic led to."""

    new: int = 0
    doubled: int = 0
    most_replies: int = 0
    secrets_told_to_others: int = 0
    secrets_told_to_their_owner: int = 0
    replies_abroad: int = 0


def _one(rng: random.Random, number: int, last: HandedOver | None) -> tuple[HandedOver, str]:
    kind = rng.choice(KINDS)
    sender, ton, text = phone_of(rng.randrange(2, PEOPLE))[1:], 1, f"case {number}"
    if kind == "owner":
        sender = OWNER[1:]
    elif kind == "abroad":
        sender = f"3361234{rng.randrange(10_000):04}"
    elif kind == "name":
        sender, ton = rng.choice(["Bank", "INFO", "90091"]), 5
    elif kind == "echo":
        sent = Message.objects.order_by("-pk").first()
        if sent is not None:
            sender, text = sent.to_address[1:], f"> {sent.text}"
    elif kind in ("same_id", "same_text") and last is not None:
        again = HandedOver(
            last.sender, last.ton, last.receiver, last.coding, last.body,
            smsc_id=last.smsc_id if kind == "same_id" else f"again-{number}",
        )  # fmt: skip
        return again, kind
    coding = 0 if text.isascii() else 8
    body = text.encode("ascii" if coding == 0 else "utf-16-be")
    return HandedOver(sender, ton, "90091", coding, body, smsc_id=f"mo-{number}"), kind


def play(mixed: Mixed) -> Seen:
    """Send the traffic, 2 seconds apart, route it as it comes, and count."""
    seen, last, before = Seen(), None, Message.objects.count()
    for number in range(mixed.messages):
        at = AT + dt.timedelta(seconds=2 * number)
        told, _ = _one(mixed.rng, number, last)
        if not mixed.with_ids:
            told = HandedOver(told.sender, told.ton, told.receiver, told.coding, told.body)
        seen.new += take_in([told], at=at)
        last = told
        route(received(), at=at)
    seen.doubled = _doubled()
    hours: Counter[tuple[str, int]] = Counter()
    for row in Message.objects.order_by("pk")[before:]:
        hours[row.to_address, int((row.queued_at - AT).total_seconds() // 3600)] += 1
        told_secret = SECRET in row.text
        seen.secrets_told_to_their_owner += told_secret and row.to_address == OWNER
        seen.secrets_told_to_others += told_secret and row.to_address != OWNER
        seen.replies_abroad += not row.to_address.startswith("+968")
    seen.most_replies = max(hours.values(), default=0)
    return seen


def _doubled() -> int:
    """Count replies beyond one to the same number about the same text."""
    rows = InboundMessage.objects.filter(state="answered").values_list("sender", "text")
    return sum(count - 1 for count in Counter(rows).values())
