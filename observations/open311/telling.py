"""A report in the words of GeoReport v2, as the public or as its own partner reads it."""

import datetime as dt
import math
from collections.abc import Collection, Iterable
from typing import Any

from django.conf import settings

from municipality import crs
from municipality.cases.models import Case
from municipality.conf import PROFILE
from municipality.moments import utc_text
from municipality.people.models import PartnerKey
from municipality.places.models import Area, Wilayat
from municipality.words import Text, in_arabic
from observations.open311.writing import Row
from observations.reports.following import ENDED
from observations.reports.models import Category, Observation, Status, Submission
from observations.reports.photos import released_photos
from observations.reports.public import PublicReport
from observations.reports.transitions import MACHINE

PREFIX = "geo_"  # of every field that is ours and not the standard's
PUBLIC_WITHIN_M = math.ceil(50 * math.sqrt(2))  # observations.reports.publishing
CITY = Text(PROFILE.municipality_ar, PROFILE.municipality_en)
APPROXIMATE = Text(
    "الموقع تقريبي، حمايةً لمن أرسل الملاحظة.",
    "The place is approximate, to protect who sent the report.",
)
TO_ALL = {"awaiting": Text("بانتظار من أرسلها", "Waiting for who sent it")}
PLANNED = Text("يوم العمل: {day}", "Day of the work: {day}")


def source_of(partner: PartnerKey) -> str:
    """Name what a partner sends: known by its key, so that it alone reads it exactly."""
    return f"open311/{partner.prefix}"


def named(row: Any) -> str:
    """Return the name of a category or a place in the language of the answer."""
    return str(row.name_ar if in_arabic() else row.name_en)


def service(category: Category) -> Row:
    """Write a category as a service."""
    return {
        "service_code": category.code,
        "service_name": named(category),
        "description": named(category),
        "metadata": False,
        "type": "realtime",
        "keywords": f"{category.name_ar}, {category.name_en}",
        "group": None,
    }


def _notes(state: str, planned_on: dt.date | None, *, to_sender: bool) -> str:
    """Say the stage; only who sent the report is told that an answer of theirs is waited for."""
    name = MACHINE.state(state).name
    said = [str(name if to_sender else TO_ALL.get(state, name))]
    if planned_on is not None:
        said.append(str(PLANNED.with_values(day=planned_on.isoformat())))
    return " - ".join(said)


def _where(area: Area | None, wilayat: Wilayat | None) -> str | None:
    names = [named(place) for place in (area, wilayat) if place is not None]
    return ("، " if in_arabic() else ", ").join(names) or None


def _when(at: dt.datetime | None) -> str | None:
    return None if at is None else utc_text(at)


def _lonlat(point: Any) -> dict[str, float]:
    lon, lat = crs.lonlat(point.x, point.y)
    return {"lat": round(lat, 7), "long": round(lon, 7)}


def photos_of(ids: Collection[int], *, at: dt.datetime) -> dict[int, list[str]]:
    """Return addresses of the released pictures of photos, faces and plates hidden, by report."""
    found = released_photos(ids, at=at)
    return {
        report: [settings.GEO_PUBLIC_URL + one.whole for one in photos]
        for report, photos in found.items()
    }


def _row(
    report: PublicReport | Observation,
    case: PublicReport | Case,
    planned: dt.date | None,
    *,
    to_sender: bool,
) -> dict[str, Any]:
    """Write what the public and a partner read alike, in the order of the standard's example."""
    directorate = case.directorate
    return {
        "service_request_id": str(report.public_id),
        "status": "closed" if report.status in ENDED else "open",
        "status_notes": _notes(case.state, planned, to_sender=to_sender),
        "service_name": named(report.category),
        "service_code": report.category.code,
        "description": None,
        "agency_responsible": str(CITY) if directorate is None else named(directorate),
        "service_notice": None,
        "requested_datetime": _when(report.reported_at),
        "updated_datetime": None,
        "expected_datetime": _when(report.due_at),
        "address": _where(report.area, report.wilayat),
        "address_id": None,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
        f"{PREFIX}state": case.state,
        f"{PREFIX}stage": Status(report.status).name.lower(),
        f"{PREFIX}exact": False,
        f"{PREFIX}accuracy_m": PUBLIC_WITHIN_M,
        f"{PREFIX}fix_origin": None,
        f"{PREFIX}photos": [],
    }


def _with_photos(row: dict[str, Any], photos: list[str]) -> Row:
    return {**row, "media_url": photos[0] if photos else None, f"{PREFIX}photos": photos}


def public_rows(reports: Iterable[PublicReport], *, at: dt.datetime) -> list[Row]:
    """Write reports for the public: an approximate place, nobody's words."""
    held = list(reports)
    photos = photos_of([report.pk for report in held], at=at)
    return [
        _with_photos(
            {
                **_row(report, report, report.planned_on, to_sender=False),
                "service_notice": str(APPROXIMATE),
                "updated_datetime": _when(report.updated_at),
                **_lonlat(report.point),
            },
            photos.get(report.pk, []),
        )
        for report in held
    ]


def own_rows(submissions: Iterable[Submission], *, at: dt.datetime) -> list[Row]:
    """Write reports for the partner that sent them: as they were sent, whatever their state."""
    held = list(submissions)
    photos = photos_of([made.observation_id for made in held], at=at)
    return [
        _with_photos(
            {
                **_row(made.observation, made.case, made.planned_on, to_sender=True),
                "description": made.description or None,
                "updated_datetime": _when(made.case.entered_at),
                "address": made.observation.address
                or _where(made.observation.area, made.observation.wilayat),
                **_lonlat(made.observation.point),
                f"{PREFIX}exact": True,
                f"{PREFIX}accuracy_m": made.observation.accuracy_m,
                f"{PREFIX}fix_origin": made.observation.fix_origin,
            },
            photos.get(made.observation_id, []),
        )
        for made in held
    ]
