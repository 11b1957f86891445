"""What a zone manager does to a coverage: each operation (``acts``) applied to a coverage.

A shared vertex moves in every zone that has it.  An operation may leave a coverage with faults
(``coverage.faults``), which are shown and cannot be saved; one that makes no sense is Refused.
"""

from collections.abc import Sequence
from dataclasses import replace
from functools import singledispatch

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from municipality.words import Text
from parking_zones.zones.editing import rings
from parking_zones.zones.editing.acts import (
    Close,
    Delete,
    Draw,
    Fill,
    Give,
    Insert,
    Leave,
    Merge,
    Move,
    NewZone,
    Operation,
    Pass,
    Reopen,
    Split,
)
from parking_zones.zones.editing.coverage import Cell, Coverage, Refused
from parking_zones.zones.editing.rings import Collapsed, Shapes, Spot
from parking_zones.zones.editing.tolerances import NOISE_M, PICK_M, SNAP_M

NO_VERTEX = Text("لا رأس للحدود في هذا الموضع.", "No boundary has a corner at this place.")
NO_EDGE = Text("لا ضلع للحدود في هذا الموضع.", "No boundary runs through this place.")
COLLAPSES = Text(
    "لا يبقى للمنطقة شكل: أقل ما يكون لها ثلاثة رؤوس.",
    "The zone would lose its shape: three corners are the least.",
)
JUNCTION = Text(
    "يلتقي هنا أكثر من ضلعين، فلا يُحذف الرأس؛ حرّكه.",
    "More than two edges meet here, so the corner cannot be taken out; move it instead.",
)
TAKEN = Text(
    "الرقم {number} لمنطقة أخرى، حالية أو سابقة.",
    "The number {number} belongs to another zone, present or past.",
)
WAS_CLOSED = Text(
    "الرقم {number} لمنطقة أُغلقت: أعد فتحها من قائمة المناطق المغلقة.",
    "The number {number} belongs to a zone that was closed: reopen it from the list of closed "
    "zones.",
)
IS_LIVE = Text(
    "المنطقة {number} سارية في هذا اليوم، فلا شيء يُعاد فتحه.",
    "Zone {number} holds that day, so there is nothing to reopen.",
)
NOT_ENDED = Text(
    "لا منطقة مغلقة من هذا النوع بالرقم {number}. ما أغلقته في هذا التعديل يعود بالتراجع.",
    "No closed zone of this kind has the number {number}. What this edit closed comes back by "
    "Undo.",
)
NOT_THROUGH = Text(
    "يجب أن يمر الخط بالمنطقة من حد إلى حد مرة واحدة.",
    "The line must run through the zone once, from edge to edge.",
)
NOT_BESIDE = Text(
    "المنطقتان {one} و{other} لا تشتركان في ضلع.", "Zones {one} and {other} share no edge."
)
SAME_ZONE = Text("اختر منطقتين مختلفتين.", "Choose two different zones.")
NOTHING_LEFT = Text(
    "لا يبقى للمنطقة {number} شيء؛ أغلقها أو ادمجها.",
    "Nothing of zone {number} would be left; close or merge it.",
)
NO_PART = Text("لا جزء من منطقة أخرى في هذا الموضع.", "No part of another zone is at this place.")
NO_GAP = Text("لا فراغ بين المناطق في هذا الموضع.", "There is no gap between zones at this place.")
NO_SHAPE = Text("الحدود تقطع نفسها؛ أصلحها أولًا.", "The boundary crosses itself; mend that first.")


__all__ = [
    "NO_SHAPE",
    "Close",
    "Delete",
    "Draw",
    "Fill",
    "Give",
    "Insert",
    "Leave",
    "Merge",
    "Move",
    "NewZone",
    "Operation",
    "Pass",
    "Reopen",
    "Split",
    "apply",
    "apply_all",
]


def apply(coverage: Coverage, operation: Operation) -> Coverage:
    """Return the coverage after one operation; raises Refused."""
    try:
        return _apply(operation, coverage)
    except Collapsed:
        raise Refused(COLLAPSES) from None
    except shapely.GEOSException:
        raise Refused(NO_SHAPE) from None


