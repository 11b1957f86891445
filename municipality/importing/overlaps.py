"""Pairs of polygons that overlap by more than the tolerance.

Most neighbours only touch; two boxes along each polygon's own longest edge tell that in a few
vector operations, and only the rest is intersected exactly.
"""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from municipality.importing.tolerances import OVERLAP_M2, OVERLAP_WIDTH_M

Floats = NDArray[np.float64]
_CHUNK = 100_000
_POLYGON = 3  # shapely's type number
_THREADS = 2


@dataclass(frozen=True, slots=True)
class Overlaps:
    """Pairs of positions (first < second) with the shared ground in m2 and its shape."""

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    shared_m2: Floats
    shapes: NDArray[np.object_]

    def without(self, positions: NDArray[np.bool_]) -> "Overlaps":
        """Drop the pairs that one of these positions takes part in."""
        keep = ~(positions[self.first] | positions[self.second])
        return Overlaps(
            self.first[keep], self.second[keep], self.shared_m2[keep], self.shapes[keep]
        )

    def partners(self, position: int) -> NDArray[np.int64]:
        """Return the positions that one of them overlaps."""
        return np.concatenate(
            [self.second[self.first == position], self.first[self.second == position]]
        )

    def touched(self, count: int) -> NDArray[np.bool_]:
        """Return which of ``count`` positions take part in a pair."""
        found = np.zeros(count, dtype=bool)
        found[self.first] = True
        found[self.second] = True
        return found


@dataclass(frozen=True, slots=True)
class _Boxes:
    """A box around each polygon along its own longest edge: axis, centre and half sizes, in m."""

    axis_x: Floats
    axis_y: Floats
    centre_x: Floats
    centre_y: Floats
    half_along: Floats
    half_across: Floats


def _rings(shapes: NDArray[np.object_]) -> NDArray[np.object_]:
    """Shapes whose coordinates are one ring each: polygons without holes, or their outlines."""
    several = shapely.get_num_geometries(shapes) > 1
    odd = several | (shapely.get_type_id(shapes) != _POLYGON)
    odd |= shapely.get_num_interior_rings(shapes) > 0
    if not odd.any():
        return shapes
    rings = shapes.copy()
    rings[several] = shapely.convex_hull(shapes[several])
    rings[odd] = shapely.get_exterior_ring(shapely.get_geometry(rings[odd], 0))
    return rings


def _longest_edges(
    x: Floats, y: Floats, start: NDArray[np.int64], size: NDArray[np.int64]
) -> tuple[Floats, Floats]:
    """Unit vectors along the longest edge of each ring."""
    step_x, step_y = np.diff(x, append=x[-1]), np.diff(y, append=y[-1])
    square = step_x * step_x + step_y * step_y
    square[start + size - 1] = -1.0  # from the end of one ring to the start of the next
    hits = np.flatnonzero(square == np.repeat(np.maximum.reduceat(square, start), size))
    ring = np.searchsorted(start, hits, side="right")
    edge = hits[np.diff(ring, prepend=0) > 0]  # the first of edges of one length
    length = np.sqrt(square[edge])
    return step_x[edge] / length, step_y[edge] / length


def _boxes(shapes: NDArray[np.object_]) -> _Boxes:
    rings = _rings(shapes)
    xy = shapely.get_coordinates(rings)
    x, y = xy[:, 0].copy(), xy[:, 1].copy()
    size = shapely.get_num_coordinates(rings).astype(np.int64)
    start = np.cumsum(size) - size
    east, north = _longest_edges(x, y, start, size)
    of_point_x, of_point_y = np.repeat(east, size), np.repeat(north, size)
    along, across = x * of_point_x + y * of_point_y, y * of_point_x - x * of_point_y
    low_a, high_a = np.minimum.reduceat(along, start), np.maximum.reduceat(along, start)
    low_b, high_b = np.minimum.reduceat(across, start), np.maximum.reduceat(across, start)
    a, b = (low_a + high_a) / 2, (low_b + high_b) / 2
    return _Boxes(
        axis_x=east,
        axis_y=north,
        centre_x=a * east - b * north,
        centre_y=a * north + b * east,
        half_along=(high_a - low_a) / 2,
        half_across=(high_b - low_b) / 2,
    )


def _meet(box: _Boxes, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which boxes reach into each other along both axes of the first (separating axes)."""
    x, y = box.axis_x[one], box.axis_y[one]
    to_x, to_y = box.axis_x[other], box.axis_y[other]
    cosine, sine = np.abs(x * to_x + y * to_y), np.abs(x * to_y - y * to_x)
    long, wide = box.half_along[other], box.half_across[other]
    east = box.centre_x[other] - box.centre_x[one]
    north = box.centre_y[other] - box.centre_y[one]
    deep = box.half_along[one] + cosine * long + sine * wide - np.abs(east * x + north * y)
    broad = box.half_across[one] + sine * long + cosine * wide - np.abs(north * x - east * y)
    found: NDArray[np.bool_] = (deep > OVERLAP_WIDTH_M) & (broad > OVERLAP_WIDTH_M)
    return found


def _candidates(shapes: NDArray[np.object_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    first, second = shapely.STRtree(shapes).query(shapes)
    ordered = first < second
    first, second = first[ordered], second[ordered]
    box = _boxes(shapes)
    kept = np.zeros(len(first), dtype=bool)
    for at in range(0, len(first), _CHUNK):
        i, j = first[at : at + _CHUNK], second[at : at + _CHUNK]
        kept[at : at + _CHUNK] = _meet(box, i, j) & _meet(box, j, i)
    return first[kept], second[kept]


def _exact(
    shapes: NDArray[np.object_], first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.object_]:
    """Intersect the pairs, in two threads (shapely lets go of the interpreter's lock)."""
    parts = np.array_split(np.arange(len(first)), max(1, min(_THREADS * 4, len(first) // 500)))
    with ThreadPoolExecutor(_THREADS) as pool:
        done = pool.map(lambda p: shapely.intersection(shapes[first[p]], shapes[second[p]]), parts)
        return np.concatenate(list(done)) if len(first) else np.array([], dtype=object)


def find_overlaps(shapes: NDArray[np.object_]) -> Overlaps:
    """Find all pairs of valid METRIC polygons that share more ground than the tolerance.

    The tolerance has an area and a mean width (tolerances.py); None stands for no polygon.
    """
    here = np.flatnonzero(~shapely.is_missing(shapes))
    none = np.array([], dtype=np.int64)
    if len(here) < 2:
        return Overlaps(none, none, none.astype(float), none.astype(object))
    own = shapes[here]
    first, second = _candidates(own)
    common = _exact(own, first, second)
    shared = shapely.area(common)
    wide = shared > OVERLAP_WIDTH_M * shapely.length(common) / 2
    real = (shared > OVERLAP_M2) & wide
    return Overlaps(here[first[real]], here[second[real]], shared[real], common[real])
