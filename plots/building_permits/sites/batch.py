"""A whole town's footprints against their plots, as arrays: the same rules, a chunk at a time.

A chunk is a span of footprints; whoever works on it (this process, one of a pool, a worker of a
cluster) reads what it needs and answers arrays, and nothing depends on how the town was cut.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from plots.building_permits.sites.arrays import Floats, Ints, Shapes, nothing, united
from plots.building_permits.sites.boundary import boundary_of
from plots.building_permits.sites.frontage import Neighbours, Roads, sides_of
from plots.building_permits.sites.rules import RULES
from plots.building_permits.sites.rules.verdict import Outcome, Verdicts
from plots.building_permits.sites.site_plan import Ground, Limits, SitePlans, stand_inside


@dataclass(frozen=True, slots=True)
class Town:
    """What lies round a chunk: roads, plots, neighbours' buildings, planning strips.

    ``plot_id`` names the plots of ``plots``, ``building_plot`` the plot of each building (-1 where
    it has none).  ``strip`` holds the shapes of each theme, ``covered`` the ground its source
    covers (None: the whole city; the theme is absent where the city has no data).
    """

    roads: Roads
    plots: shapely.STRtree
    plot_id: Ints
    building: Shapes
    building_plot: Ints
    strip: dict[str, Shapes]
    covered: dict[str, shapely.Geometry | None]


@dataclass(frozen=True, slots=True)
class Footprints:
    """n footprints, each with its plot and the limits of it; NaN where the source does not say."""

    shape: Shapes
    plot: Shapes
    plot_id: Ints
    floors: Floats
    height_m: Floats
    limits: Limits


def _theme(town: Town, code: str, footprints: Shapes) -> Shapes:
    """The strips of a theme under each footprint; None where the city has no data."""
    if code not in town.strip:
        return np.full(len(footprints), None, dtype=object)
    site, feature = shapely.STRtree(town.strip[code]).query(footprints, predicate="intersects")
    found = united(town.strip[code][feature], site, len(footprints))
    coverage = town.covered[code]
    if coverage is not None:
        unknown = shapely.is_empty(found) & ~shapely.covers(coverage, footprints)
        found[unknown] = None
    return found


def _ground(town: Town, footprints: Footprints) -> Ground:
    shapes = footprints.shape
    site, building = shapely.STRtree(town.building).query(shapes, predicate="intersects")
    other = town.building_plot[building] != footprints.plot_id[site]
    neighbours = united(town.building[building[other]], site[other], len(shapes))
    return Ground(
        road_reserve=_theme(town, "road_reserve", shapes),
        wadi=_theme(town, "wadi", shapes),
        neighbours=neighbours,
        claimed=nothing(len(shapes)),
    )


def plans_of_town(footprints: Footprints, town: Town) -> SitePlans:
    """Make the arrays of n footprints: each is the main building of its plot."""
    count = len(footprints.shape)
    boundary = boundary_of(footprints.plot)
    where = {plot_id: place for place, plot_id in enumerate(town.plot_id.tolist())}
    own = np.array([where.get(one, -1) for one in footprints.plot_id.tolist()], dtype=np.intp)
    main, none = footprints.shape, nothing(count)
    return SitePlans(
        plot=footprints.plot,
        boundary=boundary,
        side=sides_of(boundary, roads=town.roads, neighbours=Neighbours(town.plots, own)),
        main=main,
        annex=none,
        light=none,
        small=none,
        other=none,
        floors=footprints.floors,
        annex_floors=np.full(count, np.nan),
        height_m=footprints.height_m,
        floor_area_m2=footprints.floors * shapely.area(main),
        bays=np.full(count, np.nan),
        limits=footprints.limits,
        ground=_ground(town, footprints),
        plot_m2=shapely.area(footprints.plot),
        buildings=main,
        standing=main,
        inside=stand_inside(footprints.plot, main),
    )


_OF_RANK = np.array([Outcome.PASS, Outcome.UNKNOWN, Outcome.FAIL], dtype=np.intp)
_RANK = np.zeros(len(Outcome), dtype=np.intp)  # what does not apply says nothing of the whole
_RANK[_OF_RANK] = np.arange(len(_OF_RANK))


@dataclass(frozen=True, slots=True)
class Checked:
    """The verdicts of n footprints: each rule's arrays, and the shapes of what fails."""

    verdicts: tuple[Verdicts, ...]
    failing: tuple[Ints, ...]
    where: tuple[Shapes, ...]
    side: Ints

    def outcome(self, count: int) -> Ints:
        """One outcome a footprint: fail before unknown before pass."""
        rank = np.zeros(count, dtype=np.intp)
        for verdicts in self.verdicts:
            np.maximum.at(rank, verdicts.site, _RANK[verdicts.outcome])
        return _OF_RANK[rank]


def checked_of(plans: SitePlans) -> Checked:
    """Ask every rule about n plans; shapes are made only of those that fail."""
    verdicts = tuple(rule.measure(plans) for rule in RULES)
    failing = tuple((one.outcome == int(Outcome.FAIL)).nonzero()[0] for one in verdicts)
    where = tuple(
        rule.where(plans, one.drawn_by(rows)) if len(rows) else nothing(0)
        for rule, one, rows in zip(RULES, verdicts, failing, strict=True)
    )
    return Checked(verdicts, failing, where, plans.side)


def check_town(footprints: Footprints, town: Town) -> Checked:
    """Check n footprints against every rule."""
    return checked_of(plans_of_town(footprints, town))
