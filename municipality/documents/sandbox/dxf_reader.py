"""A drawing (DXF, text or binary, R12 to R2018) as shapes by layer, and what was not read of it.

Only the file itself is opened: outside references, pictures and embedded objects are named and
not followed.  Paper space is named and not read.
"""

import codecs
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from ezdxf import recover
from ezdxf.filemanagement import readfile
from ezdxf.lldxf.const import DXFError, DXFVersionError
from ezdxf.tools.codepage import codepage_to_encoding
from numpy.typing import NDArray

from municipality.documents.sandbox import paper_kinds
from municipality.documents.sandbox.dxf_blocks import Blocks, Content, Said
from municipality.documents.sandbox.dxf_curves import AREA, LINE, Sketch, layer_of
from municipality.documents.sandbox.dxf_limits import DrawingLimits
from municipality.documents.sandbox.dxf_words import Spelling, spelling
from municipality.documents.sandbox.kinds import NotAccepted
from municipality.documents.sandbox.reading import wkb_column

METRES = {1: 0.0254, 2: 0.3048, 4: 0.001, 5: 0.01, 6: 1.0, 7: 1000.0, 10: 0.9144, 14: 0.1,
          21: 1200 / 3937, 22: 100 / 3937}  # fmt: skip
CHORD_M = 0.0005  # how far a chord may lie off its curve
MAX_NAME = 60  # characters shown of a kind that nobody knows
FAR = 1e10  # units; a northing in millimetres is 2.6e9
_BINARY = b"AutoCAD Binary DXF\r\n\x1a\x00"
_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:999\s*\n[^\n]*\n\s*)*0\s*\r?\n\s*SECTION\b")
_RECORD = re.compile(rb"\n[ \t]*0[ \t]*\r?\n[ \t]*[A-Za-z3]")


def warm_up() -> None:
    """Load what is loaded lazily (code pages) while files can be read."""
    for name in {*codepage_to_encoding.values(), "utf-8", "utf-8-sig", "ascii", "utf-16-le"}:
        codecs.lookup(name)


def _judge(path: Path, limits: DrawingLimits) -> None:
    """Refuse what is no DXF, and what holds more records than are read, before it is parsed."""
    data = path.read_bytes()
    if not data:
        raise NotAccepted("empty_file")
    if data.startswith(b"AC10"):
        raise NotAccepted("drawing_is_dwg")
    if data.startswith(_BINARY):
        return
    if not _START.match(data[:65_536]):
        kind = paper_kinds.name_of(data[:64])
        raise NotAccepted("drawing_kind" if kind else "drawing_kind_unknown", kind=kind)
    if sum(1 for _ in _RECORD.finditer(data)) > limits.objects:
        raise NotAccepted("drawing_too_many_objects", most=limits.objects)


def _document(path: Path) -> tuple[Any, bool]:
    """Load a drawing, a damaged one as far as it goes; True where it had to be mended."""
    try:
        return _with_model(readfile(path)), False
    except MemoryError:
        raise
    except DXFVersionError:
        raise NotAccepted("drawing_version") from None
    except Exception as error:  # a hostile file may end in any error
        return _mended(path, type(error).__name__), True


def _with_model(document: Any) -> Any:
    """Return a drawing that has a model space; damage may have renamed it."""
    document.modelspace()
    return document


def _mended(path: Path, reason: str) -> Any:
    try:
        return _with_model(recover.readfile(path)[0])
    except MemoryError:
        raise
    except Exception as error:
        reason = f"{reason}, {type(error).__name__}"
        raise NotAccepted("drawing_damaged", reason=reason) from None


def _tolerance(code: int) -> float:
    """Return the chord tolerance in drawing units; a drawing without units may be in metres."""
    return CHORD_M / METRES.get(code, 1.0)


