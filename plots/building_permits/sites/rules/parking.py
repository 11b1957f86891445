"""Parking bays: those drawn against what the plan of the plot asks for."""

import numpy as np

from municipality.words import Text
from plots.building_permits.sites.arrays import Ints, Shapes
from plots.building_permits.sites.rules.verdict import Rule, Verdicts, judged, one_a_site
from plots.building_permits.sites.site_plan import SitePlans


def measure(plans: SitePlans) -> Verdicts:
    """Count the bays drawn inside the plot; as many as the plan asks for, or more."""
    permitted = plans.limits.parking_bays
    return one_a_site(permitted, plans.bays, judged(permitted, plans.bays, plans.bays >= permitted))


def where(plans: SitePlans, sites: Ints) -> Shapes:
    """The plot: what is missing has no place of its own."""
    return np.asarray(plans.plot[sites])


RULE = Rule(
    "parking",
    Text("مواقف السيارات", "Parking bays"),
    "count",
    Text("المخطط التفصيلي", "Detailed plan"),
    measure,
    where,
    is_of_plan=True,
)
