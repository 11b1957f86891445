"""The zones of one kind on one day as a value: a coverage, and what is wrong with it.

Source: spatial.md §3 (no overlap, gaps only where intended) by shapely's coverage functions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from municipality.words import Text
from parking_zones.zones.editing.rings import Shapes, as_multi, polygons_of
from parking_zones.zones.editing.tolerances import (
    GAP_M,
    LEAST_PART_M2,
    LEAST_WIDTH_M,
    NOISE_M,
    TINY_M2,
)


class Refused(ValueError):
    """An operation that cannot be done; ``words`` say why and what to do instead.

    ``member`` is the one of its members that is wrong, empty where it is none in particular.
    """

    def __init__(self, words: Text, *, member: str = "") -> None:
        super().__init__(words.en)
        self.words = words
        self.member = member


NO_ZONE = Text(
    "لا منطقة بالرقم {number} في هذا اليوم.", "No zone has the number {number} that day."
)


@dataclass(frozen=True, slots=True)
class Cell:
    """One zone of the coverage; ``zone_id`` None is one that is not in the register yet."""

    number: str
    name_ar: str
    name_en: str
    zone_id: int | None
    shape: BaseGeometry


@dataclass(frozen=True)
class Coverage:
    """Zones of one kind that hold on one day; never changed, only answered anew.

    ``taken`` are the numbers of zones of every kind and time: signs do not change their meaning.
    ``intended`` is ground between zones that shall stay without one, ``closed`` what was closed.
    ``ended`` are the zones of this kind that were closed before, each in its last boundary.
    """

    cells: tuple[Cell, ...]
    taken: frozenset[str] = frozenset()
    intended: tuple[BaseGeometry, ...] = ()
    closed: tuple[Cell, ...] = field(default=())
    ended: tuple[Cell, ...] = field(default=())

    @cached_property
    def shapes(self) -> Shapes:
        """The shapes of the cells, in their order."""
        found = np.empty(len(self.cells), dtype=object)
        found[:] = [cell.shape for cell in self.cells]
        return found

    @cached_property
    def _tree(self) -> shapely.STRtree:
        return shapely.STRtree(self.shapes)

    def near(self, shape: BaseGeometry, *, within_m: float) -> NDArray[np.int64]:
        """Return the positions of the cells within some metres of a shape, in order."""
        found = self._tree.query(shape, predicate="dwithin", distance=within_m)
        return np.sort(found)

    @cached_property
    def holes(self) -> tuple[BaseGeometry, ...]:
        """The ground that zones enclose and none of them has."""
        ways = (
            shapely.coverage_union_all if shapely.coverage_is_valid(self.shapes)
            else shapely.union_all
        )  # fmt: skip
        return tuple(
            shapely.Polygon(ring)
            for polygon in polygons_of(ways(self.shapes))
            for ring in shapely.get_rings(polygon)[1:]
        )

    @cached_property
    def strips(self) -> Shapes:
        """The edges of each cell that do not match a neighbour's or lie within GAP_M of it."""
        found: Shapes = shapely.coverage_invalid_edges(self.shapes, gap_width=GAP_M)
        return found

    def index(self, number: str) -> int:
        """Return where the zone of a number stands; raises Refused."""
        for index, cell in enumerate(self.cells):
            if cell.number == number:
                return index
        raise Refused(NO_ZONE.with_values(number=number))

    def with_shapes(self, shapes: Mapping[int, BaseGeometry]) -> "Coverage":
        """Return it with other shapes at some positions."""
        cells = list(self.cells)
        for index, shape in shapes.items():
            if shape is not cells[index].shape:
                cells[index] = replace(cells[index], shape=as_multi(shape))
        return replace(self, cells=tuple(cells))


@dataclass(frozen=True, slots=True)
class Difference:
    """What one coverage has become in another: the zones concerned, and no other."""

    changed: tuple[Cell, ...]
    opened: tuple[Cell, ...]
    closed: tuple[Cell, ...]

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers of all zones concerned."""
        return tuple(cell.number for cell in (*self.changed, *self.opened, *self.closed))


def same_boundary(one: BaseGeometry, other: BaseGeometry) -> bool:
    """Tell whether two shapes differ by no more than vertices on their edges and noise."""
    if one is other or shapely.equals_identical(one, other):
        return True
    if shapely.get_num_geometries(one) != shapely.get_num_geometries(other):
        return False
    away = shapely.hausdorff_distance(shapely.boundary(one), shapely.boundary(other))
    if away > NOISE_M:
        return False
    try:  # GEOS measures that from corner to corner only: an edge may run elsewhere in between
        ground = shapely.area(shapely.symmetric_difference(one, other))
    except shapely.GEOSException:
        return False
    return bool(ground <= NOISE_M * shapely.length(one))


def difference(before: Coverage, now: Coverage) -> Difference:
    """Return which zones are not what they were."""
    old = {cell.number: cell for cell in before.cells}
    new = {cell.number: cell for cell in now.cells}
    changed = tuple(
        cell
        for number, cell in new.items()
        if number in old and not same_boundary(old[number].shape, cell.shape)
    )
    opened = tuple(cell for number, cell in new.items() if number not in old)
    closed = tuple(cell for number, cell in old.items() if number not in new)
    return Difference(changed, opened, closed)


class Wrong(StrEnum):
    """What can be wrong with a coverage."""

    CROSSES = "crosses"
    OVERLAP = "overlap"
    GAP = "gap"
    SLIVER = "sliver"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: the zones it is between, where, and how much (m2; 0 of a line)."""

    wrong: Wrong
    numbers: tuple[str, ...]
    shape: BaseGeometry
    m2: float


