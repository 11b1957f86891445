"""What else lies on the ground: road reserve, wadi, neighbours' buildings, applications."""

from collections.abc import Callable

import numpy as np
import shapely

from municipality.words import Text
from plots.building_permits.sites.arrays import Ints, Shapes
from plots.building_permits.sites.rules.verdict import Rule, Severity, Verdicts, judged, one_a_site
from plots.building_permits.sites.site_plan import TOLERANCE_M2, Ground, SitePlans


def _rule(
    code: str, name: Text, source: Text, severity: Severity, of: Callable[[Ground], Shapes]
) -> Rule:
    """A yes or no about common ground: m² of all that stands on it, none permitted.

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


ROAD_RESERVE = _rule(
    "road_reserve",
    Text("حرم الطريق", "Road reserve"),
    Text("طبقة حرم الطريق", "The layer of road reserves"),
    Severity.CRITICAL,
    lambda ground: ground.road_reserve,
)
WADI = _rule(
    "wadi",
    Text("حرم الوادي", "Wadi strip"),
    Text("طبقة حرم الوادي", "The layer of wadi strips"),
    Severity.CRITICAL,
    lambda ground: ground.wadi,
)
NEIGHBOURS = _rule(
    "neighbours",
    Text("مباني الجيران", "Neighbours' buildings"),
    Text("سجل المباني", "The register of buildings"),
    Severity.NEEDS_REASON,  # the register of buildings may lag behind the ground
    lambda ground: ground.neighbours,
)
OVERLAP = _rule(
    "overlap",
    Text("معاملة أو إباحة أخرى على الأرض", "Another application or permit on the ground"),
    Text("المعاملات الجارية", "Live applications"),
    Severity.NEEDS_REASON,  # the registration section decides between two of them
    lambda ground: ground.claimed,
)
