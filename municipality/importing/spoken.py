"""What a file speaks for: which rows it may take away by not naming them.

A file that knows most of a register is a new state of it.  But a register is made of the files
of many towns: one of them, imported again, says nothing of the ground and the sources it never
brought (docs/decisions/0012).
"""

from dataclasses import dataclass
from typing import Any

from municipality.importing.spec import Job
from municipality.importing.tolerances import KNOWN_SHARE, SHARES_A_SOURCE, SPEAKS_FOR_M


@dataclass(frozen=True, slots=True)
class Spoken:
    """``extent`` is full or part; ``where`` is SQL over the alias ``t``."""

    extent: str
    where: str


def spoken_for(cursor: Any, job: Job, *, table: str, shape: str, held: str = "true") -> Spoken:
    """Judge the staged rows against a table with register_key and source, before the swap.

    ``held`` is SQL over ``t`` for the rows that count.  ``--full`` and ``--part`` settle it;
    else the file is full when it knows most of the keys, and then speaks for rows near its own
    that came by sources of which it knows more than a few rows.
    """
    if job.extent == "full":
        return Spoken("full", "true")
    if job.extent == "part":
        return Spoken("part", "false")
    cursor.execute(
        "CREATE TEMP TABLE spoken_sources ON COMMIT DROP AS SELECT t.source, count(*) AS held, "
        f"count(n.row) AS known FROM {table} t LEFT JOIN incoming n USING (register_key) "
        f"WHERE {held} GROUP BY t.source"
    )
    cursor.execute("SELECT COALESCE(sum(held), 0), COALESCE(sum(known), 0) FROM spoken_sources")
    all_held, known = cursor.fetchone()
    if not all_held or known < KNOWN_SHARE * float(all_held):
        return Spoken("part", "false")
    return Spoken(
        "full",
        f"t.source IN (SELECT source FROM spoken_sources WHERE known >= {SHARES_A_SOURCE} * held) "
        f"AND EXISTS (SELECT FROM {table} q JOIN incoming n USING (register_key) "
        f"WHERE ST_DWithin(q.{shape}, t.{shape}, {SPEAKS_FOR_M}))",
    )
