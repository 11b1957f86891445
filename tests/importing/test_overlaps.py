"""The quick search for overlapping polygons finds what comparing every pair finds."""

import numpy as np
import shapely
from hypothesis import given
from hypothesis import strategies as st

from municipality.importing.overlaps import find_overlaps
from municipality.importing.tolerances import OVERLAP_M2, OVERLAP_WIDTH_M

_metres = st.integers(0, 600).map(lambda v: v / 10)


@st.composite
def _shapes(draw: st.DrawFn) -> shapely.Geometry:
    """Turned boxes, triangles, boxes with holes, pairs of boxes, or nothing."""
    kind = draw(st.sampled_from(["box", "triangle", "hole", "pair", "none"]))
    if kind == "none":
        return None
    x, y, side = draw(_metres), draw(_metres), draw(st.integers(10, 200)) / 10
    box = shapely.box(x, y, x + side, y + draw(st.integers(10, 200)) / 10)
    if kind == "triangle":
        box = shapely.Polygon([(x, y), (x + side, y), (x, y + side)])
    if kind == "hole":
        inner = shapely.box(x + 1, y + 1, x + side - 1, y + side - 1)
        box = shapely.box(x, y, x + side, y + side).difference(inner)
    if kind == "pair":
        box = shapely.union_all([box, shapely.box(x + side + 5, y, x + side + 9, y + 4)])
    turned = shapely.affinity.rotate(
        box, draw(st.sampled_from([0, 0, 30, 45, 90])), origin=(30, 30)
    )
    return turned if shapely.is_valid(turned) and shapely.area(turned) > 0 else None


@given(st.lists(_shapes(), max_size=12))
def test_every_pair_that_shares_more_than_the_tolerance_is_found(shapes: list[object]) -> None:
    array = np.empty(len(shapes), dtype=object)
    array[:] = shapes
    found = find_overlaps(array)
    expected = set()
    for i, one in enumerate(shapes):
        for j in range(i + 1, len(shapes)):
            if one is None or shapes[j] is None:
                continue
            common = shapely.intersection(one, shapes[j])
            wide = common.area > OVERLAP_WIDTH_M * common.length / 2
            if common.area > OVERLAP_M2 and wide:
                expected.add((i, j))
    assert set(zip(found.first.tolist(), found.second.tolist(), strict=True)) == expected
