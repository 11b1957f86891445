"""Height: what the drawing states against the limit of the plot."""

from municipality.words import Text
from plots.building_permits.sites.arrays import Ints, Shapes
from plots.building_permits.sites.rules.verdict import Rule, Verdicts, judged, one_a_site
from plots.building_permits.sites.site_plan import TOLERANCE_M, SitePlans


def measure(plans: SitePlans) -> Verdicts:
    """Compare the stated height in metres."""
    permitted, stated = plans.limits.height_m, plans.height_m
    return one_a_site(
        permitted, stated, judged(permitted, stated, stated <= permitted + TOLERANCE_M)
    )


def where(plans: SitePlans, sites: Ints) -> Shapes:
    """The main building."""
    return plans.main[sites]


RULE = Rule(
    "height",
    Text("الارتفاع", "Height"),
    "m",
    Text("المخطط التفصيلي", "Detailed plan"),
    measure,
    where,
    is_of_plan=True,
)
