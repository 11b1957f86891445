"""The swap of the buildings: ids stay with their key, those that vanished from the file go."""

from typing import Any

from municipality import crs
from municipality.importing.spec import Job

STAGED = {
    "register_key": "text", "plot_id": "bigint", "use_class": "text", "name_ar": "text",
    "name_en": "text", "floors": "smallint", "height_m": "float8", "crosses_plots": "boolean",
    "source": "text",
}  # fmt: skip
_FACTS = ("plot_id", "use_class", "name_ar", "name_en", "floors", "height_m", "crosses_plots")
_LISTED = ", ".join(_FACTS)
_SHAPE = f"ST_Multi(ST_SetSRID(n.shape, {crs.METRIC}))"
_UPSERT = f"""
INSERT INTO plots_building AS b (register_key, footprint, source, {_LISTED})
SELECT n.register_key, {_SHAPE}, n.source, {", ".join("n." + f for f in _FACTS)} FROM incoming n
ON CONFLICT (register_key) DO UPDATE SET footprint = excluded.footprint, source = excluded.source,
  {", ".join(f"{f} = excluded.{f}" for f in _FACTS)}
WHERE NOT b.footprint = excluded.footprint
   OR ({", ".join("b." + f for f in _FACTS)}) IS DISTINCT FROM ({", ".join("excluded." + f for f in _FACTS)})
RETURNING (xmax = 0) AS fresh
"""  # noqa: S608
_GONE = """
DELETE FROM plots_building b
WHERE NOT EXISTS (SELECT FROM incoming n WHERE n.register_key = b.register_key)
  AND NOT b.register_key = ANY(%(refused)s)
  AND NOT EXISTS (SELECT FROM plots_unit u WHERE u.building_id = b.id)
"""


def swap(cursor: Any, job: Job) -> dict[str, Any]:
    """Move the staged buildings into place; returns what was done.

    Buildings of a survey are replaced: what the new one does not show is gone, unless the file
    is a part (``--part``), its row was refused, or units are registered in it.
    """
    cursor.execute(
        "SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT FROM incoming n "
        "WHERE n.register_key = b.register_key)) FROM plots_building b"
    )
    held, known = cursor.fetchone()
    full = job.extent == "full" or (job.extent == "auto" and known * 2 >= held)
    cursor.execute("SELECT count(*) FROM incoming")
    count = cursor.fetchone()[0]
    cursor.execute(
        f"WITH made AS ({_UPSERT}) SELECT count(*) FILTER (WHERE fresh), "
        "count(*) FILTER (WHERE NOT fresh) FROM made"
    )
    inserted, changed = cursor.fetchone()
    retired = 0
    if full:
        cursor.execute(_GONE, {"refused": job.options.get("refused_keys", [])})
        retired = cursor.rowcount
    return {
        "inserted": inserted, "changed": changed, "unchanged": count - inserted - changed,
        "retired": retired, "extent": "full" if full else "part",
    }  # fmt: skip
