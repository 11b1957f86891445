"""A town's footprints, cut into chunks that lie together, each read with what is round it."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.db import connection

from municipality import crs
from plots.building_permits.arrays import Floats, Ints, Shapes, from_rows, shapes_of
from plots.building_permits.batch import Footprints, Town
from plots.building_permits.context import THEMES, roads_of
from plots.building_permits.frontage import REACH_M
from plots.building_permits.site_plan import Limits
from plots.register.holding import holders
from plots.register.limits import measured_plots
from plots.register.queries import LIMITS

CHUNK = 4_000  # footprints read at once: some ten megabytes of plots
TILE_M = 500.0  # a chunk is made of whole tiles where it can, so that it lies together
# One statement a kind; rows in the order of their ids, so that unions are the same in every cut.
NEAR = """
SELECT 'road' AS kind, id, road_class, width_m, ST_AsBinary(centre_line)
FROM plots_road WHERE centre_line && {box}
UNION ALL SELECT 'plot', id, '', NULL, ST_AsBinary(boundary)
FROM plots_plot WHERE boundary && {box} AND valid @> %(on)s::date
UNION ALL SELECT 'building', coalesce(plot_id, -1), '', NULL, ST_AsBinary(footprint)
FROM plots_building WHERE footprint && {box}
UNION ALL SELECT 'theme', f.id, t.code, NULL, ST_AsBinary(f.shape)
FROM plots_themefeature f JOIN plots_themelayer l ON l.id = f.layer_id
JOIN plots_theme t ON t.id = l.theme_id
WHERE t.code = ANY(%(themes)s) AND l.valid @> %(on)s::date AND f.shape && {box}
UNION ALL SELECT 'layer', l.id, t.code, NULL, ST_AsBinary(l.coverage)
FROM plots_themelayer l JOIN plots_theme t ON t.id = l.theme_id
WHERE t.code = ANY(%(themes)s) AND l.valid @> %(on)s::date
ORDER BY kind, 2
""".replace("{box}", "ST_MakeEnvelope(%(west)s, %(south)s, %(east)s, %(north)s, %(srid)s)")


UNDER = """
SELECT id, ST_AsBinary(boundary) FROM plots_plot
WHERE boundary && {box} AND valid @> %(on)s::date ORDER BY id
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
    """Cut n footprints into chunks that lie together: tile by tile, in snakes."""
    centre = shapely.get_coordinates(shapely.centroid(shapes))
    column, row = (centre // TILE_M).astype(np.int64).T
    order = np.lexsort((np.where(row % 2, -column, column), row))
    return [order[begin : begin + most] for begin in range(0, len(order), most)]


def _box(bounds: Floats, reach_m: float, on: dt.date) -> dict[str, Any]:
    west, south, east, north = bounds.tolist()
    return {
        "west": west - reach_m, "south": south - reach_m, "east": east + reach_m,
        "north": north + reach_m, "srid": crs.METRIC, "on": on, "themes": list(THEMES),
    }  # fmt: skip


def plot_of_each(shapes: Shapes, on: dt.date) -> Ints:
    """The id of the plot that holds most of each footprint, -1 where none holds any of it."""
    with connection.cursor() as cursor:
        cursor.execute(UNDER, _box(shapely.total_bounds(shapes), 0.0, on))
        rows = cursor.fetchall()
    plot_id = np.array([row[0] for row in rows], dtype=np.intp)
    plots = from_rows(row[1] for row in rows)
    found, _ = holders(shapes, ids=plot_id, tree=shapely.STRtree(plots))
    return found


def town_round(plots: Shapes, on: dt.date) -> Town:
    """Read what lies round some METRIC plots on a day of the city."""
    asked = _box(shapely.total_bounds(plots), REACH_M, on)
    with connection.cursor() as cursor:
        cursor.execute(NEAR, asked)
        rows = cursor.fetchall()

    def of(kind: str, code: str = "") -> tuple[Ints, Shapes]:
        own = [row for row in rows if row[0] == kind and row[2] == code]
        return np.array([row[1] for row in own], dtype=np.intp), from_rows(row[4] for row in own)

    plot_id, plots = of("plot")
    building_plot, buildings = of("building")
    layers = {row[2]: row[4] for row in rows if row[0] == "layer"}
    return Town(
        roads=roads_of([row[2:5] for row in rows if row[0] == "road"]),
        plot=plots,
        plot_id=plot_id,
        building=buildings,
        building_plot=building_plot,
        strip={code: of("theme", code)[1] for code in layers},
        covered={
            code: None if wkb is None else shapely.from_wkb(bytes(wkb))
            for code, wkb in layers.items()
        },
    )


def footprints_of(survey: Survey, plot_id: Ints, on: dt.date) -> Footprints:
    """Give each footprint its plot with the limits of a day; every id must be one of a plot."""
    ids = np.unique(plot_id)
    plots = measured_plots(ids.tolist(), on=on)
    place = np.searchsorted(ids, plot_id)
    limits = {
        name: np.array(
            [np.nan if plot.limits[name] is None else plot.limits[name] for plot in plots],
            dtype=float,
        )[place]
        for name in LIMITS
    }
    return Footprints(
        shape=survey.shape,
        plot=shapes_of([plot.shape for plot in plots])[place],
        plot_id=plot_id,
        floors=survey.floors,
        height_m=survey.height_m,
        limits=Limits(*(limits[name] for name in LIMITS)),
    )
