"""Denominators: exact on the lattice, summing to what they are made of, dated, rebuilt when due."""

import datetime as dt
from itertools import pairwise

import numpy as np
import pytest
import shapely
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, MultiPolygon, Polygon, box

from maps.heat.denominators.areas import TooManyCells, raster_of
from maps.heat.denominators.cells import CellValues, unpack
from maps.heat.denominators.declared import Denominator, DenominatorError, declared
from maps.heat.denominators.kept import build, build_denominators, version_on
from maps.heat.denominators.lines import cells_crossed, length_by_cell
from maps.heat.denominators.spread import spread
from maps.heat.lattice import SIZES
from municipality.places.models import Population, Wilayat
from plots.denominators import PLOTS, RESIDENTS, ROADS
from plots.register.models import Building, Plot, Road
from tests.maps.conftest import plot, street

DAY = dt.date(2026, 3, 1)
AT = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)
metres = st.floats(-400, 400, allow_nan=False, width=32)
lines = st.lists(st.tuples(metres, metres), min_size=2, max_size=8)
whole = st.integers(-12, 12)


def as_dict(cells: CellValues) -> dict[tuple[int, int], float]:
    rows = zip(cells.x.tolist(), cells.y.tolist(), cells.value.tolist(), strict=True)
    return {(x, y): value for x, y, value in rows}


def cell_box(x: int, y: int, size: int = 50) -> Polygon:
    return box(x * size, y * size, (x + 1) * size, (y + 1) * size)


@settings(deadline=None, max_examples=80)
@given(st.lists(lines, min_size=1, max_size=4))
def test_lengths_by_cell_are_those_of_another_engine_and_lose_nothing(drawn) -> None:
    made = [LineString(points) for points in drawn]
    pairs = [p for points in drawn for p in pairwise(points)]
    segments = [LineString(pair) for pair in pairs if pair[0] != pair[1]]
    found = as_dict(length_by_cell(made))
    assert sum(found.values()) == pytest.approx(sum(s.length for s in segments), abs=1e-6)
    for (x, y), length in found.items():
        cell = cell_box(x, y)
        cut = sum(shapely.intersection(s, cell).length for s in segments)
        on_edge = sum(shapely.intersection(s, cell.boundary).length for s in segments)
        # the other engine cuts what runs along an edge into both neighbours
        assert cut - on_edge - 1e-6 <= length <= cut + 1e-6


WORKED = [  # docs/algorithms/heat-statistics.md
    ([(10, 10), (110, 10)], {(0, 0): 40.0, (1, 0): 50.0, (2, 0): 10.0}),
    ([(50, 0), (50, 100)], {(1, 0): 50.0, (1, 1): 50.0}),  # along an edge: east of it, once
    ([(0, 0), (100, 100)], {(0, 0): 50 * 2**0.5, (1, 1): 50 * 2**0.5}),  # through a corner
    ([(-10, 25), (10, 25)], {(-1, 0): 10.0, (0, 0): 10.0}),
]


@pytest.mark.parametrize(("points", "expected"), WORKED)
def test_the_worked_lengths(points, expected) -> None:
    assert as_dict(length_by_cell([LineString(points)])) == pytest.approx(expected)


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.tuples(metres, metres), min_size=3, max_size=9),
    st.integers(0, 2),
    st.integers(0, 1),
)
def test_cells_of_an_area_are_inside_crossed_or_outside(points, level, around) -> None:
    area = shapely.make_valid(Polygon(points).buffer(0))
    if area.is_empty or area.area < 1:
        return
    found = raster_of(area, level=level, around=around)
    size = SIZES[level]
    assert not (found.inside & found.crossed).any()
    x, y = found.cells(found.inside)
    for cx, cy in zip(x.tolist(), y.tolist(), strict=True):
        assert area.buffer(1e-6).covers(cell_box(cx, cy, size))
    known = set(zip(*(c.tolist() for c in found.cells(found.inside | found.crossed)), strict=True))
    for cx in range(found.window.x0, found.window.x1):
        for cy in range(found.window.y0, found.window.y1):
            if (cx, cy) not in known:
                assert shapely.intersection(area, cell_box(cx, cy, size)).area < 1e-6
    with_hole = MultiPolygon([box(0, 0, 1000, 1000).difference(box(200, 200, 800, 800))])
    holed = raster_of(with_hole, level=0)
    assert (12, 12) not in set(zip(*holed.cells(holed.inside | holed.crossed), strict=True))


def test_an_area_of_too_many_cells_is_refused() -> None:
    with pytest.raises(TooManyCells):
        raster_of(box(0, 0, 500_000, 500_000), level=0)
    assert raster_of(box(0, 0, 500_000, 500_000), level=4).inside.any()  # the control
    assert not raster_of(Polygon(), level=0).inside.any()
    assert len(cells_crossed([], level=0)[0]) == 0


