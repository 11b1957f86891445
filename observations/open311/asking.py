"""What a question to GeoReport v2 asks: the form, the city, days, pages and ids."""

import datetime as dt
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError

from municipality import asked
from municipality.conf import PROFILE
from municipality.documents.file_gate import Unreadable
from municipality.people.access import not_found
from municipality.problems import Problem, bad_value
from municipality.words import Text
from observations.open311.writing import JSON, XML, refused
from observations.reports.models import Status
from observations.reports.public import PUBLIC_STATUSES

LONGEST_SPAN = dt.timedelta(days=90)  # of the standard
MOST_ROWS = 1_000  # of the standard
LAST_PAGE = 100_000
STATUSES = {
    "open": (Status.NEW, Status.REFERRED, Status.IN_PROGRESS),
    "closed": (Status.CLOSED,),
}
BAD_REQUEST = Text("تعذر فهم الطلب.", "The request could not be understood.")
OTHER_CITY = Text(
    "لا بلدية بهذا jurisdiction_id هنا؛ هذه {code}.",
    "There is no such jurisdiction_id here; this is {code}.",
).with_values(code=PROFILE.code)
TOO_LONG = Text("بين البداية والنهاية 90 يومًا على الأكثر.", "A span has 90 days at most.")
BACKWARDS = Text("البداية بعد النهاية.", "The start is after the end.")
OPEN_CLOSED = Text("status: open أو closed.", "status is open or closed.")
NO_NUL = Text("في أحد الحقول محرف لا يُقبل.", "A field holds a character that is not taken.")
TOO_MANY = Text(
    f"يُسأل عن {MOST_ROWS} ملاحظة على الأكثر.", f"At most {MOST_ROWS} requests are asked for."
)
_View = TypeVar("_View", bound=Callable[..., HttpResponse])


def form_of(request: HttpRequest, suffix: str) -> str:
    """Return json or xml: as the address ends, else as Accept says, else JSON."""
    if suffix in (JSON, XML):
        return suffix
    accept = request.headers.get("Accept", "")
    return XML if "xml" in accept and "json" not in accept and "html" not in accept else JSON


def parted(name: str) -> tuple[str, str]:
    """Split what stands last in an address into the name and its form, if it has one."""
    for form in (JSON, XML):
        if name.endswith(f".{form}"):
            return name.removesuffix(f".{form}"), form
    return name, ""


def _carry_key(request: HttpRequest) -> None:
    """Put a key that came as ``api_key`` where keys are looked for."""
    key = request.POST.get("api_key") or request.GET.get("api_key")
    if key:
        request.key_as_parameter = key.strip()  # type: ignore[attr-defined]


def _told(request: HttpRequest, name: str) -> str | None:
    value = request.POST.get(name) or request.GET.get(name)
    return value.strip() if value else None


def _check(request: HttpRequest) -> None:
    for told in (request.GET, request.POST):
        if any("\0" in value for name in told for value in (name, *told.getlist(name))):
            raise Problem(400, "bad_request", NO_NUL)
    city = _told(request, "jurisdiction_id")
    if city is not None and city != PROFILE.code:
        raise bad_value("jurisdiction_id", OTHER_CITY, status=404)


def speaks_open311(view: _View) -> _View:
    """Let a view refuse in the standard's own form, and be asked with ``api_key``.

    Stands outside of ``open_to``, whose refusals are told so as well.
    """

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **values: Any) -> HttpResponse:
        last = next((str(value) for value in values.values()), "")
        form = form_of(request, last if last in (JSON, XML) else parted(last)[1])
        try:
            _carry_key(request)
            _check(request)
            return view(request, *args, **values)
        except Problem as problem:
            return refused(problem, form=form)
        except Unreadable as unreadable:
            return refused(Problem(400, "not_accepted", unreadable.words), form=form)
        except (MultiPartParserError, SuspiciousOperation, UnicodeError):
            return refused(Problem(400, "bad_request", BAD_REQUEST), form=form)

    return cast(_View, answered)


def in_form(request: HttpRequest, suffix: str) -> str:
    """Return the form of an address that ends in one; raises Problem 404 for another ending."""
    if suffix not in ("", JSON, XML):
        raise not_found()
    return form_of(request, suffix)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which requests a question asks for: [since, until], a page of so many rows."""

    since: dt.datetime
    until: dt.datetime
    codes: tuple[str, ...]
    statuses: tuple[int, ...]
    updated_after: dt.datetime | None
    first: int
    most: int


def _several(request: HttpRequest, name: str) -> tuple[str, ...]:
    return tuple(part for part in (_told(request, name) or "").split(",") if part.strip())


def _span(request: HttpRequest, *, at: dt.datetime) -> tuple[dt.datetime, dt.datetime]:
    start, end = _told(request, "start_date"), _told(request, "end_date")
    until = asked.moment(end, name="end_date", default=at)
    since = asked.moment(start, name="start_date", default=until - LONGEST_SPAN)
    if start and not end:
        until = min(at, since + LONGEST_SPAN)
    if since > until and end:
        raise bad_value("start_date", BACKWARDS)
    if until - since > LONGEST_SPAN:
        raise bad_value("end_date", TOO_LONG)
    return since, until


def _statuses(request: HttpRequest) -> tuple[int, ...]:
    chosen = _several(request, "status")
    if any(one.strip() not in STATUSES for one in chosen):
        raise bad_value("status", OPEN_CLOSED)
    if not chosen:
        return tuple(PUBLIC_STATUSES)
    return tuple(status for one in chosen for status in STATUSES[one.strip()])


def wanted(request: HttpRequest, *, at: dt.datetime) -> Wanted:
    """Read which requests are asked for; without days, those of the last 90.

    Raises Problem 400 or 422 for a span of more than 90 days and for values that are none.
    """
    since, until = _span(request, at=at)
    page = asked.whole(_told(request, "page") or "1", name="page", low=1, high=LAST_PAGE)
    size = asked.whole(
        _told(request, "page_size") or str(MOST_ROWS), name="page_size", low=1, high=MOST_ROWS
    )
    after = _told(request, "updated_after")
    return Wanted(
        since, until,
        codes=tuple(code.strip() for code in _several(request, "service_code")),
        statuses=_statuses(request),
        updated_after=asked.moment(after, name="updated_after", default=at) if after else None,
        first=(page - 1) * size, most=size,
    )  # fmt: skip


def ids_of(request: HttpRequest) -> list[uuid.UUID] | None:
    """Return the ids of ``service_request_id``, which goes before all else; None: not asked."""
    told = _several(request, "service_request_id")
    if not told:
        return None
    if len(told) > MOST_ROWS:
        raise bad_value("service_request_id", TOO_MANY)
    return [found for found in map(id_of, told) if found is not None]


def id_of(text: str) -> uuid.UUID | None:
    """Read an id of a request; None for what is none."""
    try:
        return uuid.UUID(text.strip())
    except ValueError:
        return None
