"""From a drawing's layers to the parts of a site plan, in metres, still where it was drawn.

Outlines are mended only where that is sure and then it is said: a gap of up to 5 cm is closed,
lines of one layer that meet are joined into rings.  What crosses itself is named and left out.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from municipality.documents.drawing_words import REASONS, REMARKS
from municipality.documents.drawings import Drawing, Said
from municipality.words import Text
from plots.building_permits.drawings import dxf_notes
from plots.building_permits.drawings.dxf_notes import Note
from plots.building_permits.drawings.layers import LayerRole, guess
from plots.building_permits.sites.arrays import Shapes
from plots.building_permits.sites.parts import Part, Role

CLOSE_M = 0.05  # a gap up to this is closed: a missed snap, less than the rules measure
MAX_VERTICES = 20_000  # of one layer; more is a whole building drawn, not its outline
MAX_CROSSED = 500  # vertices up to which lines are also cut where they cross, not only at ends
MAX_OUTLINES = 200  # of one layer, as many as a drawing may have parts that is sent as GeoJSON
LEAST_M2 = 0.01  # smaller outlines are no building
# What an office may say the unit is, in metres.
UNITS: Mapping[str, float] = {
    "m": 1.0, "cm": 0.01, "mm": 0.001, "ft": 0.3048, "us-ft": 1200 / 3937, "in": 0.0254,
}  # fmt: skip
UNIT_NAMES = {
    "m": Text("المتر (m)", "metres (m)"), "cm": Text("السنتيمتر (cm)", "centimetres (cm)"),
    "mm": Text("المليمتر (mm)", "millimetres (mm)"), "ft": Text("القدم (ft)", "feet (ft)"),
    "us-ft": Text("القدم المساحية الأمريكية (us-ft)", "US survey feet (us-ft)"),
    "in": Text("البوصة (in)", "inches (in)"),
}  # fmt: skip
_TOLD = ("m", "mm", "cm", "ft", "in")  # the two feet are the same to the eye
_FILLED = ("HATCH", "MPOLYGON", "SOLID", "TRACE", "3DFACE")  # areas by what they are


class NoUnit(ValueError):
    """The drawing names no unit and the office gave none."""


@dataclass(frozen=True, slots=True)
class PartFacts:
    """What the office says of all parts of a layer."""

    floors: int | None = None
    height_m: float | None = None
    use: str = ""


@dataclass(frozen=True, slots=True)
class LayerMap:
    """What each layer holds, what is said of its parts, and the unit if the drawing errs."""

    roles: Mapping[str, LayerRole]
    facts: Mapping[str, PartFacts] = field(default_factory=dict)
    unit: str = ""  # of UNITS; empty: as the drawing declares


@dataclass(frozen=True, slots=True)
class DrawnPlan:
    """A site plan in the drawing's own place, in metres; ``plot`` as the office drew it."""

    parts: list[Part]
    plot: BaseGeometry | None
    notes: list[Note]


def metres_of(drawing: Drawing, mapping: LayerMap) -> float:
    """Return the metres of one drawing unit; raises NoUnit where nobody says."""
    if mapping.unit:
        return UNITS[mapping.unit]
    if drawing.units.metres is None:
        raise NoUnit
    return drawing.units.metres


@dataclass(slots=True)
class _Sheet:
    """One layer, in metres."""

    name: str
    areas: list[BaseGeometry]
    filled: list[bool]
    lines: list[BaseGeometry]
    notes: list[Note] = field(default_factory=list)

    def note(self, code: str, *, where: BaseGeometry | None = None, **values: object) -> None:
        self.notes.append(dxf_notes.note(code, layer=self.name, where=where, **values))


def _rows(drawing: Drawing, wanted: Collection[str]) -> dict[str, list[int]]:
    """Return the rows of areas and lines on each wanted layer."""
    found: dict[str, list[int]] = {name: [] for name in wanted}
    shapes = drawing.shapes
    for row, (name, kind) in enumerate(zip(shapes.layer, shapes.kind, strict=True)):
        if name in found and kind in ("area", "line"):
            found[name].append(row)
    return found


def _sheet(drawing: Drawing, name: str, rows: list[int], metres: float) -> _Sheet:
    shapes = drawing.shapes
    found = shapely.from_wkb(shapes.wkb[rows], on_invalid="ignore")
    sheet = _Sheet(name, [], [], [])
    if any(layer.name == name and (layer.off or layer.frozen) for layer in drawing.layers):
        sheet.note("layer_off")
    if shapely.get_num_coordinates(found).sum() > MAX_VERTICES:
        sheet.note("too_much", most=MAX_VERTICES)
        return sheet
    scaled: Shapes = shapely.transform(found, lambda xy: xy * metres)
    for shape, kind, entity in zip(scaled, shapes.kind[rows], shapes.entity[rows], strict=True):
        if kind == "line":
            sheet.lines.append(shape)
        else:
            sheet.areas.append(shape)
            sheet.filled.append(entity in _FILLED)
    return sheet


