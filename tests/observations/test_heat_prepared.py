"""Large files: written by the worker, fetched by who asked, one at a time, forgotten after a day."""

import datetime as dt
import io

import numpy as np
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from PIL import Image

from maps.heat.classes import COLOURS
from maps.heat.models import HeatExport
from municipality import crs
from municipality.conf import PROFILE
from municipality.jobs.worker import Worker
from municipality.people.models import User
from observations.reports import export_api as exported
from observations.reports.export_api import forget_old, write_export
from observations.reports.models import Observation
from tests.observations.conftest import report

DAY = dt.date(2016, 3, 5)
ASKED = "/api/heat/export.csv?cell_m=50"


@pytest.fixture
def planner(db, client):
    client.force_login(User.objects.create(username="p", roles=["planner"]))
    return client


@pytest.fixture
def reports(categories):
    rng = np.random.default_rng(3)
    c = crs.metric_point(*PROFILE.centre)
    Observation.objects.bulk_create(
        report(c.x + x, c.y + y, DAY, categories[i % 4])
        for i, (x, y) in enumerate(rng.normal(0, 2000, (200, 2)))
    )


@pytest.fixture
def slow(monkeypatch):
    """Every file counts as large, and nobody waits for it."""
    monkeypatch.setattr(exported, "AT_ONCE", dict.fromkeys(exported.AT_ONCE, 1))
    monkeypatch.setattr("observations.reports.api.AT_ONCE", exported.AT_ONCE)
    monkeypatch.setattr(exported, "WAIT_S", 0)


def test_a_small_file_comes_at_once(planner, reports) -> None:
    answer = planner.get(ASKED)
    assert answer.status_code == 200 and not HeatExport.objects.exists()


def test_a_large_file_is_written_by_the_worker_and_is_the_same(planner, reports, slow) -> None:
    asked = planner.get(ASKED)
    assert asked.status_code == 202 and asked["Location"].startswith("/api/heat/exports/")
    assert planner.get(asked["Location"]).status_code == 202
    row = HeatExport.objects.get()
    assert write_export.call(str(row.pk)) == "ready"
    assert write_export.call(str(row.pk)) == "ready"  # done twice
    fetched = planner.get(asked["Location"])
    exported.AT_ONCE["csv"] = 10_000
    at_once = planner.get(ASKED)
    assert fetched.status_code == at_once.status_code == 200
    assert fetched.content == at_once.content
    assert fetched["Content-Disposition"] == at_once["Content-Disposition"]


@pytest.mark.django_db(transaction=True)
def test_the_worker_takes_it_from_the_queue(planner, reports, slow) -> None:
    asked = planner.get(ASKED)
    Worker().run(until_empty=True)
    assert asked.status_code == 202 and planner.get(asked["Location"]).status_code == 200


def test_nobody_else_fetches_it(planner, reports, slow) -> None:
    location = planner.get(ASKED)["Location"]
    write_export.call(str(HeatExport.objects.get().pk))
    other = Client()
    assert other.get(location).status_code == 401
    other.force_login(User.objects.create(username="q", roles=["planner"]))
    assert other.get(location).status_code == 404
    assert planner.get(location).status_code == 200  # the control
    missing = "/api/heat/exports/00000000-0000-0000-0000-000000000000"
    assert planner.get(missing).status_code == 404


def test_one_file_waits_for_each_person(planner, reports, slow) -> None:
    first = planner.get(ASKED)
    assert planner.get(ASKED)["Location"] == first["Location"]  # the same question again
    second = planner.get("/api/heat/export.tif?cell_m=50")
    assert second.status_code == 409 and second.json()["location"] == first["Location"]
    row = HeatExport.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():  # the database's own wall
        HeatExport.objects.create(person_id=row.person_id, kind="tif", question="", language="ar",
                                  asked_at=timezone.now())  # fmt: skip
    write_export.call(str(row.pk))
    assert planner.get("/api/heat/export.tif?cell_m=50").status_code == 202


def test_a_lost_file_does_not_hold_its_person_up_for_ever(planner, reports, slow) -> None:
    first = planner.get(ASKED)["Location"]
    HeatExport.objects.update(asked_at=timezone.now() - dt.timedelta(hours=2))
    assert planner.get("/api/heat/export.tif?cell_m=50").status_code == 202
    assert planner.get(first).status_code == 422


def test_a_refused_question_tells_why_when_it_is_fetched(planner, reports, slow) -> None:
    location = planner.get(ASKED)["Location"]
    HeatExport.objects.update(question="cell_m=50&category=nothing")
    write_export.call(str(HeatExport.objects.get().pk))
    told = planner.get(location, headers={"Accept-Language": "en"})
    assert told.status_code == 422 and "nothing" in told.json()["detail"]


def test_whoever_is_no_planner_any_more_gets_nothing_exact(planner, reports, slow) -> None:
    planner.get(ASKED + "&status=new")
    User.objects.update(roles=["citizen"])
    assert write_export.call(str(HeatExport.objects.get().pk)) == "failed"


def test_files_are_forgotten_after_a_day(planner, reports, slow) -> None:
    planner.get(ASKED)
    now = timezone.now()
    assert forget_old(at=now) == 0
    assert forget_old(at=now + dt.timedelta(hours=25)) == 1 and not HeatExport.objects.exists()


def test_a_file_is_there_when_it_is_ready_and_only_then(db) -> None:
    for wrong in ({"state": "ready", "data": None}, {"state": "waiting", "data": b"x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            HeatExport.objects.create(
                person_id=1,
                kind="csv",
                question="",
                language="ar",
                asked_at=timezone.now(),
                **wrong,
            )


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_picture_has_each_cell_in_its_colour(planner, reports, language) -> None:
    answer = planner.get(
        "/api/heat/export.png?cell_m=400&from=2016-01-01&to=2017-01-01",
        headers={"Accept-Language": language},
    )
    assert answer["Content-Type"] == "image/png"
    pixels = np.array(Image.open(io.BytesIO(answer.content)).convert("RGB")).reshape(-1, 3)
    seen = {"".join(f"{v:02X}" for v in row) for row in np.unique(pixels, axis=0)}
    cells = planner.get("/api/heat/cells?cell_m=400").json()["features"]
    most = max(f["properties"]["count"] for f in cells)
    assert len(seen & set(COLOURS["light"])) == 7  # all stand in the legend
    assert most > 1 and len(pixels) > 500_000
    empty = planner.get("/api/heat/export.png?from=1990-01-01&to=1990-02-01")
    assert empty.status_code == 200
