"""The swap of dated boundaries: unchanged ones keep their version, changed ones get the next."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from municipality import crs
from municipality.importing.spec import NoSwap
from municipality.words import Text


@dataclass(frozen=True, slots=True)
class Dated:
    """A table of versions: its column of owners, and whether versions are counted."""

    table: str
    owner: str
    counted: bool = False


_LATER = Text(
    "حدود معتمدة تبدأ بعد {on}؛ اختر تاريخًا لاحقًا بالخيار --on.",
    "A boundary in force began after {on}; choose a later day with --on.",
)


def open_versions(dated: Dated) -> str:
    """SQL condition (alias v) of the versions that hold without an end."""
    return "upper_inf(v.valid) AND NOT isempty(v.valid)"


def swap_versions(
    cursor: Any, dated: Dated, *, wanted: str, on: dt.date, retire: str = "false"
) -> dict[str, int]:
    """Let the boundaries of ``wanted`` hold from a day on; returns what was done.

    ``wanted`` is a temporary table (owner, boundary, source); ``retire`` is SQL over ``v`` for
    versions that end with the day.  A version that began the same day is closed as empty: it
    held on no day.  Raises NoSwap where a version began later.
    """
    holds = open_versions(dated)
    own = f"v.{dated.owner} = w.owner"
    cursor.execute(
        f"SELECT count(*) FROM {dated.table} v JOIN {wanted} w ON {own} WHERE lower(v.valid) > %s",
        [on],
    )
    if cursor.fetchone()[0]:
        raise NoSwap("present_began_later", _LATER.with_values(on=on))
    cursor.execute(
        f"DELETE FROM {wanted} w USING {dated.table} v WHERE {own} AND {holds} "
        "AND (v.boundary = w.boundary OR ST_Normalize(v.boundary) = ST_Normalize(w.boundary))"
    )
    unchanged = cursor.rowcount
    cursor.execute(
        f"UPDATE {dated.table} v SET valid = daterange(lower(v.valid), %s) FROM {wanted} w "
        f"WHERE {own} AND {holds}",
        [on],
    )
    changed = cursor.rowcount
    number = (
        f"(SELECT COALESCE(max(v.version), 0) + 1 FROM {dated.table} v WHERE {own}), "
        if dated.counted
        else ""
    )
    cursor.execute(
        f"INSERT INTO {dated.table} ({'version, ' if dated.counted else ''}{dated.owner}, valid, "
        f"boundary, source{'' if dated.counted else ', approximate'}) "
        f"SELECT {number}w.owner, daterange(%s, NULL), w.boundary, w.source"
        f"{'' if dated.counted else ', false'} FROM {wanted} w",
        [on],
    )
    inserted = cursor.rowcount - changed
    cursor.execute(
        f"UPDATE {dated.table} v SET valid = daterange(lower(v.valid), %s) "
        f"WHERE {holds} AND lower(v.valid) <= %s AND ({retire})",
        [on, on],
    )
    return {
        "inserted": inserted,
        "changed": changed,
        "unchanged": unchanged,
        "retired": cursor.rowcount,
    }


def shape_sql() -> str:
    """SQL of the staged boundary (alias n)."""
    return f"ST_Multi(ST_SetSRID(n.shape, {crs.METRIC}))"
