"""The four answers."""

import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from shapely.affinity import rotate, translate
from shapely.geometry import Point

from municipality.located import Place, locate, signed_distance_m
from tests.builders import EAST, NORTH, square
from tests.strategies import accuracies, points, rectangles

CENTRE = Point(EAST + 10, NORTH + 10)


def answer(point: Point, accuracy_m: float, *shapes: object) -> str:
    return locate(point=point, accuracy_m=accuracy_m, features=list(enumerate(shapes))).result


def test_disc_wholly_inside_is_inside() -> None:
    assert answer(CENTRE, 9.9, square()) == Place.INSIDE


def test_closed_disc_touching_the_edge_from_within_is_inside() -> None:
    assert answer(CENTRE, 10.0, square()) == Place.INSIDE


def test_disc_over_the_edge_is_near_edge() -> None:
    assert answer(CENTRE, 10.1, square()) == Place.NEAR_EDGE


def test_point_outside_whose_disc_touches_is_near_edge() -> None:
    assert answer(Point(EAST - 5, NORTH + 10), 5.0, square()) == Place.NEAR_EDGE


def test_disc_that_meets_nothing_is_outside() -> None:
    assert answer(Point(EAST - 5, NORTH + 10), 4.99, square()) == Place.OUTSIDE


def test_disc_over_two_neighbours_is_ambiguous_even_deep_in_one() -> None:
    assert answer(CENTRE, 15, square(), square(x=20)) == Place.AMBIGUOUS


def test_point_exactly_on_a_shared_edge_is_ambiguous_at_zero_accuracy() -> None:
    assert answer(Point(EAST + 20, NORTH + 10), 0, square(), square(x=20)) == Place.AMBIGUOUS


def test_inside_one_and_touching_a_neighbour_is_ambiguous() -> None:
    assert answer(CENTRE, 10, square(), square(x=20)) == Place.AMBIGUOUS


def test_hole_is_outside() -> None:
    ring = square(-50, -50, 120).difference(square())
    assert answer(CENTRE, 3, ring) == Place.OUTSIDE


def test_distance_is_positive_inside_and_negative_outside() -> None:
    assert signed_distance_m(square(), Point(EAST + 4, NORTH + 10)) == 4
    assert signed_distance_m(square(), Point(EAST - 4, NORTH + 10)) == -4


def test_no_features_is_outside() -> None:
    assert answer(CENTRE, 10) == Place.OUTSIDE


@given(points, accuracies, st.lists(rectangles, max_size=4))
def test_answer_agrees_with_the_disc_drawn_as_a_polygon(point, accuracy_m, shapes) -> None:
    """The law of spatial.md §2, against GEOS's own disc (leaving out what rounding decides)."""
    for shape in shapes:
        edge = abs(signed_distance_m(shape, point))
        assume(abs(edge - accuracy_m) > 1e-3 * max(1.0, accuracy_m))
    disc = point.buffer(accuracy_m, quad_segs=256) if accuracy_m else point
    met = [shape for shape in shapes if shapely.intersects(shape, disc)]
    expected = Place.OUTSIDE
    if len(met) > 1:
        expected = Place.AMBIGUOUS
    elif met:
        expected = Place.INSIDE if shapely.covers(met[0], disc) else Place.NEAR_EDGE
    assert answer(point, accuracy_m, *shapes) == expected


@given(points, accuracies, st.lists(rectangles, min_size=1, max_size=3), st.floats(0, 360))
def test_turning_and_moving_everything_changes_no_answer(point, accuracy_m, shapes, angle) -> None:
    for shape in shapes:
        assume(abs(abs(signed_distance_m(shape, point)) - accuracy_m) > 1e-3)

    def moved(shape):
        return translate(rotate(shape, angle, origin=(EAST, NORTH)), 137.0, -91.0)

    assert answer(moved(point), accuracy_m, *map(moved, shapes)) == answer(
        point, accuracy_m, *shapes
    )


@given(points, accuracies, st.floats(0, 50), st.lists(rectangles, min_size=1, max_size=3))
def test_a_better_fix_never_meets_more_features(point, accuracy_m, better, shapes) -> None:
    coarse = locate(point=point, accuracy_m=accuracy_m + better, features=list(enumerate(shapes)))
    fine = locate(point=point, accuracy_m=accuracy_m, features=list(enumerate(shapes)))
    assert len(fine.candidates) <= len(coarse.candidates)
