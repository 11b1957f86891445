"""Setback (الارتداد): how far the building stands back from each edge of the plot."""

import numpy as np
import shapely

from municipality.words import Text
from plots.building_permits.sites.arrays import AREAS, Bools, Floats, Ints, Shapes
from plots.building_permits.sites.frontage import Side
from plots.building_permits.sites.rules.verdict import Outcome, Rule, Verdicts, judged
from plots.building_permits.sites.setbacks import TOUCH_M2, stand_back, strips_of
from plots.building_permits.sites.site_plan import TOLERANCE_M, SitePlans

CODES = {
    Side.FRONT: "setback.front",
    Side.SIDE: "setback.side",
    Side.REAR: "setback.rear",
    Side.NOT_KNOWN: "setback.side",  # which is the front is not known: the line is unknown
}


def measure(plans: SitePlans) -> Verdicts:
    """Measure every edge in metres; a building that leaves the plot stands back 0 m from all.

    The edge of a plot whose front is not known has no limit that could be named: it is unknown,
    and so is an edge whose limit the plan does not set.  An edge that nothing of the building
    stands before does not apply: what lies behind a corner or behind the neighbour's land keeps
    no distance from it (docs/decisions/0050).
    """
    site = plans.boundary.edge_plot
    limits = plans.limits
    none = np.full(len(plans), np.nan)
    by_side = np.stack([limits.front_m, limits.side_m, limits.rear_m, none])
    permitted = by_side[plans.side, site]
    provided = stand_back(plans.boundary, plans.buildings, plans.inside)
    absent = shapely.is_empty(plans.buildings)[site]
    provided[absent] = np.nan
    outcome = judged(permitted, provided, provided >= permitted - TOLERANCE_M)
    unopposed = np.isnan(provided) & ~np.isnan(permitted) & ~absent
    unopposed[_behind(plans, outcome == Outcome.FAIL, permitted)] = True
    provided[unopposed] = np.nan
    outcome[unopposed] = Outcome.NOT_APPLICABLE
    return Verdicts(site, permitted, provided, outcome, np.arange(len(site)))


def _behind(plans: SitePlans, failing: Bools, depth: Floats) -> Ints:
    """Failing edges whose strip, as deep as the limit, holds nothing of the building.

    It lies in a pocket behind the neighbour's land, which hangs together with the edge only
    deeper in the plot.
    """
    site = plans.boundary.edge_plot
    doubtful = np.flatnonzero(failing & plans.inside[site] & ~plans.boundary.is_convex[site])
    if not len(doubtful):
        return doubtful
    strips = strips_of(plans.boundary, doubtful, depth[doubtful])
    common = shapely.intersection(plans.buildings[site[doubtful]], strips)
    behind: Ints = doubtful[shapely.area(common) <= TOUCH_M2]
    return behind


def where(plans: SitePlans, edges: Ints) -> Shapes:
    """The part of the building that stands in an edge's strip; all of it where it is outside."""
    site = plans.boundary.edge_plot[edges]
    limits = np.stack([plans.limits.front_m, plans.limits.side_m, plans.limits.rear_m])
    depth = limits[plans.side[edges], site]
    buildings = plans.buildings[site]
    inside = plans.inside[site]
    found = buildings.copy()
    strips = strips_of(plans.boundary, edges[inside], depth[inside])
    common = shapely.intersection(buildings[inside], strips)
    mixed = ~np.isin(shapely.get_type_id(common), AREAS)
    common[mixed] = shapely.buffer(common[mixed], 0.0)  # where they only touch nothing stands
    beyond = shapely.is_empty(common)  # the nearest corner is over another line, by survey noise
    common[beyond] = buildings[inside][beyond]
    found[inside] = common
    return found


RULE = Rule(
    "setback",
    Text("الارتداد", "Setback"),
    "m",
    Text(
        "الأمر المحلي 23/92، الباب الثاني؛ المخطط التفصيلي",
        "Local Order 23/92 ch. II; detailed plan",
    ),
    measure,
    where,
    is_of_plan=True,
)
__all__ = ["CODES", "RULE", "Outcome"]
