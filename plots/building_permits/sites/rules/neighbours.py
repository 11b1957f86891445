"""Neighbours' buildings: ground on which one stands already."""

from municipality.words import Text
from plots.building_permits.sites.rules.common_ground import common_ground_rule
from plots.building_permits.sites.rules.verdict import Severity

RULE = common_ground_rule(
    "neighbours",
    Text("مباني الجيران", "Neighbours' buildings"),
    Text("سجل المباني", "The register of buildings"),
    Severity.NEEDS_REASON,  # the register of buildings may lag behind the ground
    lambda ground: ground.neighbours,
)
