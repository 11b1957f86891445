"""No parking by weekday and week of the month: read, imported, judged, quoted and published."""

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import shapely
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry

from municipality import crs
from municipality.calendar.rest_days import CityCalendar, HolidayDays, Span
from municipality.conf import PROFILE
from parking_zones.curb_rules.bans import Ban, BanRule, WrittenBan, ban_now, read_ban, windows
from parking_zones.curb_rules.imports import STRIP_M
from parking_zones.curb_rules.reading import Fault
from parking_zones.inspection.queries import may_stand
from parking_zones.inspection.verdict import Reason, Verdict, with_ban
from parking_zones.models import CurbBan
from tests import builders as b
from tests.importing.files import DAY, LATER, geojson, imported
from tests.parking_zones.test_curbs import mended, published

__all__ = ["published"]
DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "parking"
PLAIN = {
    "Corridor": "Collins St", "BlockSide": "East", "WeekDay": "Tues", "FromHour": "8",
    "ToHour": "10", "Week1": "1", "Week2": "0", "Week3": "1", "Week4": "0", "Week5": "0",
    "Holidays": "0",
}  # fmt: skip
FIRST = dt.date(2026, 11, 3)  # the first Tuesday of a month


def clock(day: dt.date, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour, minute), PROFILE.time_zone)


def a_ban(**values: Any) -> Ban:
    facts = {"weekday": 2, "opens": dt.time(8), "closes": dt.time(10), "weeks": (1, 3),
             "on_holidays": False, **values}  # fmt: skip
    return Ban(BanRule(**facts), Span(None, None), "Collins St", "East", "t", b.square())


def written(**values: str) -> WrittenBan:
    told = {**PLAIN, **values}
    weeks = tuple(told[f"Week{n}"] for n in range(1, 6))
    return WrittenBan(told["WeekDay"], told["FromHour"], told["ToHour"], weeks, told["Holidays"])


def test_a_row_is_read() -> None:
    rule, faults = read_ban(written())
    assert not faults
    assert rule == BanRule(2, dt.time(8), dt.time(10), (1, 3), on_holidays=False)
    night, _ = read_ban(written(FromHour="22", ToHour="24", Holidays="1"))
    assert night is not None and night.closes == dt.time(0) and night.on_holidays


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"WeekDay": "Holiday"}, (Fault.DAYS,)), ({"WeekDay": ""}, (Fault.DAYS,)),
        ({"FromHour": "10"}, (Fault.HOURS,)), ({"ToHour": "25"}, (Fault.HOURS,)),
        ({"FromHour": "8.5"}, (Fault.HOURS,)), ({"FromHour": "-1"}, (Fault.HOURS,)),
        ({"FromHour": "٨"}, (Fault.HOURS,)), ({"FromHour": ""}, (Fault.HOURS,)),
        ({"Week1": "0", "Week3": "0"}, (Fault.WEEKS,)), ({"Week2": "x"}, (Fault.WEEKS,)),
        ({"Holidays": ""}, (Fault.WEEKS,)),
        ({"WeekDay": "?", "ToHour": "", "Week5": ""}, (Fault.DAYS, Fault.HOURS, Fault.WEEKS)),
    ],
)  # fmt: skip
def test_what_is_not_wholly_understood_is_no_ban_with_every_reason(change, faults) -> None:
    assert read_ban(written(**change)) == (None, faults)


def test_every_row_of_san_francisco_is_read_or_refused_with_a_reason() -> None:
    rows = json.loads((DATA / "sf_street_sweeping.geojson").read_text("utf-8"))["features"]
    found = [read_ban(written(**row["properties"])) for row in rows]
    assert len(found) == 2_129
    assert Counter(fault for _, faults in found for fault in faults) == {Fault.DAYS: 8}
    assert sum(rule is not None for rule, _ in found) == 2_121


@given(st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31)))
def test_week_n_of_a_month_is_its_nth_such_weekday(day) -> None:
    rule = a_ban(weekday=day.isoweekday(), weeks=(2,)).rule
    same = [n for n in range(1, day.day + 1) if (day.day - n) % 7 == 0]
    assert rule.holds_on(day, CityCalendar([], [])) == (len(same) == 2)


