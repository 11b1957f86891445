"""The heat over HTTP: exact for a planner, equal to SQL; every bad question told in a sentence."""

import datetime as dt
import io
import json
import math
import re

import mapbox_vector_tile
import numpy as np
import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from PIL import Image

from maps.heat.classes import COUNT_BREAKS, KM2_BREAKS, classes
from maps.heat.denominators.measure import measures
from maps.heat.lattice import SIZES, default_cell_m, level_of
from maps.heat.queries import ALL, Selection
from maps.tilejson import tile_of
from municipality import asked, crs
from municipality.conf import PROFILE
from municipality.people.models import User
from municipality.places.models import Wilayat
from observations.reports.models import Category, Observation
from tests.observations.conftest import ORACLE, day_at_noon, report

DAY = dt.date(2016, 3, 5)


@pytest.fixture
def planner(db, client):
    client.force_login(User.objects.create(username="p", roles=["planner"]))
    return client


@pytest.fixture
def reports(categories):
    """600 reports around the middle of the city over two years."""
    rng = np.random.default_rng(3)
    centre = crs.metric_point(*PROFILE.centre)
    wilayat = Wilayat.objects.create(code="seeb", name_ar="السيب", name_en="Seeb")
    Observation.objects.bulk_create(
        report(
            centre.x + rng.normal(0, 3000),
            centre.y + rng.normal(0, 3000),
            DAY + dt.timedelta(days=int(rng.integers(0, 700))),
            categories[int(rng.integers(0, 4))],
            status=int(rng.integers(1, 6)),
            channel=int(rng.integers(0, 9)),
            wilayat=wilayat if rng.random() < 0.5 else None,
        )
        for _ in range(600)
    )
    return categories


def cells_of(answer) -> dict[tuple[int, int], int]:
    assert answer.status_code == 200, answer.content
    return {
        (f["properties"]["x"], f["properties"]["y"]): f["properties"]["count"]
        for f in answer.json()["features"]
    }


@pytest.mark.parametrize(
    ("bbox", "en", "ar"),
    [
        ("640000,2600000,650000,2610000", "PSD93", "PSD93"),
        ("23.5,58.3,23.6,58.4", "swapped", "معكوسان"),
        ("500,23,501,24", "outside", "خارج"),
    ],
)
def test_a_box_in_metres_or_with_swapped_axes_is_told_so(planner, reports, bbox, en, ar):
    for language, word in (("en", en), ("ar", ar)):
        answer = planner.get(f"/api/heat/cells?bbox={bbox}", headers={"accept-language": language})
        assert answer.status_code == 422 and word in answer.json()["detail"], answer.json()


@pytest.mark.parametrize("cell_m", [50, 800, 12800])
def test_cells_equal_group_by(planner, reports, cell_m):
    answer = planner.get(f"/api/heat/cells?cell_m={cell_m}")
    assert cells_of(answer) == ORACLE.cells(ALL, level=level_of(cell_m))
    body = answer.json()
    assert body["count"] == 600 and body["suppressed"] == 0 and body["class"] == "exact"


def test_filters_are_exact_to_the_day(planner, reports):
    query = "from=2016-04-01&to=2017-01-15&category=waste,trees&status=new&status=closed"
    chosen = Selection(
        since=dt.date(2016, 4, 1),
        until=dt.date(2017, 1, 15),
        category=frozenset(reports[2:]),
        status=frozenset({1, 4}),
    )
    found = cells_of(planner.get(f"/api/heat/cells?cell_m=400&{query}"))
    assert found == ORACLE.cells(chosen, level=3) and found
    told = planner.get(f"/api/heat/summary?{query}").json()
    assert told["count"] == sum(found.values())
    assert sum(row["count"] for row in told["months"]) == told["count"]
    assert sum(row["count"] for row in told["categories"]) == told["count"]
    assert {row["code"] for row in told["statuses"]} <= {"new", "closed"}


def test_a_wilayat_is_named_by_id_or_code_in_any_digits(planner, reports):
    wilayat = Wilayat.objects.get(code="seeb")
    arabic = str(wilayat.pk).translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    counts = {
        planner.get(f"/api/heat/summary?wilayat={name}").json()["count"]
        for name in (wilayat.pk, "seeb", arabic)
    }
    assert counts == {Observation.objects.filter(wilayat=wilayat).count()}
    everything = planner.get("/api/heat/summary").json()
    assert everything["outside_count"] == Observation.objects.filter(wilayat=None).count()
    assert everything["wilayats"][0]["name_ar"] == "السيب"