def apply_all(coverage: Coverage, operations: Sequence[Operation]) -> Coverage:
    """Return the coverage after operations in turn; raises Refused."""
    for operation in operations:
        coverage = apply(coverage, operation)
    return coverage


@singledispatch
def _apply(operation: Operation, coverage: Coverage) -> Coverage:
    raise NotImplementedError(type(operation))


def _around(coverage: Coverage, at: Spot) -> Shapes:
    """Return the shapes that a place can be on."""
    found: Shapes = coverage.shapes[coverage.near(shapely.Point(at), within_m=2 * PICK_M)]
    return found


def _holders(coverage: Coverage, vertex: Spot) -> list[int]:
    near = coverage.near(shapely.Point(vertex), within_m=PICK_M)
    found: list[int] = near[rings.holders(coverage.shapes[near], vertex)].tolist()
    return found


def _vertex(coverage: Coverage, at: Spot) -> Spot:
    found = rings.nearest_vertex(_around(coverage, at), at, within_m=PICK_M)
    if found is None:
        raise Refused(NO_VERTEX)
    return found


def _snapped(coverage: Coverage, to: Spot, *, but: Spot) -> Spot:
    """Return where a vertex comes to lie: on a vertex or an edge that is there, or where asked."""
    near = _around(coverage, to)
    corner = rings.nearest_vertex(near, to, within_m=PICK_M)
    if corner is not None and corner != but:
        return corner
    edge = rings.nearest_edge(near, to, within_m=PICK_M, but=(but,))
    return to if edge is None else edge[1]


def _matched(coverage: Coverage, changed: Sequence[int]) -> Coverage:
    """Let changed cells and those beside them meet exactly; raises Collapsed."""
    own = coverage.shapes[list(changed)]
    near = np.unique(np.concatenate([coverage.near(one, within_m=NOISE_M) for one in own]))
    near = np.union1d(near, list(changed))
    shapes = coverage.shapes[near]
    met = rings.matched(shapes, movable=np.isin(near, list(changed)))
    return coverage.with_shapes(dict(zip(near.tolist(), met, strict=True)))


@_apply.register
def _move(operation: Move, coverage: Coverage) -> Coverage:
    vertex = _vertex(coverage, operation.at)
    return _carried(coverage, vertex, operation.to)


def _carried(coverage: Coverage, vertex: Spot, to: Spot) -> Coverage:
    target = _snapped(coverage, to, but=vertex)
    who = _holders(coverage, vertex)
    if not who:  # of a ring that runs back over itself an edge may take no corner
        raise Refused(NO_VERTEX)
    moved = {index: rings.moved(coverage.cells[index].shape, vertex, target) for index in who}
    return _matched(coverage.with_shapes(moved), who)


@_apply.register
def _insert(operation: Insert, coverage: Coverage) -> Coverage:
    found = rings.nearest_edge(_around(coverage, operation.at), operation.at, within_m=PICK_M)
    if found is None:
        raise Refused(NO_EDGE)
    edge, on = found
    start, end = (set(_holders(coverage, vertex)) for vertex in edge)
    both = {
        index: rings.inserted(coverage.cells[index].shape, {edge: [on]}) for index in start & end
    }
    made = coverage.with_shapes(both)
    return made if operation.to is None else _carried(made, on, operation.to)


@_apply.register
def _delete(operation: Delete, coverage: Coverage) -> Coverage:
    vertex = _vertex(coverage, operation.at)
    if len(rings.beside(_around(coverage, vertex), vertex)) > 2:
        raise Refused(JUNCTION)
    who = _holders(coverage, vertex)
    less = {index: rings.without(coverage.cells[index].shape, vertex) for index in who}
    return _matched(coverage.with_shapes(less), who)


def _free(coverage: Coverage, new: NewZone) -> None:
    if any(new.number == ended.number for ended in coverage.ended):
        raise Refused(WAS_CLOSED.with_values(number=new.number), member="number")
    if new.number in coverage.taken or any(new.number == c.number for c in coverage.cells):
        raise Refused(TAKEN.with_values(number=new.number), member="number")


