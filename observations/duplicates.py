"""Is it reported already?  Reports near by that may be about the same thing (decision 0082)."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from django.db import connection
from shapely.geometry import Point

from municipality import crs
from municipality.city_time import city_day
from municipality.located import DEFAULT_ACCURACY_M
from observations.reports.models import Status

# Figures of ours; no source gives them (decision 0082).
CLOSED_DAYS = 21  # a report closed longer ago is another one
MOST_ACCURACY_M = 100.0  # a vaguer position says no more about what is near than this one
SURELY_HERE_M = 10.0  # so near, a wadi or a road between two points is an error of the positions
DUAL_WIDTH_M = 20.0  # a main road this wide has two carriageways (2 × 7.3 m and what parts them)


class Behind(StrEnum):
    """What lies between two places so that they are not the same one."""

    WADI = "wadi"
    DUAL_ROAD = "dual_road"


@dataclass(frozen=True, slots=True)
class Alike:
    """One report near by; ``is_suggested`` where it may be the same thing.

    ``reach_m`` is how far away it could have been: both accuracies and the larger footprint.
    """

    observation_id: int
    public_id: UUID
    category_id: int
    status: Status
    reported_on: dt.date
    closed_at: dt.datetime | None
    distance_m: float
    reach_m: float
    behind: Behind | None

    @property
    def is_suggested(self) -> bool:
        """Tell whether it may be the same thing: on this side, or too near for sides to count."""
        return self.behind is None or self.distance_m < SURELY_HERE_M


# Where a channel is told apart from the strip kept beside it, only the channel parts two sides.
# A place inside it has no side, so the line to it crosses nothing.
_BETWEEN = f"""
CASE
  WHEN near.distance_m = 0 THEN NULL
  WHEN EXISTS (
    SELECT FROM plots_themefeature f JOIN plots_themelayer l ON l.id = f.layer_id
    JOIN plots_theme t ON t.id = l.theme_id
    WHERE t.code = 'wadi' AND l.valid @> %(on)s AND COALESCE(f.attributes->>'part', '') <> 'strip'
      AND ST_Intersects(f.shape, near.line)
      AND NOT ST_Intersects(f.shape, ST_StartPoint(near.line))
      AND NOT ST_Intersects(f.shape, ST_EndPoint(near.line))) THEN 'wadi'
  WHEN EXISTS (
    SELECT FROM plots_road r
    WHERE ST_Intersects(r.centre_line, near.line)
      AND (r.road_class = 'motorway' OR r.road_class = 'main' AND (
        r.width_m >= {DUAL_WIDTH_M} OR r.attributes->>'dual_carriageway' = 'yes'
        OR lower(r.attributes->>'oneway') IN ('yes', 'true', '1', '-1', 'f', 't')))
  ) THEN 'dual_road'
END
"""  # noqa: S608 (constants of this page)
# Two branches: the open ones by their own small index, the closed ones by that of all points.
_ROWS = """
  SELECT o.id, o.public_id, o.category_id, o.status, o.reported_on, o.closed_at, o.point,
    o.accuracy_m
  FROM observations_observation o WHERE o.point && (SELECT box FROM here)
"""
_QUERY = f"""
WITH kin AS (
  SELECT c.id, GREATEST(c.footprint_m, own.footprint_m) AS footprint_m
  FROM observations_category own JOIN observations_category c
    ON c.id = own.id OR (own.kin <> '' AND c.kin = own.kin)
  WHERE own.id = %(category)s
), here AS MATERIALIZED (
  SELECT p AS point, ST_Expand(
    p, %(accuracy)s + {MOST_ACCURACY_M} + (SELECT max(footprint_m) FROM kin)) AS box
  FROM ST_SetSRID(ST_MakePoint(%(x)s, %(y)s), {crs.METRIC}) p
), rows AS (
  {_ROWS} AND o.status IN (1, 2, 3)
  UNION ALL
  {_ROWS} AND o.status = 4 AND o.closed_at > %(since)s
), near AS (
  SELECT rows.*, ST_Distance(rows.point, here.point) AS distance_m,
    ST_MakeLine(here.point, rows.point) AS line,
    %(accuracy)s + LEAST(COALESCE(rows.accuracy_m, {DEFAULT_ACCURACY_M}), {MOST_ACCURACY_M})
      + kin.footprint_m AS reach_m
  FROM rows CROSS JOIN here JOIN kin ON kin.id = rows.category_id
)
SELECT * FROM (
  SELECT id, public_id, category_id, status, reported_on, closed_at, distance_m, reach_m,
    {_BETWEEN} AS behind
  FROM near WHERE distance_m <= reach_m AND id IS DISTINCT FROM %(without)s
) found
ORDER BY behind IS NOT NULL, distance_m, id LIMIT %(limit)s
"""  # noqa: S608 (constants of this page)


def near_alike(
    *,
    category_id: int,
    point: Point,
    accuracy_m: float,
    at: dt.datetime,
    limit: int = 10,
    without: int | None = None,
) -> list[Alike]:
    """Return the reports that may be about the same thing as one at a METRIC point.

    Of the same category or its kin, open or closed in the CLOSED_DAYS before ``at``, and no
    farther away than both accuracies (metres, each taken for at most MOST_ACCURACY_M) and the
    larger footprint reach.  Nearest first; those behind a wadi or a dual carriageway, as the
    layers of the city's day of ``at`` know them, come after all others and are not suggested
    unless nearer than SURELY_HERE_M.  ``without`` leaves one report out: itself.  One query.
    Who may see which of them is the caller's to ask.
    """
    asked = {
        "category": category_id,
        "x": point.x,
        "y": point.y,
        "accuracy": min(max(accuracy_m, 0.0), MOST_ACCURACY_M),
        "on": city_day(at),
        "since": at - dt.timedelta(days=CLOSED_DAYS),
        "without": without,
        "limit": limit,
    }
    with connection.cursor() as cursor:
        cursor.execute(_QUERY, asked)
        return [
            Alike(
                observation_id=row[0],
                public_id=UUID(str(row[1])),
                category_id=row[2],
                status=Status(row[3]),
                reported_on=row[4],
                closed_at=row[5],
                distance_m=row[6],
                reach_m=row[7],
                behind=Behind(row[8]) if row[8] else None,
            )
            for row in cursor.fetchall()
        ]
