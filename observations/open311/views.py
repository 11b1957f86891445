"""``/open311/``: GeoReport v2 for anybody to read, and for partners to send."""

import datetime as dt
import uuid
from collections.abc import Collection

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from municipality.city_time import city_day
from municipality.clock import database_now
from municipality.people.access import ANYONE, PARTNER, not_found, open_to
from municipality.people.models import PartnerKey
from municipality.people.partner_keys import is_granted
from municipality.problems import Problem
from municipality.reach import as_system
from municipality.words import Text
from observations.open311.asking import (
    Wanted,
    id_of,
    ids_of,
    in_form,
    parted,
    speaks_open311,
    wanted,
)
from observations.open311.receiving import read, receive
from observations.open311.telling import (
    CITY,
    PREFIX,
    own_rows,
    public_rows,
    service,
    source_of,
)
from observations.open311.writing import Row, listed, single
from observations.reports.models import Category, Submission
from observations.reports.public import PublicReport, public_reports

GRANT = "open311"
CHANGED = "2026-11-29T00:00:00Z"  # of the addresses, not of what they answer
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
NO_KEY = Text(
    "يلزم مفتاح شريك صالح لبلاغات Open311: api_key، أو Authorization: Bearer.",
    "A valid partner key for Open311 is needed: api_key, or Authorization: Bearer.",
)
ABOUT_KEYS = Text(
    "القراءة بلا مفتاح. مفتاح الإرسال تصدره البلدية للجهات الشريكة.",
    "Reading needs no key. The key for sending is made by the municipality for its partners.",
)
SENT = Text(
    "وصلت برقم {number}. تُعرض للعموم بعد مراجعتها، ولا قبل يوم من رصدها.",
    "It arrived as {number}. The public sees it once it was looked at, a day later at the soonest.",
)
AGE_S = 60


def _kept(response: HttpResponse, *, by_key: bool = False) -> HttpResponse:
    response["Cache-Control"] = "no-store" if by_key else f"public, max-age={AGE_S}"
    response["Vary"] = "Accept, Accept-Language, Authorization"
    return response


def _partner(request: HttpRequest) -> PartnerKey | None:
    """Return the partner that asks, if it is granted this; no partner for anybody else."""
    return getattr(request, "partner", None) if is_granted(request, GRANT) else None


