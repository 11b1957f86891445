"""Coverage, built-up area and the annex: areas against the measured area of the plot.

Local Order 23/92 art. 11: the share of the plot that may be covered is set for each area by its
detailed plans.  Art. 12: an annex for workers or external services is not counted where it has
one floor and takes no more than 20 % of the main building and 50 m²; canopies, pergolas, shades,
projections, a guard room and tanks kept apart are not counted either, nor is what is open to the
sky.  Art. 13: neither are they built-up area, nor a mezzanine, a service floor or roof rooms: the
floors of a part are those that count.
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


def covered_m2(plans: SitePlans) -> Floats:
    """The ground covered that counts, in m²; ground under two parts counts once."""
    main, everything = shapely.area(plans.main), shapely.area(plans.buildings)
    covered: Floats = np.where(annex_is_exempt(plans), main, everything)
    return covered


def measure_annex(plans: SitePlans) -> Verdicts:
    """Judge the annexes together; not applicable without one, unknown without its floors."""
    area, permitted = shapely.area(plans.annex), annex_permitted_m2(plans)
    outcome = judged(
        permitted, np.where(np.isnan(plans.annex_floors), np.nan, area), annex_is_exempt(plans)
    )
    too_large = area > permitted + TOLERANCE_M2  # whatever its floors are
    outcome[too_large] = Outcome.FAIL
    outcome[shapely.is_empty(plans.annex)] = Outcome.NOT_APPLICABLE
    return one_a_site(permitted, area, outcome)


def measure_coverage(plans: SitePlans) -> Verdicts:
    """Measure the covered share of the plot in per cent of its measured area."""
    permitted = plans.limits.coverage_pct
    covered = np.where(shapely.is_empty(plans.buildings), np.nan, covered_m2(plans))
    allowed_m2 = permitted / 100 * plans.plot_m2
    return one_a_site(
        permitted,
        100 * covered / plans.plot_m2,
        judged(permitted, covered, covered <= allowed_m2 + TOLERANCE_M2),
    )


def measure_built_up(plans: SitePlans) -> Verdicts:
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


def _annex_floor_area(plans: SitePlans) -> Floats:
    area = shapely.area(plans.annex)
    return np.where(area == 0, 0.0, area * plans.annex_floors)


def where_buildings(plans: SitePlans, sites: Ints) -> Shapes:
    """All that counts: main building, and the annex where it is not exempt."""
    return np.where(annex_is_exempt(plans)[sites], plans.main[sites], plans.buildings[sites])


def where_annex(plans: SitePlans, sites: Ints) -> Shapes:
    """The annexes."""
    return plans.annex[sites]


ANNEX = Rule(
    "annex",
    Text("الملحق", "Annex"),
    "m2",
    Text("الأمر المحلي 23/92، المادة 12", "Local Order 23/92 art. 12"),
    measure_annex,
    where_annex,
)
COVERAGE = Rule(
    "coverage",
    Text("نسبة البناء", "Coverage"),
    "%",
    Text("الأمر المحلي 23/92، المادتان 11 و12", "Local Order 23/92 art. 11-12"),
    measure_coverage,
    where_buildings,
    is_of_plan=True,
)
BUILT_UP = Rule(
    "built_up",
    Text("المساحة البنائية الإجمالية", "Built-up area"),
    "%",
    Text("الأمر المحلي 23/92، المادة 13", "Local Order 23/92 art. 13"),
    measure_built_up,
    where_buildings,
    is_of_plan=True,
)
