"""How far footprints stand back from each edge of their plot, over arrays of n sites.

The setback (الارتداد) of an edge is measured in the strip that runs parallel to it inside the
plot.  At a convex corner the strip goes on along the edge's endless line, as far as the plot
goes (the next edge has its own strip there); at a reflex corner it ends in the sector of a
circle round the corner, a quarter of one where the corner is square.  What lies behind a part of
the neighbour's land is not in the strip.  Decision and drawing: docs/decisions/0050.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from plots.building_permits.sites.arrays import Floats, Ints, Shapes, nothing, united
from plots.building_permits.sites.boundary import CORNER_DEG, STRAIGHT_DEG, Boundary

REACH_M = 60.0  # strips of plots with reflex corners are looked at as wide as this
ARC_STEPS = 16  # chords of a sector; they bound where we look, not what we measure
TOUCH_M = 1e-6
TOUCH_M2 = 1e-6  # a wall flush with a strip's end only touches it, however the site is turned


def stand_back(boundary: Boundary, footprints: Shapes, inside: NDArray[np.bool_]) -> Floats:
    """Return the setback in metres of every edge of the boundary, from its plot's footprint.

    ``footprints`` are n valid METRIC polygons or multipolygons, one a plot; a footprint that is
    not ``inside`` its plot stands back 0 m from every edge.  NaN where nothing of it stands before
    the edge: its strip holds nothing, and the footprint is no further than ``REACH_M`` away (what
    is further gets the plain distance).
    """
    found = np.full(len(boundary.edge_plot), np.inf)
    straight = np.flatnonzero((boundary.is_convex & inside)[boundary.plot])
    _by_lines(boundary, straight, footprints, found)
    rest = np.flatnonzero((~boundary.is_convex & inside)[boundary.plot])
    if len(rest):
        _by_strips(boundary, rest, footprints, found)
    found[~inside[boundary.edge_plot]] = 0.0
    return found


def _by_lines(boundary: Boundary, segments: Ints, footprints: Shapes, found: Floats) -> None:
    """Plots without a reflex corner lie on one side of every edge's line: that is all it takes."""
    points, site = shapely.get_coordinates(footprints, return_index=True)
    count = np.bincount(site, minlength=len(footprints))
    begin = np.cumsum(count) - count
    times = count[boundary.plot[segments]]
    segment = np.repeat(segments, times)
    nth = np.arange(len(segment)) - np.repeat(np.cumsum(times) - times, times)
    away = points[begin[boundary.plot[segment]] + nth] - boundary.start[segment]
    along = boundary.along[segment]
    height = along[:, 0] * away[:, 1] - along[:, 1] * away[:, 0]
    np.minimum.at(found, boundary.edge[segment], np.maximum(height, 0.0))


def _by_strips(boundary: Boundary, segments: Ints, footprints: Shapes, found: Floats) -> None:
    """Plots with reflex corners: the strip of every segment is cut out and looked into."""
    for strips in _strips(boundary, segments, np.full(len(segments), REACH_M)):
        parts, of = _rooted(boundary, strips)
        held = shapely.intersection(parts, footprints[boundary.plot[strips.segment[of]]])
        pieces, piece_of = shapely.get_parts(held, return_index=True)
        there = shapely.area(pieces) > TOUCH_M2
        strip = of[piece_of[there]]
        distance = shapely.distance(pieces[there], strips.base[strip])
        np.minimum.at(found, boundary.edge[strips.segment[strip]], distance)
    edges = np.unique(boundary.edge[segments])
    unseen = edges[np.isinf(found[edges])]
    if len(unseen):
        lines = boundary.edge_lines()[unseen]
        plain = shapely.distance(lines, footprints[boundary.edge_plot[unseen]])
        found[unseen] = np.where(plain < REACH_M, np.nan, plain)


def strips_of(boundary: Boundary, edges: Ints, depth: Floats) -> Shapes:
    """Return the strips of some edges of plots, each as deep in metres as it is told.

    They are for looking at what lies in the plot: that of a plot without a reflex corner is not
    cut to its plot.
    """
    of_edge = np.full(len(boundary.edge_plot), -1)
    of_edge[edges] = np.arange(len(edges))
    segments = np.flatnonzero(of_edge[boundary.edge] >= 0)
    parts, of = [nothing(0)], [edges[:0]]
    for strips in _strips(boundary, segments, depth[of_edge[boundary.edge[segments]]]):
        cut, strip = _rooted(boundary, strips)
        parts.append(cut)
        of.append(of_edge[boundary.edge[strips.segment[strip]]])
    return united(np.concatenate(parts), np.concatenate(of), len(edges))


