"""A survey on the register: each row as the address answers it, however the town is cut."""

import datetime as dt
import json
import time
from typing import Any

import numpy as np
import pytest
import shapely
from django.db import connection
from django.test import Client
from shapely import affinity

from municipality import crs
from plots.building_permits.sites.arrays import Shapes
from plots.building_permits.sites.rules.verdict import Outcome
from plots.building_permits.town import spreading
from plots.building_permits.town.chunks import Survey, chunks_of
from plots.building_permits.town.spreading import by_processes
from plots.building_permits.town.survey import (
    CODES_OF_SHEET,
    Answers,
    check_chunk,
    check_survey,
    here,
)
from plots.models import Plot
from tests.builders import a_theme_layer, square
from tests.building_permits.builders import (
    a_building_plot,
    a_neighbours_building,
    a_road,
    drawn,
    site,
)
from tests.campaigns.aside import aside

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 28)
CHECK = "/api/building-permits/check"


def a_quarter() -> list[Plot]:
    """Thirty plots in three rows, two streets, a wadi, a building that reaches over a line."""
    plots = []
    for n in range(30):
        x, y = n % 10 * 21.0, n // 10 * 42.0
        shape = square(x, y, 21, 30)
        if n % 4 == 0:
            shape = shape.difference(square(x + 13, y + 21, 8, 9))
        limits: dict[str, Any] = {"coverage_pct": None} if n % 6 == 0 else {}
        plots.append(a_building_plot(f"q{n}", shape, number=str(700 + n), **limits))
    a_road("s1", (-50, -6), (260, -6))
    a_road("s2", (-50, 36), (260, 36), width_m=None)
    a_theme_layer("wadi", [square(150, -50, 400, 90)])
    a_neighbours_building(square(18, 5, 8, 8), plots[0])
    return plots


def a_survey(plots: list[Plot]) -> Survey:
    rng = np.random.default_rng(11)
    shapes: Shapes = np.empty(len(plots) + 1, dtype=object)
    for n, plot in enumerate(plots):
        boundary = shapely.from_wkb(bytes(plot.boundary.wkb))
        scaled = affinity.scale(shapely.box(*boundary.bounds), *rng.uniform(0.3, 0.85, 2))
        shapes[n] = affinity.translate(scaled, *rng.normal(0, 1.5, 2))
    shapes[-1] = square(900, 900, 10)  # on no plot
    count = len(shapes)
    floors = np.where(rng.random(count) < 0.2, np.nan, 2.0)
    return Survey(shapes, floors, np.where(rng.random(count) < 0.2, np.nan, 9.0))


def same(one: Answers, other: Answers) -> bool:
    names = ("plot_id", "verdict", "outcome", "provided")
    columns = all(
        np.array_equal(getattr(one, n), getattr(other, n), equal_nan=n == "provided") for n in names
    )
    a, b = one.failures, other.failures
    numbers = all(np.array_equal(getattr(a, n), getattr(b, n)) for n in ("row", "rule", "provided"))
    return columns and numbers and bool((shapely.to_wkb(a.shape) == shapely.to_wkb(b.shape)).all())


def test_each_row_is_what_the_address_answers() -> None:
    plots = a_quarter()
    survey = a_survey(plots)
    found = check_survey(survey, TODAY)
    seen = set()
    for n, plot in enumerate(plots):
        says = {
            name: None if np.isnan(value) else value
            for name, value in (("floors", survey.floors[n]), ("height_m", survey.height_m[n]))
        }
        body = {
            "plot": plot.pk,
            "crs": f"EPSG:{crs.METRIC}",
            "site": site(drawn_there(survey.shape[n], says)),
        }
        answer = Client().post(CHECK, json.dumps(body), content_type="application/json").json()
        assert found.plot_id[n] == plot.pk
        for column, code in enumerate(CODES_OF_SHEET):
            lines = [r for r in answer["rules"] if r["rule"] == code]
            if code == "parking" or not lines:
                continue
            worst = max(
                lines,
                key=lambda r: ("not_applicable", "pass", "unknown", "fail").index(r["status"]),
            )
            outcome = Outcome(int(found.outcome[n, column])).name.lower()
            assert outcome == worst["status"], (n, code)
            seen.add(outcome)
            least = min((r["provided"] for r in lines if r["provided"] is not None), default=None)
            if least is not None:
                assert found.provided[n, column] == pytest.approx(least, abs=0.0015), (n, code)
    assert seen == {"pass", "fail", "unknown", "not_applicable"}


def drawn_there(shape: shapely.Geometry, says: dict) -> dict:
    """A main building in metres of the city, to the last digit."""
    feature = drawn("main", shape, **says)
    return {**feature, "geometry": json.loads(shapely.to_geojson(shape))}


def test_the_answers_do_not_depend_on_how_the_town_is_cut(monkeypatch) -> None:
    survey = a_survey(a_quarter())
    whole = check_survey(survey, TODAY)
    for most in (1, 4, 7, 13):
        monkeypatch.setattr(chunks_of, "__defaults__", (most,))
        assert same(check_survey(survey, TODAY), whole), most


def test_a_building_on_no_plot_fails_and_is_told() -> None:
    survey = a_survey(a_quarter())
    found = check_survey(survey, TODAY)
    assert (found.plot_id[-1], found.verdict[-1]) == (-1, Outcome.FAIL)
    assert (found.outcome[-1] == Outcome.NOT_APPLICABLE).all()
    assert len(found.verdict) == len(survey.shape)
    assert set(found.failures.row.tolist()) <= set(np.flatnonzero(found.verdict == Outcome.FAIL))


def is_there(backend: int) -> bool:
    """Whether a session of the database still lives, asked from another one."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT FROM pg_stat_activity WHERE pid = %s)", [backend])
            return bool(cursor.fetchone()[0])
    finally:
        other.close()


def answered_by_forks(survey: Survey, *, watched_s: float) -> tuple[list[Any], bool]:
    """What two forks answer of two halves, and whether their parent's session lives on.

    In a thread of its own: where a browser test has left its loop running, Django keeps the
    thread's session where no fork looks for it.
    """

    def work() -> tuple[list[Any], bool]:
        connection.ensure_connection()
        backend = int(connection.connection.info.backend_pid)
        halves = [survey.part(np.arange(12)), survey.part(np.arange(12, 31))]
        there = list(by_processes(2)(check_chunk, halves, [TODAY, TODAY]))
        ends = time.monotonic() + watched_s
        while is_there(backend) and time.monotonic() < ends:
            time.sleep(0.05)
        return there, is_there(backend)

    return aside(work)


@pytest.mark.django_db(transaction=True)
def test_two_processes_answer_what_one_does_and_leave_its_session_alone() -> None:
    survey = a_survey(a_quarter())
    halves = [survey.part(np.arange(12)), survey.part(np.arange(12, 31))]
    there, lives = answered_by_forks(survey, watched_s=0.5)
    assert lives
    for one, other in zip(there, here(check_chunk, halves, [TODAY, TODAY]), strict=True):
        assert same(one, other)


@pytest.mark.django_db(transaction=True)
def test_control_a_fork_that_says_farewell_ends_its_parents_session(monkeypatch) -> None:
    monkeypatch.setattr(spreading.os, "dup2", lambda one, other: None)
    _, lives = answered_by_forks(a_survey(a_quarter()), watched_s=15)
    assert not lives
