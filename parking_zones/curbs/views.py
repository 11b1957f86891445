"""``/cds/curbs/``: zones, areas and policies of parking as the Curb Data Specification asks."""

import datetime as dt
import math
import uuid
from collections.abc import Sequence

import shapely
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.http import require_safe
from shapely.geometry.base import BaseGeometry

from municipality import asked, crs
from municipality.conf import PROFILE
from municipality.digits import NotANumber, integer, number
from municipality.people.access import ANYONE, not_found, open_to
from municipality.problems import Problem, bad_value
from municipality.words import Text
from parking_zones.curbs.features import (
    area_json,
    curb_areas,
    curb_zones,
    policies_at,
    zone_json,
)
from parking_zones.curbs.policies import Json
from parking_zones.zones.book import ZoneBook, zone_book

VERSION = "1.0.1"
BOX, AROUND = ("min_lat", "min_lng", "max_lat", "max_lng"), ("lat", "lng", "radius")
PUBLISHED = ("published_date", "last_updated_date")
LATEST_MS = 4_102_444_800_000  # the year 2100
MOST_CM = 100_000_00  # 100 km
NOT_IMPLEMENTED = Text(
    "لا تُنشر هذه البيانات بصيغة CDS.", "This is not published in the form of CDS."
)
TIME = Text("الوقت بالميلي ثانية منذ 1970.", "A time is in milliseconds since 1970.")
NUMBER = Text("{name} عدد بالدرجات.", "{name} is a number of degrees.")
RADIUS = Text("نصف القطر بالسنتيمتر.", "The radius is in centimetres.")
TOGETHER = Text("تُكتب معًا: {names}.", "These go together: {names}.")
ONE_WAY = Text("إما مستطيل وإما نقطة ونصف قطر.", "Either a box, or a point with a radius.")


def _whole(request: HttpRequest, name: str, *, most: int, words: Text) -> int:
    """Read a whole number from 0 on; raises Problem 400, as CDS asks, for anything else."""
    try:
        found = integer(asked.one(request, name) or "")
    except NotANumber:
        found = -1
    if not 0 <= found <= most:
        raise bad_value(name, words, status=400)
    return found


def _when(request: HttpRequest) -> dt.datetime:
    """Read ``time``, milliseconds of the UNIX epoch; now where it is not given."""
    if "time" not in request.GET:
        return timezone.now()
    moment = _whole(request, "time", most=LATEST_MS, words=TIME)
    return dt.datetime.fromtimestamp(moment / 1000, dt.UTC)


def _degrees(request: HttpRequest, name: str) -> float:
    limit = 90.0 if "lat" in name else 180.0
    try:
        found = number(asked.one(request, name) or "")
    except NotANumber:
        found = math.nan
    if not -limit <= found <= limit:
        raise bad_value(name, NUMBER.with_values(name=name), status=400)
    return found


def _given(request: HttpRequest, names: Sequence[str]) -> bool:
    """Tell whether parameters that go together are given; raises Problem 400 for some of them."""
    there = [name for name in names if name in request.GET]
    if there and len(there) < len(names):
        raise bad_value(there[0], TOGETHER.with_values(names=", ".join(names)), status=400)
    return bool(there)


def _near(request: HttpRequest, shapes: Sequence[BaseGeometry]) -> list[int]:
    """Return which METRIC shapes are asked for: those in a box, or round a point by distance."""
    is_box, is_round = _given(request, BOX), _given(request, AROUND)
    if is_box and is_round:
        raise bad_value("lat", ONE_WAY, status=400)
    if is_box:
        south, west, north, east = (_degrees(request, name) for name in BOX)
        box = shapely.box(west, south, east, north)
        return [n for n, one in enumerate(crs.from_metric(list(shapes))) if box.intersects(one)]
    if is_round:
        point = crs.metric_point(_degrees(request, "lng"), _degrees(request, "lat"))
        most = _whole(request, "radius", most=MOST_CM, words=RADIUS) / 100
        away = [float(one.distance(point)) for one in shapes]
        return sorted((n for n, far in enumerate(away) if far <= most), key=lambda n: away[n])
    return list(range(len(shapes)))


