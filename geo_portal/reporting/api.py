"""Reports for machines and for the page that sends them: photo, place, report, following."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, JsonResponse
from ninja import Router

from geo_portal.casework.api import body_of
from geo_portal.parking.buying import needed
from geo_portal.reporting.alike import shown_alike
from geo_portal.reporting.asking import (
    REPORTS,
    keep_photo,
    photos_named,
    role_of,
    sender_of,
    told_by_photos,
)
from municipality import asked, geometry_gate
from municipality.actor import Actor
from municipality.city_time import city_day
from municipality.clock import database_now
from municipality.located import DEFAULT_ACCURACY_M
from municipality.moments import utc_text
from municipality.people.access import ANYONE, SIGNED_IN, not_found, open_to
from municipality.people.acting_person import person_of
from municipality.people.limits import count_person
from municipality.phones import NotAPhone, phone
from municipality.places.models import Area, Wilayat
from municipality.problems import Problem, bad_value
from municipality.words import Text
from observations.duplicates import near_alike
from observations.reports.fixes import Origin, Told
from observations.reports.following import follow
from observations.reports.intake import (
    LONGEST_KEY,
    NewReport,
    Sender,
    category_now,
    send,
    sent_before,
)
from observations.reports.known import known_to
from observations.reports.models import Channel, Observation, Submission
from observations.reports.placement import lies

router = Router(tags=["observations"])
MOST_FIXES = 12
OWN_ORIGINS = (Origin.GPS, Origin.PIN, Origin.EXIF, Origin.ADDRESS)
CHANNELS = {"app": Channel.APP, "portal": Channel.PORTAL}
NO_PHOTO = Text("أرفق صورة في الحقل photo.", "Attach a photo as photo.")
A_FIX = Text(
    "كل موقع كائن فيه origin وlon وlat، وقد يكون فيه accuracy_m وat.",
    "Each fix is an object with origin, lon and lat, and perhaps accuracy_m and at.",
)
MANY_FIXES = Text(f"{MOST_FIXES} موقعًا على الأكثر.", f"At most {MOST_FIXES} fixes.")
WHICH_ORIGIN = Text("origin: gps أو pin أو exif أو address.", "origin: gps, pin, exif or address.")
WHICH_CHANNEL = Text("channel: app أو portal.", "channel: app or portal.")
IDS = Text("photos: قائمة أرقام الصور المرسلة.", "photos is a list of ids of photos sent before.")
LONG_KEY = Text(
    f"المفتاح أطول من {LONGEST_KEY} حرفًا.", f"The key has more than {LONGEST_KEY} characters."
)
CALLER = Text(
    "caller: name وphone، وقد يكون فيه language. وهو لموظفي مركز الاتصالات.",
    "caller has name and phone, and perhaps language; it is for agents of the contact centre.",
)
FIELDS: dict[str, type] = {
    "category": str, "description": str, "fixes": list, "photos": list, "made_at": str,
    "sent_at": str, "key": str, "sure": bool, "channel": str, "caller": dict,
}  # fmt: skip
TEXT, NUMBER, MOMENT = {"type": "string"}, {"type": "number"}, {
    "type": "string", "format": "date-time",
}  # fmt: skip
FIX_SCHEMA = {
    "type": "object", "additionalProperties": False, "required": ["origin", "lon", "lat"],
    "properties": {
        "origin": {"type": "string", "enum": [origin.value for origin in OWN_ORIGINS]},
        "lon": NUMBER, "lat": NUMBER, "accuracy_m": NUMBER,
        "at": {**MOMENT, "description": "when the device or the photo fixed it"},
    },
}  # fmt: skip
BODY = {
    "requestBody": {"content": {"application/json": {"schema": {
        "type": "object", "additionalProperties": False, "required": ["category", "fixes"],
        "properties": {
            "category": {**TEXT, "description": "a code of GET /api/observations/categories"},
            "description": {**TEXT, "maxLength": 2_000},
            "fixes": {
                "type": "array", "items": FIX_SCHEMA, "minItems": 1, "maxItems": MOST_FIXES,
                "description": "every position that is known; one counts, all are kept",
            },
            "photos": {"type": "array", "items": TEXT, "description": "ids of photos sent before"},
            "made_at": {**MOMENT, "description": "when it was seen; absent: now"},
            "sent_at": {**MOMENT, "description": "the device's clock now: puts made_at right"},
            "key": {**TEXT, "maxLength": LONGEST_KEY,
                    "description": "the sender's own of this report; sent again, it is one"},
            "sure": {"type": "boolean", "description": "answered place_in_doubt: send it as it is"},
            "channel": {"type": "string", "enum": list(CHANNELS)},
            "caller": {"type": "object", "description": "for agents: whose report it is"},
        },
    }}}}
}  # fmt: skip
PHOTO_BODY = {
    "requestBody": {"content": {"multipart/form-data": {"schema": {
        "type": "object", "required": ["photo"],
        "properties": {"photo": {"type": "string", "format": "binary"}},
    }}}}
}  # fmt: skip


def _told(row: Any, number: int, *, now: dt.datetime, ahead: dt.timedelta) -> Told:
    """Read one fix; ``ahead`` is what the device's clock is wrong by."""
    known = {"origin", "lon", "lat", "accuracy_m", "at"}
    if not isinstance(row, dict) or set(row) - known or not {"origin", "lon", "lat"} <= set(row):
        raise bad_value(f"fixes/{number}", A_FIX, status=400)
    if row["origin"] not in [origin.value for origin in OWN_ORIGINS]:
        raise bad_value(f"fixes/{number}/origin", WHICH_ORIGIN)
    point = geometry_gate.position(lon=row["lon"], lat=row["lat"])
    accuracy = None
    if row.get("accuracy_m") is not None:
        accuracy = geometry_gate.accuracy(row["accuracy_m"], default=DEFAULT_ACCURACY_M)
    at = row.get("at")
    if at is not None and not isinstance(at, str):
        raise bad_value(f"fixes/{number}/at", A_FIX, status=400)
    fixed_at = asked.moment(at, name="at", default=now) - ahead if at else None
    return Told(Origin(row["origin"]), point, accuracy, fixed_at)


