"""The rules are true: every verdict as PostGIS works it out, from the text of decision 0050.

The campaign ``truth`` takes 20,000 made sites and every building of two real towns; here are a
few hundred, with controls that show that a wrong way of measuring is found out.
"""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from plots.building_permits.sites import boundary as boundary_module
from plots.building_permits.sites import parts
from plots.building_permits.sites.arrays import Floats, Shapes, shapes_of
from plots.building_permits.sites.boundary import Boundary
from plots.building_permits.sites.frontage import Roads, Side, sides_of
from plots.building_permits.sites.parts import Part, Role, Site, plans_of
from plots.building_permits.sites.rules import RULES, setback
from plots.building_permits.sites.rules.verdict import Outcome
from plots.building_permits.sites.site_plan import Ground, Limits
from tests.builders import EAST, NORTH
from tests.building_permits.compared import Report, compare_made
from tests.building_permits.made_sites import a_site

pytestmark = pytest.mark.django_db
SITES = 300


def compared(seed: int, count: int) -> Report:
    made = [a_site(seed, number) for number in range(count)]
    names = [f"site {number} of seed {seed}, {one.kind}" for number, one in enumerate(made)]
    return compare_made(made, names, (EAST, NORTH))


def test_made_sites_are_judged_as_by_postgis() -> None:
    found = compared(50, SITES)
    assert not found.wrong, "\n".join(found.wrong[:20])
    assert min(found.compared.values()) == SITES and found.compared["setback"] > 4 * SITES
    assert min(found.outcomes.values()) > SITES / 10


def by_the_nearest_point(boundary: Boundary, footprints: Shapes, inside: np.ndarray) -> Floats:
    """The plain distance to the edge."""
    lines = boundary.edge_lines()
    found: Floats = shapely.distance(lines, footprints[boundary.edge_plot])
    return np.where(inside[boundary.edge_plot], found, 0.0)


def from_corners_of_the_house(boundary: Boundary, footprints: Shapes, inside: np.ndarray) -> Floats:
    """The fast way: corners of the house to edges, and no corner of the plot to its walls."""
    corners = np.array([shapely.MultiPoint(shapely.get_coordinates(one)) for one in footprints])
    return by_the_nearest_point(boundary, corners, inside)


@pytest.mark.parametrize("wrong", [by_the_nearest_point, from_corners_of_the_house])
def test_control_a_wrong_way_of_measuring_is_found_out(wrong, monkeypatch) -> None:
    monkeypatch.setattr(setback, "stand_back", wrong)
    found = compared(50, 120)
    assert found.wrong and found.furthest["setback"] > 0.1
    assert all(": setback edge" in line for line in found.wrong)


@pytest.mark.parametrize("wrong", ["sides", "edges"])
def test_control_wrong_sides_and_edges_are_found_out(wrong, monkeypatch) -> None:
    def turned_over(boundary: Boundary, **around: object) -> np.ndarray:
        side = sides_of(boundary, **around)
        return np.where(side == Side.REAR, Side.SIDE, side)

    if wrong == "sides":
        monkeypatch.setattr(parts, "sides_of", turned_over)
    else:
        monkeypatch.setattr(boundary_module, "CORNER_DEG", 70.0)
    found = compared(50, 60)
    assert sum(f": {wrong} (" in line for line in found.wrong) > 5


# Laws, on real plots with the buildings that stand on them.


@dataclass(frozen=True, slots=True)
class Pair:
    """A plot and a building on it, in metres."""

    plot: BaseGeometry
    building: BaseGeometry


@pytest.fixture(scope="session")
def pairs(real_data: Path) -> list[Pair]:
    """Every twentieth building that stands on one plot, of 27412 and of Bubenec."""
    folder = real_data / "parcels"
    found = []
    for plots, buildings in (
        (
            gpd.read_file(folder / "fr-27412-parcelles.geojson").to_crs(2154),
            gpd.read_file(folder / "fr-27412-batiments.geojson").to_crs(2154),
        ),
        (
            gpd.read_file(folder / "bubenec.gpkg", layer="plots").to_crs(32633),
            gpd.read_file(folder / "bubenec.gpkg", layer="buildings").to_crs(32633),
        ),
    ):
        tree = shapely.STRtree(plots.geometry.to_numpy())
        for building in buildings.geometry.to_numpy()[::20]:
            near = tree.geometries[tree.query(building, predicate="intersects")]
            plot = near[np.argmax(shapely.area(shapely.intersection(near, building)))]
            inner = shapely.intersection(building, shapely.buffer(plot, -0.4))
            if inner.area > 4:
                found.append(Pair(plot, inner))
    return found


def site_on(plot: BaseGeometry, street: BaseGeometry, **without: float) -> Site:
    limits = {
        "front_m": 5.0, "side_m": 3.0, "rear_m": 2.0, "coverage_pct": 40.0, "built_up_pct": 80.0,
        "floors": 2.0, "height_m": 9.0, "parking_bays": 0.0, **without,
    }  # fmt: skip
    none = shapes_of([shapely.Polygon()])
    return Site(
        plot=plot,
        limits=Limits(**{name: np.array([value]) for name, value in limits.items()}),
        roads=Roads(shapes_of([street]), np.array([2]), np.array([8.0])),
        neighbours=shapes_of([]),
        ground=Ground(none, none, none, none),
    )


def street_at(plot: BaseGeometry) -> BaseGeometry:
    """A street round the plot's southern half."""
    west, south, east, north = plot.bounds
    line = shapely.boundary(shapely.buffer(plot, 4.0))
    return shapely.intersection(
        line, shapely.box(west - 9, south - 9, east + 9, (south + north) / 2)
    )


