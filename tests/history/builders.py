"""A history to tamper with, and the tamperer: the owner of the tables with the triggers off."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection
from django.test import override_settings

from municipality.actor import Actor
from municipality.history import heads
from municipality.history.actions import record

AT = dt.datetime(2026, 11, 28, 9, tzinfo=dt.UTC)
BY = Actor(7, "مريم البلوشية", "registrar")


def some_history(streams: int = 3, steps: int = 5) -> None:
    """Streams ``case/1`` … of some steps each."""
    for step in range(steps):
        for stream in range(1, streams + 1):
            record(
                stream=f"case/{stream}", act="move", by=BY, at=AT + dt.timedelta(minutes=step),
                facts={"step": step},
            )  # fmt: skip


@contextmanager
def tampering() -> Iterator[Any]:
    """Write what no role of the portal may: the triggers are off for the length of the block."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE history_entry DISABLE TRIGGER USER")
        cursor.execute("ALTER TABLE history_head DISABLE TRIGGER USER")
        try:
            yield cursor
        finally:
            cursor.execute("ALTER TABLE history_entry ENABLE TRIGGER USER")
            cursor.execute("ALTER TABLE history_head ENABLE TRIGGER USER")


@contextmanager
def heads_in(folder: Path) -> Iterator[Path]:
    """Let the signed heads be copied into a folder of the test."""
    with override_settings(GEO_HEADS_DIR=folder):
        yield heads.path()


REHASH = """
DO $$ DECLARE row record; before bytea;
BEGIN
  FOR row IN SELECT * FROM history_entry WHERE stream = '{stream}' ORDER BY seq LOOP
    UPDATE history_entry SET hash = history_digest(before, row.stream, row.seq, row.at,
      row.person_id, row.person_name, row.role, row.act, row.facts)
    WHERE id = row.id RETURNING hash INTO before;
  END LOOP;
END $$
"""
