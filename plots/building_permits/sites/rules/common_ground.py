"""What may stand on the same ground as a building: how rules about it are made."""

from collections.abc import Callable

import numpy as np
import shapely

from municipality.words import Text
from plots.building_permits.sites.arrays import Ints, Shapes
from plots.building_permits.sites.rules.verdict import Rule, Severity, Verdicts, judged, one_a_site
from plots.building_permits.sites.site_plan import TOLERANCE_M2, Ground, SitePlans


def common_ground_rule(
    code: str, name: Text, source: Text, severity: Severity, of: Callable[[Ground], Shapes]
) -> Rule:
    """Make a yes or no about common ground: m² of all that stands on it, none permitted.

    Where the city has no data (None) the answer is unknown: no data is not "nothing there".
    """

    def where(plans: SitePlans, sites: Ints) -> Shapes:
        common: Shapes = shapely.intersection(plans.standing[sites], of(plans.ground)[sites])
        return common

    def measure(plans: SitePlans) -> Verdicts:
        shapes = of(plans.ground)
        provided = np.zeros(len(plans))
        provided[shapely.is_missing(shapes) | shapely.is_empty(plans.buildings)] = np.nan
        meeting = np.flatnonzero(shapely.intersects(shapes, plans.standing))
        if len(meeting):
            provided[meeting] = shapely.area(where(plans, meeting))
        none = np.zeros(len(plans))
        return one_a_site(none, provided, judged(none, provided, provided <= TOLERANCE_M2))

    return Rule(code, name, "m2", source, measure, where, severity=severity)
