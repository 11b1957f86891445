"""Coverage: the share of the plot that is built on.

Local Order 23/92 art. 11: it is set for each area by its detailed plans.  Art. 12: a small annex
is not counted (``annex``), nor are canopies, pergolas, shades, projections, a guard room and tanks
kept apart, nor what is open to the sky.
"""

import numpy as np
import shapely

from municipality.words import Text
from plots.building_permits.sites.arrays import Floats, Ints, Shapes
from plots.building_permits.sites.rules.annex import annex_is_exempt
from plots.building_permits.sites.rules.verdict import Rule, Verdicts, judged, one_a_site
from plots.building_permits.sites.site_plan import TOLERANCE_M2, SitePlans


def covered_m2(plans: SitePlans) -> Floats:
    """The ground covered that counts, in m²; ground under two parts counts once."""
    main, everything = shapely.area(plans.main), shapely.area(plans.buildings)
    covered: Floats = np.where(annex_is_exempt(plans), main, everything)
    return covered


def measure(plans: SitePlans) -> Verdicts:
    """Measure the covered share of the plot in per cent of its measured area."""
    permitted = plans.limits.coverage_pct
    covered = np.where(shapely.is_empty(plans.buildings), np.nan, covered_m2(plans))
    allowed_m2 = permitted / 100 * plans.plot_m2
    return one_a_site(
        permitted,
        100 * covered / plans.plot_m2,
        judged(permitted, covered, covered <= allowed_m2 + TOLERANCE_M2),
    )


def where_counted(plans: SitePlans, sites: Ints) -> Shapes:
    """All that counts: main building, and the annex where it is not exempt."""
    return np.where(annex_is_exempt(plans)[sites], plans.main[sites], plans.buildings[sites])


RULE = Rule(
    "coverage",
    Text("نسبة البناء", "Coverage"),
    "%",
    Text("الأمر المحلي 23/92، المادتان 11 و12", "Local Order 23/92 art. 11-12"),
    measure,
    where_counted,
    is_of_plan=True,
)
