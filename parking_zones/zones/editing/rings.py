"""Vertices and edges of many polygons at once, METRIC; a shared vertex is one bit-equal position.

Shapes are multipolygons.  Nothing here is changed in place: each function answers new shapes, and
the very same object where nothing of it changed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from parking_zones.zones.editing.tolerances import NOISE_M

Floats = NDArray[np.float64]
Shapes = NDArray[np.object_]
Spot = tuple[float, float]  # east, north in metres
Edge = tuple[Spot, Spot]
MOST_ROUNDS = 4  # of matching; the second settles what the first has brought
LEAST_RING = 4  # positions of a triangle, the first again at the end


class Collapsed(ValueError):
    """A ring has too few corners left to be one."""


@dataclass(frozen=True, slots=True)
class Edges:
    """Every edge of some shapes: its two ends (n x 2 each) and the position of its shape."""

    start: Floats
    end: Floats
    shape: NDArray[np.int64]

    def lines(self) -> Shapes:
        """Return them as line strings."""
        found: Shapes = shapely.linestrings(np.stack([self.start, self.end], axis=1))
        return found


def as_multi(shape: BaseGeometry) -> BaseGeometry:
    """Return the polygons of a shape as one multipolygon; lines and points of it are left out."""
    parts = [one for one in polygons_of(shape) if not one.is_empty]
    multi: BaseGeometry = shapely.MultiPolygon(parts)
    return multi


def polygons_of(shape: BaseGeometry) -> list[BaseGeometry]:
    """Return every polygon of a shape, however deep in collections."""
    if shape.geom_type == "Polygon":
        return [shape]
    return [one for part in getattr(shape, "geoms", ()) for one in polygons_of(part)]


def edges_of(shapes: Shapes) -> Edges:
    """Return the edges of all rings."""
    parts, shape_of = shapely.get_parts(shapes, return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    xy, ring_of = shapely.get_coordinates(rings, return_index=True)
    inside = ring_of[1:] == ring_of[:-1]
    return Edges(xy[:-1][inside], xy[1:][inside], shape_of[part_of[ring_of[:-1][inside]]])


def with_rings(shape: BaseGeometry, change: Callable[[Floats], Floats]) -> BaseGeometry:
    """Return a shape with each of its closed rings changed; raises Collapsed."""
    parts = []
    for polygon in shapely.get_parts(shape):
        rings = [_closed(change(shapely.get_coordinates(r))) for r in shapely.get_rings(polygon)]
        parts.append(shapely.Polygon(rings[0], rings[1:]))
    multi: BaseGeometry = shapely.MultiPolygon(parts)
    return multi


def _closed(ring: Floats) -> Floats:
    """Leave out positions that repeat the one before and spikes of no width, and close the ring.

    A spike is an edge that runs back over itself: a corner was dragged onto the edge beside it.
    """
    corners = ring[:-1] if len(ring) and (ring[0] == ring[-1]).all() else ring
    while len(corners) >= LEAST_RING - 1:
        repeats = (corners == np.roll(corners, 1, axis=0)).all(axis=1)
        spikes = (np.roll(corners, 1, axis=0) == np.roll(corners, -1, axis=0)).all(axis=1)
        if repeats.any():
            corners = corners[~repeats]
        elif spikes.any():
            corners = np.delete(corners, int(np.argmax(spikes)), axis=0)
        else:
            return np.concatenate([corners, corners[:1]])
    raise Collapsed("a ring of fewer than three corners")


def holders(shapes: Shapes, vertex: Spot) -> NDArray[np.int64]:
    """Return the positions of the shapes that have exactly this vertex."""
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    return np.unique(of[(xy == vertex).all(axis=1)])


def moved(shape: BaseGeometry, vertex: Spot, to: Spot) -> BaseGeometry:
    """Move every occurrence of a vertex."""

    def change(ring: Floats) -> Floats:
        ring = ring.copy()
        ring[(ring == vertex).all(axis=1)] = to
        return ring

    return with_rings(shape, change)


def without(shape: BaseGeometry, vertex: Spot) -> BaseGeometry:
    """Leave out every occurrence of a vertex."""
    return with_rings(shape, lambda ring: ring[~(ring == vertex).all(axis=1)])


def beside(shapes: Shapes, vertex: Spot) -> set[Spot]:
    """Return the far ends of all edges at a vertex."""
    edges = edges_of(shapes)
    begins, ends = (edges.start == vertex).all(axis=1), (edges.end == vertex).all(axis=1)
    return {spot(xy) for xy in np.concatenate([edges.end[begins], edges.start[ends]])}


def spot(xy: Floats) -> Spot:
    """Return a position as a pair of numbers."""
    return float(xy[0]), float(xy[1])


def inserted(shape: BaseGeometry, at: dict[Edge, list[Spot]]) -> BaseGeometry:
    """Give edges new vertices, named with their edge in either direction and in any order."""
    both = {**at, **{(end, start): found for (start, end), found in at.items()}}

    def change(ring: Floats) -> Floats:
        made: list[Spot] = []
        for one, other in pairwise(ring):
            start, end = spot(one), spot(other)
            new = both.get((start, end), [])
            made += [start, *sorted(new, key=lambda p: _square(p, start))]
        return np.array([*made, spot(ring[-1])])

    return with_rings(shape, change)


def _square(one: Spot, other: Spot) -> float:
    return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2


def matched(shapes: Shapes, *, movable: NDArray[np.bool_]) -> Shapes:
    """Let shapes that meet meet exactly: in the same vertices along what they share.

    A vertex of a movable shape within NOISE_M of another vertex takes its place, and an edge gets
    the vertices of other shapes within NOISE_M of it; a vertex that comes to a neighbour so may
    lie on another edge of its own.  Raises Collapsed.
    """
    shapes = _at_vertices(shapes, movable)
    for _ in range(MOST_ROUNDS):
        met = _through_vertices(shapes)
        if all(one is other for one, other in zip(met, shapes, strict=True)):
            return met
        shapes = met
    return shapes


def _at_vertices(shapes: Shapes, movable: NDArray[np.bool_]) -> Shapes:
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    unique, where = np.unique(xy, axis=0, return_inverse=True)
    where = where.ravel()
    stays = np.zeros(len(unique), dtype=bool)
    stays[where[~movable[of]]] = True
    points = shapely.points(unique)
    one, other = shapely.STRtree(points).query(points, predicate="dwithin", distance=NOISE_M)
    apart = one != other
    if not apart.any():
        return shapes
    place = np.arange(len(unique))
    rank = np.where(stays, 0, len(unique)) + place
    for i, j in zip(one[apart], other[apart], strict=True):
        if not stays[i] and rank[j] < rank[place[i]]:
            place[i] = j
    found = shapes.copy()
    for index in np.unique(of[place[where] != where]):
        new = {
            spot(unique[i]): spot(unique[place[i]])
            for i in np.unique(where[of == index])
            if place[i] != i
        }
        found[index] = _put(shapes[index], new)
    return found


def _put(shape: BaseGeometry, new: dict[Spot, Spot]) -> BaseGeometry:
    return with_rings(shape, lambda ring: np.array([new.get(spot(p), spot(p)) for p in ring]))


def _through_vertices(shapes: Shapes) -> Shapes:
    xy, of = shapely.get_coordinates(shapes, return_index=True)
    unique, where = np.unique(xy, axis=0, return_inverse=True)
    where = where.ravel()
    low, high = np.full(len(unique), len(shapes)), np.full(len(unique), -1)
    np.minimum.at(low, where, of)
    np.maximum.at(high, where, of)
    edges = edges_of(shapes)
    points = shapely.points(unique)
    point, edge = shapely.STRtree(edges.lines()).query(
        points, predicate="dwithin", distance=NOISE_M
    )
    owner = edges.shape[edge]
    foreign = (low[point] != owner) | (high[point] != owner)
    inside = (_away(unique[point], edges.start[edge]) > NOISE_M) & (
        _away(unique[point], edges.end[edge]) > NOISE_M
    )
    wanted: dict[int, dict[Edge, list[Spot]]] = {}
    for p, e in zip(point[foreign & inside], edge[foreign & inside], strict=True):
        named = spot(edges.start[e]), spot(edges.end[e])
        new = wanted.setdefault(int(edges.shape[e]), {}).setdefault(named, [])
        new.append(spot(unique[p]))
    found = shapes.copy()
    for index, at in wanted.items():
        found[index] = inserted(shapes[index], at)
    return found


def _away(one: Floats, other: Floats) -> Floats:
    found: Floats = np.hypot(one[:, 0] - other[:, 0], one[:, 1] - other[:, 1])
    return found


def nearest_vertex(shapes: Shapes, at: Spot, *, within_m: float) -> Spot | None:
    """Return the vertex nearest to a place, if one lies within reach."""
    xy = shapely.get_coordinates(shapes)
    if not len(xy):
        return None
    away = np.hypot(xy[:, 0] - at[0], xy[:, 1] - at[1])
    best = int(np.argmin(away))
    return spot(xy[best]) if away[best] <= within_m else None


def nearest_edge(
    shapes: Shapes, at: Spot, *, within_m: float, but: Sequence[Spot] = ()
) -> tuple[Edge, Spot] | None:
    """Return the edge nearest to a place and the place on it, of edges not ending in ``but``."""
    edges = edges_of(shapes)
    step = edges.end - edges.start
    long = np.maximum((step**2).sum(axis=1), np.finfo(float).tiny)
    share = np.clip((((np.array(at) - edges.start) * step).sum(axis=1)) / long, 0, 1)
    on = edges.start + share[:, None] * step
    away = np.hypot(on[:, 0] - at[0], on[:, 1] - at[1])
    for end in but:
        away[(edges.start == end).all(axis=1) | (edges.end == end).all(axis=1)] = np.inf
    if not len(away) or away.min() > within_m:
        return None
    best = int(np.argmin(away))
    return (spot(edges.start[best]), spot(edges.end[best])), spot(on[best])
