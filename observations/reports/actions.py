"""What officers and senders do with a report beside moving its case: place, kind, desk, rating."""

import datetime as dt

import shapely
from django.db.models import Q

from municipality.actor import Actor
from municipality.cases.actions import move
from municipality.cases.clock import promise
from municipality.cases.models import Case
from municipality.city_time import city_day
from municipality.documents.models import StoredFile
from municipality.history.actions import record
from municipality.problems import Problem, bad_value
from municipality.reach import acting
from municipality.stored import geos_point, shape_of
from municipality.words import Text
from observations.parts.waiting import follow_whole
from observations.reports.fixes import Told
from observations.reports.following import follow, submission_of
from observations.reports.intake import (
    MANY_PHOTOS,
    MOST_PHOTOS,
    URGENCY,
    category_now,
    keep_fixes,
    keep_photos,
    promised,
)
from observations.reports.leading import lead
from observations.reports.models import Fix, Follower, Observation, Photo, Submission
from observations.reports.placement import lies
from observations.reports.publishing import keep_public
from observations.reports.transitions import MACHINE
from observations.routing.actions import Why, route, route_by_hand
from observations.routing.models import Body

SAME_PLACE = Text("الدبوس في مكانه.", "The pin is where it was.")
ENDED = Text("انتهت هذه الملاحظة.", "This report has ended.")
NOT_ITSELF = Text(
    "لا تُضم الملاحظة إلى نفسها، ولا إلى ملاحظة ضُمّت إلى غيرها.",
    "A report is not merged into itself, nor into one that was merged into another.",
)
NOT_YET = Text("تُقيَّم الملاحظة بعد أن تُعالج.", "A report is rated once it is dealt with.")
FROM_1_TO_5 = Text("التقييم من 1 إلى 5.", "A rating is from 1 to 5.")
RATED_IN = ("resolved", "closed")
LONGEST_RATING = 1_000


def _locked(case_id: int) -> tuple[Case, Submission, Observation]:
    """Lock a report's case and then the report; raises Problem 409 for one that has ended."""
    case = Case.objects.select_for_update().get(pk=case_id)
    if case.state in MACHINE.ends:
        raise Problem(409, "not_now", ENDED)
    submission = submission_of(case)
    observation = Observation.objects.select_for_update().get(pk=submission.observation_id)
    return case, submission, observation


def _route_again(
    case: Case, observation: Observation, *, why: Why, by: Actor, at: dt.datetime
) -> None:
    """Ask again whose a report is, and lead its case there."""
    before = case.directorate_id
    route(observation=observation, at=at, why=why, by=by)
    lead(case_id=case.pk, before=before, at=at)


@acting
def move_pin(*, case_id: int, to: Told, by: Actor, at: dt.datetime) -> Observation:
    """Put a report somewhere else: counted, drawn and routed there from now on.

    The position before stays on record with how long it counted.  Raises Problem 409 where it is
    there already or the report has ended, 422 for a place in the sea.
    """
    case, submission, observation = _locked(case_id)
    before = shape_of(observation.point)
    apart = float(shapely.distance(before, to.point))
    if apart == 0:
        raise Problem(409, "not_now", SAME_PLACE)
    where = lies(to.point, accuracy_m=to.radius_m, on=city_day(at))
    Fix.objects.filter(observation=observation, counts_until=None).exclude(counts_from=None).update(
        counts_until=at
    )
    keep_fixes(observation, (to,), to, by=by.person_id, at=at)
    facts = {
        "moved_m": round(apart, 1), "wilayat": [observation.wilayat_id, where.wilayat_id],
        "area": [observation.area_id, where.area_id],
    }  # fmt: skip
    observation.point, observation.accuracy_m = geos_point(to.point), to.accuracy_m
    observation.fix_origin = to.origin.value
    observation.wilayat_id, observation.area_id = where.wilayat_id, where.area_id
    observation.save(update_fields=["point", "accuracy_m", "fix_origin", "wilayat", "area"])
    case.place = observation.point
    case.wilayat_id, case.area_id = where.wilayat_id, where.area_id
    case.save(update_fields=["place", "wilayat", "area"])
    follow_whole(case)
    record(stream=case.stream, act="move_pin", by=by, at=at, facts=facts)
    _route_again(case, observation, why=Why.PIN_MOVED, by=by, at=at)
    keep_public(case, submission, observation, by=by, at=at)
    return observation


