"""The swap of imported reports: known ones are brought up to date, none is ever removed."""

from typing import Any

from municipality import crs
from municipality.city_time import city_day
from municipality.conf import PROFILE
from municipality.importing.keyed_swap import upsert
from municipality.importing.spec import Job
from observations.reports.heat import release_heat

STAGED = {
    "external_id": "text", "source": "text", "category": "text", "category_code": "text",
    "status": "smallint", "channel": "smallint", "severity": "smallint",
    "reported_at": "timestamptz", "closed_at": "timestamptz", "accuracy_m": "float8",
    "address": "text", "wilayat_id": "bigint", "area_id": "bigint",
}  # fmt: skip
_FACTS = (
    "category_id", "status", "channel", "severity", "reported_at", "reported_on", "closed_at",
    "accuracy_m", "address", "wilayat_id", "area_id", "point",
)  # fmt: skip
_GUESTS = """
INSERT INTO observations_category (code, name_ar, name_en, public, priority, position)
SELECT DISTINCT ON (category_code) category_code, category, category, false, 3, 1000
FROM incoming ORDER BY category_code, category
ON CONFLICT (code) DO NOTHING
"""
_UPSERT = f"""
INSERT INTO observations_observation AS o
  (public_id, fix_origin, source, external_id, {", ".join(_FACTS)})
SELECT gen_random_uuid(), 'imported', n.source, n.external_id, c.id, n.status, n.channel,
  n.severity, n.reported_at, (n.reported_at AT TIME ZONE '{PROFILE.time_zone.key}')::date,
  n.closed_at, n.accuracy_m, n.address, n.wilayat_id, n.area_id, ST_SetSRID(n.shape, {crs.METRIC})
FROM incoming n JOIN observations_category c ON c.code = n.category_code
ON CONFLICT (source, external_id) WHERE external_id <> '' DO UPDATE SET
  {", ".join(f"{f} = excluded.{f}" for f in _FACTS)}
WHERE ({", ".join("o." + f for f in _FACTS)})
  IS DISTINCT FROM ({", ".join("excluded." + f for f in _FACTS)})
  AND NOT EXISTS (SELECT FROM observations_submission s WHERE s.observation_id = o.id)
RETURNING (xmax = 0) AS fresh
"""


def swap(cursor: Any, job: Job) -> dict[str, Any]:
    """Add new reports, update changed ones, leave the rest; returns what was done.

    A report is known by its source and its id there, so the same file twice changes nothing.
    One that was taken up here is ours: what its own system says later does not change it.
    Months that are over are released to the public with it (docs/algorithms/heat-release.md).
    """
    cursor.execute(_GUESTS)
    categories = cursor.rowcount
    done = upsert(cursor, _UPSERT)
    today = city_day(job.at)
    released = release_heat(on=today, at=job.at)
    return {**done, "new_categories": categories, "released_months": len(released)}
