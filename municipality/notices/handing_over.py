"""From the outbox to a provider and back: claim, settle, receipts.  Every act is one transaction.

Only one process hands text messages over (``smpp.bind`` holds a lock), so a message that is
``sending`` when that process begins was left by a dead one: it goes again, with the same key.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Count, F, Min

from municipality.notices.gsm import parts
from municipality.notices.models import Message, MessageEvent, Receipt
from municipality.notices.templates import registry

State = Message.State
EXPIRED_AT_ONCE = 1_000
RETRY_AFTER_S = (5, 30, 120, 600, 1800)  # a refusal that may pass; then it is a failure
HEADS = """
SELECT m.* FROM notices_message m
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
SENT = """
UPDATE notices_message m
SET state = 'sent', reason = '', sent_at = %s, provider_ids = string_to_array(told.ids, chr(31))
FROM unnest(%s::bigint[], %s::text[]) AS told (id, ids) WHERE m.id = told.id
"""
UNIT = "\x1f"
BIND_LOCK = (0x736D73, 1)  # "sms": one bind, whatever is started where
HELD = """
SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_database d ON d.oid = l.database
  WHERE l.locktype = 'advisory' AND l.classid = %s AND l.objid = %s AND l.granted
    AND d.datname = current_database())
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


def _says_it_is_late(message: Message, *, at: dt.datetime) -> bool:
    """Say in the text itself that it comes late, where its template wants that."""
    template = registry().get(message.template)
    if template is None or template.stale_after_s is None or template.late is None:
        return False
    prefix = template.late.in_language(message.language)
    waited = (at - message.queued_at).total_seconds()
    if waited <= template.stale_after_s or message.text.startswith(prefix):
        return False
    message.text = prefix + message.text
    message.parts = parts(message.text) if message.channel == Message.Channel.SMS else 0
    return True


def _expire(channel: str, *, at: dt.datetime) -> None:
    """Write down what is useless by now, the oldest first, many at once.

    After a long outage there are thousands: taken a few a look, they would hold up the new ones
    until those are useless too.
    """
    waiting = Message.objects.filter(channel=channel, state=State.CREATED, expires_at__lte=at)
    over = list(waiting.order_by("pk").select_for_update(skip_locked=True)[:EXPIRED_AT_ONCE])
    for message in over:
        message.state, message.reason = State.TECHNICAL_FAILURE, "expired"
    rows = Message.objects.filter(pk__in=[message.pk for message in over])
    rows.update(state=State.TECHNICAL_FAILURE, reason="expired")
    _events(over, at=at)


def heads(channel: str, most: int, *, at: dt.datetime) -> list[Message]:
    """Lock the oldest waiting message of each recipient; what is useless by now expires here."""
    asked = {"channel": channel, "at": at, "most": most}
    found = list(Message.objects.raw(HEADS, asked))
    while any(message.expires_at <= at for message in found):
        _expire(channel, at=at)
        found = list(Message.objects.raw(HEADS, asked))
    late = [message for message in found if _says_it_is_late(message, at=at)]
    if late:
        Message.objects.bulk_update(late, ["text", "parts"])
    return found


def claim(most: int, *, at: dt.datetime) -> list[Message]:
    """Take text messages to hand over now: they are ``sending`` before the first octet goes."""
    with transaction.atomic():
        found = heads(Message.Channel.SMS, most, at=at)
        for message in found:
            message.state = State.SENDING
            message.attempts += 1
        taken = Message.objects.filter(pk__in=[message.pk for message in found])
        taken.update(state=State.SENDING, attempts=F("attempts") + 1)
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
        sent = [settled.message for settled in answers if settled.provider_ids]
        _write_sent(sent, at=at)
        refused = [settled.message for settled in answers if not settled.provider_ids]
        if refused:
            Message.objects.bulk_update(refused, ["state", "reason", "next_at"])
        _events([settled.message for settled in answers], at=at)
        ids = [one for message in sent for one in message.provider_ids]
        early = list(Receipt.objects.filter(provider_id__in=ids, message=None).order_by("pk"))
        if early:
            _apply(early, at=at)
            Receipt.objects.bulk_update(early, ["message"])


def _write_sent(messages: Sequence[Message], *, at: dt.datetime) -> None:
    """Write many acknowledgements with one statement; ids are joined by a unit separator."""
    ids = [UNIT.join(message.provider_ids) for message in messages]
    with connection.cursor() as cursor:
        cursor.execute(SENT, [at, [message.pk for message in messages], ids])


def receive_receipts(told: Sequence[Told], *, at: dt.datetime) -> None:
    """Keep receipts, and move the messages they belong to; an unknown one is only kept."""
    if not told:
        return
    rows = [
        Receipt(provider_id=one.provider_id[:65], stat=one.stat[:10], error=one.error[:10], at=at)
        for one in told
    ]
    with transaction.atomic():
        _apply(rows, at=at)
        Receipt.objects.bulk_create(rows)


def _apply(receipts: Sequence[Receipt], *, at: dt.datetime) -> None:
    """Find the messages of receipts (which are given them) and move those that change."""
    ids = [receipt.provider_id for receipt in receipts]
    rows = Message.objects.filter(provider_ids__overlap=ids).order_by("pk").select_for_update()
    messages = list(rows)
    owner = {one: message for message in messages for one in message.provider_ids}
    for receipt in receipts:
        receipt.message = owner.get(receipt.provider_id)
    several = [one for m in messages if len(m.provider_ids) > 1 for one in m.provider_ids]
    kept = Receipt.objects.filter(provider_id__in=several).order_by("pk") if several else []
    last = {row.provider_id: row for row in [*kept, *receipts]}  # the last word on each part
    moved = [message for message in messages if _moves(message, last, at=at)]
    arrived = [message.pk for message in moved if message.state == State.DELIVERED]
    Message.objects.filter(pk__in=arrived).update(state=State.DELIVERED, reason="", delivered_at=at)
    failed = [message for message in moved if message.state != State.DELIVERED]
    if failed:
        Message.objects.bulk_update(failed, ["state", "reason"])
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


def waiting(channel: str) -> tuple[int, dt.datetime | None]:
    """Return how many messages wait, and since when the oldest does."""
    states = [State.CREATED, State.SENDING]
    found = Message.objects.filter(channel=channel, state__in=states)
    told = found.aggregate(count=Count("pk"), oldest=Min("queued_at"))
    return told["count"], told["oldest"]


def is_bound() -> bool:
    """Tell whether a process holds the bind to the operator (or is about to)."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, BIND_LOCK)
        return bool(cursor.fetchone()[0])
