"""The rules of San Francisco as rows, priced by our own engine: another clock, weekend and coin."""

import datetime as dt
import json
from dataclasses import replace
from functools import cache
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from municipality.calendar.rest_days import CityCalendar, HolidayDays, Span, WeekendRule
from parking_zones.curb_rules.reading import CurbRule, Written, read_rule
from parking_zones.pricing.charge import Price, Rules, charge
from parking_zones.pricing.paid_hours import HoursRule, paid_at, paid_day
from parking_zones.pricing.year import year_of

CLOCK = ZoneInfo("America/Los_Angeles")
SINCE, MINUTE = Span(dt.date(2016, 1, 1), None), dt.timedelta(minutes=1)
SPRING, AUTUMN = dt.date(2016, 3, 13), dt.date(2016, 11, 6)  # both are Sundays
NAMES = {"limit": "hrlimit", "area": "rpparea1"}
CALENDAR = CityCalendar(
    weekends=(WeekendRule(Span(None, None), frozenset({6, 7})),),
    holidays=(
        HolidayDays(
            Span(dt.date(2016, 11, 24), dt.date(2016, 11, 25)), "thanksgiving", "عيد الشكر",
            "Thanksgiving", False,
        ),
    ),
    zone=CLOCK,
)  # fmt: skip


@cache
def rules_of(folder: Path) -> tuple[CurbRule, ...]:
    """The thirty rules that the file holds."""
    text = (folder / "parking" / "sf_parking_regulations.geojson").read_text("utf-8")
    rows = [one["properties"] for one in json.loads(text)["features"]]
    found = set()
    for row in rows:
        told = {one: row.get(NAMES.get(one, one)) or "" for one in Written.__slots__}
        found.add(read_rule(Written(**told)).rule)
    return tuple(sorted(rule for rule in found if rule is not None))


def hours(rule: CurbRule) -> HoursRule:
    """The row that the import writes for a rule."""
    return HoursRule(
        1, SINCE, rule.opens, rule.closes, frozenset(rule.free_weekdays), on_holidays=True
    )


def priced(row: HoursRule, amount: int = 1, per_minutes: int = 1) -> Rules:
    """A cent a minute, so that a charge is a count of minutes."""
    price = Price("1", SINCE, amount, per_minutes, "test")
    return Rules(1, [row], CALENDAR, lambda day: price if SINCE.holds_on(day) else None)


def counted(rule: CurbRule, start: dt.datetime, end: dt.datetime) -> int:
    """The minutes of a stay in which the rule holds, one by one on the clock of the city."""
    count, at = 0, start.astimezone(dt.UTC)
    while at < end:
        local = at.astimezone(CLOCK)
        is_open = rule.opens <= local.time() and (
            rule.closes == dt.time(0) or local.time() < rule.closes
        )
        count += local.isoweekday() in rule.weekdays and is_open
        at += MINUTE
    return count


@pytest.mark.real_data
@given(
    st.integers(0, 29), st.sampled_from([SPRING, AUTUMN]), st.integers(-2_000, 2_500),
    st.integers(0, 1_500),
)  # fmt: skip
def test_each_rule_charges_what_a_minute_counter_counts_where_clocks_change(
    real_data: Path, which: int, day: dt.date, offset: int, minutes: int
) -> None:
    rule = rules_of(real_data)[which]
    start = dt.datetime.combine(day, dt.time(), CLOCK).astimezone(dt.UTC) + offset * MINUTE
    end = start + minutes * MINUTE
    found = charge(start=start, end=end, rules=priced(hours(rule)))
    assert found.amount == found.paid_minutes == counted(rule, start, end)
    now = paid_at(at=start, zone_id=1, rules=[hours(rule)], calendar=CALENDAR)
    assert now.paid is bool(counted(rule, start, start + MINUTE))
    if now.until is not None:
        before, after = now.until - MINUTE, now.until + MINUTE
        assert bool(counted(rule, before, now.until)) is now.paid
        assert bool(counted(rule, now.until, after)) is not now.paid


