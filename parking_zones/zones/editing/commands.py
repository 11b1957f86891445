"""Operations as a client sends them: strict JSON, each with its own members and no others.

Positions are [longitude, latitude] of WGS 84.  Raises Problem 400 for what is no operation, 413
for too much, 422 for a value that cannot be, each with the JSON pointer of what is wrong.
"""

from collections.abc import Callable, Mapping
from typing import Any

from municipality import crs, geometry_gate
from municipality.digits import western
from municipality.names import tidy
from municipality.problems import Problem, bad_value
from municipality.words import Text
from parking_zones.zones.editing import operations as ops
from parking_zones.zones.editing.rings import Spot
from parking_zones.zones.editing.tolerances import MOST_OPERATIONS, MOST_VERTICES

NOT_LIST = Text("المقبول قائمة من العمليات.", "A list of operations is wanted.")
UNKNOWN = Text("عملية غير معروفة؛ المقبول: {names}.", "Unknown operation; known are: {names}.")
MEMBERS = Text("أعضاء العملية {op}: {names}.", "The members of {op} are: {names}.")
NOT_POSITION = Text(
    "الموضع خط طول وخط عرض: [58.4, 23.6].", "A position is longitude and latitude: [58.4, 23.6]."
)
NOT_TEXT = Text("نص من {least} إلى {most} حرفًا.", "A text of {least} to {most} characters.")
TOO_FEW = Text("أقل ما يكون {least} مواضع.", "At least {least} positions are needed.")
TOO_MANY = Text(
    f"أكثر من {MOST_OPERATIONS:,} عملية أو {MOST_VERTICES:,} موضع.",
    f"More than {MOST_OPERATIONS:,} operations or {MOST_VERTICES:,} positions.",
)
NUMBER_LENGTH, NAME_LENGTH = 12, 120


def text(value: object, pointer: str, *, most: int) -> str:
    """Read a text of one line; raises Problem 422."""
    found = tidy(value) if isinstance(value, str) else ""
    if not 1 <= len(found) <= most:
        raise bad_value(pointer, NOT_TEXT.with_values(least=1, most=most))
    return found


def _number(value: object, pointer: str) -> str:
    return western(text(value, pointer, most=NUMBER_LENGTH))


def _spot(value: object, pointer: str) -> Spot:
    if not isinstance(value, list) or len(value) != 2:
        raise bad_value(pointer, NOT_POSITION)
    if any(isinstance(one, bool) or not isinstance(one, int | float) for one in value):
        raise bad_value(pointer, NOT_POSITION)
    try:
        lon, lat = float(value[0]), float(value[1])
    except OverflowError:
        raise bad_value(pointer, NOT_POSITION) from None
    if not crs.in_extent(lon, lat):
        raise bad_value(pointer, geometry_gate.looks_like(lon, lat), code="outside_city")
    point = crs.metric_point(lon, lat)
    return float(point.x), float(point.y)


def _spots(value: object, pointer: str, *, least: int) -> tuple[Spot, ...]:
    if not isinstance(value, list) or len(value) < least:
        raise bad_value(pointer, TOO_FEW.with_values(least=least))
    return tuple(_spot(one, f"{pointer}/{index}") for index, one in enumerate(value))


Members = Mapping[str, Any]


def _new(sent: Members, pointer: str) -> ops.NewZone:
    return ops.NewZone(
        _number(sent["number"], f"{pointer}/number"),
        text(sent["name_ar"], f"{pointer}/name_ar", most=NAME_LENGTH),
        text(sent["name_en"], f"{pointer}/name_en", most=NAME_LENGTH),
    )


def _insert(sent: Members, pointer: str) -> ops.Insert:
    to = sent.get("to")
    return ops.Insert(
        _spot(sent["at"], f"{pointer}/at"), None if to is None else _spot(to, f"{pointer}/to")
    )


_NEW = ("number", "name_ar", "name_en")
_KNOWN: dict[str, tuple[tuple[str, ...], Callable[[Members, str], ops.Operation]]] = {
    "move": (
        ("at", "to"),
        lambda s, p: ops.Move(_spot(s["at"], f"{p}/at"), _spot(s["to"], f"{p}/to")),
    ),
    "insert": (("at", "to?"), _insert),
    "delete": (("at",), lambda s, p: ops.Delete(_spot(s["at"], f"{p}/at"))),
    "draw": (
        (*_NEW, "corners"),
        lambda s, p: ops.Draw(_new(s, p), _spots(s["corners"], f"{p}/corners", least=3)),
    ),
    "split": (
        ("zone", "line", *_NEW),
        lambda s, p: ops.Split(
            _number(s["zone"], f"{p}/zone"), _spots(s["line"], f"{p}/line", least=2), _new(s, p)
        ),
    ),
    "merge": (
        ("zone", "into"),
        lambda s, p: ops.Merge(_number(s["zone"], f"{p}/zone"), _number(s["into"], f"{p}/into")),
    ),
    "close": (("zone",), lambda s, p: ops.Close(_number(s["zone"], f"{p}/zone"))),
    "reopen": (
        ("zone", "corners?"),
        lambda s, p: ops.Reopen(
            _number(s["zone"], f"{p}/zone"),
            _spots(s["corners"], f"{p}/corners", least=3) if "corners" in s else (),
        ),
    ),
    "give": (
        ("to", "of"),
        lambda s, p: ops.Give(_number(s["to"], f"{p}/to"), _number(s["of"], f"{p}/of")),
    ),
    "fill": (
        ("at", "to"),
        lambda s, p: ops.Fill(_spot(s["at"], f"{p}/at"), _number(s["to"], f"{p}/to")),
    ),
    "pass": (
        ("at", "to"),
        lambda s, p: ops.Pass(_spot(s["at"], f"{p}/at"), _number(s["to"], f"{p}/to")),
    ),
    "leave": (("at",), lambda s, p: ops.Leave(_spot(s["at"], f"{p}/at"))),
}  # fmt: skip


def _one(sent: object, pointer: str) -> ops.Operation:
    name = sent.get("op") if isinstance(sent, dict) else None
    if not isinstance(sent, dict) or not isinstance(name, str) or name not in _KNOWN:
        raise bad_value(
            f"{pointer}/op", UNKNOWN.with_values(names=", ".join(_KNOWN)), status=400,
            code="bad_fields",
        )  # fmt: skip
    members, read = _KNOWN[name]
    most = {one.rstrip("?") for one in members}
    least = {one for one in members if not one.endswith("?")}
    got = set(sent) - {"op"}
    if not least <= got <= most:
        told = MEMBERS.with_values(op=name, names=", ".join(sorted(most)))
        raise bad_value(pointer, told, status=400, code="bad_fields")
    return read(sent, pointer)


def _positions(sent: object) -> int:
    if not isinstance(sent, dict):
        return 0
    return sum(len(value) for value in sent.values() if isinstance(value, list))


def read_operations(sent: object) -> tuple[ops.Operation, ...]:
    """Read the operations of a body; counts before it looks at any."""
    if not isinstance(sent, list):
        raise bad_value("operations", NOT_LIST, status=400, code="bad_fields")
    if len(sent) > MOST_OPERATIONS or sum(map(_positions, sent)) > MOST_VERTICES:
        raise Problem(413, "too_many_vertices", TOO_MANY)
    return tuple(_one(one, f"operations/{index}") for index, one in enumerate(sent))
