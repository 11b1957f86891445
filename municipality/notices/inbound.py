"""What people text to the short code: one router for all services (``settings.SMS_COMMANDS``).

A sender's number proves nothing by itself (guards.md threat 16): a command tells a number only
what is already its own.  One transaction holds the fate of the message, what the command did,
and the reply.
"""

import contextlib
import datetime as dt
import logging
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from municipality.conf import PROFILE
from municipality.digits import western
from municipality.names import fold
from municipality.notices.models import InboundMessage, Message
from municipality.notices.outbox import Recipient, queue
from municipality.notices.templates import FIELD, Template, registry
from municipality.phones import can_be_texted

MOST_REPLIES = 10  # an hour to one number, and one word more: a machine costs us no more
AN_HOUR = dt.timedelta(hours=1)
TOLD_OF_THE_LIMIT, BEYOND_THE_LIMIT = "told_of_the_limit", "replies_an_hour"
LONGEST_TEXT = 1_000
USEFUL_S = 3_600  # of the router's own replies: nobody wants "not understood" the next day
ECHO_LETTERS = 12  # of fixed text a template must have to be known again by it
MOST_ATTEMPTS = 3
ECHO_HOURS, ECHOES = 24, 20  # how far back, and how many texts of ours, are looked at
log = logging.getLogger("municipality.notices")
State = InboundMessage.State
_ARABIC = re.compile("[\u0621-\u064a\u0671-\u06d3\ufb50-\ufdff\ufe70-\ufefc]")
_LATIN = re.compile("[A-Za-z]")
_UNSEEN = re.compile("[\u200b-\u200f\u061c\u202a-\u202e\u2060-\u2069\ufeff]")

HELP = Template(
    code="notices.sms_help",
    ar=f"{PROFILE.municipality_ar}: لم نفهم رسالتك. لتذكرة موقف أرسل 1111 ب 60، "
    "ولحال معاملة رقمها: PX-2026-000123.",
    en=f"{PROFILE.municipality_en}: not understood. To park, text 1111 B 60; "
    "for a case, PX-2026-000123.",
    longest={},
    useful_for_s=USEFUL_S,
)
SORRY = Template(
    code="notices.sms_sorry",
    ar=f"{PROFILE.municipality_ar}: تعذرت معالجة رسالتك الآن. أعد الإرسال بعد قليل.",
    en=f"{PROFILE.municipality_en}: we could not handle your message now. Please try again later.",
    longest={},
    useful_for_s=USEFUL_S,
)
GUIDE = Template(
    code="notices.sms_guide",
    ar=f"{PROFILE.municipality_ar}: لتذكرة موقف أرسل 1111 ب 60. "
    "ولحال معاملتك رقمها: PX-2026-000123 أو حال 123.",
    en=f"{PROFILE.municipality_en}: to park, text 1111 B 60; "
    "for your case, PX-2026-000123 or status 123.",
    longest={},
    useful_for_s=USEFUL_S,
)
TOO_MANY = Template(
    code="notices.sms_too_many",
    ar=f"{PROFILE.municipality_ar}: لم نعالج رسالتك، فقد أجبنا عن {MOST_REPLIES} رسائل لك في "
    "ساعة. أعد إرسالها من الساعة {time}.",
    en=f"{PROFILE.municipality_en}: your message was not handled: {MOST_REPLIES} an hour are "
    "answered. Send it again from {time}.",
    longest={"time": "00:00"},
    useful_for_s=USEFUL_S,
)
TEMPLATES = (HELP, SORRY, GUIDE, TOO_MANY)
ASKS_HOW = frozenset(fold(word) for word in ("help", "info", "?", "؟", "مساعدة", "مساعده"))


@dataclass(frozen=True, slots=True)
class InboundText:
    """A message as a command reads it: Western digits, blanks made single, and its fold."""

    id: int
    text: str
    folded: str
    language: str  # of the script it is written in: ar or en
    sender: str  # E.164
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Reply:
    """What the sender gets back: a template and its values."""

    template: str
    values: Mapping[str, object] = field(default_factory=dict)
    language: str = ""  # where the command knows better than the script does


@dataclass(frozen=True, slots=True)
class Awaited:
    """A command has taken the message and will queue the reply itself, when it knows it.

    It does so with the key ``reply_key`` of the message.
    """


