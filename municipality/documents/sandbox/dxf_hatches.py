"""Hatches of a drawing: boundaries made of edges, and which of them are holes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from ezdxf.entities import ArcEdge, EllipseEdge, LineEdge, SplineEdge

from municipality.documents.sandbox.dxf_curves import (
    AREA,
    NotRead,
    Sketch,
    Vertices,
    array_of,
    bulged,
    chord,
    in_world,
)

MAX_RINGS = 1_000  # of one hatch; each is looked for in every other


def _line(edge: Any, tolerance: float) -> Vertices:
    return array_of((edge.start, edge.end))


def _arc(edge: Any, tolerance: float) -> Vertices:
    if not edge.radius > 0:
        raise NotRead("damaged")
    off = chord(2 * edge.radius, tolerance=tolerance)
    return array_of(edge.construction_tool().flattening(off))


def _ellipse(edge: Any, tolerance: float) -> Vertices:
    off = chord(2 * edge.major_axis.magnitude, tolerance=tolerance)
    return array_of(edge.construction_tool().flattening(off, 16))


def _spline(edge: Any, tolerance: float) -> Vertices:
    held = array_of((*edge.control_points, *edge.fit_points))
    off = chord(float(np.linalg.norm(np.ptp(held, axis=0))), tolerance=tolerance)
    return array_of(edge.construction_tool().flattening(off, 8))


EDGES: dict[type, Callable[[Any, float], Vertices]] = {
    LineEdge: _line,
    ArcEdge: _arc,
    EllipseEdge: _ellipse,
    SplineEdge: _spline,
}


def _chained(pieces: list[Vertices]) -> Vertices:
    """Join the edges of one boundary end to start, turning those that are written backwards."""
    if len(pieces) > 1:
        first, second = pieces[0], pieces[1]
        away = [
            min(np.linalg.norm(end - second[0]), np.linalg.norm(end - second[-1]))
            for end in (first[-1], first[0])
        ]
        if away[1] < away[0]:
            pieces[0] = first[::-1]
    track = pieces[:1]
    for piece in pieces[1:]:
        end = track[-1][-1]
        turned = np.linalg.norm(piece[-1] - end) < np.linalg.norm(piece[0] - end)
        track.append(piece[::-1] if turned else piece)
    return np.concatenate(track)


def _ring(path: Any, tolerance: float) -> Vertices:
    """Return one boundary as a closed ring of x, y in the plane of the hatch."""
    if hasattr(path, "vertices"):
        flat = np.array(path.vertices, dtype=float).reshape(-1, 3)
        if len(flat) < 2:
            return np.empty((0, 2))
        track = bulged(flat, closed=True, tolerance=tolerance)
    else:
        pieces = [EDGES[type(edge)](edge, tolerance) for edge in path.edges]
        track = _chained(pieces)[:, :2] if pieces else np.empty((0, 2))
    kept = track[np.r_[True, (np.diff(track, axis=0) != 0).any(axis=1)]] if len(track) else track
    return kept if len(kept) and (kept[0] == kept[-1]).all() else np.concatenate([kept, kept[:1]])


def _shells(rings: list[Vertices], style: int) -> list[list[Vertices]]:
    """Tell outlines from holes by how many other rings each lies in.

    ``style`` as DXF has it: 0 every second ring is a hole, 1 only the first holes, 2 none.
    """
    shapes = shapely.polygons([shapely.linearrings(ring[:, :2]) for ring in rings])
    points = shapely.point_on_surface(shapes)
    area = shapely.area(shapes)
    within = shapely.intersects(shapes[:, None], points[None, :]) & (area[:, None] > area[None, :])
    depth = within.sum(axis=0)
    most = {1: 1, 2: 0}.get(style, len(rings))
    found = []
    for n in np.flatnonzero((depth % 2 == 0) & (depth <= most)):
        holes = np.flatnonzero(within[n] & (depth == depth[n] + 1) & (depth <= most))
        found.append([rings[n], *(rings[hole] for hole in holes)])
    return found


def hatch_sketches(entity: Any, tolerance: float) -> list[Sketch]:
    """Return the areas of a hatch or a polygon with holes; raises NotRead."""
    if len(entity.paths) > MAX_RINGS:
        raise NotRead("too_many_rings")
    rings, ocs, height = [], entity.ocs(), float(entity.dxf.elevation.z)
    for path in entity.paths:
        ring = _ring(path, tolerance)
        if len(ring) > 3:
            rings.append(in_world(np.column_stack([ring, np.full(len(ring), height)]), ocs))
    if not rings:
        raise NotRead("damaged")
    style = 0 if entity.dxftype() == "MPOLYGON" else int(entity.dxf.hatch_style)
    return [
        Sketch(entity.dxftype(), entity.dxf.layer, AREA, shell, closed=True, counts=int(n == 0))
        for n, shell in enumerate(_shells(rings, style))
    ]
