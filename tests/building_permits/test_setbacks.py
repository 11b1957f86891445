"""Setbacks by edge against calculations written another way: endless lines in PostGIS for convex
plots, a raster of square metres for plots of right angles; and laws that hold for all."""

import itertools
import math
from collections import deque
from collections.abc import Callable

import numpy as np
import pytest
import shapely
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry import MultiPoint, Polygon
from shapely.geometry.base import BaseGeometry

from plots.building_permits.sites.boundary import boundary_of
from plots.building_permits.sites.setbacks import stand_back, strips_of

CENTIMETRE = 0.01
FAR = 1e4


def measured(plot: BaseGeometry, footprint: BaseGeometry) -> dict[tuple, float]:
    """The setback of each edge, by the middle of the edge rounded to a centimetre."""
    boundary = boundary_of(np.array([plot], dtype=object))
    footprints = np.array([footprint], dtype=object)
    found = stand_back(boundary, footprints, shapely.covers(boundary.plots, footprints))
    return {
        tuple(np.round(shapely.get_coordinates(line.centroid)[0], 2)): distance
        for line, distance in zip(boundary.edge_lines(), found, strict=True)
    }


def scattered(seed: int, count: int) -> Polygon:
    """A convex plot of some 30 m whose corners all turn by 25 degrees or more."""
    rng = np.random.default_rng(seed)
    gaps = rng.uniform(0.5, 1.5, count)
    angles = np.cumsum(gaps) / gaps.sum() * 2 * np.pi
    hull = MultiPoint(np.column_stack([np.cos(angles) * 25, np.sin(angles) * 15])).convex_hull
    return hull if isinstance(hull, Polygon) else scattered(seed + 1, count)


def is_sharp(plot: Polygon) -> bool:
    turn = boundary_of(np.array([plot], dtype=object)).turn
    return bool((np.abs(turn) > 21).all())


@pytest.mark.django_db
@given(seed=st.integers(0, 10**6), count=st.integers(3, 7), share=st.floats(0.2, 0.7))
@settings(max_examples=40)
def test_convex_plots_by_endless_lines_in_postgis(seed: int, count: int, share: float) -> None:
    plot = scattered(seed, count)
    if not is_sharp(plot):
        return
    footprint = affinity.rotate(affinity.scale(plot, share, share * 0.8), 7.0)
    if not plot.covers(footprint):
        return
    found = measured(plot, footprint)
    points = shapely.get_coordinates(plot)
    with connection.cursor() as cursor:
        for a, b in itertools.pairwise(points):
            u = (b - a) / math.hypot(*(b - a)) * FAR
            cursor.execute(
                "SELECT ST_Distance(ST_MakeLine(ST_MakePoint(%s, %s), ST_MakePoint(%s, %s)), %s)",
                [*(a - u).tolist(), *(b + u).tolist(), shapely.to_wkb(footprint, hex=True)],
            )
            middle = tuple(np.round((a + b) / 2, 2))
            assert found[middle] == pytest.approx(cursor.fetchone()[0], abs=CENTIMETRE)


SIZE = 24
Box = tuple[int, int, int, int]
boxes = st.tuples(
    st.integers(0, 12), st.integers(0, 12), st.integers(3, 12), st.integers(3, 12)
)  # x, y, width, height


def cells_of(parts: list[Box]) -> np.ndarray:
    grid = np.zeros((SIZE + 2, SIZE + 2), dtype=bool)
    for x, y, width, height in parts:
        grid[x : x + width, y : y + height] = True
    return grid


def hangs_together(start: list[tuple[int, int]], holds: Callable[[int, int], bool]) -> set:
    """The cells (along, above) that are reached from some cells side by side."""
    seen: set[tuple[int, int]] = set()
    todo = deque(start)
    while todo:
        s, h = todo.popleft()
        if (s, h) not in seen and h >= 0 and holds(s, h):
            seen.add((s, h))
            todo.extend([(s + 1, h), (s - 1, h), (s, h + 1), (s, h - 1)])
    return seen


