"""The building stands on its own plot: nothing of it on the neighbour's land or the road."""

import numpy as np
import shapely

from municipality.words import Text
from plots.building_permits.sites.arrays import Ints, Shapes, without_hairs
from plots.building_permits.sites.rules.verdict import Rule, Severity, Verdicts, judged, one_a_site
from plots.building_permits.sites.site_plan import TOLERANCE_M, SitePlans, stand_inside


def measure(plans: SitePlans) -> Verdicts:
    """Measure the ground outside of the plot, in m²; survey noise of 2 cm is forgiven.

    Canopies, a guard room, bays and walls stand on the plot too.  Without a building: unknown.
    """
    inside = plans.inside.copy()
    for extra in (plans.light, plans.small, plans.other):
        drawn = np.flatnonzero(~shapely.is_empty(extra))
        if len(drawn):
            inside[drawn] &= stand_inside(plans.plot[drawn], extra[drawn])
    outside = np.zeros(len(plans))
    out = np.flatnonzero(~inside)
    if len(out):
        outside[out] = shapely.area(_outside(plans, out))
    provided = np.where(shapely.is_empty(plans.buildings), np.nan, outside)
    return one_a_site(np.zeros(len(plans)), provided, judged(provided * 0, provided, inside))


def where(plans: SitePlans, sites: Ints) -> Shapes:
    """What lies outside of the plot, as a map paints it: without what is survey noise."""
    found = _outside(plans, sites)
    wide = without_hairs(found, wide_m=TOLERANCE_M)
    thin = shapely.is_empty(wide)
    wide[thin] = found[thin]
    return wide


def _outside(plans: SitePlans, sites: Ints) -> Shapes:
    everything = plans.buildings[sites]
    for extra in (plans.light[sites], plans.small[sites], plans.other[sites]):
        drawn = np.flatnonzero(~shapely.is_empty(extra))
        if len(drawn):
            everything[drawn] = shapely.union(everything[drawn], extra[drawn])
    outside: Shapes = shapely.difference(everything, plans.plot[sites])
    return outside


RULE = Rule(
    "inside_plot",
    Text("البناء داخل حدود القطعة", "Building within the plot"),
    "m2",
    Text("الأمر المحلي 23/92؛ المرسوم السلطاني 56/2014", "Local Order 23/92; RD 56/2014"),
    measure,
    where,
    severity=Severity.CRITICAL,
)
