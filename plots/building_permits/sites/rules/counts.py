"""Floors, height and parking bays: what the drawing states against the limits of the plot."""

import numpy as np

from municipality.words import Text
from plots.building_permits.sites.arrays import Ints, Shapes
from plots.building_permits.sites.rules.verdict import Rule, Verdicts, judged, one_a_site
from plots.building_permits.sites.site_plan import TOLERANCE_M, SitePlans


def measure_floors(plans: SitePlans) -> Verdicts:
    """Count the floors of the main building."""
    permitted = plans.limits.floors
    return one_a_site(
        permitted, plans.floors, judged(permitted, plans.floors, plans.floors <= permitted)
    )


def measure_height(plans: SitePlans) -> Verdicts:
    """Compare the stated height in metres."""
    permitted, stated = plans.limits.height_m, plans.height_m
    return one_a_site(
        permitted, stated, judged(permitted, stated, stated <= permitted + TOLERANCE_M)
    )


def measure_parking(plans: SitePlans) -> Verdicts:
    """Count the bays drawn inside the plot; as many as the plan asks for, or more."""
    permitted = plans.limits.parking_bays
    return one_a_site(permitted, plans.bays, judged(permitted, plans.bays, plans.bays >= permitted))


def where_main(plans: SitePlans, sites: Ints) -> Shapes:
    """The main building."""
    return plans.main[sites]


def where_plot(plans: SitePlans, sites: Ints) -> Shapes:
    """The plot: what is missing has no place of its own."""
    return np.asarray(plans.plot[sites])


FLOORS = Rule(
    "floors",
    Text("عدد الطوابق", "Floors"),
    "count",
    Text("المخطط التفصيلي", "Detailed plan"),
    measure_floors,
    where_main,
    is_of_plan=True,
)
HEIGHT = Rule(
    "height",
    Text("الارتفاع", "Height"),
    "m",
    Text("المخطط التفصيلي", "Detailed plan"),
    measure_height,
    where_main,
    is_of_plan=True,
)
PARKING = Rule(
    "parking",
    Text("مواقف السيارات", "Parking bays"),
    "count",
    Text("المخطط التفصيلي", "Detailed plan"),
    measure_parking,
    where_plot,
    is_of_plan=True,
)
