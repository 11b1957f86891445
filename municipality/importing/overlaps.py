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
_CHUNK = 200_000
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

    def touched(self, count: int) -> NDArray[np.bool_]:
        """Return which of ``count`` positions take part in a pair."""
        found = np.zeros(count, dtype=bool)
        found[self.first] = True
        found[self.second] = True
        return found


def _axes(xy: Floats, start: NDArray[np.int64], size: NDArray[np.int64]) -> Floats:
    """Unit vectors along the longest edge of each ring."""
    step = np.diff(xy, axis=0, append=xy[-1:])
    length = np.hypot(step[:, 0], step[:, 1])
    length[start + size - 1] = -1.0  # from the end of one ring to the start of the next
    longest = np.repeat(np.maximum.reduceat(length, start), size)
    ring = np.repeat(np.arange(len(start)), size)
    hits = np.flatnonzero(length == longest)
    _, first = np.unique(ring[hits], return_index=True)
    edge = hits[first]
    with np.errstate(all="ignore"):
        axis: Floats = step[edge] / length[edge][:, None]
    return np.nan_to_num(axis, nan=1.0)


def _boxes(shapes: NDArray[np.object_]) -> tuple[Floats, Floats, Floats]:
    """Axis, extent along it and across it (n, 4), and corners (n, 4, 2) of each polygon's box."""
    hulls = np.where(shapely.get_num_geometries(shapes) > 1, shapely.convex_hull(shapes), shapes)
    hulls = shapely.get_geometry(hulls, 0)
    rings = shapely.get_exterior_ring(hulls)
    xy, index = shapely.get_coordinates(rings, return_index=True)
    size = np.bincount(index, minlength=len(shapes)).astype(np.int64)
    start = np.concatenate([[0], np.cumsum(size)[:-1]]).astype(np.int64)
    along = _axes(xy, start, size)
    across = np.column_stack([-along[:, 1], along[:, 0]])
    a = (xy * np.repeat(along, size, axis=0)).sum(axis=1)
    b = (xy * np.repeat(across, size, axis=0)).sum(axis=1)
    extent = np.column_stack(
        [f.reduceat(v, start) for v in (a, b) for f in (np.minimum, np.maximum)]
    )
    pairs = [(0, 2), (0, 3), (1, 3), (1, 2)]
    corners = np.stack([extent[:, [i]] * along + extent[:, [j]] * across for i, j in pairs], axis=1)
    return along, extent, corners


def _apart(one: Floats, extent: Floats, corners: Floats) -> NDArray[np.bool_]:
    """Tell which boxes (corners) lie beside the box of the same pair, along its two axes."""
    across = np.column_stack([-one[:, 1], one[:, 0]])
    found = np.zeros(len(one), dtype=bool)
    for axis, low, high in ((one, 0, 1), (across, 2, 3)):
        reach = (corners * axis[:, None, :]).sum(axis=2)
        depth = np.minimum(reach.max(axis=1) - extent[:, low], extent[:, high] - reach.min(axis=1))
        found |= depth <= OVERLAP_WIDTH_M
    return found


def _candidates(shapes: NDArray[np.object_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes)
    ordered = first < second
    first, second = first[ordered], second[ordered]
    along, extent, corners = _boxes(shapes)
    kept = np.ones(len(first), dtype=bool)
    for at in range(0, len(first), _CHUNK):
        i, j = first[at : at + _CHUNK], second[at : at + _CHUNK]
        beside = _apart(along[i], extent[i], corners[j]) | _apart(along[j], extent[j], corners[i])
        kept[at : at + _CHUNK] = ~beside
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
