"""What other cities' servers answer, read into plain rows: GeoReport v2 as it is really spoken.

Seen in the answers of live servers: the list bare or wrapped, once or twice; one request without
a list; numbers as texts; nothing said as "", as "null" or not at all; ``lng`` or ``lon`` for
``long``.  What a row says is judged by the importer, not here.
"""

import json
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

WRAPPERS = (
    "service_requests", "service_request", "requests", "request", "services", "service",
    "errors", "error",
)  # fmt: skip
OTHER_NAMES = {
    "lng": "long", "lon": "long", "longitude": "long", "latitude": "lat",
    "id": "service_request_id", "requested_date": "requested_datetime",
    "updated_date": "updated_datetime",
}  # fmt: skip
NOTHING = frozenset({"", "null", "none", "nil"})
DEEPEST = 4
_DECLARED = re.compile(rb"<!(DOCTYPE|ENTITY)", re.I)

ForeignRow = dict[str, str]


class OtherForm(ValueError):
    """The answer is neither JSON nor XML of the standard."""


def _told(value: Any) -> str | None:
    if value is None or isinstance(value, dict | list):
        return None
    text = ("true" if value else "false") if isinstance(value, bool) else str(value).strip()
    return None if text.lower() in NOTHING else text


def _row(told: dict[str, Any]) -> ForeignRow:
    place = told.get("location")
    spread = {**place, **told} if isinstance(place, dict) else told
    row: ForeignRow = {}
    for name, value in spread.items():
        text = _told(value)
        if text is not None:
            row.setdefault(OTHER_NAMES.get(name.lower(), name.lower()), text)
    return row


def _unwrapped(body: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """Yield the rows inside of whatever they were wrapped in."""
    if depth > DEEPEST:
        raise OtherForm("wrapped too often")
    if isinstance(body, list):
        for one in body:
            yield from _unwrapped(one, depth + 1)
        return
    if not isinstance(body, dict):
        raise OtherForm("not a list of rows")
    wrapped = [name for name in body if name.lower() in WRAPPERS]
    if wrapped and isinstance(body[wrapped[0]], dict | list):
        for name in wrapped:
            yield from _unwrapped(body[name], depth + 1)
    elif body:
        yield body


def _of_element(element: ElementTree.Element) -> dict[str, Any]:
    return {
        child.tag.rpartition("}")[2]: child.text if not len(child) else _of_element(child)
        for child in element
    }


def _xml_rows(body: bytes) -> Iterator[dict[str, Any]]:
    if _DECLARED.search(body):
        raise OtherForm("an answer declares entities")
    try:
        root = ElementTree.fromstring(body)  # noqa: S314 - nothing is declared in it
    except (ElementTree.ParseError, ValueError, LookupError):
        raise OtherForm("not XML") from None
    if root.tag.rpartition("}")[2].lower() not in WRAPPERS:
        raise OtherForm("XML of another kind")  # a page that says "moved", for one
    for element in root.iter():
        inside = {child.tag.rpartition("}")[2] for child in element}
        if inside & {"service_request_id", "service_code", "token", "description"}:
            yield _of_element(element)


def rows_of(body: bytes) -> list[ForeignRow]:
    """Read the rows of an answer in JSON or XML; raises OtherForm."""
    plain = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    if plain.startswith(b"<"):
        return [_row(told) for told in _xml_rows(plain)]
    if not plain:
        return []
    try:
        return [_row(told) for told in _unwrapped(json.loads(plain))]
    except (ValueError, RecursionError):
        raise OtherForm("not JSON of the standard") from None