@pytest.mark.real_data
def test_no_minute_of_the_year_is_without_a_rule_and_its_days_are_23_and_25_hours(
    real_data: Path,
) -> None:
    for rule in rules_of(real_data):
        year = year_of(2016, rules=priced(hours(rule)), terms_on=lambda _: 120)
        assert sum(one.minutes for one in year) == 366 * 24 * 60
        assert sum(one.gap for one in year) == 0
        start = dt.datetime(2016, 1, 1, tzinfo=CLOCK)
        paid = sum(one.paid for one in year)
        span = (dt.datetime.combine(start, rule.closes), dt.datetime.combine(start, rule.opens))
        length = (span[0] - span[1]).seconds // 60 or 24 * 60
        days = [start.date() + dt.timedelta(days=n) for n in range(366)]
        assert paid == length * sum(day.isoweekday() in rule.weekdays for day in days)


NIGHT = HoursRule(1, SINCE, dt.time(1), dt.time(4), frozenset(), on_holidays=True)


@pytest.mark.parametrize(
    ("day", "paid"), [(SPRING, 120), (AUTUMN, 240), (dt.date(2016, 5, 1), 180)]
)
def test_a_night_span_is_as_long_as_the_night_is(day: dt.date, paid: int) -> None:
    """From 01:00 to 04:00 are two hours in spring and four in autumn."""
    start = dt.datetime.combine(day, dt.time(), CLOCK)
    end = dt.datetime.combine(day, dt.time(12), CLOCK)
    assert charge(start=start, end=end, rules=priced(NIGHT)).amount == paid
    parts = [start.astimezone(dt.UTC) + n * 30 * MINUTE for n in range(9)]
    pieces = pairwise(parts)
    whole = charge(start=parts[0], end=parts[-1], rules=priced(NIGHT, 225, 60)).amount
    assert whole == sum(
        charge(start=one, end=other, rules=priced(NIGHT, 225, 60)).amount for one, other in pieces
    )


@pytest.mark.real_data
def test_a_stay_in_dollars_over_a_weekend_that_is_not_muscats(real_data: Path) -> None:
    """Friday is a day of work in San Francisco, Saturday and Sunday are not; 2.25 dollars an hour."""
    rule = next(r for r in rules_of(real_data) if r.opens == dt.time(8) and r.closes == dt.time(18))
    assert rule.weekdays == (1, 2, 3, 4, 5)
    friday = dt.datetime(2016, 3, 11, 17, 0, tzinfo=CLOCK)
    monday = dt.datetime(2016, 3, 14, 8, 20, tzinfo=CLOCK)
    found = charge(start=friday, end=monday, rules=priced(hours(rule), 225, 60))
    assert found.amount == 225 + 75  # an hour and twenty minutes: 3.00 dollars
    stretches = [(one.minutes, str(one.reason.en)) for one in found.stretches]
    assert stretches[0] == (60, "paid parking") and stretches[-1] == (20, "paid parking")
    assert sum(one for one, _ in stretches) == (monday - friday).total_seconds() / 60 - 60  # spring
    assert "weekly day of rest" in {reason for _, reason in stretches}
    of_city = replace(hours(rule), free_weekdays=None)  # the days of rest are the city's own
    assert charge(start=friday, end=monday, rules=priced(of_city, 225, 60)) == found


@pytest.mark.real_data
def test_a_holiday_of_the_citys_own_is_free_only_where_the_row_says_so(real_data: Path) -> None:
    rule = rules_of(real_data)[0]
    day = dt.date(2016, 11, 24)  # a Thursday
    kept = paid_day(day=day, zone_id=1, rules=[hours(rule)], calendar=CALENDAR)
    free = replace(hours(rule), on_holidays=False)
    rest = paid_day(day=day, zone_id=1, rules=[free], calendar=CALENDAR)
    assert kept is not None and kept.spans and rest is not None and rest.spans == ()
    assert rest.why_free.en == "public holiday: Thanksgiving"
