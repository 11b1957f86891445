"""What observations shows on the map: exact pins, for staff.

The public's pins (moderated, snapped, delayed: services.md) are a layer of their own and come
with the observations issue; until then the public has the heat only.
"""

from django.db.models import Case, CharField, IntegerChoices, Value, When

from maps.layers import Layer
from municipality.words import Text
from observations.reports.models import Channel, Observation, Status


def _words(column: str, choices: type[IntegerChoices]) -> Case:
    """Say a stored number by its code: every address outside speaks the names (decision 0008)."""
    told = [
        When(**{column: choice.value, "then": Value(choice.name.lower())}) for choice in choices
    ]
    return Case(*told, output_field=CharField())


OBSERVATIONS = Layer(
    name="observations",
    title=Text("الملاحظات", "Observations"),
    rows=lambda viewer: Observation.objects.all(),
    geometry="point",
    properties={
        "category": "category__code",
        "status": _words("status", Status),
        "channel": _words("channel", Channel),
        "severity": "severity",
        "reported_on": "reported_on",
    },
    kind="point",
    min_zoom=13,
    best_zoom=15,
    max_zoom=17,
    allowed=("planner", "department", "agent", "supervisor", "auditor", "admin"),
)
