"""A year of rules: every minute is paid, free or in a gap, and the charge of the year agrees."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from municipality.conf import PROFILE
from parking_zones.pricing.charge import Rules, charge
from parking_zones.pricing.year import Gap, year_of
from tests.parking_zones.test_charge import CALENDAR, HOURS, PRICES, ZONES, rules

TERMS = "thirty to three hundred"


def minutes_of(year: int) -> int:
    return (dt.date(year + 1, 1, 1) - dt.date(year, 1, 1)).days * 24 * 60


def test_the_year_of_ramadan_and_of_a_new_price() -> None:
    found = year_of(2026, rules=rules(), terms_on=lambda day: TERMS)
    assert [(one.first.isoformat(), one.last.isoformat(), len(one.clocks)) for one in found] == [
        ("2026-01-01", "2026-02-17", 2), ("2026-02-18", "2026-03-19", 1),
        ("2026-03-20", "2026-12-31", 2),
    ]  # fmt: skip
    prices = [
        one.price.amount_baisa for one in year_of(2016, rules=rules(), terms_on=str) if one.price
    ]
    assert list(dict.fromkeys(prices)) == [50, 100]


@given(st.integers(2008, 2027), st.sampled_from(sorted(ZONES)))
def test_every_minute_is_paid_free_or_in_a_gap(year, zone) -> None:
    found = year_of(year, rules=rules(zone), terms_on=lambda day: TERMS)
    assert sum(one.minutes for one in found) == minutes_of(year)
    assert all(one.gap == 0 and one.free >= 0 and not one.gaps for one in found)
    days = [one.first for one in found[1:]]
    assert days == [one.last + dt.timedelta(days=1) for one in found[:-1]]


@pytest.mark.parametrize("zone", sorted(ZONES))
def test_the_paid_minutes_are_those_that_stays_are_charged_for(zone) -> None:
    found = year_of(2026, rules=rules(zone), terms_on=lambda day: TERMS)
    start = dt.datetime(2026, 1, 1, tzinfo=PROFILE.time_zone)
    charged = 0.0
    for week in range(53):
        first = start + dt.timedelta(days=7 * week)
        last = min(first + dt.timedelta(days=7), start.replace(year=2027))
        charged += charge(start=first, end=last, rules=rules(zone)).paid_minutes
    assert sum(one.paid for one in found) == charged


def test_what_is_paid_without_a_price_is_a_gap_and_named() -> None:
    late = Rules(1, HOURS, CALENDAR, lambda day: PRICES[-1] if day.month > 1 else None)
    first, rest = year_of(2026, rules=late, terms_on=lambda day: TERMS)[:2]
    assert (first.gaps, first.paid) == ({Gap.PRICE}, 0) and first.gap > 0
    assert rest.gap == 0
    assert first.last == dt.date(2026, 1, 31)


@pytest.mark.parametrize(
    ("hours", "terms", "gap"), [([], TERMS, Gap.HOURS), (HOURS, None, Gap.TERMS)]
)
def test_a_year_without_hours_or_terms_says_so(hours, terms, gap) -> None:
    lacking = Rules(1, hours, CALENDAR, lambda day: PRICES[-1])
    found = year_of(2027, rules=lacking, terms_on=lambda day: terms)
    assert {name for one in found for name in one.gaps} == {gap}
    lacked = sum(one.gap for one in found)
    assert lacked == minutes_of(2027) if gap is Gap.HOURS else 0 < lacked < minutes_of(2027)