def test_a_holiday_spares_unless_the_row_says_otherwise() -> None:
    feast = HolidayDays(Span(FIRST, FIRST + dt.timedelta(days=1)), "x", "عيد", "Feast", False)
    calendar = CityCalendar([], [feast])
    end = clock(FIRST, 23)
    assert list(windows(a_ban(), clock(FIRST, 0), end, calendar)) == []
    kept = list(windows(a_ban(on_holidays=True), clock(FIRST, 0), end, calendar))
    assert kept == [(clock(FIRST, 8), clock(FIRST, 10))]


def test_a_yes_ends_where_a_ban_begins_and_near_one_nobody_can_tell() -> None:
    calendar, yes = CityCalendar([], []), Verdict(True, Reason.TICKET, clock(FIRST, 12))

    def told(at: dt.datetime, is_sure: bool, verdict: Verdict = yes) -> Verdict:
        now = ban_now([(a_ban(), is_sure)], at, at + dt.timedelta(days=1), calendar)
        return with_ban(verdict, now)

    assert told(clock(FIRST, 7), True) == Verdict(True, Reason.TICKET, clock(FIRST, 8))
    assert told(clock(FIRST, 8), True) == Verdict(False, Reason.NO_PARKING, clock(FIRST, 10))
    assert told(clock(FIRST, 9), False).may_stand is None
    assert told(clock(FIRST, 10), True) == yes
    no = Verdict(False, Reason.NOTHING_BOUGHT, None)
    assert told(clock(FIRST, 9), False, no) == no


def a_line(x: float = 0.0, y: float = 50.0, **values: str) -> dict[str, Any]:
    """A kerb of 100 m that runs east from x, y metres from the middle of the city."""
    ends = [crs.lonlat(b.EAST + x, b.NORTH + y), crs.lonlat(b.EAST + x + 100, b.NORTH + y)]
    return {
        "type": "Feature", "properties": {**PLAIN, **values},
        "geometry": {"type": "LineString", "coordinates": [list(end) for end in ends]},
    }  # fmt: skip


@pytest.mark.django_db
def test_a_file_is_imported_once_and_a_full_one_ends_what_it_does_not_name(tmp_path: Path) -> None:
    lines = [a_line(), a_line(WeekDay="Fri"), a_line(y=57), a_line(WeekDay="Holiday")]
    report = imported(geojson(tmp_path, lines), "curb_bans").report
    assert (report.read, report.accepted, report.refused) == (4, 3, 1)
    assert report.verdicts == {"curb_days_unread": 1}
    assert report.swap["inserted"] == 3
    again = imported(geojson(tmp_path, lines), "curb_bans").report
    assert (again.swap["inserted"], again.swap["unchanged"]) == (0, 3)
    full = imported(
        geojson(tmp_path, [a_line(), a_line(y=57, ToHour="9")]), "curb_bans", on=LATER,
        extent="full",
    ).report  # fmt: skip
    assert full.swap == {"inserted": 1, "unchanged": 1, "retired": 2}
    assert CurbBan.objects.filter(valid__startswith=DAY, valid__endswith=LATER).count() == 2
    strip = CurbBan.objects.filter(valid__contains=LATER).first().strip
    assert strip.area == pytest.approx(100 * 2 * STRIP_M, rel=0.01)
    early = imported(geojson(tmp_path, [a_line()]), "curb_bans", on=DAY)
    assert CurbBan.objects.count() == 4, early.report.swap


@pytest.fixture
def swept(tmp_path: Path, db: object) -> None:
    """Zone 7 of 100 x 100 m, paid by the hour, with a swept kerb through it and past its edge."""
    b.the_weekends()
    b.the_paid_hours()
    b.the_ticket_terms()
    b.a_tariff(100)
    b.a_zone("7", b.square(0, 0, 100))
    lines = [a_line(x=50), a_line(x=50, WeekDay="Wed", Week2="1", Week4="1", Week5="1")]
    assert imported(geojson(tmp_path, lines), "curb_bans").report.refused == 0


