"""The round of a day: its order is short, and it is one officer's own."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Point

from observations.rounds import actions
from observations.rounds.models import Stop
from observations.rounds.ordering import EXACT_UPTO, sensible
from tests.builders import a_person, a_wilayat, an_area, the_office_hours, the_weekends
from tests.observations.builders import NOON, a_report, a_reporter, a_sender, gps, spot

XY = st.integers(0, 1_000)
POINTS = st.lists(st.tuples(XY, XY), min_size=1, max_size=6)
DAY = NOON.date()


def way(start: Point, stops: list[Point], order: tuple[int, ...]) -> float:
    legs = [start, *(stops[n] for n in order)]
    return sum(a.distance(b) for a, b in itertools.pairwise(legs))


@given(POINTS, st.tuples(XY, XY))
def test_a_short_round_is_the_shortest_of_all(points, at) -> None:
    start, stops = Point(at), [Point(xy) for xy in points]
    found = sensible(stops, start=start)
    assert sorted(found.order) == list(range(len(stops)))
    shortest = min(way(start, stops, one) for one in itertools.permutations(range(len(stops))))
    assert found.length_m == pytest.approx(shortest)
    assert found.length_m == pytest.approx(way(start, stops, found.order))


@settings(deadline=None, max_examples=30)
@given(st.lists(st.tuples(XY, XY), min_size=EXACT_UPTO + 1, max_size=40), st.tuples(XY, XY))
def test_a_long_round_visits_all_and_no_exchange_of_two_legs_shortens_it(points, at) -> None:
    start, stops = Point(at), [Point(xy) for xy in points]
    found = sensible(stops, start=start)
    assert sorted(found.order) == list(range(len(stops)))
    for i, j in itertools.combinations(range(len(stops)), 2):
        turned = (*found.order[:i], *found.order[i : j + 1][::-1], *found.order[j + 1 :])
        assert way(start, stops, turned) >= found.length_m - 1e-6


def test_an_empty_round_has_no_way() -> None:
    assert sensible([], start=Point(0, 0)).length_m == 0


@pytest.fixture
def city(db) -> None:
    the_weekends()
    the_office_hours()
    an_area(a_wilayat())


def some(*xs: float) -> list:
    return [
        a_report(gps(x), sender=a_sender(person=a_reporter(f"+9689990{n:04d}"))).observation
        for n, x in enumerate(xs)
    ]


def test_a_round_is_ordered_from_where_one_stands_and_keeps_what_was_visited(city) -> None:
    officer, other = a_person("department"), a_person("agent")
    reports = some(300, 100, 200, 0)
    for one in reports:
        assert actions.add(observation=one, person=officer, day=DAY)
    assert not actions.add(observation=reports[0], person=officer, day=DAY)
    actions.add(observation=reports[0], person=other, day=DAY)
    found = actions.put_in_order(person=officer, day=DAY, start=spot(-50))
    assert found.length_m == pytest.approx(350)
    listed = [stop.observation for stop in actions.round_of(officer, day=DAY)]
    assert listed == [reports[3], reports[1], reports[2], reports[0]]
    actions.have_been(observation=reports[2], person=officer, day=DAY, at=NOON)
    actions.put_in_order(person=officer, day=DAY, start=None)
    listed = [stop.observation for stop in actions.round_of(officer, day=DAY)]
    assert listed[0] == reports[2] and len(set(listed)) == 4
    actions.take_off(observation=reports[2], person=officer, day=DAY)
    assert actions.round_of(officer, day=DAY).count() == 3
    assert Stop.objects.filter(person=other).count() == 1


def test_a_round_has_an_end(city, monkeypatch) -> None:
    from municipality.problems import Problem

    monkeypatch.setattr(actions, "MOST_STOPS", 2)
    officer = a_person("department")
    one, two, three = some(0, 100, 200)
    actions.add(observation=one, person=officer, day=DAY)
    actions.add(observation=two, person=officer, day=DAY)
    with pytest.raises(Problem):
        actions.add(observation=three, person=officer, day=DAY)
