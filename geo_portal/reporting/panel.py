"""What the page of a report's case shows: photos, place and accuracy, the officers' forms."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from municipality import geojson
from municipality.cases.machine import Edge
from municipality.cases.models import Case
from municipality.cases.rights import Side
from municipality.city_time import city_day
from municipality.documents.links import link_to
from municipality.people.models import User
from municipality.stored import shape_of
from municipality.words import Text
from observations.duplicates import near_alike
from observations.forwarding.actions import MOST_DAYS, stands
from observations.forwarding.models import Forwarding
from observations.parts.models import Part
from observations.parts.transitions import MACHINE as PARTS
from observations.parts.waiting import last_word
from observations.replies.actions import STEPS, replies_for
from observations.reports.actions import RATED_IN
from observations.reports.fixes import Origin, Told, is_of_another_day, radius_of
from observations.reports.following import ENDED, submission_of
from observations.reports.heat import STATUS_WORDS
from observations.reports.models import Category, Fix, Observation, Photo, Submission
from observations.reports.publishing import may_be_shown
from observations.reports.transitions import OPEN
from observations.routing.models import Body, Routed

PHOTO_LIVES = dt.timedelta(minutes=30)
WITH_FORMS = frozenset(
    {"assign", "plan", "merge", "confirm", "reopen", "forward"}
)  # acts of the panel's own
ORIGINS = {
    "gps": Text("من الجهاز", "from the device"),
    "pin": Text("دبوس على الخريطة", "a pin on the map"),
    "exif": Text("من الصورة", "from the photo"),
    "address": Text("من العنوان", "from the address"),
    "caller": Text("من وصف المتصل", "as the caller told it"),
    "imported": Text("من ملف", "from a file"),
}


def _photo(row: Photo, *, person_id: int, officer: bool, at: dt.datetime) -> dict[str, Any]:
    """Write a photo: the small picture, the whole clean one, and the original for officers."""
    if not row.file.may_be_opened:
        return {"row": row, "small": None}
    until = at + PHOTO_LIVES
    return {
        "row": row,
        "small": link_to(row.file, person_id, until, "small"),
        "whole": link_to(row.file, person_id, until, "clean"),
        "original": link_to(row.file, person_id, until, "original") if officer else None,
    }


def photos_of(
    submission: Submission, *, person_id: int, officer: bool, at: dt.datetime
) -> list[dict[str, Any]]:
    """Write the photos of a report with links of half an hour, those of the work last."""
    rows = Photo.objects.filter(observation=submission.observation).select_related("file")
    ordered = rows.order_by("of_the_work", "at", "pk")
    return [_photo(row, person_id=person_id, officer=officer, at=at) for row in ordered]


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


Drawn = list[tuple[BaseGeometry, dict[str, str]]]


def spot_and_circle(point: shapely.Point, radius_m: float, *, number: str) -> Drawn:
    """Return a point with its name, above the circle of its accuracy (METRIC)."""
    circle: Drawn = [(point.buffer(radius_m), {})] if radius_m > 0 else []
    return [*circle, (point, {"number": number})]


def drawn(shapes: Drawn) -> dict[str, Any]:
    """Write shapes (METRIC) as a FeatureCollection in degrees."""
    return {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": geojson.geometry(shape), "properties": properties}
            for shape, properties in shapes
        ],
    }


def things_of(case: Case) -> dict[str, Any]:
    """Draw a report: its accuracy as a circle, the point that counts, the other fixes by origin."""
    submission = submission_of(case)
    seen = submission.observation
    point = shape_of(seen.point)
    features = spot_and_circle(point, radius_of(seen.accuracy_m), number=case.number)
    for row in submission.observation.fixes.all():
        if row.counts_from is None or row.counts_until is not None:
            features.append((shape_of(row.point), {"number": str(ORIGINS[row.origin])}))
    return drawn(features)


def _forms(*, at: dt.datetime) -> dict[str, Any]:
    """Return what the officers' forms offer: desks, kinds, the first day of work."""
    return {
        "bodies": Body.objects.filter(is_outside=False).order_by("name_ar"),
        "bodies_outside": Body.objects.filter(is_outside=True).order_by("name_ar"),
        "most_days": MOST_DAYS,
        "categories": Category.objects.filter(retired_on=None).order_by("position", "id"),
        "today": city_day(at),
    }


