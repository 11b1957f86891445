"""What a stay costs: the worked tables of docs/algorithms/parking.md, and its laws."""

import datetime as dt
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from municipality.calendar.rest_days import (
    CityCalendar,
    HolidayDays,
    RamadanDays,
    Span,
    WeekendRule,
)
from municipality.conf import PROFILE
from parking_zones.pricing.charge import LONGEST_STAY, Charge, NoRule, Price, Rules, charge
from parking_zones.pricing.paid_hours import HoursRule
from tests.strategies import moments

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "algorithms" / "parking.md"
ZONES = {"1": 1, "N": 2}
WEEKDAYS = {"Thursday": 4, "Friday": 5, "Saturday": 6}


def table(title: str) -> list[list[str]]:
    """The cells of the table under a heading."""
    text = DOCUMENT.read_text(encoding="utf-8").split(f"## {title}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def span(first: str, last: str) -> Span:
    begins = None if first == "always" else dt.date.fromisoformat(first)
    ends = None if last == "always" else dt.date.fromisoformat(last) + dt.timedelta(days=1)
    return Span(begins, ends)


def hours_of(what: str, days: Span, row: str) -> HoursRule:
    opens, closes = (dt.time.fromisoformat(clock) for clock in row.split("-"))
    zone = ZONES["N"] if "zone N" in what else None
    return HoursRule(zone, days, opens, closes, None, in_ramadan="Ramadan" in what)


def rules_of_the_document() -> tuple[list[HoursRule], list[Price], CityCalendar]:
    hours, prices, weekends, holidays, ramadans = [], [], [], [], []
    for what, first, last, row in table("The rows of the tables"):
        days = span(first, last)
        if what.startswith("hours"):
            hours.append(hours_of(what, days, row))
        elif what == "price":
            amount, minutes = map(int, re.findall(r"\d+", row))
            prices.append(Price("", days, amount, minutes, "the document"))
        elif what == "weekend":
            rest = frozenset(WEEKDAYS[name] for name in row.split(", "))
            weekends.append(WeekendRule(days, rest))
        elif what == "Ramadan":
            ramadans.append(RamadanDays(days, provisional=False))
        else:
            name = what.removeprefix("holiday ")
            holidays.append(HolidayDays(days, name, name, name, provisional=False))
    return hours, prices, CityCalendar(weekends, holidays, ramadans)


HOURS, PRICES, CALENDAR = rules_of_the_document()


def rules(zone: str = "1") -> Rules:
    def price_on(day: dt.date) -> Price | None:
        return next((price for price in PRICES if price.span.holds_on(day)), None)

    return Rules(ZONES[zone], HOURS, CALENDAR, price_on)


def stay(start: dt.datetime, minutes: float, zone: str = "1") -> Charge:
    return charge(start=start, end=start + dt.timedelta(minutes=minutes), rules=rules(zone))


@pytest.mark.parametrize("row", table("Worked tables"), ids=lambda row: f"{row[1]} {row[5]}")
def test_the_worked_tables_are_true(row: list[str]) -> None:
    zone, start, minutes, paid, baisa, _ = row
    at = dt.datetime.fromisoformat(start).replace(tzinfo=PROFILE.time_zone)
    found = stay(at, int(minutes), zone)
    assert (found.paid_minutes, found.amount) == (int(paid), int(baisa))


def test_a_stay_over_midday_says_what_is_free_and_why() -> None:
    at = dt.datetime(2026, 11, 24, 12, 30, tzinfo=PROFILE.time_zone)
    told = [(one.minutes, one.amount, one.reason.en) for one in stay(at, 300).stretches]
    assert told == [
        (30, 100, "paid parking"), (180, 0, "outside paid hours"), (90, 300, "paid parking"),
    ]  # fmt: skip


def test_a_holiday_is_named_and_a_free_stretch_over_midnight_is_one() -> None:
    at = dt.datetime(2016, 7, 6, 23, tzinfo=PROFILE.time_zone)
    (one,) = stay(at, 120).stretches
    assert (one.minutes, one.reason.ar) == (120, "إجازة رسمية: Eid al-Fitr")


splits = st.lists(st.floats(0, 1), max_size=4)
zones = st.sampled_from(sorted(ZONES))
lengths = st.integers(0, 3 * 24 * 60)


@given(moments, lengths, splits, zones)
def test_the_parts_of_a_stay_cost_what_the_stay_costs(at, minutes, parts, zone) -> None:
    cuts = sorted({0.0, *parts, 1.0})
    whole = stay(at, minutes, zone)
    sold = [
        charge(
            start=at + dt.timedelta(minutes=minutes * first),
            end=at + dt.timedelta(minutes=minutes * last), rules=rules(zone),
        )
        for first, last in pairwise(cuts)
    ]  # fmt: skip
    assert sum(part.amount for part in sold) == whole.amount


@given(moments, lengths, zones)
def test_stretches_follow_each_other_from_beginning_to_end(at, minutes, zone) -> None:
    found = stay(at, minutes, zone).stretches
    ends = [at.astimezone(dt.UTC), *(one.end for one in found)]
    assert [one.start for one in found] == ends[:-1]
    assert ends[-1] == at + dt.timedelta(minutes=minutes)
    assert all(one.amount == 0 for one in found if one.price is None)


@given(moments, lengths, st.integers(0, 600), zones)
def test_a_longer_stay_never_costs_less(at, minutes, more, zone) -> None:
    assert stay(at, minutes, zone).amount <= stay(at, minutes + more, zone).amount


@given(moments.filter(lambda at: at.year > 2016), st.integers(1, 10))
def test_inside_one_span_a_unit_costs_its_price_whenever_it_begins(at, units) -> None:
    found = stay(at, 30 * units)
    if found.paid_minutes == 30 * units and len(found.stretches) == 1:
        assert found.amount == 100 * units


def test_clocks_put_back_give_an_hour_more_and_it_is_charged() -> None:
    """A city with summer time: the night of 1 November 2026 in San Francisco has 25 hours."""
    from zoneinfo import ZoneInfo

    zone = ZoneInfo("America/Los_Angeles")
    calendar = CityCalendar([WeekendRule(Span(None, None), frozenset())], [], zone=zone)
    night = HoursRule(None, Span(None, None), dt.time(0), dt.time(6), None)
    price = Price("", Span(None, None), 60, 60, "test")
    start = dt.datetime(2026, 11, 1, 0, tzinfo=zone)
    end = dt.datetime(2026, 11, 1, 6, tzinfo=zone)
    found = charge(
        start=start, end=end, rules=Rules(1, [night], calendar, lambda day: price)
    )  # fmt: skip
    assert (found.paid_minutes, found.amount) == (7 * 60, 7 * 60)


@pytest.mark.parametrize(
    ("hours", "prices", "said"), [([], PRICES, "No paid hours"), (HOURS, [], "No price")]
)
def test_a_gap_is_told_and_never_guessed(hours, prices, said) -> None:
    at = dt.datetime(2026, 11, 24, 9, tzinfo=PROFILE.time_zone)
    empty = Rules(1, hours, CALENDAR, lambda day: prices[-1] if prices else None)
    with pytest.raises(NoRule, match=f"{said}.*24/11/2026"):
        charge(start=at, end=at + dt.timedelta(hours=1), rules=empty)


@pytest.mark.parametrize("length", [dt.timedelta(minutes=-1), LONGEST_STAY * 2])
def test_a_stay_that_ends_before_it_begins_or_never_is_none(length) -> None:
    at = dt.datetime(2026, 11, 24, 9, tzinfo=PROFILE.time_zone)
    with pytest.raises(ValueError, match="a stay from"):
        charge(start=at, end=at + length, rules=rules())
