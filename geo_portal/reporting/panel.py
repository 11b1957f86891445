"""What the page of a report's case shows: photos, place and accuracy, the officers' forms."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Literal

import shapely

from municipality import geojson
from municipality.cases.machine import Edge
from municipality.cases.models import Case
from municipality.cases.rights import Side
from municipality.conf import PROFILE
from municipality.documents.links import link_to
from municipality.people.models import User
from municipality.places.models import Directorate
from municipality.stored import shape_of
from municipality.words import Text
from observations.reports.actions import RATED_IN
from observations.reports.fixes import UNKNOWN_ACCURACY_M, Origin, Told, is_of_another_day
from observations.reports.following import submission_of
from observations.reports.models import Category, Fix, Photo, Submission
from observations.reports.publishing import may_be_shown
from observations.reports.transitions import OPEN

PHOTO_LIVES = dt.timedelta(minutes=30)
WITH_FORMS = frozenset({"assign", "plan", "merge", "confirm", "reopen"})  # acts of the panel's own
ORIGINS = {
    "gps": Text("من الجهاز", "from the device"),
    "pin": Text("دبوس على الخريطة", "a pin on the map"),
    "exif": Text("من الصورة", "from the photo"),
    "address": Text("من العنوان", "from the address"),
    "caller": Text("من وصف المتصل", "as the caller told it"),
    "imported": Text("من ملف", "from a file"),
}


def _photo(
    row: Photo, *, person_id: int | None, copy: Literal["clean", "original"], at: dt.datetime
) -> dict[str, Any]:
    return {
        "row": row,
        "url": link_to(row.file, person_id, at + PHOTO_LIVES, copy)
        if row.file.may_be_opened
        else None,
    }


def _fix(row: Fix, submission: Submission) -> dict[str, Any]:
    apart = shapely.distance(shape_of(row.point), shape_of(submission.observation.point))
    told = Told(Origin(row.origin), shape_of(row.point), row.accuracy_m, row.fixed_at)
    return {
        "row": row,
        "origin": ORIGINS[row.origin],
        "counts": row.counts_from is not None and row.counts_until is None,
        "apart_m": round(apart),
        "other_day": is_of_another_day(told, at=submission.observation.reported_at),
    }


def things_of(case: Case) -> dict[str, Any]:
    """Draw a report: its accuracy as a circle, the point that counts, the other fixes by origin."""
    submission = submission_of(case)
    seen = submission.observation
    point = shape_of(seen.point)
    radius = UNKNOWN_ACCURACY_M if seen.accuracy_m is None else seen.accuracy_m
    features = [(point, {"number": case.number})]
    if radius > 0:
        features.insert(0, (point.buffer(radius), {}))
    for row in submission.observation.fixes.all():
        if row.counts_from is None or row.counts_until is not None:
            features.append((shape_of(row.point), {"number": str(ORIGINS[row.origin])}))
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": geojson.geometry(shape), "properties": properties}
            for shape, properties in features
        ],
    }


def _forms(*, at: dt.datetime) -> dict[str, Any]:
    """Return what the officers' forms offer: desks, kinds, the first day of work."""
    return {
        "directorates": Directorate.objects.order_by("name_ar"),
        "categories": Category.objects.filter(retired_on=None).order_by("position", "id"),
        "today": at.astimezone(PROFILE.time_zone).date(),
    }


def panel_of_report(
    case: Case, *, side: Side, person: User, acts: Sequence[Edge], at: dt.datetime
) -> dict[str, Any]:
    """Write what the page of a report's case shows, to the side who asks."""
    submission = submission_of(case)
    officer = side is Side.MUNICIPALITY
    copy: Literal["clean", "original"] = "clean" if side is Side.APPLICANT else "original"
    photos = Photo.objects.filter(observation=submission.observation).select_related("file")
    fixes = submission.observation.fixes.select_related("by_person").order_by("told_at", "pk")
    names = {edge.name for edge in acts}
    return {
        "submission": submission,
        "seen": submission.observation,
        "photos": [
            _photo(row, person_id=person.pk, copy=copy, at=at)
            for row in photos.order_by("of_the_work", "at", "pk")
        ],
        "fixes": [_fix(row, submission) for row in fixes],
        "can": names,
        "followers": submission.observation.followers.count(),
        "may_rate": side is Side.APPLICANT and case.state in RATED_IN,
        "may_add_photo": side is not Side.NEITHER and case.closed_at is None,
        "may_correct": officer and case.closed_at is None,
        "may_show": officer and may_be_shown(submission.observation),
        "may_merge": officer and case.state in OPEN,
        "is_officer": officer,
        **(_forms(at=at) if officer else {}),
    }
