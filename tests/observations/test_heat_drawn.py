"""A drawn shape: exactly the reports that it covers, in every answer, of one instant."""

import datetime as dt
import json

import numpy as np
import pytest
import shapely
from django.contrib.gis.geos import Point
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely.geometry import MultiPolygon, Polygon, box

from maps.heat import drawn
from maps.heat.denominators.areas import Raster
from maps.heat.drawn import blocks_within
from maps.heat.index import HELD, fold
from maps.heat.lattice import SIZES, Window
from maps.heat.queries import ALL, Selection
from maps.heat.views import ExactHeat
from municipality import crs
from municipality.conf import PROFILE
from municipality.people.models import User
from observations.reports.models import Observation
from tests.observations.conftest import HEAT, as_dict, four_categories, report

DAY = dt.date(2016, 3, 5)
corner = st.tuples(st.integers(-700, 700), st.integers(-700, 700))


@pytest.fixture
def planner(db, client):
    client.force_login(User.objects.create(username="p", roles=["planner"]))
    return client


@pytest.fixture(scope="module")
def made_once(kept_town):
    """1,500 reports within 700 m of the middle, many on lattice lines and corners."""
    categories, rng = four_categories(), np.random.default_rng(8)
    c = crs.metric_point(*PROFILE.centre)
    x0, y0 = round(c.x / 50) * 50, round(c.y / 50) * 50
    places = rng.uniform(-700, 700, (1200, 2)).tolist()
    places += (rng.integers(-14, 15, (300, 2)) * 50).tolist()
    Observation.objects.bulk_create(
        report(x0 + x, y0 + y, DAY + dt.timedelta(days=int(rng.integers(0, 60))),
               categories[i % 4], status=1 + i % 5)
        for i, (x, y) in enumerate(places)
    )  # fmt: skip
    return x0, y0


@pytest.fixture
def reports(made_once, db):
    HELD.clear()
    return made_once


def by_sql(shape, selection: Selection = ALL, *, level: int) -> dict[tuple[int, int], int]:
    where, size = "true", SIZES[level]
    params: list = [f"SRID={crs.METRIC};{shape.wkt}"]
    if selection.status:
        where, params = "status = ANY(%s)", [*params, list(selection.status)]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT floor(ST_X(point) / {size})::int, floor(ST_Y(point) / {size})::int, count(*) "
            f"FROM observations_observation WHERE ST_Covers(%s::geometry, point) AND {where} "
            "GROUP BY 1, 2",
            params,
        )
        return {(x, y): n for x, y, n in cursor.fetchall()}


def shape_at(origin, points) -> shapely.Geometry:
    x0, y0 = origin
    made = Polygon([(x0 + x, y0 + y) for x, y in points])
    return shapely.make_valid(made).buffer(0)


@settings(
    deadline=None, max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(corner, min_size=3, max_size=12), st.sampled_from([0, 1, 4, 8]), st.booleans())
def test_a_drawn_shape_counts_what_sql_covers(reports, points, level, some) -> None:
    shape = shape_at(reports, points)
    if shape.is_empty:
        return
    chosen = Selection(status=frozenset({1, 3})) if some else ALL
    heat = ExactHeat(HEAT, chosen, shape=shape)
    expected = by_sql(shape, chosen, level=level)
    assert as_dict(heat.cells(level=level)) == expected
    assert heat.totals().count == sum(expected.values())


@pytest.mark.parametrize("snap", [50, 25, 1])
def test_edges_on_lattice_lines_and_holes_are_exact(reports, snap) -> None:
    x0, y0 = reports
    ring = box(x0 - 500, y0 - 500, x0 + 500, y0 + 500).difference(
        box(x0 - 250 - snap, y0 - 250, x0 + 250, y0 + 250 + snap)
    )
    island = box(x0 - 100, y0 - 100, x0 + 100, y0 + 100)
    shape = MultiPolygon([ring, island])
    found = as_dict(ExactHeat(HEAT, ALL, shape=shape).cells(level=0))
    assert found == by_sql(shape, level=0) and sum(found.values()) > 300


def test_without_asking_the_edge_cells_the_count_is_wrong(reports, monkeypatch) -> None:
    """Control: the index alone cannot tell the reports of a cell apart."""
    shape = shape_at(reports, [(-333, -333), (321, -290), (300, 310), (-310, 277)])
    exact = sum(by_sql(shape, level=0).values())
    real = drawn.raster_of

    def all_inside(*args, **options) -> Raster:
        found = real(*args, **options)
        none = np.zeros_like(found.crossed)
        none[0, 0] = True
        return Raster(found.window, none, found.inside | found.crossed)

    monkeypatch.setattr(drawn, "raster_of", all_inside)
    assert ExactHeat(HEAT, ALL, shape=shape).totals().count != exact
    monkeypatch.undo()
    assert ExactHeat(HEAT, ALL, shape=shape).totals().count == exact


