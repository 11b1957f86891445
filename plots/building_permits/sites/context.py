"""The site of a drawing as the city knows it on a day: one statement for all that is round it."""

import datetime as dt
from collections.abc import Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from municipality import crs
from municipality.prepared import Prepared
from municipality.words import Text
from plots.building_permits.sites.arrays import Floats, Shapes, from_rows, shapes_of
from plots.building_permits.sites.beside import Beside
from plots.building_permits.sites.frontage import FAR_M, REACH_M, Roads
from plots.building_permits.sites.parts import Site
from plots.building_permits.sites.site_plan import Ground, Limits
from plots.register.limits import MeasuredPlot
from plots.register.models import Road
from plots.register.queries import LIMITS

RANKS = {name: rank for rank, name in enumerate(Road.RoadClass.values)}
THEMES = ("road_reserve", "wadi")  # the planning layers that rules ask about
CLOSE_M = 0.05  # merged plots are drawn with gaps and overlaps of centimetres between them

AROUND = Prepared(
    "around_a_site",
    """
WITH asked AS (
  SELECT ST_SetSRID(%(plot)s, %(srid)s) AS plot, ST_SetSRID(%(site)s, %(srid)s) AS site
)
SELECT 'road', road_class, width_m, ST_AsBinary(centre_line), name_ar, name_en
FROM plots_road, asked WHERE ST_DWithin(centre_line, plot, %(road_m)s)
UNION ALL
SELECT 'plot', '', NULL, ST_AsBinary(boundary), number, ''
FROM plots_plot, asked
WHERE upper_inf(valid) AND id <> ALL(%(ids)s) AND ST_DWithin(boundary, plot, %(near_m)s)
UNION ALL
SELECT 'building', '', NULL, ST_AsBinary(footprint), '', ''
FROM plots_building, asked
WHERE (plot_id IS NULL OR plot_id <> ALL(%(ids)s)) AND ST_Intersects(footprint, site)
UNION ALL
SELECT 'layer', t.code, NULL, NULL, '', ''
FROM plots_themelayer l JOIN plots_theme t ON t.id = l.theme_id, asked
WHERE t.code = ANY(%(themes)s) AND l.valid @> %(on)s::date
  AND (l.coverage IS NULL OR ST_Covers(l.coverage, site))
UNION ALL
SELECT 'theme', t.code, NULL, ST_AsBinary(f.shape), '', ''
FROM plots_themefeature f JOIN plots_themelayer l ON l.id = f.layer_id
JOIN plots_theme t ON t.id = l.theme_id, asked
WHERE t.code = ANY(%(themes)s) AND l.valid @> %(on)s::date
  AND ST_Intersects(f.shape, site)
UNION ALL
SELECT 'claim', '', NULL, ST_AsBinary(claim), '', ''
FROM asked, permit_claims(asked.site, %(own)s) AS claim
""",
    {"plot": "geometry", "site": "geometry", "srid": "integer", "own": "bigint", "ids": "bigint[]",
     "on": "date", "themes": "text[]", "road_m": "float", "near_m": "float"},
)  # fmt: skip


class NotOneSite(ValueError):
    """Several plots that are no one site; ``why`` says it in both languages."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


APART = Text("القطع ليست متجاورة.", "The plots do not lie side by side.")
OTHER_USE = Text("استعمالات القطع مختلفة.", "The plots have different land uses.")


def roads_of(rows: Sequence[tuple[str, float | None, bytes]]) -> Roads:
    """Read roads as the register gives them: class, width in metres (None unknown), WKB."""
    return Roads(
        line=from_rows(row[2] for row in rows),
        rank=np.array([RANKS[row[0]] for row in rows], dtype=np.intp),
        width=np.array([np.nan if row[1] is None else row[1] for row in rows], dtype=float),
    )


def as_one_site(plots: Sequence[MeasuredPlot]) -> BaseGeometry:
    """Return several plots as one METRIC shape; raises NotOneSite: apart, or of several uses."""
    if len(plots) == 1:
        return plots[0].shape
    if len({plot.use_class for plot in plots}) > 1:
        raise NotOneSite(OTHER_USE)
    wider = shapely.buffer([plot.shape for plot in plots], CLOSE_M / 2, join_style="mitre")
    merged = shapely.buffer(shapely.union_all(wider), -CLOSE_M / 2, join_style="mitre")
    if merged.geom_type != "Polygon":
        raise NotOneSite(APART)
    return merged


def _limits(plots: Sequence[MeasuredPlot]) -> Limits:
    """The limits of a site: of several plots the strictest, unknown where one is."""

    def strictest(name: str) -> Floats:
        values = [plot.limits[name] for plot in plots]
        known = [float(value) for value in values if value is not None]
        if len(known) < len(values):
            return np.array([np.nan])
        least = name.startswith("setback") or name == "parking_bays"
        return np.array([max(known) if least else min(known)])

    return Limits(*(strictest(name) for name in LIMITS))


def site_of(
    *,
    plots: Sequence[MeasuredPlot],
    buildings: BaseGeometry,
    on: dt.date,
    own: int | None = None,
) -> Site:
    """Return the site of one plot, or of several merged ones of one use, on a day of the city.

    ``buildings`` is the METRIC shape of what is drawn: only what meets it is fetched.
    ``own`` is the application that is drawn: what others would build there is claimed ground.
    Raises NotOneSite.
    """
    plot = as_one_site(plots)
    asked = {
        "own": own or 0,
        "plot": shapely.to_wkb(plot, hex=True),
        "site": shapely.to_wkb(buildings, hex=True),
        "ids": [one.plot_id for one in plots],
        "on": on,
        "themes": list(THEMES),
        "srid": crs.METRIC,
        "road_m": REACH_M,
        "near_m": FAR_M,
    }
    rows = AROUND.rows(asked)
    layers = {row[1] for row in rows if row[0] == "layer"}

    def shapes(kind: str, code: str = "") -> Shapes:
        return from_rows(row[3] for row in rows if row[0] == kind and row[1] == code)

    def theme(code: str) -> Shapes:
        there = shapes("theme", code)
        if not len(there) and code not in layers:
            return shapes_of([None])
        return shapes_of([shapely.union_all(there)])

    roads = [row for row in rows if row[0] == "road"]
    lines, neighbours = roads_of([row[1:4] for row in roads]), shapes("plot")
    return Site(
        plot=plot,
        limits=_limits(plots),
        limits_source="; ".join(dict.fromkeys(plot.source for plot in plots if plot.source)),
        roads=lines,
        neighbours=neighbours,
        beside=Beside(
            neighbours,
            [row[4] for row in rows if row[0] == "plot"],
            lines.line,
            [Text(row[4], row[5]) for row in roads],
        ),
        ground=Ground(
            road_reserve=theme("road_reserve"),
            wadi=theme("wadi"),
            neighbours=shapes_of([shapely.union_all(shapes("building"))]),
            claimed=shapes_of([shapely.union_all(shapes("claim"))]),
        ),
    )
