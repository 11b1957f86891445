"""A town's footprints, cut into chunks that lie together, each read with what is round it."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import shapely
from django.db import connection

from municipality import crs
from plots.building_permits.sites.arrays import Floats, Ints, Shapes, collected, shapes_of
from plots.building_permits.sites.batch import Footprints, Town
from plots.building_permits.sites.context import RANKS, THEMES
from plots.building_permits.sites.frontage import REACH_M, Roads
from plots.building_permits.sites.site_plan import Limits
from plots.register.holding import holders
from plots.register.limits import PlotsWithin, plots_within
from plots.register.queries import LIMITS

CHUNK = 4_000  # footprints read at once: some ten megabytes of plots
# Shapes come as one collection a kind, in the order of ids: unions are the same in every cut, and
# a town of plots crosses from the database in one value instead of a row a plot.
NEAR = """
SELECT 'road', '', array_agg(id), array_agg(road_class), array_agg(width_m),
       ST_AsBinary(ST_Collect(centre_line))
FROM (SELECT * FROM plots_road WHERE centre_line && {box} ORDER BY id) r
UNION ALL
SELECT 'building', '', array_agg(coalesce(plot_id, -1)), NULL, NULL,
       ST_AsBinary(ST_Collect(footprint))
FROM (SELECT * FROM plots_building WHERE footprint && {box} ORDER BY id) b
UNION ALL
SELECT 'theme', t.code, array_agg(f.id ORDER BY f.id), NULL, NULL,
       ST_AsBinary(ST_Collect(f.shape ORDER BY f.id))
FROM plots_themefeature f JOIN plots_themelayer l ON l.id = f.layer_id
JOIN plots_theme t ON t.id = l.theme_id
WHERE t.code = ANY(%(themes)s) AND l.valid @> %(on)s::date AND f.shape && {box} GROUP BY t.code
UNION ALL
SELECT 'layer', t.code, array_agg(l.id), NULL, NULL,
       CASE WHEN bool_and(l.coverage IS NOT NULL) THEN ST_AsBinary(ST_Union(l.coverage)) END
FROM plots_themelayer l JOIN plots_theme t ON t.id = l.theme_id
WHERE t.code = ANY(%(themes)s) AND l.valid @> %(on)s::date GROUP BY t.code
""".replace("{box}", "ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, %(srid)s)")


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
    """Cut n footprints into chunks that lie together: halved across their longer side.

    A chunk's box is read whole, so a strip across the city would read the city.
    """
    centre = shapely.get_coordinates(shapely.centroid(shapes))

    def cut(rows: Ints) -> list[Ints]:
        if len(rows) <= most:
            return [rows]
        own = centre[rows]
        side = int(np.argmax(np.ptp(own, axis=0)))
        rows = rows[np.argsort(own[:, side], kind="stable")]
        half = len(rows) // 2
        return [*cut(rows[:half]), *cut(rows[half:])]

    return cut(np.arange(len(shapes)))


@dataclass(frozen=True, slots=True)
class Ground:
    """A chunk's ground: what lies round it, the plots with their limits, each footprint's plot."""

    town: Town
    plots: PlotsWithin
    plot_of: Ints  # the place of each footprint's plot among ``plots``, -1 where none holds it


def ground_of(shapes: Shapes, on: dt.date) -> Ground:
    """Read the ground of some METRIC footprints on a day of the city, in two statements."""
    plots = plots_within(bounds=shapely.total_bounds(shapes), reach_m=REACH_M, on=on)
    found, _ = holders(shapes, ids=plots.ids, tree=shapely.STRtree(plots.shapes))
    place = np.searchsorted(plots.ids, found)
    return Ground(_town(plots, on), plots, np.where(found >= 0, place, -1))


def _town(plots: PlotsWithin, on: dt.date) -> Town:
    west, south, east, north = plots.bounds.tolist()
    asked = {
        "west": west, "south": south, "east": east, "north": north, "srid": crs.METRIC, "on": on,
        "themes": list(THEMES),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(NEAR, asked)
        rows = cursor.fetchall()
    own = {row[0]: row for row in rows if not row[1]}
    _, _, _, classes, widths, lines = own["road"]
    layers = {row[1]: row[5] for row in rows if row[0] == "layer"}
    strips = {row[1]: collected(row[5]) for row in rows if row[0] == "theme"}
    return Town(
        roads=Roads(
            line=collected(lines),
            rank=np.array([RANKS[one] for one in classes or ()], dtype=np.intp),
            width=np.array(widths or (), dtype=float),
        ),
        plot=plots.shapes,
        plot_id=plots.ids,
        building=collected(own["building"][5]),
        building_plot=np.array(own["building"][2] or (), dtype=np.intp),
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
