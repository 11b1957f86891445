"""The inspector's questions for machines: ``/api/parking/check`` and ``/api/parking/violations``.

A device that was without a connection sends later what it kept: each with its own key, its own
moment, and the device's clock at sending, by which the moment is put right.
"""

import datetime as dt
from typing import Any

from django.http import HttpRequest, JsonResponse
from ninja import Router
from shapely.geometry import Point

from geo_portal.casework.api import body_of
from geo_portal.parking.buying import needed, plate_from, short_key
from municipality import asked, geometry_gate
from municipality.calendar.rest_days import NoCalendar
from municipality.clock import database_now
from municipality.documents.file_gate import Unreadable
from municipality.documents.intake import accept
from municipality.documents.store import digest
from municipality.located import DEFAULT_ACCURACY_M
from municipality.moments import utc_text
from municipality.people.access import not_found, open_to
from municipality.people.acting_person import actor_of, person_of
from municipality.problems import Problem, bad_value
from municipality.words import Text
from parking_zones.inspection.checks import Asked, check, words_for_now
from parking_zones.inspection.models import ParkingCheck
from parking_zones.inspection.queries import near_plates
from parking_zones.plates import NotAPlate, read_plate, vehicle_of_key
from parking_zones.tickets.quotes import NO_CALENDAR
from parking_zones.violations.actions import New, issue
from parking_zones.violations.models import Violation
from parking_zones.violations.queries import known, of_the_day, offences_on
from parking_zones.zones.queries import city_time

router = Router(tags=["parking"])
INSPECTOR = "inspector"
OLDEST = dt.timedelta(days=7)  # of what a device kept while it had no connection
AHEAD = dt.timedelta(seconds=90)  # of a clock that is not quite right
ORIGINS = ("gps", "pin")
MOST_PHOTOS = 6
TOO_OLD = Text(
    "الوقت في المستقبل أو أقدم من سبعة أيام.", "The time is ahead, or more than seven days ago."
)
WHICH_ORIGIN = Text("origin: gps أو pin.", "origin: gps or pin.")
TOO_MANY = Text(
    f"للمخالفة {MOST_PHOTOS} صور على الأكثر.", f"A violation has {MOST_PHOTOS} photos at most."
)
NO_PHOTO = Text("أرفق صورة في الحقل photo.", "Attach a photo as photo.")
CHECK_FIELDS: dict[str, type] = {
    "plate": str, "country": str, "lon": object, "lat": object, "accuracy_m": object,
    "origin": str, "at": str, "sent_at": str, "key": str,
}  # fmt: skip
VIOLATION_FIELDS: dict[str, type] = {
    "check": str, "offence": str, "at": str, "sent_at": str, "note": str, "key": str,
    "supervisor": bool,
}  # fmt: skip


def _schema(fields: dict[str, Any], required: list[str]) -> dict[str, Any]:
    schema = {
        "type": "object", "additionalProperties": False, "properties": fields,
        "required": required,
    }  # fmt: skip
    return {"requestBody": {"content": {"application/json": {"schema": schema}}}}


TEXT, NUMBER, MOMENT = {"type": "string"}, {"type": "number"}, {
    "type": "string", "format": "date-time",
}  # fmt: skip
CHECK_BODY = _schema(
    {
        "plate": TEXT, "country": TEXT, "lon": NUMBER, "lat": NUMBER, "accuracy_m": NUMBER,
        "origin": {"type": "string", "enum": list(ORIGINS)}, "at": MOMENT,
        "sent_at": {**MOMENT, "description": "the device's clock at sending: puts `at` right"},
        "key": {**TEXT, "description": "the device's own of this check; sent again, it is one"},
    },
    ["plate", "lon", "lat"],
)  # fmt: skip
VIOLATION_BODY = _schema(
    {
        "check": {**TEXT, "description": "id of one's own check, at most ten minutes old"},
        "offence": TEXT, "at": MOMENT, "sent_at": MOMENT, "note": TEXT, "key": TEXT,
        "supervisor": {"type": "boolean", "description": "lay it before one if unclear"},
    },
    ["check", "offence"],
)  # fmt: skip


def told_moment(body: dict[str, Any], *, now: dt.datetime) -> dt.datetime:
    """Return the moment a body names, by the one clock; raises Problem 422 for a text that is none.

    ``sent_at`` is the device's clock now: what it is wrong by is taken off.
    """
    at = asked.moment(body.get("at"), name="at", default=now)
    if "sent_at" in body:
        at = now - (asked.moment(body["sent_at"], name="sent_at", default=now) - at)
    return at


def moment_of(body: dict[str, Any], *, now: dt.datetime) -> dt.datetime:
    """Return when a thing was done; raises Problem 422 for what is ahead or too long ago."""
    at = told_moment(body, now=now)
    if not now - OLDEST <= at <= now + AHEAD:
        raise bad_value("at", TOO_OLD)
    return min(at, now)


def key_in(body: dict[str, Any]) -> str | None:
    """Return the device's own key; raises Problem 400 for one that is too long."""
    return short_key(body.get("key", "")) or None


def _place(body: dict[str, Any]) -> tuple[Point, float]:
    point = geometry_gate.position(lon=body["lon"], lat=body["lat"])
    return point, geometry_gate.accuracy(body.get("accuracy_m"), default=DEFAULT_ACCURACY_M)


def check_json(made: ParkingCheck) -> dict[str, Any]:
    """Write a kept check: its answer, with the id by which a violation names it."""
    plate, words = vehicle_of_key(made.plate_key), words_for_now(made)
    return {
        **made.evidence,
        "check": made.public_id,
        "plate": {
            "key": made.plate_key, "ar": plate.shown_ar, "en": plate.shown_en,
            "kind": plate.kind.value,
        },
        "accuracy_m": made.accuracy_m,
        "words": words.as_json(),
        "reason_words": str(words),
    }  # fmt: skip


