"""Reading history, and proving that nobody has rewritten it."""

from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet

from municipality.history.models import Entry

BROKEN = """
SELECT stream, seq, id, why FROM (
  SELECT stream, seq, id, CASE
    WHEN seq <> coalesce(prev_seq, 0) + 1 THEN 'gap'
    WHEN hash IS DISTINCT FROM history_digest(prev_hash, stream, seq, at, person_id, person_name,
                                              role, act, facts) THEN 'changed'
  END AS why
  FROM (
    SELECT *, lag(seq) OVER chain AS prev_seq, lag(hash) OVER chain AS prev_hash
    FROM history_entry WHERE %(stream)s IS NULL OR stream = %(stream)s
    WINDOW chain AS (PARTITION BY stream ORDER BY seq)
  ) AS linked
) AS judged WHERE why IS NOT NULL ORDER BY id LIMIT %(most)s
"""


@dataclass(frozen=True, slots=True)
class Broken:
    """Where a chain does not hold: an entry that was changed, or one missing before it."""

    stream: str
    seq: int
    entry_id: int
    why: str  # "changed" or "gap"


def entries(stream: str) -> QuerySet[Entry]:
    """Return the acts of one stream, in order."""
    return Entry.objects.filter(stream=stream).order_by("seq")


def broken(*, stream: str | None = None, most: int = 1000) -> list[Broken]:
    """Recompute the chains (of one stream or of all) and return where they do not hold."""
    with connection.cursor() as cursor:
        cursor.execute(BROKEN, {"stream": stream, "most": most})
        return [Broken(*row) for row in cursor.fetchall()]
