"""Places, rates, rights and quotes as APDS, held against the published schema."""

import copy
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from municipality.calendar.models import Holiday, Ramadan
from municipality.calendar.rest_days import Span
from municipality.history.models import Entry
from parking_zones.apds.dated import without
from parking_zones.apds.quotes import MEMBERS
from parking_zones.apds.specs import ticket_id
from parking_zones.models import GoodIn, PaidHours, ParkingTicket, PermitVehicle, TicketTerms, Zone
from tests.builders import (
    ALWAYS,
    EAST,
    NORTH,
    a_tariff,
    a_zone,
    a_zone_version,
    square,
    the_paid_hours,
    the_ticket_terms,
    the_weekends,
)
from tests.parking_permits.builders import a_bay, a_permit, the_prices
from tests.parking_zones import apds_schema
from tests.parking_zones.apds_schema import faults, place_validator, validator
from tests.people.builders import a_key

pytestmark = pytest.mark.django_db
CAR = "OM-1111-B"


@pytest.fixture
def city() -> Zone:
    """Two paid zones and one by permit, prices since 2016 and a dearer one of zone 8."""
    the_weekends()
    the_paid_hours()
    the_ticket_terms()
    the_prices()
    a_tariff(50, (dt.date(2008, 1, 1), dt.date(2016, 8, 3)))
    a_tariff(100, (dt.date(2016, 8, 3), None))
    a_tariff(250, (dt.date(2027, 1, 1), None), zone_code="8")
    Holiday.objects.create(
        code="national_day", name_ar="العيد الوطني", name_en="National Day", source="test",
        valid=(dt.date(2026, 11, 25), dt.date(2026, 11, 27)),
    )  # fmt: skip
    a_zone("8", square(600, 0, 300), name_ar="العذيبة", name_en="Al Udhaybah")
    a_zone("9", square(1200, 0, 300), kind="permit")
    GoodIn.objects.create(valid=ALWAYS, source="test")
    return a_zone("7", square(0, 0, 300))