def reply_key(inbound_id: int) -> str:
    """Name the one reply to a message."""
    return f"in:{inbound_id}"


def plain(text: str) -> str:
    """Bring a text to Western digits and single blanks, without marks that nobody sees.

    >>> plain("  PX-٢٠٢٦-۰۰۰۱۲۳ \\n")
    'PX-2026-000123'
    """
    return " ".join(western(_UNSEEN.sub("", text[:LONGEST_TEXT])).split())


def language_of(text: str, *, otherwise: str = "ar") -> str:
    """Tell the language of a script: any Arabic letter is Arabic; only digits say nothing."""
    if _ARABIC.search(text):
        return "ar"
    return "en" if _LATIN.search(text) else otherwise


def known_language(sender: str) -> str:
    """Return the language in which this number was last written to; Arabic where it never was."""
    last = Message.objects.filter(to_address=sender).order_by("-queued_at").first()
    return last.language if last else "ar"


@cache
def _shapes() -> tuple[tuple[str, ...], ...]:
    """Return the fixed pieces of every template's text, folded, in their order."""
    texts = [text for template in registry().values() for text in (template.ar, template.en)]
    pieces = [tuple(fold(plain(piece)) for piece in FIELD.split(text)[::2]) for text in texts]
    return tuple(shape for shape in pieces if sum(map(len, shape)) >= ECHO_LETTERS)


def _has_shape(folded: str, shape: tuple[str, ...]) -> bool:
    at = 0
    for piece in shape:
        found = folded.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return True


def is_our_own(text: str, lately: Iterable[str]) -> bool:
    """Tell whether a text carries one of ours back: a forwarder, a loop, an answering machine.

    Compared with what its sender was sent lately and with the shape of every template.
    """
    folded = fold(plain(text))
    if any(fold(plain(own)) in folded for own in lately):
        return True
    return any(_has_shape(folded, shape) for shape in _shapes())


@dataclass(slots=True)
class _Known:
    """What is known of the senders of a batch: texts they were sent lately, replies this hour.

    ``answered`` holds when each message came that was answered, the oldest first; ``told`` who
    has been told in this hour that there were too many.
    """

    sent: defaultdict[str, list[str]]
    answered: defaultdict[str, list[dt.datetime]]
    told: set[str]


def _known(senders: set[str], *, at: dt.datetime) -> _Known:
    since = at - dt.timedelta(hours=ECHO_HOURS)
    sent: defaultdict[str, list[str]] = defaultdict(list)
    rows = Message.objects.filter(to_address__in=senders, queued_at__gte=since)
    for address, text in rows.order_by("-queued_at").values_list("to_address", "text"):
        if len(sent[address]) < ECHOES:
            sent[address].append(text)
    lately = InboundMessage.objects.filter(sender__in=senders, at__gt=at - AN_HOUR)
    replied = lately.filter(state__in=[State.ANSWERED, State.FAILED])
    answered: defaultdict[str, list[dt.datetime]] = defaultdict(list)
    for sender, came in replied.order_by("at", "pk").values_list("sender", "at"):
        answered[sender].append(came)
    told = lately.filter(state=State.LIMITED, reason=TOLD_OF_THE_LIMIT)
    return _Known(sent, answered, set(told.order_by().values_list("sender", flat=True)))


def _why_ignored(row: InboundMessage, known: _Known) -> str:
    if not row.sender.startswith("+"):  # a name, or a short number such as our own
        return "sender_not_a_number"
    if is_our_own(row.text, known.sent[row.sender]):
        return "our_own_text"
    return "" if can_be_texted(row.sender) else "sender_abroad"


def _answer(text: InboundText) -> tuple[str, Reply | Awaited]:
    if text.folded in ASKS_HOW:
        return "help", Reply(GUIDE.code)
    for name, dotted in settings.SMS_COMMANDS.items():
        command: Callable[[InboundText], Reply | Awaited | None] = import_string(dotted)
        reply = command(text)
        if reply is not None:
            return name, reply
    return "", Reply(HELP.code)