def _paper(document: Any) -> Said:
    """Name what lies in paper space; viewports are windows, not content."""
    found: Said = Counter()
    for layout in document.layouts:
        if not layout.is_modelspace:
            for entity in layout:
                if entity.dxftype() != "VIEWPORT":
                    found[layer_of(entity), entity.dxftype(), "paper_space"] += 1
    return found


class _Arrays:
    """All sketches as arrays: vertices, rings of sketches."""

    def __init__(self, sketches: list[Sketch]) -> None:
        rings = [ring for sketch in sketches for ring in sketch.rings]
        self.vertices = np.concatenate(rings)
        self.length = np.array([len(ring) for ring in rings])
        self.owner = np.repeat(np.arange(len(sketches)), [len(s.rings) for s in sketches])
        starts = np.r_[0, np.cumsum(self.length)[:-1]]
        first = starts[np.searchsorted(self.owner, np.arange(len(sketches)))]
        far = np.logical_or.reduceat(~(np.abs(self.vertices).max(axis=1) <= FAR), first)
        z = self.vertices[:, 2]
        with np.errstate(invalid="ignore"):  # what is endless is far, and dropped
            uneven = np.maximum.reduceat(z, first) - np.minimum.reduceat(z, first)
        self.far, self.uneven = far, uneven > 1e-6

    def extent(self) -> list[float]:
        """Return west, south, east, north."""
        flat = self.vertices[:, :2]
        return [*flat.min(axis=0).tolist(), *flat.max(axis=0).tolist()]

    def shapes(self, kind: NDArray[np.str_]) -> NDArray[np.object_]:
        """Make the shapes, flat."""
        found = np.empty(len(kind), dtype=object)
        flat = self.vertices[:, :2]
        of_vertex = np.repeat(np.arange(len(self.length)), self.length)
        row = self.owner[of_vertex]
        lines, areas = kind == LINE, kind == AREA
        single = ~lines & ~areas
        found[single] = shapely.points(flat[single[row]])
        if lines.any():
            found[lines] = shapely.linestrings(flat[lines[row]], indices=_dense(row[lines[row]]))
        if areas.any():
            held = areas[row]
            rings = shapely.linearrings(flat[held], indices=_dense(of_vertex[held]))
            found[areas] = shapely.polygons(rings, indices=_dense(self.owner[areas[self.owner]]))
        return found


def _dense(numbers: NDArray[np.intp]) -> NDArray[np.intp]:
    """Number rising groups from 0 without gaps."""
    return np.cumsum(np.r_[0, np.diff(numbers) != 0])


def _without_far(content: Content) -> tuple[list[Sketch], _Arrays]:
    """Drop what lies nowhere on earth, and say so; raises NotAccepted where nothing is left."""
    arrays = _Arrays(content.sketches)
    if arrays.far.any():
        for n in np.flatnonzero(arrays.far):
            sketch = content.sketches[n]
            content.unread[sketch.layer, sketch.entity, "out_of_range"] += 1
        content.sketches = [
            sketch for sketch, far in zip(content.sketches, arrays.far, strict=True) if not far
        ]
        if not content.sketches:
            raise NotAccepted("drawing_out_of_range")
        arrays = _Arrays(content.sketches)
    return content.sketches, arrays


def _table(sketches: list[Sketch], arrays: _Arrays, spell: Spelling) -> pa.Table:
    kind = np.array([sketch.kind for sketch in sketches])
    return pa.table(
        {
            "layer": pa.array([spell(s.layer) for s in sketches]).dictionary_encode(),
            "entity": pa.array([s.entity for s in sketches]).dictionary_encode(),
            "kind": pa.array(kind).dictionary_encode(),
            "closed": pa.array([s.closed for s in sketches]),
            "text": pa.array([spell(s.text) for s in sketches]).dictionary_encode(),
            "wkb": wkb_column(shapely.to_wkb(arrays.shapes(kind), output_dimension=2)),
        }
    )


