"""Other live applications and permits in force: ground that one of them builds on."""

from municipality.words import Text
from plots.building_permits.sites.rules.common_ground import common_ground_rule
from plots.building_permits.sites.rules.verdict import Severity

RULE = common_ground_rule(
    "overlap",
    Text("معاملة أو إباحة أخرى على الأرض", "Another application or permit on the ground"),
    Text("المعاملات الجارية", "Live applications"),
    Severity.NEEDS_REASON,  # the registration section decides between two of them
    lambda ground: ground.claimed,
)