def test_moves_withdrawals_and_folds_are_followed(reports) -> None:
    x0, y0 = reports
    shape = shape_at(reports, [(-411, -399), (402, -377), (365, 410), (-397, 343)])
    heat = ExactHeat(HEAT, ALL, shape=shape)
    Observation.objects.filter(
        pk__in=list(Observation.objects.values_list("pk", flat=True)[:200])
    ).delete()
    for one in Observation.objects.order_by("pk")[:50]:
        one.point = Point(x0 + one.pk % 700, y0 + one.pk % 333, srid=crs.METRIC)
        one.save()
    expected = by_sql(shape, level=0)
    assert as_dict(heat.cells(level=0)) == expected
    fold(HEAT, at_least=1)
    assert as_dict(heat.cells(level=0)) == expected


def test_a_window_cuts_the_cells_of_a_shape(reports) -> None:
    shape = shape_at(reports, [(-500, -500), (500, -500), (0, 500)])
    x, y = next(iter(by_sql(shape, level=3)))
    window = Window(3, x, y, x + 1, y + 1)
    heat = ExactHeat(HEAT, ALL, shape=shape)
    assert as_dict(heat.cells(level=3, window=window)) == {(x, y): by_sql(shape, level=3)[x, y]}
    assert heat.totals_in_cell(level=3, x=x, y=y).count == by_sql(shape, level=3)[x, y]
    assert blocks_within(HEAT, Polygon()) == {}


def test_index_and_edge_come_by_one_statement(reports, django_assert_num_queries) -> None:
    """One statement sees one instant; two would see two."""
    shape = shape_at(reports, [(-411, -399), (402, -377), (365, 410)])
    for _ in range(2):  # with nothing held, and with all
        with django_assert_num_queries(1):
            assert ExactHeat(HEAT, ALL, shape=shape).totals().count > 0


def in_degrees(shape) -> shapely.Geometry:
    return crs.from_metric([shape])[0]


def test_the_shape_comes_as_geojson_or_wkt_by_address_or_body(planner, reports) -> None:
    metric = shape_at(reports, [(-300, -280), (310, -290), (290, 300), (-310, 270)])
    lonlat = in_degrees(metric)
    back = crs.to_metric([lonlat], srid=crs.LONLAT)[0]
    expected = sum(by_sql(back, level=0).values())
    assert expected > 100
    geojson = shapely.to_geojson(lonlat)
    counts = {
        planner.get("/api/heat/summary", {"polygon": geojson}).json()["count"],
        planner.get("/api/heat/summary", {"polygon": lonlat.wkt}).json()["count"],
        planner.get("/api/heat/cells", {"polygon": geojson, "cell_m": 50}).json()["count"],
    }
    for body in ({"polygon": json.loads(geojson)}, {"polygon": lonlat.wkt}):
        for path in ("summary", "cells"):
            answer = planner.post(f"/api/heat/{path}", body, "application/json")
            counts.add(answer.json()["count"])
    assert counts == {expected}
    rows = planner.get("/api/heat/export.csv", {"polygon": geojson, "cell_m": 50}).content
    assert sum(int(line.split(b",")[7]) for line in rows.splitlines()[1:]) == expected


BAD = [
    ("POLYGON((58.3 23.5, 58.4 23.5", 422),
    ("POINT(58.3 23.5)", 422),
    ("POLYGON((nan 23.5, 58.4 23.5, 58.4 23.6, nan 23.5))", 422),
    ("POLYGON((23.5 58.3, 23.6 58.3, 23.6 58.4, 23.5 58.3))", 422),
    ("POLYGON((58.3 23.5, 58.4 23.6, 58.4 23.5, 58.3 23.6, 58.3 23.5))", 422),
    ('{"type":"Polygon"', 400),
    ('{"type":"LineString","coordinates":[[58.3,23.5],[58.4,23.5]]}', 422),
    ("POLYGON EMPTY", 422),
    ("x" * 9000, 413),
]


@pytest.mark.parametrize(("text", "status"), BAD)
def test_a_bad_shape_is_refused_in_a_sentence(planner, reports, text, status) -> None:
    answer = planner.get("/api/heat/summary", {"polygon": text})
    assert answer.status_code == status and answer.json()["detail"].endswith((".", "؛"))


def test_a_bad_body_is_refused_and_the_public_draws_nothing(planner, client, reports) -> None:
    for body in ("[1]", '{"shape": 1}', "{", '{"polygon": 5}'):
        answer = planner.post("/api/heat/summary", body, "application/json")
        assert answer.status_code in (400, 422), body
    shape = shapely.to_geojson(in_degrees(shape_at(reports, [(0, 0), (90, 0), (90, 90)])))
    twice = planner.post(f"/api/heat/summary?polygon={shape}", {"polygon": json.loads(shape)},
                         "application/json")  # fmt: skip
    assert twice.status_code == 400
    client.logout()
    assert client.get("/api/heat/summary", {"polygon": shape}).status_code == 422
    posted = client.post("/api/heat/summary", {"polygon": json.loads(shape)}, "application/json")
    assert posted.status_code == 422