def ask(what: str, **query: object) -> Any:
    answer = Client().get(f"/apds/{what}", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def rows(what: str, **query: object) -> list[Any]:
    found: list[Any] = ask(what, **query)["data"]
    return found


def spec_of(number: str) -> Any:
    (found,) = [
        row
        for row in rows("rights/specs")
        if row["description"][1]["string"] == f"Parking ticket of zone {number}"
    ]
    return found


def place_of(number: str) -> Any:
    (found,) = [
        row
        for row in rows("places", type="identifiedArea")
        if row["operatorDefinedReference"][0]["string"] == number
    ]
    return found


@pytest.mark.parametrize("path", ["/places", "/rates", "/rights/specs"])
def test_each_list_is_as_the_schema_has_it(city, published_spec: Path, path: str) -> None:
    asked, body = validator(published_spec, path), ask(path[1:])
    assert len(body["data"]) > 3 and faults(asked, body) == []
    broken = copy.deepcopy(body)
    broken["data"][0]["version"] = 0
    assert faults(asked, broken)
    broken = copy.deepcopy(body)
    del broken["data"][1]["id"]
    assert faults(asked, broken)
    del body["meta"]["total"]
    assert faults(asked, body)


def test_each_object_is_as_the_schema_has_it(city, published_spec: Path) -> None:
    for path in ("/places", "/rates", "/rights/specs"):
        one = validator(published_spec, f"{path}/{{id}}")
        for row in rows(path[1:]):
            told = ask(f"{path[1:]}/{row['id']}", version=row["version"])
            assert told == row and faults(one, told) == []


def test_a_place_is_held_against_its_own_class(city, published_spec: Path) -> None:
    found = rows("places")
    assert [row["type"] for row in found] == ["parkingPlace", *["identifiedArea"] * 3]
    for row in found:
        assert faults(place_validator(published_spec, row["type"]), row) == []
    del found[0]["timeZone"]
    assert faults(place_validator(published_spec, "parkingPlace"), found[0])
    found[1]["indicativeIdentifiedAreaPointLocation"] = [{"type": "Spot"}]
    assert faults(place_validator(published_spec, "identifiedArea"), found[1])


def test_the_schema_as_published_can_take_no_place(city, published_spec: Path) -> None:
    """Some references lead nowhere, and what is a Place is a Campus too; so it is mended."""
    document = apds_schema.published(published_spec)
    assert len(apds_schema.lost_references(document)) == 31
    (place, *_) = rows("places")
    for kind in ("campus", "parkingPlace"):  # two branches of oneOf at once
        assert faults(place_validator(published_spec, kind), place) == []
    asked = validator(published_spec, "/rights/assigned/{id}")
    right = {"id": "1", "version": 1, "rightHolder": {}, "rightSpecification": place["childIds"][0]}
    assert faults(asked, right) == []
    for members in ({"className": "Vehicle"}, {"className": "Vehicle", "id": "1"}):
        assert faults(asked, {**right, "assignedRightIssuer": members})  # no Reference can be


def test_places_rates_and_rights_name_each_other(city) -> None:
    specs = {row["id"]: row for row in rows("rights/specs")}
    rates = {(row["id"], row["version"]) for row in rows("rates")}
    for place in rows("places", type="identifiedArea"):
        for told in place["rightSpecifications"]:
            assert specs[told["id"]]["version"] == told["version"]
            held = [one["id"] for one in specs[told["id"]]["hierarchyElements"]]
            assert place["id"] in held
    for row in specs.values():
        for one in row["rateEligibility"]:
            assert (one["rateTable"]["id"], one["rateTable"]["version"]) in rates
    (top,) = rows("places", type="parkingPlace")
    children = {one["id"] for one in top["childIds"]}
    assert children == {row["id"] for row in rows("places", type="identifiedArea")}


def test_a_price_is_told_in_the_unit_of_the_currency_and_resets_at_each_opening(city) -> None:
    (table,) = [
        row for row in rows("rates") if row["id"] == spec_of("7")["rateEligibility"][0]["rateTable"]["id"]
    ]  # fmt: skip
    morning, evening = table["rateLineCollections"]
    assert (morning["resetTime"], evening["resetTime"]) == ("08:00:00", "16:00:00")
    assert table["activeTimes"] == ["PT300M", "PT300M"] and morning["maxTime"] == "PT300M"
    line = morning["rateLines"][0]
    assert (line["value"], line["incrementPeriod"]) == (0.1, "PT30M")
    assert morning["applicableCurrency"] == "OMR"
    assert table["validityStart"] == "2016-08-02T20:00:00Z" and "validityEnd" not in table


def test_a_decided_price_is_a_later_version_of_the_table(city) -> None:
    id_ = spec_of("8")["rateEligibility"][0]["rateTable"]["id"]
    found = [row for row in rows("rates") if row["id"] == id_]
    assert [row["rateLineCollections"][0]["rateLines"][0]["value"] for row in found] == [0.1, 0.25]
    now, later = found
    assert now["validityEnd"] == later["validityStart"] == "2026-12-31T20:00:00Z"
    earlier = ask(f"rates/{id_}", version=now["version"] - 1)
    assert earlier["rateLineCollections"][0]["rateLines"][0]["value"] == 0.05
    assert Client().get(f"/apds/rates/{id_}", {"version": 99}).status_code == 404


def test_a_ticket_is_good_where_the_rows_say_and_valid_when_parking_is_paid(city) -> None:
    spec = spec_of("7")
    assert [one["id"] for one in spec["hierarchyElements"]] == [place_of("7")["id"]]
    (placeless,) = [
        row for row in rows("rights/specs") if row["description"][1]["string"].endswith("a place")
    ]
    held = {one["id"] for one in placeless["hierarchyElements"]}
    assert held == {place_of("7")["id"], place_of("8")["id"]}
    valid = spec["validity"]["validityTimeSpecification"]
    clocks = [one["recurringTimePeriodOfDay"][0] for one in valid["validPeriods"]]
    assert [(one["startTimeOfPeriod"], one["endTimeOfPeriod"]) for one in clocks] == [
        ("08:00:00", "13:00:00"), ("16:00:00", "21:00:00")
    ]  # fmt: skip
    (days,) = valid["validPeriods"][0]["recurringDayWeekMonthPeriod"]
    assert days["applicableDay"] == ["monday", "tuesday", "wednesday", "thursday", "sunday"]
    assert valid["exceptionPeriods"] == [
        {
            "periodName": [
                {"language": "ar", "string": "العيد الوطني"},
                {"language": "en", "string": "National Day"},
            ],
            "startOfPeriod": "2026-11-24T20:00:00Z", "endOfPeriod": "2026-11-26T20:00:00Z",
        }
    ]  # fmt: skip


def test_ramadan_stands_in_the_place_of_the_other_hours_and_paid_holidays_are_no_exception(
    city,
) -> None:
    year = timezone.now().year
    Ramadan.objects.create(valid=(dt.date(year, 12, 1), dt.date(year, 12, 31)), source="test")
    PaidHours.objects.create(
        valid=ALWAYS, opens=dt.time(20), closes=dt.time(0), in_ramadan=True, on_holidays=True,
        source="test",
    )  # fmt: skip
    valid = spec_of("7")["validity"]["validityTimeSpecification"]
    assert "exceptionPeriods" not in valid
    fasting = [
        one
        for one in valid["validPeriods"]
        if one["recurringTimePeriodOfDay"][0]["endTimeOfPeriod"] == "24:00:00"
    ]
    assert [one["startOfPeriod"] for one in fasting] == [f"{year}-11-30T20:00:00Z"]
    usual = [one for one in valid["validPeriods"] if one not in fasting]
    ends = {one["startOfPeriod"]: one.get("endOfPeriod") for one in usual}
    assert f"{year}-12-30T20:00:00Z" in ends and f"{year}-11-30T20:00:00Z" in ends.values()
    assert all(start not in ("2026-11-24T20:00:00Z",) for start in ends)


def test_what_cuts_leave_of_a_span() -> None:
    day = dt.date
    whole, cut = Span(day(2026, 1, 1), None), Span(day(2026, 2, 1), day(2026, 3, 1))
    assert without(whole, [cut]) == [
        Span(day(2026, 1, 1), day(2026, 2, 1)), Span(day(2026, 3, 1), None)
    ]  # fmt: skip
    assert without(Span(day(2026, 2, 3), day(2026, 2, 9)), [cut]) == []
    assert without(cut, [whole]) == [] and without(cut, []) == [cut]


def test_a_gap_in_the_tables_gives_no_right_and_no_rate_and_never_a_free_one(city) -> None:
    tickets = [row for row in rows("rights/specs") if row["type"] == "oneTimeUseParking"]
    assert len(tickets) == 3
    TicketTerms.objects.all().delete()
    assert [row for row in rows("rights/specs") if row["type"] == "oneTimeUseParking"] == []
    assert all(row["rateType"] == "contract" for row in rows("rates"))


def test_a_zone_by_permit_has_permits_and_no_ticket(city) -> None:
    place = place_of("9")
    told = [row for row in rows("rights/specs", place=place["id"])]
    assert {row["type"] for row in told} == {"permitParking"} and len(told) == 3
    assert len(rows("rights/specs", place=place_of("7")["id"])) == 5
    a_bay("r1", city)
    assert len(rows("rights/specs", place=place_of("7")["id"])) == 5  # a public bay
    from parking_zones.models import Bay

    Bay.objects.update(kind="reserved")
    assert len(rows("rights/specs", place=place_of("7")["id"])) == 6


def test_a_new_boundary_is_a_new_version_of_the_place_and_of_its_rights(city) -> None:
    before, spec = place_of("7"), spec_of("7")
    version = city.versions.get()
    today = timezone.now().date()
    version.valid = (version.valid.lower, today)
    version.save()
    a_zone_version(city, version=2, valid=(today, None), shape=square(0, 0, 200))
    after = place_of("7")
    assert (after["id"], after["version"]) == (before["id"], 2)
    assert ask(f"places/{before['id']}", version=1)["areaBoundedZone"] == before["areaBoundedZone"]
    assert spec_of("7")["version"] == spec["version"] + 1
    (top,) = rows("places", type="parkingPlace")
    old = ask(f"places/{top['id']}", version=top["version"] - 1)
    assert {"id": before["id"], "version": 1, "className": "IdentifiedArea"} in old["childIds"]
    again = ask(f"rights/specs/{spec['id']}", version=spec["version"])
    assert again["hierarchyElements"] == spec["hierarchyElements"]


def test_things_are_asked_for_by_place_and_position(city) -> None:
    from municipality import crs

    lon, lat = crs.lonlat(EAST + 700, NORTH + 100)
    near = {"latitude": lat, "longitude": lon}
    assert [row["id"] for row in rows("places", radius=10, **near)] == [place_of("8")["id"]]
    assert len(rows("places", radius=1_000, **near)) == 3
    of_8 = rows("rates", place=place_of("8")["id"])
    assert any("zone 8" in row["rateTableName"][1]["string"] for row in of_8)
    assert rows("rates", radius=10, **near) == of_8
    (name,) = rows("places", name="Al Udhaybah")
    assert name["id"] == place_of("8")["id"]


@pytest.mark.parametrize(
    ("what", "query"),
    [
        ("places", {"latitude": "23.5"}), ("places", {"modified_since": "0"}),
        ("rates", {"latitude": "nan", "longitude": "58", "radius": "1"}),
        ("rates", {"latitude": "23", "longitude": "58", "radius": "-1"}),
        ("rights/specs", {"page": "1"}), ("places/00000000-0000-0000-0000-000000000000",
                                          {"version": "0"}),
    ],
)  # fmt: skip
def test_what_is_asked_wrongly_is_refused(city, what: str, query: dict[str, str]) -> None:
    assert Client().get(f"/apds/{what}", query).status_code == 400


def a_request(spec: str, **values: Any) -> dict[str, Any]:
    told = {"rightSpecificationId": {"id": spec, "version": 1}}
    return {
        "id": "r1", "version": 1, "periodStart": "2026-11-22T09:00:00+04:00",
        "requestTime": "2026-11-22T08:59:00+04:00", "timePeriods": ["PT60M", "PT1H30M", "PT5H"],
        "referencedRightSpecifications": [told], **values,
    }  # fmt: skip


def test_a_quote_costs_what_the_ticket_costs(city, published_spec: Path) -> None:
    body = a_request(spec_of("7")["id"])
    assert faults(validator(published_spec, "/quotes", "post", "body"), body) == []
    answer = Client().post("/apds/quotes", json.dumps(body), "application/json")
    asked = validator(published_spec, "/quotes", "post")
    assert answer.status_code == 200 and faults(asked, answer.json()) == []
    told = answer.json()["data"]
    values = [row["options"][0]["financialQuote"]["value"] for row in told]
    # from 09:00: one hour, an hour and a half, four paid hours until 13:00
    assert [value["currencyValue"] for value in values] == [0.2, 0.3, 0.8]
    assert {value["currencyType"] for value in values} == {"OMR"}
    assert [row["end"] for row in told][-1] == "2026-11-22T10:00:00Z"
    for row in told:
        assert faults(validator(published_spec, "/quotes"), {**answer.json(), "data": [row]}) == []
    broken = answer.json()
    del broken["data"][0]["options"][0]["financialQuote"]["value"]["currencyType"]
    del broken["data"][0]["quoteRequestId"]
    assert faults(asked, broken)


def test_a_quote_of_no_such_right_says_so_and_a_length_that_is_not_sold_is_refused(city) -> None:
    def post(body: Any) -> Any:
        return Client().post("/apds/quotes", json.dumps(body), "application/json")

    nowhere = post(a_request("00000000-0000-0000-0000-000000000000")).json()["data"][0]
    assert nowhere["reason"] == "noMatchingSpecification" and "options" not in nowhere
    spec = spec_of("7")["id"]
    assert post(a_request(spec, timePeriods=["PT45M"])).status_code == 422
    assert post(a_request(spec, timePeriods=["P1Y"])).status_code == 400
    assert post(a_request(spec, periodEnd="2026-11-22T10:00:00+04:00")).status_code == 400
    assert post(a_request(spec, eligibility={})).status_code == 400
    assert post([]).status_code == 400
    TicketTerms.objects.all().delete()
    assert post(a_request(spec)).status_code == 409


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8)
    | st.sampled_from(["PT1H", "2026-11-22T09:00:00", "9999-12-31T00:00:00Z", "P", "\ud800", "\0"]),
    lambda some: st.lists(some, max_size=3) | st.dictionaries(st.text(max_size=5), some, max_size=3),
    max_leaves=6,
)  # fmt: skip


