"""Curb rules as San Francisco writes them: read whole or refused, and imported as zones."""

import datetime as dt
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from municipality import crs
from municipality.billing.models import Tariff
from municipality.stored import shape_of
from parking_zones.curb_rules.imports import STRIP_M
from parking_zones.curb_rules.reading import (
    DAY_NAMES,
    Fault,
    Written,
    read_clock,
    read_days,
    read_hours,
    read_limit,
    read_rule,
)
from parking_zones.inspection.queries import may_stand
from parking_zones.inspection.verdict import Reason
from parking_zones.models import PaidHours, TicketTerms, Zone, ZoneVersion
from parking_zones.pricing.paid_hours import PaidNow
from parking_zones.zones.queries import zone_at
from tests.builders import EAST, NORTH, a_zone, square, the_weekends
from tests.importing.files import DAY, LATER, geojson, imported

RPP = "Yes. RPP holders are exempt from time limits."
PLAIN = {
    "regulation": "Time limited", "days": "M-F", "hours": "800-1800", "from_time": "8am",
    "to_time": "6pm", "hrlimit": "2", "exceptions": RPP, "rpparea1": "L",
}  # fmt: skip


def written(**values: str) -> Written:
    told = {**PLAIN, **values}
    told["limit"], told["area"] = told.pop("hrlimit"), told.pop("rpparea1")
    return Written(**told)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("M-F", (1, 2, 3, 4, 5)), ("M-Sa", (1, 2, 3, 4, 5, 6)), ("M-Su", tuple(range(1, 8))),
        ("Sa,Su", (6, 7)), ("Tu & Th", (2, 4)), ("m-f", (1, 2, 3, 4, 5)), ("F-M", None),
        ("", None), ("T", None), ("M-", None), ("School days", None), ("M--F", None),
    ],
)  # fmt: skip
def test_weekdays_are_read_or_not(text, days) -> None:
    assert read_days(text) == days


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("800-1800", (480, 1080)), ("0900-2000", (540, 1200)), ("2400-600", (0, 360)),
        ("0000-2400", (0, 1440)), ("0-0", None), ("-", None), ("", None), ("1800-800", None),
        ("860-1800", None), ("800-2500", None), ("8-18", None), ("٨٠٠-١٨٠٠", None),
    ],
)  # fmt: skip
def test_hours_are_read_or_not(text, span) -> None:
    assert read_hours(text) == span


def test_the_other_clock_and_the_limit() -> None:
    assert [read_clock(one) for one in ("8am", "12am", "12pm", "6PM", "12:30pm", "13pm", "")] == [
        480, 0, 720, 1080, 750, None, None
    ]  # fmt: skip
    assert [read_limit(one) for one in ("2", "0.5", "24", "0", "25", "", "-1", "2h")] == [
        120, 30, 1440, None, None, None, None, None
    ]  # fmt: skip


@given(st.integers(0, 1439), st.integers(1, 1440))
def test_hours_that_are_written_are_read_back(opens: int, closes: int) -> None:
    text = f"{opens // 60}{opens % 60:02}-{closes // 60}{closes % 60:02}"
    assert read_hours(text) == ((opens, closes) if opens < closes else None)


@given(st.integers(0, 6), st.integers(0, 6))
def test_a_run_of_days_is_read_forwards_only(first: int, last: int) -> None:
    found = read_days(f"{DAY_NAMES[first]}-{DAY_NAMES[last]}")
    assert found == (tuple(range(first + 1, last + 2)) if first <= last else None)


@given(st.text(max_size=12), st.text(max_size=12), st.text(max_size=6))
def test_no_text_breaks_the_reading(days: str, hours: str, limit: str) -> None:
    found = read_rule(written(days=days, hours=hours, hrlimit=limit))
    assert (found.rule is None) == bool(found.faults)


def test_a_rule_is_whole_or_is_none_with_every_reason() -> None:
    rule = read_rule(written()).rule
    assert rule is not None and (rule.opens, rule.closes) == (dt.time(8), dt.time(18))
    assert (rule.limit_minutes, rule.area, rule.free_weekdays) == (120, "L", (6, 7))
    assert rule.number == read_rule(written(hours="0800-1800", regulation="TIME LIMITED")).rule.number  # type: ignore[union-attr]  # fmt: skip
    assert len(rule.number) <= 12 and "08:00-18:00" in rule.name.en
    faults = {
        Fault.DISAGREE: {"to_time": "9pm"}, Fault.KIND: {"regulation": "No parking any time"},
        Fault.DAYS: {"days": ""}, Fault.LIMIT: {"hrlimit": "0"},
        Fault.EXEMPTION: {"exceptions": "Yes. SF Public Works vehicles are exempt."},
    }  # fmt: skip
    for fault, values in faults.items():
        assert read_rule(written(**values)).faults == (fault,)
    nothing = read_rule(Written())
    assert len(nothing.faults) == 5 and nothing.rule is None
    everyone = read_rule(written(exceptions="None. Regulation applies to all vehicles.")).rule
    assert everyone is not None and everyone.area == ""


