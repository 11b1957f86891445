"""The schema of APDS as published, with what keeps it from being used put right.

Two things are wrong in it, and a test shows each: references that lead through other references,
which no reader follows; and ``oneOf`` where no member tells the branches apart, so that nothing can
be a Place (it is a Campus too) or an area of a map (it is a named area too).
"""

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from jsonschema import Draft4Validator, FormatChecker
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT4

BY_TYPE = {"campus": "Campus", "parkingPlace": "Place", "identifiedArea": "IdentifiedArea"}


def published(folder: Path) -> dict[str, Any]:
    """The document as it is."""
    path = folder / "parkingdata+spec" / "api" / "reference" / "APDS_API_bundled.json"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _step(node: Any, part: str, document: Any) -> Any:
    while isinstance(node, dict) and "$ref" in node and part not in node:
        node = follow(node["$ref"], document)
    return node[int(part)] if isinstance(node, list) else node[part]


def follow(pointer: str, document: Any) -> Any:
    """Return what a reference means, also through other references."""
    node = document
    for part in pointer.removeprefix("#/").split("/"):
        node = _step(node, unquote(part).replace("~1", "/").replace("~0", "~"), document)
    return node


def lost_references(document: Any) -> set[str]:
    """Return the references that lead nowhere unless others are followed on the way."""
    found, waiting = set[str](), [document]
    while waiting:
        node = waiting.pop()
        waiting += (
            node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
        )
        pointer = node.get("$ref") if isinstance(node, dict) else None
        if isinstance(pointer, str) and not _is_there(pointer, document):
            found.add(pointer)
    return found


def _is_there(pointer: str, document: Any) -> bool:
    try:
        DRAFT4.create_resource(document).pointer(pointer.removeprefix("#"), Registry().resolver())
    except Unresolvable:
        return False
    return True


def _mended(node: Any, document: Any, held: dict[str, Any]) -> Any:
    """Copy a schema: every reference to ``definitions``, and any of the branches instead of one."""
    if isinstance(node, list):
        return [_mended(one, document, held) for one in node]
    if not isinstance(node, dict):
        return node
    if isinstance(node.get("$ref"), str):
        name = node["$ref"]
        if name not in held:
            held[name] = {}
            held[name].update(_mended(follow(name, document), document, held))
        return {"$ref": f"#/definitions/{_safe(name)}"}
    return {
        ("anyOf" if key == "oneOf" else key): _mended(value, document, held)
        for key, value in node.items()
    }


def _safe(name: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in name)


@cache
def validator(folder: Path, path: str, method: str = "get", code: str = "200") -> Draft4Validator:
    """The check of one answer (``code``) or of a request (``code`` "body")."""
    document = published(folder)
    operation = document["paths"][path][method]
    told = operation["requestBody"] if code == "body" else operation["responses"][code]
    schema = told["content"]["application/json"]["schema"]
    return _validator(schema, document)


def _validator(schema: Any, document: Any) -> Draft4Validator:
    held: dict[str, Any] = {}
    root = _mended(schema, document, held)
    named = {_safe(name): value for name, value in held.items()}
    assert len(named) == len(held)
    return Draft4Validator({**root, "definitions": named}, format_checker=FormatChecker())


@cache
def place_validator(folder: Path, kind: str) -> Draft4Validator:
    """The check of one kind of place by its own class, so that no other class takes it."""
    document = published(folder)
    listed = document["paths"]["/places"]["get"]["responses"]["200"]["content"]
    items = listed["application/json"]["schema"]["allOf"][1]["properties"]["data"]["items"]
    while "$ref" in items:
        items = follow(items["$ref"], document)
    for branch in items["oneOf"]:
        found = follow(branch["$ref"], document) if "$ref" in branch else branch
        if found.get("title") == BY_TYPE[kind]:
            return _validator(found, document)
    raise AssertionError(kind)


def faults(asked: Draft4Validator, body: Any) -> list[str]:
    """What the schema has against a body."""
    return [f"{list(error.path)}: {error.message[:200]}" for error in asked.iter_errors(body)]
