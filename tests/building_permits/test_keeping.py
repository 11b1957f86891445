"""Verdicts of a town in the database: unpacked they are the answers, to the bit; and by whom."""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from io import StringIO
from typing import Any

import numpy as np
import pytest
import shapely
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone

from municipality.stored import shape_of
from plots.building_permits.models import FootprintFailure, FootprintSurvey, FootprintVerdict
from plots.building_permits.town import keeping
from plots.building_permits.town.chunks import Survey, chunks_of
from plots.building_permits.town.keeping import keep_survey, unpacked
from plots.building_permits.town.spreading import by_cluster, by_processes
from plots.building_permits.town.survey import CODES_OF_SHEET, Answers, check_survey
from plots.models import Building
from tests.builders import multi, square
from tests.building_permits.builders import a_building_plot, a_street
from tests.clusters import two_workers

ON = dt.date(2026, 11, 28)
HOUSES = [square(3.5, 6, 13, 15), square(1, 6, 13, 15), square(400, 400, 5, 5)]


def a_survey() -> Survey:
    """A house that keeps every rule of its plot, one too near its line, one on no plot."""
    a_building_plot()
    a_street()
    shapes = np.array(HOUSES, dtype=object)
    return Survey(shapes, np.array([2.0, np.nan, 1.0]), np.array([9.0, 9.0, np.nan]))


def kept_of(survey: Survey, **by: Any) -> FootprintSurvey:
    return keep_survey(survey, source="test", on=ON, at=timezone.now(), **by).survey


def assert_kept(kept: FootprintSurvey, answers: Answers) -> None:
    """Every row and every failure is what was answered, to the bit."""
    rows = list(FootprintVerdict.objects.filter(survey=kept).order_by("row"))
    assert [row.row for row in rows] == list(range(kept.rows))
    assert [row.verdict for row in rows] == answers.verdict.tolist()
    assert [row.plot_id or -1 for row in rows] == answers.plot_id.tolist()
    for n, row in enumerate(rows):
        held = unpacked(row)
        assert held.outcome.tolist() == answers.outcome[n].tolist()
        assert held.provided.tobytes() == answers.provided[n].astype("<f8").tobytes()
        assert len(bytes(row.packed)) == 9 * len(CODES_OF_SHEET)
    found = FootprintFailure.objects.filter(survey=kept).order_by("row", "pk")
    failures = answers.failures
    assert [one.row for one in found] == failures.row.tolist()
    assert [one.rule for one in found] == failures.rule.tolist()
    assert [one.permitted for one in found] == failures.permitted.tolist()
    assert [one.provided for one in found] == failures.provided.tolist()
    shapes = shapely.to_wkb(failures.shape).tolist()
    assert [shapely.to_wkb(shape_of(one.shape)) for one in found] == shapes


@pytest.mark.django_db
def test_what_is_kept_is_what_was_answered_to_the_bit() -> None:
    survey = a_survey()
    assert_kept(kept_of(survey), check_survey(survey, ON))


@pytest.mark.django_db
def test_shapes_are_kept_of_failures_alone() -> None:
    kept = kept_of(a_survey())
    failures = FootprintFailure.objects.filter(survey=kept).order_by("pk")
    assert {one.row for one in failures} == {1}
    near = next(one for one in failures if one.rule == "setback.side")
    assert shape_of(near.shape).area == pytest.approx(2.0 * 15.0, abs=0.01)
    assert near.provided == pytest.approx(1.0, abs=1e-9) and near.permitted == 3.0


@pytest.mark.django_db
def test_a_town_where_nothing_stands_on_a_plot_is_kept_without_a_shape() -> None:
    apart = Survey(np.array(HOUSES[2:], dtype=object), np.array([1.0]), np.array([9.0]))
    kept = kept_of(apart)
    assert kept.rows == 1 and not FootprintFailure.objects.exists()
    assert FootprintVerdict.objects.get().plot_id is None