def test_every_real_rule_is_accounted_for(real_data: Path) -> None:
    path = real_data / "parking" / "sf_parking_regulations.geojson"
    rows = [one["properties"] for one in json.loads(path.read_text("utf-8"))["features"]]
    found = [read_rule(written(**{k: one.get(k) or "" for k in PLAIN})) for one in rows]
    taken = [one.rule for one in found if one.rule is not None]
    assert (len(rows), len(taken), len(set(taken))) == (1_274, 1_228, 30)
    first = Counter(one.faults[0].value for one in found if one.faults)
    assert first == {"curb_kind_not_kept": 27, "curb_hours_disagree": 18, "curb_limit_unread": 1}
    assert len({one.number for one in taken}) == 30


def a_line(x: float, y: float, length: float = 100.0, **values: Any) -> dict[str, Any]:
    """A kerb that runs east from x, y metres from the middle of the city."""
    ends = [crs.lonlat(EAST + x, NORTH + y), crs.lonlat(EAST + x + length, NORTH + y)]
    return {
        "type": "Feature", "properties": {**PLAIN, **values},
        "geometry": {"type": "MultiLineString", "coordinates": [[list(end) for end in ends]]},
    }  # fmt: skip


def shapes() -> list[Any]:
    held = ZoneVersion.objects.filter(valid__endswith__isnull=True).order_by("zone__number")
    return [shape_of(row.boundary) for row in held]


@pytest.mark.django_db
def test_lines_of_one_rule_are_one_zone_and_strips_never_overlap(tmp_path: Path) -> None:
    a_zone("7", square(50, 100, 20))  # a paid zone keeps its ground
    lines = [
        a_line(0, 0), a_line(0, 50), a_line(90, 1, rpparea1="S"), a_line(0, 105, hrlimit="4"),
        a_line(0, 200, hours="-"), a_line(0, 300, to_time="9pm"),
    ]  # fmt: skip
    report = imported(geojson(tmp_path, lines), "curb_rules").report
    assert (report.read, report.accepted, report.refused) == (6, 4, 2)
    assert report.verdicts == {"curb_hours_unread": 1, "curb_hours_disagree": 1}
    assert report.swap["rules"] == report.swap["new_rules"] == 3
    held = shapes()
    assert len(held) == 4
    for at, one in enumerate(held):
        assert all(shapely.intersection(one, other).area < 1e-6 for other in held[at + 1 :])
    strips = sum(one.area for one in held) - 400
    assert strips == pytest.approx(400 * 2 * STRIP_M - 20 * 2 * STRIP_M - 40, abs=3)
    again = imported(geojson(tmp_path, lines), "curb_rules").report
    assert (again.swap["unchanged"], again.swap["new_rules"]) == (3, 0)


@pytest.mark.django_db
def test_a_changed_rule_is_another_zone_from_its_day_and_a_full_file_ends_the_old_one(
    tmp_path: Path,
) -> None:
    a_zone("7", square(500, 500, 20))
    imported(geojson(tmp_path, [a_line(0, 0)]), "curb_rules")
    report = imported(
        geojson(tmp_path, [a_line(0, 0, hrlimit="4")]), "curb_rules", on=LATER, extent="full"
    ).report
    assert (report.swap["inserted"], report.swap["retired"]) == (1, 1)
    spans = ZoneVersion.objects.filter(zone__register_key__startswith="curb/").order_by("valid")
    assert [(row.valid.lower, row.valid.upper) for row in spans] == [(DAY, LATER), (LATER, None)]
    assert ZoneVersion.objects.filter(zone__number="7", valid__contains=LATER).exists()
    assert {row.most_minutes for row in TicketTerms.objects.all()} == {120, 240}
    assert PaidHours.objects.count() == Tariff.objects.count() == Zone.objects.count() - 1 == 2


@pytest.mark.django_db
def test_a_time_limit_is_free_and_nobody_is_fined_for_want_of_a_ticket(
    tmp_path: Path, monkeypatch
) -> None:
    the_weekends()
    imported(geojson(tmp_path, [a_line(0, 0)]), "curb_rules")
    point = shapely.Point(EAST + 50, NORTH)
    noon = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)  # a Tuesday
    answer = zone_at(point=point, accuracy_m=0.5, at=noon)
    assert answer.charge is not None and answer.charge.now.paid is False
    verdict = may_stand(plate_key="OM-1-B", point=point, accuracy_m=0.5, at=noon)
    assert verdict.verdict.reason is Reason.FREE_NOW
    paid = PaidNow(True, None)  # the control: as if a price of nothing were one
    monkeypatch.setattr("parking_zones.zones.queries._free_at", lambda price: paid)
    verdict = may_stand(plate_key="OM-1-B", point=point, accuracy_m=0.5, at=noon)
    assert verdict.verdict.reason is Reason.NOTHING_BOUGHT
