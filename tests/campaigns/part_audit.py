"""A large history is proved in a minute, and every tampering with it is found where it is.

One trial writes the entries of many streams straight into the table (hashed by the database as
the trigger would), makes a head, proves all of it, then tampers with random rows one by one.
"""

import random
import tempfile
import time
from pathlib import Path

from django.db import connection

from municipality.history import heads
from municipality.history.verification import verify
from tests.history.builders import AT, heads_in, tampering

TRIALS = {"small": 1, "full": 2}
ENTRIES = (20_000, 1_000_000)  # of the first trial and of the others
STREAM = 40  # entries each
LONGEST_S = 60.0
FILL = """
WITH RECURSIVE told AS (
  SELECT 'case/' || s AS stream, 1 AS seq,
    history_digest(NULL, 'case/' || s, 1, %(at)s, 7, 'registrar', 'registrar', 'move', '{}') AS hash
  FROM generate_series(1, %(streams)s) s
  UNION ALL
  SELECT stream, seq + 1,
    history_digest(hash, stream, seq + 1, %(at)s, 7, 'registrar', 'registrar', 'move', '{}')
  FROM told WHERE seq < %(steps)s)
INSERT INTO history_entry (stream, seq, at, person_id, person_name, role, act, facts, hash)
SELECT stream, seq, %(at)s, 7, 'registrar', 'registrar', 'move', '{}', hash FROM told
"""
TAMPERINGS = {
    "changed": "UPDATE history_entry SET act = 'x' WHERE stream = %s AND seq = %s",
    "gap": "DELETE FROM history_entry WHERE stream = %s AND seq = %s",
    "cut_off": "DELETE FROM history_entry WHERE stream = %s AND seq >= %s",
}


def _fill(entries: int) -> None:
    with tampering() as cursor:
        cursor.execute(FILL, {"at": AT, "streams": entries // STREAM, "steps": STREAM})
        cursor.execute("ANALYZE history_entry")


def _tamper(rng: random.Random, streams: int, times: int) -> int:
    """Tamper with one place at a time, each taken back; returns how many were found in place."""
    found = 0
    for _ in range(times):
        why, stream = rng.choice(sorted(TAMPERINGS)), f"case/{rng.randint(1, streams)}"
        seq = rng.randint(2, STREAM - 1)
        with tampering() as cursor:
            cursor.execute("SAVEPOINT before")
            cursor.execute(TAMPERINGS[why], [stream, seq])
            place = (why, stream, seq + 1 if why == "gap" else seq)
            told = [(one.why, one.stream, one.seq) for one in verify()]
            assert place in told, (place, told[:5])
            cursor.execute("ROLLBACK TO SAVEPOINT before")
        found += 1
    return found


def trial(seed: int, number: int) -> dict[str, int]:
    """Write, prove, tamper; raises AssertionError for what is not found or takes too long."""
    rng = random.Random(f"audit {seed} {number}")
    entries = ENTRIES[min(number, 1)]
    held, heads.HORIZON = heads.HORIZON, "SELECT pg_current_xact_id()::text::bigint + 1"
    try:
        with tempfile.TemporaryDirectory() as folder, heads_in(Path(folder)):
            _fill(entries)
            heads.write_head(at=AT)
            begun = time.perf_counter()
            assert verify() == []
            took = time.perf_counter() - begun
            assert took < LONGEST_S, took
            found = _tamper(rng, entries // STREAM, 200 if number == 0 else 3)
    finally:
        heads.HORIZON = held
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM history_entry")
        assert cursor.fetchone()[0] == entries
    return {"entries proved": entries, "ms to prove": round(took * 1000), "tamperings found": found}
