"""The ground the register holds, asked by importers: which plot lies at a point, how much of a
shape is taken already."""

from dataclasses import dataclass

import numpy as np
import shapely
from django.db import connection
from numpy.typing import NDArray

from municipality import crs
from municipality.importing.rows import Mask

Floats = NDArray[np.float64]

_AT = f"""
SELECT s.i, ST_X(p.centre), ST_Y(p.centre), p.measured_m2
FROM unnest(%s::int[], %s::float8[], %s::float8[]) AS s(i, x, y)
CROSS JOIN LATERAL (
  SELECT ST_Centroid(boundary) AS centre, measured_m2 FROM plots_plot
  WHERE upper_inf(valid) AND ST_Covers(boundary, ST_SetSRID(ST_MakePoint(s.x, s.y), {crs.METRIC}))
  ORDER BY measured_m2 LIMIT 1
) p
"""
_TAKEN = f"""
SELECT s.i, sum(ST_Area(ST_Intersection(p.boundary, s.shape)))
FROM (SELECT i, ST_SetSRID(wkb::geometry, {crs.METRIC}) AS shape
      FROM unnest(%s::int[], %s::text[]) AS t(i, wkb)) s
JOIN plots_plot p ON upper_inf(p.valid) AND ST_DWithin(p.boundary, s.shape, %s)
GROUP BY s.i
"""


@dataclass(frozen=True, slots=True)
class Ground:
    """The open plots, asked for many places at once (a Ground of municipality.importing.datum)."""

    def at(self, points: Floats) -> tuple[Floats, Floats]:
        """Find the plot at each METRIC point (n, 2): centre (n, 2), area in m2; NaN = none."""
        centre, area = np.full((len(points), 2), np.nan), np.full(len(points), np.nan)
        usable = np.flatnonzero(np.isfinite(points).all(axis=1))
        with connection.cursor() as cursor:
            cursor.execute(
                _AT,
                [usable.tolist(), points[usable, 0].tolist(), points[usable, 1].tolist()],
            )
            for row, x, y, m2 in cursor.fetchall():
                centre[row], area[row] = (x, y), m2
        return centre, area

    def taken(self, shapes: NDArray[np.object_], *, near_m: float) -> tuple[Floats, Mask]:
        """Measure how many m2 of each valid METRIC polygon lie on plots (0 where none).

        The second array tells where a plot lies within ``near_m``.
        """
        shared, near = np.zeros(len(shapes)), np.zeros(len(shapes), dtype=bool)
        wkb = shapely.to_wkb(shapes, hex=True).tolist()
        with connection.cursor() as cursor:
            cursor.execute(_TAKEN, [list(range(len(wkb))), wkb, near_m])
            for row, m2 in cursor.fetchall():
                shared[row], near[row] = m2, True
        return shared, near
