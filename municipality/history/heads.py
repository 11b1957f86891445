"""Signed heads: what the history was at a moment, copied out of the database's reach.

A chain alone does not miss its own last links.  Every hour a head is made of all entries of the
transactions that have ended since the head before (``tx`` below the oldest one still running, so
that a late commit is never left out): how many there are, a digest of their hashes, and where
each stream ended.  It is signed with a key that the database does not hold, over the signature
before it, and copied as a line to a file that belongs on another machine.
"""

import datetime as dt
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

from municipality.history.models import Head
from municipality.moments import utc_text
from municipality.reach import acting

FILE = "heads-{database}.jsonl"  # of this very database: one made anew begins a new file
SALT = "municipality.history.heads"
TAIL_DIGITS = 16  # of a stream's last hash: 64 bits say which stream was rewritten

# Below which every transaction has ended.  Numbers are of the whole server: one that is seen to
# work in another database (by its locks) writes no history here and is not waited for.
HORIZON = """
WITH seen AS (SELECT pg_current_snapshot() AS snapshot),
elsewhere AS (
  SELECT running.transactionid AS xid FROM pg_locks running
  WHERE running.locktype = 'transactionid' AND running.granted AND running.mode = 'ExclusiveLock'
    AND EXISTS (SELECT FROM pg_locks held WHERE held.pid = running.pid AND held.database NOT IN (
      0, (SELECT oid FROM pg_database WHERE datname = current_database()))))
SELECT least(
  (SELECT pg_snapshot_xmax(snapshot)::text::bigint FROM seen),
  (SELECT min(xid8::text::bigint) FROM seen, pg_snapshot_xip(snapshot) AS xid8
    WHERE xid8::xid NOT IN (SELECT xid FROM elsewhere)))
"""
ENTRIES = """
SELECT count(*),
  sha256(coalesce(string_agg(hash, ''::bytea ORDER BY stream COLLATE "C", seq), ''::bytea))
FROM history_entry WHERE tx >= %(first)s::text::xid8 AND tx < %(before)s::text::xid8
"""
TAILS = """
SELECT DISTINCT ON (stream COLLATE "C") stream, seq, substr(encode(hash, 'hex'), 1, %(digits)s)
FROM history_entry WHERE tx >= %(first)s::text::xid8 AND tx < %(before)s::text::xid8
ORDER BY stream COLLATE "C", seq DESC
"""


@dataclass(frozen=True, slots=True)
class Line:
    """A head as it stands in the file: all that is signed, and the signature."""

    at: str  # UTC
    first_tx: int
    before_tx: int
    entries: int
    digest: str  # hexadecimal
    tails: dict[str, list[Any]]
    signature: str = ""

    def signed(self, before: str) -> str:
        """Compute the signature, over that of the line before."""
        told = {**asdict(self), "signature": before}
        text = json.dumps(told, sort_keys=True, ensure_ascii=False)
        return str(salted_hmac(SALT, text, algorithm="sha256").hexdigest())


class NumbersBeganAnew(RuntimeError):
    """The database was restored into a server whose transaction numbers lie below the heads'."""


def path() -> Path:
    """Return where the file of heads lies."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT oid FROM pg_database WHERE datname = current_database()")
        return Path(settings.GEO_HEADS_DIR) / FILE.format(database=cursor.fetchone()[0])


def computed(first_tx: int, before_tx: int) -> tuple[int, str]:
    """Return number and digest of the entries of a span of transactions, as they stand now."""
    with connection.cursor() as cursor:
        cursor.execute(ENTRIES, {"first": first_tx, "before": before_tx})
        count, digest = cursor.fetchone()
    return int(count), bytes(digest).hex()


def _tails(first_tx: int, before_tx: int) -> dict[str, list[Any]]:
    with connection.cursor() as cursor:
        values = {"first": first_tx, "before": before_tx, "digits": TAIL_DIGITS}
        cursor.execute(TAILS, values)
        return {stream: [seq, digits] for stream, seq, digits in cursor.fetchall()}


def line_of(head: Head) -> Line:
    """Write a stored head as a line of the file."""
    return Line(
        at=utc_text(head.at),
        first_tx=head.first_tx,
        before_tx=head.before_tx,
        entries=head.entries,
        digest=bytes(head.digest).hex(),
        tails=head.tails,
        signature=head.signature,
    )


@acting
def _make(at: dt.datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('history_head'))")
        cursor.execute(HORIZON)
        before_tx = int(cursor.fetchone()[0])
    last = Head.objects.order_by("before_tx").last()
    first_tx = last.before_tx if last else 0
    if before_tx < first_tx:
        raise NumbersBeganAnew(f"next {before_tx}, last head before {first_tx}: decision 0044")
    if before_tx == first_tx:
        return
    count, digest = computed(first_tx, before_tx)
    if not count and last:
        return
    line = Line(utc_text(at), first_tx, before_tx, count, digest, _tails(first_tx, before_tx))
    Head.objects.create(
        at=at.replace(microsecond=0),
        first_tx=first_tx,
        before_tx=before_tx,
        entries=count,
        digest=bytes.fromhex(digest),
        tails=line.tails,
        signature=line.signed(last.signature if last else ""),
    )


def lines() -> Iterator[Line]:
    """Read the copied heads, in order; raises ValueError for a line that is none."""
    copied = path()
    if not copied.is_file():
        return
    with copied.open(encoding="utf-8") as file:
        for number, text in enumerate(file, start=1):
            try:
                yield Line(**json.loads(text))
            except (TypeError, json.JSONDecodeError):
                raise ValueError(f"line {number} of {file.name} is not a head") from None


def _copy() -> None:
    """Append what the file does not have yet, after a crash or a first start as well."""
    copied = path()
    copied.parent.mkdir(parents=True, exist_ok=True)
    last = max((line.before_tx for line in lines()), default=-1)
    missing = Head.objects.filter(before_tx__gt=last).order_by("before_tx")
    with copied.open("a", encoding="utf-8") as file:
        for head in missing:
            file.write(json.dumps(asdict(line_of(head)), ensure_ascii=False) + "\n")
        file.flush()
        os.fsync(file.fileno())


def write_head(*, at: dt.datetime) -> None:
    """Make the head of what ended since the last one, and copy what is not copied yet."""
    _make(at)
    _copy()
