"""What observations shows on the map: exact pins for staff, public points for everybody else.

Public points are moderated, moved to the road or the middle of 50 m, and late (decision 0084):
their rows come from a view of the database that holds no exact point.
"""

from django.db.models import Case, CharField, IntegerChoices, Value, When
from django.db.models.functions import Now

from maps.layers import Layer
from municipality.words import Text
from observations.reports.models import Channel, Observation, Status
from observations.reports.public import public_reports


def _words(column: str, choices: type[IntegerChoices]) -> Case:
    """Say a stored number by its code: every address outside speaks the names (decision 0008)."""
    told = [
        When(**{column: choice.value, "then": Value(choice.name.lower())}) for choice in choices
    ]
    return Case(*told, output_field=CharField())


TITLE = Text("الملاحظات", "Observations")

PUBLIC = Layer(
    name="observations",
    title=TITLE,
    rows=lambda viewer: public_reports(Now()),
    geometry="point",
    properties={
        "category": "category__code",
        "status": _words("status", Status),
        "reported_on": "reported_on",
    },
    kind="point",
    min_zoom=13,
    best_zoom=15,
    max_zoom=17,
)

OBSERVATIONS = Layer(
    name="observations",
    title=TITLE,
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
    public=PUBLIC,
)
