"""Which edge of a plot is its front: the road network and the neighbours' plots say it.

An edge faces a road where a look straight outward from it meets a road's centre line before it
meets another plot.  A corner plot has two fronts.  The rear is opposite the main front (the one
at the road of the highest class, then the widest, then the longest edge); what is left is side.
Where no road is seen from any edge, the front is not known, and so is no other edge.
"""

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import shapely

from plots.building_permits.sites.arrays import Bools, Floats, Ints, Shapes, firsts
from plots.building_permits.sites.boundary import Boundary

LOOKS, MOST_LOOKS = (0.2, 0.5, 0.8), 2  # along an edge; two of three must see the road
FAR_M = 25.0  # from the edge to the kerb: verge, service lane, parking strip
WIDTH_M = 8.0  # of a road whose width is not known
WIDEST_M = 60.0
OFF_M = 0.05  # a look begins so far outside: neighbours share the line, drawings overlap a little
REACH_M = FAR_M + WIDEST_M / 2  # no look goes further
STEP_M = 0.5  # most looks end here, on the plot next door
OPPOSITE_DEG = 45.0
NO_ROAD = 9
STREET, PASSAGE = 2, 3  # ranks: streets for cars are 0 to 2, a way between plots is 3


class Side(IntEnum):
    """What an edge is to its plot."""

    FRONT = 0
    SIDE = 1
    REAR = 2
    NOT_KNOWN = 3


