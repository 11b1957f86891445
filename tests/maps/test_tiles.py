"""Vector tiles of declared layers: what is in them, who gets them, what a bad address answers."""

import datetime as dt
import json
from math import atan, degrees, pi, sinh

import mapbox_vector_tile
import pytest
from django.contrib.gis.geos import LineString, MultiLineString
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange
from django.test import Client

from maps.layers import Layer, LayerError, Viewer, declared, layer_named
from maps.tilejson import tile_of
from maps.tiles import TileAddress, tile, tile_query
from municipality import crs
from municipality.conf import PROFILE
from municipality.people.models import User
from municipality.words import Text
from plots.register.models import Plot, Road
from tests.maps.conftest import PAST, plot

OPEN = ("plots", "buildings", "roads", "parking_zones", "wilayats", "areas", "restrictions")


def at_centre(z: int) -> TileAddress:
    lon, lat = PROFILE.centre
    return tile_of(lon + 0.0002, lat + 0.0002, z)


def fetch(client: Client, layer: str, z: int):
    at = at_centre(z)
    return client.get(f"/tiles/{layer}/{at.z}/{at.x}/{at.y}.mvt")


def features(response, layer: str) -> list[dict]:
    assert response.status_code == 200, response.content
    return mapbox_vector_tile.decode(response.content).get(layer, {"features": []})["features"]


def test_a_tile_holds_the_plots_that_hold_today_and_no_retired_one(city, client):
    found = features(fetch(client, "plots", 15), "plots")
    assert {f["properties"]["number"] for f in found} == {str(i + 1) for i in range(12)}
    assert {f["id"] for f in found} <= set(Plot.objects.values_list("id", flat=True))
    assert set(found[0]["properties"]) == {"number", "use_class"}


def test_a_plot_is_drawn_until_the_city_s_own_midnight_of_its_last_day(city, client, monkeypatch):
    """The day turns at 20:00 UTC in Muscat; with it the tile, and so its ETag."""
    closing = dt.date(2027, 3, 1)
    plot("closing", 100, 0, valid=DateRange(PAST, closing))
    midnight = dt.datetime.combine(closing, dt.time(), PROFILE.time_zone)
    seen = {}
    for name, at in (("before", midnight - dt.timedelta(minutes=1)), ("after", midnight)):
        monkeypatch.setattr("django.utils.timezone.now", lambda at=at: at.astimezone(dt.UTC))
        answer = fetch(client, "plots", 15)
        numbers = {f["properties"]["number"] for f in features(answer, "plots")}
        seen[name] = ("closing" in numbers, answer["ETag"])
        assert "1" in numbers and "gone" not in numbers
    assert seen["before"][0] and not seen["after"][0]
    assert seen["before"][1] != seen["after"][1]


def test_a_wide_road_beside_a_tile_is_drawn_into_it(city, client):
    """Drawn 44 m wide, a road whose middle lies 15 m outside still covers 7 m of the tile."""
    at = at_centre(17)
    north = degrees(atan(sinh(pi * (1 - 2 * at.y / 2**at.z))))
    lon, lat = PROFILE.centre
    x, y = crs.metric_point(lon, lat).x, crs.metric_point(lon, north).y
    road = LineString((x - 400, y + 15), (x + 400, y + 15))
    Road.objects.create(
        register_key="wide",
        road_class="motorway",
        centre_line=MultiLineString(road, srid=crs.METRIC),
    )
    found = features(fetch(client, "roads", 17), "roads")
    assert "motorway" in {f["properties"]["road_class"] for f in found}


@pytest.mark.parametrize("layer", OPEN)
def test_every_open_layer_answers_at_its_centre(city, client, layer):
    description = client.get(f"/tiles/{layer}.json").json()
    assert description["tilejson"] == "3.0.0"
    lon, lat, z = description["center"]
    west, south, east, north = description["bounds"]
    assert west <= lon <= east and south <= lat <= north
    at = tile_of(lon, lat, z)
    url = description["tiles"][0].format(z=at.z, x=at.x, y=at.y)
    found = features(client.get(url), layer)
    assert found
    fields = description["vector_layers"][0]["fields"]
    assert set(found[0]["properties"]) <= set(fields)


