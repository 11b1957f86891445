"""The administrator's calendar: a year of holidays, Ramadan, office hours, and who changed what."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import IntegrityError
from django.db.backends.postgresql.psycopg_any import DateRange
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from geo_portal.staff import calendar_changes as changes
from geo_portal.staff.calendar_year import year_page
from geo_portal.staff.sent import FIRST_YEAR, LAST_YEAR, Sent
from municipality.asked import today
from municipality.calendar.models import Holiday, OfficeHours
from municipality.calendar.queries import city_calendar
from municipality.people.access import not_found, open_to, roles_of
from municipality.people.acting_person import actor_of
from municipality.places.models import Directorate
from municipality.reach import as_system
from municipality.words import Text

ADMIN = "admin"
READERS = (ADMIN, "zone_manager")  # free days of parking are the calendar's (decision 0015)
LAST_BEFORE_FIRST = Text("اليوم الأخير قبل الأول.", "The last day is before the first.")
CLOSES_BEFORE = Text("الإغلاق قبل الافتتاح.", "It closes before it opens.")
TOO_MANY_DAYS = Text("أكثر من {most} يومًا.", "More than {most} days.")
NO_SUCH = Text("اختر من القائمة.", "Choose from the list.")
MOST_DAYS, MOST_RAMADAN_DAYS = 14, 30
_Act = Callable[[changes.Change], object]


def _year(year: int) -> int:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise not_found()
    return year


@require_safe
@open_to(*READERS)
def calendar(request: HttpRequest) -> HttpResponse:
    """Lead to the year it is."""
    return redirect("home:calendar_year", today().year)


@require_safe
@open_to(*READERS)
def calendar_of_year(request: HttpRequest, year: int) -> HttpResponse:
    """Show a year of the calendar, with its acts to the administrator alone."""
    with as_system():  # who changed what in it, and no other stream of the history
        context = year_page(_year(year), city_calendar())
    context["may_change"] = ADMIN in roles_of(request)
    return render(request, "staff/calendar.html", context)


def _days(sent: Sent, *, most: int) -> tuple[dt.date, dt.date]:
    """Read the first and the last day, both taken."""
    first, last = sent.day("first"), sent.day("last")
    if not {"first", "last"} & set(sent.errors):
        if last < first:
            sent.errors["last"] = LAST_BEFORE_FIRST
        elif (last - first).days >= most:
            sent.errors["last"] = TOO_MANY_DAYS.with_values(most=most)
    return first, last


def _made(request: HttpRequest, sent: Sent, act: _Act) -> bool:
    """Make a change if the form allows it; what refuses it stands in the form's errors."""
    source = sent.text("source")
    if sent.errors:
        return False
    change = changes.Change(actor_of(request, ADMIN), timezone.now(), source)
    try:
        act(change)
    except changes.Refused as refused:
        sent.errors["first"] = refused.words
    except IntegrityError:  # another administrator was faster
        sent.errors["first"] = changes.TAKEN
    return not sent.errors


def _form(request: HttpRequest, kind: str, sent: Sent, **context: Any) -> HttpResponse:
    errors = {name: str(words) for name, words in sent.errors.items()}
    shown = {"kind": kind, "values": sent.values, "errors": errors, **context}
    return render(request, "staff/calendar_form.html", shown, status=422 if errors else 200)


def _holiday(pk: int) -> Holiday:
    found = Holiday.objects.filter(pk=pk).first()  # unique
    if found is None:
        raise not_found()
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ADMIN)
def holiday(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm a holiday's days or move them, by an announcement that is named."""
    held = _holiday(pk)
    year = held.valid.lower.year
    sent = Sent({"first": str(held.valid.lower), "last": str(held.valid.upper - changes.ONE_DAY)})
    if request.method == "POST":
        sent = Sent.of(request)
        first, last = _days(sent, most=MOST_DAYS)

        def announce(change: changes.Change) -> None:
            changes.announce_holiday(holiday=held, first=first, last=last, change=change)

        if _made(request, sent, announce):
            return redirect("home:calendar_year", year)
    return _form(request, "holiday", sent, holiday=held, year=year)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ADMIN)
