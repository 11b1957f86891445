"""Routing anew what is open, after responsibilities have changed; batch by batch."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from municipality.actor import SYSTEM
from municipality.cases.models import Case
from municipality.city_time import city_day
from municipality.located import Place
from municipality.reach import acting
from observations.reports.models import Observation, Status
from observations.routing.actions import Why, answer_of, directorate_of, row_of
from observations.routing.models import Routed

BATCH = 500
OPEN = (Status.NEW, Status.REFERRED, Status.IN_PROGRESS)


@dataclass(frozen=True, slots=True)
class Rerouted:
    """What a run did: reports looked at, given another answer, and left as officers chose."""

    looked_at: int = 0
    changed: int = 0
    by_hand: int = 0

    def __add__(self, other: "Rerouted") -> "Rerouted":
        return Rerouted(
            self.looked_at + other.looked_at,
            self.changed + other.changed,
            self.by_hand + other.by_hand,
        )


def _said(row: Routed) -> tuple[object, ...]:
    """What an answer comes to: the same again is no news, whatever the metres."""
    return row.result, row.body_id, {one["body"] for one in row.candidates}


@acting
def _batch(ids: list[int], at: dt.datetime) -> Rerouted:
    """Route some reports anew; those closed or moved meanwhile are seen as they are now."""
    held = list(
        Observation.objects.select_for_update().filter(pk__in=ids, status__in=OPEN).order_by("pk")
    )
    standing = {
        row.observation_id: row
        for row in Routed.objects.filter(observation__in=[one.pk for one in held], until=None)
    }
    on, by_hand = city_day(at), 0
    new: list[Routed] = []
    directorates: dict[int | None, list[int]] = {}
    for observation in held:
        before = standing.get(observation.pk)
        if before is not None and before.why == Why.BY_HAND:
            by_hand += 1
            continue
        found = answer_of(observation, on=on)
        why = Why.INTAKE if before is None else Why.BOUNDARY_CHANGED
        row = row_of(observation, found, at=at, why=why, by=SYSTEM)
        if before is not None and _said(before) == _said(row):
            continue
        new.append(row)
        directorates.setdefault(directorate_of(found), []).append(observation.pk)
    Routed.objects.filter(observation__in=[row.observation_id for row in new], until=None).update(
        until=at
    )
    Routed.objects.bulk_create(new)
    for directorate_id, reports in directorates.items():
        Case.objects.filter(observation__observation__in=reports).update(
            directorate_id=directorate_id
        )
    return Rerouted(len(held), len(new), by_hand)


def _in_batches(reports: QuerySet[Observation], at: dt.datetime, batch: int) -> Rerouted:
    done, after = Rerouted(), 0
    while ids := list(
        reports.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:batch]
    ):
        done, after = done + _batch(ids, at), ids[-1]
    return done


def reroute_open(*, at: dt.datetime, batch: int = BATCH) -> Rerouted:
    """Route every open report whose answer is another on the city's day of ``at``.

    Each batch is a transaction: a run that is broken off goes on with the next one, and a
    second run changes nothing.  Reports that no one has routed yet (they came from a file) get
    their first answer.  What an officer gave to a body by hand stays there.
    """
    return _in_batches(Observation.objects.filter(status__in=OPEN), at, batch)


def route_new(*, at: dt.datetime, batch: int = BATCH) -> Rerouted:
    """Route the open reports that nobody has routed yet: those of a file."""
    unrouted = ~Exists(Routed.objects.filter(observation=OuterRef("pk"), until=None))
    return _in_batches(Observation.objects.filter(unrouted, status__in=OPEN), at, batch)


@dataclass(frozen=True, slots=True)
class Queues:
    """How many open reports wait for an officer to say whose they are."""

    ambiguous: int  # more than one body, or one in part
    unassigned: int  # no body at all


def queues() -> Queues:
    """Count the open reports whose standing answer names nobody."""
    waiting = Routed.objects.filter(until=None, body=None, observation__status__in=OPEN)
    counted = waiting.aggregate(
        ambiguous=Count("pk", filter=~Q(result=Place.OUTSIDE)),
        unassigned=Count("pk", filter=Q(result=Place.OUTSIDE)),
    )
    return Queues(**counted)
