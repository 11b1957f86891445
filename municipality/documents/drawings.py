"""An office's drawing (DXF), read in the sandbox into shapes by layer (guards.md threat 3).

Says of every object what became of it: read, read with a remark, or not read and why.
Nothing is parsed in this process; shapes are handed on as the child wrote them.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from municipality.documents.file_gate import (
    READ_DRAWING,
    GateLimits,
    Unreadable,
    look_into,
    table_of,
)
from municipality.documents.refusals import sentence
from municipality.documents.sandbox.dxf_limits import DrawingLimits

# A million lines take 40 s and 1.3 GiB to parse; a site plan takes less than a second.
GATE = GateLimits(cpu_s=120, wall_s=240, memory_bytes=4 << 30, output_bytes=1 << 30)
_COLUMNS = ("layer", "entity", "kind", "closed", "text", "wkb")
# DXF $INSUNITS: code, name, metres.
UNITS: Mapping[int, tuple[str, float]] = {
    1: ("in", 0.0254),
    2: ("ft", 0.3048),
    4: ("mm", 0.001),
    5: ("cm", 0.01),
    6: ("m", 1.0),
    7: ("km", 1000.0),
    10: ("yd", 0.9144),
    14: ("dm", 0.1),
    21: ("us-ft", 1200 / 3937),
}


@dataclass(frozen=True, slots=True)
class Units:
    """What the drawing says of its unit: DXF code, name, metres; None: nothing usable."""

    code: int
    name: str | None
    metres: float | None


@dataclass(frozen=True, slots=True)
class System:
    """What the drawing's geographic data say: EPSG code, and the way into that system.

    ``affine`` is (a, b, d, e, xoff, yoff) as shapely takes it; None where it is not sure.
    """

    srid: int | None
    affine: tuple[float, ...] | None


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer: objects read on it, and whether it is off or frozen (it is read all the same)."""

    name: str
    objects: int
    off: bool
    frozen: bool


@dataclass(frozen=True, slots=True)
class Said:
    """So many objects of one kind on one layer; ``code`` is of ``drawing_words``, or empty."""

    layer: str
    entity: str
    code: str
    count: int


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """The shapes as arrays of one length, in drawing units, flat; ``wkb`` as the child wrote it.

    ``kind`` is area, line, point or text; ``closed`` tells areas that the drawing closes itself.
    """

    layer: NDArray[np.object_]
    entity: NDArray[np.object_]
    kind: NDArray[np.object_]
    closed: NDArray[np.bool_]
    text: NDArray[np.object_]
    wkb: NDArray[np.object_]


@dataclass(frozen=True, slots=True, eq=False)
class Drawing:
    """What is known of one drawing; ``mended`` where the file was damaged and read all the same."""

    shapes: Drawn
    layers: tuple[Layer, ...]
    units: Units
    extent: tuple[float, ...]  # west, south, east, north
    system: System | None
    read: tuple[Said, ...]
    unread: tuple[Said, ...]
    remarks: tuple[Said, ...]
    version: str
    encoding: str
    mended: bool
    sha256: str
    size: int
    seconds: float
    isolation: dict[str, str]


class _Counted:
    """A source that ends in a refusal when it gives more bytes than a drawing may have."""

    def __init__(self, source: BinaryIO, most: int) -> None:
        self._source, self._most, self._given = source, most, 0

    def read(self, size: int = -1) -> bytes:
        chunk = self._source.read(size)
        self._given += len(chunk)
        if self._given > self._most:
            raise Unreadable(
                "drawing_too_large", sentence("drawing_too_large", most=self._most >> 20)
            )
        return chunk


def read_drawing(
    source: BinaryIO, *, limits: DrawingLimits | None = None, gate: GateLimits = GATE
) -> Drawing:
    """Read a DXF (text or binary, R12 to 2018) in the sandbox; raises Unreadable with a sentence.

    Curves become chords that lie at most 0.5 mm off, by the unit the drawing declares.
    """
    limits = limits or DrawingLimits()
    counted: Any = _Counted(source, limits.file_bytes)
    task = {"limits": asdict(limits)}
    with look_into(counted, child=READ_DRAWING, task=task, limits=gate) as answer:
        table = table_of(answer)
    return _drawing(table, answer.said, sha256=answer.sha256, size=answer.size)


def _drawing(table: pa.Table, said: Mapping[str, Any], *, sha256: str, size: int) -> Drawing:
    name, metres = UNITS.get(said["units"], (None, None))
    system = said["system"]
    return Drawing(
        shapes=_drawn(table),
        layers=tuple(Layer(*row) for row in said["layers"]),
        units=Units(said["units"], name, metres),
        extent=tuple(said["extent"]),
        system=System(system["srid"], system["affine"] and tuple(system["affine"]))
        if system
        else None,
        read=tuple(Said(layer, entity, "", count) for layer, entity, count in said["read"]),
        unread=tuple(Said(*row) for row in said["unread"]),
        remarks=tuple(Said(*row) for row in said["remarks"]),
        version=said["version"],
        encoding=said["encoding"],
        mended=said["mended"],
        sha256=sha256,
        size=size,
        seconds=said["seconds"],
        isolation=said["isolation"],
    )


def _drawn(table: pa.Table) -> Drawn:
    """Take the columns; raises Unreadable where the child wrote other ones."""
    if tuple(table.column_names) != _COLUMNS:
        raise Unreadable("gate_crashed", sentence("gate_crashed", reason="columns"))
    return Drawn(*(_column(table[name]) for name in _COLUMNS))


def _column(column: pa.ChunkedArray) -> NDArray[Any]:
    """Take one column; the same text is one object, however many rows name it."""
    rows = column.combine_chunks()
    if isinstance(rows, pa.DictionaryArray):
        words = rows.dictionary.to_numpy(zero_copy_only=False).astype(object)
        found: NDArray[Any] = words[rows.indices.to_numpy(zero_copy_only=False)]
        return found
    return np.asarray(rows.to_numpy(zero_copy_only=False))