@settings(deadline=None, max_examples=80)
@given(st.lists(st.tuples(whole, whole, st.floats(0.001, 1e6)), max_size=60), st.integers(1, 4))
def test_packing_and_summing_lose_nothing(rows, level) -> None:
    x, y, value = np.array(rows, float).reshape(-1, 3).T
    cells = CellValues.summed(x.astype(int), y.astype(int), value)
    back = unpack(cells.pack())
    assert as_dict(back) == as_dict(cells)
    assert cells.at(level).total() == pytest.approx(value.sum())
    truth: dict[tuple[int, int], float] = {}
    for cx, cy, v in rows:
        key = (cx >> level, cy >> level)
        truth[key] = truth.get(key, 0) + v
    assert as_dict(cells.at(level)) == pytest.approx(truth)
    asked = np.array([[c[0] for c in truth] + [99], [c[1] for c in truth] + [99]])
    found = cells.at(level).of(asked[0], asked[1])
    assert found[:-1].tolist() == pytest.approx(list(truth.values())) and np.isnan(found[-1])


@given(st.floats(1, 1e6), st.lists(st.floats(0, 1e6), min_size=1, max_size=50))
def test_shares_sum_to_the_whole(total, weights) -> None:
    if not any(weights):
        with pytest.raises(ValueError, match="nothing"):
            spread(total, np.array(weights))
        return
    shares = spread(total, np.array(weights))
    assert shares.sum() == pytest.approx(total)
    assert (shares[np.array(weights) == 0] == 0).all()


def test_a_denominator_has_seven_rising_limits_and_a_unit() -> None:
    sound = {f: getattr(ROADS, f) for f in ("name", "title", "unit", "per", "limits", "build")}
    assert Denominator(**sound) == ROADS
    for wrong in ({"limits": (1, 2)}, {"limits": (0, 1, 2, 2, 3, 4, 5)}, {"per": 0}):
        with pytest.raises(DenominatorError):
            Denominator(**(sound | wrong))
    assert set(declared()) == {"1000_residents", "road_km", "plot"}


def sql_dict(sql: str) -> dict[tuple[int, int], float]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return {(x, y): float(v) for x, y, v in cursor.fetchall()}


ROADS_SQL = """
SELECT x, y, sum(ST_Length(ST_Intersection(centre_line, cell))) FROM (
  SELECT x, y, centre_line, ST_MakeEnvelope(x*50, y*50, x*50+50, y*50+50, ST_SRID(centre_line)) cell
  FROM plots_road,
  generate_series(floor(ST_XMin(centre_line)/50)::int, floor(ST_XMax(centre_line)/50)::int) x,
  generate_series(floor(ST_YMin(centre_line)/50)::int, floor(ST_YMax(centre_line)/50)::int) y) t
GROUP BY 1, 2 HAVING sum(ST_Length(ST_Intersection(centre_line, cell))) > 0
"""
PLOTS_SQL = """
SELECT floor(ST_X(ST_PointOnSurface(boundary))/50)::int,
  floor(ST_Y(ST_PointOnSurface(boundary))/50)::int, count(*)
FROM plots_plot WHERE valid @> date '2026-03-01' GROUP BY 1, 2
"""


def test_roads_and_plots_equal_sql(city) -> None:
    assert as_dict(ROADS.build(DAY).cells) == pytest.approx(sql_dict(ROADS_SQL))
    found = as_dict(PLOTS.build(DAY).cells)
    assert found == sql_dict(PLOTS_SQL) and sum(found.values()) == 12  # the retired one is none