def _ahead(body: dict[str, Any], *, now: dt.datetime) -> dt.timedelta:
    """Return by how much the device's clock is ahead of the one clock."""
    return asked.moment(body.get("sent_at"), name="sent_at", default=now) - now


def _new(body: dict[str, Any], *, person_id: int, now: dt.datetime) -> NewReport:
    ahead = _ahead(body, now=now)
    fixes, ids = body["fixes"], body.get("photos", [])
    if len(fixes) > MOST_FIXES:
        raise bad_value("fixes", MANY_FIXES)
    if not all(isinstance(one, str) for one in ids):
        raise bad_value("photos", IDS, status=400)
    if body.get("channel", "app") not in CHANNELS:
        raise bad_value("channel", WHICH_CHANNEL)
    if len(body.get("key", "")) > LONGEST_KEY:
        raise bad_value("key", LONG_KEY, status=400)
    photos = photos_named(ids, person_id=person_id)
    told = tuple(_told(row, n, now=now, ahead=ahead) for n, row in enumerate(fixes))
    if not any(fix.origin is Origin.EXIF for fix in told):  # a browser may have read it before us
        told += told_by_photos(photos)
    return NewReport(
        category=body["category"],
        told=told,
        channel=CHANNELS[body.get("channel", "app")],
        made_at=asked.moment(body.get("made_at"), name="made_at", default=now + ahead) - ahead,
        description=body.get("description", ""),
        photos=photos,
        key=body.get("key") or None,
        sure=body.get("sure", False),
    )


def report_json(made: Submission) -> dict[str, Any]:
    """Write a report for who sent it."""
    case = made.case
    return {
        "id": case.public_id, "number": case.number, "state": case.state,
        "due_at": utc_text(case.due_at) if case.due_at else None,
        "reported_at": utc_text(made.observation.reported_at),
        "category": made.observation.category.code,
        "url": f"/cases/{case.public_id}/",
    }  # fmt: skip


def _caller(body: dict[str, Any]) -> Sender:
    """Read whose report an agent sends; raises Problem 400 or 422."""
    said = body["caller"]
    allowed = {"name", "phone", "language"}
    texts = all(isinstance(value, str) and "\0" not in value for value in said.values())
    if set(said) - allowed or not {"name", "phone"} <= set(said) or not texts:
        raise bad_value("caller", CALLER, status=400)
    try:
        number = phone(said["phone"])
    except NotAPhone:
        raise bad_value("caller/phone", CALLER) from None
    language = "en" if said.get("language") == "en" else "ar"
    return Sender(name=said["name"].strip()[:150], phone=number, language=language)


