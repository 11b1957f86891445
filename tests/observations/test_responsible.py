"""Whose is it?  Own rules before general ones, the disc before the point, the day before now."""

import datetime as dt

import numpy as np
import pytest
import shapely
from django.db import IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from municipality.calendar.rest_days import Span
from municipality.located import Place
from municipality.places import watch
from observations.models import Body
from observations.routing.book import Answering, ResponsibilityBook, responsibility_book
from observations.routing.queries import clear, judge, responsible
from tests.builders import EAST, NORTH, square
from tests.observations.routing import (
    DAY,
    a_category,
    a_directorate_body,
    a_responsibility,
    an_outside_body,
)

pytestmark = pytest.mark.django_db


def ask(category, x: float, y: float = 50.0, accuracy: float = 10.0, on: dt.date = DAY):
    point = shapely.Point(EAST + x, NORTH + y)
    return responsible(category_id=category.pk, point=point, accuracy_m=accuracy, on=on)


def said(found) -> tuple[str, list[tuple[str, float]]]:
    return found.result.value, [
        (one.feature.body, round(one.distance_to_edge_m, 6)) for one in found.candidates
    ]


@pytest.fixture
def two(db):
    """Seeb to the west of the line x = 0, Bausher to the east; the water company has sewage."""
    seeb, bausher = a_directorate_body("seeb"), a_directorate_body("bausher")
    a_responsibility(seeb, square(-1000, -1000, 1000, 2000))
    a_responsibility(bausher, square(0, -1000, 1000, 2000))
    return seeb, bausher


def test_four_answers_with_signed_distances(two) -> None:
    waste = a_category()
    assert said(ask(waste, -50)) == ("inside", [("seeb", 50.0)])
    assert said(ask(waste, -4)) == ("ambiguous", [("seeb", 4.0), ("bausher", -4.0)])
    assert said(ask(waste, 995)) == ("near_edge", [("bausher", 5.0)])
    assert said(ask(waste, 1005)) == ("near_edge", [("bausher", -5.0)])
    assert said(ask(waste, 1200)) == ("outside", [])
    assert clear(ask(waste, -50)).body == "seeb"
    for x in (-4, 995, 1005, 1200):
        assert clear(ask(waste, x)) is None


def test_a_category_has_its_own_rule_before_the_general_one(two) -> None:
    sewage, waste, water = a_category("sewage"), a_category(), an_outside_body()
    a_responsibility(water, square(-1000, -1000, 2000, 2000), category=sewage)
    assert said(ask(sewage, -4)) == ("inside", [("water", 950.0)])
    assert said(ask(waste, -4))[0] == "ambiguous"


def test_where_its_own_rule_ends_the_general_one_goes_on(two) -> None:
    sewage, water = a_category("sewage"), an_outside_body()
    a_responsibility(water, square(-500, -1000, 400, 2000), category=sewage)
    assert said(ask(sewage, -300)) == ("inside", [("water", 200.0)])
    assert said(ask(sewage, -700)) == ("inside", [("seeb", 200.0)])
    assert said(ask(sewage, -495)) == ("ambiguous", [("water", 5.0), ("seeb", -5.0)])
    assert said(ask(sewage, -50)) == ("inside", [("seeb", 50.0)])


def test_a_line_between_two_grounds_of_one_body_is_no_doubt(two) -> None:
    seeb, _ = two
    sewage = a_category("sewage")
    a_responsibility(seeb, square(-600, -1000, 300, 2000), category=sewage)
    found = ask(sewage, -598)
    assert found.result is Place.INSIDE
    assert said(found)[1] == [("seeb", 2.0), ("seeb", -2.0)]
    assert clear(found).category_id == sewage.pk
    edge = ask(sewage, -598, y=997)  # and over its own outer edge it is one again
    assert edge.result is Place.NEAR_EDGE and clear(edge) is None


def test_control_the_line_between_two_bodies_is_a_doubt(two) -> None:
    sewage, water = a_category("sewage"), an_outside_body()
    a_responsibility(water, square(-600, -1000, 300, 2000), category=sewage)
    assert ask(sewage, -598).result is Place.AMBIGUOUS


def test_two_bodies_on_the_same_ground_are_reported_not_refused(two) -> None:
    third = an_outside_body("police")
    a_responsibility(third, square(-200, -1000, 100, 2000))
    assert said(ask(a_category(), -150)) == ("ambiguous", [("seeb", 150.0), ("police", 50.0)])


