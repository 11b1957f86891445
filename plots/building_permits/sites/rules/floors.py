"""Floors: what the drawing states against the limit of the plot."""

from municipality.words import Text
from plots.building_permits.sites.arrays import Ints, Shapes
from plots.building_permits.sites.rules.verdict import Rule, Verdicts, judged, one_a_site
from plots.building_permits.sites.site_plan import SitePlans


def measure(plans: SitePlans) -> Verdicts:
    """Count the floors of the main building."""
    permitted = plans.limits.floors
    return one_a_site(
        permitted, plans.floors, judged(permitted, plans.floors, plans.floors <= permitted)
    )


def where(plans: SitePlans, sites: Ints) -> Shapes:
    """The main building."""
    return plans.main[sites]


RULE = Rule(
    "floors",
    Text("عدد الطوابق", "Floors"),
    "count",
    Text("المخطط التفصيلي", "Detailed plan"),
    measure,
    where,
    is_of_plan=True,
)
