"""What reports are divided by and the register knows: roads, plots, and where residents live."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import numpy as np
import shapely
from django.db import connection

from maps.heat.denominators.areas import raster_of
from maps.heat.denominators.cells import CellValues
from maps.heat.denominators.declared import Built, Denominator
from maps.heat.denominators.lines import length_by_cell
from maps.heat.denominators.spread import spread
from maps.heat.lattice import CELL_M, Floats, Ints
from municipality.words import Text
from plots.register.models import UseClass

HOMES = (UseClass.RESIDENTIAL, UseClass.RESIDENTIAL_COMMERCIAL)
ROAD_SOURCE = Text("محاور الطرق المسجلة", "Centre lines of the registered roads")
PLOT_SOURCE = Text(
    "قطع الأراضي السارية، كل قطعة في خلية نقطتها الداخلية",
    "Standing plots, each in the cell of its representative point",
)
SPREAD_OVER = Text(
    "{source}، موزعة على القطع السكنية", "{source}, spread over the residential plots"
)
UNDATED = Text(
    "أعداد سكان بلا تاريخ من ملف الحدود، موزعة على القطع السكنية",
    "Undated populations of the boundary file, spread over the residential plots",
)
NO_POPULATION = Text("لا أعداد سكان مسجلة", "No population on record")

_LINES = "SELECT ST_AsBinary(centre_line) FROM plots_road WHERE NOT ST_IsEmpty(centre_line)"
_PLOTS = f"""
SELECT floor(ST_X(p) / {CELL_M})::int, floor(ST_Y(p) / {CELL_M})::int, count(*)
FROM (SELECT ST_PointOnSurface(boundary) AS p FROM plots_plot WHERE valid @> %s::date OFFSET 0) AS t
GROUP BY 1, 2
"""  # noqa: S608 (a number)
_HOMES = f"""
SELECT h.id, coalesce(h.wilayat_id, (
    SELECT v.wilayat_id FROM places_wilayatversion v
    WHERE v.valid @> %(on)s::date AND ST_Covers(v.boundary, h.p) ORDER BY v.wilayat_id LIMIT 1)),
  floor(ST_X(h.p) / {CELL_M})::int, floor(ST_Y(h.p) / {CELL_M})::int, h.measured_m2
FROM (SELECT id, wilayat_id, measured_m2, ST_PointOnSurface(boundary) AS p FROM plots_plot
      WHERE valid @> %(on)s::date AND use_class = ANY(%(homes)s) OFFSET 0) AS h
"""  # noqa: S608 (a number)
_FLOORS = (
    "SELECT plot_id, max(floors) FROM plots_building "
    "WHERE plot_id IS NOT NULL AND floors > 1 GROUP BY plot_id"
)
_PEOPLE = """
(SELECT DISTINCT ON (p.wilayat_id) p.wilayat_id, p.residents, p.source || ' (' || p.as_of || ')'
 FROM places_population p
 ORDER BY p.wilayat_id, p.as_of <= %(on)s::date DESC, abs(p.as_of - %(on)s::date))
UNION ALL
SELECT w.id, w.population, '' FROM places_wilayat w WHERE w.population IS NOT NULL
  AND NOT EXISTS (SELECT FROM places_population p WHERE p.wilayat_id = w.id)
ORDER BY 1
"""
_BOUNDARY = """
SELECT ST_AsBinary(boundary) FROM places_wilayatversion
WHERE wilayat_id = %s AND valid @> %s::date
"""


def _rows(sql: str, params: Any = None) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def metres_of_road(on: dt.date) -> Built:
    """Return metres of centre lines by cell; the register keeps roads as they are now."""
    lines = [shapely.from_wkb(bytes(wkb)) for (wkb,) in _rows(_LINES)]
    return Built(length_by_cell(lines), ROAD_SOURCE)


def number_of_plots(on: dt.date) -> Built:
    """Return standing plots by the cell of their representative point."""
    x, y, n = np.array(_rows(_PLOTS, [on]), np.int64).reshape(-1, 3).T
    return Built(CellValues.summed(x, y, n.astype(np.float64)), PLOT_SOURCE)


def _land(wilayat: int, on: dt.date) -> tuple[Ints, Ints]:
    """Return the cells of a wilayat's ground: those whose middle it holds, or that it crosses."""
    found = [shapely.from_wkb(bytes(wkb)) for (wkb,) in _rows(_BOUNDARY, [wilayat, on])]
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    ground = raster_of(found[0], level=0)
    return ground.cells(ground.crossed | ground.inside)


def _sources(people: Iterable[tuple[Any, ...]]) -> Text:
    told = [source for _, _, source in people]
    if not told:
        return NO_POPULATION
    named = "; ".join(sorted(set(filter(None, told))))[:200]
    return SPREAD_OVER.with_values(source=named) if named else UNDATED


def residents(on: dt.date) -> Built:
    """Return residents by cell: of every wilayat its population, on its residential plots.

    A plot weighs its area times the storeys of its highest surveyed building, else its area.  A
    wilayat without residential plots is filled evenly over its ground; one without ground
    either is counted as unplaced.  Populations are those counted last on or before the day,
    else the first ones; without any, the undated number of the wilayat.
    """
    people = _rows(_PEOPLE, {"on": on})
    # Joined here: right after a load the database does not know yet how many rows there are.
    floors = dict(_rows(_FLOORS))
    homes = np.array(
        [
            (wilayat, x, y, area * floors.get(plot, 1))
            for plot, wilayat, x, y, area in _rows(_HOMES, {"on": on, "homes": list(HOMES)})
            if wilayat is not None
        ],
        np.float64,
    ).reshape(-1, 4)
    x, y = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    shares: list[Floats] = [np.zeros(0)]
    unplaced = 0.0
    for wilayat, total, _ in people:
        mine = homes[(homes[:, 0] == wilayat) & (homes[:, 3] > 0)]
        if len(mine):
            east, north, weight = mine[:, 1].astype(int), mine[:, 2].astype(int), mine[:, 3]
        else:
            east, north = _land(wilayat, on)
            weight = np.ones(len(east))
        if not len(east):
            unplaced += total
            continue
        x.append(east)
        y.append(north)
        shares.append(spread(total, weight))
    cells = CellValues.summed(np.concatenate(x), np.concatenate(y), np.concatenate(shares))
    return Built(cells, _sources(people), unplaced)


RESIDENTS = Denominator(
    name="1000_residents",
    title=Text("القاطنون", "Residents"),
    unit=Text("بلاغ لكل ألف من السكان", "reports per 1,000 residents"),
    per=1000,
    limits=(0, 5, 10, 25, 50, 100, 250),
    build=residents,
)
ROADS = Denominator(
    name="road_km",
    title=Text("أطوال الطرق", "Length of roads"),
    unit=Text("بلاغ لكل كم من الطرق", "reports per km of road"),
    per=1000,
    limits=(0, 1, 2, 5, 10, 20, 50),
    build=metres_of_road,
)
PLOTS = Denominator(
    name="plot",
    title=Text("قطع الأراضي", "Plots"),
    unit=Text("بلاغ لكل قطعة", "reports per plot"),
    per=1,
    limits=(0, 0.05, 0.1, 0.25, 0.5, 1, 2),
    build=number_of_plots,
)