def judge(site: Site, building: BaseGeometry) -> dict[tuple[str, int], tuple[float, float, int]]:
    """Each rule and edge: permitted, provided, outcome; edges in the order of the plot's ring."""
    plans = plans_of([Part(Role.MAIN, building, 2, 8.0)], site)
    return {
        (rule.code, int(edge)): (permitted, provided, Outcome(outcome))
        for rule in RULES
        for found in [rule.measure(plans)]
        for edge, permitted, provided, outcome in zip(
            found.edge, found.permitted, found.provided, found.outcome.tolist(), strict=True
        )
    }


def test_a_building_with_a_corner_on_the_line_and_two_square_metres_outside_is_outside() -> None:
    plot, building = (
        shapely.from_wkb(
            "01030000000100000005000000C16ACA3E7BB123414564D507E4EC4341CD4AA23B7BB123419FD22E1902ED43"
            "41AAA5AC1E65B12341AD22C66AF4EC4341A5F735DA72B123414564D507E4EC4341C16ACA3E7BB123414564D5"
            "07E4EC4341"
        ),
        shapely.from_wkb(
            "01030000000100000009000000B4835DB871B123415C9279C2E9EC4341878D1A0D6EB123415C9279C2E9EC43"
            "415E7D33906CB12341A062FD88EBEC434197A3CB416AB12341A062FD88EBEC434197A3CB416AB12341696CE9"
            "B4ECEC43410A97DA946BB12341696CE9B4ECEC4341C7D3085F6AB12341B32B9B26EEEC4341B4835DB871B123"
            "41B32B9B26EEEC4341B4835DB871B123415C9279C2E9EC4341"
        ),
    )
    assert shapely.area(shapely.difference(building, plot)) > 2
    found = judge(site_on(plot, street_at(plot)), building)
    assert found["inside_plot", -1][2] == Outcome.FAIL


def test_a_pocket_behind_the_neighbours_land_stands_before_no_edge_in_front_of_it() -> None:
    """It failed with no place on the map: the pocket hangs together with the edge further back."""
    plot = shapely.box(0, 0, 30, 30)
    house, street = shapely.box(10, 3.2, 20, 6), shapely.LineString([(-50, -5), (90, -5)])
    hook = shapely.union(shapely.box(8, 2, 30, 3), shapely.box(8, 2, 9, 8))

    def to_the_street(ground: BaseGeometry) -> list[Outcome]:
        found = judge(site_on(ground, street), house)
        return [said[2] for said in found.values() if said[0] == 5.0]

    assert to_the_street(plot) == [Outcome.FAIL]
    assert to_the_street(plot - hook)[0] == Outcome.NOT_APPLICABLE


@given(
    which=st.integers(0, 10**6),
    angle=st.floats(0, 360),
    east=st.floats(-10_000, 10_000),
    north=st.floats(-10_000, 10_000),
)
@settings(max_examples=80)
def test_turning_and_shifting_a_real_site_changes_no_verdict(
    pairs, which: int, angle: float, east: float, north: float
) -> None:
    pair = pairs[which % len(pairs)]
    street = street_at(pair.plot)
    middle = pair.plot.centroid

    def moved(shape: BaseGeometry) -> BaseGeometry:
        return affinity.translate(affinity.rotate(shape, angle, origin=middle), east, north)

    before = judge(site_on(pair.plot, street), pair.building)
    after = judge(site_on(moved(pair.plot), moved(street)), moved(pair.building))
    assert before.keys() == after.keys()
    for key, (permitted, provided, outcome) in before.items():
        assert after[key][1] == pytest.approx(provided, abs=0.01, nan_ok=True), key
        if abs(provided - permitted + 0.02) > 1e-6:
            assert after[key][2] == outcome, key


@given(which=st.integers(0, 10**6), cut=st.floats(-1, 1), angle=st.floats(0, 180))
@settings(max_examples=80)
def test_standing_further_back_never_turns_pass_into_fail(pairs, which, cut, angle) -> None:
    """A part of a building stands nowhere nearer than all of it."""
    pair = pairs[which % len(pairs)]
    site = site_on(pair.plot, street_at(pair.plot))
    middle, wide = pair.building.centroid, pair.building.length
    half = shapely.box(middle.x + cut * wide / 8, middle.y - wide, middle.x + wide, middle.y + wide)
    less = shapely.intersection(pair.building, affinity.rotate(half, angle, origin=middle))
    if less.area < 1:
        return
    before, after = judge(site, pair.building), judge(site, less)
    for key, (_, provided, outcome) in before.items():
        if outcome != Outcome.FAIL:
            assert after[key][2] != Outcome.FAIL, key
        if key[0] == "setback":
            assert not after[key][1] < provided - 1e-6, key


@given(which=st.integers(0, 10**6), names=st.sets(st.sampled_from(Limits.__slots__), min_size=1))
@settings(max_examples=60)
def test_an_unknown_limit_is_never_a_pass(pairs, which: int, names: set[str]) -> None:
    pair = pairs[which % len(pairs)]
    street = street_at(pair.plot)
    known = judge(site_on(pair.plot, street), pair.building)
    found = judge(site_on(pair.plot, street, **dict.fromkeys(names, float("nan"))), pair.building)
    changed = 0
    for key, (permitted, _, outcome) in found.items():
        if np.isnan(permitted):
            assert outcome == Outcome.UNKNOWN, key
            changed += 1
        else:
            assert outcome == known[key][2], key
    assert changed >= len(names - {"front_m", "side_m", "rear_m"})
