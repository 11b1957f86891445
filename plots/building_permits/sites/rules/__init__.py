"""The rules of a building permit, a file each, in the order of the sheet; pure, over arrays."""

from plots.building_permits.sites.rules import (
    annex,
    built_up,
    coverage,
    floors,
    height,
    inside_plot,
    neighbours,
    overlap,
    parking,
    road_reserve,
    setback,
    wadi,
)
from plots.building_permits.sites.rules.verdict import Rule

RULES: tuple[Rule, ...] = (
    inside_plot.RULE,
    setback.RULE,
    coverage.RULE,
    built_up.RULE,
    annex.RULE,
    floors.RULE,
    height.RULE,
    parking.RULE,
    road_reserve.RULE,
    wadi.RULE,
    neighbours.RULE,
    overlap.RULE,
)