@settings(max_examples=150)
@given(st.sampled_from([*sorted(MEMBERS), "other"]), JUNK)
def test_no_request_for_a_quote_breaks_the_server(city, name: str, junk: Any) -> None:
    body = json.dumps(a_request(ticket_id(None), **{name: junk}))
    answer = Client().post("/apds/quotes", body, "application/json")
    assert answer.status_code in (200, 400, 404, 409, 422)


def test_a_ticket_of_another_zone_is_good_where_a_row_says_so(city) -> None:
    zone = Zone.objects.get(number="8")
    GoodIn.objects.create(ticket_zone=city, in_zone=zone, valid=ALWAYS, source="test")
    held = [one["id"] for one in spec_of("7")["hierarchyElements"]]
    assert held == [place_of("7")["id"], place_of("8")["id"]]
    a_ticket(city)
    assert len(ask_rights(a_key("parking_rights"), place=held[1]).json()["data"]) == 1


def a_ticket(zone: Zone | None, *, plate: str = CAR, minutes: int = 50) -> ParkingTicket:
    """A paid ticket that has been running for ten minutes."""
    now, count = timezone.now(), ParkingTicket.objects.count()
    return ParkingTicket.objects.create(
        number=f"PT-{count}", plate_key=plate, zone=zone, starts_at=now - dt.timedelta(minutes=10),
        ends_at=now + dt.timedelta(minutes=minutes), amount_baisa=200, lines=[], channel="app",
        state="paid", phone=f"+9689234567{count}", language="ar", key=f"k{count}", asked_at=now,
        decided_at=now,
    )  # fmt: skip