def _read(row: InboundMessage) -> InboundText:
    text = plain(row.text)
    otherwise = "" if language_of(text, otherwise="") else known_language(row.sender)
    return InboundText(
        id=row.pk,
        text=text,
        folded=fold(text),
        language=language_of(text, otherwise=otherwise),
        sender=row.sender,
        at=row.at,
    )


def _reply(row: InboundMessage, reply: Reply, language: str, *, at: dt.datetime) -> None:
    queue(
        template=reply.template,
        to=Recipient(phone=row.sender, language=reply.language or language),
        values=reply.values,
        key=reply_key(row.pk),
        at=at,
        about=f"sms/{row.pk}",
    )


class _Taken(Exception):
    """Somebody else decided this message meanwhile: what was done here is undone."""


def _decide(row: InboundMessage) -> None:
    changed = ["state", "reason", "command", "attempts"]
    mine = InboundMessage.objects.filter(pk=row.pk, state=State.RECEIVED)
    if not mine.update(**{name: getattr(row, name) for name in changed}):
        raise _Taken


def _handle(row: InboundMessage, *, at: dt.datetime) -> None:
    """Let a command answer: what it does, the reply and the message's fate in one transaction."""
    text = _read(row)
    try:
        with transaction.atomic():
            row.command, reply = _answer(text)
            if isinstance(reply, Reply):
                _reply(row, reply, text.language, at=at)
            row.state = State.ANSWERED
            _decide(row)
    except _Taken:
        raise
    except Exception as error:  # one command's fault stops no other message; it is written down
        log.exception("a text message could not be handled: %s", row.pk)
        row.attempts += 1
        row.command, row.reason = "", type(error).__name__[:60]
        row.state = State.FAILED if row.attempts >= MOST_ATTEMPTS else State.RECEIVED
        with transaction.atomic():
            if row.state == State.FAILED:
                _reply(row, Reply(SORRY.code), text.language, at=at)
            _decide(row)


def _limit(row: InboundMessage, known: _Known, *, at: dt.datetime) -> None:
    """Leave a message beyond the limit undone, and say so to its sender: once in an hour.

    The others of the hour are silent, so that two machines do not talk for ever.
    """
    row.state, row.reason = State.LIMITED, BEYOND_THE_LIMIT
    if row.sender in known.told:
        _decide(row)
        return
    row.reason = TOLD_OF_THE_LIMIT
    taken_again = known.answered[row.sender][-MOST_REPLIES] + AN_HOUR
    if taken_again.second or taken_again.microsecond:  # a clock shows whole minutes
        taken_again = taken_again.replace(second=0, microsecond=0) + dt.timedelta(minutes=1)
    shown = f"{taken_again.astimezone(PROFILE.time_zone):%H:%M}"
    with transaction.atomic():
        _reply(row, Reply(TOO_MANY.code, {"time": shown}), _read(row).language, at=at)
        _decide(row)
    known.told.add(row.sender)


def _route(row: InboundMessage, known: _Known, *, at: dt.datetime) -> None:
    row.reason = _why_ignored(row, known)
    if row.reason:
        row.state = State.IGNORED
        _decide(row)
    elif len(known.answered[row.sender]) >= MOST_REPLIES:
        _limit(row, known, at=at)
    else:
        _handle(row, at=at)
        if row.state != State.RECEIVED:
            known.answered[row.sender].append(row.at)


def route(inbound_ids: Sequence[int], *, at: dt.datetime) -> list[str]:
    """Decide messages that were received, each once and in order; returns their states.

    Each has a transaction of its own.  One whose command failed stays ``received`` and is tried
    again, three times in all; then its sender is told that it was not handled.  Called by the
    one process that holds the bind.
    """
    rows = InboundMessage.objects.in_bulk(list(inbound_ids))
    known = _known({row.sender for row in rows.values()}, at=at)
    states = []
    for one in inbound_ids:
        row = rows.get(one)
        if row is not None and row.state == State.RECEIVED:
            with contextlib.suppress(_Taken):
                _route(row, known, at=at)
        states.append(str(row.state) if row else "")
    return states


def received(most: int = 50) -> list[int]:
    """Return the messages that wait to be routed, the oldest first."""
    rows = InboundMessage.objects.filter(state=State.RECEIVED)
    return list(rows.order_by("id").values_list("pk", flat=True)[:most])