def _crossings(coverage: Coverage) -> list[Fault]:
    found = []
    for index in np.flatnonzero(~shapely.is_valid(coverage.shapes)):
        cell = coverage.cells[index]
        edges = shapely.union_all(shapely.boundary(cell.shape))  # node() gives up on thin rings
        xy, count = np.unique(shapely.get_coordinates(edges).round(6), axis=0, return_counts=True)
        at = shapely.multipoints(xy[count > 2] if (count > 2).any() else xy[:1])
        found.append(Fault(Wrong.CROSSES, (cell.number,), at, 0.0))
    return found


def _is_thin(shape: BaseGeometry, width_m: float) -> bool:
    return bool(2 * shape.area <= width_m * shape.length)


def _slivers(coverage: Coverage, cells: tuple[Cell, ...]) -> list[Fault]:
    """Find the parts of these zones that hold no car; its zone is named before those beside."""
    found = []
    for cell in cells:
        for part in shapely.get_parts(cell.shape):
            if part.area < LEAST_PART_M2 or _is_thin(part, LEAST_WIDTH_M):
                around = coverage.near(part, within_m=NOISE_M)
                beside = (coverage.cells[i].number for i in around)
                numbers = (cell.number, *(one for one in beside if one != cell.number))
                found.append(Fault(Wrong.SLIVER, numbers, part, float(part.area)))
    return found


def _meeting(coverage: Coverage, concerned: frozenset[str]) -> list[tuple[int, int]]:
    """Return the pairs of cells that meet, the first before the second, one of them concerned."""
    pairs = set()
    for i, cell in enumerate(coverage.cells):
        if cell.number in concerned:
            near = coverage.near(cell.shape, within_m=NOISE_M).tolist()
            pairs |= {(min(i, j), max(i, j)) for j in near if i != j}
    return sorted(pairs)


def _overlaps(coverage: Coverage, concerned: frozenset[str]) -> list[Fault]:
    """Find what two zones both have, of pairs with one that is concerned."""
    cells, shapes = coverage.cells, coverage.shapes
    found = []
    for i, j in _meeting(coverage, concerned):
        common = as_multi(shapely.intersection(shapes[i], shapes[j]))
        parts = [p for p in shapely.get_parts(common) if not _is_thin(p, NOISE_M)]
        if parts:
            shape = shapely.MultiPolygon(parts)
            numbers = (cells[i].number, cells[j].number)
            found.append(Fault(Wrong.OVERLAP, numbers, shape, float(shape.area)))
    return found


def _meant(coverage: Coverage, before: Coverage) -> BaseGeometry:
    """Return the ground without a zone that somebody means: declared, closed, or as it was."""
    return shapely.union_all(
        [
            *(shapely.buffer(shape, NOISE_M) for shape in coverage.intended),
            *(cell.shape for cell in coverage.closed),
            *before.holes,
        ]
    )


def _gaps(coverage: Coverage, before: Coverage, concerned: frozenset[str]) -> list[Fault]:
    """Find new ground without a zone: enclosed ground, and open strips narrower than GAP_M."""
    meant = shapely.buffer(_meant(coverage, before), NOISE_M)
    found = []
    for hole in coverage.holes:
        rest = shapely.difference(hole, meant)
        if rest.area > TINY_M2 * 1e-3 and not _is_thin(hole, NOISE_M):
            found.append(_gap(coverage, hole, float(hole.area)))
    told = shapely.union_all([shapely.buffer(fault.shape, NOISE_M) for fault in found])
    was = shapely.union_all(shapely.coverage_invalid_edges(before.shapes, gap_width=GAP_M))
    silent = shapely.union_all([shapely.buffer(was, 2 * NOISE_M), told, meant])
    for cell, edge in zip(coverage.cells, coverage.strips, strict=True):
        rest = shapely.difference(edge, silent)
        if cell.number in concerned and rest.length > NOISE_M:
            found.append(Fault(Wrong.GAP, (cell.number,), rest, 0.0))
    return found


def _gap(coverage: Coverage, hole: BaseGeometry, m2: float) -> Fault:
    around = coverage.near(hole, within_m=NOISE_M)
    numbers = tuple(coverage.cells[index].number for index in around)
    return Fault(Wrong.GAP, numbers, hole, m2)


def faults(coverage: Coverage, *, before: Coverage) -> list[Fault]:
    """Return what is wrong with the zones that differ from ``before``, and where.

    What was there before and touches no zone concerned is not this edit's.  A coverage with a
    ring that crosses itself has no other fault until that one is mended.
    """
    crossing = _crossings(coverage)
    if crossing:
        return crossing
    changes = difference(before, coverage)
    if not changes.numbers:
        return []
    concerned = frozenset(changes.numbers)
    slivers = _slivers(coverage, (*changes.changed, *changes.opened))
    overlaps = _overlaps(coverage, concerned)
    if overlaps:  # their edges do not match, which the search for strips would tell once more
        return [*slivers, *overlaps]
    return [*slivers, *_gaps(coverage, before, concerned)]
