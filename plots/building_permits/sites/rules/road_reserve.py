"""The road reserve: no building stands on it."""

from municipality.words import Text
from plots.building_permits.sites.rules.common_ground import common_ground_rule
from plots.building_permits.sites.rules.verdict import Severity

RULE = common_ground_rule(
    "road_reserve",
    Text("حرم الطريق", "Road reserve"),
    Text("طبقة حرم الطريق", "The layer of road reserves"),
    Severity.CRITICAL,
    lambda ground: ground.road_reserve,
)