@dataclass(frozen=True, slots=True)
class Roads:
    """Centre lines in METRIC, their rank (0 motorway, 1 main, 2 street, 3 way, 4 path), widths.

    A width in metres that is not known is NaN.
    """

    line: Shapes
    rank: Ints
    width: Floats


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Plots round about; ``own[i]`` is the place of plot i among them, -1 where it is not."""

    plots: shapely.STRtree
    own: Ints


def sides_of(boundary: Boundary, *, roads: Roads, neighbours: Neighbours) -> Ints:
    """Return the Side of every edge of n plots."""
    edges = len(boundary.edge_plot)
    start, outward, of = _looks(boundary)
    rank, width = np.full(len(of), NO_ROAD), np.zeros(len(of))
    near = neighbours.own[boundary.edge_plot[of]]
    beside = shapely.points(start + outward * STEP_M)
    free = np.flatnonzero(~_meet_a_plot(beside, near, neighbours))
    seen = _roads_seen(start[free], outward[free], near[free], roads, neighbours)
    rank[free], width[free] = seen
    sides = np.full(edges, int(Side.NOT_KNOWN), dtype=np.intp)
    for most in (STREET, PASSAGE):
        seeing = np.bincount(of[rank <= most], minlength=edges) >= MOST_LOOKS
        seeing &= ~_has_front(boundary, sides)[boundary.edge_plot]
        sides[seeing] = Side.FRONT
    best_rank, widest = np.full(edges, NO_ROAD), np.zeros(edges)
    np.minimum.at(best_rank, of, rank)
    np.maximum.at(widest, of, width)
    _name_the_others(boundary, sides, best_rank, widest)
    return sides


def _has_front(boundary: Boundary, sides: Ints) -> Bools:
    found = np.zeros(len(boundary.plots), dtype=bool)
    found[boundary.edge_plot[sides == Side.FRONT]] = True
    return found


def _looks(boundary: Boundary) -> tuple[Floats, Floats, Ints]:
    """Return where looks begin, the unit vectors they go along, and the edge of each.

    Lengths are added up edge by edge, never over the whole array: an edge has the same places,
    to the last digit, in whatever company it is asked about.
    """
    order = np.argsort(boundary.edge, kind="stable")
    edge = boundary.edge[order]
    first = firsts(edge)
    nth = np.arange(len(edge)) - first[edge]
    walked = np.zeros((len(first), nth.max() + 2))
    walked[edge, nth + 1] = boundary.length[order]
    walked = walked.cumsum(axis=1)
    of = np.repeat(np.arange(len(first)), len(LOOKS))
    target = np.tile(LOOKS, len(first)) * walked[of, -1]
    before = (walked[of] <= target[:, None]).sum(axis=1) - 1
    before = np.minimum(before, (np.bincount(edge) - 1)[of])
    segment = order[first[of] + before]
    u = boundary.along[segment]
    outward = np.column_stack([u[:, 1], -u[:, 0]])
    start = boundary.start[segment] + u * (target - walked[of, before])[:, None]
    return start + outward * OFF_M, outward, of


def _lines(start: Floats, vector: Floats) -> Shapes:
    lines: Shapes = shapely.linestrings(np.stack([start, start + vector], axis=1))
    return lines


def _meet_a_plot(shapes: Shapes, own: Ints, neighbours: Neighbours) -> Bools:
    """Tell which points or looks meet another plot than their own."""
    which, what = neighbours.plots.query(shapes)
    other = own[which] != what  # most lie in the box of their own: only others are looked at
    which, what = which[other], what[other]
    found = np.zeros(len(shapes), dtype=bool)
    found[which[shapely.intersects(neighbours.plots.geometries[what], shapes[which])]] = True
    return found


def _segments(roads: Roads) -> tuple[Floats, Floats, Ints]:
    """The straight pieces of the roads: from, to, and the road of each."""
    lines, road = shapely.get_parts(roads.line, return_index=True)
    points, line = shapely.get_coordinates(lines, return_index=True)
    held = line[1:] == line[:-1]
    return points[:-1][held], points[1:][held], road[line[:-1][held]]


def _crossing(start: Floats, unit: Floats, begin: Floats, vector: Floats) -> Floats:
    """How far along its look each pair crosses, in metres; 0 where they lie in one line."""
    to = begin - start
    across = unit[:, 0] * vector[:, 1] - unit[:, 1] * vector[:, 0]
    reach = to[:, 0] * vector[:, 1] - to[:, 1] * vector[:, 0]
    metres: Floats = np.divide(reach, across, out=np.zeros(len(to)), where=np.abs(across) > 1e-12)
    return metres


def _roads_seen(
    start: Floats, outward: Floats, own: Ints, roads: Roads, neighbours: Neighbours
) -> tuple[Ints, Floats]:
    """The rank and the width of the best road each look sees; NO_ROAD where it sees none."""
    rank, width = np.full(len(start), NO_ROAD), np.zeros(len(start))
    begin, end, road = _segments(roads)
    look = _lines(start, outward * REACH_M)
    which, what = shapely.STRtree(_lines(begin, end - begin)).query(look, predicate="intersects")
    at = _crossing(start[which], outward[which], begin[what], end[what] - begin[what])
    known = np.where(np.isfinite(roads.width), np.clip(roads.width, 0, WIDEST_M), WIDTH_M)
    what = road[what]
    near = at <= FAR_M + known[what] / 2
    which, what, at = which[near], what[near], at[near]
    free = _lines(start[which], outward[which] * at[:, None])
    seen = ~_meet_a_plot(free, own[which], neighbours)
    which, what = which[seen], what[seen]
    np.minimum.at(rank, which, roads.rank[what])
    best = roads.rank[what] == rank[which]
    np.maximum.at(width, which[best], known[what[best]])
    return rank, width


def _name_the_others(boundary: Boundary, sides: Ints, rank: Ints, width: Floats) -> None:
    """Call what is opposite a plot's main front its rear, and what is left its sides."""
    vector = np.zeros((len(sides), 2))
    np.add.at(vector, boundary.edge, boundary.end - boundary.start)
    length = np.bincount(boundary.edge, boundary.length, minlength=len(sides))
    front = sides == Side.FRONT
    fronts = np.flatnonzero(front)
    if not len(fronts):
        return
    order = fronts[np.lexsort((-length[fronts], -width[fronts], rank[fronts]))]
    main = np.full(len(boundary.plots), -1)
    main[boundary.edge_plot[order[::-1]]] = order[::-1]  # the best is written last
    rest = np.flatnonzero(~front & (main[boundary.edge_plot] >= 0))
    with np.errstate(invalid="ignore"):
        unit = vector / np.hypot(vector[:, 0], vector[:, 1])[:, None]
    cosine = (unit[rest] * unit[main[boundary.edge_plot[rest]]]).sum(axis=1)
    sides[rest] = np.where(cosine <= -np.cos(np.radians(OPPOSITE_DEG)), Side.REAR, Side.SIDE)