@speaks_open311
@require_safe
@open_to(ANYONE)
def discovery(request: HttpRequest, form: str = "") -> HttpResponse:
    """Answer where which version of which standard is spoken."""
    row: Row = {
        "changeset": CHANGED,
        "contact": f"{CITY} - {settings.GEO_PUBLIC_URL}",
        "key_service": str(ABOUT_KEYS),
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": f"{settings.GEO_PUBLIC_URL}/open311/v2",
                "changeset": CHANGED,
                "type": "test" if settings.GEO_DEMO else "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }
    return _kept(single(row, form=in_form(request, form), root="discovery"))


def _services(*, at: dt.datetime) -> list[Category]:
    today = city_day(at)
    rows = Category.objects.filter(public=True).order_by("position", "id")
    return [row for row in rows if row.retired_on is None or row.retired_on > today]


@speaks_open311
@require_safe
@open_to(ANYONE)
def services(request: HttpRequest, form: str = "") -> HttpResponse:
    """Answer the public categories as services."""
    rows = [service(category) for category in _services(at=database_now())]
    return _kept(listed(rows, form=in_form(request, form), root="services", item="service"))


@speaks_open311
@require_safe
@open_to(ANYONE)
def service_definition(request: HttpRequest, code: str) -> HttpResponse:
    """Answer what else a service asks for: nothing (``metadata`` is false), or 404."""
    name, form = parted(code)
    if name not in [category.code for category in _services(at=database_now())]:
        raise not_found()
    row = {"service_code": name, "attributes": []}
    return _kept(single(row, form=in_form(request, form), root="service_definition"))


def _asked_for(want: Wanted, *, at: dt.datetime) -> list[Row]:
    found = public_reports(at).filter(
        reported_at__gte=want.since, reported_at__lte=want.until, status__in=want.statuses
    )
    if want.codes:
        found = found.filter(category__code__in=want.codes)
    if want.updated_after is not None:
        found = found.filter(updated_at__gt=want.updated_after)
    ordered = _with_names(found.order_by("-reported_at", "-id"))
    return public_rows(ordered[want.first : want.first + want.most], at=at)


def _with_names(found: QuerySet[PublicReport]) -> QuerySet[PublicReport]:
    return found.select_related("category", "area", "wilayat", "directorate")


def _own(ids: Collection[uuid.UUID], partner: PartnerKey | None) -> list[Submission]:
    if partner is None:
        return []
    with as_system():
        return list(
            Submission.objects.filter(
                observation__public_id__in=ids, observation__source=source_of(partner)
            ).select_related(
                "observation__category", "observation__area", "observation__wilayat",
                "case__directorate",
            )
        )  # fmt: skip


def _by_ids(
    ids: Collection[uuid.UUID], partner: PartnerKey | None, *, at: dt.datetime
) -> list[Row]:
    """Return requests by their ids: a partner's own whole, others as the public sees them."""
    own = _own(ids, partner)
    mine = {made.observation.public_id for made in own}
    others = _with_names(public_reports(at).filter(public_id__in=set(ids) - mine))
    return [*own_rows(own, at=at), *public_rows(others.order_by("-reported_at", "-id"), at=at)]


def _send(request: HttpRequest, form: str) -> HttpResponse:
    partner = _partner(request)
    if partner is None:
        raise Problem(403, "bad_key", NO_KEY)
    at = database_now()
    made = receive(read(request, partner, at=at), partner, at=at)
    row = {
        "service_request_id": str(made.observation.public_id),
        "service_notice": str(SENT.with_values(number=made.case.number)),
        "account_id": None,
        f"{PREFIX}number": made.case.number,
    }
    return _kept(
        listed([row], form=form, root="service_requests", item="request", status=201), by_key=True
    )


@csrf_exempt  # a key writes here, never a cookie
@speaks_open311
@require_http_methods(["GET", "HEAD", "POST"])
@open_to(ANYONE, PARTNER)
def requests(request: HttpRequest, form: str = "") -> HttpResponse:
    """Answer public requests, at most 1,000 of 90 days; POST takes one in from a partner."""
    form = in_form(request, form)
    if request.method == "POST":
        return _send(request, form)
    at, partner = database_now(), _partner(request)
    ids = ids_of(request)
    rows = (
        _asked_for(wanted(request, at=at), at=at) if ids is None else _by_ids(ids, partner, at=at)
    )
    answer = listed(rows, form=form, root="service_requests", item="request")
    return _kept(answer, by_key=partner is not None)


def _one(request: HttpRequest, text: str) -> Row:
    found = id_of(text)
    rows = [] if found is None else _by_ids([found], _partner(request), at=database_now())
    if not rows:
        raise not_found()
    return rows[0]


@speaks_open311
@require_safe
@open_to(ANYONE, PARTNER)
def one_request(request: HttpRequest, request_id: str) -> HttpResponse:
    """Answer one request: shown to all, or sent by the partner that asks; else 404."""
    name, form = parted(request_id)
    rows = [_one(request, name)]
    answer = listed(rows, form=in_form(request, form), root="service_requests", item="request")
    return _kept(answer, by_key=_partner(request) is not None)


@speaks_open311
@require_safe
@open_to(ANYONE, PARTNER)
def token(request: HttpRequest, token: str) -> HttpResponse:
    """Answer the id of a token: a request has its id at once here, so the token is the id."""
    name, form = parted(token)
    row = {"service_request_id": _one(request, name)["service_request_id"], "token": name}
    answer = listed([row], form=in_form(request, form), root="service_requests", item="request")
    return _kept(answer, by_key=_partner(request) is not None)
