"""Listening for stamps: one connection a process, so that asking costs no query.

The triggers that raise a stamp also send its name (``NOTIFY stamps``); PostgreSQL delivers it
when the change is committed.  A process that hears it counts the stamp up.  When the connection
is lost, or cannot be had, ``seen`` says None and the caller asks the table instead.
"""

import contextlib
import select
import threading
import time
from collections import Counter
from collections.abc import Sequence
from typing import Any

import psycopg2
from django.conf import settings

from municipality.sessions import own_session

RETRY_SECONDS = 2.0


class _Watch:
    """The listening connection of this process and what it has heard."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._heard: Counter[str] = Counter()
        self._listening: Any = None
        self._epoch = 0  # rises with every new connection: what was missed before it is unknown
        self._tried = 0.0

    def seen(self, names: Sequence[str]) -> tuple[int, ...] | None:
        """Return how often each stamp was heard, or None while nobody listens."""
        with self._lock:
            if self._listening is None and not self._connect():
                return None
            try:
                self._hear()
            except psycopg2.Error:
                self._close()
                return None
            return (-self._epoch, *(self._heard[name] for name in names))

    def close(self) -> None:
        """Stop listening."""
        with self._lock:
            self._close()
            self._tried = 0.0

    def _connect(self) -> bool:
        now = time.monotonic()
        if now - self._tried < RETRY_SECONDS and self._tried:
            return False
        self._tried = now
        try:
            listening = own_session()
            with listening.cursor() as cursor:
                cursor.execute("LISTEN stamps")
        except psycopg2.Error:
            return False
        self._listening = listening
        self._epoch += 1
        return True

    def _hear(self) -> None:
        if select.select([self._listening], [], [], 0)[0]:
            self._listening.poll()
            while self._listening.notifies:
                self._heard[self._listening.notifies.pop().payload] += 1

    def _close(self) -> None:
        if self._listening is not None:
            with contextlib.suppress(psycopg2.Error):
                self._listening.close()
        self._listening = None


_WATCH = _Watch()


def seen(names: Sequence[str]) -> tuple[int, ...] | None:
    """Return what this process has heard of some stamps; None: ask the table."""
    return _WATCH.seen(names) if settings.GEO_WATCH_STAMPS else None


def close() -> None:
    """Stop listening (tests, and processes that end)."""
    _WATCH.close()
