"""What the registration section looks at: other applications, neighbours, the edges and roads."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from django.db import connection
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from municipality import crs
from plots.building_permits.models import PermitApplication
from plots.building_permits.queries import latest_site
from plots.building_permits.sites.context import as_one_site, site_of
from plots.building_permits.sites.envelope import SiteEdge, envelope_of
from plots.building_permits.sites.frontage import REACH_M, Side
from plots.register.limits import MeasuredPlot

ADJOINING_M = 0.5  # plots whose lines are drawn apart by less lie side by side
NEAR_M = 10.0  # buildings on other ground within this are looked at
DIFFERENCE_M2 = 0.1  # less in common is a drawing difference

# Live applications on the same plots, or whose latest handed-in buildings meet the ground or the
# buildings of this one; whoever asks has shown that they may see them all.
OTHERS = """
WITH asked AS (
  SELECT ST_SetSRID(%(ground)s::geometry, %(srid)s) AS ground,
         ST_SetSRID(%(drawn)s::geometry, %(srid)s) AS drawn
), near AS (
  SELECT application_id FROM plots_applicationplot WHERE plot_id = ANY(%(ids)s)
  UNION SELECT v.application_id FROM plots_siteversion v, asked
  WHERE v.submitted_at IS NOT NULL
    AND (ST_Intersects(v.buildings, asked.ground) OR ST_Intersects(v.buildings, asked.drawn))
)
SELECT c.public_id, c.number, c.state, c.plot_number,
       EXISTS (SELECT FROM plots_applicationplot p
               WHERE p.application_id = a.id AND p.plot_id = ANY(%(ids)s)),
       ST_AsBinary(ST_Intersection(l.buildings, asked.ground)),
       coalesce(ST_Area(ST_Intersection(l.buildings, asked.drawn)), 0)
FROM near JOIN plots_permitapplication a ON a.id = near.application_id
JOIN cases_case c ON c.id = a.case_id
CROSS JOIN asked
LEFT JOIN LATERAL (
  SELECT v.buildings FROM plots_siteversion v
  WHERE v.application_id = a.id AND v.submitted_at IS NOT NULL ORDER BY v.number DESC LIMIT 1
) l ON true
WHERE a.id <> %(own)s AND c.closed_at IS NULL AND c.state <> 'draft'
ORDER BY c.number
"""
# Permits in force over the same ground, but the one that this application changes.
PERMITS = """
SELECT p.number, p.plot_numbers, upper(p.valid) - 1,
       ST_Area(ST_Intersection(p.place, asked.ground)),
       coalesce(ST_Area(ST_Intersection(p.footprint, asked.drawn)), 0)
FROM plots_buildingpermit p, (
  SELECT ST_SetSRID(%(ground)s::geometry, %(srid)s) AS ground,
         ST_SetSRID(%(drawn)s::geometry, %(srid)s) AS drawn) asked
WHERE p.state = 'valid' AND ST_Intersects(p.place, asked.ground)
  AND p.id IS DISTINCT FROM %(permit)s AND p.application_id IS DISTINCT FROM %(own)s
ORDER BY p.id
"""
NEIGHBOURS = """
SELECT id, number, use_class, ST_AsBinary(boundary) FROM plots_plot
WHERE upper_inf(valid) AND id <> ALL(%(ids)s)
  AND ST_DWithin(boundary, ST_SetSRID(%(ground)s::geometry, %(srid)s), %(adjoining_m)s)
ORDER BY number, id
"""
BUILDINGS = """
SELECT b.id, p.number, b.floors, b.height_m, ST_AsBinary(b.footprint)
FROM plots_building b LEFT JOIN plots_plot p ON p.id = b.plot_id
WHERE (b.plot_id IS NULL OR b.plot_id <> ALL(%(ids)s))
  AND ST_DWithin(b.footprint, ST_SetSRID(%(ground)s::geometry, %(srid)s), %(near_m)s)
ORDER BY b.id
"""
ROADS = """
SELECT name_ar, name_en, road_class, width_m, ST_AsBinary(centre_line) FROM plots_road
WHERE ST_DWithin(centre_line, ST_SetSRID(%(ground)s::geometry, %(srid)s), %(road_m)s)
ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Other:
    """Another live application that claims the same plot or ground; areas in m²."""

    case_id: str
    number: str
    state: str
    plot_number: str
    has_same_plot: bool
    on_ground_m2: float
    of_building_m2: float
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class HeldPermit:
    """A permit in force over the same ground; areas in m²."""

    number: str
    plot_numbers: str
    last_day: dt.date
    on_ground_m2: float
    of_building_m2: float


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A plot side by side with the site: the length of the side they share, in metres."""

    plot_id: int
    number: str
    use_class: str
    side_m: float
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class NearBuilding:
    """A building on other ground, and how far from the site it stands, in metres."""

    plot_number: str
    floors: int | None
    height_m: float | None
    distance_m: float
    shape: BaseGeometry


@dataclass(frozen=True, slots=True)
class FrontRoad:
    """The road before an edge; width in metres, None unknown."""

    name_ar: str
    name_en: str
    road_class: str
    width_m: float | None


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge of the site with its number on the map, and the road a front lies at."""

    number: int
    edge: SiteEdge
    road: FrontRoad | None