def breaks_off(work: Callable[..., Any], surveys: Sequence[Survey], *said: Sequence[Any]) -> Any:
    """Whoever works on the chunks is gone after the first."""
    yield work(surveys[0], *(one[0] for one in said))
    raise RuntimeError("gone")


@pytest.mark.django_db
def test_a_run_that_breaks_off_shows_nothing_and_the_next_clears_it_away(monkeypatch) -> None:
    monkeypatch.setattr(chunks_of, "__defaults__", (1,))
    survey = a_survey()
    before = kept_of(survey)
    with pytest.raises(RuntimeError, match="gone"):
        kept_of(survey, by=breaks_off)
    assert FootprintSurvey.objects.get() == before
    assert FootprintVerdict.objects.count() == before.rows + 1  # what it left, under no survey
    after = kept_of(survey)
    for kept in (before, after):
        assert_kept(kept, check_survey(survey, ON))
    assert FootprintVerdict.objects.count() == 2 * before.rows


@pytest.mark.django_db
def test_control_what_is_left_would_stay(monkeypatch) -> None:
    monkeypatch.setattr(chunks_of, "__defaults__", (1,))
    survey = a_survey()
    with pytest.raises(RuntimeError, match="gone"):
        kept_of(survey, by=breaks_off)
    monkeypatch.setattr(keeping, "LEFT", "SELECT 0 WHERE false")
    kept = kept_of(survey)
    assert FootprintVerdict.objects.count() == kept.rows + 1


@pytest.mark.django_db(transaction=True)
def test_two_processes_keep_what_one_answers(monkeypatch) -> None:
    monkeypatch.setattr(chunks_of, "__defaults__", (1,))
    survey = a_survey()
    assert_kept(kept_of(survey, by=by_processes(2)), check_survey(survey, ON))


@pytest.mark.django_db(transaction=True)
def test_a_second_run_waits_for_the_first(monkeypatch) -> None:
    """Else it would clear away what the first has kept so far."""
    survey = a_survey()
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [keeping.LOCK])
        with connection.cursor() as own:
            own.execute("SET lock_timeout = '200ms'")
        with pytest.raises(OperationalError, match="lock timeout"):
            kept_of(survey)
    assert not FootprintVerdict.objects.exists()
    connection.close()


@pytest.mark.django_db
def test_the_buildings_of_the_register_are_checked_by_one_command() -> None:
    a_survey()
    for n, house in enumerate(HOUSES):
        Building.objects.create(register_key=f"b{n}", footprint=multi(house), floors=2)
    said = StringIO()
    call_command("check_buildings", workers=1, stdout=said)
    assert FootprintSurvey.objects.get().rows == 3 and "3 buildings" in said.getvalue()
    assert FootprintVerdict.objects.count() == 3


@pytest.fixture
def cluster(transactional_db) -> Iterator[str]:
    """A Dask cluster of two workers, processes of their own on the test database."""
    with two_workers(GEO_DB_NAME=str(connection.settings_dict["NAME"])) as address:
        yield address


def test_a_cluster_answers_the_same_to_the_last_digit(cluster: str, monkeypatch) -> None:
    a_building_plot()
    a_street()
    rng = np.random.default_rng(7)
    shapes = np.array([square(x, y, 9, 11) for x, y in rng.uniform(-2, 12, (40, 2))], dtype=object)
    survey = Survey(shapes, np.full(40, 2.0), np.full(40, 9.0))
    here = check_survey(survey, ON)
    monkeypatch.setattr(chunks_of, "__defaults__", (9,))
    there = check_survey(survey, ON, by=by_cluster(cluster))
    assert there.verdict.tolist() == here.verdict.tolist()
    assert there.provided.tobytes() == here.provided.tobytes()
    assert (
        shapely.to_wkb(there.failures.shape).tolist()
        == shapely.to_wkb(here.failures.shape).tolist()
    )
    assert_kept(kept_of(survey, by=by_cluster(cluster)), here)
