"""The swap of the plots: ids stay with their register key, the past is closed, never edited.

Everything is set-based over the temporary table ``incoming``, in one transaction.  What the
steps mean is written in docs/decisions/0012.
"""

from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from municipality import crs
from municipality.importing import tolerances as limit
from municipality.importing.keyed_swap import keep_unsaid
from municipality.importing.spec import Job, NoSwap
from municipality.importing.spoken import Spoken, spoken_for
from municipality.words import Text
from plots.register import lineage

STAGED = {
    "register_key": "text", "number": "text", "old_number": "text", "krooki_number": "text",
    "block": "text", "use_class": "text", "registered_area_m2": "numeric(14,2)",
    "wilayat_id": "bigint", "area_id": "bigint", "phase": "text", "setback_front_m": "float8",
    "setback_side_m": "float8", "setback_rear_m": "float8", "coverage_pct": "float8",
    "built_up_pct": "float8", "floors": "smallint", "height_m": "float8",
    "parking_bays": "smallint", "limits_source": "text", "source": "text",
}  # fmt: skip
FACTS = (
    "number", "old_number", "krooki_number", "block", "use_class", "registered_area_m2",
    "wilayat_id", "area_id", "phase_id", "setback_front_m", "setback_side_m", "setback_rear_m",
    "coverage_pct", "built_up_pct", "floors", "height_m", "parking_bays", "limits_source",
)  # fmt: skip
_COLUMNS = ", ".join(FACTS)
_SHAPE = f"ST_Multi(ST_SetSRID(n.shape, {crs.METRIC}))"

_CHANGED = f"""
CREATE TEMP TABLE changed ON COMMIT DROP AS
SELECT p.id, n.row,
       NOT (p.boundary = {_SHAPE} OR ST_Normalize(p.boundary) = ST_Normalize({_SHAPE}) OR (
         ST_NPoints(p.boundary) = ST_NPoints(n.shape)
         AND ST_HausdorffDistance(p.boundary, {_SHAPE}) < {limit.COORDINATE_NOISE_M}
       )) AS moved,
       NOT upper_inf(p.valid) AS was_retired
FROM incoming n JOIN plots_plot p ON p.register_key = n.register_key
"""
_HELD, _BROUGHT = (", ".join(f"{table}.{fact}" for fact in FACTS) for table in ("p", "n"))
_UNCHANGED = f"""
DELETE FROM changed c USING plots_plot p, incoming n
WHERE p.id = c.id AND n.row = c.row AND NOT c.moved AND NOT c.was_retired
  AND ({_HELD}) IS NOT DISTINCT FROM ({_BROUGHT})
"""
_INSERT = f"""
INSERT INTO plots_plot (version, valid, boundary, source, register_key, {_COLUMNS})
SELECT 1, daterange(%(on)s, NULL), {_SHAPE}, n.source, n.register_key,
       {", ".join("n." + f for f in FACTS)}
FROM incoming n
WHERE NOT EXISTS (SELECT FROM plots_plot p WHERE p.register_key = n.register_key)
"""
_REMEMBER_PAST = f"""
CREATE TEMP TABLE past ON COMMIT DROP AS
SELECT p.id AS plot_id, p.version,
       daterange(lower(p.valid), LEAST(COALESCE(upper(p.valid), %(on)s), %(on)s)) AS valid,
       p.boundary, p.source, {", ".join("p." + f for f in FACTS)}
FROM plots_plot p JOIN changed c ON c.id = p.id
"""
_KEEP_PAST = f"""
INSERT INTO plots_plotversion (plot_id, version, valid, boundary, source, {_COLUMNS})
SELECT plot_id, version, valid, boundary, source, {_COLUMNS} FROM past
"""
_UPDATE = f"""
UPDATE plots_plot p SET version = p.version + 1, valid = daterange(%(on)s, NULL),
  boundary = CASE WHEN c.moved THEN {_SHAPE} ELSE p.boundary END, source = n.source,
  {", ".join(f"{f} = n.{f}" for f in FACTS)}
FROM changed c JOIN incoming n ON n.row = c.row WHERE p.id = c.id
"""
_NUMBERS = """
INSERT INTO plots_plotnumber (plot_id, kind, number, valid)
SELECT p.id, k.kind, k.held, daterange(lower(p.valid), %(on)s)
FROM plots_plot p JOIN changed c ON c.id = p.id JOIN incoming n ON n.row = c.row
CROSS JOIN LATERAL (VALUES
  ('number', p.number, n.number), ('old_number', p.old_number, n.old_number),
  ('krooki_number', p.krooki_number, n.krooki_number)) k(kind, held, brought)
WHERE k.held <> '' AND k.held <> k.brought
"""


# Only of plots the file does not know: its own plots touch each other in millions of pairs.
_TAKEN = """
SELECT o.id FROM unknown o JOIN plots_plot q ON q.boundary && o.boundary AND q.id <> o.id
WHERE q.id IN (SELECT id FROM fresh UNION ALL SELECT id FROM changed WHERE moved)
GROUP BY o.id, o.measured_m2
HAVING sum(ST_Area(ST_Intersection(o.boundary, q.boundary))) > %(share)s * o.measured_m2
"""


