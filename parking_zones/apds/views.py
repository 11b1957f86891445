"""``/apds/``: places, rates, rights and quotes of parking as APDS asks (parkingdata/spec)."""

import datetime as dt
import math
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from municipality import asked, crs
from municipality.digits import NotANumber, integer, number
from municipality.geometry_gate import strict_json
from municipality.people.access import ANYONE, PARTNER, not_found, open_to
from municipality.people.partner_keys import is_granted
from municipality.problems import bad_value
from municipality.words import Text
from parking_zones.apds.common import CITY_ID, Json, begins, listed
from parking_zones.apds.places import (
    city_days,
    city_json,
    city_reference,
    places,
    zone_id,
    zone_json,
)
from parking_zones.apds.quotes import quotes as quotes_of
from parking_zones.apds.quotes import read_request
from parking_zones.apds.rates import permit_rates, rate_references, zone_rates
from parking_zones.apds.rights import Question, assigned
from parking_zones.apds.specs import by_place, facts_of, spec_days, spec_ids
from parking_zones.apds.specs import specs as specs_of
from parking_zones.plates import NotAPlate, Plate, read_plate
from parking_zones.zones.book import ZoneBook, ZoneOnDay, zone_book

GRANT = "parking_rights"
AROUND = ("latitude", "longitude", "radius")
MOST_M = 100_000
DEGREES = Text("{name} عدد بالدرجات.", "{name} is a number of degrees.")
RADIUS = Text("نصف القطر بالأمتار.", "The radius is in metres.")
TOGETHER = Text("تُكتب معًا: {names}.", "These go together: {names}.")
VERSION = Text("رقم الإصدار من 1.", "A version is a number from 1 on.")
ONE_PLATE = Text(
    "يُسأل عن لوحة واحدة: credential_type=licensePlate وcredential_id.",
    "Ask for one plate: credential_type=licensePlate and credential_id.",
)
ONE_PLACE = Text(
    "اذكر المنطقة التي تقف فيها المركبة: place.", "Name the zone where the vehicle stands: place."
)


@dataclass(frozen=True, slots=True)
class _Told:
    """Everything that is told of a moment: the day it is in the city, and the rows."""

    book: ZoneBook
    at: dt.datetime
    on: dt.date

    def rates(self) -> list[Json]:
        """Every version of every rate table."""
        zones: list[ZoneOnDay | None] = [None, *self.book.on_day(self.on)]
        return [*zone_rates(self.book, zones), *permit_rates()]

    def specs(self) -> list[Json]:
        """The rights of the day."""
        rates = rate_references(self.rates(), at=begins(self.on))
        return specs_of(facts_of(self.book, on=self.on, rates=rates))

    def places(self) -> list[Json]:
        """The city and its zones."""
        return places(self.book, by_place(self.specs()), on=self.on)


def _now() -> _Told:
    book, at = zone_book(), timezone.now()
    return _Told(book, at, at.astimezone(book.calendar.zone).date())


def _on(told: _Told, day: dt.date) -> _Told:
    return _Told(told.book, told.at, day)


def _answer(body: Json) -> JsonResponse:
    return JsonResponse(body, json_dumps_params={"ensure_ascii": False})


def _ids(request: HttpRequest, name: str) -> frozenset[str] | None:
    """Read a comma-separated list; None where it is not given."""
    text = asked.one(request, name)
    return None if text is None else frozenset(one.strip().lower() for one in text.split(","))


def _version(request: HttpRequest) -> int | None:
    text = asked.one(request, "version")
    if text is None:
        return None
    try:
        found = integer(text)
    except NotANumber:
        found = 0
    if not 1 <= found <= MOST_M:
        raise bad_value("version", VERSION, status=400)
    return found


