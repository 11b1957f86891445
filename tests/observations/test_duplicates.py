"""Near and alike: laws of the radius, kin, days, and what parts two sides."""

import datetime as dt
import math
from typing import Any

import pytest
import shapely
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from observations.duplicates import (
    CLOSED_DAYS,
    MOST_ACCURACY_M,
    SURELY_HERE_M,
    Alike,
    Behind,
    near_alike,
)
from observations.models import Category, Observation
from observations.reports.models import Status
from plots.models import Road, ThemeFeature, ThemeLayer
from tests.builders import EAST, NORTH, a_theme_layer, square
from tests.building_permits.builders import a_road
from tests.observations.routing import AT, a_category, a_report

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)


def ask(category: Category, x: float = 0, y: float = 0, accuracy: float = 0, **how: Any):
    point = shapely.Point(EAST + x, NORTH + y)
    how = {"at": AT, **how}
    return near_alike(category_id=category.pk, point=point, accuracy_m=accuracy, **how)


def ids(found: list[Alike]) -> list[int]:
    return [one.observation_id for one in found]


def test_nearest_first_with_distance_day_and_state() -> None:
    light = a_category("street_lighting", footprint_m=30)
    far, near = a_report(light, 25, accuracy_m=0), a_report(light, 0, 7, accuracy_m=0, status=3)
    found = ask(light)
    assert ids(found) == [near.pk, far.pk]
    one = found[0]
    assert (one.distance_m, one.reach_m) == (pytest.approx(7), pytest.approx(30))
    assert (one.status, one.reported_on, one.behind) == (Status.IN_PROGRESS, AT.date(), None)
    assert one.is_suggested and one.public_id == near.public_id
    assert ids(ask(light, limit=1)) == [near.pk]
    assert ids(ask(light, without=near.pk)) == [far.pk]


@pytest.mark.parametrize(
    ("mine", "theirs", "distance", "is_near"),
    [
        (0, 0, 30, True), (0, 0, 30.5, False), (5, 0, 35, True), (5, 0, 35.5, False),
        (5, 7, 42, True), (5, 7, 42.5, False), (0, None, 40, True), (0, None, 40.5, False),
        (5000, 0, MOST_ACCURACY_M + 30, True), (5000, 0, MOST_ACCURACY_M + 31, False),
        (0, 5000, MOST_ACCURACY_M + 30, True), (0, 5000, MOST_ACCURACY_M + 31, False),
    ],
)  # fmt: skip
def test_radius_is_both_accuracies_and_the_footprint(mine, theirs, distance, is_near) -> None:
    light = a_category(footprint_m=30)
    a_report(light, distance, accuracy_m=theirs)
    assert bool(ask(light, accuracy=mine)) == is_near


def test_kin_are_alike_and_others_are_not() -> None:
    waste, rubble = (
        a_category("waste", footprint_m=40, kin="waste"),
        a_category("rubble", footprint_m=60, kin="waste"),
    )
    noise, other = a_category("noise"), a_category("odours")
    held = a_report(rubble, 55, accuracy_m=0)
    a_report(noise, 1)
    a_report(other, 1)
    assert ids(ask(waste)) == [held.pk]  # 55 m: the larger footprint counts
    assert ids(ask(noise)) == [Observation.objects.get(category=noise).pk]


def test_open_or_closed_lately() -> None:
    waste = a_category()
    kept = {
        a_report(waste, n, status=status, closed_at=closed).pk
        for n, (status, closed) in enumerate(
            [(1, None), (2, None), (3, None), (4, AT - (CLOSED_DAYS - 0.01) * DAY)]
        )
    }
    for status, closed in [(4, AT - (CLOSED_DAYS + 0.01) * DAY), (4, None), (5, AT - DAY)]:
        a_report(waste, 1, status=status, closed_at=closed)
    assert set(ids(ask(waste))) == kept


def a_channel(part: str = "channel", x: float = 10.0, **values: Any) -> ThemeLayer:
    """A wadi that runs north and south, from x to x + 5 m, over a kilometre."""
    layer = a_theme_layer("wadi", [square(x, -500, 5, 1000)], **values)
    ThemeFeature.objects.filter(layer=layer).update(attributes={"part": part} if part else {})
    return layer


