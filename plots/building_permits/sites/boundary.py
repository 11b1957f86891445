"""The boundary of plots as arrays: segments with the plot on their left, gathered into edges.

An edge (ضلع) is what a planner calls one side of the plot: a run of segments between two
corners, so that a curved front of thirty short segments is one edge.  All coordinates are METRIC
metres; everything is written over arrays of n plots, n = 1 for an applicant.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from plots.building_permits.sites.arrays import Bools, Floats, Ints, Shapes, firsts

CORNER_DEG = 20.0  # a smaller turn is a bend of the same edge
LONGEST_BEND_DEG = 45.0  # a rounded corner is cut where it has turned so far from its first segment
SHORTEST_M = 0.001  # a shorter segment is a point said twice
STRAIGHT_DEG = 0.01  # a turn to the right below this is the noise of coordinates


@dataclass(frozen=True, slots=True)
class Boundary:
    """Segments of n plots, in order along their rings, exterior and holes.

    ``turn`` is the angle in degrees by which the ring turns at a segment's end: positive where
    the corner is convex, negative where it is reflex.  ``along`` are unit vectors, ``length``
    metres.  ``following`` is the next segment of the ring, ``edge`` the edge a segment belongs
    to; ``edge_plot`` the plot of each edge.
    """

    plots: Shapes
    plot: Ints
    start: Floats
    end: Floats
    along: Floats
    length: Floats
    turn: Floats
    following: Ints
    edge: Ints
    edge_plot: Ints
    is_convex: Bools

    @property
    def preceding(self) -> Ints:
        """The segment before each in its ring."""
        found = np.empty_like(self.following)
        found[self.following] = np.arange(len(found))
        return found

    def edge_lines(self) -> Shapes:
        """Each edge as a MultiLineString of its segments, for maps and intersections."""
        lines = shapely.linestrings(np.stack([self.start, self.end], axis=1))
        order = np.argsort(self.edge, kind="stable")
        found: Shapes = shapely.multilinestrings(lines[order], indices=self.edge[order])
        return found


def _turns(along: Floats, following: Ints) -> Floats:
    """Signed angle in degrees from each direction to the next, left positive."""
    here, then = along, along[following]
    cross = here[:, 0] * then[:, 1] - here[:, 1] * then[:, 0]
    degrees: Floats = np.degrees(np.arctan2(cross, (here * then).sum(axis=1)))
    return degrees


def _bends(ring: slice, turn: Floats) -> list[int]:
    """Return where a ring's run of bends has turned too far from its first segment.

    The walk begins behind a corner, so that the cuts do not depend on where the ring is written
    to begin; a ring without a corner begins where it is written.
    """
    turns = turn[ring]
    corners = np.flatnonzero(np.abs(turns) > CORNER_DEG)
    first = int(corners[0]) + 1 if len(corners) else 0
    cuts, turned = [], 0.0
    for step in range(len(turns)):
        at = (first + step) % len(turns)
        turned += turns[at]
        if abs(turns[at]) > CORNER_DEG:
            turned = 0.0
        elif abs(turned) > LONGEST_BEND_DEG:
            cuts.append(ring.start + at)
            turned = 0.0
    return cuts


def _edges(ring_of: Ints, turn: Floats) -> Ints:
    """Number the edges of all rings: a segment that ends at a corner ends its edge."""
    ends = np.abs(turn) > CORNER_DEG
    first = firsts(ring_of)
    last = np.append(first[1:], len(ring_of))
    bent = np.add.reduceat(np.where(ends, 0.0, np.abs(turn)), first) > LONGEST_BEND_DEG
    for begin, stop in zip(first[bent], last[bent], strict=True):
        ends[_bends(slice(int(begin), int(stop)), turn)] = True
    starts = np.roll(ends, 1)
    starts[first] = True
    edge = np.cumsum(starts) - 1
    # what stands before a ring's first corner belongs to the edge that its last segments began
    wraps = ~ends[last - 1] & (np.add.reduceat(ends, first) > 0)
    for begin, stop in zip(first[wraps], last[wraps], strict=True):
        edge[begin:stop][edge[begin:stop] == edge[begin]] = edge[stop - 1]
    number = np.cumsum(np.bincount(edge) > 0) - 1
    numbered: Ints = number[edge]
    return numbered


def boundary_of(plots: Shapes) -> Boundary:
    """Take the boundaries of n valid METRIC polygons or multipolygons apart.

    Raises ValueError for an empty plot.
    """
    parts, part_plot = shapely.get_parts(shapely.orient_polygons(plots), return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    points, ring_of = shapely.get_coordinates(rings, return_index=True)
    vector = points[1:] - points[:-1]
    kept = np.ones(len(points), dtype=bool)  # but what is said twice in its ring
    kept[:-1] = ring_of[1:] != ring_of[:-1]
    kept[:-1] |= np.hypot(vector[:, 0], vector[:, 1]) >= SHORTEST_M
    points, ring_of = points[kept], ring_of[kept]
    held = ring_of[1:] == ring_of[:-1]
    start, end, ring_of = points[:-1][held], points[1:][held], ring_of[:-1][held]
    plot = part_plot[ring_part[ring_of]]
    if not np.bincount(plot, minlength=len(plots)).all():
        raise ValueError("a plot without a boundary")
    first = firsts(ring_of)
    following = np.arange(1, len(ring_of) + 1)
    following[np.append(first[1:], len(ring_of)) - 1] = first
    vector = end - start
    length = np.hypot(vector[:, 0], vector[:, 1])
    along = vector / length[:, None]
    turn = _turns(along, following)
    edge = _edges(ring_of, turn)
    edge_plot = np.zeros(edge.max() + 1, dtype=np.intp)
    edge_plot[edge] = plot
    convex = np.ones(len(plots), dtype=bool)
    convex[plot[turn < -STRAIGHT_DEG]] = False
    convex &= np.bincount(part_plot, minlength=len(plots)) == 1
    convex[part_plot[ring_part[1:][ring_part[1:] == ring_part[:-1]]]] = False  # holes
    return Boundary(
        plots, plot, start, end, along, length, turn, following, edge, edge_plot, convex
    )
