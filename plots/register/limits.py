"""Plots with their limits in one statement, for those who measure: a drawing, or a whole town.

The order of the sources is that of ``queries.limits_for``, by which pages explain them; a test
asks both for the same plots.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.db import connection
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from municipality import columns, crs
from municipality.prepared import Prepared
from plots.register.queries import LIMITS

_FOUND = ", ".join(f"coalesce(p.{name}, a.{name}, u.{name})" for name in LIMITS)
_OWN = " AND ".join(f"p.{name} IS NULL" for name in LIMITS)
# A plan speaks only where it adds something that the plot and the plan before it leave open.
_OF_AREA = " OR ".join(f"(p.{name} IS NULL AND a.{name} IS NOT NULL)" for name in LIMITS)
_OF_USE = " OR ".join(
    f"(p.{name} IS NULL AND a.{name} IS NULL AND u.{name} IS NOT NULL)" for name in LIMITS
)
_JOINED = """
FROM plots_plot p
LEFT JOIN plots_planlimit a
  ON a.area_id = p.area_id AND a.use_class = p.use_class AND a.valid @> %(on)s::date
LEFT JOIN plots_planlimit u
  ON u.area_id IS NULL AND u.use_class = p.use_class AND u.valid @> %(on)s::date
"""
SQL = f"""
SELECT p.id, p.number, p.use_class, p.version, ST_AsBinary(p.boundary),
       concat_ws('; ', CASE WHEN NOT ({_OWN}) THEN nullif(p.limits_source, '') END,
                 CASE WHEN {_OF_AREA} THEN nullif(a.source, '') END,
                 CASE WHEN {_OF_USE} THEN nullif(u.source, '') END),
       {_FOUND}
{_JOINED}
WHERE p.id = ANY(%(ids)s) AND p.valid @> %(on)s::date
"""
MEASURED = Prepared("measured_plots", SQL, {"ids": "bigint[]", "on": "date"})
_NAMED = ", ".join(f"coalesce(p.{name}, a.{name}, u.{name})::float AS {name}" for name in LIMITS)
_GATHERED = ", ".join(columns.floats_sql(name) for name in LIMITS)
# The plots of a box and those within reach of them, gathered into one row.
WITHIN = f"""
WITH box AS (
  SELECT ST_Expand(ST_Extent(boundary)::geometry, %(reach_m)s) AS around FROM plots_plot
  WHERE boundary && ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, %(srid)s)
    AND valid @> %(on)s::date
), near AS (
  SELECT p.id, p.boundary, {_NAMED} {_JOINED}
  WHERE p.boundary && ST_SetSRID((SELECT around FROM box), %(srid)s)
    AND p.valid @> %(on)s::date
  ORDER BY p.id  -- once: aggregates take their rows in the order they come
)
SELECT {columns.ints_sql("id")}, {columns.shapes_sql("boundary")}, {_GATHERED},
       (SELECT ARRAY[ST_XMin(around), ST_YMin(around), ST_XMax(around), ST_YMax(around)] FROM box)
FROM near
"""


@dataclass(frozen=True, slots=True)
class MeasuredPlot:
    """A plot as it is: its boundary in METRIC, its limits by name (None unknown), their source."""

    plot_id: int
    number: str
    use_class: str
    version: int
    shape: BaseGeometry
    limits: dict[str, float | None]
    source: str


def measured_plots(ids: Sequence[int], *, on: dt.date) -> list[MeasuredPlot]:
    """Return the present plots of some ids with their limits on a day, in the order asked for.

    An id that nothing holds that day is left out.
    """
    rows = MEASURED.rows({"ids": list(ids), "on": on})
    shapes = shapely.from_wkb(np.array([bytes(row[4]) for row in rows], dtype=object))
    found = {row[0]: _plot(row, shape) for row, shape in zip(rows, shapes, strict=True)}
    return [found[one] for one in ids if one in found]


def _plot(row: tuple[Any, ...], shape: BaseGeometry) -> MeasuredPlot:
    plot_id, number, use_class, version, _, source, *limits = row
    known = dict(zip(LIMITS, limits, strict=True))
    return MeasuredPlot(plot_id, number, use_class, version, shape, known, source)


@dataclass(frozen=True, slots=True)
class PlotsWithin:
    """The plots of some ground as arrays, in the order of their ids.

    ``shapes`` are METRIC, ``limits`` by name with NaN unknown, ``bounds`` what was looked at.
    """

    ids: NDArray[np.intp]
    shapes: NDArray[np.object_]
    limits: dict[str, NDArray[np.float64]]
    bounds: NDArray[np.float64]


def plots_within(*, bounds: NDArray[np.float64], reach_m: float, on: dt.date) -> PlotsWithin:
    """Return the plots of a METRIC box and all within reach of one of them, on a day."""
    west, south, east, north = bounds.tolist()
    asked = {
        "west": west, "south": south, "east": east, "north": north, "srid": crs.METRIC,
        "reach_m": reach_m, "on": on,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(WITHIN, asked)
        ids, shapes, *limits, box = cursor.fetchone()
    return PlotsWithin(
        ids=columns.ints(ids),
        shapes=columns.shapes(shapes),
        limits={name: columns.floats(one) for name, one in zip(LIMITS, limits, strict=True)},
        bounds=bounds if ids is None else np.array(box),
    )
