"""Weights: the sums of SQL beside the same exact counts."""

import datetime as dt

import numpy as np
import pytest
from django.db import connection

from maps.heat.index import fold
from maps.heat.lattice import SIZES
from maps.heat.queries import ALL, Selection
from maps.heat.views import ExactHeat
from maps.heat.weights import ByAge, BySeverity
from municipality import crs
from municipality.conf import PROFILE
from municipality.people.models import User
from observations.reports.heat import SEVERITY_WEIGHTS
from observations.reports.models import Observation
from tests.observations.conftest import HEAT, ORACLE, as_dict, report

DAY = dt.date(2016, 3, 5)
ON = dt.date(2016, 12, 31)
SEVERITY_SQL = "CASE severity WHEN 0 THEN 1 ELSE severity END"
AGE_SQL = "CASE WHEN reported_on > date '2016-12-31' THEN 0 ELSE power(2::float8, -(date '2016-12-31' - reported_on) / 45.0) END"
CASES = [(BySeverity(SEVERITY_WEIGHTS), SEVERITY_SQL), (ByAge(ON, 45), AGE_SQL)]


@pytest.fixture
def planner(db, client):
    client.force_login(User.objects.create(username="p", roles=["planner"]))
    return client


@pytest.fixture
def reports(categories):
    rng = np.random.default_rng(9)
    c = crs.metric_point(*PROFILE.centre)
    Observation.objects.bulk_create(
        report(c.x + x, c.y + y, DAY + dt.timedelta(days=int(d)), categories[i % 4],
               severity=i % 5, status=1 + i % 5)
        for i, (x, y, d) in enumerate(
            np.column_stack([rng.normal(0, 900, (500, 2)), rng.integers(0, 400, 500)]))
    )  # fmt: skip
    # withdrawn and changed ones are in the index twice, once to be taken away
    Observation.objects.filter(severity=2).update(severity=4)
    Observation.objects.filter(status=2).delete()
    return categories


def sums(sql: str, where: str, level: int) -> dict[tuple[int, int], float]:
    size = SIZES[level]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT floor(ST_X(point) / {size})::int, floor(ST_Y(point) / {size})::int, sum({sql}) "
            f"FROM observations_observation WHERE {where} GROUP BY 1, 2"
        )
        return {(x, y): float(v) for x, y, v in cursor.fetchall()}


@pytest.mark.parametrize(("weight", "sql"), CASES, ids=["severity", "age"])
@pytest.mark.parametrize("level", [0, 3, 8])
def test_weighted_sums_are_those_of_sql(reports, weight, sql, level) -> None:
    for selection, where in ((ALL, "true"), (Selection(status=frozenset({1})), "status = 1")):
        for _ in range(2):  # before and after folding
            found = ExactHeat(HEAT, selection, weight=weight).cells(level=level)
            assert as_dict(found) == ORACLE.cells(selection, level=level)
            told = dict(zip(zip(found.x.tolist(), found.y.tolist(), strict=True),
                            found.weighted.tolist(), strict=True))  # fmt: skip
            assert told == pytest.approx(sums(sql, where, level), abs=1e-9)
            fold(HEAT, at_least=1)


def test_the_value_is_weighted_beside_the_count(planner, reports) -> None:
    answer = planner.get("/api/heat/cells?weight=severity&cell_m=400").json()
    plain = planner.get("/api/heat/cells?cell_m=400").json()
    expected = sums(SEVERITY_SQL, "true", 3)
    facts = [f["properties"] for f in answer["features"]]
    assert {(p["x"], p["y"]): p["value"] for p in facts} == pytest.approx(expected)
    assert [p["count"] for p in facts] == [f["properties"]["count"] for f in plain["features"]]
    assert answer["weight"]["table"] == {"0": 1, "1": 1, "2": 2, "3": 3, "4": 4}
    assert "weight" not in plain and "weighted" in answer["unit_en"]
    by_area = planner.get("/api/heat/cells?weight=severity&cell_m=400&per=km2").json()
    for f in by_area["features"]:
        p = f["properties"]
        assert p["value"] == pytest.approx(expected[p["x"], p["y"]] / 0.16, abs=1e-3)


def test_age_is_counted_to_the_day_asked_for(planner, reports) -> None:
    answer = planner.get("/api/heat/cells?weight=age&half_life_days=45&on=2016-12-31&cell_m=400")
    found = {(p["x"], p["y"]): p["value"] for p in
             (f["properties"] for f in answer.json()["features"])}  # fmt: skip
    assert found == pytest.approx(sums(AGE_SQL, "true", 3), abs=1e-3)
    assert answer.json()["weight"] == {"by": "age", "on": "2016-12-31", "half_life_days": 45}


@pytest.mark.parametrize("query", [
    "weight=colour", "weight=severity&on=2016-01-01", "half_life_days=5", "weight=age&half_life_days=0",
    "weight=age&half_life_days=x", "weight=age&on=2016-02-30",
])  # fmt: skip
def test_a_bad_weight_is_refused(planner, reports, query) -> None:
    assert planner.get(f"/api/heat/cells?{query}").status_code == 422


def test_the_public_weighs_nothing(client, reports) -> None:
    for query in ("weight=severity", "weight=age", "on=2016-01-01", "half_life_days=3"):
        assert client.get(f"/api/heat/cells?{query}").status_code == 422


def test_the_unweighted_path_never_weighs(reports, monkeypatch) -> None:
    monkeypatch.delattr("maps.heat.views.weighted_cells")
    assert ExactHeat(HEAT, ALL).cells(level=3).weighted is None
    with pytest.raises(NameError):  # the control
        ExactHeat(HEAT, ALL, weight=BySeverity(SEVERITY_WEIGHTS)).cells(level=3)
