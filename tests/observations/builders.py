"""Reports for tests, as people and officers make them; metres from the middle of the city."""

import datetime as dt
import io
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from shapely.geometry import Point

from municipality.actor import Actor
from municipality.people.models import User
from observations.models import Category, Submission, Target
from observations.reports.fixes import Origin, Told
from observations.reports.intake import NewReport, Sender, send
from observations.reports.models import Channel
from tests.builders import (
    EAST,
    NORTH,
    a_person,
    a_wilayat,
    an_area,
    the_office_hours,
    the_weekends,
)

# A Wednesday, eleven in the city's morning.
NOON = dt.datetime(2026, 11, 25, 7, 0, tzinfo=dt.UTC)
AGENT = Actor(901, "Agent", "agent")


def a_town() -> None:
    """The office's days and hours, one housing area, and an agent: what a report needs around it."""
    the_weekends()
    the_office_hours()
    an_area(a_wilayat())
    the_agent()


def the_agent() -> Actor:
    """The agent as a person of the database, where a row names them."""
    User.objects.create_user(id=AGENT.person_id, username="agent", roles=["agent"])
    return AGENT


def spot(x: float = 0.0, y: float = 0.0) -> Point:
    """A METRIC point so many metres from the middle of the city."""
    return Point(EAST + x, NORTH + y)


def gps(x: float = 0.0, y: float = 0.0, accuracy_m: float | None = 8.0) -> Told:
    return Told(Origin.GPS, spot(x, y), accuracy_m)


def pin(x: float = 0.0, y: float = 0.0, accuracy_m: float | None = 5.0) -> Told:
    return Told(Origin.PIN, spot(x, y), accuracy_m)


def photo_of(x: float = 0.0, y: float = 0.0, at: dt.datetime | None = None) -> Told:
    return Told(Origin.EXIF, spot(x, y), None, at)


def a_category(code: str = "potholes", **values: Any) -> Category:
    facts = {"name_ar": "حفر الطرق", "name_en": "Potholes", "priority": 3, **values}
    return Category.objects.get_or_create(code=code, defaults=facts)[0]


def a_target(priority: int = 3, minutes: int = 1_260, **values: Any) -> Target:
    facts = {"valid": (dt.date(2000, 1, 1), None), "source": "test", **values}
    return Target.objects.create(priority=priority, minutes=minutes, **facts)


def a_sender(**values: Any) -> Sender:
    person = values.pop("person", None) or a_reporter()
    return Sender(name=person.full_name, person=person, phone=person.phone or "", **values)


def a_reporter(phone: str = "+96892345678") -> User:
    """The account of a telephone, made once."""
    known = User.objects.filter(phone=phone).first()
    if known is not None:
        return known
    person = a_person(f"citizen{phone[-7:]}", "citizen")
    person.phone, person.first_name = phone, "سالم"
    person.save()
    return person


def a_report(
    *told: Told, sender: Sender | None = None, at: dt.datetime = NOON, **values: Any
) -> Submission:
    facts = {
        "category": "potholes", "channel": Channel.APP, "made_at": at,
        "description": "حفرة أمام المدرسة", **values,
    }  # fmt: skip
    if facts["category"] == "potholes":
        a_category()
    sender = sender or a_sender()
    person = sender.person
    by = Actor(person.pk, person.full_name, "citizen") if person else AGENT
    return send(new=NewReport(told=told or (gps(),), **facts), sender=sender, by=by, at=at)


def a_jpeg(name: str = "hole.jpg", *, gps: tuple[float, float] | None = None) -> SimpleUploadedFile:
    """A small photo; ``gps`` is the longitude and latitude that it says it was taken at."""
    sink, exif = io.BytesIO(), Image.Exif()
    if gps is not None:
        lon, lat = gps
        exif.get_ifd(0x8825).update({1: "N", 2: _degrees(lat), 3: "E", 4: _degrees(lon), 5: b"\0"})
    Image.new("RGB", (64, 48), (120, 90, 60)).save(sink, "JPEG", exif=exif)
    return SimpleUploadedFile(name, sink.getvalue(), "image/jpeg")


def _degrees(value: float) -> tuple[float, float, float]:
    whole = int(value)
    minutes = (value - whole) * 60
    return float(whole), float(int(minutes)), round((minutes - int(minutes)) * 60, 6)


def a_photo_taken_at(
    lon: float, lat: float, *, at: dt.datetime = NOON, size: tuple[int, int] = (640, 480)
) -> bytes:
    """A JPEG that says where (WGS 84 degrees, both positive) and when it was taken."""
    picture = Image.effect_noise(size, 60).convert("RGB")
    tags = picture.getexif()
    tags.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = f"{at:%Y:%m:%d %H:%M:%S}"
    tags.get_ifd(IFD.Exif)[Base.OffsetTimeOriginal] = "+00:00"
    place = tags.get_ifd(IFD.GPSInfo)
    place[GPS.GPSLatitudeRef], place[GPS.GPSLatitude] = "N", _degrees(lat)
    place[GPS.GPSLongitudeRef], place[GPS.GPSLongitude] = "E", _degrees(lon)
    sink = io.BytesIO()
    picture.save(sink, "JPEG", exif=tags)
    return sink.getvalue()
