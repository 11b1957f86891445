"""Before anything is drawn: the edges of a site with their sides, and where building may stand."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from plots.building_permits.sites.arrays import shapes_of
from plots.building_permits.sites.boundary import boundary_of
from plots.building_permits.sites.frontage import Neighbours, Side, sides_of
from plots.building_permits.sites.parts import Site
from plots.building_permits.sites.setbacks import strips_of


@dataclass(frozen=True, slots=True)
class SiteEdge:
    """One edge of a site: METRIC line, length and setback in metres (None unknown), its side."""

    line: BaseGeometry
    length_m: float
    side: Side
    setback_m: float | None


@dataclass(frozen=True, slots=True)
class Envelope:
    """The edges of a site and the METRIC ground that their known setbacks leave.

    ``is_whole`` tells whether every edge has a known setback.
    """

    edges: tuple[SiteEdge, ...]
    ground: BaseGeometry
    is_whole: bool


def envelope_of(site: Site) -> Envelope:
    """Work out the edges and the permitted envelope of a site."""
    plot = shapes_of([site.plot])
    boundary = boundary_of(plot)
    side = sides_of(
        boundary,
        roads=site.roads,
        neighbours=Neighbours(shapely.STRtree(site.neighbours), np.full(1, -1, dtype=np.intp)),
    )
    limits = np.array(
        [site.limits.front_m[0], site.limits.side_m[0], site.limits.rear_m[0], np.nan]
    )
    depth = limits[side]
    known = np.flatnonzero(~np.isnan(depth))
    strips = strips_of(boundary, known, depth[known]) if len(known) else shapes_of([])
    lines = boundary.edge_lines()
    edges = tuple(
        SiteEdge(
            line, float(shapely.length(line)), Side(int(one)),
            None if np.isnan(metres) else float(metres),
        )
        for line, one, metres in zip(lines, side, depth, strict=True)
    )  # fmt: skip
    ground = shapely.difference(site.plot, shapely.union_all(strips))
    return Envelope(edges, ground, len(known) == len(side))