def _degrees(request: HttpRequest, name: str) -> float:
    limit = 90.0 if name == "latitude" else 180.0
    try:
        found = number(asked.one(request, name) or "")
    except NotANumber:
        found = math.nan
    if not -limit <= found <= limit:
        raise bad_value(name, DEGREES.with_values(name=name), status=400)
    return found


def _near(request: HttpRequest, told: _Told) -> frozenset[str] | None:
    """Return the ids of the zones round a point by metres; None where no point is given."""
    given = [name for name in AROUND if name in request.GET]
    if not given:
        return None
    if len(given) < len(AROUND):
        raise bad_value(given[0], TOGETHER.with_values(names=", ".join(AROUND)), status=400)
    point = crs.metric_point(_degrees(request, "longitude"), _degrees(request, "latitude"))
    try:
        radius = integer(asked.one(request, "radius") or "")
    except NotANumber:
        radius = -1
    if not 0 <= radius <= MOST_M:
        raise bad_value("radius", RADIUS, status=400)
    zones = told.book.on_day(told.on)
    return frozenset(zone_id(one) for one in zones if one.boundary.distance(point) <= radius)


def _wanted_places(request: HttpRequest, told: _Told) -> frozenset[str] | None:
    """Return the ids of the places asked for, by name or by position; None for all."""
    named, near = _ids(request, "place"), _near(request, told)
    if named is None or near is None:
        return near if named is None else named
    return named & near


def _of_places(rows: Sequence[Json], wanted: Collection[str]) -> list[Json]:
    return [row for row in rows if any(place["id"] in wanted for place in row["hierarchyElements"])]


def _rates_of(specs: Sequence[Json]) -> set[str]:
    return {one["rateTable"]["id"] for row in specs for one in row["rateEligibility"]}


def _one(rows: Sequence[Json], id_: uuid.UUID, version: int | None) -> JsonResponse:
    """Answer the row of an id, of one version or the last of them; raises Problem 404."""
    held = [row for row in rows if row["id"] == str(id_)]
    if version is not None:
        held = [row for row in held if row["version"] == version]
    if not held:
        raise not_found()
    return _answer(held[-1])


@require_safe
@open_to(ANYONE)
def place_list(request: HttpRequest) -> JsonResponse:
    """Answer the city and its zones, narrowed by position, type or name."""
    asked.only(request, (*AROUND, "type", "name", "expand"))
    told = _now()
    rows, near, kinds = told.places(), _near(request, told), _ids(request, "type")
    name = asked.one(request, "name")
    if near is not None:
        rows = [row for row in rows if row["id"] in near]
    if kinds is not None:
        rows = [row for row in rows if row["type"].lower() in kinds]
    if name is not None:
        rows = [row for row in rows if any(name in one["string"] for one in row["name"])]
    return _answer(listed(rows, at=told.at))


@require_safe
@open_to(ANYONE)
def place(request: HttpRequest, id_: uuid.UUID) -> JsonResponse:
    """Answer one place as it is, or one ``version`` of it."""
    asked.only(request, ("version", "expand"))
    told, version = _now(), _version(request)
    if version is None:
        return _one(told.places(), id_, None)
    if str(id_) == CITY_ID:
        days = city_days(told.book)
        if version > len(days):
            raise not_found()
        return _answer(city_json(told.book, on=days[version - 1]))
    for row in told.book.versions:
        if zone_id(row) == str(id_) and row.version == version:
            then = _on(told, row.span.first or told.on)
            city = city_reference(told.book, on=then.on)
            rights = by_place(then.specs()).get(zone_id(row), [])
            return _answer(zone_json(row, city=city, rights=rights))
    raise not_found()


