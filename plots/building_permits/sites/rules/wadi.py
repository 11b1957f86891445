"""The wadi strip: no building stands on it."""

from municipality.words import Text
from plots.building_permits.sites.rules.common_ground import common_ground_rule
from plots.building_permits.sites.rules.verdict import Severity

RULE = common_ground_rule(
    "wadi",
    Text("حرم الوادي", "Wadi strip"),
    Text("طبقة حرم الوادي", "The layer of wadi strips"),
    Severity.CRITICAL,
    lambda ground: ground.wadi,
)
