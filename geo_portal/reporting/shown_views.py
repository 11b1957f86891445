"""What anybody reads of people's reports: a list with its map, one report, open data.

The rows are those of the public view of the database, for staff too, and no count of anything else
is told (decisions 0084 and 0089): a kind, a stage, a month, a place that several houses share, and
pictures in which faces are hidden.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from geo_portal.home.page_config import map_config
from municipality import geojson
from municipality.clock import database_now
from municipality.csv_lines import MEDIA_TYPE, csv_lines
from municipality.people.access import ANYONE, SIGNED_IN, not_found, open_to
from municipality.people.acting_person import person_of
from municipality.people.models import User
from municipality.places.models import Area, Wilayat
from municipality.words import Text
from observations.reports.following import ENDED, follow
from observations.reports.models import Category, Follower, Observation, Status
from observations.reports.photos import released_photos
from observations.reports.public import PublicReport, public_reports

A_PAGE, ON_MAP, MOST_OPEN, A_CHUNK, LONGEST = 20, 500, 20_000, 2_000, 60
AGE_S = 60
NAMES = ("category", "wilayat", "area")
FIELDS = (
    "id", "category", "category_ar", "category_en", "stage", "month", "wilayat", "area",
    "lon", "lat",
)  # fmt: skip
STAGES = {
    Status.NEW: (Text("وصلت إلى البلدية", "Received"), "info", "info"),
    Status.REFERRED: (Text("عند الجهة المختصة", "With the department"), "info", "info"),
    Status.IN_PROGRESS: (Text("قيد التنفيذ", "Being worked on"), "near", "diamond"),
    Status.CLOSED: (Text("عولجت", "Dealt with"), "pass", "pass"),
}
FOLLOWED = Text(
    "تتابع هذه الملاحظة، وتصلك رسالة عند انتهائها.",
    "You follow this report and get a message when it ends.",
)
HAS_ENDED = Text("انتهت هذه الملاحظة.", "This report has ended.")


def _wanted(request: HttpRequest) -> dict[str, str]:
    return {name: request.GET.get(name, "").replace("\x00", "")[:LONGEST] for name in NAMES}


def _found(wanted: dict[str, str], *, at: dt.datetime) -> QuerySet[PublicReport]:
    """Return the shown reports that are looked for, the latest first."""
    told = {f"{name}__code": code for name, code in wanted.items() if code}
    found = public_reports(at).filter(**told).select_related("category", "area", "wilayat")
    return found.order_by("-reported_at", "-id")


def _url(report: PublicReport) -> str:
    return reverse("reporting:shown_one", args=[report.public_id])


def _facts(report: PublicReport) -> dict[str, Any]:
    """Write what the open data tell of a report, all of it."""
    return {
        "id": str(report.public_id),
        "category": report.category.code,
        "category_ar": report.category.name_ar,
        "category_en": report.category.name_en,
        "stage": Status(report.status).name.lower(),
        "month": f"{report.reported_on:%Y-%m}",
        "wilayat": report.wilayat.code if report.wilayat is not None else None,
        "area": report.area.code if report.area is not None else None,
    }


def _position(report: PublicReport) -> list[float]:
    return geojson.position(report.point.x, report.point.y)


def _feature(report: PublicReport, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": _position(report)},
        "properties": properties,
    }


def _line(report: PublicReport) -> dict[str, Any]:
    lon, lat = _position(report)
    return {**_facts(report), "lon": lon, "lat": lat}


def _things(reports: Sequence[PublicReport]) -> dict[str, Any]:
    """Write what the map shows: where, and which page a click opens."""
    features = [_feature(one, {"url": _url(one)}) for one in reports]
    return {"type": "FeatureCollection", "features": features}


def _rows(
    request: HttpRequest, reports: Sequence[PublicReport], *, at: dt.datetime
) -> list[dict[str, Any]]:
    """Write reports as the pages show them."""
    ids = [report.pk for report in reports]
    photos, following = released_photos(ids, at=at), frozenset[int]()
    if isinstance(request.user, User):
        mine = Follower.objects.filter(person=request.user, observation__in=ids)
        following = frozenset(mine.values_list("observation_id", flat=True))
    rows = []
    for report in reports:
        stage, tone, icon = STAGES[Status(report.status)]
        rows.append({
            "id": report.public_id, "url": _url(report), "category": report.category,
            "stage": stage, "tone": tone, "icon": icon, "month": report.reported_on,
            "area": report.area, "wilayat": report.wilayat, "photos": photos.get(report.pk, []),
            "following": report.pk in following, "has_ended": report.status in ENDED,
        })  # fmt: skip
    return rows


@require_safe
@open_to(ANYONE)
def shown(request: HttpRequest) -> HttpResponse:
    """Show the reports that the public sees, as a list and on the map."""
    at, wanted = database_now(), _wanted(request)
    found = _found(wanted, at=at)
    page = Paginator(found, A_PAGE).get_page(request.GET.get("page"))
    query = request.GET.copy()
    query.pop("page", None)
    things = _things(list(found[:ON_MAP]))
    context = {
        "rows": _rows(request, list(page), at=at),
        "page": page,
        "on_map": len(things["features"]),
        "wanted": wanted,
        "query": query.urlencode(),
        "categories": Category.objects.filter(public=True).order_by("position", "code"),
        "wilayats": Wilayat.objects.order_by("pk"),
        "areas": Area.objects.filter(wilayat__code=wanted["wilayat"]).order_by("name_ar")
        if wanted["wilayat"] else (),
        "config": map_config(request, things=things),
    }  # fmt: skip
    return render(request, "reporting/shown.html", context)


def _one(public_id: uuid.UUID, *, at: dt.datetime) -> PublicReport:
    """Return a shown report; Problem 404 for one that is not shown as for one that is not there."""
    found = _found({}, at=at).filter(public_id=public_id).first()
    if found is None:
        raise not_found()
    return found


@require_safe
@open_to(ANYONE)
def shown_one(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show one report, and the others that share its public place."""
    at = database_now()
    report = _one(public_id, at=at)
    others = _found({}, at=at).filter(point=report.point).exclude(pk=report.pk)[:A_PAGE]
    context = {
        "row": _rows(request, [report], at=at)[0],
        "others": _rows(request, list(others), at=at),
        "config": map_config(request, things=_things([report])),
    }
    return render(request, "reporting/shown_one.html", context)