def test_cells_are_right_squares_on_the_ground(planner, reports):
    body = planner.get("/api/heat/cells?cell_m=1600&per=km2").json()
    for feature in body["features"]:
        ring = np.array(feature["geometry"]["coordinates"][0])
        x, _ = crs.transform_to_metric(ring[:, 0], ring[:, 1], srid=crs.LONLAT)
        facts = feature["properties"]
        expected = np.array([0, 1600, 1600, 0, 0]) + facts["x"] * 1600
        assert np.abs(x - expected).max() < 0.02  # 7 decimals of a degree are a centimetre
        assert math.isclose(facts["value"], facts["count"] / 2.56, abs_tol=5e-4)
        assert all(len(str(v).partition(".")[2]) <= 7 for v in ring.ravel().tolist())


@pytest.mark.parametrize("z", [8, 11, 13, 14, 16])
@pytest.mark.parametrize("cell_m", [None, 400, 6400])
def test_every_cell_that_touches_a_tile_is_in_it_whole(planner, reports, z, cell_m):
    at = tile_of(*PROFILE.centre, z)
    extra = f"?cell_m={cell_m}" if cell_m else ""
    answer = planner.get(f"/api/heat/tiles/{z}/{at.x}/{at.y}.mvt{extra}")
    assert answer.status_code == 200
    layer = mapbox_vector_tile.decode(answer.content)["heat"]
    size = cell_m or default_cell_m(z)
    truth = ORACLE.cells(ALL, level=level_of(size))
    found = {}
    for feature in layer["features"]:
        facts = feature["properties"]
        found[facts["x"], facts["y"]] = facts["count"]
        assert facts["cell_m"] == size
    assert all(truth[cell] == n for cell, n in found.items())
    inside = {
        cell
        for cell in truth
        if tile_of(*crs.lonlat((cell[0] + 0.5) * size, (cell[1] + 0.5) * size), z) == at
    }
    assert inside <= set(found)
    flat = [c for f in layer["features"] for p in f["geometry"]["coordinates"][0] for c in p]
    assert max(map(abs, flat)) < 8 * 4096  # MapLibre's 16 bits


def test_neighbouring_tiles_tell_the_same_of_a_cell_on_their_edge(planner, reports):
    at = tile_of(*PROFILE.centre, 12)
    told: dict[tuple[int, int], set[int]] = {}
    shared = 0
    for dx in (0, 1):
        for dy in (0, 1):
            body = planner.get(f"/api/heat/tiles/12/{at.x + dx}/{at.y + dy}.mvt").content
            for f in mapbox_vector_tile.decode(body).get("heat", {"features": []})["features"]:
                p = f["properties"]
                shared += (p["x"], p["y"]) in told
                told.setdefault((p["x"], p["y"]), set()).add(p["count"])
    assert shared and all(len(counts) == 1 for counts in told.values())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_picture_shows_each_cell_in_its_class(planner, reports, theme):
    z = 13
    at = tile_of(*PROFILE.centre, z)
    answer = planner.get(f"/api/heat/tiles/{z}/{at.x}/{at.y}.png?cell_m=400&theme={theme}")
    assert answer["Content-Type"] == "image/png"
    picture = Image.open(io.BytesIO(answer.content))
    assert picture.size == (256, 256)
    pixels = np.array(picture)
    truth = ORACLE.cells(ALL, level=3)
    seen = 0
    for (x, y), n in truth.items():
        lon, lat = crs.lonlat((x + 0.5) * 400, (y + 0.5) * 400)
        if tile_of(lon, lat, z) != at:
            continue
        px = tile_of(lon, lat, z + 8)
        assert pixels[px.y - at.y * 256, px.x - at.x * 256] == classes(np.array([n]), "count", 400)
        seen += 1
    assert seen and (pixels == 0).any()


def test_a_cell_tells_its_kinds_stages_and_place(planner, reports, city_bounds):
    (x, y), n = max(ORACLE.cells(ALL, level=4).items(), key=lambda item: item[1])
    told = planner.get(f"/api/heat/cell?x={x}&y={y}&cell_m=800").json()
    assert told["count"] == n == sum(c["count"] for c in told["categories"])
    assert sum(s["count"] for s in told["statuses"]) == n
    assert told["place_ar"] == "السيب" and told["place_en"] == "Seeb"
    empty = planner.get("/api/heat/cell?x=-5&y=-5&cell_m=800").json()
    assert empty["count"] == 0 and empty["place_ar"] is None


@pytest.fixture
def city_bounds(db):
    from django.db.backends.postgresql.psycopg_any import DateRange

    from municipality.places.models import WilayatVersion
    from tests.maps.conftest import box

    WilayatVersion.objects.create(
        wilayat=Wilayat.objects.get(code="seeb"),
        valid=DateRange(dt.date(2000, 1, 1), None),
        boundary=box(-50_000, -50_000, 100_000, 100_000),
        source="t",
    )


