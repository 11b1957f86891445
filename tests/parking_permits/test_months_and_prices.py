"""Months of permits and what they cost: laws for any day, and examples by hand."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from municipality.billing.models import BillLine, Tariff
from municipality.billing.tariffs.queries import NoTariff
from parking_zones.parking_permits.pricing import Wanted, lines_of, unused_baisa
from parking_zones.parking_permits.terms import months_after, months_allowed, months_unused
from tests import builders as b
from tests.parking_permits.builders import a_bay, the_prices

DAYS = st.dates(dt.date(2008, 1, 1), dt.date(2060, 12, 31))
MONTHS = st.integers(1, 12)
ONE = dt.timedelta(days=1)


@given(DAYS, st.integers(0, 120))
def test_months_end_on_the_same_day_or_after_a_short_month_on_the_first(day, months) -> None:
    after = months_after(day, months)
    serial = (after.year - day.year) * 12 + after.month - day.month
    if after.day == day.day:
        assert serial == months
    else:
        assert after.day == 1 and serial == months + 1 and day.day > 28
        assert (after - ONE).day < day.day  # the month has no such day


@given(DAYS, MONTHS, MONTHS)
def test_later_months_end_later_and_no_month_is_shorter_than_february(day, one, other) -> None:
    assert months_after(day, one) < months_after(day, one + other)
    assert (months_after(day, one) - day).days >= 28 * one
    assert months_after(day, 0) == day


@given(DAYS, MONTHS, st.integers(0, 400))
def test_used_and_unused_months_are_all_months_and_the_unused_lie_behind(day, months, lived):
    leaves = day + dt.timedelta(days=lived)
    unused = months_unused(starts_on=day, months=months, leaves_on=leaves)
    assert 0 <= unused <= months
    assert months_after(day, months - unused) >= min(leaves, months_after(day, months))
    if unused < months:  # one more month would reach into days that were used
        assert months_after(day, months - unused - 1) < leaves
    later = months_unused(starts_on=day, months=months, leaves_on=leaves + ONE)
    assert later <= unused


@pytest.mark.parametrize(
    ("day", "months", "after"),
    [
        ("2026-11-22", 3, "2027-02-22"), ("2027-01-31", 1, "2027-03-01"),
        ("2028-01-30", 1, "2028-03-01"), ("2028-01-29", 1, "2028-02-29"),
        ("2026-12-31", 2, "2027-03-01"), ("2026-01-01", 12, "2027-01-01"),
    ],
)  # fmt: skip
def test_months_by_hand(day: str, months: int, after: str) -> None:
    assert months_after(dt.date.fromisoformat(day), months) == dt.date.fromisoformat(after)


def test_permits_of_2008_were_for_three_or_six_months_and_a_special_one_is_for_a_year() -> None:
    assert months_allowed(kind="one_zone", on=dt.date(2012, 5, 1)) == (3, 6)
    assert months_allowed(kind="all_zones", on=dt.date(2026, 5, 1)) == tuple(range(1, 13))
    assert months_allowed(kind="special", on=dt.date(2026, 5, 1)) == (12,)


def total(kind: str, day: dt.date, months: int, **values) -> int:
    wanted = Wanted(kind, values.get("zone"), values.get("bay"), day, months)
    return sum(line.amount_baisa for line in lines_of(wanted))


pytestmark = pytest.mark.django_db


@pytest.fixture
def prices() -> None:
    b.the_weekends()
    the_prices()


def test_each_kind_costs_what_the_municipality_publishes(prices) -> None:
    b.a_tariff()
    b.the_paid_hours()
    zone, day = b.a_zone("7"), dt.date(2026, 11, 22)
    assert total("one_zone", day, 3, zone=zone) == 45_000
    assert total("all_zones", day, 3) == 60_000
    assert total("special", day, 12, zone=zone) == 15_000
    assert total("reserved_bay", day, 2, zone=zone, bay=a_bay(zone=zone)) == 100_000
    assert total("reserved_bay", day, 2, bay=a_bay("b2")) == 60_000  # where parking is free
    assert total("reserved_bay", day, 1, zone=zone, bay=a_bay("b3", zone, stalls=4)) == 200_000


def test_a_month_costs_what_holds_on_its_first_day_and_each_price_is_a_line(prices) -> None:
    """Three months from 15 June 2016: two begin before 3 August, one after it."""
    zone = b.a_zone("7")
    lines = lines_of(Wanted("one_zone", zone, None, dt.date(2016, 6, 15), 3))
    assert [(line.quantity, line.amount_baisa) for line in lines] == [
        (Decimal(2), 10_000), (Decimal(1), 15_000),
    ]  # fmt: skip
    assert "15/06/2016 - 14/08/2016" in lines[0].text.en and "7" in lines[0].text.ar
    assert "15/08/2016 - 14/09/2016" in lines[1].text.en
    assert [line.rule for line in lines] == ["months=2", "months=1"]


def test_a_zone_with_a_price_of_its_own_costs_that_and_a_gap_is_no_price(prices) -> None:
    zone = b.a_zone("7")
    Tariff.objects.create(
        kind="parking_permit_zone", zone_code="7", valid=(dt.date(2020, 1, 1), None),
        amount_baisa=18_000, source="test",
    )  # fmt: skip
    assert total("one_zone", dt.date(2026, 1, 1), 2, zone=zone) == 36_000
    assert total("one_zone", dt.date(2019, 12, 1), 2, zone=zone) == 15_000 + 18_000
    with pytest.raises(NoTariff):
        total("all_zones", dt.date(2007, 1, 1), 1)


@given(DAYS, MONTHS, MONTHS)
def test_the_price_of_two_spans_in_a_row_is_that_of_the_whole(day, one, other) -> None:
    """The days of each span are chained, so that a renewal costs what longer would have."""
    the_prices(only_missing=True)
    middle = months_after(day, one)
    if months_after(middle, other) != months_after(day, one + other) or middle.day != day.day:
        return  # the end of a short month moves the first days of what follows
    whole = total("all_zones", day, one + other)
    assert total("all_zones", day, one) + total("all_zones", middle, other) == whole


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(1, 90_000)), min_size=1, max_size=3),
    st.integers(0, 20),
)
def test_what_goes_back_is_the_price_of_the_last_months_and_never_more_than_all(rows, unused):
    lines = [
        BillLine(
            position=place, quantity=months, rate_baisa=rate, amount_baisa=months * rate,
            rule=f"months={months}",
        )
        for place, (months, rate) in enumerate(rows, start=1)
    ]  # fmt: skip
    month_by_month = [rate for months, rate in rows for _ in range(months)]
    back = unused_baisa(lines, unused)
    assert back == sum(month_by_month[len(month_by_month) - unused :] if unused < len(
        month_by_month) else month_by_month)  # fmt: skip
    assert back <= sum(line.amount_baisa for line in lines)


def test_a_year_goes_back_whole_or_not_at_all() -> None:
    line = BillLine(position=1, quantity=1, rate_baisa=15_000, amount_baisa=15_000, rule="year=12")
    assert [unused_baisa([line], unused) for unused in (0, 6, 11, 12)] == [0, 0, 0, 15_000]