def _phases(cursor: Any) -> None:
    """Turn the phases the rows name into rows of their areas."""
    cursor.execute("ALTER TABLE incoming ADD COLUMN phase_id bigint")
    cursor.execute(
        "INSERT INTO places_phase (area_id, code) SELECT DISTINCT area_id, phase FROM incoming "
        "WHERE phase IS NOT NULL AND area_id IS NOT NULL ON CONFLICT DO NOTHING"
    )
    cursor.execute(
        "UPDATE incoming n SET phase_id = f.id FROM places_phase f "
        "WHERE f.area_id = n.area_id AND f.code = n.phase"
    )


def _not_before_the_present(cursor: Any, job: Job) -> None:
    """A swap may not say what held before the present state of a plot began."""
    cursor.execute(
        "SELECT count(*), max(lower(p.valid)) FROM plots_plot p JOIN changed c ON c.id = p.id "
        "WHERE lower(p.valid) > %s OR upper(p.valid) > %s",
        [job.on, job.on],
    )
    count, day = cursor.fetchone()
    if count:
        raise NoSwap(
            "present_began_later",
            Text(
                f"حالة {count} قطعة تبدأ بعد {job.on} (آخرها {day})؛ "
                "اختر تاريخًا لاحقًا بالخيار --on.",
                f"The present state of {count} plots began after {job.on} (the last on {day}); "
                "choose a later day with --on.",
            ),
        )


def _vanished(cursor: Any, job: Job, spoken: Spoken) -> None:
    """Collect the open plots the file speaks for and does not know, or whose ground it took.

    Plots whose row was refused stay as they are.
    """
    cursor.execute(
        "CREATE TEMP TABLE unknown ON COMMIT DROP AS "
        "SELECT t.id, t.boundary, t.measured_m2, t.source FROM plots_plot t "
        "WHERE upper_inf(t.valid) AND NOT EXISTS (SELECT FROM fresh f WHERE f.id = t.id) "
        "AND NOT EXISTS (SELECT FROM incoming n WHERE n.register_key = t.register_key) "
        "AND NOT t.register_key = ANY(%s)",
        [job.options.get("refused_keys", [])],
    )
    cursor.execute("ANALYZE unknown")
    cursor.execute(
        "CREATE TEMP TABLE vanished ON COMMIT DROP AS SELECT t.id FROM unknown t "
        f"WHERE {spoken.where} OR t.id IN ({_TAKEN})",
        {"share": limit.TAKEN_SHARE},
    )
    cursor.execute(
        "SELECT count(*) FROM vanished WHERE id IN "
        "(SELECT id FROM plots_plot WHERE lower(valid) > %s)",
        [job.on],
    )
    if cursor.fetchone()[0]:
        raise NoSwap(
            "present_began_later",
            Text(
                f"قطع ستُلغى بدأت بعد {job.on}؛ اختر تاريخًا لاحقًا بالخيار --on.",
                f"Plots that would be retired began after {job.on}; choose a later day with --on.",
            ),
        )


def _touched_cases(cursor: Any) -> list[dict[str, Any]]:
    """Ask whoever has open cases which of them stand on plots this swap changes."""
    cursor.execute("SELECT id FROM changed UNION SELECT id FROM vanished ORDER BY 1")
    ids = [row[0] for row in cursor.fetchall()]
    found: list[dict[str, Any]] = []
    for name in settings.OPEN_CASES_AT:
        found.extend(import_string(name)(plot_ids=ids))
    return found


def swap(cursor: Any, job: Job) -> dict[str, Any]:
    """Move the staged plots into the register; returns what was done.

    Unchanged plots are not touched; changed ones keep their id and leave a closed version;
    vanished ones are closed; splits, merges and renumberings become lineage.  Raises NoSwap.
    """
    _phases(cursor)
    spoken = spoken_for(
        cursor, job, table="plots_plot", shape="boundary", held="upper_inf(t.valid)"
    )
    absent = {"phase_id" if name == "phase" else name for name in job.options.get("absent", ())}
    kept = keep_unsaid(cursor, table="plots_plot", facts=FACTS, absent=absent)
    days = {"on": job.on}
    cursor.execute(_CHANGED)
    cursor.execute(_UNCHANGED)
    unchanged = cursor.rowcount
    cursor.execute("ANALYZE changed")
    _not_before_the_present(cursor, job)
    lineage.remember(cursor)
    cursor.execute(_NUMBERS, days)
    renumbered = cursor.rowcount
    cursor.execute(_REMEMBER_PAST, days)
    cursor.execute(_UPDATE, days)
    changed = cursor.rowcount
    cursor.execute(_KEEP_PAST)
    cursor.execute("CREATE TEMP TABLE fresh (id bigint PRIMARY KEY) ON COMMIT DROP")
    cursor.execute(
        f"WITH made AS ({_INSERT} RETURNING id) INSERT INTO fresh SELECT id FROM made", days
    )
    inserted = cursor.rowcount
    cursor.execute("ANALYZE fresh")
    _vanished(cursor, job, spoken)
    touched = _touched_cases(cursor)
    lineage.remember_vanished(cursor)
    cursor.execute(
        "UPDATE plots_plot p SET valid = daterange(lower(p.valid), %s) FROM vanished v "
        "WHERE v.id = p.id",
        [job.on],
    )
    retired = cursor.rowcount
    cursor.execute("SELECT count(*) FROM changed WHERE was_retired")
    return {
        "inserted": inserted,
        "changed": changed,
        "unchanged": unchanged,
        "retired": retired,
        "reopened": cursor.fetchone()[0],
        "renumbered": renumbered,
        "lineage": lineage.write(cursor, on=job.on),
        "extent": spoken.extent,
        "touched_cases": touched,
        "kept_columns": kept,
    }