def test_a_moved_pin_is_seen_at_once_in_two_cells(planner, reports):
    before = cells_of(planner.get("/api/heat/cells?cell_m=200"))
    one = Observation.objects.order_by("pk").first()
    one.point = Point(one.point.x + 4000, one.point.y, srid=crs.METRIC)
    one.save()
    after = cells_of(planner.get("/api/heat/cells?cell_m=200"))
    assert sum(before.get(c, 0) != after.get(c, 0) for c in before | after) == 2


BAD = [
    ("cells?cell_m=70", 422),
    ("cells?cell_m=NaN", 422),
    ("cells?cell_m=1e999", 422),
    ("cells?cell_m=-50", 422),
    ("cells?cell_m=400&cell_m=800", 400),
    ("cells?bbox=58,23,59", 422),
    ("cells?bbox=58,23,59,24,5", 422),
    ("cells?bbox=58,23,NaN,24", 422),
    ("cells?bbox=58,23,1e999,24", 422),
    ("cells?bbox=59,23,58,24", 422),
    ("cells?bbox=23,58,24,590", 422),
    ("cells?bbox=a,b,c,d", 422),
    ("cells?bbox=", 422),
    ("cells?from=2017-01-01&to=2016-01-01", 422),
    ("cells?from=2016-01-01&to=2016-01-01", 422),
    ("cells?from=yesterday", 422),
    ("cells?from=2016-02-30", 422),
    ("cells?from=99999-01-01", 422),
    ("cells?colour=red", 400),
    ("cells?CATEGORY=waste", 400),
    ("cells?category=nothing", 422),
    ("cells?status=9", 422),
    ("cells?channel=telex", 422),
    ("cells?wilayat=999999", 422),
    ("cells?wilayat=99999999999999999999", 422),
    ("cells?area=%00", 422),
    ("cells?per=residents", 422),
    ("cells?per=", 200),
    ("summary?cell_m=50", 400),
    ("cell?x=1", 422),
    ("cell?x=1.5&y=1", 422),
    ("cell?x=99999999999&y=1", 422),
    ("tiles/31/0/0.mvt", 404),
    ("tiles/3/9/0.mvt", 404),
    ("tiles/1.5/0/0.mvt", 400),
    ("tiles/-1/0/0.png", 400),
    ("tiles/11/1355/886.png?theme=pink", 422),
    ("tiles/0/0/0.mvt", 200),
    ("tiles/0/0/0.png", 404),
    ("export.xlsx", 404),
]


@pytest.mark.parametrize(("address", "status"), BAD)
def test_a_bad_question_is_answered_in_a_sentence(planner, reports, address, status):
    for language in ("ar", "en"):
        answer = planner.get(f"/api/heat/{address}", headers={"Accept-Language": language})
        assert answer.status_code == status, answer.content
        if status >= 400:
            told = json.loads(answer.content)
            assert told["detail"].endswith(".")
            assert bool(re.search(r"[\u0600-\u06ff]", told["detail"])) == (language == "ar")


def test_a_box_of_the_world_is_the_whole_city(planner, reports):
    answer = planner.get("/api/heat/cells?cell_m=800&bbox=-180,-90,180,90")
    assert answer.json()["count"] == 600
    elsewhere = planner.get("/api/heat/cells?cell_m=800&bbox=2,48,3,49").json()
    assert elsewhere["features"] == [] and elsewhere["count"] == 0


