"""A town at once answers what each drawing alone is answered, to the last digit."""

import numpy as np
import shapely
from shapely import affinity

from plots.building_permits.sites.arrays import Shapes
from plots.building_permits.sites.batch import Footprints, Town, check_town
from plots.building_permits.sites.frontage import Roads
from plots.building_permits.sites.parts import Part, Role, Site, plans_of
from plots.building_permits.sites.rules import RULES
from plots.building_permits.sites.rules.verdict import Outcome
from plots.building_permits.sites.site_plan import Ground, Limits

COLUMNS, ROWS = 12, 6


def array(*shapes: shapely.Geometry | None) -> Shapes:
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found


def a_block() -> Shapes:
    """Plots of several forms side by side: plain, chamfered, with a notch."""
    plots = []
    for n in range(COLUMNS * ROWS):
        column, row = n % COLUMNS, n // COLUMNS
        x, y = column * 22.0, row * 34.0 + (row // 2) * 12.0
        plot = shapely.box(x, y, x + 22, y + 34)
        if n % 5 == 0:
            plot = plot.difference(shapely.box(x + 14, y + 24, x + 22, y + 34))
        if n % 7 == 0:
            plot = plot.difference(shapely.Polygon([(x, y), (x + 3, y), (x, y + 3)]))
        plots.append(plot)
    return array(*plots)


def a_town() -> tuple[Footprints, Town]:
    rng = np.random.default_rng(5)
    plots = a_block()
    count = len(plots)
    footprints = array(
        *(
            affinity.translate(
                affinity.scale(plot, *rng.uniform(0.3, 0.9, 2)), *rng.normal(0, 1.5, 2)
            )
            for plot in plots
        )
    )
    lines = [[(-50.0, y), (400.0, y)] for y in (-6.0, 74.0, 154.0, 234.0)]
    roads = Roads(array(*shapely.linestrings(lines)), np.array([2, 2, 1, 3]), np.full(4, np.nan))
    limits = Limits(
        *(np.where(rng.random(count) < 0.1, np.nan, value) for value in (5, 3, 3, 40, 80, 2, 11, 2))
    )
    town = Town(
        roads=roads,
        plots=shapely.STRtree(plots),
        plot_id=np.arange(count) + 100,
        building=footprints,
        building_plot=np.arange(count) + 100,
        strip={"wadi": array(shapely.box(0, 0, 60, 500))},
        covered={"wadi": shapely.box(-100, -100, 150, 600)},
    )
    floors = np.where(rng.random(count) < 0.2, np.nan, 2.0)
    heights = np.where(rng.random(count) < 0.2, np.nan, 9.0)
    return Footprints(footprints, plots, town.plot_id, floors, heights, limits), town


def site_of_one(footprints: Footprints, town: Town, n: int) -> Site:
    """The same ground, gathered for one drawing."""
    shape, others = footprints.shape[n], np.arange(len(footprints.plot)) != n
    wadi, covered = town.strip["wadi"], town.covered["wadi"]
    assert covered is not None
    known = shapely.intersects(wadi, shape).any() or covered.covers(shape)
    meeting = town.building[others][shapely.intersects(town.building[others], shape)]
    limits = footprints.limits
    return Site(
        plot=footprints.plot[n],
        limits=Limits(*(getattr(limits, name)[[n]] for name in limits.__slots__)),
        roads=town.roads,
        neighbours=footprints.plot[others],
        ground=Ground(
            road_reserve=array(None),
            wadi=array(shapely.union_all(wadi[shapely.intersects(wadi, shape)]) if known else None),
            neighbours=array(shapely.union_all(meeting)),
            claimed=array(shapely.Polygon()),
        ),
    )


def test_a_town_and_each_drawing_alone_are_answered_the_same() -> None:
    footprints, town = a_town()
    checked = check_town(footprints, town)
    seen = set()
    for n in range(len(footprints.shape)):
        floors, height = footprints.floors[n], footprints.height_m[n]
        part = Part(
            Role.MAIN, footprints.shape[n],
            None if np.isnan(floors) else int(floors), None if np.isnan(height) else height,
        )  # fmt: skip
        alone = plans_of([part], site_of_one(footprints, town, n))
        for rule, of_town in zip(RULES, checked.verdicts, strict=True):
            if rule.code == "parking":
                continue  # a drawing shows its bays or none; a survey of footprints says nothing
            mine, rows = rule.measure(alone), np.flatnonzero(of_town.site == n)
            assert (mine.outcome == of_town.outcome[rows]).all(), (n, rule.code)
            np.testing.assert_array_equal(mine.provided, of_town.provided[rows])
            np.testing.assert_array_equal(mine.permitted, of_town.permitted[rows])
            seen |= set(mine.outcome.tolist())
    assert seen == {int(outcome) for outcome in Outcome}


def test_shapes_are_made_of_what_fails_and_of_nothing_else() -> None:
    footprints, town = a_town()
    checked = check_town(footprints, town)
    for verdicts, rows, shapes in zip(
        checked.verdicts, checked.failing, checked.where, strict=True
    ):
        assert (verdicts.outcome[rows] == Outcome.FAIL).all() and len(shapes) == len(rows)
        assert not shapely.is_empty(shapes).any()
    outcome = checked.outcome(len(footprints.shape))
    failed = np.unique(
        np.concatenate([v.site[v.outcome == Outcome.FAIL] for v in checked.verdicts])
    )
    assert (np.flatnonzero(outcome == Outcome.FAIL) == failed).all() and 0 < len(failed) < 72