@dataclass(frozen=True, slots=True)
class _Strips:
    """Pieces of strips: the segment each belongs to, its shape, what its depth is measured from.

    Only what hangs together with ``root`` inside the plot is strip.
    """

    segment: Ints
    shape: Shapes
    base: Shapes
    root: Shapes


def _strips(boundary: Boundary, segments: Ints, depth: Floats) -> Iterator[_Strips]:
    """The strips along some segments, then their ends at reflex corners."""
    before = _beyond(boundary, segments, ahead=False)
    after = _beyond(boundary, segments, ahead=True)
    u = boundary.along[segments]
    start, end = boundary.start[segments], boundary.end[segments]
    base = np.stack([start - u * before[:, None], end + u * after[:, None]], axis=1)
    up = (np.column_stack([-u[:, 1], u[:, 0]]) * depth[:, None])[:, None, :]
    shape = shapely.polygons(np.concatenate([base, base[:, ::-1] + up], axis=1))
    root = shapely.linestrings(np.stack([start, end], axis=1))
    yield _Strips(segments, shape, shapely.linestrings(base), root)
    preceding = boundary.preceding[segments]
    for corner in (segments, preceding):
        reflex = boundary.turn[corner] < -STRAIGHT_DEG
        if reflex.any():
            centre = shapely.points(boundary.end[corner[reflex]])
            shape = _sectors(boundary, corner[reflex], depth[reflex])
            yield _Strips(segments[reflex], shape, centre, centre)


def _rooted(boundary: Boundary, strips: _Strips) -> tuple[Shapes, Ints]:
    """Cut strips to their plots and keep what hangs together with the root of each.

    In a plot without a reflex corner all of it does, and what lies outside is not asked for.
    """
    plot = boundary.plot[strips.segment]
    reflex = np.flatnonzero(~boundary.is_convex[plot])
    whole = np.flatnonzero(boundary.is_convex[plot])
    cut = shapely.intersection(strips.shape[reflex], boundary.plots[plot[reflex]])
    parts, of = shapely.get_parts(cut, return_index=True)
    of = reflex[of]
    rooted = shapely.dwithin(parts, strips.root[of], TOUCH_M)
    return (
        np.concatenate([strips.shape[whole], parts[rooted]]),
        np.concatenate([whole, of[rooted]]),
    )


def _beyond(boundary: Boundary, segments: Ints, *, ahead: bool) -> Floats:
    """How far the strips go on beyond an end of their segments, in metres: 0 at a reflex corner.

    Behind a convex corner the boundary is followed up to the next reflex corner (a bend is none:
    old surveys bend a straight side by a degree), as long as it goes away from the segment's line:
    one that has turned by a right angle may bend back and go further.
    """
    turn, step = (
        (boundary.turn, boundary.following)
        if ahead
        else (boundary.turn[boundary.preceding], boundary.preceding)
    )
    tip = boundary.end if ahead else boundary.start
    u = boundary.along[segments] * (1.0 if ahead else -1.0)
    at, turned, reach = segments.copy(), np.zeros(len(segments)), np.zeros(len(segments))
    going = np.ones(len(segments), dtype=bool)
    for nth in range(len(boundary.plot)):
        turned += turn[at]
        going &= turn[at] > (-CORNER_DEG if nth else -STRAIGHT_DEG)
        going &= (turned > -STRAIGHT_DEG) & (turned < 180.0)
        if not going.any():
            break
        at = np.where(going, step[at], at)
        further = ((tip[at] - tip[segments]) * u).sum(axis=1)
        reach = np.where(going, np.maximum(reach, further), reach)
    return reach


def _sectors(boundary: Boundary, corner: Ints, depth: Floats) -> Shapes:
    """The sectors inside the plot between the normals of the two edges at reflex corners.

    The chords bound where we look: what is found there is measured from the corner itself.
    """
    u = boundary.along[corner]
    first = np.arctan2(u[:, 0], -u[:, 1])  # direction of the inward normal
    share = np.linspace(0.0, 1.0, ARC_STEPS + 1)
    angle = first[:, None] + np.radians(boundary.turn[corner])[:, None] * share
    arc = np.stack([np.cos(angle), np.sin(angle)], axis=2) * depth[:, None, None]
    centre = boundary.end[corner][:, None, :]
    found: Shapes = shapely.polygons(np.concatenate([centre, centre + arc], axis=1))
    return found
