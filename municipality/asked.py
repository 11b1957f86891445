"""What a query string asks: strict reading of dates, moments and unknown names."""

import datetime as dt
import re
from collections.abc import Collection

from django.http import HttpRequest

from municipality.city_time import city_day
from municipality.conf import PROFILE
from municipality.digits import NotANumber, integer, western
from municipality.moments import FIRST_YEAR, LAST_YEAR
from municipality.problems import Problem, bad_value
from municipality.words import Text

YEARS = Text(
    "الوقت مكتوب كما ينبغي، لكنه خارج ما يبلغه التقويم: من عام {first} إلى عام {last}.",
    "The moment is well written but lies beyond the calendar, which runs from {first} to {last}.",
).with_values(first=FIRST_YEAR, last=LAST_YEAR)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def only(request: HttpRequest, names: Collection[str]) -> None:
    """Refuse query parameters that the address does not know, by name; raises Problem 400."""
    unknown = [name for name in request.GET if name not in names]
    if unknown:
        shown = ", ".join(name[:40] for name in unknown[:5])
        raise Problem(
            400,
            "unknown_parameter",
            Text(f"معامل غير معروف: {shown}.", f"Unknown parameter: {shown}."),
        )


def one(request: HttpRequest, name: str) -> str | None:
    """Return a parameter's one value; raises Problem 400 when it stands twice."""
    values = request.GET.getlist(name)
    if len(values) > 1:
        raise bad_value(name, Text(f"تكرر المعامل {name}.", f"{name} is given twice."), status=400)
    return values[0] if values else None


def today() -> dt.date:
    """Return the day it is in the city; for views and commands only."""
    from django.utils import timezone

    return city_day(timezone.now())


def day(text: str | None, *, name: str, default: dt.date) -> dt.date:
    """Read a day ``YYYY-MM-DD`` in any digits; raises Problem 422."""
    if not text:
        return default
    plain = western(text.strip())
    try:
        if not _DAY.fullmatch(plain):
            raise ValueError
        found = dt.date.fromisoformat(plain)
    except ValueError:
        raise bad_value(
            name,
            Text("اكتب التاريخ سنة-شهر-يوم، مثل 2026-11-24.", "Write a date as 2026-11-24."),
        ) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise bad_value(name, YEARS)
    return found


def moment(text: str | None, *, name: str, default: dt.datetime) -> dt.datetime:
    """Read an ISO 8601 moment with an offset or Z; without one, city time; raises Problem 422."""
    if not text:
        return default
    plain = western(text.strip()).replace(" ", "+")  # a plus in a query string arrives as a blank
    try:
        found = dt.datetime.fromisoformat(plain)
    except ValueError:
        raise bad_value(
            name,
            Text(
                "اكتب الوقت مثل 2026-11-24T09:30:00+04:00.",
                "Write a moment as 2026-11-24T09:30:00+04:00.",
            ),
        ) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise bad_value(name, YEARS)
    return found if found.tzinfo else found.replace(tzinfo=PROFILE.time_zone)


def whole(text: str, *, name: str, low: int, high: int) -> int:
    """Read a whole number in any digits within bounds; raises Problem 422."""
    try:
        value = integer(text)
    except NotANumber:
        value = low - 1
    if not low <= value <= high:
        raise bad_value(
            name,
            Text(
                f"{name} رقم صحيح بين {low} و{high}.", f"{name} is a whole number {low} to {high}."
            ),
        )
    return value
