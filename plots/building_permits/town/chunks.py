"""A town's footprints, cut into chunks that lie together, each read with what is round it."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import shapely
from django.db import connection

from municipality import columns, crs
from plots.building_permits.sites.arrays import Floats, Ints, Shapes, shapes_of
from plots.building_permits.sites.batch import Footprints, Town
from plots.building_permits.sites.context import RANKS, THEMES
from plots.building_permits.sites.frontage import REACH_M, Roads
from plots.building_permits.sites.site_plan import Limits
from plots.register.holding import holders
from plots.register.limits import PlotsWithin, plots_within
from plots.register.queries import LIMITS

CHUNK = 4_000  # footprints read at once: some ten megabytes of plots
LEAST = 0.1  # of what is cut goes to each side
BOX = "ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, %(srid)s)"
# Shapes come in the order of ids: unions are the same in every cut.
NEAR = f"""
SELECT 'road' AS kind, '' AS code, NULL::bytea AS id, array_agg(road_class) AS class,
       {columns.floats_sql("width_m")} AS width, {columns.shapes_sql("centre_line")} AS shapes
FROM (SELECT * FROM plots_road WHERE centre_line && {BOX} ORDER BY id) r
UNION ALL
SELECT 'building', '', {columns.ints_sql("coalesce(plot_id, -1)")}, NULL, NULL,
       {columns.shapes_sql("footprint")}
FROM (SELECT * FROM plots_building WHERE footprint && {BOX} ORDER BY id) b
UNION ALL
SELECT 'theme', t.code, NULL, NULL, NULL, {columns.shapes_sql("f.shape", order="f.id")}
FROM plots_themefeature f JOIN plots_themelayer l ON l.id = f.layer_id
JOIN plots_theme t ON t.id = l.theme_id
WHERE t.code = ANY(%(themes)s) AND l.valid @> %(on)s::date AND f.shape && {BOX} GROUP BY t.code
UNION ALL
SELECT 'layer', t.code, NULL, NULL, NULL,
       CASE WHEN bool_and(l.coverage IS NOT NULL) THEN ST_AsBinary(ST_Union(l.coverage)) END
FROM plots_themelayer l JOIN plots_theme t ON t.id = l.theme_id
WHERE t.code = ANY(%(themes)s) AND l.valid @> %(on)s::date GROUP BY t.code
"""  # noqa: S608 (no value from outside)


@dataclass(frozen=True, slots=True)
class Survey:
    """Footprints as a file gives them, in METRIC; NaN where it does not say."""

    shape: Shapes
    floors: Floats
    height_m: Floats

    def part(self, rows: Ints) -> "Survey":
        """Some of the rows."""
        return Survey(self.shape[rows], self.floors[rows], self.height_m[rows])


def chunks_of(shapes: Shapes, most: int = CHUNK) -> list[Ints]:
    """Cut n footprints into chunks that lie together, the largest first.

    A chunk's box is read whole, so a strip across the city would read the city, and two quarters
    in one box what lies between them: the cut is across the longer side, at its widest gap.
    """
    centre = shapely.get_coordinates(shapely.centroid(shapes))

    def cut(rows: Ints) -> list[Ints]:
        if len(rows) <= most:
            return [rows]
        own = centre[rows]
        side = int(np.argmax(np.ptp(own, axis=0)))
        order = np.argsort(own[:, side], kind="stable")
        fewest = max(1, int(len(rows) * LEAST))
        gaps = np.diff(own[order, side])[fewest - 1 : len(rows) - fewest]
        at = fewest + int(np.argmax(gaps))
        return [*cut(rows[order[:at]]), *cut(rows[order[at:]])]

    return sorted(cut(np.arange(len(shapes))), key=len, reverse=True)


@dataclass(frozen=True, slots=True)
class Ground:
    """A chunk's ground: what lies round it, the plots with their limits, each footprint's plot."""

    town: Town
    plots: PlotsWithin
    plot_of: Ints  # the place of each footprint's plot among ``plots``, -1 where none holds it


def ground_of(shapes: Shapes, on: dt.date) -> Ground:
    """Read the ground of some METRIC footprints on a day of the city, in two statements."""
    plots = plots_within(bounds=shapely.total_bounds(shapes), reach_m=REACH_M, on=on)
    tree = shapely.STRtree(plots.shapes)
    found, _ = holders(shapes, ids=plots.ids, tree=tree)
    place = np.searchsorted(plots.ids, found)
    return Ground(_town(plots, tree, on), plots, np.where(found >= 0, place, -1))


def _town(plots: PlotsWithin, tree: shapely.STRtree, on: dt.date) -> Town:
    west, south, east, north = plots.bounds.tolist()
    asked = {
        "west": west, "south": south, "east": east, "north": north, "srid": crs.METRIC, "on": on,
        "themes": list(THEMES),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(NEAR, asked)
        rows = cursor.fetchall()
    own = {row[0]: row[2:] for row in rows if not row[1]}
    _, classes, widths, lines = own["road"]
    building_plot, _, _, buildings = own["building"]
    layers = {row[1]: row[5] for row in rows if row[0] == "layer"}
    strips = {row[1]: columns.shapes(row[5]) for row in rows if row[0] == "theme"}
    return Town(
        roads=Roads(
            line=columns.shapes(lines),
            rank=np.array([RANKS[one] for one in classes or ()], dtype=np.intp),
            width=columns.floats(widths),
        ),
        plots=tree,
        plot_id=plots.ids,
        building=columns.shapes(buildings),
        building_plot=columns.ints(building_plot),
        strip={code: strips.get(code, shapes_of([])) for code in layers},
        covered={
            code: None if wkb is None else shapely.from_wkb(bytes(wkb))
            for code, wkb in layers.items()
        },
    )


def footprints_on(survey: Survey, ground: Ground, rows: Ints) -> Footprints:
    """Give some rows of a survey, each of which a plot holds, their plots and limits."""
    place = ground.plot_of[rows]
    held = survey.part(rows)
    return Footprints(
        shape=held.shape,
        plot=ground.plots.shapes[place],
        plot_id=ground.plots.ids[place],
        floors=held.floors,
        height_m=held.height_m,
        limits=Limits(*(ground.plots.limits[name][place] for name in LIMITS)),
    )
