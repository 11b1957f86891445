"""The query parameters of an address, described once for the OpenAPI document.

The addresses read their parameters strictly by ``municipality.asked`` (any digits, named
refusals), which the framework's own reading cannot; so they say here what they take.  A test
holds each list against what the address really accepts.
"""

from typing import Any

NUMBER: dict[str, Any] = {"type": "number"}
TEXT: dict[str, Any] = {"type": "string"}
DAY: dict[str, Any] = {"type": "string", "format": "date"}
MOMENT: dict[str, Any] = {"type": "string", "format": "date-time"}

KNOWN: dict[str, tuple[dict[str, Any], str]] = {
    "lon": (NUMBER, "longitude, degrees of WGS 84"),
    "lat": (NUMBER, "latitude, degrees of WGS 84"),
    "accuracy_m": ({**NUMBER, "minimum": 0, "default": 10}, "accuracy of the position, metres"),
    "on": (DAY, "the day asked about, in the city's own days; today by default"),
    "at": (MOMENT, "the moment asked about, with any offset (none: city time); now by default"),
    "zone": (TEXT, "the number of a parking zone as on its sign, in any digits"),
    "kind": ({**TEXT, "enum": ["paid", "permit"]}, "kind of parking zones; paid by default"),
    "start": (MOMENT, "when the stay begins, with any offset (none: city time); now by default"),
    "minutes": ({"type": "integer"}, "how long the stay is, in minutes"),
    "number": (TEXT, "a plot's number, old number or krooki number, in any digits"),
    "plot": (TEXT, "ids of plots, separated by commas"),
    "permit_kind": (
        {**TEXT, "enum": ["one_zone", "all_zones", "reserved_bay", "special"]},
        "kind of parking permit",
    ),
    "months": ({"type": "integer"}, "for how many months; one by default"),
    "plot_id": ({"type": "integer"}, "id of a plot"),
    "bay": ({"type": "integer"}, "id of a parking bay"),
    "bay_lon": (NUMBER, "longitude of a bay that is asked for, degrees of WGS 84"),
    "bay_lat": (NUMBER, "latitude of a bay that is asked for, degrees of WGS 84"),
    "starts_on": (DAY, "first day of the permit; today by default"),
    "lang": ({**TEXT, "enum": ["ar", "en"]}, "language of the paper; Arabic by default"),
    "bbox": (TEXT, "west,south,east,north in degrees of WGS 84"),
    "cell_m": ({"type": "integer"}, "side of a cell in metres: 50 doubled up to 12800"),
    "from": (DAY, "first day"),
    "to": (DAY, "day after the last"),
    "category": (TEXT, "codes of categories, separated by commas"),
    "status": (TEXT, "codes of status, separated by commas"),
    "channel": (TEXT, "codes of channels, separated by commas"),
    "wilayat": (TEXT, "id or code of a wilayat"),
    "area": (TEXT, "id or code of a housing area"),
    "per": (
        {**TEXT, "enum": ["count", "km2", "1000_residents", "road_km", "plot"]},
        "what value is: a count, a density or a rate",
    ),
    "x": ({"type": "integer"}, "column of the cell on the lattice"),
    "y": ({"type": "integer"}, "row of the cell on the lattice"),
}


def parameters(*names: str, required: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return what ``openapi_extra`` takes for an address with these query parameters."""
    return {
        "parameters": [
            {
                "in": "query",
                "name": name,
                "required": name in required,
                "schema": KNOWN[name][0],
                "description": KNOWN[name][1],
            }
            for name in names
        ]
    }