def _routed(submission: Submission) -> dict[str, Any] | None:
    """Return whose the report is as the polygons say, with every body that its disc touches."""
    row = Routed.objects.filter(observation=submission.observation, until=None).first()  # unique
    if row is None:
        return None
    bodies = {body.code: body for body in Body.objects.all()}
    return {
        "result": row.result,
        "by_hand": row.why == Routed.Why.BY_HAND,
        "body": None if row.body_id is None else row.body,
        "candidates": [
            {"body": bodies.get(one["body"]), "distance_m": one["distance_m"]}
            for one in row.candidates
        ],
    }


def _forwarded(case: Case, *, at: dt.datetime) -> list[dict[str, Any]]:
    """Return the bodies outside that were asked, the latest first, and where each stands."""
    rows = Forwarding.objects.filter(case=case).order_by("-asked_at", "-pk")
    return [
        {
            "row": row,
            "waits": row.answered_at is None and stands(row, case),
            "is_late": row.due_at < at,
        }
        for row in rows
    ]


def _parts(case: Case, *, at: dt.datetime) -> list[dict[str, Any]]:
    """Return what was asked of further departments, where each stands and its last word."""
    rows = Part.objects.filter(whole=case).select_related("body", "case")
    return [
        {
            "row": row, "state": PARTS.state(row.case.state),
            "is_late": row.case.due_at is not None and row.case.due_at < at,
            "text": last_word(row.case),
        }
        for row in rows.order_by("pk")
    ]  # fmt: skip


def _ready(case: Case, submission: Submission, names: set[str]) -> list[dict[str, str]]:
    """Return the ready answers of the steps at hand, in the language of who sent the report."""
    applicant = next((one for one in case.parties.all() if one.role == "applicant"), None)
    in_arabic = applicant is None or applicant.language == "ar"
    rows = replies_for(category_id=submission.observation.category_id, edges=names & set(STEPS))
    return [{"edge": row.edge, "text": row.ar if in_arabic else row.en} for row in rows]


def alike_of(seen: Observation, *, at: dt.datetime) -> list[dict[str, Any]]:
    """Return the reports near one that may be about the same thing, with their cases."""
    found = near_alike(
        category_id=seen.category_id, point=shape_of(seen.point),
        accuracy_m=radius_of(seen.accuracy_m), at=at, without=seen.pk,
    )  # fmt: skip
    cases = {
        row.observation_id: row.case
        for row in Submission.objects.select_related("case").filter(
            observation__in=[one.observation_id for one in found]
        )
    }
    names = Category.objects.in_bulk([one.category_id for one in found])
    return [
        {
            "alike": one, "case": cases.get(one.observation_id),
            "may_take_up": one.observation_id not in cases and one.status not in ENDED,
            "category": names[one.category_id], "status": STATUS_WORDS[one.status],
        }
        for one in found
    ]  # fmt: skip


def panel_of_report(
    case: Case, *, side: Side, person: User, acts: Sequence[Edge], at: dt.datetime
) -> dict[str, Any]:
    """Write what the page of a report's case shows, to the side who asks."""
    submission = submission_of(case)
    officer = side is Side.MUNICIPALITY
    fixes = submission.observation.fixes.select_related("by_person").order_by("told_at", "pk")
    names = {edge.name for edge in acts}
    ready = _ready(case, submission, names) if officer else []
    return {
        "submission": submission,
        "seen": submission.observation,
        "photos": photos_of(submission, person_id=person.pk, officer=officer, at=at),
        "fixes": [_fix(row, submission) for row in fixes],
        "can": names,
        "followers": submission.observation.followers.count(),
        "rated": str(submission.rating or ""),
        "may_rate": side is Side.APPLICANT and case.state in RATED_IN,
        "may_add_photo": side is not Side.NEITHER and case.closed_at is None,
        "may_correct": officer and case.closed_at is None,
        "may_show": officer and may_be_shown(submission.observation),
        "may_merge": officer and case.state in OPEN,
        "is_officer": officer,
        "parts": _parts(case, at=at) if officer else (),
        "may_split": officer and case.state in OPEN,
        "forwarded": _forwarded(case, at=at) if officer else (),
        "ready": ready,
        "ready_at": {one["edge"] for one in ready},
        "routed": _routed(submission) if officer else None,
        "alike": alike_of(submission.observation, at=at)
        if officer and case.closed_at is None
        else (),
        **(_forms(at=at) if officer else {}),
    }
