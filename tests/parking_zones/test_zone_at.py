"""Which zone is this, through HTTP: four answers, versions, and the tariff in force."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from municipality import crs
from tests.builders import (
    EAST,
    NORTH,
    SINCE_2016,
    a_tariff,
    a_zone,
    a_zone_version,
    square,
    the_paid_hours,
    the_weekends,
)

pytestmark = pytest.mark.django_db
SUNDAY_10 = "2026-11-22T10:00:00+04:00"
FRIDAY_10 = "2026-11-20T10:00:00+04:00"


def ask(client, x: float, y: float, **values):
    lon, lat = crs.lonlat(EAST + x, NORTH + y)
    query = {"lon": repr(lon), "lat": repr(lat), "at": SUNDAY_10, **values}
    return client.get("/api/parking/zones/at", query)


@pytest.fixture
def zone():
    the_weekends()
    the_paid_hours()
    a_tariff(100, (dt.date(2016, 8, 3), None))
    a_tariff(50, (dt.date(2008, 1, 1), dt.date(2016, 8, 3)))
    return a_zone("7")


def test_deep_inside(client, zone) -> None:
    body = ask(client, 50, 50, accuracy_m=10).json()
    assert body["result"] == "inside"
    assert body["candidates"][0]["number"] == "7"
    assert body["candidates"][0]["distance_to_edge_m"] == pytest.approx(50, abs=0.01)
    assert body["tariff"]["amount_baisa"] == 100 and body["tariff"]["per_minutes"] == 30
    assert body["paid_until"] == "2026-11-22T09:00:00Z" and body["free_until"] is None


def test_near_the_edge_gives_the_stretch_inside_the_circle(client, zone) -> None:
    body = ask(client, 50, 6.2, accuracy_m=9).json()
    assert body["result"] == "near_edge"
    candidate = body["candidates"][0]
    assert candidate["distance_to_edge_m"] == pytest.approx(6.2, abs=0.01)
    assert candidate["edge_in_circle"]["type"] in ("LineString", "MultiLineString")
    assert body["tariff"]["amount_baisa"] == 100


def test_between_two_zones_is_ambiguous_and_names_both(client, zone) -> None:
    a_zone("8", square(100, 0, 100))
    body = ask(client, 98, 50, accuracy_m=5).json()
    assert body["result"] == "ambiguous"
    assert [row["number"] for row in body["candidates"]] == ["7", "8"]


def test_no_tariff_is_told_where_the_zones_differ(client, zone) -> None:
    a_zone("8", square(100, 0, 100))
    a_tariff(500, SINCE_2016, zone_code="8")
    assert ask(client, 98, 50, accuracy_m=5).json()["tariff"] is None


def test_outside_names_the_nearest_zone_and_its_distance(client, zone) -> None:
    body = ask(client, 50, -30, accuracy_m=10).json()
    assert body["result"] == "outside" and body["candidates"] == []
    assert body["nearest"]["distance_to_edge_m"] == pytest.approx(-30, abs=0.01)
    assert body["tariff"] is None


def test_day_of_rest_is_free_until_the_next_paid_hour(client, zone) -> None:
    body = ask(client, 50, 50, at=FRIDAY_10).json()
    assert body["paid_until"] is None and body["free_until"] == "2026-11-22T04:00:00Z"


def test_version_of_the_day_is_asked_never_the_latest(client, zone) -> None:
    a_zone_version(
        zone, version=2, valid=(dt.date(2010, 1, 1), SINCE_2016[0]), shape=square(0, 0, 30)
    )
    old = ask(client, 50, 50, at="2011-03-01T10:00:00+04:00").json()
    assert old["result"] == "outside"
    inside = ask(client, 15, 15, accuracy_m=5, at="2011-03-02T10:00:00+04:00").json()
    assert inside["candidates"][0]["version"] == 2
    assert inside["tariff"]["amount_baisa"] == 50


def test_change_of_a_row_is_seen_by_the_next_question(client, zone) -> None:
    assert ask(client, 50, 50).json()["result"] == "inside"
    zone.versions.all().delete()
    assert ask(client, 50, 50).json()["result"] == "outside"


def test_change_by_plain_sql_is_seen_too(client, zone) -> None:
    from django.db import connection

    assert ask(client, 50, 50).json()["tariff"]["amount_baisa"] == 100
    with connection.cursor() as cursor:
        cursor.execute("UPDATE billing_tariff SET amount_baisa = 200 WHERE upper_inf(valid)")
    assert ask(client, 50, 50).json()["tariff"]["amount_baisa"] == 200


def test_two_versions_of_one_zone_cannot_hold_at_once(zone) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        a_zone_version(zone, version=2, valid=(dt.date(2020, 1, 1), None))


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ({"lon": "nan", "lat": "23.6"}, 422),
        ({"lon": "1e999", "lat": "23.6"}, 422),
        ({"lon": "23.6", "lat": "58.4"}, 422),
        ({"lon": "58.4"}, 400),
        ({"lon": "58.4", "lat": "23.6", "accuracy_m": "-1"}, 422),
        ({"lon": "58.4", "lat": "23.6", "at": "yesterday"}, 422),
        ({"lon": "58.4", "lat": "23.6", "at": "9999-12-31T23:59:59-14:00"}, 422),
        ({"lon": "58.4", "lat": "23.6", "zoom": "3"}, 400),
        ({"lon": ["58.4", "58.5"], "lat": "23.6"}, 400),
    ],
)
def test_bad_questions_are_answered_with_a_sentence(client, query, status) -> None:
    response = client.get("/api/parking/zones/at", query)
    body = response.json()
    assert response.status_code == status
    assert response["Content-Type"] == "application/problem+json"
    assert body["status"] == status and body["detail"] and body["instance"]


def test_detail_speaks_arabic_unless_english_is_asked(client) -> None:
    bad = {"lon": "23.6", "lat": "58.4"}
    arabic = client.get("/api/parking/zones/at", bad).json()["detail"]
    english = client.get("/api/parking/zones/at", bad, headers={"Accept-Language": "en"}).json()
    assert "معكوسان" in arabic and "swapped" in english["detail"]


def test_zones_as_geojson(client, zone) -> None:
    body = client.get("/api/parking/zones").json()
    properties = body["features"][0]["properties"]
    assert properties["number"] == "7" and properties["name_ar"] and properties["name_en"]


@pytest.mark.parametrize(
    "at", ["9999-12-31T23:59:59Z", "9999-12-31T22:00:00+04:00", "0001-01-01T00:00:00+04:00"]
)
def test_a_moment_beyond_the_calendar_is_told_so_and_not_called_badly_written(
    client, zone, at
) -> None:
    answer = client.get(
        "/api/parking/zones/at",
        {"lon": "58.38", "lat": "23.59", "at": at},
        headers={"accept-language": "en"},
    )
    assert answer.status_code == 422
    assert "lies beyond the calendar" in answer.json()["detail"]


def test_a_moment_of_any_offset_is_answered_in_utc(client, zone) -> None:
    body = ask(client, 50, 50, at="2026-11-22T01:30:00-05:00").json()
    assert body["at"] == "2026-11-22T06:30:00Z"