def test_a_planner_gets_the_whole_city_at_100_m(planner, categories):
    """More cells than once were sent at once: the answer is written while it is sent."""
    east, north = crs.metric_point(*PROFILE.centre).coords[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO observations_observation (public_id, point, fix_origin, category_id, "
            "status, channel, severity, reported_at, reported_on, source, external_id, address) "
            "SELECT gen_random_uuid(), "
            "  ST_SetSRID(ST_MakePoint(%s + 100 * (i %% 150), %s + 100 * (i / 150)), %s), "
            "  'pin', %s, 1, 0, 0, %s, %s, 'test', i, '' FROM generate_series(1, 21000) AS i",
            [east, north, crs.METRIC, categories[0], day_at_noon(DAY), DAY],
        )
    answer = planner.get("/api/heat/cells?cell_m=100")
    assert answer.status_code == 200 and answer.streaming
    body = json.loads(b"".join(answer.streaming_content))
    assert body["count"] == len(body["features"]) == 21_000
    assert len({feature["id"] for feature in body["features"]}) == 21_000


def test_an_answer_in_pieces_is_the_answer_in_one(planner, reports, monkeypatch):
    monkeypatch.setattr("maps.heat.geojson.CHUNK", 7)
    whole = planner.get("/api/heat/cells?cell_m=100").json()
    assert len(whole["features"]) > 14
    monkeypatch.setattr("observations.reports.api.STREAMED_FROM", 1)
    answer = planner.get("/api/heat/cells?cell_m=100")
    pieces = json.loads(b"".join(answer.streaming_content))
    for told in (pieces, whole):
        told.pop("updated_at")  # the second in which it was asked
    assert pieces == whole
    assert (
        answer["Content-Type"] == "application/geo+json" and answer["Cache-Control"] == "no-store"
    )


def test_too_many_cells_are_refused_with_what_to_do(planner, reports, monkeypatch):
    monkeypatch.setattr("observations.reports.api.MAX_CELLS", 10)
    answer = planner.get("/api/heat/cells?cell_m=50", headers={"Accept-Language": "en"})
    assert answer.status_code == 422 and "choose larger cells" in answer.json()["detail"]


def test_the_categories_are_listed_for_everybody(categories, client):
    Category.objects.filter(code="trees").update(public=False)
    listed = client.get("/api/observations/categories").json()["categories"]
    assert {row["code"] for row in listed} == {"potholes", "lighting", "waste"}


@pytest.mark.parametrize(("days", "is_listed"), [(-1, False), (0, False), (1, True)])
def test_a_category_is_listed_until_the_day_it_is_retired(categories, client, days, is_listed):
    retired_on = asked.today() + dt.timedelta(days=days)
    Category.objects.filter(code="waste").update(retired_on=retired_on)
    listed = client.get("/api/observations/categories").json()["categories"]
    assert ("waste" in {row["code"] for row in listed}) == is_listed
    page = client.get("/observations/new/").context["config"]["categories"]
    assert ("waste" in {row["code"] for row in page}) == is_listed


def test_the_page_is_told_every_measure_with_its_seven_classes(categories, client):
    told = {row["code"]: row for row in client.get("/heat/").context["config"]["measures"]}
    assert tuple(told) == measures()
    assert told["count"]["limits"] == COUNT_BREAKS and set(COUNT_BREAKS) == set(SIZES)
    assert told["km2"]["limits"] == KM2_BREAKS
    for row in told.values():
        limits = row["limits"].values() if row["code"] == "count" else [row["limits"]]
        assert all(len(seven) == 7 and list(seven) == sorted(set(seven)) for seven in limits)
        assert row["unit_ar"] and row["unit_en"]


def test_planners_are_offered_channels_areas_and_words_of_verdicts_and_nobody_else(
    categories, client, planner
):
    mine = ("channels", "areas", "spot_words", "change_words", "trend_words", "view")
    told = planner.get("/heat/").context["config"]
    assert all(name in told for name in mine)
    assert not any(name in Client().get("/heat/").context["config"] for name in mine)


def test_the_openapi_document_names_every_parameter(client, db):
    paths = client.get("/api/openapi.json").json()["paths"]
    told = {p["name"] for p in paths["/api/heat/cells"]["get"]["parameters"]}
    assert {"bbox", "cell_m", "from", "to", "category", "status", "wilayat", "per"} <= told
    tile = paths["/api/heat/tiles/{z}/{x}/{y}.mvt"]["get"]["parameters"]
    assert {"z", "x", "y", "cell_m"} <= {p["name"] for p in tile}


def test_a_tile_forgets_a_session_soon_after_it_ended(planner, reports, monkeypatch):
    from maps import viewers

    at = tile_of(*PROFILE.centre, 12)
    url = f"/api/heat/tiles/12/{at.x}/{at.y}.mvt?status=new"
    first = planner.get(url)
    assert first.status_code == 200 and "Cookie" in first["Vary"]
    cookies = planner.cookies.copy()
    planner.logout()
    planner.cookies = cookies  # somebody kept the cookie
    assert planner.get("/api/heat/summary?status=new").status_code == 422  # at once
    monkeypatch.setattr(viewers, "KEPT_S", 0.0)
    assert planner.get(url).status_code == 422  # public now: no such filter


def test_the_public_and_a_planner_never_share_a_tile(client, reports):
    at = tile_of(*PROFILE.centre, 12)
    url = f"/api/heat/tiles/12/{at.x}/{at.y}.mvt"
    public = client.get(url)
    assert "Cookie" in public["Vary"] and "public" in public["Cache-Control"]
    client.force_login(User.objects.create(username="p2", roles=["planner"]))
    exact = client.get(url)
    assert exact["Cache-Control"] == "no-store" and exact.content != public.content
