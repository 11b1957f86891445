"""The plain swap: rows known by their register key are kept, changed, added or taken away."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from municipality import crs
from municipality.importing.spec import Job
from municipality.importing.spoken import spoken_for


@dataclass(frozen=True, slots=True)
class Keyed:
    """A table whose rows a survey replaces: its shape column, its facts, and what must stay.

    ``stays`` is SQL over the alias ``t`` that is true for rows no import may take away.
    """

    table: str
    shape: str
    facts: Sequence[str]
    multi: bool = True
    stays: str = "false"


def _shape(keyed: Keyed) -> str:
    placed = f"ST_SetSRID(n.shape, {crs.METRIC})"
    return f"ST_Multi({placed})" if keyed.multi else placed


def _upsert(keyed: Keyed) -> str:
    facts = ", ".join(keyed.facts)
    held = ", ".join(f"t.{fact}" for fact in keyed.facts)
    brought = ", ".join(f"excluded.{fact}" for fact in keyed.facts)
    return f"""
    INSERT INTO {keyed.table} AS t (register_key, {keyed.shape}, source, {facts})
    SELECT n.register_key, {_shape(keyed)}, n.source, {", ".join(f"n.{f}" for f in keyed.facts)}
    FROM incoming n
    ON CONFLICT (register_key) DO UPDATE SET {keyed.shape} = excluded.{keyed.shape},
      source = excluded.source, {", ".join(f"{f} = excluded.{f}" for f in keyed.facts)}
    WHERE NOT t.{keyed.shape} = excluded.{keyed.shape}
       OR ROW({held}) IS DISTINCT FROM ROW({brought})
    RETURNING (xmax = 0) AS fresh"""


def keep_unsaid(
    cursor: Any, *, table: str, facts: Sequence[str], absent: Collection[str]
) -> list[str]:
    """Give ``incoming`` what the register holds of the facts the file has no column for.

    Returns their names.  A file without heights says nothing of heights; it does
    not say that none are known.
    """
    kept = [fact for fact in facts if fact in absent]
    if kept:
        taken = ", ".join(f"{fact} = t.{fact}" for fact in kept)
        cursor.execute(
            f"UPDATE incoming n SET {taken} FROM {table} t WHERE t.register_key = n.register_key"
        )
    return kept if kept and cursor.rowcount else []


def upsert(cursor: Any, statement: str) -> dict[str, int]:
    """Run an upsert of ``incoming`` that returns ``fresh``, and count what became of its rows."""
    cursor.execute(
        f"WITH made AS ({statement}) SELECT (SELECT count(*) FROM incoming), "
        "count(*) FILTER (WHERE fresh), count(*) FILTER (WHERE NOT fresh) FROM made"
    )
    count, inserted, changed = cursor.fetchone()
    return {
        "inserted": inserted, "changed": changed, "unchanged": count - inserted - changed,
    }  # fmt: skip


def swap_by_key(cursor: Any, keyed: Keyed, job: Job) -> dict[str, Any]:
    """Move the staged rows into a table; returns what was done.

    A file that speaks for more than itself (spoken.py) takes away the rows it does not show,
    except those whose row was refused and those that must stay.
    """
    spoken = spoken_for(cursor, job, table=keyed.table, shape=keyed.shape)
    absent = job.options.get("absent", ())
    kept = keep_unsaid(cursor, table=keyed.table, facts=keyed.facts, absent=absent)
    done = upsert(cursor, _upsert(keyed))
    cursor.execute(
        f"DELETE FROM {keyed.table} t WHERE NOT ({keyed.stays}) "
        "AND NOT t.register_key = ANY(%s) AND NOT EXISTS "
        "(SELECT FROM incoming n WHERE n.register_key = t.register_key) "
        f"AND {spoken.where}",
        [job.options.get("refused_keys", [])],
    )
    return {
        **done, "retired": cursor.rowcount, "extent": spoken.extent, "kept_columns": kept,
    }  # fmt: skip
