"""Zones, areas and policies as CDS Curbs, held against the published schema."""

import datetime as dt
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest
import yaml
from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from municipality import crs
from municipality.calendar.models import Holiday, Ramadan
from parking_zones.curbs.policies import rate_of
from parking_zones.models import PaidHours, TicketTerms, Zone
from parking_zones.pricing.charge import Price
from parking_zones.pricing.paid_hours import Span
from tests.builders import (
    ALWAYS,
    EAST,
    NORTH,
    a_tariff,
    a_wilayat,
    a_zone,
    an_area,
    square,
    the_paid_hours,
    the_ticket_terms,
    the_weekends,
)

pytestmark = pytest.mark.django_db
SUNDAY_MS = 1_795_327_200_000  # 2026-11-22 06:00 UTC


def milliseconds(day: dt.date) -> int:
    clock = dt.timezone(dt.timedelta(hours=4))
    return int(dt.datetime.combine(day, dt.time(), clock).timestamp() * 1000)


@pytest.fixture
def city() -> Zone:
    """Two zones in one housing area, by the clock of Muscat, with a holiday and a Ramadan."""
    the_weekends()
    the_paid_hours()
    the_ticket_terms()
    a_tariff(100, (dt.date(2016, 8, 3), None))
    an_area(a_wilayat())
    Holiday.objects.create(
        code="national_day", name_ar="العيد الوطني", name_en="National Day", source="test",
        valid=(dt.date(2026, 11, 25), dt.date(2026, 11, 27)),
    )  # fmt: skip
    Ramadan.objects.create(valid=(dt.date(2027, 2, 8), dt.date(2027, 3, 10)), source="test")
    PaidHours.objects.create(
        valid=ALWAYS, opens=dt.time(9), closes=dt.time(0), in_ramadan=True, source="test"
    )
    a_zone("8", square(600, 0, 300), name_ar="العذيبة", name_en="Al Udhaybah")
    return a_zone("7", square(0, 0, 300))


def ask(what: str, **query: object) -> Any:
    answer = Client().get(f"/cds/curbs/{what}", {"time": SUNDAY_MS, **query})
    assert answer.status_code == 200, answer.content
    return answer.json()


@pytest.fixture(scope="session")
def published(published_spec: Path) -> Path:
    return published_spec / "openmobilityfoundation+cds-openapi" / "APIs" / "Curbs API.yaml"


def as_written(uri: str) -> Resource[Any]:
    text = Path(unquote(urlsplit(uri).path)).read_text(encoding="utf-8")
    return DRAFT202012.create_resource(yaml.safe_load(text))


def mended(uri: str) -> Resource[Any]:
    """A file of the schema; the one of coordinates with the rings that RFC 7946 gives a polygon."""
    found = as_written(uri)
    if not uri.endswith("coordinates.yaml"):
        return found
    return DRAFT202012.create_resource({"type": "array", "items": found.contents})


def test_the_schema_as_published_refuses_the_example_of_its_own_specification(
    published: Path, real_data: Path
) -> None:
    """Its polygons have one level too few, which is why they are mended above."""
    text = (real_data / "parking" / "cds-curbs-examples.md").read_text(encoding="utf-8")
    block = re.search(r"```json\n(.*?)```", text, re.DOTALL)
    assert block
    zone = json.loads(block[1])["data"]["zones"][0]["geometry"]
    place = published.parents[1] / "Shared Data Models" / "geoJSON_polygon.yaml"
    for reading, is_refused in ((as_written, True), (mended, False)):
        registry: Registry[Any] = Registry(retrieve=reading)
        schema = Draft202012Validator({"$ref": place.as_uri()}, registry=registry)
        assert schema.is_valid(zone) is not is_refused


@pytest.mark.parametrize("what", ["zones", "areas", "policies"])
def test_each_answer_is_as_the_schema_has_it(city, published: Path, what: str) -> None:
    place = f"#/paths/~1curbs~1{what}/get/responses/200/content/application~1json/schema"
    registry: Registry[Any] = Registry(retrieve=mended)
    asked = Draft202012Validator({"$ref": published.as_uri() + place}, registry=registry)
    body = ask(what)
    assert body["data"][what] and not [error.message for error in asked.iter_errors(body)]
    del body["data"][what][0]["published_date"]
    assert [error.validator for error in asked.iter_errors(body)] == ["required"]


@pytest.mark.parametrize("what", ["zones", "areas", "policies"])
@pytest.mark.parametrize("years", [0, 20])
def test_nothing_is_published_later_than_now(city, what: str, years: int) -> None:
    now = timezone.now()
    coming = now.date() + dt.timedelta(days=400)
    Holiday.objects.create(
        code="coming", name_ar="عطلة", name_en="Coming", source="test",
        valid=(coming, coming + dt.timedelta(days=1)),
    )  # fmt: skip
    asked_for = now + dt.timedelta(days=366 * years)
    body = ask(what, time=int(asked_for.timestamp() * 1000))
    latest = int(timezone.now().timestamp() * 1000)
    assert body["data"][what] and body["last_updated"] <= latest
    assert all(row["published_date"] <= latest for row in body["data"][what])
    if what == "policies":  # the control: a span that lies ahead is told all the same
        spans = [one for row in body["data"][what] for one in row.get("time_spans", ())]
        assert any(span["start_date"] > latest for span in spans) or years


