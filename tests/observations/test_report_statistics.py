"""Statistics as a pure matter: laws over random reports, against plain Python."""

import datetime as dt
import math
from dataclasses import fields, replace
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from geo_portal.reporting.statistics_chart import month_bars, wide_bars
from municipality.calendar.rest_days import CityCalendar, HolidayDays, Span, WeekendRule
from municipality.words import Text
from observations.reports.models import Status
from observations.statistics.figures import (
    FEWEST_RATINGS,
    NOTHING,
    Answer,
    Outcome,
    Promise,
    change_pct,
    figures_by,
    figures_of,
    judge,
)
from observations.statistics.rows import NEVER, Asked, Rows
from observations.statistics.tables import Line, _month_keys
from observations.statistics.working_days import city_days, work_days

MUSCAT = ZoneInfo("Asia/Muscat")
CALENDAR = CityCalendar(
    weekends=(WeekendRule(Span(dt.date(2013, 5, 1), None), frozenset({5, 6})),),
    holidays=(
        HolidayDays(Span(dt.date(2026, 3, 19), dt.date(2026, 3, 23)), "eid", "عيد", "Eid", False),
    ),
    zone=MUSCAT,
)
AT = dt.datetime(2026, 4, 1, 12, tzinfo=MUSCAT)
START = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
EPOCH = dt.date(1970, 1, 1)
MINUTES = st.integers(-60, 60 * 24 * 30)
LATER = st.one_of(st.none(), MINUTES)
REPORT = st.fixed_dictionaries(
    {
        "category": st.integers(1, 4), "wilayat": st.sampled_from([-1, 1, 2]),
        "area": st.sampled_from([-1, 7, 900]), "channel": st.integers(0, 3),
        "status": st.integers(1, 5), "case": st.integers(0, 4), "minute": st.integers(0, 43_200),
        "answered": LATER, "closed": LATER, "due": LATER, "rating": st.integers(0, 5),
        "reopened": st.integers(0, 1),
    }
)  # fmt: skip
REPORTS = st.lists(REPORT, max_size=40)