def verdict(x: float, y: float, at: dt.datetime, accuracy_m: float = 1.0) -> Any:
    point = shapely.Point(b.EAST + x, b.NORTH + y)
    return may_stand(plate_key="OM-1-B", point=point, accuracy_m=accuracy_m, at=at)


def test_may_stand_says_it_on_that_side_of_the_block_alone(swept) -> None:
    nine, week = clock(FIRST, 9), dt.timedelta(days=7)
    told = verdict(75, 50, nine)
    assert (told.verdict.may_stand, told.verdict.reason) == (False, Reason.NO_PARKING)
    assert told.verdict.until == clock(FIRST, 10)
    assert told.by_zone.reason is Reason.NOTHING_BOUGHT
    assert verdict(25, 50, nine).verdict.reason is Reason.NOTHING_BOUGHT  # before the stretch
    assert verdict(75, 57, nine).verdict.reason is Reason.NOTHING_BOUGHT  # the other side
    assert verdict(75, 50, nine + week).verdict.reason is Reason.NOTHING_BOUGHT  # the second week
    assert verdict(75, 50, clock(FIRST, 14)).verdict.until == clock(FIRST, 16)  # free until paid
    night = verdict(75, 50, clock(FIRST, 7))
    assert (night.verdict.reason, night.verdict.until) == (Reason.FREE_NOW, clock(FIRST, 8))
    outside = verdict(130, 50, nine)  # in no zone, and yet no place to park
    assert outside.verdict.reason is Reason.NO_PARKING
    near = verdict(130, 50, nine, accuracy_m=20).verdict
    assert near.may_stand is None


def test_quotes_say_it(swept) -> None:
    start = clock(FIRST, 9).astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    query = {"zone": "7", "minutes": "60", "start": start}
    found = Client().get("/api/parking/quote", query).json()
    opens = clock(FIRST, 8).astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert [(one["from"], one["stretches"]) for one in found["no_parking"]] == [(opens, 1)]


def test_cds_says_it_and_curb_zones_do_not_overlap(swept) -> None:
    at = round(clock(FIRST, 9).timestamp() * 1000)
    zones = Client().get("/cds/curbs/zones", {"time": at}).json()["data"]["zones"]
    policies = {
        one["curb_policy_id"]: one
        for one in Client().get("/cds/curbs/policies", {"time": at}).json()["data"]["policies"]
    }
    firsts = [policies[one["curb_policy_ids"][0]] for one in zones]
    banned = [one["rules"][0]["activity"] == "no parking" for one in firsts]
    assert banned.count(True) == 2 and len(zones) == 3  # in the zone, past its edge, and the rest
    ban = firsts[banned.index(True)]
    spans = {tuple(one["days_of_week"]): one for one in ban["time_spans"]}
    assert spans["tue",]["days_of_month"] == [*range(1, 8), *range(15, 22)]
    assert "days_of_month" not in spans["wed",] and spans["tue",]["time_of_day_end"] == "10:00"
    shapes = [shapely.from_geojson(json.dumps(one["geometry"])) for one in zones]
    for n, one in enumerate(shapes):
        assert all(shapely.intersection(one, other).area < 1e-12 for other in shapes[n + 1 :])
    inside = [one for one in zones if one.get("user_zone_id") == "7"]
    assert len(inside) == 2


@pytest.mark.parametrize("what", ["zones", "policies"])
def test_bans_are_as_the_schema_of_cds_has_them(swept, published: Path, what: str) -> None:
    place = f"#/paths/~1curbs~1{what}/get/responses/200/content/application~1json/schema"
    registry: Registry[Any] = Registry(retrieve=mended)
    asked = Draft202012Validator({"$ref": published.as_uri() + place}, registry=registry)
    at = round(clock(FIRST, 9).timestamp() * 1000)
    body = Client().get(f"/cds/curbs/{what}", {"time": at}).json()
    assert [error.message[:200] for error in asked.iter_errors(body)] == []
    del body["data"][what][0]["published_date"]
    assert list(asked.iter_errors(body))