def test_zones_and_policies_and_areas_name_each_other(city) -> None:
    zones, areas = ask("zones")["data"]["zones"], ask("areas")["data"]["areas"]
    known = {row["curb_policy_id"] for row in ask("policies")["data"]["policies"]}
    assert {zone["user_zone_id"] for zone in zones} == {"7", "8"}
    assert all(set(zone["curb_policy_ids"]) == known for zone in zones)
    (area,) = areas
    assert set(area["curb_zone_ids"]) == {zone["curb_zone_id"] for zone in zones}
    assert {name for zone in zones for name in zone["curb_area_ids"]} == {area["curb_area_id"]}
    one = ask(f"zones/{zones[0]['curb_zone_id']}")["data"]["zone"]
    assert one == zones[0]


def test_the_policies_are_free_on_holidays_paid_by_the_clock_and_free_otherwise(city) -> None:
    rows = sorted(ask("policies")["data"]["policies"], key=lambda row: row["priority"])
    told = [(row["priority"], row["rules"][0].get("rate", [{}])[0].get("rate")) for row in rows]
    assert told == [(2, None), (3, 200), (4, None), (5, 200), (6, None)]
    holiday, ramadan, _, usual, free = rows
    assert holiday["time_spans"] == [
        {
            "start_date": milliseconds(dt.date(2026, 11, 25)),
            "end_date": milliseconds(dt.date(2026, 11, 27)),
        }
    ]
    (fasting,) = ramadan["time_spans"]
    assert fasting["start_date"] == milliseconds(dt.date(2027, 2, 8))
    assert (fasting["time_of_day_start"], fasting["time_of_day_end"]) == ("09:00", "24:00")
    clocks = [(one["time_of_day_start"], one["time_of_day_end"]) for one in usual["time_spans"]]
    assert clocks == [("08:00", "13:00"), ("16:00", "21:00")]
    assert usual["time_spans"][0]["days_of_week"] == ["mon", "tue", "wed", "thu", "sun"]
    assert usual["rules"][0]["max_stay"] == 300 and "time_spans" not in free


def test_a_gap_gives_no_policy_and_never_a_free_one(city) -> None:
    TicketTerms.objects.all().delete()
    assert ask("policies")["data"]["policies"] == []
    assert all(zone["curb_policy_ids"] == [] for zone in ask("zones")["data"]["zones"])


def test_a_policy_keeps_its_id_and_another_price_has_another(city) -> None:
    before = {row["curb_policy_id"] for row in ask("policies")["data"]["policies"]}
    assert before == {row["curb_policy_id"] for row in ask("policies")["data"]["policies"]}
    a_tariff(150, (dt.date(2016, 8, 3), None), zone_code="7")
    after = {row["curb_policy_id"] for row in ask("policies")["data"]["policies"]}
    assert before < after and len(after - before) == 2  # paid, and paid in Ramadan


def test_a_zone_by_permit_lets_nobody_else_park(city) -> None:
    Zone.objects.update(kind=Zone.Kind.PERMIT)
    rules = [row["rules"] for row in ask("policies")["data"]["policies"]]
    assert rules == [
        [{"activity": "parking", "purposes": ["permit"]}],
        [{"activity": "no parking"}],
    ]


def test_zones_are_asked_for_by_place(city) -> None:
    def numbers(**query: object) -> list[str]:
        return [zone["user_zone_id"] for zone in ask("zones", **query)["data"]["zones"]]

    lon, lat = crs.lonlat(EAST + 700, NORTH + 100)
    assert numbers(lat=lat, lng=lon, radius=1_000) == ["8"]
    assert numbers(lat=lat, lng=lon, radius=100_000) == ["8", "7"]
    box = {
        "min_lat": lat - 1e-4,
        "max_lat": lat + 1e-4,
        "min_lng": lon - 1e-4,
        "max_lng": lon + 1e-4,
    }
    assert numbers(**box) == ["8"]
    assert "geometry" not in ask("zones", include_geometry="false")["data"]["zones"][0]
    assert numbers(time=milliseconds(dt.date(2010, 1, 1))) == []


@pytest.mark.parametrize(
    "query",
    [
        {"lat": "23.5"}, {"lat": "x", "lng": "58", "radius": "1"}, {"time": "yesterday"},
        {"time": "9" * 30}, {"lat": "23", "lng": "58", "radius": "-1"}, {"nothing": "1"},
        {"lat": "23", "lng": "58", "radius": "1", "min_lat": "1", "max_lat": "2", "min_lng": "3",
         "max_lng": "4"}, {"lat": "nan", "lng": "58", "radius": "1"},
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_refused(city, query) -> None:
    assert Client().get("/cds/curbs/zones", query).status_code == 400


def test_what_is_not_published_says_501_as_the_standard_asks() -> None:
    assert Client().get("/cds/curbs/spaces").status_code == 501


@pytest.mark.parametrize(
    ("amount", "minutes", "rate"),
    [(100, 30, (200, "hour")), (60, 60, (1, "minute")), (7, 11, None), (0, 30, (0, "minute"))],
)
def test_a_rate_is_a_whole_amount_or_none_is_told(amount, minutes, rate) -> None:
    found = rate_of(Price("", Span(None, None), amount, minutes, "test"))
    assert [(one["rate"], one["rate_unit"]) for one in found] == ([rate] if rate else [])