def _layers(document: Any, sketches: list[Sketch], spell: Spelling) -> list[list[Any]]:
    """Name every layer with its count of objects and whether it is off or frozen."""
    counts = Counter(sketch.layer.lower() for sketch in sketches if sketch.counts)
    names = {sketch.layer.lower(): sketch.layer for sketch in sketches}
    known = {layer.dxf.name.lower(): layer for layer in document.layers}
    names |= {key: layer.dxf.name for key, layer in known.items()}
    return [
        [spell(name), counts[key], key in known and bool(known[key].is_off()),
         key in known and bool(known[key].is_frozen())]
        for key, name in sorted(names.items())
    ]  # fmt: skip


def _named_as_in_table(document: Any, sketches: list[Sketch]) -> None:
    """Write layers as the table does: names are the same whatever their case."""
    names = {layer.dxf.name.lower(): layer.dxf.name for layer in document.layers}
    for sketch in sketches:
        sketch.layer = names.setdefault(sketch.layer.lower(), sketch.layer)


def _system(document: Any) -> dict[str, Any] | None:
    """Return the system that the drawing names for itself, and the way into it where sure."""
    data = document.modelspace().get_geodata()
    if data is None:
        return None
    found: dict[str, Any] = {"srid": None, "affine": None}
    try:
        found["srid"], _ = data.get_crs()
        matrix, _ = data.get_crs_transformation()
        (a, b), (d, e), (x, y) = (list(matrix.get_row(n))[:2] for n in (0, 1, 3))
        found["affine"] = [float(v) for v in (a, d, b, e, x, y)]
    except (DXFError, ValueError, TypeError, LookupError):
        return found  # named and not understood: the drawing is placed by the office
    return found


def _rows(said: Said, spell: Spelling) -> list[list[Any]]:
    return [
        [spell(layer), spell(name)[:MAX_NAME], code, n]
        for (layer, name, code), n in sorted(said.items())
    ]


def _nothing(content: Content, *, mended: bool) -> NotAccepted:
    """Say why no shape came out: none is drawn, none can be read, or the file breaks off."""
    if mended:
        return NotAccepted("drawing_cut_off")
    kinds = sorted({name for _, name, _ in content.unread})
    code = "drawing_nothing_read" if kinds else "drawing_empty"
    return NotAccepted(code, kinds=", ".join(kinds[:10]))


def read_dxf(path: Path, *, limits: DrawingLimits) -> tuple[pa.Table, dict[str, Any]]:
    """Read a drawing into one table of shapes and what is to be said; raises NotAccepted."""
    _judge(path, limits)
    document, mended = _document(path)
    code = int(document.header.get("$INSUNITS", 0) or 0)
    blocks = Blocks(document, limits=limits, tolerance=_tolerance(code))
    model = document.modelspace()
    blocks.weigh(model)
    content = blocks.content(model)
    content.unread += _paper(document)
    if not content.sketches:
        raise _nothing(content, mended=mended)
    sketches, arrays = _without_far(content)
    _named_as_in_table(document, sketches)
    for n in np.flatnonzero(arrays.uneven):
        content.remarks[sketches[n].layer, sketches[n].entity, "flattened"] += sketches[n].counts
    read = Counter((s.layer, s.entity) for s in sketches if s.counts) + content.inserts
    spell = spelling(document.dxfversion, document.encoding)
    layers = _layers(document, sketches, spell)
    if len(layers) > limits.layers:
        raise NotAccepted("drawing_too_many_layers", count=len(layers), most=limits.layers)
    said = {
        "version": document.acad_release,
        "encoding": document.encoding,
        "mended": mended,
        "units": code,
        "extent": arrays.extent(),
        "system": _system(document),
        "layers": layers,
        "read": [[spell(layer), name, n] for (layer, name), n in sorted(read.items())],
        "unread": _rows(content.unread, spell),
        "remarks": _rows(content.remarks, spell),
    }
    return _table(sketches, arrays, spell), said
