"""The annex that is not counted: Local Order 23/92 art. 12.

An annex for workers or external services is not counted where it has one floor and takes no more
than 20 % of the main building and 50 m².
"""

import numpy as np
import shapely

from municipality.words import Text
from plots.building_permits.sites.arrays import Bools, Floats, Ints, Shapes
from plots.building_permits.sites.rules.verdict import Outcome, Rule, Verdicts, judged, one_a_site
from plots.building_permits.sites.site_plan import TOLERANCE_M2, SitePlans

ANNEX_SHARE, ANNEX_MOST_M2, ANNEX_FLOORS = 0.2, 50.0, 1


def annex_permitted_m2(plans: SitePlans) -> Floats:
    """The largest annex that is not counted, in m²."""
    most: Floats = np.minimum(ANNEX_SHARE * shapely.area(plans.main), ANNEX_MOST_M2)
    return most


def annex_is_exempt(plans: SitePlans) -> Bools:
    """Tell where the annexes keep article 12 and are not counted; unknown floors do not."""
    small = shapely.area(plans.annex) <= annex_permitted_m2(plans) + TOLERANCE_M2
    exempt: Bools = small & (plans.annex_floors <= ANNEX_FLOORS)
    return exempt


def measure(plans: SitePlans) -> Verdicts:
    """Judge the annexes together; not applicable without one, unknown without its floors."""
    area, permitted = shapely.area(plans.annex), annex_permitted_m2(plans)
    outcome = judged(
        permitted, np.where(np.isnan(plans.annex_floors), np.nan, area), annex_is_exempt(plans)
    )
    too_large = area > permitted + TOLERANCE_M2  # whatever its floors are
    outcome[too_large] = Outcome.FAIL
    outcome[shapely.is_empty(plans.annex)] = Outcome.NOT_APPLICABLE
    return one_a_site(permitted, area, outcome)


def where(plans: SitePlans, sites: Ints) -> Shapes:
    """The annexes."""
    return plans.annex[sites]


RULE = Rule(
    "annex",
    Text("الملحق", "Annex"),
    "m2",
    Text("الأمر المحلي 23/92، المادة 12", "Local Order 23/92 art. 12"),
    measure,
    where,
)
