"""Putting reports on one's round of a day, taking them off, ordering them, having been there."""

import datetime as dt

from django.db.models import Max, QuerySet
from shapely.geometry import Point

from municipality.people.models import User
from municipality.problems import Problem
from municipality.reach import acting
from municipality.stored import shape_of
from municipality.words import Text
from observations.reports.models import Observation
from observations.rounds.models import Stop
from observations.rounds.ordering import Round, sensible

MOST_STOPS = 60
TOO_MANY = Text(
    f"في الجولة {MOST_STOPS} ملاحظة على الأكثر.", f"A round has {MOST_STOPS} reports at most."
)


def round_of(person: User, *, day: dt.date) -> QuerySet[Stop]:
    """Return the stops of an officer's day in their order."""
    rows = Stop.objects.filter(person=person, day=day)
    return rows.select_related(
        "observation__category", "observation__area", "observation__submission__case"
    ).order_by("position", "pk")


@acting
def add(*, observation: Observation, person: User, day: dt.date) -> bool:
    """Put a report at the end of a day's round; returns whether it was not on it.

    Raises Problem 409 for a round that is full.
    """
    User.objects.select_for_update().get(pk=person.pk)  # one list, one hand
    rows = Stop.objects.filter(person=person, day=day)
    if rows.filter(observation=observation).exists():
        return False
    if rows.count() >= MOST_STOPS:
        raise Problem(409, "not_now", TOO_MANY)
    last = rows.aggregate(last=Max("position"))["last"] or 0
    Stop.objects.create(person=person, observation=observation, day=day, position=last + 1)
    return True


@acting
def take_off(*, observation: Observation, person: User, day: dt.date) -> None:
    """Take a report off a day's round."""
    Stop.objects.filter(person=person, day=day, observation=observation).delete()


@acting
def put_in_order(*, person: User, day: dt.date, start: Point | None) -> Round:
    """Order a day's round sensibly from a METRIC start (its first stop where there is none).

    Where the officer has been stays in front, as it was.
    """
    User.objects.select_for_update().get(pk=person.pk)
    stops = list(round_of(person, day=day))
    been = [stop for stop in stops if stop.been_at is not None]
    left = [stop for stop in stops if stop.been_at is None]
    points = [Point(shape_of(stop.observation.point)) for stop in left]
    if start is None and points:
        start = Point(shape_of(been[-1].observation.point)) if been else points[0]
    found = sensible(points, start=start) if start is not None else Round((), 0.0)
    for position, stop in enumerate([*been, *(left[n] for n in found.order)], start=1):
        stop.position = position
    Stop.objects.bulk_update(stops, ["position"])
    return found


@acting
def have_been(*, observation: Observation, person: User, day: dt.date, at: dt.datetime) -> None:
    """Mark a stop as visited; again: as not visited."""
    for stop in Stop.objects.filter(person=person, day=day, observation=observation):
        stop.been_at = None if stop.been_at else at
        stop.save(update_fields=["been_at"])