def holiday_add(request: HttpRequest, year: int) -> HttpResponse:
    """Add a holiday that was announced."""
    sent = Sent({})
    if request.method == "POST":
        sent = Sent.of(request)
        known = Holiday.objects.filter(code=sent.values.get("code", "")).order_by("-valid").first()
        name_ar = known.name_ar if known else sent.text("name_ar", most=120)
        name_en = known.name_en if known else sent.text("name_en", most=120)
        first, last = _days(sent, most=MOST_DAYS)
        code = known.code if known else f"announced_{first}"

        def add(change: changes.Change) -> None:
            made = Holiday(
                code=code, name_ar=name_ar, name_en=name_en, valid=changes.days(first, last),
                provisional=sent.values.get("provisional") == "1",
            )  # fmt: skip
            changes.add_holiday(holiday=made, change=change)

        if _made(request, sent, add):
            return redirect("home:calendar_year", first.year)
    names = {row.code: row for row in Holiday.objects.order_by("valid")}
    return _form(request, "add", sent, year=_year(year), known=names.values())


@require_POST
@open_to(ADMIN)
def holiday_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Take out a holiday that will not be taken; why is said."""
    held, sent = _holiday(pk), Sent.of(request)
    year = held.valid.lower.year

    def remove(change: changes.Change) -> None:
        changes.remove_holiday(holiday=held, change=change)

    if _made(request, sent, remove):
        return redirect("home:calendar_year", year)
    sent.errors = {"why": next(iter(sent.errors.values()))}
    sent.values |= {"first": str(held.valid.lower), "last": str(held.valid.upper - changes.ONE_DAY)}
    return _form(request, "holiday", sent, holiday=held, year=year)


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ADMIN)
def ramadan(request: HttpRequest, year: int) -> HttpResponse:
    """Write down the announced days of Ramadan."""
    sent = Sent({})
    if request.method == "POST":
        sent = Sent.of(request)
        first, last = _days(sent, most=MOST_RAMADAN_DAYS)

        def announce(change: changes.Change) -> None:
            changes.announce_ramadan(first=first, last=last, change=change)

        if _made(request, sent, announce):
            return redirect("home:calendar_year", first.year)
    return _form(request, "ramadan", sent, year=_year(year))


def _directorate(sent: Sent) -> Directorate | None:
    code = sent.values.get("directorate", "")
    if not code:
        return None
    found = Directorate.objects.filter(code=code).first()  # unique
    if found is None:
        sent.errors["directorate"] = NO_SUCH
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ADMIN)
def office_hours(request: HttpRequest, year: int) -> HttpResponse:
    """Let other office hours hold from a day on, or between two days."""
    sent = Sent({"opens": "07:30", "closes": "14:30"})
    if request.method == "POST":
        sent = Sent.of(request)
        first = sent.day("first")
        last = sent.day("last") if sent.values.get("last") else None
        opens, closes = sent.time("opens"), sent.time("closes")
        if last is not None and "last" not in sent.errors and last < first:
            sent.errors["last"] = LAST_BEFORE_FIRST
        if not {"opens", "closes"} & set(sent.errors) and closes <= opens:
            sent.errors["closes"] = CLOSES_BEFORE
        made = OfficeHours(
            directorate=_directorate(sent), in_ramadan=sent.values.get("in_ramadan") == "1",
            valid=DateRange(first, last + changes.ONE_DAY if last else None),
            opens=opens, closes=closes,
        )  # fmt: skip

        def put(change: changes.Change) -> None:
            changes.set_hours(hours=made, change=change)

        if _made(request, sent, put):
            return redirect("home:calendar_year", first.year)
    offices = Directorate.objects.order_by("name_ar")
    return _form(request, "hours", sent, year=_year(year), directorates=offices)