def test_the_centre_follows_the_features_when_they_move(city, client):
    before = client.get("/tiles/plots.json").json()["center"]
    Plot.objects.all().delete()
    empty = client.get("/tiles/plots.json").json()["center"]
    plot("far", 9000, 3000)
    after = client.get("/tiles/plots.json").json()["center"]
    assert before != after and empty[:2] == list(PROFILE.centre)
    at = tile_of(*after)
    assert features(client.get(f"/tiles/plots/{at.z}/{at.x}/{at.y}.mvt"), "plots")


def test_boundaries_are_those_of_the_day_and_carry_the_public_id(city, client):
    found = features(fetch(client, "parking_zones", 14), "parking_zones")
    assert [f["id"] for f in found] == [city.pk]
    assert found[0]["properties"]["version"] == 2
    assert found[0]["properties"]["name_ar"] == "الخوير"


def test_minor_roads_come_when_there_is_room(city, client):
    ranks = {z: len(features(fetch(client, "roads", z), "roads")) for z in (10, 15)}
    assert ranks == {10: 1, 15: 2}


def test_below_its_first_zoom_a_layer_is_an_empty_tile(city, client):
    response = fetch(client, "plots", 12)
    assert response.status_code == 200 and response.content == b""


def test_the_etag_is_strong_and_saves_the_body(city, client):
    first = fetch(client, "plots", 15)
    tag = first["ETag"]
    assert tag.startswith('"') and "max-age" in first["Cache-Control"]
    at = at_centre(15)
    url = f"/tiles/plots/15/{at.x}/{at.y}.mvt"
    again = client.get(url, headers={"If-None-Match": tag})
    assert again.status_code == 304 and again.content == b"" and again["ETag"] == tag
    Plot.objects.filter(number="3").update(use_class="commercial")
    changed = client.get(url, headers={"If-None-Match": tag})
    assert changed.status_code == 200 and changed["ETag"] != tag


def test_an_unchanged_tile_keeps_its_etag_when_rows_are_rewritten(city, client):
    tag = fetch(client, "plots", 15)["ETag"]
    Plot.objects.filter(number="1").update(limits_source="another plan")  # moves the row on disk
    assert fetch(client, "plots", 15)["ETag"] == tag


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("plots/23/0/0", 404),
        ("plots/31/0/0", 404),
        ("plots/-1/0/0", 400),
        ("plots/3/8/0", 404),
        ("plots/3/0/-1", 400),
        ("plots/3/0/9", 404),
        ("plots/1.5/0/0", 400),
        ("plots/١٥/0/0", 400),
        ("plots/1e3/0/0", 400),
        ("plots/15/99999999999999999999/0", 400),
        ("plots/15/NaN/0", 400),
        ("plots/+5/0/0", 400),
        ("plots/ 5/0/0", 400),
        ("nothing/5/0/0", 404),
        ("PLOTS/5/0/0", 404),
        ("waterways/14/10000/7000", 404),
    ],
)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_a_bad_address_is_told_in_a_sentence(db, client, address, status, language):
    response = client.get(f"/tiles/{address}.mvt", headers={"Accept-Language": language})
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    told = json.loads(response.content)
    assert told["detail"].endswith(".") and told["status"] == status
    assert any("\u0600" <= c <= "\u06ff" for c in told["detail"]) == (language == "ar")


def test_exact_pins_are_for_staff_and_everybody_else_has_the_public_side(db, client):
    """What is in it: observations/test_publishing."""
    planner = User.objects.create(username="p", roles=["planner"])
    staff = Client()
    staff.force_login(planner)
    answer = staff.get("/tiles/observations.json")
    assert answer.status_code == 200 and answer["Cache-Control"] == "no-store"
    assert "channel" in answer.json()["vector_layers"][0]["fields"]
    client_of_a_citizen = Client()
    client_of_a_citizen.force_login(User.objects.create(username="c", roles=["citizen"]))
    for asker in (client, client_of_a_citizen):
        answer = asker.get("/tiles/observations.json")
        assert "channel" not in answer.json()["vector_layers"][0]["fields"]
        assert "public" in answer["Cache-Control"] and "Cookie" in answer["Vary"]