def raster_setback(grid: np.ndarray, a: np.ndarray, b: np.ndarray, ends: tuple, foot: Box) -> float:
    """Look from an edge of a plot of square metres, cell by cell, into the plot on its left.

    Only cells that hang together with the edge inside its strip count; at a reflex end the cells
    of the quarter beyond it are looked at from the corner.
    """
    along = np.sign(b - a).astype(int)
    left = np.array([-along[1], along[0]])
    length = int(np.abs(b - a).sum())
    x, y, width, height = foot

    def cell(s: int, h: int) -> tuple[int, int]:
        """The cell that begins s along and h above the edge."""
        middle = np.floor(a + along * (s + 0.5) + left * (h + 0.5)).astype(int)
        return int(middle[0]), int(middle[1])

    def inside(s: int, h: int) -> bool:
        here = cell(s, h)
        return min(here) >= 0 and max(here) < SIZE and bool(grid[here])

    def built(cells: set) -> list[tuple[int, int]]:
        there = [(s, h, *cell(s, h)) for s, h in cells]
        return [(s, h) for s, h, i, j in there if x <= i < x + width and y <= j < y + height]

    strip = hangs_together(
        [(s, 0) for s in range(length)], lambda s, h: 0 <= s < length and inside(s, h)
    )
    found = [float(h) for _, h in built(strip)]
    if ends[0]:
        quarter = hangs_together([(-1, 0)], lambda s, h: s < 0 and inside(s, h))
        found += [math.hypot(-1 - s, h) for s, h in built(quarter)]
    if ends[1]:
        quarter = hangs_together([(length, 0)], lambda s, h: s >= length and inside(s, h))
        found += [math.hypot(s - length, h) for s, h in built(quarter)]
    return min(found, default=np.inf)


@given(parts=st.lists(boxes, min_size=2, max_size=4), foot=boxes)
@settings(max_examples=150)
def test_plots_of_right_angles_by_a_raster_of_square_metres(parts: list[Box], foot: Box) -> None:
    plot = shapely.union_all([shapely.box(x, y, x + w, y + h) for x, y, w, h in parts])
    x, y, width, height = foot
    footprint = shapely.box(x, y, x + width, y + height)
    if plot.geom_type != "Polygon" or not plot.covers(footprint):
        return
    plot = shapely.orient_polygons(shapely.normalize(plot.simplify(0)))
    found, grid = measured(plot, footprint), cells_of(parts)
    boundary = boundary_of(np.array([plot], dtype=object))
    for segment in range(len(boundary.plot)):
        a, b = boundary.start[segment], boundary.end[segment]
        ends = (boundary.turn[boundary.preceding[segment]] < 0, boundary.turn[segment] < 0)
        expected = raster_setback(grid, a, b, ends, foot)
        if np.isinf(expected):
            expected = np.nan  # nothing of the building stands before it
        middle = tuple(np.round((a + b) / 2, 2))
        same = pytest.approx(expected, abs=CENTIMETRE, nan_ok=True)
        assert found[middle] == same, (middle, a, b)


def an_l(width: float = 10.0) -> Polygon:
    return Polygon([(0, 0), (24, 0), (24, width), (width, width), (width, 30), (0, 30)])


@given(angle=st.floats(0, 360), east=st.floats(-500, 500), share=st.floats(0.3, 0.9))
@settings(max_examples=40)
def test_turning_and_shifting_a_site_changes_no_setback(angle, east, share) -> None:
    plot, footprint = an_l(), shapely.box(2, 3, 2 + 6 * share, 25 * share)
    before = list(measured(plot, footprint).values())

    def moved(shape: BaseGeometry) -> BaseGeometry:
        return affinity.translate(affinity.rotate(shape, angle, origin=(0, 0)), east, 2 * east)

    assert list(measured(moved(plot), moved(footprint)).values()) == pytest.approx(
        before, abs=CENTIMETRE, nan_ok=True
    )


@given(step=st.floats(0.01, 3.0))
@settings(max_examples=30)
def test_standing_further_back_never_comes_nearer(step: float) -> None:
    plot = an_l()
    near = measured(plot, shapely.box(2, 3, 7, 20))
    for key, distance in measured(plot, shapely.box(2 + step / 2, 3 + step, 7, 20)).items():
        assert not distance < near[key] - 1e-9


def test_at_an_obtuse_corner_the_strip_goes_on_to_the_next_edge() -> None:
    plot = Polygon([(0, 0), (20, 0), (28, 20), (0, 20)])  # 112 degrees at (20, 0)
    beyond = shapely.box(21, 4.5, 21.6, 8)  # past the end of the south edge, 4.5 m above its line
    assert plot.covers(beyond)
    assert measured(plot, beyond)[(10.0, 0.0)] == pytest.approx(4.5, abs=CENTIMETRE)
    notched = plot.difference(shapely.box(0, 12, 3, 20))  # a reflex corner far away
    assert measured(notched, beyond)[(10.0, 0.0)] == pytest.approx(4.5, abs=CENTIMETRE)


def test_a_bend_of_a_degree_does_not_end_the_strip_beyond_an_obtuse_corner() -> None:
    """An old survey bends the side a metre behind the corner: the house was 11 cm further away."""
    plot = Polygon([(0, 0), (20, 0), (20.36, 0.95), (28, 20), (0, 20)])
    assert -2 < boundary_of(np.array([plot], dtype=object)).turn.min() < -0.5
    beyond = shapely.box(21, 4.5, 21.6, 8)
    assert measured(plot, beyond)[(10.0, 0.0)] == pytest.approx(4.5, abs=CENTIMETRE)


