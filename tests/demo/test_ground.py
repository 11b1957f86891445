"""The ground of the demo city: coast, wilayats, areas, blocks."""

import json

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_portal.demo import ground, main_roads
from geo_portal.demo.chance import apportion
from geo_portal.demo.settlement import KNOWN_PLOT, NoRoom, Settled, settle_all
from municipality import crs

PLOTS = 3_000


@pytest.fixture(scope="module")
def settled() -> list[Settled]:
    return settle_all(PLOTS, seed=1)


@pytest.fixture(scope="module")
def shapes(settled: list[Settled]) -> np.ndarray:
    return np.concatenate([part.shapes for part in settled])


def test_coast_is_geojson_as_the_standard_wants_it() -> None:
    data = json.loads(ground.COAST.read_text(encoding="utf-8"))
    assert data["type"] == "FeatureCollection" and "crs" not in data
    lands = [shapely.geometry.shape(feature["geometry"]) for feature in data["features"]]
    assert all(land.is_valid and land.exterior.is_ccw for land in lands)
    assert shapely.union_all(lands).bounds[0] >= 57.5
    assert ground.COAST.stat().st_size < 60_000


def test_coast_is_the_one_of_the_source(real_data) -> None:
    lines = (real_data / "oman" / "gshhg_full_coast_muscat.txt").read_text().splitlines()
    points = np.array([line.split() for line in lines if not line.startswith(">")], dtype=float)
    x, y = crs.transform_to_metric(points[:, 0], points[:, 1], srid=crs.LONLAT)
    apart = shapely.distance(shapely.points(x, y), ground.coast().boundary)
    assert apart.max() < 1.5


def test_wilayats_cover_the_land_once() -> None:
    drawn = ground.draw()
    cells = np.array(list(drawn.wilayats.values()), dtype=object)
    assert len(cells) == 6
    assert shapely.coverage_is_valid(cells)
    assert shapely.area(cells).sum() == pytest.approx(drawn.land.area, rel=1e-6)


def test_each_wilayat_holds_its_centre_point() -> None:
    for code, lonlat in ground.read("places")["anchors"].items():
        point = shapely.Point(ground.metric([lonlat])[0])
        assert ground.draw().wilayats[code].contains(point), code


def test_areas_never_overlap_and_lie_in_their_wilayat() -> None:
    drawn = ground.draw()
    assert len(drawn.areas) >= 55
    assert shapely.coverage_is_valid(np.array([area.boundary for area in drawn.areas]))
    for area in drawn.areas:
        assert area.boundary.contains(area.centre), area.code
        outside = area.boundary.difference(drawn.wilayats[area.wilayat]).area
        assert outside < 1.0, area.code


def test_codes_and_names_of_areas_are_their_own() -> None:
    areas = ground.draw().areas
    assert len({area.code for area in areas}) == len(areas)
    assert len({(area.wilayat, area.number) for area in areas}) == len(areas)
    assert all(any("\u0600" < letter < "\u06ff" for letter in area.name_ar) for area in areas)


def test_there_are_exactly_as_many_plots_as_asked_for(shapes: np.ndarray) -> None:
    assert len(shapes) == PLOTS


def test_plots_share_edges_exactly_and_never_overlap(shapes: np.ndarray) -> None:
    assert shapely.is_valid(shapes).all()
    assert shapely.coverage_is_valid(shapes)


def test_no_plot_lies_in_the_sea_or_on_a_main_road(shapes: np.ndarray) -> None:
    land = ground.coast()
    shapely.prepare(land)
    assert shapely.contains_properly(land, shapes).all()
    for road in main_roads.main_roads():
        carriageway = road.line.buffer(road.width_m / 2)
        assert not shapely.intersects(carriageway, shapes).any(), road.name_en


def test_plots_lie_in_their_area(settled: list[Settled]) -> None:
    for part in settled:
        assert shapely.contains(part.area.boundary, part.shapes).all()


def test_numbers_are_unique_within_area_and_phase(settled: list[Settled]) -> None:
    for part in settled:
        keys = list(zip(part.phase.tolist(), part.number.tolist(), strict=True))
        assert len(set(keys)) == len(keys)


def test_wadis_reach_some_plots_but_hold_none(shapes: np.ndarray) -> None:
    strips = shapely.union_all([wadi.strip for wadi in main_roads.wadis()])
    share = shapely.area(shapely.intersection(shapes, main_roads.channels())) / shapely.area(shapes)
    assert shapely.intersects(strips, shapes).sum() > 10
    assert share.max() < 0.5


@pytest.fixture(scope="module")
def usual() -> list[Settled]:
    return settle_all(20_000, seed=1)


def test_about_86_plots_in_a_hundred_are_for_housing(usual: list[Settled]) -> None:
    uses = [use for part in usual for use in part.use]
    assert 0.84 < uses.count("residential") / len(uses) < 0.88
    assert {use for use in uses} >= {"commercial", "government", "open_space", "industrial"}


def test_the_known_plot_is_there_at_the_usual_size(usual: list[Settled]) -> None:
    code, phase, number = KNOWN_PLOT
    part = next(part for part in usual if part.area.code == code)
    found = (part.phase == phase) & (part.number == number)
    assert found.sum() == 1
    assert part.shapes[found][0].area == pytest.approx(748.0, abs=0.1)


def test_another_seed_makes_another_city_and_the_same_seed_the_same(shapes: np.ndarray) -> None:
    again = np.concatenate([part.shapes for part in settle_all(PLOTS, seed=1)])
    other = np.concatenate([part.shapes for part in settle_all(PLOTS, seed=2)])
    assert (shapely.to_wkb(again) == shapely.to_wkb(shapes)).all()
    assert not (shapely.to_wkb(other) == shapely.to_wkb(shapes)).all()


def test_a_city_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = ground.draw()
    small = ground.Ground(drawn.land, drawn.wilayats, drawn.areas[:2])
    monkeypatch.setattr("geo_portal.demo.settlement.draw", lambda: small)
    with pytest.raises(NoRoom):
        settle_all(100_000, seed=1)


@given(
    st.integers(min_value=0, max_value=100_000),
    st.lists(st.floats(min_value=0.01, max_value=100), min_size=1, max_size=40),
)
def test_shares_add_up_and_stay_within_one_of_their_due(total: int, weights: list[float]) -> None:
    parts = apportion(total, weights)
    due = np.array(weights) / sum(weights) * total
    assert parts.sum() == total
    assert (np.abs(parts - due) < 1 + 1e-6).all()
