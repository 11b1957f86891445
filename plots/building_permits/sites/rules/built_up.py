"""Built-up area: all floors that count, against the measured area of the plot.

Local Order 23/92 art. 13: what art. 12 does not count is not built-up area, nor are a mezzanine, a
service floor or roof rooms: the floors of a part are those that count.
"""

import numpy as np
import shapely

from municipality.words import Text
from plots.building_permits.sites.arrays import Floats
from plots.building_permits.sites.rules.annex import annex_is_exempt
from plots.building_permits.sites.rules.coverage import where_counted
from plots.building_permits.sites.rules.verdict import Rule, Verdicts, judged, one_a_site
from plots.building_permits.sites.site_plan import TOLERANCE_M2, SitePlans


def _annex_floor_area(plans: SitePlans) -> Floats:
    area = shapely.area(plans.annex)
    return np.where(area == 0, 0.0, area * plans.annex_floors)


def measure(plans: SitePlans) -> Verdicts:
    """Measure the floor area of all floors that count, in per cent of the plot."""
    permitted = plans.limits.built_up_pct
    built = np.where(
        annex_is_exempt(plans), plans.floor_area_m2, plans.floor_area_m2 + _annex_floor_area(plans)
    )
    allowed_m2 = permitted / 100 * plans.plot_m2
    return one_a_site(
        permitted,
        100 * built / plans.plot_m2,
        judged(permitted, built, built <= allowed_m2 + TOLERANCE_M2),
    )


RULE = Rule(
    "built_up",
    Text("المساحة البنائية الإجمالية", "Built-up area"),
    "%",
    Text("الأمر المحلي 23/92، المادة 13", "Local Order 23/92 art. 13"),
    measure,
    where_counted,
    is_of_plan=True,
)