def test_a_side_that_leans_in_and_bends_out_again_is_followed_as_far_as_it_goes() -> None:
    """Buildings 336 and 503 of 27412: the strip ended where the side leaned in."""
    plot = Polygon([(0, 0), (20, 0), (19.9, 2), (24, 20), (0, 20)])
    beyond = shapely.box(20.6, 8, 20.8, 12)
    assert plot.covers(beyond)
    assert measured(plot, beyond)[(10.0, 0.0)] == pytest.approx(8.0, abs=CENTIMETRE)


def test_at_a_reflex_corner_it_ends_in_a_quarter_circle() -> None:
    plot, corner = an_l(), (17.0, 10.0)  # the middle of the edge that ends at (10, 10)
    assert measured(plot, shapely.box(5, 3, 8, 7))[corner] == pytest.approx(
        math.hypot(2, 3), abs=CENTIMETRE
    )


def test_what_stands_behind_a_reflex_corner_stands_before_no_edge_that_ends_there() -> None:
    """It was measured from the corner: a house failed by taking away what stood nearer."""
    plot, corner = an_l(), (17.0, 10.0)
    behind = shapely.box(2, 12, 6.5, 20)  # in the quarter beyond the edge's line: 4.03 m away
    assert math.isnan(measured(plot, behind)[corner])
    larger = shapely.union(behind, shapely.box(2, 3, 4, 12))
    assert measured(plot, larger)[corner] == pytest.approx(math.hypot(6, 0), abs=CENTIMETRE)


@pytest.mark.parametrize("angle", [0.0, 12.3, 37.0, 118.9, 251.7])
def test_a_wall_flush_with_a_reflex_corner_only_touches_the_strip(angle: float) -> None:
    """A shared line counted or not by the last digits: turning the site turned the verdict."""
    plot, flush = an_l(), shapely.box(12, 3, 18, 9)
    plot = plot.difference(shapely.box(12, 0, 24, 1))  # the first south edge ends at x = 12
    turn = {"angle": angle, "origin": (0, 0)}
    found = measured(affinity.rotate(plot, **turn), affinity.rotate(flush, **turn))
    middle = affinity.rotate(shapely.Point(6, 0), **turn)
    assert math.isnan(found[tuple(np.round(middle.coords[0], 2))])


def test_the_other_arm_behind_the_neighbours_land_is_in_no_strip() -> None:
    plot = Polygon([(0, 0), (30, 0), (30, 30), (27, 30), (27, 3), (3, 3), (3, 30), (0, 30)])
    in_the_other_arm = shapely.box(27.5, 20, 29, 28)
    assert math.isnan(measured(plot, in_the_other_arm)[(3.0, 16.5)])


def test_a_curved_front_is_one_edge_and_a_rounded_corner_is_cut() -> None:
    arc = [(10 - 30 * math.sin(t), 30 * math.cos(t) - 30) for t in np.linspace(-0.35, 0.35, 15)]
    plot = Polygon([*arc, (-1, -30), (21, -30)])
    boundary = boundary_of(np.array([plot], dtype=object))
    assert len(boundary.plot) == 17 and len(boundary.edge_plot) == 4
    rounded = shapely.box(0, 0, 20, 30).buffer(4)
    edges = boundary_of(np.array([rounded], dtype=object)).edge_plot
    assert 4 <= len(edges) <= 8


def test_a_plot_with_a_hole_stands_back_from_it_too() -> None:
    plot = shapely.box(0, 0, 30, 30) - shapely.box(12, 12, 15, 15)
    found = measured(plot, shapely.box(17, 11, 20, 20))
    assert found[(15.0, 13.5)] == pytest.approx(2.0, abs=CENTIMETRE)


@given(depth=st.floats(0.5, 6.0))
@settings(max_examples=30)
def test_what_stands_nearer_than_the_limit_stands_in_the_strip_of_it(depth: float) -> None:
    boundary = boundary_of(np.array([an_l()], dtype=object))
    footprints = np.array([shapely.box(2, 1, 8, 27)], dtype=object)
    found = stand_back(boundary, footprints, np.array([True]))
    edges = np.arange(len(found))
    strips = strips_of(boundary, edges, np.full(len(edges), depth))
    common = shapely.area(shapely.intersection(strips, footprints[0]))
    assert (common[found < depth - CENTIMETRE] > 0).all()
    assert (common[found > depth + CENTIMETRE] < 1e-9).all()


def test_control_distance_to_the_edge_alone_forgets_the_obtuse_corner() -> None:
    plot = Polygon([(0, 0), (20, 0), (28, 20), (0, 20)])
    beyond = shapely.box(21, 4.5, 21.6, 8)
    plain = shapely.LineString([(0, 0), (20, 0)]).distance(beyond)
    assert plain - measured(plot, beyond)[(10.0, 0.0)] > 0.1  # with a limit of 4.6 m it would pass
