"""Statistics over HTTP: planners alone, the numbers of SQL, verdicts where they were planted."""

import datetime as dt
import json

import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client
from django.utils import timezone

from maps.heat.index import HELD
from maps.heat.series import months_of
from maps.heat.statistics.comparison import compared
from maps.heat.statistics.hot_spots import lattice_g_star, verdicts
from maps.heat.statistics.neighbours import steps_of
from municipality import crs
from municipality.asked import today
from municipality.conf import PROFILE
from municipality.people.models import User
from municipality.places.models import Area, Wilayat, WilayatVersion
from observations.reports import hot_spots
from observations.reports.hot_spots import keep_city_spots
from observations.reports.jobs import find_hot_spots
from observations.reports.models import Category, Observation
from tests.observations.conftest import four_categories, report

CELL = 400
SIDE = 30  # cells along one side of the test city


@pytest.fixture
def planner(db, client):
    client.force_login(User.objects.create(username="p", roles=["planner"]))
    return client


def corner() -> tuple[int, int]:
    c = crs.metric_point(*PROFILE.centre)
    return round(c.x / CELL) * CELL, round(c.y / CELL) * CELL


@pytest.fixture(scope="module")
def made_once(kept_town):
    """A square of 30 x 30 cells in two wilayats: two reports a cell, a planted heap, a bare part.

    The west's reports double in 2017; the east's stay.
    """
    categories = four_categories()
    x0, y0 = corner()
    wide = SIDE * CELL
    places = []
    for n, code in enumerate(("west", "east")):
        wilayat = Wilayat.objects.create(code=code, name_ar=f"ولاية {n}", name_en=code.title())
        left = x0 + n * wide // 2
        WilayatVersion.objects.create(
            wilayat=wilayat, valid=DateRange(dt.date(2000, 1, 1), None), source="t",
            boundary=MultiPolygon(
                Polygon.from_bbox((left + 1, y0 + 1, left + wide // 2 - 1, y0 + wide - 1)),
                srid=crs.METRIC,
            ),
        )  # fmt: skip
        places.append(wilayat)
    rng = np.random.default_rng(6)
    rows = []

    def add(cx: int, cy: int, day: dt.date, kind: int = 0) -> None:
        x, y = (
            x0 + (cx + rng.uniform(0.05, 0.95)) * CELL,
            y0 + (cy + rng.uniform(0.05, 0.95)) * CELL,
        )
        wilayat = places[0 if x < x0 + wide / 2 else 1]
        rows.append(report(x, y, day, categories[kind], wilayat=wilayat))

    for cx in range(SIDE):
        for cy in range(SIDE):
            bare = cx >= 24 and cy >= 24
            for _ in range(0 if bare else int(rng.poisson(2))):
                add(cx, cy, dt.date(2016, 1, 1) + dt.timedelta(days=int(rng.integers(0, 731))))
    for _ in range(120):
        day = dt.date(2016, 1, 1) + dt.timedelta(days=int(rng.integers(0, 731)))
        add(int(rng.integers(5, 8)), int(rng.integers(5, 8)), day, 2)
    for _ in range(600):
        add(int(rng.integers(9, 13)), int(rng.integers(15, 20)),
            dt.date(2017, 1, 1) + dt.timedelta(days=int(rng.integers(0, 365))), 2)  # fmt: skip
    Observation.objects.bulk_create(rows)
    report(x0 - 5000, y0, dt.date(2016, 5, 5), categories[1]).save()  # outside every wilayat
    return x0, y0


@pytest.fixture
def town(made_once, db):
    HELD.clear()
    return made_once


def grid_by_sql(x0: int, y0: int, where: str = "true") -> np.ndarray:
    """Reports by cell, rows of y, of the square."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT floor((ST_X(point) - {x0}) / {CELL})::int, floor((ST_Y(point) - {y0}) / {CELL})::int,"
            f" count(*) FROM observations_observation WHERE {where} GROUP BY 1, 2"
        )
        grid = np.zeros((SIDE, SIDE), int)
        for x, y, n in cursor.fetchall():
            if 0 <= x < SIDE and 0 <= y < SIDE:
                grid[y, x] = n
    return grid


def by_place(answer, origin) -> dict[tuple[int, int], dict]:
    assert answer.status_code == 200, answer.content
    x0, y0 = origin
    return {
        (f["properties"]["x"] - x0 // CELL, f["properties"]["y"] - y0 // CELL): f["properties"]
        for f in answer.json()["features"]
    }


@pytest.mark.parametrize("query", ["", "&neighbours=rook", "&neighbours=band&band_m=900"])
def test_hot_spots_are_those_of_the_counts_of_sql(planner, town, query) -> None:
    answer = planner.get(f"/api/heat/hotspots?show=all{query}")
    found = by_place(answer, town)
    kind = "rook" if "rook" in query else "band" if "band" in query else "queen"
    counts = grid_by_sql(*town)
    expected = verdicts(
        lattice_g_star(counts, np.ones(counts.shape, bool), steps_of(kind, band_m=900, cell_m=CELL))
    )
    assert len(found) == SIDE * SIDE == answer.json()["tested"]
    for (cx, cy), told in found.items():
        assert told["count"] == counts[cy, cx]
        assert told["z"] == pytest.approx(expected.z.reshape(counts.shape)[cy, cx], abs=1e-4)
        assert told["q"] == pytest.approx(expected.q.reshape(counts.shape)[cy, cx], abs=1e-8)
    body = answer.json()
    assert body["outside_count"] == 1 and body["count"] == counts.sum()
    assert found[6, 6]["class"] == "hot_99" and found[11, 17]["class"] == "hot_99"
    assert sum(row["cells"] for row in body["classes"]) == body["tested"]
    assert "Getis" in body["method_en"] and "جيتيس" in body["method_ar"]
    assert body["study_area_en"] == "all wilayats"


def test_significant_cells_alone_are_listed_unless_all_are_asked_for(planner, town) -> None:
    every = by_place(planner.get("/api/heat/hotspots?show=all"), town)
    few = by_place(planner.get("/api/heat/hotspots?show=significant"), town)
    assert few == {cell: told for cell, told in every.items() if told["class"] != "none"}


def test_cells_without_reports_count_as_zeros(planner, town) -> None:
    """Control: without the bare cells nothing is cold and the mean is another."""
    one_kind = "category_id = (SELECT id FROM observations_category WHERE code = 'potholes')"
    counts = grid_by_sql(*town, one_kind)
    only = verdicts(lattice_g_star(counts, counts > 0, steps_of("queen")))
    every = by_place(planner.get("/api/heat/hotspots?show=all&category=potholes"), town)
    assert every[27, 27]["class"].startswith("cold")
    assert not (only.verdict < 0).any()


def test_filters_bound_reports_and_the_study_area(planner, town) -> None:
    where = "reported_on >= '2017-01-01' AND wilayat_id IN (SELECT id FROM places_wilayat WHERE code='west')"
    answer = planner.get("/api/heat/hotspots?show=all&from=2017-01-01&wilayat=west")
    found = by_place(answer, town)
    counts = grid_by_sql(*town, where)
    assert len(found) == SIDE * SIDE // 2 and answer.json()["study_area_ar"]
    assert all(told["count"] == counts[cy, cx] for (cx, cy), told in found.items())
    x0, y0 = town
    drawn = shapely.box(
        x0 + 1 + 4 * CELL, y0 + 1 + 4 * CELL, x0 + 12 * CELL - 1, y0 + 12 * CELL - 1
    )
    polygon = shapely.to_geojson(crs.from_metric([drawn])[0])
    within = by_place(planner.get("/api/heat/hotspots", {"show": "all", "polygon": polygon}), town)
    assert set(within) >= {(cx, cy) for cx in range(5, 11) for cy in range(5, 11)}
    assert len(within) <= 100


def test_without_boundaries_the_box_of_the_reports_is_the_ground(planner, town) -> None:
    x0, y0 = town
    kind = Category.objects.first().pk
    Observation.objects.all().delete()
    WilayatVersion.objects.all().delete()
    for i in range(8):
        report(x0 + 10 + (i % 4) * CELL, y0 + 10 + (i // 4) * CELL * 3, dt.date(2016, 1, 1),
               kind).save()  # fmt: skip
    body = planner.get("/api/heat/hotspots?show=all").json()
    assert body["tested"] == 16 and "no boundary" in body["study_area_en"]
    empty = planner.get("/api/heat/hotspots?from=1990-01-01&to=1990-02-01").json()
    assert empty["tested"] == 0 and empty["features"] == []


def test_the_city_s_spots_are_kept_and_told_with_their_time(planner, town, monkeypatch) -> None:
    find_hot_spots()
    now = planner.get("/api/heat/hotspots?show=significant").json()
    monkeypatch.setattr("observations.reports.statistics_api.hot_spots", pytest.fail)
    kept = planner.get("/api/heat/hotspots").json()
    assert kept["updated_at"] <= now["updated_at"]
    assert {**kept, "updated_at": 0} == {**now, "updated_at": 0}
    monkeypatch.undo()
    assert not keep_city_spots(on=today(), at=timezone.now())  # nothing has changed
    x0, y0 = town
    report(x0 + 50, y0 + 50, dt.date(2016, 1, 1), Observation.objects.first().category_id).save()
    later = planner.get("/api/heat/hotspots").json()
    assert later["count"] == kept["count"]  # a quarter of an hour at most
    monkeypatch.setattr(hot_spots, "KEPT_FOR", dt.timedelta(0))
    assert planner.get("/api/heat/hotspots").json()["count"] == kept["count"] + 1
    assert keep_city_spots(on=today(), at=timezone.now())
    assert planner.get("/api/heat/hotspots").json()["count"] == kept["count"] + 1


PERIODS = "from=2017-01-01&to=2018-01-01&before_from=2016-01-01&before_to=2017-01-01"


@pytest.mark.parametrize("against", ["days", "city"])
def test_compared_cells_are_those_of_sql(planner, town, against) -> None:
    answer = planner.get(f"/api/heat/compare?{PERIODS}&against={against}")
    found = by_place(answer, town)
    after, before = (
        grid_by_sql(*town, f"extract(year FROM reported_on) = {y}") for y in (2017, 2016)
    )
    body = answer.json()
    exposure = 365 / 731
    if against == "city":
        total = after.sum() / (after.sum() + before.sum() + 1)  # one lies outside the square
        exposure = total
    some = (after + before) > 0
    expected = compared(after[some], before[some], exposure=exposure)
    inside = {c: t for c, t in found.items() if 0 <= c[0] < SIDE and 0 <= c[1] < SIDE}
    assert len(inside) == some.sum() and len(found) == len(inside) + 1
    p = np.full(after.shape, np.nan)
    p[some] = expected.p
    for (cx, cy), told in inside.items():
        assert (told["after"], told["before"]) == (after[cy, cx], before[cy, cx])
        assert told["p"] == pytest.approx(p[cy, cx], abs=1e-7)
        assert told["change"] in ("rose", "fell", "no_evidence")
    assert body["after"]["days"] == 365 and body["before"]["days"] == 366
    assert body["city"]["after"] == after.sum()
    assert {t["change"] for t in inside.values()} >= {"rose", "no_evidence"}


def test_compared_wilayats_rise_where_they_did(planner, town) -> None:
    body = planner.get(f"/api/heat/compare?{PERIODS}&by=wilayat").json()
    rows = {row["code"]: row for row in body["places"]}
    assert rows["west"]["change"] == "rose" and rows["east"]["change"] == "no_evidence"
    assert rows["west"]["ratio_low"] > 1 and rows["west"]["name_ar"] == "ولاية 0"
    against = planner.get(f"/api/heat/compare?{PERIODS}&by=wilayat&against=city").json()
    assert {r["code"]: r["change"] for r in against["places"]} == {"west": "rose", "east": "fell"}
    areas = planner.get(f"/api/heat/compare?{PERIODS}&by=area").json()
    assert areas["places"] == []
    Area.objects.create(code="a", name_ar="أ", name_en="A")
    areas = planner.get(f"/api/heat/compare?{PERIODS}&by=area").json()["places"]
    assert areas[0]["change"] == "not_tested" and areas[0]["p"] is None


def test_by_default_the_period_before_is_as_long(planner, town) -> None:
    body = planner.get("/api/heat/compare?from=2017-03-01&to=2017-05-01&by=wilayat").json()
    assert body["before"] == {"from": "2016-12-30", "to": "2017-03-01", "days": 61}


@pytest.mark.parametrize(("by", "rising"), [("wilayat", {"west"}), ("area", set())])
def test_trends_count_every_month(planner, town, by, rising) -> None:
    body = planner.get(f"/api/heat/trends?by={by}&from=2016-01-01&to=2018-01-01").json()
    assert len(body["months"]) == 24 and sum(body["days"]) == 731
    assert {row["code"] for row in body["places"] if row["trend"] == "rising"} == rising
    for row in body["places"]:
        truth = [0] * 24
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT extract(year FROM reported_on)::int * 12 + extract(month FROM reported_on)::int"
                " - 2016 * 12 - 1, count(*) FROM observations_observation o JOIN places_wilayat w"
                " ON w.id = o.wilayat_id WHERE w.code = %s GROUP BY 1", [row["code"]],
            )  # fmt: skip
            for month, n in cursor.fetchall():
                truth[month] = n
        assert row["counts"] == truth and row["count"] == sum(truth)
    assert "quasi-Poisson" in body["method_en"]


def test_a_trend_without_period_ends_before_the_running_month(planner, town) -> None:
    x0, y0 = town
    kind = Category.objects.first().pk
    west = Wilayat.objects.get(code="west")
    report(x0 + 9, y0 + 9, today(), kind, wilayat=west).save()
    body = planner.get("/api/heat/trends").json()
    assert body["from"] == "2016-01-01" and body["to"] == today().replace(day=1).isoformat()
    assert sum(sum(r["counts"]) for r in body["places"]) < Observation.objects.count()
    future = planner.get("/api/heat/trends?to=2070-01-01").json()
    assert future["to"] == today().isoformat()  # days that have not been are no exposure


def test_parts_of_months_have_their_own_days() -> None:
    found = months_of(dt.date(2016, 1, 20), dt.date(2016, 3, 2))
    assert [(m.first.month, m.days) for m in found] == [(1, 12), (2, 29), (3, 1)]
    assert months_of(dt.date(2016, 1, 1), dt.date(2016, 1, 1)) == []


ADDRESSES = ("hotspots", f"compare?{PERIODS}", "trends")


@pytest.mark.parametrize("address", ADDRESSES)
def test_only_planners_are_answered(client, planner, town, address) -> None:
    assert planner.get(f"/api/heat/{address}").status_code == 200  # the control
    stranger = Client()
    assert stranger.get(f"/api/heat/{address}").status_code == 401
    for role in ("citizen", "inspector", "registrar"):
        other = Client()
        other.force_login(User.objects.create(username=role, roles=[role]))
        assert other.get(f"/api/heat/{address}").status_code == 404


BAD = [
    ("hotspots?neighbours=bishop", 422), ("hotspots?band_m=400", 422), ("hotspots?show=some", 422),
    ("hotspots?neighbours=band&band_m=1", 422), ("hotspots?neighbours=band&band_m=99999999", 422),
    ("hotspots?neighbours=band&band_m=x", 422), ("hotspots?cell_m=70", 422), ("hotspots?by=x", 400),
    ("compare", 422), ("compare?from=2017-01-01", 422), ("compare?to=2017-01-01", 422),
    ("compare?from=2017-01-01&to=2016-01-01", 422), (f"compare?{PERIODS}&by=street", 422),
    (f"compare?{PERIODS}&against=rain", 422), (f"compare?{PERIODS}&by=area&cell_m=400", 422),
    ("compare?from=2017-01-01&to=2018-01-01&before_from=2016-01-01", 422),
    ("compare?from=2017-01-01&to=2018-01-01&before_from=2016-06-01&before_to=2017-06-01", 422),
    ("compare?from=2017-01-01&to=2018-01-01&before_from=2016-06-01&before_to=2016-06-01", 422),
    (f"compare?{PERIODS}&per=km2", 400), ("trends?by=cell", 422), ("trends?weight=age", 400),
    ("compare?from=1950-01-01&to=1951-01-01&against=city", 422),
]  # fmt: skip


@pytest.mark.parametrize(("address", "status"), BAD)
def test_a_bad_question_is_answered_in_a_sentence(planner, town, address, status) -> None:
    for language in ("ar", "en"):
        answer = planner.get(f"/api/heat/{address}", headers={"Accept-Language": language})
        assert answer.status_code == status, (address, answer.content)
        assert json.loads(answer.content)["detail"].endswith(".")


def test_too_many_cells_are_refused_with_what_to_do(planner, town, monkeypatch) -> None:
    monkeypatch.setattr("maps.heat.spots.MAX_TESTED", 100)
    answer = planner.get("/api/heat/hotspots?show=all", headers={"Accept-Language": "en"})
    assert answer.status_code == 422 and "larger cells" in answer.json()["detail"]
    assert answer.json()["type"].endswith("too_many_cells") or "too_many_cells" in str(
        answer.json()
    )


def test_rates_are_tested_where_there_is_a_denominator(planner, town) -> None:
    from maps.heat.denominators.kept import build_denominators
    from tests.maps.conftest import plot

    for n in range(60):
        plot(f"h{n}", 450 * (n % 8), 450 * (n // 8))
    build_denominators(on=today(), at=timezone.now())
    body = planner.get("/api/heat/hotspots?show=all&per=plot").json()
    assert body["per"] == "plot" and 0 < body["tested"] <= 60
    assert body["denominator"]["valid_from"] == today().isoformat()
