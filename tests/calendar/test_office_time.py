"""Working time: the days Muscat rested and worked, the hours of its offices, and the laws."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from municipality.calendar.office_time import (
    alarm,
    deadline,
    is_open,
    missing,
    next_opening,
    work_minutes_between,
    work_time_between,
)
from municipality.calendar.queries import read_calendar
from municipality.calendar.rest_days import CityCalendar, NoCalendar, Span, WeekendRule
from tests.calendar.builders import (
    ALWAYS,
    SEEB,
    at,
    calendars,
    day,
    holiday,
    hours,
    moments,
    muscat,
)

EID = holiday("2025-03-29", "2025-04-02")  # a Saturday to a Wednesday: the weekend stands before it
OFFICE_DAY = 7 * 60


def test_half_an_hour_on_a_working_morning() -> None:
    assert deadline(at("2026-11-24 09:30"), 30, muscat()) == at("2026-11-24 10:00")


def test_what_is_left_at_closing_time_goes_on_when_offices_open_again() -> None:
    assert deadline(at("2026-11-24 14:20"), 30, muscat()) == at("2026-11-25 07:50")


def test_thursday_afternoon_goes_on_on_sunday() -> None:
    assert deadline(at("2026-11-26 14:20"), 30, muscat()) == at("2026-11-29 07:50")


def test_a_full_day_of_work_ends_at_closing_time_not_at_the_next_opening() -> None:
    assert deadline(at("2026-11-24 07:30"), OFFICE_DAY, muscat()) == at("2026-11-24 14:30")
    assert deadline(at("2026-11-23 20:00"), OFFICE_DAY, muscat()) == at("2026-11-24 14:30")


def test_no_work_at_all_ends_where_it_begins() -> None:
    assert deadline(at("2026-11-27 12:00"), 0, muscat()) == at("2026-11-27 12:00")


def test_less_than_no_work_is_refused() -> None:
    with pytest.raises(ValueError, match="less than no work"):
        deadline(at("2026-11-24 09:30"), -1, muscat())


def test_thursday_25_april_2013_rested_and_thursday_2_may_2013_worked() -> None:
    assert not is_open(at("2013-04-25 10:00"), muscat())
    assert is_open(at("2013-05-02 10:00"), muscat())
    assert is_open(at("2013-04-27 10:00"), muscat())  # Saturday, the first day of the week then
    assert not is_open(at("2013-05-04 10:00"), muscat())


def test_the_week_of_the_change_has_one_working_day_more() -> None:
    """Wednesday 1 May and Thursday 2 May worked, Friday and Saturday rested."""
    week = work_minutes_between(at("2013-04-27 00:00"), at("2013-05-04 00:00"), muscat())
    assert week == 6 * OFFICE_DAY


def test_an_eid_that_joins_a_weekend_is_one_long_rest() -> None:
    calendar = muscat(EID)
    assert next_opening(at("2025-03-27 14:30"), calendar) == at("2025-04-03 07:30")
    assert deadline(at("2025-03-27 14:00"), 60, calendar) == at("2025-04-03 08:00")


def test_ramadan_has_its_own_hours() -> None:
    assert not is_open(at("2026-02-18 08:00"), muscat())
    assert is_open(at("2026-02-18 09:00"), muscat()) and not is_open(
        at("2026-02-18 14:00"), muscat()
    )
    assert is_open(at("2026-02-17 08:00"), muscat())
    assert deadline(at("2026-02-17 14:00"), 60, muscat()) == at("2026-02-18 09:30")


def test_a_directorate_keeps_its_own_hours_and_the_citys_where_it_has_none() -> None:
    evening = hours("12:00", "19:00", SEEB, span=Span(day("2026-01-01"), day("2026-11-25")))
    calendar = muscat(more=(evening,))
    assert is_open(at("2026-11-24 18:00"), calendar, SEEB)
    assert not is_open(at("2026-11-24 18:00"), calendar)
    assert is_open(at("2026-11-25 08:00"), calendar, SEEB)  # its row has ended
    assert is_open(at("2026-02-18 10:00"), calendar, SEEB)  # Ramadan: it has no row of its own


def test_the_day_is_the_citys_own_wherever_the_clock_stands() -> None:
    assert is_open(dt.datetime(2026, 11, 24, 3, 30, tzinfo=dt.UTC), muscat())
    assert not is_open(dt.datetime(2026, 11, 24, 3, 29, tzinfo=dt.UTC), muscat())


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="without a zone"):
        is_open(dt.datetime(2026, 11, 24, 9, 0), muscat())


GAPS = {
    "no weekend": CityCalendar(weekends=(), holidays=(), hours=(hours("07:30", "14:30"),)),
    "no hours": CityCalendar(weekends=(WeekendRule(ALWAYS, frozenset({5, 6})),), holidays=()),
    "no hours of Ramadan": CityCalendar(
        muscat().weekends, (), muscat().ramadans, hours=(hours("07:30", "14:30"),)
    ),
    "never a working day": CityCalendar(
        weekends=(WeekendRule(ALWAYS, frozenset(range(1, 8))),), holidays=()
    ),
}


@pytest.mark.parametrize("gap", GAPS)
def test_a_gap_is_reported_and_never_guessed(gap: str) -> None:
    with pytest.raises(NoCalendar):
        deadline(at("2026-02-24 09:30"), 60, GAPS[gap])


@pytest.mark.django_db
def test_the_known_years_of_the_city_stand_in_its_tables() -> None:
    """muscat.md §6: National Day 18-19 November, 20-21 from 2025, moved to 26-27 in 2025."""
    from geo_portal.city_facts import load_city_facts

    load_city_facts()
    calendar = read_calendar()
    taken = {
        year: [
            date.day
            for date in (dt.date(year, 11, number) for number in range(1, 31))
            if (found := calendar.holiday_on(date)) and found.code == "national_day"
        ]
        for year in (2019, 2024, 2025, 2026)
    }
    assert taken == {2019: [18, 19], 2024: [18, 19], 2025: [26, 27], 2026: [20, 21]}
    assert is_open(at("2025-11-20 10:00"), calendar)  # the rule's day, given up for the move
    assert not is_open(at("2025-11-26 10:00"), calendar)
    assert not is_open(at("2019-07-23 10:00"), calendar)  # Renaissance Day, until 2019
    assert is_open(at("2020-07-23 10:00"), calendar)
    assert missing(calendar, 2027) == [] and alarm(calendar, on=day("2026-11-24")) == (2027, [])
    year, lacks = alarm(calendar, on=day("2027-11-24"))
    assert year == 2028 and {"accession_day", "national_day"} <= set(lacks)


def test_the_alarm_begins_in_the_last_quarter() -> None:
    calendar = muscat(holiday("2026-11-20", "2026-11-21", "national_day"))
    assert alarm(calendar, on=day("2026-09-30")) == (2026, [])
    assert alarm(calendar, on=day("2026-10-01")) == (2027, ["national_day", "ramadan"])


@given(calendars(), moments(), moments(), moments(), st.sampled_from([None, SEEB]))
def test_law_between_is_additive_whichever_point_splits_it(calendar, a, b, c, office) -> None:
    def between(start, end):
        return work_time_between(start, end, calendar, office)

    assert between(a, b) + between(b, c) == between(a, c)
    assert between(a, b) == -between(b, a)


@given(calendars(), moments(), moments(), st.sampled_from([None, SEEB]))
def test_law_deadline_of_the_work_between_is_the_end(calendar, a, b, office) -> None:
    """For an end in working time (and for one at closing); seconds are cut to whole minutes."""
    start, end = sorted((a, b))
    end = next_opening(end, calendar, office)
    minutes = work_minutes_between(start, end, calendar, office)
    exact = work_time_between(start, end, calendar, office) - dt.timedelta(minutes=minutes)
    found = deadline(start, minutes, calendar, office)
    assert work_time_between(found, end, calendar, office) == exact
    if (
        exact == dt.timedelta(0)
        and minutes
        and is_open(end - dt.timedelta(seconds=1), calendar, office)
    ):
        assert found == end


@given(calendars(), moments(), st.integers(0, 9_000), st.integers(0, 9_000))
def test_law_work_split_at_any_point_ends_at_the_same_moment(calendar, start, first, then) -> None:
    assert deadline(deadline(start, first, calendar), then, calendar) == deadline(
        start, first + then, calendar
    )


@given(calendars(), moments(), moments(), st.integers(1, 9_000), st.integers(0, 500))
def test_law_later_starts_and_more_work_never_end_earlier(calendar, a, b, minutes, more) -> None:
    start, later = sorted((a, b))
    assert deadline(start, minutes, calendar) <= deadline(later, minutes, calendar)
    assert deadline(start, minutes, calendar) <= deadline(start, minutes + more, calendar)


@given(calendars(), moments(), st.integers(1, 9_000))
def test_law_a_deadline_holds_exactly_the_work_asked_for(calendar, start, minutes) -> None:
    assert work_minutes_between(start, deadline(start, minutes, calendar), calendar) == minutes


def minute_by_minute(start: dt.datetime, minutes: int, calendar: CityCalendar) -> dt.datetime:
    """The slow way: walk the clock and count the minutes at which offices are open."""
    moment = start
    while minutes:
        minutes -= is_open(moment, calendar)
        moment += dt.timedelta(minutes=1)
    return moment


@given(calendars(), moments(), st.integers(1, 600))
def test_law_the_clock_walked_minute_by_minute_agrees(calendar, start, minutes) -> None:
    whole = start.replace(second=0)
    assert deadline(whole, minutes, calendar) == minute_by_minute(whole, minutes, calendar)