def _answer(name: str, rows: Sequence[Json], *, is_one: bool = False) -> JsonResponse:
    """Answer rows, none of them published later than now, whatever ``time`` they were asked for."""
    now = int(timezone.now().timestamp() * 1000)
    said = [{**row, **{key: min(row[key], now) for key in PUBLISHED if key in row}} for row in rows]
    body = {
        "version": VERSION,
        "time_zone": str(PROFILE.time_zone),
        "last_updated": _updated(said),
        "currency": PROFILE.currency,
        "author": PROFILE.municipality_en,
        "data": {name: said[0] if is_one else said},
    }
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


def _updated(rows: Sequence[Json]) -> int:
    """Return the latest day from which something of these holds."""
    return max((row["published_date"] for row in rows), default=0)


def _book(request: HttpRequest) -> tuple[ZoneBook, dt.date]:
    book = zone_book()
    return book, _when(request).astimezone(book.calendar.zone).date()


@require_safe
@open_to(ANYONE)
def zones(request: HttpRequest) -> JsonResponse:
    """Answer the curb zones that hold at a ``time``, narrowed by area, box or distance."""
    asked.only(request, ("time", "area", "include_geometry", *BOX, *AROUND))
    book, on = _book(request)
    found = curb_zones(book, on=on)
    areas = curb_areas(found, on=on)
    wanted = asked.one(request, "area")
    if wanted is not None:
        found = [one for area in areas if str(area.id) == wanted.lower() for one in area.zones]
    rows = []
    for at in _near(request, [one.shape for one in found]):
        one = found[at]
        within = [str(area.id) for area in areas if one in area.zones]
        rows.append(zone_json(one, book, on=on, areas=within))
    if asked.one(request, "include_geometry") == "false":
        for row in rows:
            del row["geometry"]
    return _answer("zones", rows)


@require_safe
@open_to(ANYONE)
def zone(request: HttpRequest, curb_zone_id: uuid.UUID) -> JsonResponse:
    """Answer one curb zone; 404 for one that does not hold at the ``time``."""
    asked.only(request, ("time",))
    book, on = _book(request)
    found = curb_zones(book, on=on)
    for one in found:
        if one.id == curb_zone_id:
            areas = [str(area.id) for area in curb_areas([one], on=on)]
            row = zone_json(one, book, on=on, areas=areas)
            return _answer("zone", [row], is_one=True)
    raise not_found()


@require_safe
@open_to(ANYONE)
def areas(request: HttpRequest) -> JsonResponse:
    """Answer the housing areas in which zones lie, narrowed by box or distance."""
    asked.only(request, ("time", *BOX, *AROUND))
    book, on = _book(request)
    found = curb_zones(book, on=on)
    held = curb_areas(found, on=on)
    near = _near(request, [area.shape for area in held])
    rows = [area_json(held[at], book.calendar.zone) for at in near]
    return _answer("areas", rows)


@require_safe
@open_to(ANYONE)
def policies(request: HttpRequest) -> JsonResponse:
    """Answer the policies of all zones of a ``time``, each once; only some ``ids`` if given."""
    asked.only(request, ("time", "ids"))
    book, on = _book(request)
    known: dict[str, Json] = {}
    for one in curb_zones(book, on=on):
        for row in policies_at(one, book, on=on):
            known.setdefault(row["curb_policy_id"], row)
    wanted = asked.one(request, "ids")
    if wanted is not None:
        ids = {text.strip().lower() for text in wanted.split(",")}
        known = {name: row for name, row in known.items() if name in ids}
    rows = list(known.values())
    return _answer("policies", rows)


@require_safe
@open_to(ANYONE)
def not_implemented(request: HttpRequest) -> JsonResponse:
    """Say 501, as the specification asks of an optional address that a server does not have."""
    raise Problem(501, "not_published", NOT_IMPLEMENTED)
