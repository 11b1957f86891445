"""A drawing as it is handed in: parts with a role, and the arrays that the rules read of it.

Roles are those of the layers of a site plan: ``main``, ``annex``, what Local Order 23/92 art. 12
does not count (``canopy``: also pergolas and shades; ``ledge``: architectural projections;
``guard``: a guard room built apart; ``plant``: water tanks and machines kept apart), ``wall``,
``parking`` (one part a bay).  What is open to the sky is a hole of its building.  METRIC shapes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from plots.building_permits.sites.arrays import Floats, Shapes, shapes_of, united
from plots.building_permits.sites.beside import NOTHING_BESIDE, Beside
from plots.building_permits.sites.boundary import boundary_of
from plots.building_permits.sites.frontage import Neighbours, Roads, sides_of
from plots.building_permits.sites.site_plan import (
    Ground,
    Limits,
    SitePlans,
    buildings_of,
    stand_inside,
)


class Role(StrEnum):
    """What a part of a site plan is."""

    MAIN = "main"
    ANNEX = "annex"
    CANOPY = "canopy"
    LEDGE = "ledge"
    GUARD = "guard"
    PLANT = "plant"
    WALL = "wall"
    PARKING = "parking"


@dataclass(frozen=True, slots=True)
class Part:
    """One part; ``floors`` and ``height_m`` are None where the drawing does not say.

    ``floors`` are those that count: a mezzanine, a service floor, the room of stairs and lift and
    permitted roof rooms do not (art. 13).
    """

    role: Role
    shape: BaseGeometry
    floors: int | None = None
    height_m: float | None = None
    use: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """The ground a drawing stands on: the plot (merged ones as one shape) and what is round it.

    ``limits_source`` names the plans that set the limits, ``beside`` who and what lies round it.
    """

    plot: BaseGeometry
    limits: Limits
    roads: Roads
    neighbours: Shapes
    ground: Ground
    limits_source: str = ""
    beside: Beside = NOTHING_BESIDE


def _number(value: float | None) -> Floats:
    return np.array([np.nan if value is None else float(value)])


def _highest(values: Sequence[float | None]) -> float | None:
    """The highest of stated values; None where one is not stated, or there is none."""
    known = [value for value in values if value is not None]
    return max(known) if known and len(known) == len(values) else None


def _floor_area(parts: Sequence[Part]) -> float | None:
    areas = [None if p.floors is None else p.floors * float(p.shape.area) for p in parts]
    known = [area for area in areas if area is not None]
    return sum(known) if parts and len(known) == len(areas) else None


def plans_of(parts: Sequence[Part], site: Site) -> SitePlans:
    """Make the arrays of one drawing on its site."""

    def of(*roles: Role) -> list[Part]:
        return [part for part in parts if part.role in roles]

    def shapes(*roles: Role) -> Shapes:
        found = shapes_of([part.shape for part in of(*roles)])
        return united(found, np.zeros(len(found), dtype=np.intp), 1)

    plot = shapes_of([site.plot])
    boundary = boundary_of(plot)
    neighbours = Neighbours(shapely.STRtree(site.neighbours), np.full(1, -1, dtype=np.intp))
    main, annex = shapes(Role.MAIN), shapes(Role.ANNEX)
    buildings, small = buildings_of(main, annex), shapes(Role.GUARD, Role.PLANT)
    return SitePlans(
        plot=plot,
        boundary=boundary,
        side=sides_of(boundary, roads=site.roads, neighbours=neighbours),
        main=main,
        annex=annex,
        light=shapes(Role.CANOPY, Role.LEDGE),
        small=small,
        other=shapes(Role.WALL, Role.PARKING),
        floors=_number(_highest([part.floors for part in of(Role.MAIN)])),
        annex_floors=_number(_highest([part.floors for part in of(Role.ANNEX)])),
        height_m=_number(_highest([part.height_m for part in of(Role.MAIN)])),
        floor_area_m2=_number(_floor_area(of(Role.MAIN))),
        bays=_number(len(of(Role.PARKING))),
        limits=site.limits,
        ground=site.ground,
        plot_m2=shapely.area(plot),
        buildings=buildings,
        standing=buildings_of(buildings, small),
        inside=stand_inside(plot, buildings),
    )
