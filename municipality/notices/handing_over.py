"""From the outbox to a provider and back: claim, settle, receipts.  Every act is one transaction.

Only one process hands text messages over (``smpp.bind`` holds a lock), so a message that is
``sending`` when that process begins was left by a dead one: it goes again, with the same key.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from municipality.notices.gsm import parts
from municipality.notices.models import Message, MessageEvent, Receipt
from municipality.notices.templates import registry

State = Message.State
RETRY_AFTER_S = (5, 30, 120, 600, 1800)  # a refusal that may pass; then it is a failure
HEADS = """
SELECT m.id FROM notices_message m
WHERE m.channel = %(channel)s AND m.state = 'created' AND m.next_at <= %(at)s
  AND NOT EXISTS (
    SELECT FROM notices_message earlier
    WHERE earlier.channel = m.channel AND earlier.to_address = m.to_address
      AND earlier.state IN ('created', 'sending') AND earlier.id < m.id)
ORDER BY m.id LIMIT %(most)s FOR UPDATE OF m SKIP LOCKED
"""
NEXT = """
SELECT min(next_at) FROM notices_message WHERE channel = %s AND state = 'created' AND next_at > %s
"""
# stat of a receipt (SMPP 3.4 appendix B) to the state of the message; others change nothing
STATES = {
    "DELIVRD": State.DELIVERED,
    "EXPIRED": State.TEMPORARY_FAILURE,
    "UNDELIV": State.PERMANENT_FAILURE,
    "REJECTD": State.PERMANENT_FAILURE,
    "DELETED": State.PERMANENT_FAILURE,
}


@dataclass(frozen=True, slots=True)
class Settled:
    """What a provider answered: the ids of the parts, or why not and whether to try again."""

    message: Message
    provider_ids: tuple[str, ...] = ()
    reason: str = ""
    may_pass: bool = False


@dataclass(frozen=True, slots=True)
class Told:
    """A delivery receipt as the operator sent it."""

    provider_id: str
    stat: str
    error: str = ""


def _events(messages: Iterable[Message], *, at: dt.datetime) -> None:
    MessageEvent.objects.bulk_create(
        MessageEvent(message=m, at=at, state=m.state, reason=m.reason) for m in messages
    )


def _as_it_goes(message: Message, *, at: dt.datetime) -> None:
    """Say in the text itself that it comes late, where its template wants that."""
    template = registry().get(message.template)
    if template is None or template.stale_after_s is None or template.late is None:
        return
    prefix = template.late.in_language(message.language)
    waited = (at - message.queued_at).total_seconds()
    if waited > template.stale_after_s and not message.text.startswith(prefix):
        message.text = prefix + message.text
        message.parts = parts(message.text) if message.channel == Message.Channel.SMS else 0


def heads(channel: str, most: int, *, at: dt.datetime) -> list[Message]:
    """Lock the oldest waiting message of each recipient; what is useless by now expires here."""
    with connection.cursor() as cursor:
        cursor.execute(HEADS, {"channel": channel, "at": at, "most": most})
        ids = [row[0] for row in cursor.fetchall()]
    found = list(Message.objects.filter(pk__in=ids).order_by("pk"))
    expired = [message for message in found if message.expires_at <= at]
    for message in expired:
        message.state, message.reason = State.TECHNICAL_FAILURE, "expired"
    if expired:
        Message.objects.bulk_update(expired, ["state", "reason"])
        _events(expired, at=at)
    useful = [message for message in found if message.expires_at > at]
    for message in useful:
        _as_it_goes(message, at=at)
    return useful


def claim(most: int, *, at: dt.datetime) -> list[Message]:
    """Take text messages to hand over now: they are ``sending`` before the first octet goes."""
    with transaction.atomic():
        found = heads(Message.Channel.SMS, most, at=at)
        for message in found:
            message.state = State.SENDING
            message.attempts += 1
        if found:
            Message.objects.bulk_update(found, ["state", "attempts", "text", "parts"])
    return found


def next_at(channel: str, *, at: dt.datetime) -> dt.datetime | None:
    """Return when the next message that waits for a later moment is due."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [channel, at])
        found: dt.datetime | None = cursor.fetchone()[0]
    return found


