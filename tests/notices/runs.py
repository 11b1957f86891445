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
from tests.notices.builders import Smsc, a_binding, a_message, an_smsc, phone_of, until
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
def running(database: str) -> Iterator[Smsc]:
    """A simulator and the process bound to it, over empty tables."""
    committed(_forget)
    told = override_settings(NOTICE_TEMPLATES=NOTICE_TEMPLATES, SMS_COMMANDS=SMS_COMMANDS)
    with TemporaryDirectory() as name, told:
        templates.registry.cache_clear()
        with an_smsc(Path(name)) as smsc, a_binding(smsc, Path(name), database=database):
            yield smsc
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