def _fined(made: ParkingCheck) -> list[dict[str, Any]]:
    """Write what the plate was fined for that day: who may not stand is not fined twice for it.

    Beside the check and no part of its evidence; asked for only where a fine may follow.
    """
    if made.may_stand is not False:
        return []
    return [
        {
            "number": one.number, "state": one.state, "issued_at": utc_text(one.issued_at),
            "offence_ar": one.offence.name_ar, "offence_en": one.offence.name_en,
            "zone": None if one.zone is None else one.zone.number,
        }
        for one in of_the_day(plate_key=made.plate_key, at=made.at)
    ]  # fmt: skip


@router.post("/check", summary="May this plate stand here now?", openapi_extra=CHECK_BODY)
@open_to(INSPECTOR)
def check_plate(request: HttpRequest) -> JsonResponse:
    """Answer yes, no, or null for "cannot tell"; every answer is kept with its evidence."""
    body = body_of(request, CHECK_FIELDS)
    needed(body, "plate", "lon", "lat")
    if body.get("origin", "gps") not in ORIGINS:
        raise bad_value("origin", WHICH_ORIGIN)
    plate = plate_from(body["plate"], body.get("country", ""))
    point, accuracy_m = _place(body)
    now = database_now() if "at" in body else None
    question = Asked(
        plate_key=plate.key, plate_text=body["plate"], point=point, accuracy_m=accuracy_m,
        at=None if now is None else told_moment(body, now=now),
        origin=body.get("origin", "gps"), key=key_in(body),
    )  # fmt: skip
    try:
        made = check(asked=question, inspector_id=person_of(request).pk, at=now)
    except NoCalendar:
        raise Problem(409, "parking_gap", NO_CALENDAR) from None
    return JsonResponse({**check_json(made), "fined": _fined(made)})


@router.get("/offences", summary="What can be fined today")
@open_to(INSPECTOR)
def offences(request: HttpRequest) -> JsonResponse:
    """Answer the offences of today with their fines."""
    found = [
        {
            "code": one.code, "name_ar": one.name_ar, "name_en": one.name_en,
            "fine_baisa": one.fine_baisa, "basis": one.basis,
        }
        for one in offences_on(city_time(database_now()).date())
    ]  # fmt: skip
    return JsonResponse({"offences": found})


@router.get("/plates/near", summary="Plates with a right now that look like this one")
@open_to(INSPECTOR)
def plates_near(request: HttpRequest) -> JsonResponse:
    """Answer what a slip of the thumb may have meant, the likeliest first."""
    asked.only(request, ("plate",))
    try:
        plate = read_plate(asked.one(request, "plate") or "")
    except NotAPlate as error:
        raise bad_value("plate", error.sentence) from None
    found = near_plates(plate=plate, at=database_now())
    shown = [{"key": one.key, "ar": one.shown_ar, "en": one.shown_en} for one in found]
    return JsonResponse({"plates": shown})


def violation_json(made: Violation) -> dict[str, Any]:
    """Write a violation for who issued it."""
    return {
        "id": made.public_id, "number": made.number, "state": made.state,
        "fine_baisa": made.fine_baisa, "offence": made.offence_code,
        "issued_at": utc_text(made.issued_at), "why": made.decided_why or None,
        "photos": len(known(made).photos),
    }  # fmt: skip


@router.post("/violations", summary="Issue a violation on a check", openapi_extra=VIOLATION_BODY)
@open_to(INSPECTOR)
def issue_violation(request: HttpRequest) -> JsonResponse:
    """Issue on one's own check; from an unclear place only before a ``supervisor``."""
    body = body_of(request, VIOLATION_FIELDS)
    needed(body, "check", "offence")
    by, now = actor_of(request, INSPECTOR), database_now()
    own = ParkingCheck.objects.filter(public_id=body["check"], inspector_id=by.person_id or 0)
    check_id = own.values_list("pk", flat=True).first()  # unique
    if check_id is None:
        raise not_found()
    new = New(
        check_id=check_id, offence=body["offence"], issued_at=moment_of(body, now=now),
        note=body.get("note", ""), key=key_in(body), asks_supervisor=body.get("supervisor", False),
    )  # fmt: skip
    return JsonResponse(violation_json(issue(new=new, by=by, at=now)), status=201)


@router.post("/violations/{public_id}/photos", summary="Add a photo to one's violation")
@open_to(INSPECTOR)
def add_photo(request: HttpRequest, public_id: str) -> JsonResponse:
    """Take one photo as multipart ``photo``; until seven days after the violation came in."""
    by, now = actor_of(request, INSPECTOR), database_now()
    made = Violation.objects.filter(public_id=public_id, inspector_id=by.person_id).first()
    if made is None:
        raise not_found()
    upload = request.FILES.get("photo")
    if upload is None:
        raise bad_value("photo", NO_PHOTO, status=400)
    if digest(upload.read()) in {photo.sha256 for photo in known(made).photos}:
        return JsonResponse(violation_json(made))  # sent again: the answer was lost on the way
    upload.seek(0)
    if len(known(made).photos) >= MOST_PHOTOS or now > made.received_at + OLDEST:
        raise Problem(409, "not_now", TOO_MANY)
    try:
        accept(upload, by=by, at=now, kinds=("jpeg", "png", "heic"), about=made.stream)
    except Unreadable as refused:
        raise Problem(422, "not_accepted", refused.words) from None
    return JsonResponse(violation_json(made), status=201)
