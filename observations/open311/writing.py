"""How GeoReport v2 is written: the same rows as JSON and as XML.

Elements stand in the order of the rows.  XML 1.0 has no place for most control characters and
half of a surrogate pair, not even escaped: U+FFFD stands for them, as for any character that
cannot be shown.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from django.http import HttpResponse

from municipality.problems import Problem

Row = Mapping[str, Any]
JSON, XML = "json", "xml"
TYPES = {JSON: "application/json; charset=utf-8", XML: "text/xml; charset=utf-8"}
# What one member of a list is called in XML.
ITEMS = {
    "endpoints": "endpoint", "formats": "format", "attributes": "attribute",
    "geo_photos": "geo_photo",
}  # fmt: skip
NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# The standard knows fewer refusals: a key that is missing or wrong is 403, all else 400 or 404.
STATUSES = {401: 403, 409: 400, 415: 400, 422: 400}


def for_xml(value: object) -> str:
    """Return a value as the text of an element; ElementTree escapes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else NOT_XML.sub("\ufffd", str(value))


def _fill(parent: Element, row: Row) -> None:
    for name, value in row.items():
        element = SubElement(parent, name)
        if isinstance(value, Mapping):
            _fill(element, value)
        elif isinstance(value, list | tuple):
            for one in value:
                item = SubElement(element, ITEMS[name])
                if isinstance(one, Mapping):
                    _fill(item, one)
                else:
                    item.text = for_xml(one)
        else:
            element.text = for_xml(value)


def xml_of(rows: Sequence[Row], *, root: str, item: str) -> bytes:
    """Write rows as XML in UTF-8, each in an ``item`` below ``root``."""
    top = Element(root)
    for row in rows:
        _fill(SubElement(top, item), row)
    return bytes(tostring(top, encoding="UTF-8", xml_declaration=True))


def json_of(body: object) -> bytes:
    """Write JSON in UTF-8; half of a surrogate pair becomes U+FFFD here too."""
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def listed(
    rows: Sequence[Row], *, form: str, root: str, item: str, status: int = 200
) -> HttpResponse:
    """Answer a list of rows."""
    body = xml_of(rows, root=root, item=item) if form == XML else json_of(list(rows))
    return HttpResponse(body, content_type=TYPES[form], status=status)


def single(row: Row, *, form: str, root: str) -> HttpResponse:
    """Answer one thing that is no list."""
    if form == JSON:
        return HttpResponse(json_of(row), content_type=TYPES[JSON])
    top = Element(root)
    _fill(top, row)
    body = tostring(top, encoding="UTF-8", xml_declaration=True)
    return HttpResponse(body, content_type=TYPES[XML])


def refused(problem: Problem, *, form: str) -> HttpResponse:
    """Answer a refusal as the standard does: an array of code and description."""
    status = STATUSES.get(problem.status, problem.status)
    said = [error.detail for error in problem.errors] or [problem.detail]
    rows = [{"code": status, "description": str(words)} for words in said]
    response = listed(rows, form=form, root="errors", item="error", status=status)
    response["Cache-Control"] = "no-store"
    if status in (429, 503):
        response["Retry-After"] = "60"
    return response
