"""The rules of a building permit, in the order of the sheet; each is pure, over arrays of sites."""

from plots.building_permits.sites.rules import areas, counts, ground, inside_plot, setback
from plots.building_permits.sites.rules.verdict import Rule

RULES: tuple[Rule, ...] = (
    inside_plot.RULE,
    setback.RULE,
    areas.COVERAGE,
    areas.BUILT_UP,
    areas.ANNEX,
    counts.FLOORS,
    counts.HEIGHT,
    counts.PARKING,
    ground.ROAD_RESERVE,
    ground.WADI,
    ground.NEIGHBOURS,
    ground.OVERLAP,
)