def test_behind_a_wadi_comes_last_and_is_not_suggested() -> None:
    waste = a_category(footprint_m=60)
    across, here = a_report(waste, 20, accuracy_m=0), a_report(waste, -40, accuracy_m=0)
    layer = a_channel()
    found = ask(waste)
    assert ids(found) == [here.pk, across.pk]
    assert [one.behind for one in found] == [None, Behind.WADI]
    assert [one.is_suggested for one in found] == [True, False]
    layer.delete()  # control: without the wadi it is the nearer one
    found = ask(waste)
    assert ids(found) == [across.pk, here.pk] and all(one.is_suggested for one in found)


def test_so_near_that_sides_do_not_count() -> None:
    waste = a_category()
    a_report(waste, 9, accuracy_m=0)
    a_channel(x=3)
    (one,) = ask(waste)
    assert one.behind is Behind.WADI and one.distance_m < SURELY_HERE_M and one.is_suggested


@pytest.mark.parametrize("part", ["strip", "channel", ""])
def test_the_strip_beside_a_wadi_parts_nothing(part) -> None:
    waste = a_category()
    a_report(waste, 20, accuracy_m=0)
    a_channel(part)
    (one,) = ask(waste)
    assert one.behind is (None if part == "strip" else Behind.WADI)


def test_what_lies_in_the_wadi_has_no_side_and_a_wadi_of_other_days_is_none() -> None:
    waste = a_category()
    a_report(waste, 12, accuracy_m=0)
    layer = a_channel()
    assert ask(waste)[0].behind is None
    Observation.objects.all().delete()
    a_report(waste, 20, accuracy_m=0)
    assert ask(waste)[0].behind is Behind.WADI
    ThemeLayer.objects.filter(pk=layer.pk).update(valid=(None, AT.date()))
    assert ask(waste)[0].behind is None


@pytest.mark.parametrize(
    ("values", "parts"),
    [
        ({"road_class": "motorway", "width_m": None}, True),
        ({"road_class": "main", "width_m": 28.0}, True),
        ({"road_class": "main", "width_m": 12.0}, False),
        ({"road_class": "main", "width_m": None}, False),
        ({"road_class": "main", "width_m": None, "attributes": {"oneway": "yes"}}, True),
        ({"road_class": "main", "width_m": None, "attributes": {"oneway": "no"}}, False),
        ({"road_class": "main", "width_m": None, "attributes": {"dual_carriageway": "yes"}}, True),
        ({"road_class": "minor", "width_m": 28.0}, False),
        ({"road_class": "minor", "attributes": {"oneway": "yes"}}, False),
    ],
)
def test_a_dual_carriageway_parts_two_sides(values, parts) -> None:
    waste = a_category(footprint_m=60)
    a_report(waste, 40, accuracy_m=0)
    a_road("r1", (20, -500), (20, 500), **values)
    (one,) = ask(waste)
    assert (one.behind is Behind.DUAL_ROAD) == parts == (not one.is_suggested)
    Road.objects.all().delete()  # control
    assert ask(waste)[0].is_suggested


def test_one_query(django_assert_num_queries) -> None:
    waste = a_category()
    for n in range(5):
        a_report(waste, n)
    a_channel(x=2)
    with django_assert_num_queries(1):
        assert len(ask(waste)) == 5


metres = st.floats(-250, 250, allow_nan=False).map(lambda m: round(m, 2))
accuracies = st.none() | st.floats(0, 300).map(lambda m: round(m, 1))
reports = st.tuples(
    metres, metres, accuracies, st.integers(0, 2), st.integers(1, 5), st.integers(0, 40)
)


def some(rows) -> list[Category]:
    """Store reports of three categories, two of them kin; an earlier example's go."""
    Observation.objects.all().delete()
    Category.objects.all().delete()
    made = [
        a_category("waste", footprint_m=40, kin="waste"),
        a_category("rubble", footprint_m=75, kin="waste"),
        a_category("noise", footprint_m=150),
    ]
    for x, y, accuracy, kind, status, days in rows:
        closed = AT - days * DAY if status >= Status.CLOSED else None
        a_report(made[kind], x, y, accuracy_m=accuracy, status=status, closed_at=closed)
    return made


