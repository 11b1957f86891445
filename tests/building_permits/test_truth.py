"""The rules are true: every verdict as PostGIS works it out, from the text of decision 0050.

The campaign ``truth`` takes 20,000 made sites and every building of two real towns; here are a
few hundred, with controls that show that a wrong way of measuring is found out.
"""

import numpy as np
import pytest
import shapely

from plots.building_permits.arrays import Floats, Shapes
from plots.building_permits.boundary import Boundary
from plots.building_permits.rules import setback
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
