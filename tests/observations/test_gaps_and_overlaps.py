"""Gaps and overlaps of responsibilities: known areas, and the law that all pieces make the land."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from municipality.calendar.rest_days import Span
from observations.routing.book import Answering, ResponsibilityBook
from observations.routing.coverage import (
    SLIVER_M2,
    all_gaps_and_overlaps,
    gaps_and_overlaps,
    measure,
)
from tests.builders import a_wilayat, square
from tests.observations.routing import (
    DAY,
    a_category,
    a_directorate_body,
    a_responsibility,
    an_outside_body,
)

OWN = 7


def a_rule(n: int, shape, *, own: bool = False, body: int | None = None) -> Answering:
    whose = n if body is None else body
    return Answering(
        n, whose, f"b{whose}", "", "", True, None, OWN if own else None, Span(None, None), "", shape
    )


def found_of(rules, land, category=None):
    grounds = ResponsibilityBook(rules).grounds(category_id=category, on=DAY)
    return measure(grounds=grounds, land=land, category_id=category)


def test_known_areas() -> None:
    land = square(0, 0, 4000, 1000)
    rules = [
        a_rule(1, square(-500, 0, 2000, 1000)),  # 0.5 km² of it at sea
        a_rule(2, square(1400, 0, 1600, 1000)),  # 0.1 km² of it the first one's too
    ]
    found = found_of(rules, land)
    assert found.land_km2 == pytest.approx(4.0)
    assert (found.gaps_km2, found.overlaps_km2) == (pytest.approx(1.0), pytest.approx(0.1))
    assert (found.once_km2, found.at_sea_km2) == (pytest.approx(2.9), pytest.approx(0.5))
    assert [(one.bodies, round(one.km2, 9)) for one in found.overlaps] == [(("b1", "b2"), 0.1)]
    assert found.overlaps[0].ground.equals(square(1400, 0, 100, 1000))
    assert [(one.bodies, round(one.km2, 9)) for one in found.gaps] == [((), 1.0)]
    assert found.gaps[0].ground.equals(square(3000, 0, 1000, 1000))


def test_slivers_are_counted_apart_and_still_in_the_sum() -> None:
    land = square(0, 0, 1000)
    rules = [a_rule(1, square(0, 0, 500, 1000)), a_rule(2, square(500.5, 0, 499.5, 999.5))]
    found = found_of(rules, land)
    assert found.gaps == () and found.gap_slivers.count == 1  # one L, 0.5 m wide
    assert found.gap_slivers.km2 == pytest.approx(found.gaps_km2)
    assert found.gaps_km2 * 1e6 == pytest.approx(0.5 * 1000 + 0.5 * 499.5)


def test_control_a_metre_more_is_no_sliver() -> None:
    rules = [a_rule(1, square(0, 0, 500, 1000)), a_rule(2, square(502, 0, 498, 1000))]
    found = found_of(rules, square(0, 0, 1000))
    assert len(found.gaps) == 1 and found.gap_slivers.count == 0
    assert found.gaps[0].ground.area == pytest.approx(2000) and SLIVER_M2 < 2000


def test_two_rules_of_one_body_are_no_overlap() -> None:
    rules = [a_rule(1, square(0, 0, 600, 100)), a_rule(2, square(0, 0, 600, 100), body=1)]
    assert found_of(rules, square(0, 0, 600, 100)).overlaps_km2 == 0


def test_an_own_rule_over_a_general_one_is_no_overlap_either() -> None:
    rules = [a_rule(1, square(0, 0, 600, 100)), a_rule(2, square(0, 0, 300, 100), own=True)]
    found = found_of(rules, square(0, 0, 600, 100), OWN)
    assert (found.overlaps_km2, found.gaps_km2) == (0, 0)
    assert found.once_km2 == pytest.approx(0.06)


def test_an_own_rule_over_all_the_general_ground_leaves_nothing_of_it() -> None:
    rules = [a_rule(1, square(0, 0, 600, 100)), a_rule(2, square(0, 0, 600, 100), own=True)]
    grounds = ResponsibilityBook(rules).grounds(category_id=OWN, on=DAY)
    assert [rule.body for rule in grounds.rules] == ["b2"]
    assert found_of(rules, square(0, 0, 600, 100), OWN).once_km2 == pytest.approx(0.06)


def test_nobody_at_all_is_one_gap() -> None:
    found = found_of([], square(0, 0, 1000))
    assert (found.gaps_km2, found.once_km2, found.overlaps_km2) == (1.0, 0.0, 0.0)
    assert found.gap_slivers.count == found.overlap_slivers.count == 0


sides = st.floats(-300, 300, allow_nan=False)
lengths = st.floats(1, 400)
rects = st.tuples(sides, sides, lengths, lengths, st.booleans())


@given(st.lists(rects, max_size=7), st.tuples(sides, sides, lengths, lengths), st.booleans())
def test_gaps_what_is_covered_once_and_overlaps_make_the_land(boxes, ground, own) -> None:
    land = square(*ground)
    rules = [a_rule(n, square(*box[:4]), own=box[4]) for n, box in enumerate(boxes)]
    found = found_of(rules, land, OWN if own else None)
    whole = found.once_km2 + found.gaps_km2 + found.overlaps_km2
    assert whole == pytest.approx(found.land_km2, rel=1e-9, abs=1e-12)
    for total, patches, slivers in (
        (found.gaps_km2, found.gaps, found.gap_slivers),
        (found.overlaps_km2, found.overlaps, found.overlap_slivers),
    ):
        listed = sum(one.km2 for one in patches) + slivers.km2
        assert listed == pytest.approx(total, rel=1e-9, abs=1e-12)
        assert all(one.ground.area >= SLIVER_M2 for one in patches)
    for patch in found.overlaps:
        assert len(patch.bodies) > 1


@given(st.lists(rects, min_size=1, max_size=5), st.integers(0, 2**32 - 1))
def test_each_point_of_the_land_counts_as_often_as_bodies_answer_there(boxes, seed) -> None:
    """Against throwing points: the shares agree with how many boxes hold each."""
    import numpy as np

    land = square(-300, -300, 700)
    rules = [a_rule(n, square(*box[:4])) for n, box in enumerate(boxes)]
    found = found_of(rules, land)
    throws = np.random.default_rng(seed).uniform(0, 700, (4000, 2)) - 300
    held = np.zeros(len(throws), dtype=int)
    for left, low, wide, high, _ in boxes:
        x, y = throws[:, 0], throws[:, 1]
        held += (x > left) & (x < left + wide) & (y > low) & (y < low + high)
    for km2, share in ((found.gaps_km2, held == 0), (found.once_km2, held == 1),
                       (found.overlaps_km2, held > 1)):  # fmt: skip
        assert km2 / found.land_km2 == pytest.approx(share.mean(), abs=0.05)


@pytest.mark.django_db
def test_of_the_tables_by_category_and_day() -> None:
    a_wilayat("seeb", square(0, 0, 2000, 1000))
    a_wilayat("bausher", square(2000, 0, 2000, 1000))
    sewage, seeb, water = a_category("sewage"), a_directorate_body("seeb"), an_outside_body()
    a_responsibility(seeb, square(0, 0, 3000, 1000), valid=(None, DAY))
    a_responsibility(seeb, square(0, 0, 3500, 1000), valid=(DAY, None))
    a_responsibility(water, square(0, 0, 4000, 1000), category=sewage)
    general, own = all_gaps_and_overlaps(on=DAY)
    assert (general.category_id, own.category_id) == (None, sewage.pk)
    assert general.gaps_km2 == pytest.approx(0.5) and own.gaps_km2 == pytest.approx(0, abs=1e-9)
    assert general.land_km2 == pytest.approx(4)
    before = gaps_and_overlaps(on=DAY.replace(day=1))
    assert before.gaps_km2 == pytest.approx(1.0)
    a_responsibility(an_outside_body("police"), square(3000, 0, 1000, 1000))
    now = gaps_and_overlaps(on=DAY)
    assert (now.gaps_km2, now.overlaps_km2) == (pytest.approx(0, abs=1e-9), pytest.approx(0.5))
    assert now.overlaps[0].bodies == ("police", "seeb")


def test_patches_are_polygons() -> None:
    found = found_of([a_rule(1, square(100, 100, 300))], square(0, 0, 500))
    assert [one.ground.geom_type for one in found.gaps] == ["Polygon"]
    assert shapely.get_num_interior_rings(found.gaps[0].ground) == 1