def test_a_planner_sees_each_pin_with_its_words(city, client):
    import datetime as dt

    from municipality import crs
    from observations.reports.models import Category
    from tests.observations.conftest import report

    waste = Category.objects.create(code="waste", name_ar="نفايات", name_en="Waste")
    at = crs.metric_point(*PROFILE.centre)
    day = dt.date(2016, 3, 5)
    for status in (1, 4):
        report(at.x + 30, at.y + 30, day, waste.pk, status=status, channel=1).save()
    client.force_login(User.objects.create(username="p", roles=["planner"]))
    found = features(fetch(client, "observations", 15), "observations")
    assert {f["properties"]["status"] for f in found} == {"new", "closed"}
    assert {f["properties"]["channel"] for f in found} == {"app"}
    assert {f["properties"]["category"] for f in found} == {"waste"}
    assert {f["properties"]["reported_on"] for f in found} == {"2016-03-05"}


def _plan(layer: Layer, at: TileAddress) -> str:
    query = tile_query(layer, Viewer(frozenset(), PAST.replace(year=2020)), at.z)
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {query.sql}", query.filled(at))
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("plots", "plots_plot_web"),
        ("buildings", "plots_building_web"),
        ("roads", "plots_road_web"),
        ("restrictions", "plots_themefeature_web"),
        ("parking_zones", "parking_zones_zoneversion_web"),
        ("observations", "observations_observation_point"),
        ("wilayats", "places_wilayatversion_boundary"),
    ],
)
def test_the_tile_query_can_use_the_spatial_index(city, name, index):
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE places_wilayat, places_wilayatversion")
        # In a table all but empty every plan costs the same. A bitmap needs a condition of the
        # index, and without nested loops no condition but the tile's own is left.
        for way in ("seqscan", "indexscan", "indexonlyscan", "nestloop"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
        cursor.execute("SET LOCAL enable_bitmapscan = on")
    assert index in _plan(declared()[name], at_centre(15))


def test_among_many_plots_the_planner_chooses_the_index_itself(city):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO plots_plot (register_key, number, old_number, krooki_number, block,"
            " use_class, limits_source, source, version, valid, boundary)"
            " SELECT 'm' || i, i, '', '', '', 'residential', '', '', 1, daterange('2010-01-01',"
            " NULL), ST_Translate(boundary, 40 * (i % 100), 40 * (i / 100))"
            " FROM plots_plot, generate_series(1, 8000) i WHERE number = '1'"
        )
        cursor.execute("ANALYZE plots_plot")
    plan = _plan(declared()["plots"], at_centre(16))
    assert "Seq Scan" not in plan
    assert "Index Scan on plots_plot_web " in plan and "plots_plot_web_closed" in plan


def test_the_sql_is_compiled_once_for_all_tiles_of_a_layer(city):
    viewer = Viewer(frozenset(), PAST.replace(year=2020))
    layer = layer_named("plots")
    first = tile_query(layer, viewer, 15)
    at = at_centre(15)
    with connection.cursor() as cursor:  # the bytes are those of a plain SELECT
        cursor.execute(first.sql, first.filled(at))
        assert tile(layer, at=at, viewer=viewer) == bytes(cursor.fetchone()[0])
    assert tile_query(layer, viewer, 16) is first


def test_an_unsound_declaration_does_not_load():
    with pytest.raises(LayerError):
        Layer(
            name="bad",
            title=Text("", ""),
            rows=lambda viewer: Plot.objects.all(),
            geometry="boundary",
            properties={},
            kind="polygon",
            min_zoom=9,
            best_zoom=8,
            max_zoom=12,
        )