def _with_new(coverage: Coverage, new: NewZone, shape: BaseGeometry) -> Coverage:
    cell = Cell(new.number, new.name_ar, new.name_en, None, rings.as_multi(shape))
    return replace(coverage, cells=(*coverage.cells, cell))


def _pulled(near: Shapes, corners: Sequence[Spot]) -> list[Spot]:
    """Return where corners are drawn: on a neighbour's vertex or edge within SNAP_M."""
    found = list(corners)
    points = shapely.points(np.array(corners))
    edges = shapely.boundary(near)
    close, _ = shapely.STRtree(edges).query(points, predicate="dwithin", distance=SNAP_M)
    for index in np.unique(close):
        vertex = rings.nearest_vertex(near, corners[index], within_m=SNAP_M)
        edge = rings.nearest_edge(near, corners[index], within_m=SNAP_M)
        found[index] = vertex or (edge[1] if edge else corners[index])
    return found


def _drawn(coverage: Coverage, drawn: Sequence[Spot]) -> BaseGeometry:
    """Return the polygon of corners drawn, on its neighbours' edges where it is near them."""
    reach = shapely.multipoints(np.array(drawn)).envelope
    near = coverage.shapes[coverage.near(reach, within_m=SNAP_M)]
    corners = _pulled(near, drawn)
    if len(set(corners)) < 3:
        raise Refused(COLLAPSES)
    shape = shapely.Polygon(corners)
    if shape.is_valid:
        vertices = shapely.multipoints(shapely.get_coordinates(near))
        pulled = shapely.snap(shape, vertices, SNAP_M)
        shape = pulled if pulled.is_valid and not pulled.is_empty else shape
    return shape


def _added(coverage: Coverage, cell: Cell) -> Coverage:
    """Return it with one cell more, that meets those beside it where it is a shape at all."""
    made = replace(coverage, cells=(*coverage.cells, cell))
    return _matched(made, [len(made.cells) - 1]) if cell.shape.is_valid else made


@_apply.register
def _draw(operation: Draw, coverage: Coverage) -> Coverage:
    _free(coverage, operation.zone)
    new, shape = operation.zone, rings.as_multi(_drawn(coverage, operation.corners))
    return _added(coverage, Cell(new.number, new.name_ar, new.name_en, None, shape))


@_apply.register
def _reopen(operation: Reopen, coverage: Coverage) -> Coverage:
    number = operation.number
    if any(number == cell.number for cell in coverage.cells):
        raise Refused(IS_LIVE.with_values(number=number))
    ended = next((cell for cell in coverage.ended if cell.number == number), None)
    if ended is None:
        raise Refused(NOT_ENDED.with_values(number=number))
    if operation.corners:
        shape = rings.as_multi(_drawn(coverage, operation.corners))
        ended = replace(ended, shape=shape)
    return _added(coverage, ended)


def _through(shape: BaseGeometry, line: Sequence[Spot]) -> BaseGeometry:
    """Return the line, its ends carried over the edge where they lie on it or just before it."""
    xy = np.array(line)
    edge = shapely.boundary(shape)
    for end, before in ((0, 1), (-1, -2)):
        step = xy[end] - xy[before]
        long = float(np.hypot(*step))
        if long and shapely.distance(shapely.Point(xy[end]), edge) <= SNAP_M:
            xy[end] = xy[end] + step / long * 2 * SNAP_M
    return shapely.LineString(xy)


@_apply.register
def _split(operation: Split, coverage: Coverage) -> Coverage:
    _free(coverage, operation.new)
    index = coverage.index(operation.number)
    shape = coverage.cells[index].shape
    line = _through(shape, operation.line)
    parts: list[BaseGeometry] = []
    whole: list[BaseGeometry] = []
    for polygon in shapely.get_parts(shape):
        # The whole line: one cut to the polygon would end a hair before its edge.
        lines = shapely.union(shapely.boundary(polygon), line)
        cut = [
            one for one in shapely.get_parts(shapely.polygonize([lines]))
            if shapely.covers(polygon, shapely.point_on_surface(one))
        ]  # fmt: skip
        (parts if len(cut) > 1 else whole).extend(cut if len(cut) > 1 else [polygon])
    if len(parts) != 2:
        raise Refused(NOT_THROUGH)
    small, large = sorted(parts, key=lambda part: float(part.area))
    kept = coverage.with_shapes({index: shapely.MultiPolygon([*whole, large])})
    made = _with_new(kept, operation.new, small)
    return _matched(made, [index, len(made.cells) - 1])


