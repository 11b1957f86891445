"""One year of the calendar as the administrator sees it: months, holidays, hours, changes."""

import calendar as western_calendar
import datetime as dt
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from municipality.calendar.models import Holiday, OfficeHours, Ramadan
from municipality.calendar.office_time import missing
from municipality.calendar.rest_days import CityCalendar, NoCalendar
from municipality.history.queries import entries
from municipality.words import Text

MONTHS = (
    Text("يناير", "January"), Text("فبراير", "February"), Text("مارس", "March"),
    Text("أبريل", "April"), Text("مايو", "May"), Text("يونيو", "June"), Text("يوليو", "July"),
    Text("أغسطس", "August"), Text("سبتمبر", "September"), Text("أكتوبر", "October"),
    Text("نوفمبر", "November"), Text("ديسمبر", "December"),
)  # fmt: skip
WEEKDAYS = (
    Text("الأحد", "Sunday"), Text("الإثنين", "Monday"), Text("الثلاثاء", "Tuesday"),
    Text("الأربعاء", "Wednesday"), Text("الخميس", "Thursday"), Text("الجمعة", "Friday"),
    Text("السبت", "Saturday"),
)  # fmt: skip
LETTERS = (
    Text("ح", "S"), Text("ن", "M"), Text("ث", "T"), Text("ر", "W"), Text("خ", "T"),
    Text("ج", "F"), Text("س", "S"),
)  # fmt: skip
ACTS = {
    "add": Text("أضاف إجازة", "added a holiday"),
    "confirm": Text("أكد أيامها", "confirmed its days"),
    "move": Text("نقل أيامها", "moved its days"),
    "remove": Text("حذفها", "removed it"),
    "announce": Text("دوّن أيام رمضان", "wrote down Ramadan"),
    "hours": Text("غيّر الدوام", "changed the office hours"),
}
WHAT = {
    "ramadan": Text("رمضان", "Ramadan"),
    "hours": Text("الدوام", "Office hours"),
    "ramadan_hours": Text("دوام رمضان", "Hours in Ramadan"),
}
_SUNDAY_FIRST = western_calendar.Calendar(firstweekday=6)
_REST = Text("راحة أسبوعية", "weekend")


def _day(day: dt.date, month: int, city: CityCalendar) -> dict[str, Any]:
    """What one square of a month shows; a day of another month shows nothing."""
    if day.month != month:
        return {"number": ""}
    holiday = city.holiday_on(day)
    try:
        rest = day.isoweekday() in city.weekend_on(day)
    except NoCalendar:
        rest = False
    looks = ["rest"] if rest else []
    if holiday:
        looks.append("maybe" if holiday.provisional else "holiday")
    if city.is_ramadan(day):
        looks.append("ramadan")
    title = str(Text(holiday.name_ar, holiday.name_en)) if holiday else str(_REST) if rest else ""
    return {"number": day.day, "looks": " ".join(looks), "title": title}


def months(year: int, city: CityCalendar) -> list[dict[str, Any]]:
    """The twelve months, Sunday first."""
    return [
        {
            "name": str(name),
            "weeks": [
                [_day(day, number, city) for day in week]
                for week in _SUNDAY_FIRST.monthdatescalendar(year, number)
            ],
        }
        for number, name in enumerate(MONTHS, start=1)
    ]


def _of_year(year: int) -> DateRange:
    return DateRange(dt.date(year, 1, 1), dt.date(year + 1, 1, 1))


def _span(valid: Any) -> dict[str, Any]:
    last = valid.upper - dt.timedelta(days=1) if valid.upper else None
    first = valid.lower
    weekday = str(WEEKDAYS[first.isoweekday() % 7]) if first else ""
    return {"first": first, "last": last, "weekday": weekday}


def _hours() -> list[dict[str, Any]]:
    rows = OfficeHours.objects.select_related("directorate").order_by(
        "directorate__name_ar", "in_ramadan", "valid"
    )
    return [
        {"row": row, "whose": row.directorate, **_span(row.valid)}
        for row in rows
        if row.valid.upper is None or row.valid.upper.year >= 2000
    ]


def _change(entry: Any) -> dict[str, Any]:
    facts = entry.facts
    what = WHAT.get(facts.get("what")) or Text(facts.get("name_ar", ""), facts.get("name_en", ""))
    return {
        "entry": entry,
        "what": str(what),
        "act": str(ACTS[entry.act]),
        "source": facts.get("source", ""),
        "before": facts.get("before"),
        "after": facts.get("after"),
    }


def lacking(city: CityCalendar, year: int) -> list[str]:
    """Return the names of what a year lacks."""
    names = {
        row.code: str(Text(row.name_ar, row.name_en)) for row in Holiday.objects.order_by("valid")
    }
    return [names.get(code, str(WHAT["ramadan"])) for code in missing(city, year)]


def year_page(year: int, city: CityCalendar) -> dict[str, Any]:
    """Everything the page of a year shows."""
    return {
        "year": year,
        "months": months(year, city),
        "letters": [(str(short), str(name)) for short, name in zip(LETTERS, WEEKDAYS, strict=True)],
        "holidays": [
            {"row": row, **_span(row.valid)}
            for row in Holiday.objects.filter(valid__overlap=_of_year(year)).order_by("valid")
        ],
        "ramadans": [
            {"row": row, **_span(row.valid)}
            for row in Ramadan.objects.filter(valid__overlap=_of_year(year)).order_by("valid")
        ],
        "hours": _hours(),
        "lacking": lacking(city, year),
        "changes": [_change(entry) for entry in entries(f"calendar/{year}").reverse()[:50]],
    }
