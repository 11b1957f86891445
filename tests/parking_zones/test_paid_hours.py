"""Paid hours: right on any date since 2008 (muscat.md §3, §6, §9)."""

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given

from municipality.calendar.rest_days import (
    CityCalendar,
    HolidayDays,
    NoCalendar,
    RamadanDays,
    Span,
    WeekendRule,
)
from municipality.conf import PROFILE
from parking_zones.pricing.paid_hours import HoursRule, PaidNow, paid_at, paid_day
from tests.strategies import moments

CHANGE = dt.date(2013, 5, 1)
ALWAYS = Span(None, None)
EID = Span(dt.date(2016, 7, 5), dt.date(2016, 7, 9))
CALENDAR = CityCalendar(
    weekends=(
        WeekendRule(Span(None, CHANGE), frozenset({4, 5})),
        WeekendRule(Span(CHANGE, None), frozenset({5, 6})),
    ),
    holidays=(HolidayDays(EID, "eid_al_fitr", "عيد الفطر", "Eid al-Fitr", False),),
)
MORNING = HoursRule(None, ALWAYS, dt.time(8), dt.time(13), None)
AFTERNOON = HoursRule(None, ALWAYS, dt.time(16), dt.time(21), None)
RULES = (AFTERNOON, MORNING)


def now(text: str, rules=RULES, zone_id: int = 1) -> PaidNow:
    at = dt.datetime.fromisoformat(text).replace(tzinfo=PROFILE.time_zone)
    return paid_at(at=at, zone_id=zone_id, rules=rules, calendar=CALENDAR)


def clock(found: PaidNow) -> tuple[bool | None, str | None]:
    return found.paid, None if found.until is None else found.until.strftime("%Y-%m-%d %H:%M")


@pytest.mark.parametrize(
    ("at", "paid", "until"),
    [
        ("2016-10-16T08:00", True, "2016-10-16 13:00"),  # Sunday, the first paid minute
        ("2016-10-16T12:59", True, "2016-10-16 13:00"),
        ("2016-10-16T13:00", False, "2016-10-16 16:00"),  # "free until 16:00"
        ("2016-10-16T21:00", False, "2016-10-17 08:00"),
        ("2016-10-20T22:00", False, "2016-10-23 08:00"),  # Thursday night: free over Fri and Sat
        ("2013-04-25T10:00", False, "2013-04-27 08:00"),  # Thursday is rest until 30 April 2013
        ("2013-05-02T10:00", True, "2013-05-02 13:00"),  # Thursday is work since
        ("2013-04-27T10:00", True, "2013-04-27 13:00"),  # Saturday was work then
        ("2013-05-04T10:00", False, "2013-05-05 08:00"),  # and is rest now
        ("2016-07-04T21:30", False, "2016-07-10 08:00"),  # Eid joined to the weekend
    ],
)
def test_paid_or_free_and_until(at, paid, until) -> None:
    assert clock(now(at)) == (paid, until)


def test_own_hours_go_before_those_of_all_zones() -> None:
    own = HoursRule(5, ALWAYS, dt.time(8), dt.time(13), None)  # Burj Al Sahwa: mornings only
    assert clock(now("2016-10-16T17:00", (*RULES, own), zone_id=5)) == (False, "2016-10-17 08:00")
    assert clock(now("2016-10-16T17:00", (*RULES, own), zone_id=6)) == (True, "2016-10-16 21:00")


def test_spans_that_touch_are_one() -> None:
    noon = HoursRule(None, ALWAYS, dt.time(13), dt.time(16), None)
    assert clock(now("2016-10-16T12:00", (*RULES, noon))) == (True, "2016-10-16 21:00")


def test_a_span_that_ends_at_midnight_goes_on_where_the_next_day_opens() -> None:
    night = (
        HoursRule(None, ALWAYS, dt.time(20), dt.time(0), None),
        HoursRule(None, ALWAYS, dt.time(0), dt.time(6), None),
    )
    assert clock(now("2016-10-16T21:00", night)) == (True, "2016-10-17 06:00")
    assert clock(now("2016-10-20T21:00", night)) == (True, "2016-10-21 00:00")  # Friday is free
    whole = HoursRule(None, ALWAYS, dt.time(0), dt.time(0), frozenset())
    assert clock(now("2016-10-16T21:00", (whole,))) == (True, None)


def test_ramadan_has_its_own_hours_and_a_rule_may_hold_on_holidays() -> None:
    fasting = HoursRule(None, ALWAYS, dt.time(9), dt.time(14), None, in_ramadan=True)
    ramadan = RamadanDays(Span(dt.date(2016, 6, 6), dt.date(2016, 7, 6)), provisional=False)
    calendar = replace(CALENDAR, ramadans=(ramadan,))
    at = dt.datetime(2016, 6, 6, 8, 30, tzinfo=PROFILE.time_zone)
    found = paid_at(at=at, zone_id=1, rules=(*RULES, fasting), calendar=calendar)
    assert clock(found) == (False, "2016-06-06 09:00")
    always = HoursRule(None, ALWAYS, dt.time(8), dt.time(13), frozenset(), on_holidays=True)
    assert clock(now("2016-07-05T09:00", (always,))) == (True, "2016-07-05 13:00")


def test_no_rule_is_unknown_and_never_free() -> None:
    assert now("2016-10-16T10:00", ()) == PaidNow(None, None)


def test_rules_without_a_paid_day_say_free_without_an_end() -> None:
    never = HoursRule(None, ALWAYS, dt.time(8), dt.time(9), frozenset(range(1, 8)))
    assert now("2016-10-16T10:00", (never,)) == PaidNow(False, None)


def test_gap_in_the_calendar_is_reported() -> None:
    empty = CityCalendar(weekends=(), holidays=())
    with pytest.raises(NoCalendar):
        paid_day(day=dt.date(2016, 1, 1), zone_id=1, rules=RULES, calendar=empty)


@given(moments)
def test_answer_agrees_with_the_spans_of_the_day(at) -> None:
    found = paid_at(at=at, zone_id=1, rules=RULES, calendar=CALENDAR)
    day = paid_day(day=at.date(), zone_id=1, rules=RULES, calendar=CALENDAR)
    assert day is not None
    assert found.paid == any(opens <= at < closes for opens, closes in day.spans)


@given(moments)
def test_nothing_changes_before_until_and_changes_at_until(at) -> None:
    found = paid_at(at=at, zone_id=1, rules=RULES, calendar=CALENDAR)
    assert found.until is not None and found.until > at
    before = found.until - dt.timedelta(microseconds=1)
    assert paid_at(at=before, zone_id=1, rules=RULES, calendar=CALENDAR) == found
    after = paid_at(at=found.until, zone_id=1, rules=RULES, calendar=CALENDAR)
    assert after.paid is not found.paid
