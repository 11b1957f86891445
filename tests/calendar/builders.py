"""Calendars for the tests: the known years of Muscat, and random ones."""

import datetime as dt

from hypothesis import strategies as st

from municipality.calendar.rest_days import (
    CityCalendar,
    HolidayDays,
    HoursRule,
    RamadanDays,
    Span,
    WeekendRule,
)

SEEB, CHANGE = 3, dt.date(2013, 5, 1)
ALWAYS = Span(None, None)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def holiday(
    first: str, last: str, code: str = "eid_al_fitr", provisional: bool = False
) -> HolidayDays:
    """A holiday on days, both taken."""
    span = Span(day(first), day(last) + dt.timedelta(days=1))
    return HolidayDays(span, code, "عيد", "Holiday", provisional)


def hours(opens: str, closes: str, directorate_id: int | None = None, ramadan: bool = False,
          span: Span = ALWAYS) -> HoursRule:  # fmt: skip
    """Office hours over a span."""
    return HoursRule(
        span, directorate_id, ramadan, dt.time.fromisoformat(opens), dt.time.fromisoformat(closes)
    )


def muscat(*holidays: HolidayDays, more: tuple[HoursRule, ...] = ()) -> CityCalendar:
    """The weekends of Oman, 07:30-14:30, in Ramadan 2026 (18 February - 19 March) 09:00-14:00."""
    return CityCalendar(
        weekends=(
            WeekendRule(Span(None, CHANGE), frozenset({4, 5})),
            WeekendRule(Span(CHANGE, None), frozenset({5, 6})),
        ),
        holidays=holidays,
        ramadans=(RamadanDays(Span(day("2026-02-18"), day("2026-03-20")), False),),
        hours=(hours("07:30", "14:30"), hours("09:00", "14:00", ramadan=True), *more),
    )


def at(text: str) -> dt.datetime:
    """A moment of the city: ``2026-11-24 09:30``."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=muscat().zone)


_DAYS = st.dates(day("2026-01-01"), day("2026-06-30"))
_TIMES = st.times().map(lambda time: time.replace(microsecond=0))


@st.composite
def calendars(draw) -> CityCalendar:
    """A calendar with holidays, a Ramadan, and hours of a directorate that begin on some day."""
    spans = draw(st.lists(st.tuples(_DAYS, st.integers(1, 9)), max_size=6))
    holidays = tuple(
        HolidayDays(Span(first, first + dt.timedelta(days=long)), f"h{number}", "ع", "H", False)
        for number, (first, long) in enumerate(spans)
    )
    ramadan = draw(_DAYS)
    change = draw(_DAYS)
    own = draw(st.booleans())
    more = (
        (
            hours("08:15", "12:45:30", SEEB, span=Span(None, change)),
            hours("06:00", "18:00", SEEB, span=Span(change, None)),
        )
        if own
        else ()
    )
    return CityCalendar(
        weekends=(WeekendRule(ALWAYS, frozenset(draw(st.sets(st.integers(1, 7), max_size=3)))),),
        holidays=holidays,
        ramadans=(RamadanDays(Span(ramadan, ramadan + dt.timedelta(days=30)), True),),
        hours=(hours("07:30", "14:30"), hours("09:00", "14:00", ramadan=True), *more),
    )


def moments() -> st.SearchStrategy[dt.datetime]:
    """Moments of half a year, to the second, in any offset."""
    zones = st.sampled_from([muscat().zone, dt.UTC, dt.timezone(dt.timedelta(hours=-11))])
    return st.builds(
        lambda date, time, zone: dt.datetime.combine(date, time, muscat().zone).astimezone(zone),
        _DAYS, _TIMES, zones,
    )  # fmt: skip