@router.post("/photos", summary="Send a photo ahead of its report", openapi_extra=PHOTO_BODY)
@open_to(SIGNED_IN)
def send_photo(request: HttpRequest) -> JsonResponse:
    """Take one photo as multipart ``photo``; answers its id, and where it says it was taken."""
    person, now = person_of(request), database_now()
    upload = request.FILES.get("photo")
    if upload is None:
        raise bad_value("photo", NO_PHOTO, status=400)
    by = Actor(person.pk, person.full_name, role_of(person))
    file = keep_photo(upload, by, at=now)
    facts = file.facts
    position = None
    if facts.lon is not None:
        position = {"lon": facts.lon, "lat": facts.lat, "accuracy_m": facts.error_m}
    return JsonResponse(
        {
            "id": file.public_id, "width": file.width, "height": file.height,
            "position": position,
            "taken_at": facts.taken_at.isoformat() if facts.taken_at else None,
        },
        status=201,
    )  # fmt: skip


@router.post("", summary="Send a report", openapi_extra=BODY)
@open_to(SIGNED_IN)
def send_report(request: HttpRequest) -> JsonResponse:
    """Take in a report: 201, and the same answer for the same ``key`` again.

    409 ``place_in_doubt`` with ``doubts`` where two positions contradict each other: ask the
    sender, then send with ``sure`` or with a pin.
    """
    body = body_of(request, FIELDS)
    needed(body, "category", "fixes")
    person, now = person_of(request), database_now()
    before = sent_before(person, body.get("key") or None)
    if before is not None:  # its photos are no draft any more
        return JsonResponse(report_json(before), status=201)
    new = _new(body, person_id=person.pk, now=now)
    by, sender = Actor(person.pk, person.full_name, role_of(person)), sender_of(person)
    if "caller" in body:
        if not person.has_role("agent"):
            raise bad_value("caller", CALLER)
        by, sender = Actor(person.pk, person.full_name, "agent"), _caller(body)
    else:
        count_person(person.pk, REPORTS, at=now)
    made = send(new=new, sender=sender, by=by, at=now)
    return JsonResponse(report_json(made), status=201)


@router.get("/place", summary="What is at a place where something is to be reported")
@open_to(ANYONE)
def place(request: HttpRequest) -> JsonResponse:
    """Answer wilayat and area of ``lon``, ``lat``; 422 in the sea and outside of the city."""
    asked.only(request, ("lon", "lat", "accuracy_m"))
    point, accuracy_m = geometry_gate.fix(request)
    found = lies(point, accuracy_m=accuracy_m, on=city_day(database_now()))

    def named(row: Wilayat | Area | None) -> dict[str, Any] | None:
        if row is None:
            return None
        return {"id": row.pk, "name_ar": row.name_ar, "name_en": row.name_en}

    return JsonResponse(
        {
            "wilayat": named(Wilayat.objects.filter(pk=found.wilayat_id or 0).first()),
            "area": named(Area.objects.filter(pk=found.area_id or 0).first()),
        },
        json_dumps_params={"ensure_ascii": False},
    )


@router.get("/near", summary="Reports near by that may be about the same thing")
@open_to(ANYONE)
def near(request: HttpRequest) -> JsonResponse:
    """Answer open and lately closed reports near ``lon``, ``lat`` that anybody may know of.

    None of a private category, none that an officer hid.  Distances in tens of metres and photos
    only as they were released: what is private stays so.
    """
    asked.only(request, ("lon", "lat", "accuracy_m", "category"))
    point, accuracy_m = geometry_gate.fix(request)
    now = database_now()
    on = city_day(now)
    category = category_now(asked.one(request, "category") or "", on=on)
    found = near_alike(category_id=category.pk, point=point, accuracy_m=accuracy_m, at=now)
    return JsonResponse(
        {"reports": shown_alike(found, request, at=now)}, json_dumps_params={"ensure_ascii": False}
    )


@router.post("/{uuid:observation_id}/follow", summary="Follow a report: me too")
@open_to(SIGNED_IN)
def follow_report(request: HttpRequest, observation_id: str) -> JsonResponse:
    """Hear when a report is dealt with: one that is shown, that ``/near`` tells of, or one's own.

    404 for any other, as for one that does not exist; 409 for one that has ended.
    """
    person, at = person_of(request), database_now()
    found = Observation.objects.filter(public_id=observation_id).first()
    if found is None or found.pk not in known_to(person.pk, [found.pk], at=at):
        raise not_found()
    if found.closed_at is not None:
        raise Problem(409, "not_now", Text("انتهت هذه الملاحظة.", "This report has ended."))
    new = follow(observation=found, person=person, at=at)
    return JsonResponse({"following": True}, status=201 if new else 200)