def _sound(sheet: _Sheet, shape: BaseGeometry) -> bool:
    """Tell whether an outline is one; names what crosses itself and leaves out what is nothing."""
    if not shape.is_valid:
        reason = shapely.is_valid_reason(shape)
        at = reason.partition("[")[2].partition("]")[0].split()
        where = shapely.Point(float(at[0]), float(at[1])) if len(at) == 2 else None
        sheet.note("self_crossing", where=where)
        return False
    return bool(shape.area >= LEAST_M2)


def _closed(sheet: _Sheet) -> None:
    """Close open lines whose ends lie close together, and say how close."""
    left = []
    for line in sheet.lines:
        ends = shapely.get_coordinates(line)
        gap = float(np.hypot(*(ends[0] - ends[-1])))
        if len(ends) < 4 or gap > min(CLOSE_M, line.length / 10):
            left.append(line)
            continue
        if gap > 0:
            sheet.note("closed", where=shapely.Point(ends[0]), millimetres=round(gap * 1000, 1))
        ring = np.concatenate([ends[:-1] if gap == 0 else ends, ends[:1]])
        sheet.areas.append(shapely.Polygon(ring))
        sheet.filled.append(False)
    sheet.lines = left


def _snapped(lines: Sequence[BaseGeometry]) -> tuple[list[BaseGeometry], float]:
    """Move ends that lie within the tolerance of each other to one place; with the largest move."""
    ends = np.array([shapely.get_coordinates(line)[[0, -1]] for line in lines]).reshape(-1, 2)
    tree = shapely.STRtree(shapely.points(ends))
    one, other = tree.query(shapely.points(ends), predicate="dwithin", distance=CLOSE_M)
    first = np.arange(len(ends))
    np.minimum.at(first, one, other)
    while (first != first[first]).any():  # ends in a row of small steps come to one place too
        first = first[first]
    moved = ends[first]
    found = []
    for n, line in enumerate(lines):
        track = shapely.get_coordinates(line).copy()
        track[0], track[-1] = moved[2 * n], moved[2 * n + 1]
        found.append(shapely.LineString(track))
    return found, float(np.hypot(*(moved - ends).T).max())


def _joined(sheet: _Sheet) -> None:
    """Join lines that meet into rings; what is left over is said, and stops where no ring came."""
    if not sheet.lines:
        return
    lines, moved = _snapped(sheet.lines)
    if shapely.get_num_coordinates(lines).sum() <= MAX_CROSSED:
        lines = [shapely.union_all(lines)]
    rings, cuts, dangles, broken = shapely.polygonize_full(lines)
    made = [ring for ring in shapely.get_parts(rings) if ring.area >= LEAST_M2]
    if made:
        sheet.note("joined", count=len(made), millimetres=round(moved * 1000, 1))
        sheet.areas += made
        sheet.filled += [False] * len(made)
    left = shapely.union_all([cuts, dangles, broken])
    if left.length > CLOSE_M:
        code = "left_over" if sheet.areas else "left_open"
        sheet.note(code, where=left, metres=round(left.length, 2))


def _outlines(sheet: _Sheet, *, role: LayerRole) -> list[BaseGeometry]:
    """Return the areas of a layer; those that overlap are one, but for bays, which are counted."""
    _closed(sheet)
    _joined(sheet)
    areas = [shape for shape in sheet.areas if _sound(sheet, shape)]
    if not areas:
        if not any(note.stops for note in sheet.notes):
            sheet.note("no_outline")
        return []
    if len(areas) > MAX_OUTLINES:
        sheet.note("too_many_outlines", count=len(areas), most=MAX_OUTLINES)
        return []
    whole = shapely.union_all(areas)
    twice = float(shapely.area(areas).sum()) - whole.area
    if twice > LEAST_M2:
        sheet.note("overlapping", square_metres=round(twice, 2))
    if role is not LayerRole.PARKING:
        return [part for part in shapely.get_parts(whole) if part.area >= LEAST_M2]
    kept: list[BaseGeometry] = []
    for bay in sorted(areas, key=shapely.area, reverse=True):
        if not any(bay.difference(other).area < bay.area / 2 for other in kept):
            kept.append(bay)
    return kept


def _walls(sheet: _Sheet) -> list[BaseGeometry]:
    """Return walls: lines as one shape; a closed line is a wall round something, not an area."""
    lines, areas = list(sheet.lines), []
    for shape, filled in zip(sheet.areas, sheet.filled, strict=True):
        if not filled:
            lines.append(shapely.boundary(shape))
        elif _sound(sheet, shape):
            areas.append(shape)
    drawn = shapely.union_all(lines)
    return [*areas, drawn] if drawn.length > 0 else areas


def _plot(shapes: list[BaseGeometry], sheet: _Sheet) -> BaseGeometry | None:
    if len(shapes) > 1:
        sheet.note("several_plots", count=len(shapes))
    return max(shapes, key=shapely.area, default=None)


