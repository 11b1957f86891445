"""What the rules read: n site plans as arrays, each on its plot with the limits of the day.

``NaN`` is unknown, never zero: a drawing that does not say its height has an unknown height, a
plan that sets no coverage has an unknown limit.  Shapes are METRIC; an absent part is an empty
polygon.  Made by ``reading`` from one drawing and by ``batch`` from a town's footprints.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from plots.building_permits.sites.arrays import Bools, Floats, Ints, Shapes
from plots.building_permits.sites.boundary import Boundary

TOLERANCE_M = 0.02  # survey noise forgiven at plot lines and setbacks: docs/decisions/0050
TOLERANCE_M2 = 0.1  # the same for areas of ground


@dataclass(frozen=True, slots=True)
class Ground:
    """What the city knows of the ground under n sites, cut to their neighbourhood.

    ``road_reserve``, ``wadi``: the strip as one shape a site; ``None`` in the array where the
    city has no data there.  ``neighbours``: buildings of other plots; ``claimed``: footprints of
    other live applications (empty where there are none).
    """

    road_reserve: Shapes
    wadi: Shapes
    neighbours: Shapes
    claimed: Shapes


@dataclass(frozen=True, slots=True)
class Limits:
    """Planning limits of n plots: metres, per cent, counts; NaN is unknown."""

    front_m: Floats
    side_m: Floats
    rear_m: Floats
    coverage_pct: Floats
    built_up_pct: Floats
    floors: Floats
    height_m: Floats
    parking_bays: Floats


@dataclass(frozen=True, slots=True)
class SitePlans:
    """n drawings on n plots.

    ``main`` and ``annex`` are the buildings, ``light`` and ``small`` what Local Order 23/92 art. 12
    does not count: canopies, pergolas, shades and projections; a guard room, tanks and machines
    built apart.  ``other`` are walls and parking bays.  ``floors``,
    ``annex_floors`` and ``height_m`` are the highest of their kind; ``floor_area_m2`` is the sum
    over all floors that count; ``bays`` the parking bays drawn.  ``buildings`` are main and annex,
    ``standing`` with what is small.
    """

    plot: Shapes
    boundary: Boundary
    side: Ints
    main: Shapes
    annex: Shapes
    light: Shapes
    small: Shapes
    other: Shapes
    floors: Floats
    annex_floors: Floats
    height_m: Floats
    floor_area_m2: Floats
    bays: Floats
    limits: Limits
    ground: Ground
    plot_m2: Floats
    buildings: Shapes
    standing: Shapes
    inside: Bools

    def __len__(self) -> int:
        return len(self.plot)


def buildings_of(main: Shapes, annex: Shapes) -> Shapes:
    """Main building and annexes as one shape a site."""
    alone = shapely.is_empty(annex)
    found = main.copy()
    if not alone.all():
        found[~alone] = shapely.union(main[~alone], annex[~alone])
    return found


def _cover(plot: Shapes, buildings: Shapes) -> Bools:
    """Tell which plots cover their building, corner by corner too.

    GEOS 3.14.1 says of some buildings with a corner on the plot's line that they are covered
    while 2 m² stand outside (site 19611 of the campaign ``truth``).
    """
    covers: Bools = shapely.covers(plot, buildings)
    corners, site = shapely.get_coordinates(buildings, return_index=True)
    held = shapely.intersects_xy(plot[site], corners[:, 0], corners[:, 1])
    covers[site[~held]] = False
    return covers


def stand_inside(plot: Shapes, buildings: Shapes) -> Bools:
    """Tell which buildings stand on their plot, survey noise forgiven."""
    inside = _cover(plot, buildings)
    doubtful = np.flatnonzero(~inside)
    if len(doubtful):
        wider = shapely.buffer(plot[doubtful], TOLERANCE_M, join_style="mitre")
        inside[doubtful] = _cover(wider, buildings[doubtful])
    inside &= ~shapely.is_empty(buildings)
    return inside