def people_of(cells: CellValues, code: str) -> float:
    """Residents in the cells of a wilayat of the small city (west and east of the middle)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_XMin(boundary), ST_XMax(boundary) FROM places_wilayatversion v "
            "JOIN places_wilayat w ON w.id = v.wilayat_id WHERE w.code = %s", [code],
        )  # fmt: skip
        low, high = cursor.fetchone()
    middle = cells.x * 50 + 25
    return float(cells.value[(middle >= low) & (middle < high)].sum())


def test_the_cells_of_a_wilayat_sum_to_its_population(city) -> None:
    west, east = Wilayat.objects.get(code="west"), Wilayat.objects.get(code="east")
    Population.objects.create(wilayat=west, as_of=DAY, residents=900, source="t")
    Population.objects.create(wilayat=east, as_of=DAY, residents=1200, source="t")
    Plot.objects.update(wilayat=east)
    found = RESIDENTS.build(DAY)
    assert found.cells.total() == pytest.approx(2100) and found.unplaced == 0
    homes = Plot.objects.get(number="1").boundary.centroid
    # twelve equal plots of the east: a hundred each; the west has none: even over its ground
    assert people_of(found.cells, "west") == pytest.approx(900, rel=0.01)
    here = found.cells.of(np.array([int(homes.x // 50)]), np.array([int(homes.y // 50)]))
    n = as_dict(PLOTS.build(DAY).cells)[int(homes.x // 50), int(homes.y // 50)]
    ground = 900 / (181 * 361)
    assert here[0] == pytest.approx(100 * n, abs=2 * ground)


def test_a_house_of_storeys_weighs_its_floors(city) -> None:
    east = Wilayat.objects.get(code="east")
    Plot.objects.exclude(number__in=("1", "12")).update(use_class="commercial")
    Plot.objects.update(wilayat=east)
    Population.objects.create(wilayat=east, as_of=DAY, residents=400, source="t")
    tall = Plot.objects.get(number="12")
    Building.objects.create(register_key="b2", plot=tall, footprint=tall.boundary, floors=3)
    cells = RESIDENTS.build(DAY).cells
    at = tall.boundary.point_on_surface
    there = cells.of(np.array([int(at.x // 50)]), np.array([int(at.y // 50)]))[0]
    assert there == pytest.approx(300) and cells.total() == pytest.approx(400)


def test_a_population_without_ground_is_told_and_the_undated_number_is_the_last_resort(db) -> None:
    nowhere = Wilayat.objects.create(code="x", name_ar="س", name_en="X", population=50)
    found = RESIDENTS.build(DAY)
    assert found.unplaced == 50 and len(found.cells) == 0 and "Undated" in found.source.en
    Population.objects.create(wilayat=nowhere, as_of=DAY, residents=70, source="book")
    again = RESIDENTS.build(DAY)
    assert again.unplaced == 70 and "book (2026-03-01)" in again.source.en


@pytest.mark.parametrize(
    ("on", "residents"), [("2019-01-01", 10), ("2021-01-01", 10), ("2025-01-01", 30)]
)
def test_the_population_is_the_last_counted_one(city, on, residents) -> None:
    west = Wilayat.objects.get(code="west")
    for year, n in ((2020, 10), (2024, 30)):
        as_of = dt.date(year, 12, 31)
        Population.objects.create(wilayat=west, as_of=as_of, residents=n, source="t")
    assert RESIDENTS.build(dt.date.fromisoformat(on)).cells.total() == pytest.approx(residents)


def test_versions_are_dated_and_built_only_when_something_changed(city) -> None:
    later = DAY + dt.timedelta(days=40)
    assert build(ROADS, on=DAY, at=AT)
    assert not build(ROADS, on=DAY, at=AT)  # the control: nothing was written since
    Road.objects.create(register_key="r9", road_class="way", centre_line=street(0, 900, 70, 900))
    assert build(ROADS, on=later, at=AT)
    first, second = version_on("road_km", DAY), version_on("road_km", None)
    assert (first.since, first.until, second.since, second.until) == (DAY, later, later, None)
    assert second.cells.total() - first.cells.total() == pytest.approx(70)
    assert version_on("road_km", dt.date(1990, 1, 1)).id == first.id  # before all: the first
    assert version_on("road_km", later).id == second.id
    assert version_on("road_km", later - dt.timedelta(days=1)).id == first.id
    Road.objects.filter(register_key="r9").update(name_en="Renamed")
    assert not build(ROADS, on=later, at=AT)  # looked at again, and the same
    assert version_on("road_km", None).id == second.id


def test_a_version_of_the_same_day_is_replaced(city) -> None:
    build(PLOTS, on=DAY, at=AT)
    before = version_on("plot", DAY)
    plot("13", 400, 400)
    assert build(PLOTS, on=DAY, at=AT)
    after = version_on("plot", DAY)
    assert after.since == DAY and after.cells.total() == before.cells.total() + 1
    assert after.id != before.id


def test_every_denominator_follows_its_tables(city) -> None:
    """The triggers: control is the turn in between, which finds nothing to do."""
    assert build_denominators(on=DAY, at=AT) == ["1000_residents", "road_km", "plot"]
    acts = (
        ("road_km", lambda: Road.objects.filter(register_key="r1").delete()),
        ("plot", lambda: Plot.objects.filter(number="3").update(valid=("2010-01-01", "2011-01-01"))),
        ("1000_residents", lambda: Population.objects.create(
            wilayat=Wilayat.objects.get(code="west"), as_of=DAY, residents=5, source="t")),
        ("1000_residents", lambda: Wilayat.objects.filter(code="east").update(population=8)),
    )  # fmt: skip
    for name, act in acts:
        assert build_denominators(on=DAY, at=AT) == []
        act()
        assert name in build_denominators(on=DAY, at=AT)


def test_what_changes_while_it_is_built_is_seen_next_time(city) -> None:
    def build_and_change(on):
        made = ROADS.build(on)
        Road.objects.create(register_key="rx", road_class="way", centre_line=street(0, 0, 9, 9))
        return made

    slow = Denominator(**{f: getattr(ROADS, f) for f in ("name", "title", "unit", "per", "limits")},
                       build=build_and_change)  # fmt: skip
    assert build(slow, on=DAY, at=AT)
    assert build(ROADS, on=DAY, at=AT)
    assert not build(ROADS, on=DAY, at=AT)
