"""The swap of responsibilities: they hold from a day on, and what they were stays on record."""

import datetime as dt
from typing import Any

from municipality import crs
from municipality.importing.spec import NoSwap
from municipality.words import Text

STAGED = {"body": "text", "category": "text", "source": "text"}
_TABLE = "observations_responsibility"
_OPEN = "upper_inf(v.valid) AND NOT isempty(v.valid)"
_SAME = "v.body_id = w.body_id AND v.category_id IS NOT DISTINCT FROM w.category_id"
# Rows of one body and category are one ground: parts, or what was cut along a line of the map.
_WANTED = f"""
CREATE TEMP TABLE wanted_ground ON COMMIT DROP AS
SELECT b.id AS body_id, c.id AS category_id, min(n.source) AS source,
  ST_Multi(ST_CollectionExtract(ST_Union(ST_SetSRID(n.shape, {crs.METRIC})), 3)) AS boundary
FROM incoming n JOIN observations_body b ON b.code = n.body
LEFT JOIN observations_category c ON c.code = n.category
GROUP BY b.id, c.id
"""
_LATER = Text(
    "مسؤولية معتمدة تبدأ بعد {on}؛ اختر تاريخًا لاحقًا بالخيار --on.",
    "A responsibility in force began after {on}; choose a later day with --on.",
)


def _count(cursor: Any, sql: str, params: list[Any]) -> int:
    cursor.execute(sql, params)
    return int(cursor.rowcount)


def swap(cursor: Any, *, on: dt.date, whole: bool) -> dict[str, Any]:
    """Let the staged grounds hold from a day on; returns what was done, in grounds.

    A ground that is the same stays as it is; of a whole file nothing else goes on.  One that
    began on the same day held on no day and is closed as empty.  Raises NoSwap where one began
    later.
    """
    cursor.execute(_WANTED)
    cursor.execute(
        f"SELECT count(*) FROM {_TABLE} v JOIN wanted_ground w ON {_SAME} "
        "WHERE lower(v.valid) > %s",
        [on],
    )
    if cursor.fetchone()[0]:
        raise NoSwap("present_began_later", _LATER.with_values(on=on))
    cursor.execute("CREATE TEMP TABLE named_ground ON COMMIT DROP AS SELECT * FROM wanted_ground")
    unchanged = _count(
        cursor,
        f"DELETE FROM wanted_ground w USING {_TABLE} v WHERE {_SAME} AND {_OPEN} "
        "AND ST_Normalize(v.boundary) = ST_Normalize(w.boundary)",
        [],
    )
    changed = _count(
        cursor,
        f"UPDATE {_TABLE} v SET valid = daterange(lower(v.valid), %s) FROM wanted_ground w "
        f"WHERE {_SAME} AND {_OPEN}",
        [on],
    )
    written = _count(
        cursor,
        f"INSERT INTO {_TABLE} (body_id, category_id, boundary, valid, source) "
        "SELECT body_id, category_id, boundary, daterange(%s, NULL), source FROM wanted_ground",
        [on],
    )
    retired = 0
    if whole:
        retired = _count(
            cursor,
            f"UPDATE {_TABLE} v SET valid = daterange(lower(v.valid), %s) WHERE {_OPEN} "
            "AND lower(v.valid) <= %s AND NOT EXISTS "
            f"(SELECT FROM named_ground w WHERE {_SAME})",
            [on, on],
        )
    return {
        "inserted": written - changed,
        "changed": changed,
        "unchanged": unchanged,
        "retired": retired,
    }
