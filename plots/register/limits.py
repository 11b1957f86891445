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
from shapely.geometry.base import BaseGeometry

from plots.register.queries import LIMITS

_FOUND = ", ".join(f"coalesce(p.{name}, a.{name}, u.{name})" for name in LIMITS)
_OWN = " AND ".join(f"p.{name} IS NULL" for name in LIMITS)
# A plan speaks only where it adds something that the plot and the plan before it leave open.
_OF_AREA = " OR ".join(f"(p.{name} IS NULL AND a.{name} IS NOT NULL)" for name in LIMITS)
_OF_USE = " OR ".join(
    f"(p.{name} IS NULL AND a.{name} IS NULL AND u.{name} IS NOT NULL)" for name in LIMITS
)
SQL = f"""
SELECT p.id, p.number, p.use_class, p.version, ST_AsBinary(p.boundary),
       concat_ws('; ', CASE WHEN NOT ({_OWN}) THEN nullif(p.limits_source, '') END,
                 CASE WHEN {_OF_AREA} THEN nullif(a.source, '') END,
                 CASE WHEN {_OF_USE} THEN nullif(u.source, '') END),
       {_FOUND}
FROM plots_plot p
LEFT JOIN plots_planlimit a
  ON a.area_id = p.area_id AND a.use_class = p.use_class AND a.valid @> %(on)s::date
LEFT JOIN plots_planlimit u
  ON u.area_id IS NULL AND u.use_class = p.use_class AND u.valid @> %(on)s::date
WHERE p.id = ANY(%(ids)s) AND p.valid @> %(on)s::date
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
    with connection.cursor() as cursor:
        cursor.execute(SQL, {"ids": list(ids), "on": on})
        rows = cursor.fetchall()
    shapes = shapely.from_wkb(np.array([bytes(row[4]) for row in rows], dtype=object))
    found = {row[0]: _plot(row, shape) for row, shape in zip(rows, shapes, strict=True)}
    return [found[one] for one in ids if one in found]


def _plot(row: tuple[Any, ...], shape: BaseGeometry) -> MeasuredPlot:
    plot_id, number, use_class, version, _, source, *limits = row
    known = dict(zip(LIMITS, limits, strict=True))
    return MeasuredPlot(plot_id, number, use_class, version, shape, known, source)
