"""Taking in a report that a partner sends by GeoReport v2 (``POST /requests``)."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.http import HttpRequest

from municipality import asked, geometry_gate
from municipality.actor import Actor
from municipality.city_time import city_day
from municipality.documents.intake import accept
from municipality.documents.models import RetentionClass, StoredFile
from municipality.people.limits import Limit, count_phone
from municipality.people.models import PartnerKey
from municipality.phones import NotAPhone, phone
from municipality.problems import bad_value
from municipality.reach import acting
from municipality.words import Text, in_arabic
from observations.open311.telling import PREFIX, source_of
from observations.reports.fixes import Origin, Told
from observations.reports.intake import (
    LONGEST_TEXT,
    MANY_PHOTOS,
    MOST_PHOTOS,
    TEXT_TOO_LONG,
    NewReport,
    Sender,
    category_now,
    placed,
    send,
)
from observations.reports.models import Category, Channel, Observation, Submission

ASKER = "partner"
PHOTO_KINDS = ("jpeg", "png", "heic")
# guards.md threat 27: of one telephone, whoever passes its reports on.
CALLERS = (Limit("open311_hour", 5, 3_600), Limit("open311_day", 20, 86_400))
LONGEST_ID, LONGEST_ADDRESS, LONGEST_NAME = 100, 300, 150
ORIGINS = (Origin.PIN, Origin.GPS, Origin.EXIF, Origin.ADDRESS, Origin.CALLER)
NO_SERVICE = Text(
    "service_code مطلوب، وهو رمز من قائمة الخدمات.",
    "service_code is required: a code of the list of services.",
)
NO_PLACE = Text(
    "lat وlong مطلوبان: لا يُستنتج هنا موقع من عنوان.",
    "lat and long are required: no place is worked out of an address here.",
)
NO_FETCHING = Text(
    "لا نجلب صورًا من الروابط. أرسل الصورة نفسها في الحقل media (multipart/form-data).",
    "Photos are not fetched from links. Send the photo itself as media (multipart/form-data).",
)
WHICH_ORIGIN = Text(
    f"{PREFIX}fix_origin: pin أو gps أو exif أو address أو caller.",
    f"{PREFIX}fix_origin: pin, gps, exif, address or caller.",
)
NOT_A_PHONE = Text("phone ليس رقم هاتف.", "phone is no telephone number.")
NOT_AN_EMAIL = Text("email ليس عنوان بريد.", "email is no address of mail.")
LONG_ID = Text(
    f"{PREFIX}external_id أطول من {LONGEST_ID} حرف.",
    f"{PREFIX}external_id has more than {LONGEST_ID} characters.",
)


@dataclass(frozen=True, slots=True)
class Received:
    """A report as a partner sent it, before its photos were taken in."""

    new: NewReport
    sender: Sender
    address: str
    external_id: str
    media: Sequence[File[bytes]]


def _place(told: dict[str, str], *, at: dt.datetime) -> Told:
    if not told.get("lat") or not told.get("long"):
        raise bad_value("lat", NO_PLACE)
    origin = told.get(f"{PREFIX}fix_origin") or Origin.PIN.value
    if origin not in [one.value for one in ORIGINS]:
        raise bad_value(f"{PREFIX}fix_origin", WHICH_ORIGIN)
    point = geometry_gate.position(lon=told["long"], lat=told["lat"])
    rough = told.get(f"{PREFIX}accuracy_m")
    accuracy = geometry_gate.accuracy(rough, default=0.0) if rough else None
    return Told(Origin(origin), point, accuracy, at)


def _sender(told: dict[str, str], partner: PartnerKey) -> Sender:
    number, email = told.get("phone", ""), told.get("email", "")
    try:
        number = phone(number) if number else ""
    except NotAPhone:
        raise bad_value("phone", NOT_A_PHONE) from None
    try:
        if email:
            validate_email(email)
    except ValidationError:
        raise bad_value("email", NOT_AN_EMAIL) from None
    name = f"{told.get('first_name', '')} {told.get('last_name', '')}".strip() or partner.name
    language = "ar" if in_arabic() else "en"
    return Sender(name=name[:LONGEST_NAME], phone=number, email=email, language=language)


def read(request: HttpRequest, partner: PartnerKey, *, at: dt.datetime) -> Received:
    """Read a report out of a form; raises Problem 400 or 422, each with its sentence."""
    told = {name: request.POST[name].strip() for name in request.POST}
    today = city_day(at)
    service = Category.objects.filter(code=told.get("service_code", ""), public=True).first()
    if service is None or not category_now(service.code, on=today).public:
        raise bad_value("service_code", NO_SERVICE)
    if told.get("media_url"):
        raise bad_value("media_url", NO_FETCHING)
    if len(told.get("description", "")) > LONGEST_TEXT:
        raise bad_value("description", TEXT_TOO_LONG)
    if len(told.get(f"{PREFIX}external_id", "")) > LONGEST_ID:
        raise bad_value(f"{PREFIX}external_id", LONG_ID)
    media = request.FILES.getlist("media")
    if len(media) > MOST_PHOTOS:
        raise bad_value("media", MANY_PHOTOS)
    made_at = asked.moment(told.get(f"{PREFIX}made_at"), name=f"{PREFIX}made_at", default=at)
    fix = _place(told, at=made_at)
    placed((fix,), sure=True, on=today)  # refuses before a photo is taken in
    new = NewReport(
        category=service.code, told=(fix,), channel=Channel.PARTNER, made_at=made_at,
        description=told.get("description", ""), sure=True,
    )  # fmt: skip
    return Received(
        new=new, sender=_sender(told, partner), media=media,
        address=told.get("address_string", "")[:LONGEST_ADDRESS],
        external_id=told.get(f"{PREFIX}external_id", ""),
    )  # fmt: skip


@acting
def _before(source: str, external_id: str) -> Submission | None:
    if not external_id:
        return None
    found = Submission.objects.filter(
        observation__source=source, observation__external_id=external_id
    )
    return found.select_related("observation", "case").first()  # unique


@acting
def _written(
    received: Received, new: NewReport, source: str, *, by: Actor, at: dt.datetime
) -> Submission:
    made = send(new=new, sender=received.sender, by=by, at=at)
    Observation.objects.filter(pk=made.observation_id).update(
        source=source, external_id=received.external_id, address=received.address
    )
    return made


def receive(received: Received, partner: PartnerKey, *, at: dt.datetime) -> Submission:
    """Take in a report with its photos; sent again under its ``geo_external_id``, it is one.

    Raises Unreadable for a photo that is none, and Problem as ``intake.send`` does.
    """
    source, caller = source_of(partner), received.sender.phone
    if (known := _before(source, received.external_id)) is not None:
        return known
    if caller:
        count_phone(caller, CALLERS, at=at)
    by = Actor(None, partner.name, ASKER)
    photos: list[StoredFile] = [
        accept(
            upload, by=by, at=at, kinds=PHOTO_KINDS, about=f"open311/{partner.prefix}",
            retention=RetentionClass.PHOTOS,
        )
        for upload in received.media
    ]  # fmt: skip
    told = received.new
    new = NewReport(
        category=told.category, told=told.told, channel=told.channel, made_at=told.made_at,
        description=told.description, photos=tuple(photos), sure=True,
    )  # fmt: skip
    try:
        with transaction.atomic():
            return _written(received, new, source, by=by, at=at)
    except IntegrityError:
        known = _before(source, received.external_id)
        if known is None:
            raise
        return known