def take_back() -> int:
    """Let what a dead process or a lost link left without an answer go again; how many."""
    left = Message.objects.filter(channel=Message.Channel.SMS, state=State.SENDING)
    return left.update(state=State.CREATED)


def _after(settled: Settled, *, at: dt.datetime) -> None:
    message = settled.message
    message.reason = settled.reason[:60]
    if settled.provider_ids:
        message.state, message.sent_at = State.SENT, at
        message.provider_ids = list(settled.provider_ids)
    elif settled.may_pass and message.attempts <= len(RETRY_AFTER_S):
        message.state = State.CREATED
        message.next_at = at + dt.timedelta(seconds=RETRY_AFTER_S[message.attempts - 1])
    elif settled.may_pass:
        message.state = State.TECHNICAL_FAILURE
    else:
        message.state = State.PERMANENT_FAILURE


def settle(answers: Sequence[Settled], *, at: dt.datetime) -> None:
    """Write down what the provider answered, and receipts that came before the answer."""
    if not answers:
        return
    with transaction.atomic():
        for settled in answers:
            _after(settled, at=at)
        messages = [settled.message for settled in answers]
        changed = ["state", "reason", "sent_at", "provider_ids", "next_at"]
        Message.objects.bulk_update(messages, changed)
        _events(messages, at=at)
        ids = [one for settled in answers for one in settled.provider_ids]
        early = Receipt.objects.filter(provider_id__in=ids, message=None).order_by("pk")
        _apply(list(early), at=at)


def receive_receipts(told: Sequence[Told], *, at: dt.datetime) -> None:
    """Keep receipts, and move the messages they belong to; an unknown one is only kept."""
    if not told:
        return
    with transaction.atomic():
        rows = Receipt.objects.bulk_create(
            Receipt(
                provider_id=one.provider_id[:65], stat=one.stat[:10], error=one.error[:10], at=at
            )
            for one in told
        )
        _apply(rows, at=at)


def _apply(receipts: Sequence[Receipt], *, at: dt.datetime) -> None:
    ids = [receipt.provider_id for receipt in receipts]
    if not ids:
        return
    messages = Message.objects.filter(provider_ids__overlap=ids).select_for_update()
    owner = {one: message for message in messages.order_by("pk") for one in message.provider_ids}
    known = [receipt for receipt in receipts if receipt.provider_id in owner]
    for receipt in known:
        receipt.message = owner[receipt.provider_id]
    Receipt.objects.bulk_update(known, ["message"])
    touched = {receipt.message.pk: receipt.message for receipt in known if receipt.message}
    all_ids = [one for message in touched.values() for one in message.provider_ids]
    rows = Receipt.objects.filter(provider_id__in=all_ids).order_by("pk")
    last = {row.provider_id: row for row in rows}  # the last word on each part
    moved = [message for message in touched.values() if _moves(message, last, at=at)]
    Message.objects.bulk_update(moved, ["state", "reason", "delivered_at"])
    _events(moved, at=at)


def _moves(message: Message, last: Mapping[str, Receipt], *, at: dt.datetime) -> bool:
    """Follow the receipts of all parts: delivered when each is, failed when one is.

    A message that arrived stays so, whatever a later receipt says; a failure is not final,
    for some operators go on trying after they said ``EXPIRED``.
    """
    if message.state == State.DELIVERED:
        return False
    words = [last[one] for one in set(message.provider_ids) if one in last]
    if len(words) == len(set(message.provider_ids)) and all(w.stat == "DELIVRD" for w in words):
        message.state, message.reason, message.delivered_at = State.DELIVERED, "", at
        return True
    failed = [word for word in words if STATES.get(word.stat, State.DELIVERED) != State.DELIVERED]
    if not failed or message.state == STATES[failed[0].stat]:
        return False
    message.state = STATES[failed[0].stat]
    message.reason = f"{failed[0].stat} {failed[0].error}".strip()
    return True


def waiting(channel: str) -> dict[str, Any]:
    """Count what waits, and since when the oldest does (for the page and the metrics)."""
    rows = Message.objects.filter(channel=channel).filter(
        Q(state=State.CREATED) | Q(state=State.SENDING)
    )
    oldest = rows.order_by("queued_at").values_list("queued_at", flat=True).first()
    return {"count": rows.count(), "oldest": oldest, "retried": rows.filter(attempts__gt=1).count()}
