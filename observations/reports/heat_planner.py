"""What only planners may ask of the heat: a shape drawn on the map, and weights."""

from typing import Any

from django.http import HttpRequest
from shapely.geometry.base import BaseGeometry

from maps.heat.weights import ByAge, BySeverity, Weight
from municipality import asked
from municipality.asked import today
from municipality.geometry_gate import area_from_text, shape_from_geojson, strict_json
from municipality.problems import Problem, bad_value
from municipality.words import Text
from observations.reports.heat import SEVERITY_WEIGHTS

PLANNER_ONLY = ("weight", "half_life_days", "on", "polygon")
MAX_IN_ADDRESS = 8_000  # characters of a shape; longer ones are sent in the body
AREAS = ("Polygon", "MultiPolygon")
HALF_LIFE_DAYS = 90
WEIGHTS = {
    "severity": Text("حسب الخطورة", "by severity"),
    "age": Text("حسب العمر", "by age"),
}
TOO_LONG = Text(
    f"الشكل في العنوان أطول من {MAX_IN_ADDRESS} حرف: أرسله بطلب POST في الحقل polygon.",
    f"The shape in the address is longer than {MAX_IN_ADDRESS} characters: POST it as polygon.",
)
BODY = Text(
    "جسم الطلب كائن JSON فيه الحقل polygon وحده.", "The body is a JSON object with polygon alone."
)
NO_WEIGHT = Text(
    "{name} يُستعمل مع weight=age فقط.", "{name} belongs to weight=age and to nothing else."
)


def _of_body(request: HttpRequest) -> BaseGeometry | None:
    """Read the shape of a POST; raises Problem 400, 413 or 422."""
    body: Any = strict_json(request.body or b"{}")
    if not isinstance(body, dict) or set(body) - {"polygon"}:
        raise Problem(400, "not_json", BODY)
    given = body.get("polygon")
    if given is None:
        return None
    if isinstance(given, str):
        return area_from_text(given, kinds=AREAS)
    return shape_from_geojson(given, kinds=AREAS)


def shape_of(request: HttpRequest) -> BaseGeometry | None:
    """Read the drawn (multi)polygon in METRIC, GeoJSON or WKT in WGS 84; None where there is none.

    Raises Problem 400, 413 or 422.
    """
    text = asked.one(request, "polygon")
    if text and len(text) > MAX_IN_ADDRESS:
        raise bad_value("polygon", TOO_LONG, status=413, code="too_large")
    drawn = area_from_text(text, kinds=AREAS) if text else None
    posted = _of_body(request) if request.method == "POST" else None
    if drawn is not None and posted is not None:
        raise bad_value(
            "polygon", Text("تكرر الشكل polygon.", "polygon is given twice."), status=400
        )
    return drawn if posted is None else posted


def weight_of(request: HttpRequest) -> Weight | None:
    """Read the weights of reports; raises Problem 422."""
    name = asked.one(request, "weight")
    if name not in (None, "", *WEIGHTS):
        known = ", ".join(WEIGHTS)
        raise bad_value("weight", Text(f"الوزن واحد من: {known}.", f"weight is one of: {known}."))
    if name != "age":
        for given in ("half_life_days", "on"):
            if given in request.GET:
                raise bad_value(given, NO_WEIGHT.with_values(name=given))
        return BySeverity(SEVERITY_WEIGHTS) if name == "severity" else None
    text = asked.one(request, "half_life_days")
    half_life = HALF_LIFE_DAYS
    if text:
        half_life = asked.whole(text, name="half_life_days", low=1, high=36_500)
    on = asked.day(asked.one(request, "on"), name="on", default=today())
    return ByAge(on, half_life)


def weight_told(weight: Weight | None) -> dict[str, Any]:
    """Return what an answer says of the weights."""
    if weight is None:
        return {}
    if isinstance(weight, BySeverity):
        table = {str(severity): value for severity, value in enumerate(weight.table)}
        return {"weight": {"by": "severity", "table": table}}
    told = {"by": "age", "on": weight.on.isoformat(), "half_life_days": weight.half_life_days}
    return {"weight": told}