def ask_rights(key: str, **query: object) -> Any:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    told = {"credential_type": "licensePlate", "credential_id": "1111 ب", **query}
    return Client().get("/apds/rights/assigned", told, headers=headers)


def test_a_partner_learns_what_covers_one_plate_in_one_zone_and_every_question_is_kept(
    city, published_spec: Path
) -> None:
    ticket = a_ticket(city)
    a_ticket(Zone.objects.get(number="8"), plate="OM-2222-B")
    year = timezone.now().date()
    days = {"starts_on": year, "ends_on": year + dt.timedelta(days=90)}
    permit = a_permit(kind="all_zones", **days)
    key, place = a_key("parking_rights"), place_of("7")["id"]
    answer = ask_rights(key, place=place)
    assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
    body = answer.json()
    asked = validator(published_spec, "/rights/assigned")
    assert faults(asked, body) == [] and len(body["data"]) == 2
    specs = {row["id"]: row["version"] for row in rows("rights/specs")}
    for row in body["data"]:
        told = row["rightSpecification"]
        assert specs[told["id"]] == told["version"]
    for secret in (CAR, "1111", ticket.phone, ticket.number, permit.number, permit.holder_name):
        assert secret not in answer.content.decode()
    del body["data"][0]["rightHolder"]
    assert faults(asked, body)
    entry = Entry.objects.get(act="partner_key.asked_rights")
    assert entry.facts == {"plate": CAR, "place": "7", "answer": 2} and entry.role == "partner"