BRUTE = """
SELECT o.id FROM observations_observation o
JOIN observations_category c ON c.id = o.category_id, observations_category own
WHERE own.id = %s AND (c.id = own.id OR c.kin = own.kin AND own.kin <> '')
  AND (o.status < 4 OR o.status = 4 AND o.closed_at > %s)
  AND sqrt((ST_X(o.point) - %s)^2 + (ST_Y(o.point) - %s)^2)
    <= least(%s, 100) + least(coalesce(o.accuracy_m, 10), 100)
      + greatest(own.footprint_m, c.footprint_m)
ORDER BY sqrt((ST_X(o.point) - %s)^2 + (ST_Y(o.point) - %s)^2), o.id
"""


@given(st.lists(reports, max_size=12), metres, metres, st.floats(0, 300))
def test_it_finds_what_reading_every_report_finds(rows, x, y, accuracy) -> None:
    for category in some(rows):
        east, north = EAST + x, NORTH + y
        with connection.cursor() as cursor:
            cursor.execute(
                BRUTE,
                [category.pk, AT - CLOSED_DAYS * DAY, east, north, accuracy, east, north],
            )
            expected = [row[0] for row in cursor.fetchall()]
        assert ids(ask(category, x, y, accuracy, limit=50)) == expected


@given(reports, reports)
def test_who_is_near_me_has_me_near(one, other) -> None:
    """Two open reports: each is found from the place of the other, or neither is."""
    made = some([(*one[:4], 1, 0), (*other[:4], 1, 0)])
    first, second = Observation.objects.order_by("pk")
    found = [
        bool(
            near_alike(
                category_id=mine.category_id, at=AT, without=mine.pk,
                point=shapely.Point(mine.point.coords),
                accuracy_m=10 if mine.accuracy_m is None else mine.accuracy_m,
            )
        )
        for mine in (first, second)
    ]  # fmt: skip
    assert found[0] == found[1] and len(made) == 3


@given(reports, st.floats(0, 2 * math.pi), st.floats(0, 300), st.floats(0, 300), st.floats(0, 200))
def test_moving_away_never_adds(row, angle, distance, further, accuracy) -> None:
    made = some([(0, 0, *row[2:4], 1, 0)])
    category = made[row[3]]

    def at(away: float) -> bool:
        x, y = away * math.cos(angle), away * math.sin(angle)
        return bool(ask(category, x, y, accuracy))

    assert at(distance) or not at(distance + further)


def test_the_indexes_are_used() -> None:
    """Both branches read an index of points; the control without them reads every report."""
    from observations import duplicates

    waste = a_category()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO observations_observation (public_id, point, fix_origin, category_id, "
            "status, channel, severity, reported_at, reported_on, closed_at, source, external_id, "
            "address) SELECT gen_random_uuid(), ST_Translate(%s::geometry, random() * 9000, "
            "random() * 9000), 'pin', %s, CASE WHEN n %% 100 = 0 THEN 1 ELSE 4 END, 0, 0, t, "
            "(t AT TIME ZONE 'Asia/Muscat')::date, CASE WHEN n %% 100 > 0 THEN t END, '', '', '' "
            "FROM (SELECT n, %s::timestamptz - n * interval '1 hour' AS t "
            "FROM generate_series(1, 20000) n) r",
            [a_report(waste).point.ewkb.hex(), waste.pk, AT],
        )
        cursor.execute("ANALYZE observations_observation")
        asked = {
            "category": waste.pk, "x": EAST + 4000, "y": NORTH + 4000, "accuracy": 10,
            "on": AT.date(), "since": AT - CLOSED_DAYS * DAY, "without": None, "limit": 10,
        }  # fmt: skip
        plan = plan_of(cursor, duplicates._QUERY, asked)
        assert plan.count("Index Cond: (point && ") == 2, plan
        assert "Seq Scan on observations_observation" not in plan, plan
        cursor.execute(
            "SELECT indexname FROM pg_indexes WHERE tablename = 'observations_observation' "
            "AND indexdef LIKE '%gist (point)%'"
        )
        names = [row[0] for row in cursor.fetchall()]
        assert "observation_open_at" in names and len(names) == 2
        for name in names:
            cursor.execute(f"DROP INDEX {name}")
        without = plan_of(cursor, duplicates._QUERY, asked)
        assert "Seq Scan on observations_observation" in without, without


def plan_of(cursor, query: str, asked) -> str:
    cursor.execute("EXPLAIN " + query, asked)
    return "\n".join(row[0] for row in cursor.fetchall())
