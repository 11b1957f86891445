"""What observations shows on the map: exact pins, for staff.

The public's pins (moderated, snapped, delayed: services.md) are a layer of their own and come
with the observations issue; until then the public has the heat only.
"""

from maps.layers import Layer
from municipality.words import Text
from observations.reports.models import Observation

OBSERVATIONS = Layer(
    name="observations",
    title=Text("الملاحظات", "Observations"),
    rows=lambda viewer: Observation.objects.all(),
    geometry="point",
    properties={
        "category": "category__code",
        "status": "status",
        "channel": "channel",
        "severity": "severity",
        "reported_on": "reported_on",
    },
    kind="point",
    min_zoom=13,
    best_zoom=15,
    max_zoom=17,
    allowed=("planner", "department", "agent", "supervisor", "auditor", "admin"),
)