def parts_of_drawing(drawing: Drawing, mapping: LayerMap) -> DrawnPlan:
    """Return the parts of the mapped layers in metres; raises NoUnit.

    Notes say what was mended and what was left out; one that ``stops`` asks for a new drawing.
    """
    metres = metres_of(drawing, mapping)
    parts: list[Part] = []
    plot, notes = None, [dxf_notes.note("mended")] if drawing.mended else []
    roles = {n: role for n, role in mapping.roles.items() if role is not LayerRole.IGNORE}
    for name, rows in _rows(drawing, roles).items():
        sheet, role = _sheet(drawing, name, rows, metres), roles[name]
        shapes = _walls(sheet) if role is LayerRole.WALL else _outlines(sheet, role=role)
        if role is LayerRole.PLOT:
            plot = _plot(shapes, sheet) or plot
        else:
            facts = mapping.facts.get(name, PartFacts())
            parts += [
                Part(Role(role.value), shape, facts.floors, facts.height_m, facts.use)
                for shape in shapes
            ]
        notes += sheet.notes
    return DrawnPlan(parts, plot, notes)


def _long_side(shape: BaseGeometry) -> float:
    """The longer side of the smallest rectangle round a shape, however it is turned."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(shape))
    return float(np.hypot(*np.diff(corners, axis=0).T).max()) if len(corners) > 1 else 0.0


def _drawn(drawing: Drawing, mapping: LayerMap, wanted: Collection[LayerRole]) -> BaseGeometry:
    """What lies on the layers of some roles, in drawing units; of several areas the largest."""
    names = [name for name, role in mapping.roles.items() if role in wanted]
    rows = [row for found in _rows(drawing, names).values() for row in found][:MAX_VERTICES]
    shapes = shapely.from_wkb(drawing.shapes.wkb[rows], on_invalid="ignore")
    areas = shapes[drawing.shapes.kind[rows] == "area"]
    if len(areas):
        return areas[shapely.area(areas).argmax()]
    return shapely.geometrycollections(shapes)


def unit_doubt(drawing: Drawing, mapping: LayerMap, *, plot: BaseGeometry) -> Note | None:
    """Say where the size of a drawing speaks against its unit; metres where nobody says one.

    By the plot as drawn, whose longer side is that of the cadastre's to 3 %, else by the
    buildings, whose longer side is between a tenth of the plot's and all of it.  None where
    nothing speaks against the unit, or nothing is drawn.
    """
    metres = UNITS[mapping.unit] if mapping.unit else drawing.units.metres or 1.0
    ratio = metres * _long_side(_drawn(drawing, mapping, {LayerRole.PLOT})) / _long_side(plot)
    low, high, bears = 0.97, 1.03, (0.8, 1.25)  # a plot drawn a little too large is no other unit
    if ratio == 0.0:
        buildings = _drawn(drawing, mapping, {LayerRole.MAIN, LayerRole.ANNEX})
        ratio = metres * _long_side(buildings) / _long_side(plot)
        low, high, bears = 0.1, 1.0, (0.1, 1.0)
    if ratio == 0.0 or bears[0] <= ratio <= bears[1]:
        return None
    size = dxf_notes.sizes(ratio)
    fits = [unit for unit in _TOLD if low <= ratio * UNITS[unit] / metres <= high]
    if fits:
        unit = UNIT_NAMES[fits[0]]
        return dxf_notes.note(
            "unit_looks_like", size=size.ar, size_en=size.en, unit=unit.ar, unit_en=unit.en
        )
    return dxf_notes.note("size_odd", size=size.ar, size_en=size.en)


def _said(rows: Sequence[Said], words: Mapping[str, Text]) -> list[dict[str, Any]]:
    return [
        {
            "layer": row.layer, "entity": row.entity, "count": row.count,
            **({"code": row.code, "why": words[row.code].as_json()} if row.code else {}),
        }
        for row in rows
    ]  # fmt: skip


def described(drawing: Drawing) -> dict[str, Any]:
    """Return what an answer says of a drawing: layers with a guess, units, what was read or not."""
    roles = guess(layer.name for layer in drawing.layers)
    system, units = drawing.system, drawing.units
    return {
        "version": drawing.version,
        "mended": drawing.mended,
        "units": {"code": units.code, "name": units.name, "metres": units.metres},
        "system": system and {"srid": system.srid, "affine": system.affine},
        "extent": drawing.extent,
        "layers": [
            {
                "name": layer.name, "objects": layer.objects, "off": layer.off,
                "frozen": layer.frozen, "guess": roles[layer.name].value,
            }
            for layer in drawing.layers
        ],
        "read": _said(drawing.read, {}),
        "unread": _said(drawing.unread, REASONS),
        "remarks": _said(drawing.remarks, REMARKS),
        "sha256": drawing.sha256,
        "size": drawing.size,
        "seconds": drawing.seconds,
    }  # fmt: skip