@require_safe
@open_to(ANYONE)
def rate_list(request: HttpRequest) -> JsonResponse:
    """Answer the rate tables in force and decided, narrowed by place, position or right."""
    asked.only(request, (*AROUND, "place", "right_spec", "expand"))
    told = _now()
    now = begins(told.on)
    rows = [row for row in told.rates() if row.get("validityEnd", "9999") > now]
    places_asked, rights = _wanted_places(request, told), _ids(request, "right_spec")
    if places_asked is not None or rights is not None:
        specs = told.specs()
        if places_asked is not None:
            specs = _of_places(specs, places_asked)
        if rights is not None:
            specs = [row for row in specs if row["id"] in rights]
        held = _rates_of(specs)
        rows = [row for row in rows if row["id"] in held]
    return _answer(listed(rows, at=told.at))


@require_safe
@open_to(ANYONE)
def rate(request: HttpRequest, id_: uuid.UUID) -> JsonResponse:
    """Answer one rate table as it holds now, or one ``version`` of it."""
    asked.only(request, ("version", "expand"))
    told, version = _now(), _version(request)
    rows = told.rates()
    if version is None:
        now = begins(told.on)
        rows = [row for row in rows if row["validityStart"] <= now]
    return _one(rows, id_, version)


@require_safe
@open_to(ANYONE)
def spec_list(request: HttpRequest) -> JsonResponse:
    """Answer the rights that may be had today, narrowed by place or position."""
    asked.only(request, (*AROUND, "place", "expand"))
    told = _now()
    rows, wanted = told.specs(), _wanted_places(request, told)
    if wanted is not None:
        rows = _of_places(rows, wanted)
    return _answer(listed(rows, at=told.at))


@require_safe
@open_to(ANYONE)
def spec(request: HttpRequest, id_: uuid.UUID) -> JsonResponse:
    """Answer one right as it is today, or one ``version`` of it."""
    asked.only(request, ("version", "expand"))
    told, version = _now(), _version(request)
    if version is None:
        return _one(told.specs(), id_, None)
    for zone in (None, *told.book.versions):
        if str(id_) in spec_ids(zone):
            days = spec_days(told.book, zone)
            then = _on(told, days[version - 1]) if version <= len(days) else told
            return _one(then.specs(), id_, version)
    raise not_found()


@csrf_exempt  # nothing is written here
@require_POST
@open_to(ANYONE)
def quotes(request: HttpRequest) -> JsonResponse:
    """Answer what tickets of the asked lengths would cost; nothing is kept."""
    asked.only(request, ("expand",))
    wanted, at = read_request(strict_json(request.body)), timezone.now()
    return _answer(listed(quotes_of(wanted, zone_book(), at=at), at=at))


def _plate(request: HttpRequest) -> Plate:
    """Read the one plate asked for; raises Problem 400, 422."""
    kind, text = asked.one(request, "credential_type"), asked.one(request, "credential_id")
    if kind not in ("licensePlate", "vehicleplate") or not text or "," in text:
        raise bad_value("credential_id", ONE_PLATE, status=400)
    try:
        return read_plate(text)
    except NotAPlate as fault:
        raise bad_value("credential_id", fault.sentence) from None


def _zone_asked(request: HttpRequest, told: _Told) -> ZoneOnDay:
    """Return the one zone asked for; raises Problem 400 for none, several or an unknown one."""
    wanted = asked.one(request, "place")
    for zone in told.book.on_day(told.on):
        if wanted is not None and zone_id(zone) == wanted.strip().lower():
            return zone
    raise bad_value("place", ONE_PLACE, status=400)


@never_cache
@require_safe
@open_to(PARTNER)
def assigned_list(request: HttpRequest) -> JsonResponse:
    """Answer a granted partner which rights cover one plate in one zone now; who asks is kept."""
    if not is_granted(request, GRANT):
        raise not_found()
    asked.only(request, ("credential_type", "credential_id", "place", "expand"))
    told = _now()
    question = Question(_plate(request), _zone_asked(request, told), told.at, told.on)
    partner = request.partner  # type: ignore[attr-defined]  # open_to has put it there
    with transaction.atomic():
        rows = assigned(question, told.book, asked_by=partner)
    return _answer(listed(rows, at=told.at))
