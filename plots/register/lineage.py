"""How plots come from each other at a swap, told from the ground old and new ones share.

Old are the plots that changed their boundary or vanished, as they were; new are those that
changed their boundary or appeared, as they are.
"""

import datetime as dt
from typing import Any

from municipality.importing import tolerances as limit

_SHARED = f"""
CREATE TEMP TABLE descent ON COMMIT DROP AS
SELECT * FROM (
  SELECT o.id AS parent, p.id AS child, o.vanished, f.id IS NOT NULL AS fresh,
         ST_Area(ST_Intersection(o.boundary, p.boundary)) AS shared,
         o.area_m2 AS parent_m2, p.measured_m2 AS child_m2
  FROM ground_before o
  JOIN plots_plot p ON p.boundary && o.boundary AND p.id <> o.id
  LEFT JOIN fresh f ON f.id = p.id
  LEFT JOIN changed c ON c.id = p.id AND c.moved
  WHERE f.id IS NOT NULL OR c.id IS NOT NULL
) s
WHERE shared > {limit.LINEAGE_M2} AND shared > {limit.LINEAGE_SHARE} * LEAST(parent_m2, child_m2)
"""  # noqa: S608
_KINDS = """
INSERT INTO plots_lineage (parent_id, child_id, kind, happened_on, shared_m2)
SELECT parent, child,
  CASE WHEN fresh AND parents > 1 THEN 'merge'
       WHEN fresh AND (children > 1 OR NOT vanished) THEN 'split'
       WHEN fresh AND shared > 0.9 * parent_m2 AND shared > 0.9 * child_m2 THEN 'renumber'
       WHEN NOT fresh AND vanished THEN 'merge'
       ELSE 'reshape' END,
  %(on)s, shared
FROM (SELECT d.*, count(*) OVER (PARTITION BY child) AS parents,
             count(*) OVER (PARTITION BY parent) AS children FROM descent d) e
ON CONFLICT (parent_id, child_id, kind, happened_on) DO NOTHING
"""
_RENUMBERED = """
INSERT INTO plots_lineage (parent_id, child_id, kind, happened_on, shared_m2)
SELECT r.id, r.id, 'renumber', %(on)s, p.measured_m2
FROM renumbered r JOIN plots_plot p ON p.id = r.id
ON CONFLICT (parent_id, child_id, kind, happened_on) DO NOTHING
"""


def remember(cursor: Any) -> None:
    """Before the swap: keep the ground of plots about to move, and who is renumbered."""
    cursor.execute(
        "CREATE TEMP TABLE ground_before ON COMMIT DROP AS "
        "SELECT p.id, p.boundary, p.measured_m2 AS area_m2, false AS vanished "
        "FROM plots_plot p JOIN changed c ON c.id = p.id WHERE c.moved AND NOT c.was_retired"
    )
    cursor.execute(
        "CREATE TEMP TABLE renumbered ON COMMIT DROP AS SELECT p.id "
        "FROM plots_plot p JOIN changed c ON c.id = p.id JOIN incoming n ON n.row = c.row "
        "WHERE p.number <> n.number"
    )


def remember_vanished(cursor: Any) -> None:
    """Before they are closed: keep the ground of the plots that vanish."""
    cursor.execute(
        "INSERT INTO ground_before SELECT p.id, p.boundary, p.measured_m2, true "
        "FROM plots_plot p JOIN vanished v ON v.id = p.id"
    )
    cursor.execute("CREATE INDEX ON ground_before USING gist (boundary)")
    cursor.execute("ANALYZE ground_before")


def write(cursor: Any, *, on: dt.date) -> dict[str, int]:
    """Write the lineage of this swap; returns how many links of each kind were made."""
    cursor.execute(_SHARED)
    cursor.execute(_KINDS, {"on": on})
    cursor.execute(_RENUMBERED, {"on": on})
    cursor.execute(
        "SELECT kind, count(*) FROM plots_lineage WHERE happened_on = %s AND (parent_id, child_id) "
        "IN (SELECT parent, child FROM descent UNION SELECT id, id FROM renumbered) GROUP BY kind",
        [on],
    )
    return dict(cursor.fetchall())
