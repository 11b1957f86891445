"""The internal auditor: search the history, and prove that nobody has rewritten it."""

import datetime as dt
import time
from contextlib import suppress
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from geo_portal.staff.act_words import in_words, name_of
from municipality.asked import today
from municipality.billing.bills.models import Bill
from municipality.cases.models import Case
from municipality.cases.queries import numbers_in
from municipality.conf import PROFILE
from municipality.digits import western
from municipality.history.models import Entry, Head
from municipality.history.verification import verify
from municipality.moments import FIRST_YEAR, LAST_YEAR
from municipality.people.access import open_to
from municipality.people.models import User
from municipality.phones import NotAPhone, phone
from municipality.words import Text

AUDITOR = "auditor"
A_PAGE = 50
FIELDS = ("stream", "person", "act", "from", "to")
WRONG_DAY = Text("اكتب التاريخ هكذا: 2026-01-31.", "Write the day like 2026-01-31.")
WRONG_SPAN = Text("«من يوم» بعد «إلى يوم».", "“From” is later than “To”.")
MOST_FINDINGS = 200


def _day(text: str, errors: dict[str, Text], name: str) -> dt.datetime | None:
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(western(text))
        if not FIRST_YEAR <= day.year <= LAST_YEAR:
            raise ValueError
    except ValueError:
        errors[name] = WRONG_DAY
        return None
    return dt.datetime.combine(day, dt.time(), PROFILE.time_zone)


def _people(text: str) -> Q:
    """Whom a user name or a phone means."""
    with suppress(NotAPhone):  # a user name, then
        return Q(username=text) | Q(phone=phone(text))
    return Q(username=text)


def _by_person(found: QuerySet[Entry], text: str) -> QuerySet[Entry]:
    """Narrow to who did it: a person's number, user name or phone, or part of the name then."""
    held = list(User.objects.filter(_people(text)).values_list("pk", flat=True))
    if held:  # before the number: a phone is digits too
        return found.filter(person_id__in=held)
    number = western(text)
    if number.isascii() and number.isdecimal() and len(number) < 19:
        return found.filter(person_id=int(number))
    return found.filter(person_name__icontains=text)


def _streams(text: str) -> list[str]:
    """Return the streams that a number of a case or a bill, or a person, stands for."""
    plain = western(text)
    if "/" in plain:
        return [plain]  # a stream by its own name
    numbers = numbers_in(plain, year=today().year)  # a bill's is written the same way
    people = User.objects.filter(_people(text)).values_list("pk", flat=True)
    cases = [case.stream for case in Case.objects.filter(number__in=numbers)]
    bills = [bill.stream for bill in Bill.objects.filter(number__in=numbers)]
    return [*cases, *bills, *(f"person/{pk}" for pk in people)]


def _searched(values: dict[str, str], errors: dict[str, Text]) -> QuerySet[Entry]:
    found = Entry.objects.order_by("-pk")
    if values["stream"]:
        found = found.filter(stream__in=_streams(values["stream"]))
    if values["act"]:
        found = found.filter(act=values["act"])
    if values["person"]:
        found = _by_person(found, values["person"])
    since, until = _day(values["from"], errors, "from"), _day(values["to"], errors, "to")
    if since and until and until < since:
        errors["to"] = WRONG_SPAN
    if since:
        found = found.filter(at__gte=since)
    if until:
        found = found.filter(at__lt=until + dt.timedelta(days=1))
    return found.none() if errors else found


def _acts() -> list[tuple[str, str]]:
    """Return every act that was done, with its name, in the order of the names."""
    done = Entry.objects.order_by("act").values_list("act", flat=True).distinct()
    return sorted(((act, name_of(act)) for act in done), key=lambda one: one[1])


def _context(request: HttpRequest) -> dict[str, Any]:
    values = {name: request.GET.get(name, "").replace("\x00", "").strip()[:80] for name in FIELDS}
    errors: dict[str, Text] = {}
    found = _searched(values, errors)
    before = western(request.GET.get("before", ""))
    if before.isascii() and before.isdecimal() and len(before) < 19:
        found = found.filter(pk__lt=int(before))
    rows = list(found[: A_PAGE + 1])
    older: dict[str, str] = {**values, "before": str(rows[-2].pk)} if len(rows) > A_PAGE else {}
    return {
        "values": values,
        "errors": errors,
        "rows": in_words(rows[:A_PAGE]),
        "more": urlencode(older),
        "acts": _acts(),
        "head": Head.objects.order_by("before_tx").last(),
    }


@require_safe
@open_to(AUDITOR)
def history(request: HttpRequest) -> HttpResponse:
    """Search the history by stream, person, act and days; newest first."""
    context = _context(request)
    return render(request, "staff/history.html", context, status=422 if context["errors"] else 200)


@require_POST
@open_to(AUDITOR)
def history_verify(request: HttpRequest) -> HttpResponse:
    """Recompute every chain, compare with the signed heads, and say what does not hold."""
    begun = time.perf_counter()
    found = verify()
    took_s = time.perf_counter() - begun
    checked = {
        "findings": found[:MOST_FINDINGS], "count": len(found), "took_s": f"{took_s:.1f}",
        "entries": Entry.objects.count(), "heads": Head.objects.count(),
    }  # fmt: skip
    return render(request, "staff/history.html", {**_context(request), "checked": checked})
