"""Parking zones of the demo city, whatever the seed."""

import numpy as np
import pytest
import shapely

from geo_portal.demo.ground import draw, read
from geo_portal.demo.zones import boundaries, streets_of


@pytest.mark.parametrize("seed", range(1, 13))
def test_zones_of_a_day_form_a_coverage_for_any_seed(seed: int) -> None:
    rows = read("zones")["zones"]
    shapes = [boundaries(row, rows, seed)[-1] for row in rows]
    assert all(shape.is_valid and shape.area > 10_000 for shape in shapes)
    assert shapely.coverage_is_valid(np.array(shapes, dtype=object))


def test_zones_at_ruwi_share_edges_so_that_a_reading_can_be_ambiguous() -> None:
    rows = read("zones")["zones"]
    ruwi = [boundaries(row, rows, 1)[-1] for row in rows if row["area"] == "Ruwi"]
    shared = sum(a.intersection(b).length > 50 for n, a in enumerate(ruwi) for b in ruwi[n + 1 :])
    assert shared >= 4


def test_streets_of_an_area_do_not_depend_on_how_much_is_built() -> None:
    area = draw().areas[0]
    assert (streets_of(area, 1).x == streets_of(area, 1).x).all()
