"""Drawings for tests, written by ezdxf: a villa on its plot by named layers, and bad files."""

import io
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import ezdxf
import pytest
import shapely
from ezdxf.document import Drawing as Document

from municipality.documents.drawings import Drawing, _drawing, read_drawing
from municipality.documents.file_gate import Unreadable
from municipality.documents.sandbox.dxf_limits import DrawingLimits
from municipality.documents.sandbox.dxf_reader import read_dxf

PLOT, VILLA = "حدود القطعة", "المبنى الرئيسي"
Points = list[tuple[float, float]]


def rectangle(x: float, y: float, width: float, height: float) -> Points:
    """The corners of a rectangle, counter-clockwise."""
    return [(x, y), (x + width, y), (x + width, y + height), (x, y + height)]


def a_document(version: str = "R2018", units: int = 6, code_page: str = "") -> Document:
    """An empty drawing; ``code_page`` for versions that are not UTF-8."""
    document = ezdxf.new(version)
    if version != "R12":
        document.units = units
    if code_page:
        document.encoding = code_page
        document.header["$DWGCODEPAGE"] = f"ANSI_{code_page[2:]}"
    return document


def outline(document: Document, layer: str, points: Points, close: bool = True) -> Any:
    """A polyline on a layer, in the way of the drawing's version."""
    space, how = document.modelspace(), {"layer": layer}
    if document.dxfversion == "AC1009":
        return space.add_polyline2d(points, close=close, dxfattribs=how)
    return space.add_lwpolyline(points, close=close, dxfattribs=how)


def a_villa_drawing(scale: float = 1.0, **how: Any) -> Document:
    """A plot of 20 × 30 m and a villa of 14 × 15 m in units of 1 / ``scale`` metres."""
    document = a_document(**how)
    for layer, points in ((PLOT, rectangle(0, 0, 20, 30)), (VILLA, rectangle(3, 6, 14, 15))):
        outline(document, layer, [(x * scale, y * scale) for x, y in points])
    return document


def as_bytes(document: Document, binary: bool = False) -> bytes:
    """The file of a drawing."""
    if binary:
        sink = io.BytesIO()
        document.write(sink, fmt="bin")
        return sink.getvalue()
    text = io.StringIO()
    document.write(text)
    return text.getvalue().encode(document.output_encoding, "dxfreplace")


def read(drawing: Document | bytes, **how: Any) -> Drawing:
    """Read a drawing through the gate."""
    data = drawing if isinstance(drawing, bytes) else as_bytes(drawing)
    return read_drawing(io.BytesIO(data), **how)


def read_here(document: Document | bytes) -> Drawing:
    """Read a drawing by the same reader without the sandbox: for laws, and where it is not asked."""
    data = document if isinstance(document, bytes) else as_bytes(document)
    with tempfile.NamedTemporaryFile(suffix=".dxf") as file:
        file.write(data)
        file.flush()
        table, said = read_dxf(Path(file.name), limits=DrawingLimits())
    return _drawing(table, {**said, "seconds": 0.0, "isolation": {}}, sha256="", size=len(data))


def shapes_here(document: Document) -> dict[str, list[Any]]:
    """The shapes by kind of entity."""
    found: dict[str, list[Any]] = {}
    shapes = read_here(document).shapes
    for entity, wkb in zip(shapes.entity, shapes.wkb, strict=True):
        found.setdefault(entity, []).append(shapely.from_wkb(wkb))
    return found


def refusal(drawing: Document | bytes, **how: Any) -> str:
    """The code of a refusal; it always has a sentence in both languages, without blanks in it."""
    with pytest.raises(Unreadable) as caught:
        read(drawing, **how)
    words = caught.value.words
    assert words.ar and words.en and "{" not in words.ar + words.en
    assert "Traceback" not in words.en
    return caught.value.code


def counts(drawing: Drawing) -> dict[str, int]:
    """How many objects of each kind were read."""
    found: dict[str, int] = {}
    for row in drawing.read:
        found[row.entity] = found.get(row.entity, 0) + row.count
    return found


def left_out(drawing: Drawing) -> dict[tuple[str, str], int]:
    """How many objects of each kind were not read, by reason."""
    found: dict[tuple[str, str], int] = {}
    for row in drawing.unread:
        found[row.entity, row.code] = found.get((row.entity, row.code), 0) + row.count
    return found


def with_block(draw: Callable[[Any], None], **insert: Any) -> Document:
    """A drawing of one block on layer 0, inserted once on layer MAIN at (100, 50)."""
    document = a_document()
    draw(document.blocks.new("B"))
    how = {"layer": "MAIN", **insert}
    document.modelspace().add_blockref("B", (100, 50), dxfattribs=how)
    return document


def lines(count: int, layer: str = "0") -> bytes:
    """A drawing of many lines, written by hand."""
    head, tail = "  0\nSECTION\n  2\nENTITIES\n", "  0\nENDSEC\n  0\nEOF\n"
    body = (
        f"  0\nLINE\n  8\n{layer.format(n)}\n 10\n{n}.0\n 20\n0.0\n 11\n{n}.5\n 21\n1.0\n"
        for n in range(count)
    )
    return (head + "".join(body) + tail).encode()