def us(at: dt.datetime) -> int:
    return (at - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(microseconds=1)


def moments(one: dict) -> dict[str, dt.datetime | None]:
    made = START + dt.timedelta(minutes=one["minute"])
    later = {
        name: None if one[name] is None else made + dt.timedelta(minutes=one[name])
        for name in ("answered", "closed", "due")
    }
    return {"reported": made, **later}


def rows_of(reports: list[dict]) -> Rows:
    columns: dict[str, list[int]] = {one.name: [] for one in fields(Rows)}
    for one in reports:
        told = moments(one)
        for name, value in told.items():
            columns[name].append(NEVER if value is None else us(value))
        columns["day"].append((told["reported"].astimezone(MUSCAT).date() - EPOCH).days)
        for name in columns.keys() - told.keys() - {"day"}:
            columns[name].append(one[name])
    return Rows(**{name: np.array(values, dtype=np.int64) for name, values in columns.items()})


def nearest_rank(values: list[float], p: int) -> float | None:
    """The smallest value that at least p per cent of the values do not exceed."""
    for value in sorted(values):
        if 100 * sum(other <= value for other in values) >= p * len(values):
            return value
    return None


def working_days(start: dt.date, end: dt.date) -> int:
    days = [start + dt.timedelta(days=n + 1) for n in range((end - start).days)]
    return sum(not CALENDAR.is_rest(day) for day in days)


def outcome_of(one: dict) -> Outcome:
    if one["status"] == Status.CLOSED:
        return Outcome.CLOSED
    if one["status"] != Status.REJECTED:
        return Outcome.OPEN
    ends = {2: Outcome.DUPLICATE, 3: Outcome.NOT_OURS, 4: Outcome.WITHDRAWN}
    return ends.get(one["case"], Outcome.REFUSED)


def promise_of(one: dict) -> Promise:
    told, outcome = moments(one), outcome_of(one)
    if outcome not in (Outcome.OPEN, Outcome.CLOSED):
        return Promise.NOT_JUDGED
    if told["due"] is None:
        return Promise.NO_PROMISE
    if outcome is Outcome.OPEN:
        return Promise.LATE if told["due"] < AT else Promise.RUNNING
    if told["closed"] is None:
        return Promise.UNKNOWN
    return Promise.KEPT if told["closed"] <= told["due"] else Promise.LATE


def hours(one: dict, name: str) -> float | None:
    told = moments(one)
    if told[name] is None or told[name] < told["reported"]:
        return None
    return (told[name] - told["reported"]) / dt.timedelta(hours=1)


def answer_of(one: dict) -> Answer:
    if hours(one, "answered") is not None:
        return Answer.ANSWERED
    return Answer.NONE_YET if one["answered"] is None and one["case"] else Answer.UNKNOWN


def same_as_python(found, reports: list[dict]) -> None:
    assert found.received == len(reports)
    for kinds, kind_of, counted in (
        (Outcome, outcome_of, found.outcomes),
        (Answer, answer_of, found.answers),
        (Promise, promise_of, found.promises),
    ):
        said = [kind_of(one) for one in reports]
        assert list(counted) == [said.count(kind) for kind in kinds]
    closed = [one for one in reports if outcome_of(one) is Outcome.CLOSED]
    timed = [one for one in closed if hours(one, "closed") is not None]
    days = [
        float(
            working_days(
                *(moments(one)[n].astimezone(MUSCAT).date() for n in ("reported", "closed"))
            )
        )
        for one in timed
    ]
    answers = [h for one in reports if (h := hours(one, "answered")) is not None]
    for spread, values in (
        (found.answer_h, answers),
        (found.close_h, [hours(one, "closed") for one in timed]),
        (found.close_days, days),
    ):
        assert spread.known == len(values)
        assert spread.median == (pytest.approx(nearest_rank(values, 50)) if values else None)
        assert spread.p90 == (pytest.approx(nearest_rank(values, 90)) if values else None)
    assert found.close_unknown == len(closed) - len(timed)
    assert found.reopened == sum(one["reopened"] for one in reports)
    ratings = [one["rating"] for one in reports if one["rating"]]
    assert found.ratings == len(ratings)
    if len(ratings) < FEWEST_RATINGS:
        assert found.rating_mean is None
    else:
        assert found.rating_mean == pytest.approx(sum(ratings) / len(ratings))


@settings(deadline=None)
@given(REPORTS)
def test_figures_are_those_of_plain_python_and_tables_add_up(reports) -> None:
    rows = rows_of(reports)
    judged = judge(rows, at=AT, calendar=CALENDAR)
    whole = figures_of(judged)
    same_as_python(whole, reports)
    assert whole.received == whole.open + whole.closed + whole.rejected
    for name in ("category", "wilayat", "area", "channel"):
        table = figures_by(judged, getattr(rows, name))
        for key, found in table.items():
            same_as_python(found, [one for one in reports if one[name] == key])
        for part in (
            "received",
            "open",
            "closed",
            "rejected",
            "kept",
            "late",
            "reopened",
            "ratings",
        ):
            assert sum(getattr(one, part) for one in table.values()) == getattr(whole, part)
    months = figures_by(judged, _month_keys(rows.day))
    assert sum(one.received for one in months.values()) == whole.received


@given(st.datetimes(dt.datetime(1999, 1, 1), dt.datetime(2030, 1, 1)), st.sampled_from(
    ["Asia/Muscat", "America/Chicago", "Europe/Berlin", "UTC"]
))  # fmt: skip
@example(dt.datetime(2026, 1, 31, 20, 0), "Asia/Muscat")  # midnight in the city
@example(dt.datetime(2026, 1, 31, 19, 59, 59, 999_999), "Asia/Muscat")
def test_a_day_begins_at_midnight_of_the_city(naive, name) -> None:
    at, zone = naive.replace(tzinfo=dt.UTC), ZoneInfo(name)
    found = city_days(np.array([us(at)]), zone)
    assert found[0] == (at.astimezone(zone).date() - EPOCH).days


@given(
    st.dates(dt.date(1901, 1, 1), dt.date(2900, 1, 1)), st.integers(1, 20 * 366),
)  # fmt: skip
def test_the_span_before_is_as_long_and_never_overlaps(first, days) -> None:
    asked = Asked(first, first + dt.timedelta(days=days), category=3, channel=1, directorate=5)
    before = asked.before()
    assert before.after == asked.first and before.first < asked.first
    assert before.after - before.first == asked.after - asked.first
    assert (before.category, before.channel, before.directorate) == (3, 1, 5)


@settings(max_examples=50, deadline=None)
@given(st.dates(dt.date(2026, 1, 1), dt.date(2026, 6, 1)), st.integers(0, 60))
def test_working_days_are_the_days_that_do_not_rest(start, days) -> None:
    end = start + dt.timedelta(days=days)
    a, b = (start - EPOCH).days, (end - EPOCH).days
    found = work_days(CALENDAR, a - 3, b + 3).between(np.array([a]), np.array([b]))
    assert found[0] == working_days(start, end)


def test_a_gap_of_the_calendar_is_not_known_and_not_nought() -> None:
    early = (dt.date(2013, 4, 28) - EPOCH).days
    counted = work_days(CALENDAR, early, early + 10)
    found = counted.between(np.array([early, early + 4]), np.array([early + 3, early + 7]))
    assert found.tolist() == [-1, 1]  # 3 and 4 May 2013 rest, 5 May does not
    assert counted.between(np.array([early + 4]), np.array([early + 99])).tolist() == [-1]


def test_there_is_no_per_cent_of_nought_or_of_the_unknown() -> None:
    assert change_pct(5, 0) is None and change_pct(None, 5) is None and change_pct(5, None) is None
    assert change_pct(0, 5) == -100 and change_pct(15, 10) == 50


# docs/algorithms/observation-statistics.md, the worked table: minute from 4:00 of Sunday 1 March
# in the city, what was done after how many minutes, and the promise.
WORKED = [
    {"status": 4, "answered": 60, "closed": 60 * 24 * 2, "due": 60 * 24 * 3},
    {"status": 4, "answered": 120, "closed": 60 * 24 * 5, "due": 60 * 24 * 3},
    {"status": 4, "case": 0, "closed": 60 * 10},
    {"status": 4, "case": 0},
    {"status": 5, "case": 2, "answered": 30, "closed": 30},
    {"status": 5, "case": 3, "answered": 240, "closed": 240, "due": 60},
    {"status": 1, "due": 60 * 24 * 3},
    {"status": 3, "answered": 600, "due": 60 * 24 * 60, "reopened": 1},
]
BLANK = {
    "category": 1, "wilayat": 1, "area": 7, "channel": 1, "case": 1, "minute": 0, "answered": None,
    "closed": None, "due": None, "rating": 0, "reopened": 0,
}  # fmt: skip


def test_the_worked_table() -> None:
    reports = [BLANK | one for one in WORKED]
    found = figures_of(judge(rows_of(reports), at=AT, calendar=CALENDAR))
    assert (found.received, found.open, found.closed, found.rejected) == (8, 2, 4, 2)
    assert found.outcomes == (2, 4, 0, 1, 1, 0) and found.closed_pct == 50
    assert found.answers == (5, 1, 2)
    assert (found.answer_h.median, found.answer_h.p90) == (2, 10)
    assert (found.close_h.known, found.close_h.median, found.close_h.p90) == (3, 48, 120)
    assert (found.close_days.median, found.close_days.p90) == (2, 4)
    assert found.close_unknown == 1
    assert found.promises == (1, 2, 1, 2, 0, 2) and found.kept_pct == pytest.approx(100 / 3)
    assert found.reopened == 1 and found.rating_mean is None


def a_line(received: int, code: str = "2026-01") -> Line:
    return Line(0, code, Text("س", "x"), replace(NOTHING, received=received), None)


@given(st.lists(st.integers(0, 10**6), max_size=240), st.booleans())
def test_bars_stay_in_the_chart_and_run_in_reading_direction(counts, from_right) -> None:
    chart = month_bars([a_line(n) for n in counts], from_right=from_right)
    bars = chart["bars"]
    assert len(bars) == len(counts) and sum(bool(bar["label"]) for bar in bars) <= 12
    for bar in bars:
        assert bar["x"] >= 0 and bar["x"] + bar["width"] <= chart["width"] + 0.01
        assert bar["y"] >= 0 and bar["y"] + bar["height"] == pytest.approx(chart["base"], abs=0.02)
    middles = [bar["middle"] for bar in bars]
    assert middles == sorted(middles, reverse=from_right)
    assert sum(bar["is_best"] for bar in bars) == (1 if any(counts) else 0)
    for bar in wide_bars([a_line(n) for n in counts], from_right=from_right):
        assert 0 <= bar["pct"] <= 100 and math.isfinite(bar["x"])