def _two(coverage: Coverage, one: str, other: str) -> tuple[int, int]:
    if one == other:
        raise Refused(SAME_ZONE)
    return coverage.index(one), coverage.index(other)


def _without(coverage: Coverage, index: int) -> Coverage:
    cells = coverage.cells
    return replace(coverage, cells=(*cells[:index], *cells[index + 1 :]))


@_apply.register
def _merge(operation: Merge, coverage: Coverage) -> Coverage:
    index, into = _two(coverage, operation.number, operation.into)
    one, other = coverage.cells[index].shape, coverage.cells[into].shape
    if shapely.length(shapely.intersection(one, other)) <= NOISE_M:
        raise Refused(NOT_BESIDE.with_values(one=operation.number, other=operation.into))
    union = rings.as_multi(shapely.union(one, other))
    made = _matched(coverage.with_shapes({into: union}), [into])
    return _without(made, index)


@_apply.register
def _close(operation: Close, coverage: Coverage) -> Coverage:
    index = coverage.index(operation.number)
    made = _without(coverage, index)
    return replace(made, closed=(*coverage.closed, coverage.cells[index]))


@_apply.register
def _give(operation: Give, coverage: Coverage) -> Coverage:
    to, of = _two(coverage, operation.to, operation.of)
    rest = shapely.difference(coverage.cells[of].shape, coverage.cells[to].shape)
    parts = [p for p in rings.polygons_of(rest) if 2 * p.area > NOISE_M * p.length]
    if not parts:
        raise Refused(NOTHING_LEFT.with_values(number=operation.of))
    made = coverage.with_shapes({of: shapely.MultiPolygon(parts)})
    return _matched(made, [of])


@_apply.register
def _pass(operation: Pass, coverage: Coverage) -> Coverage:
    to, point = coverage.index(operation.to), shapely.Point(operation.at)
    for index in coverage.near(point, within_m=0.0):
        parts = list(shapely.get_parts(coverage.cells[index].shape))
        here = [part for part in parts if shapely.covers(part, point)]
        if index == to or not here:
            continue
        if len(parts) == 1:
            raise Refused(NOTHING_LEFT.with_values(number=coverage.cells[index].number))
        own = coverage.cells[to].shape
        if shapely.length(shapely.intersection(own, here[0])) <= NOISE_M:
            raise Refused(
                NOT_BESIDE.with_values(one=coverage.cells[index].number, other=operation.to)
            )
        rest = shapely.MultiPolygon([part for part in parts if part is not here[0]])
        union = rings.as_multi(shapely.union(own, here[0]))
        return _matched(coverage.with_shapes({index: rest, to: union}), [index, to])
    raise Refused(NO_PART)


def _hole(coverage: Coverage, at: Spot) -> BaseGeometry | None:
    point = shapely.Point(at)
    return next((hole for hole in coverage.holes if shapely.covers(hole, point)), None)


@_apply.register
def _fill(operation: Fill, coverage: Coverage) -> Coverage:
    index = coverage.index(operation.to)
    hole = _hole(coverage, operation.at)
    if hole is None:
        raise Refused(NO_GAP)
    own = coverage.cells[index].shape
    if shapely.length(shapely.intersection(own, hole)) <= NOISE_M:
        raise Refused(NO_GAP)
    union = rings.as_multi(shapely.union(own, hole))
    return _matched(coverage.with_shapes({index: union}), [index])


@_apply.register
def _leave(operation: Leave, coverage: Coverage) -> Coverage:
    found = _hole(coverage, operation.at)
    if found is None:
        lines = shapely.get_parts(shapely.line_merge(shapely.union_all(coverage.strips)))
        away = shapely.distance(lines, shapely.Point(operation.at))
        if not len(lines) or away.min() > SNAP_M:
            raise Refused(NO_GAP)
        found = lines[int(np.argmin(away))]
    return replace(coverage, intended=(*coverage.intended, found))