def test_the_day_decides(two) -> None:
    waste, water = a_category(), an_outside_body()
    change = dt.date(2026, 7, 1)
    a_responsibility(
        water, square(-1000, -1000, 1000, 2000), category=waste, valid=(change, dt.date(2026, 8, 1))
    )
    days = {dt.date(2026, 6, 30): "seeb", change: "water", dt.date(2026, 7, 31): "water",
            dt.date(2026, 8, 1): "seeb"}  # fmt: skip
    for on, body in days.items():
        assert clear(ask(waste, -500, on=on)).body == body, on


@pytest.mark.parametrize("shift", [0, 5, 400])
def test_one_boundary_a_body_category_and_day(two, shift) -> None:
    seeb, _ = two
    with pytest.raises(IntegrityError), transaction.atomic():
        a_responsibility(seeb, square(shift, 0, 10))
    a_responsibility(seeb, square(shift, 0, 10), category=a_category())


def test_a_boundary_that_crosses_itself_is_refused(two) -> None:
    seeb, _ = two
    bow = shapely.Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    bow = shapely.transform(bow, lambda xy: xy + np.array([EAST, NORTH]))
    with pytest.raises(IntegrityError), transaction.atomic():
        a_responsibility(seeb, bow, category=a_category())


def test_a_body_is_a_directorate_or_outside() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Body.objects.create(code="x", name_ar="س", name_en="x", source="test")


def test_change_by_sql_is_seen_and_rollback_too(two) -> None:
    waste = a_category()
    assert clear(ask(waste, -500)).body == "seeb"
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("UPDATE observations_responsibility SET valid = 'empty'")
            assert ask(waste, -500).result is Place.OUTSIDE
            raise ZeroDivisionError
    except ZeroDivisionError:
        pass
    assert clear(ask(waste, -500)).body == "seeb"
    Body.objects.filter(code="seeb").update(name_en="Seeb")
    assert clear(ask(waste, -500)).name_en == "Seeb"


@pytest.mark.django_db(transaction=True)
def test_nothing_is_asked_while_nothing_changes(settings, django_assert_num_queries) -> None:
    settings.GEO_WATCH_STAMPS = True
    try:
        waste = a_category()
        a_responsibility(a_directorate_body(), square(-1000, -1000, 2000))
        for _ in range(50):  # until our own change was heard
            ask(waste, 0)
        with django_assert_num_queries(0):
            assert ask(waste, 0).result is Place.INSIDE
    finally:
        watch.close()


def test_in_a_transaction_one_look_at_the_stamps(two, django_assert_num_queries) -> None:
    waste = a_category()
    ask(waste, 0)
    with django_assert_num_queries(1):
        ask(waste, 3)


OWN = 7  # the category asked for
sides = st.integers(-400, 400)
boxes = st.tuples(sides, sides, st.integers(5, 300), st.integers(5, 300), st.booleans())


def a_rule(n: int, shape, *, own: bool) -> Answering:
    """A rule of a body of its own, as the book holds it."""
    return Answering(
        n, n, f"b{n}", "", "", True, None, OWN if own else None, Span(None, None), "test", shape
    )


@given(st.lists(boxes, min_size=1, max_size=6), sides, sides, st.floats(0, 60))
def test_own_ground_never_yields_and_clear_is_clear(rects, x, y, accuracy) -> None:
    """Against the plain way: which bodies answer at points all over the disc."""
    rules = [
        a_rule(n, square(left, low, wide, high), own=own)
        for n, (left, low, wide, high, own) in enumerate(rects)
    ]
    grounds = ResponsibilityBook(rules).grounds(category_id=OWN, on=DAY)
    point = shapely.Point(EAST + x, NORTH + y)
    found = judge(grounds, point=point, accuracy_m=accuracy)
    assert (found.result is Place.OUTSIDE) == (not found.candidates)
    if (rule := clear(found)) is None:
        return
    edges = [rule.ground.boundary for rule in rules]
    for angle in range(0, 360, 15):
        for part in (0.0, 0.5, 0.999):
            away = accuracy * part
            at = shapely.Point(
                point.x + away * np.cos(np.radians(angle)),
                point.y + away * np.sin(np.radians(angle)),
            )
            if min(shapely.distance(edges, at)) > 1e-6:
                assert _answer_at(rects, at.x - EAST, at.y - NORTH) == {rule.body}


def _answer_at(rects, x: float, y: float) -> set[str]:
    here = [
        (f"b{n}", own)
        for n, (left, low, wide, high, own) in enumerate(rects)
        if left <= x <= left + wide and low <= y <= low + high
    ]
    owned = {body for body, own in here if own}
    return owned or {body for body, _ in here}


def test_the_book_keeps_what_it_worked_out(two) -> None:
    waste, on = a_category(), DAY
    first = responsibility_book().grounds(category_id=waste.pk, on=on)
    assert responsibility_book().grounds(category_id=None, on=on + dt.timedelta(days=1)) is first