@acting
def recategorise(*, case_id: int, code: str, by: Actor, at: dt.datetime) -> Observation:
    """Give a report another category, and the promise of that category from when it was sent."""
    case, submission, observation = _locked(case_id)
    today = city_day(at)
    before, category = observation.category, category_now(code, on=today)
    if category == before:
        return observation
    observation.category = category
    observation.severity = URGENCY.get(category.priority, 0)
    target = promised(category, on=today)
    if target is not None and MACHINE.state(case.state).promised:
        promise(case, target, since=submission.sent_at)
        observation.due_at = case.due_at
    case.title = category.name_ar
    case.save(update_fields=["title", "due_at", "round_the_clock"])
    follow_whole(case)
    observation.save(update_fields=["category", "severity", "due_at"])
    facts = {"from": before.code, "to": category.code}
    record(stream=case.stream, act="recategorise", by=by, at=at, facts=facts)
    _route_again(case, observation, why=Why.RECATEGORISED, by=by, at=at)
    keep_public(case, submission, observation, by=by, at=at)
    return observation


@acting
def assign(
    *, case_id: int, body: Body, by: Actor, at: dt.datetime, seen: int | None = None
) -> Case:
    """Give a report to a body of ours and move it to its list; raises CannotMove.

    What boundaries change later leaves it there.
    """
    case, _, observation = _locked(case_id)
    route_by_hand(observation=observation, body=body, at=at, by=by)
    record(stream=case.stream, act="choose_body", by=by, at=at, facts={"body": body.code})
    return move(case_id=case_id, edge="assign", by=by, at=at, seen=seen)


@acting
def plan(
    *, case_id: int, day: dt.date, by: Actor, at: dt.datetime, seen: int | None = None
) -> Case:
    """Set the day on which a report is worked at; raises CannotMove for a day that has passed."""
    case, submission, _ = _locked(case_id)
    submission.planned_on = day
    submission.save(update_fields=["planned_on"])
    return move(case_id=case.pk, edge="plan", by=by, at=at, seen=seen)


@acting
def merge(
    *, case_id: int, into: Observation, by: Actor, at: dt.datetime, seen: int | None = None
) -> Case:
    """Mark a report as a repetition of an earlier one; its sender and followers follow that one.

    Raises Problem 409 for a report that would lead back to itself, and CannotMove.
    """
    both = Case.objects.filter(Q(pk=case_id) | Q(observation__observation=into))
    list(both.select_for_update(of=("self",)).order_by("pk"))  # two at once lead in no circle
    case, submission, observation = _locked(case_id)
    leads_on = Submission.objects.filter(observation=into, duplicate_of__isnull=False).exists()
    if into.pk == observation.pk or leads_on:
        raise Problem(409, "not_now", NOT_ITSELF)
    submission.duplicate_of = into
    submission.save(update_fields=["duplicate_of"])
    heard = [row.person for row in Follower.objects.filter(observation=observation)]
    for person in [submission.person, *heard]:
        if person is not None:
            follow(observation=into, person=person, at=at)
    # What was merged into this one before follows it to the new one: no chain grows.
    Submission.objects.filter(duplicate_of=observation).update(duplicate_of=into)
    return move(case_id=case.pk, edge="merge", by=by, at=at, seen=seen)


@acting
def add_photos(
    *, case_id: int, files: tuple[StoredFile, ...], of_the_work: bool, by: Actor, at: dt.datetime
) -> None:
    """Add photos to a report that runs; raises Problem 422 for too many."""
    case, submission, observation = _locked(case_id)
    if Photo.objects.filter(observation=observation).count() + len(files) > 2 * MOST_PHOTOS:
        raise bad_value("photos", MANY_PHOTOS)
    keep_photos(submission, files, of_the_work=of_the_work, at=at)
    facts = {"photos": [file.sha256 for file in files], "of_the_work": of_the_work}
    record(stream=case.stream, act="add_photos", by=by, at=at, facts=facts)


@acting
def rate(*, case_id: int, rating: int, text: str, by: Actor, at: dt.datetime) -> Submission:
    """Rate how a report was dealt with, once; said again, the later word counts.

    Raises Problem 409 before it is dealt with, 422 for a rating out of 1 to 5.
    """
    if not 1 <= rating <= 5:
        raise bad_value("rating", FROM_1_TO_5)
    case = Case.objects.select_for_update().get(pk=case_id)
    if case.state not in RATED_IN:
        raise Problem(409, "not_now", NOT_YET)
    submission = submission_of(case)
    submission.rating, submission.rated_at = rating, at
    submission.rated_text = text.strip()[:LONGEST_RATING]
    submission.save(update_fields=["rating", "rated_text", "rated_at"])
    record(stream=case.stream, act="rate", by=by, at=at, facts={"rating": rating})
    return submission
