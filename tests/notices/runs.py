"""Runs over the real process and the real peer on a committed database, for the campaign."""

import datetime as dt
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connection
from django.test import override_settings
from django.utils import timezone

from municipality.notices import templates
from municipality.notices.models import InboundMessage, InboundPart, Message, Receipt
from tests.notices.builders import Binding, Smsc, a_binding, a_message, an_smsc, phone_of, until
from tests.notices.settings import NOTICE_TEMPLATES, SMS_COMMANDS


def committed(act: Callable[[], Any]) -> Any:
    """Run something on a connection of its own, which commits, beside the campaign's own."""
    found: list[Any] = []

    def run() -> None:
        try:
            found.append(act())
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return found[0]


def _forget() -> None:
    for model in (InboundMessage, InboundPart, Receipt, Message):
        model.objects.all().delete()


@contextmanager
def running(database: str) -> Iterator[tuple[Smsc, Binding]]:
    """A simulator and the process bound to it, over empty tables."""
    committed(_forget)
    told = override_settings(NOTICE_TEMPLATES=NOTICE_TEMPLATES, SMS_COMMANDS=SMS_COMMANDS)
    with TemporaryDirectory() as name, told:
        templates.registry.cache_clear()
        folder = Path(name)
        with an_smsc(folder) as smsc, a_binding(smsc, folder, database=database) as binding:
            yield smsc, binding
    templates.registry.cache_clear()
    committed(_forget)


def _percentile(sorted_ms: list[float], share: float) -> int:
    return round(sorted_ms[min(len(sorted_ms) - 1, int(share * len(sorted_ms)))])


@dataclass(slots=True)
class Rate:
    """Replies to texts that came at a steady rate."""

    sent: int
    lost: int
    doubled: int
    p50_ms: int
    p95_ms: int
    p99_ms: int


def at_rate(smsc: Smsc, *, a_second: int, seconds: int) -> Rate:
    """Text the short code at a rate; measure from the operator's hand to its acceptance of ours."""
    sent: dict[str, float] = {}
    begun = time.time()
    for number in range(a_second * seconds):
        time.sleep(max(0.0, begun + number / a_second - time.time()))
        sent[str(number)] = time.time()
        sender = phone_of(10 + number % (a_second * max(seconds // 8, 3)))
        smsc.text(sender, f"case {number}", id=f"rate-{number}")
    until(lambda: len(smsc.accepted()) >= len(sent), seconds=60)
    time.sleep(2)  # for what should not come
    lines = smsc.accepted()
    counted = Counter(line["text"].split()[-1] for line in lines)
    waited = sorted(
        1_000 * (dt.datetime.fromisoformat(line["at"]).timestamp() - sent[line["text"].split()[-1]])
        for line in lines
    )
    return Rate(
        sent=len(sent),
        lost=len(set(sent) - set(counted)),
        doubled=sum(counted.values()) - len(counted),
        p50_ms=_percentile(waited, 0.5),
        p95_ms=_percentile(waited, 0.95),
        p99_ms=_percentile(waited, 0.99),
    )


@dataclass(slots=True)
class Outage:
    """What was queued while the operator was away, and what came of it."""

    queued: int
    lost: int
    doubled: int
    out_of_order: int
    seconds_to_drain: int


def over_an_outage(smsc: Smsc, rng: random.Random, *, seconds: int, a_second: int) -> Outage:
    """Queue to 30 numbers while nobody answers, let the operator come back, and compare."""
    smsc.stop()
    queued: list[tuple[str, str]] = []

    def queue_one(number: int) -> None:
        to = phone_of(rng.randrange(30))
        a_message(f"outage {number}", to=to, key=f"outage:{number}", at=timezone.now())
        queued.append((to[1:], f"outage {number}"))

    def queue_all() -> None:
        begun = time.monotonic()
        for number in range(seconds * a_second):
            time.sleep(max(0.0, begun + number / a_second - time.monotonic()))
            queue_one(number)

    committed(queue_all)
    smsc.start()
    back = time.monotonic()
    until(lambda: len(smsc.accepted()) >= len(queued), seconds=120)
    drained = time.monotonic() - back
    got: dict[str, list[str]] = {}
    for line in smsc.accepted():
        got.setdefault(line["to"], []).append(line["text"])
    wanted: dict[str, list[str]] = {}
    for to, text in queued:
        wanted.setdefault(to, []).append(text)
    found = Counter(text for texts in got.values() for text in texts)
    return Outage(
        queued=len(queued),
        lost=len(queued) - len(found),
        doubled=sum(found.values()) - len(found),
        out_of_order=sum(list(dict.fromkeys(got.get(to, []))) != t for to, t in wanted.items()),
        seconds_to_drain=round(drained),
    )


@dataclass(slots=True)
class Killed:
    """What was accepted while the process was killed again and again."""

    kills: int = 0
    messages: int = 0
    lost: int = 0
    most_times: int = 0
    repeats: int = 0
    repeats_let_through: int = 0
    out_of_order: int = 0


def over_kills(smsc: Smsc, binding: Binding, rng: random.Random, *, kills: int) -> Killed:
    """Queue and text at random while the process is killed -9 at random moments and started again.

    The peer holds its answers back a little, so that many a kill falls between submit and answer;
    every second run it honours the key, and lets no repeat through.
    """
    seen = Killed(kills=kills)
    honours = rng.random() < 0.5
    smsc.mode(hold_ack=rng.choice([0, 30, 120]), honour_key=honours)

    def queue_some(round_number: int) -> list[tuple[str, str, str]]:
        rows = []
        for number in range(12):
            text = f"kill {round_number} {number}"
            message = a_message(text, to=phone_of(rng.randrange(6)), key=text, at=timezone.now())
            rows.append((message.public_id, message.to_address[1:], text))
        return rows

    queued: list[tuple[str, str, str]] = []
    for round_number in range(kills):
        queued += committed(lambda number=round_number: queue_some(number))
        smsc.text(phone_of(100 + round_number), f"case {round_number}", id=f"kill-{round_number}")
        time.sleep(rng.random() * rng.choice([0.05, 0.4]))
        binding.kill()
        binding.start()
        time.sleep(rng.random() * 2)
    until(lambda: len({line["key"] for line in smsc.accepted()}) >= len(queued) + kills, seconds=60)
    smsc.mode(hold_ack=0)
    keys = Counter(line["key"] for line in smsc.accepted())
    wanted: dict[str, list[str]] = {}
    for _, to, text in queued:
        wanted.setdefault(to, []).append(text)
    got: dict[str, list[str]] = {}
    for line in smsc.accepted():
        got.setdefault(line["to"], []).append(line["text"])
    seen.messages = len(queued) + kills
    seen.lost = sum(key not in keys for key, _, _ in queued)
    seen.most_times = max(keys.values())
    seen.repeats = sum(keys.values()) - len(keys)
    seen.repeats_let_through = seen.repeats if honours else 0
    seen.out_of_order = sum(list(dict.fromkeys(got.get(to, []))) != t for to, t in wanted.items())
    return seen