@dataclass(frozen=True, slots=True)
class Ground:
    """The site of an application as the clerk sees it."""

    shape: BaseGeometry
    others: tuple[Other, ...]
    permits: tuple[HeldPermit, ...]
    neighbours: tuple[Neighbour, ...]
    buildings: tuple[NearBuilding, ...]
    edges: tuple[Edge, ...]


def _shape(wkb: memoryview | None) -> BaseGeometry:
    return shapely.Polygon() if wkb is None else shapely.from_wkb(bytes(wkb))


def _rows(sql: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _others(asked: dict[str, Any]) -> tuple[Other, ...]:
    found = []
    for case_id, number, state, plot, same, wkb, built in _rows(OTHERS, asked):
        shape = _shape(wkb)
        if same or shape.area > DIFFERENCE_M2 or built > DIFFERENCE_M2:
            found.append(Other(case_id, number, state, plot, same, shape.area, built, shape))
    return tuple(found)


def _permits(asked: dict[str, Any]) -> tuple[HeldPermit, ...]:
    rows = (HeldPermit(*row) for row in _rows(PERMITS, asked))
    return tuple(one for one in rows if one.on_ground_m2 > DIFFERENCE_M2)


def _shared_m(sides: NDArray[np.object_], neighbour: BaseGeometry) -> float:
    """Return how long the sides of a site run along a neighbour, in metres.

    Round a corner the widened neighbour takes half a metre of the next side with it: a piece
    that short counts only where it is a whole side.
    """
    along = shapely.length(
        shapely.intersection(sides, shapely.buffer(neighbour, ADJOINING_M, join_style="mitre"))
    )
    counts = (along > 2 * ADJOINING_M) | (along > 0.99 * shapely.length(sides))
    return float(along[counts].sum())


def _neighbours(asked: dict[str, Any], ground: BaseGeometry) -> tuple[Neighbour, ...]:
    rings = [shapely.get_coordinates(part.exterior) for part in shapely.get_parts(ground)]
    sides = shapely.linestrings(
        np.concatenate([np.stack([ring[:-1], ring[1:]], axis=1) for ring in rings])
    )
    found = []
    for plot_id, number, use, wkb in _rows(NEIGHBOURS, asked):
        shape = _shape(wkb)
        found.append(Neighbour(plot_id, number, use, _shared_m(sides, shape), shape))
    return tuple(found)


def _buildings(asked: dict[str, Any], ground: BaseGeometry) -> tuple[NearBuilding, ...]:
    found = [
        NearBuilding(number or "", floors, height, float(ground.distance(_shape(wkb))), _shape(wkb))
        for _, number, floors, height, wkb in _rows(BUILDINGS, asked)
    ]
    return tuple(sorted(found, key=lambda one: one.distance_m))


def _edges(
    plots: Sequence[MeasuredPlot], asked: dict[str, Any], *, on: dt.date
) -> tuple[Edge, ...]:
    """Return the edges with their sides; a front names the nearest road before its middle."""
    site = site_of(plots=plots, buildings=shapely.Point(), on=on)
    roads = _rows(ROADS, asked)
    lines = np.array([_shape(row[4]) for row in roads], dtype=object)

    def road(edge: SiteEdge) -> FrontRoad | None:
        if edge.side is not Side.FRONT or not len(lines):
            return None
        middle = shapely.line_interpolate_point(edge.line, 0.5, normalized=True)
        name_ar, name_en, road_class, width, _ = roads[
            int(np.argmin(shapely.distance(middle, lines)))
        ]
        return FrontRoad(name_ar, name_en, road_class, width)

    found = envelope_of(site).edges
    return tuple(Edge(number, edge, road(edge)) for number, edge in enumerate(found, start=1))


def ground_of(
    application: PermitApplication, plots: Sequence[MeasuredPlot], *, on: dt.date
) -> Ground:
    """Return what surrounds the site of an application on a day; raises NotOneSite.

    It names the cases of others: for officers only.
    """
    shape, site = as_one_site(plots), latest_site(application)
    drawn = shapely.Polygon() if site is None else shapely.from_wkb(bytes(site.buildings.wkb))
    asked: dict[str, Any] = {
        "ground": shapely.to_wkb(shape, hex=True), "drawn": shapely.to_wkb(drawn, hex=True),
        "ids": [plot.plot_id for plot in plots], "own": application.pk,
        "permit": application.permit_id, "srid": crs.METRIC,
        "adjoining_m": ADJOINING_M, "near_m": NEAR_M, "road_m": REACH_M,
    }  # fmt: skip
    return Ground(
        shape, _others(asked), _permits(asked), _neighbours(asked, shape),
        _buildings(asked, shape), _edges(plots, asked, on=on),
    )  # fmt: skip