def test_only_what_is_good_in_the_zone_asked_about_is_told(city) -> None:
    a_ticket(Zone.objects.get(number="8"))
    key = a_key("parking_rights")
    assert ask_rights(key, place=place_of("7")["id"]).json()["data"] == []
    assert len(ask_rights(key, place=place_of("8")["id"]).json()["data"]) == 1
    ParkingTicket.objects.update(state="lapsed", why_lapsed="test")
    assert ask_rights(key, place=place_of("8")["id"]).json()["data"] == []
    assert Entry.objects.filter(act="partner_key.asked_rights").count() == 3


def test_nobody_else_learns_anything_of_a_plate(city) -> None:
    """The public, a person signed in and a key for another purpose: one answer for every plate."""
    a_ticket(city)
    place = place_of("7")["id"]
    for key, code in (("", 401), (a_key("plots"), 404)):
        told = set()
        for plate in ("1111 ب", "9999 ب"):
            answer = ask_rights(key, place=place, credential_id=plate)
            body = answer.json()
            body.pop("instance")
            told.add((answer.status_code, json.dumps(body)))
        assert len(told) == 1 and next(iter(told))[0] == code
    assert not Entry.objects.filter(act="partner_key.asked_rights").exists()


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"place": ""}, 400), ({"place": "7,8"}, 400), ({"credential_id": "1111 B,2222 B"}, 400),
        ({"credential_id": ""}, 400), ({"credential_type": "permit"}, 400),
        ({"credential_id": "no plate"}, 422), ({"start_after": "0"}, 400),
    ],
)  # fmt: skip
def test_rights_are_never_listed(city, query: dict[str, str], code: int) -> None:
    a_ticket(city)
    asked = {"place": place_of("7")["id"], **query}
    assert ask_rights(a_key("parking_rights"), **asked).status_code == code


def test_without_the_place_a_key_would_follow_a_car_about(city, monkeypatch) -> None:
    """The control: were every right of a plate told, the zone of the car would be told too."""
    from parking_zones.zones.book import ZoneBook

    a_ticket(Zone.objects.get(number="8"))
    key, place = a_key("parking_rights"), place_of("7")["id"]
    assert ask_rights(key, place=place).json()["data"] == []
    monkeypatch.setattr(ZoneBook, "is_good_in", lambda *_, **__: True)
    (told,) = ask_rights(key, place=place).json()["data"]
    assert told["rightSpecification"]["id"] == spec_of("8")["id"]


def test_a_reserved_bay_and_a_changed_vehicle(city) -> None:
    day = timezone.now().date()
    facts = {"starts_on": day, "ends_on": day + dt.timedelta(days=90)}
    bay = a_bay("r1", city)
    permit = a_permit(kind="reserved_bay", zone=city, bay=bay, **facts)
    key, place = a_key("parking_rights"), place_of("7")["id"]
    assert len(ask_rights(key, place=place).json()["data"]) == 1
    PermitVehicle.objects.filter(permit=permit).update(plate_key="OM-5-B")
    assert ask_rights(key, place=place).json()["data"] == []
