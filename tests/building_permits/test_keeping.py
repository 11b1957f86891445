"""Verdicts of a town in the database: unpacked they are the answers, to the bit; and by whom."""

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO

import numpy as np
import pytest
import shapely
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from municipality.stored import shape_of
from plots.building_permits.models import FootprintFailure, FootprintSurvey, FootprintVerdict
from plots.building_permits.town.chunks import Survey
from plots.building_permits.town.keeping import keep, unpacked
from plots.building_permits.town.spreading import by_cluster
from plots.building_permits.town.survey import CODES_OF_SHEET, check_survey
from plots.models import Building
from tests.builders import multi, square
from tests.building_permits.builders import a_building_plot, a_street
from tests.notices.builders import free_port

ON = dt.date(2026, 11, 28)
HOUSES = [square(3.5, 6, 13, 15), square(1, 6, 13, 15), square(400, 400, 5, 5)]


def a_survey() -> Survey:
    """A house that keeps every rule of its plot, one too near its line, one on no plot."""
    a_building_plot()
    a_street()
    shapes = np.array(HOUSES, dtype=object)
    return Survey(shapes, np.array([2.0, np.nan, 1.0]), np.array([9.0, 9.0, np.nan]))


@pytest.mark.django_db
def test_what_is_kept_is_what_was_answered_to_the_bit() -> None:
    answers = check_survey(a_survey(), ON)
    kept = keep(answers, source="test", on=ON, at=timezone.now())
    rows = list(FootprintVerdict.objects.filter(survey=kept).order_by("row"))
    assert [row.verdict for row in rows] == answers.verdict.tolist()
    assert [row.plot_id or -1 for row in rows] == answers.plot_id.tolist()
    for n, row in enumerate(rows):
        held = unpacked(row)
        assert held.outcome.tolist() == answers.outcome[n].tolist()
        assert held.provided.tobytes() == answers.provided[n].astype("<f8").tobytes()
        assert len(bytes(row.packed)) == 9 * len(CODES_OF_SHEET)


@pytest.mark.django_db
def test_shapes_are_kept_of_failures_alone() -> None:
    answers = check_survey(a_survey(), ON)
    kept = keep(answers, source="test", on=ON, at=timezone.now())
    failures = FootprintFailure.objects.filter(survey=kept).order_by("pk")
    assert [one.row for one in failures] == answers.failures.row.tolist() and failures
    assert {one.row for one in failures} == {1}
    near = next(one for one in failures if one.rule == "setback.side")
    assert shape_of(near.shape).area == pytest.approx(2.0 * 15.0, abs=0.01)
    assert near.provided == pytest.approx(1.0, abs=1e-9) and near.permitted == 3.0


@pytest.mark.django_db
def test_a_town_where_nothing_stands_on_a_plot_is_kept_without_a_shape() -> None:
    apart = Survey(np.array(HOUSES[2:], dtype=object), np.array([1.0]), np.array([9.0]))
    kept = keep(check_survey(apart, ON), source="test", on=ON, at=timezone.now())
    assert kept.rows == 1 and not FootprintFailure.objects.exists()
    assert FootprintVerdict.objects.get().plot_id is None


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
    port, name = free_port(), str(connection.settings_dict["NAME"])
    env = {**os.environ, "GEO_DB_NAME": name, "DJANGO_SETTINGS_MODULE": "geo_portal.settings.test"}
    address = f"tcp://127.0.0.1:{port}"
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": env}
    scheduler = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1",
         "--port", str(port), "--no-dashboard"], **quiet,
    )  # fmt: skip
    workers = subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nworkers", "2",
         "--nthreads", "1", "--no-dashboard"], **quiet,
    )  # fmt: skip
    yield address
    for process in (workers, scheduler):
        process.terminate()
        process.wait(20)


def test_a_cluster_answers_the_same_to_the_last_digit(cluster: str, monkeypatch) -> None:
    from plots.building_permits.town import chunks

    a_building_plot()
    a_street()
    rng = np.random.default_rng(7)
    shapes = np.array([square(x, y, 9, 11) for x, y in rng.uniform(-2, 12, (40, 2))], dtype=object)
    survey = Survey(shapes, np.full(40, 2.0), np.full(40, 9.0))
    here = check_survey(survey, ON)
    monkeypatch.setattr(chunks, "CHUNK", 9)
    monkeypatch.setattr(chunks.chunks_of, "__defaults__", (9,))
    there = check_survey(survey, ON, by=by_cluster(cluster))
    assert there.verdict.tolist() == here.verdict.tolist()
    assert there.provided.tobytes() == here.provided.tobytes()
    assert (
        shapely.to_wkb(there.failures.shape).tolist()
        == shapely.to_wkb(here.failures.shape).tolist()
    )
