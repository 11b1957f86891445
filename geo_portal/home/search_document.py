"""``/search/`` in the OpenAPI document: a page that answers JSON to whoever accepts only that."""

from typing import Any

_NUMBER = {"type": ["number", "null"]}
_TEXT = {"type": ["string", "null"]}
_RESULT = {
    "type": "object",
    "required": ["kind", "id", "title", "place", "url", "lon", "lat"],
    "properties": {
        "kind": {
            "type": "string",
            "enum": ["plot", "area", "wilayat", "parking_zone", "building_permit"],
        },
        "id": {"type": "integer"},
        "title": {"type": "string"},
        "place": {
            "type": "string",
            "description": "where it lies; begins with the number it was found by, if another",
        },
        "url": {"type": "string", "description": "the page that shows it"},
        "lon": {**_NUMBER, "description": "of a position inside it today; null: none today"},
        "lat": _NUMBER,
        "number": {"type": "string", "description": "plots only, as all that follow"},
        "old_number": _TEXT,
        "krooki_number": _TEXT,
        "matched": {
            "type": "string",
            "enum": ["number", "old_number", "krooki_number", "former_number"],
            "description": "by which of its numbers the plot was found",
        },
        "matched_number": {"type": "string", "description": "that number as it is written"},
        "exact": {"type": "boolean", "description": "false: it only begins with what was asked"},
    },
}
_ANSWER = {
    "type": "object",
    "required": ["count", "more", "results"],
    "properties": {
        "count": {"type": "integer", "description": "all that was found"},
        "more": {"type": "boolean", "description": "whether more was found than is listed"},
        "results": {"type": "array", "items": _RESULT, "description": "the first, best first"},
    },
}
SEARCH_PATH: dict[str, Any] = {
    "get": {
        "operationId": "search",
        "tags": ["search"],
        "summary": "Plots and permits by number, areas, wilayats and zones by name",
        "description": "With `Accept: application/json`; `/en/search/` answers in English.",
        "parameters": [
            {
                "in": "query",
                "name": "q",
                "required": True,
                "schema": {"type": "string"},
                "description": "a name, a number in any digits, or both",
            }
        ],
        "responses": {
            "200": {
                "description": "What was found",
                "content": {"application/json": {"schema": _ANSWER}},
            }
        },
    }
}