@require_POST
@open_to(SIGNED_IN)
def follow_shown(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Follow a shown report: me too."""
    at = database_now()
    report = _one(public_id, at=at)
    if report.status in ENDED:
        messages.error(request, str(HAS_ENDED))
    else:
        observation = Observation.objects.get(pk=report.pk)
        follow(observation=observation, person=person_of(request), at=at)
        messages.success(request, str(FOLLOWED))
    return redirect(_url(report))


@require_safe
@open_to(ANYONE)
def shown_data(request: HttpRequest, form: str) -> HttpResponse | StreamingHttpResponse:
    """Give the same rows: all as CSV; as GeoJSON at most so many, and says so."""
    rows = _found(_wanted(request), at=database_now())
    answer: HttpResponse | StreamingHttpResponse
    if form == "geojson":
        features = [_feature(one, _facts(one)) for one in rows[:MOST_OPEN]]
        body = {
            "type": "FeatureCollection", "features": features,
            "numberMatched": rows.count(), "numberReturned": len(features),
        }  # fmt: skip
        answer = geojson.response(body)
    elif form == "csv":
        lines = csv_lines(FIELDS, (_line(one) for one in rows.iterator(A_CHUNK)))
        answer = StreamingHttpResponse(lines, content_type=MEDIA_TYPE)
        answer["Content-Disposition"] = 'attachment; filename="observations.csv"'
    else:
        raise not_found()
    answer["Cache-Control"] = f"public, max-age={AGE_S}"
    return answer
