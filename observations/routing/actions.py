"""Routing a report: the answer is written down, and its case goes to the directorate it names."""

import datetime as dt

from municipality.actor import Actor
from municipality.cases.models import Case
from municipality.city_time import city_day
from municipality.located import DEFAULT_ACCURACY_M, Located
from municipality.reach import acting
from municipality.stored import shape_of
from observations.reports.models import Observation
from observations.routing.book import Answering
from observations.routing.models import Body, Routed
from observations.routing.queries import clear, responsible

Why = Routed.Why


def answer_of(observation: Observation, *, on: dt.date) -> Located[Answering]:
    """Say whose a report is on a day, by its point that counts."""
    return responsible(
        category_id=observation.category_id,
        point=shape_of(observation.point),
        accuracy_m=accuracy_of(observation),
        on=on,
    )


def accuracy_of(observation: Observation) -> float:
    """Return the accuracy of a report's point in metres, or what an unknown one is taken for."""
    told = observation.accuracy_m
    return DEFAULT_ACCURACY_M if told is None else told


def directorate_of(found: Located[Answering]) -> int | None:
    """Return the directorate an answer leads to; None where it is unclear, or leads outside."""
    rule = clear(found)
    return None if rule is None else rule.directorate_id


def row_of(
    observation: Observation, found: Located[Answering], *, at: dt.datetime, why: Why, by: Actor
) -> Routed:
    """Make the row of an answer, unsaved."""
    rule = clear(found)
    return Routed(
        observation=observation,
        result=found.result.value,
        body_id=None if rule is None else rule.body_id,
        responsibility_id=None if rule is None else rule.responsibility_id,
        candidates=[
            {
                "body": candidate.feature.body,
                "responsibility": candidate.feature.responsibility_id,
                "category": candidate.feature.category_id,
                "distance_m": round(candidate.distance_to_edge_m, 2),
            }
            for candidate in found.candidates
        ],
        point=observation.point,
        accuracy_m=accuracy_of(observation),
        category_id=observation.category_id,
        at=at,
        why=why,
        by_person_id=by.person_id,
    )


def _stands(row: Routed, *, directorate_id: int | None) -> Routed:
    """Let an answer take the place of the one before, and its case go where it says.

    What is not clear is nobody's until an officer has looked: a directorate that was named
    before would be a guess.
    """
    Routed.objects.filter(observation=row.observation_id, until=None).update(until=row.at)
    row.save()
    cases = Case.objects.filter(observation__observation=row.observation_id)
    cases.update(directorate_id=directorate_id)
    return row


def _locked(observation: Observation) -> Observation:
    """Hold a report until the transaction ends, so that two answers come one after the other."""
    return Observation.objects.select_for_update().get(pk=observation.pk)


@acting
def route(*, observation: Observation, at: dt.datetime, why: Why, by: Actor) -> Routed:
    """Route a report by its category and point as they stand, on the city's day of ``at``.

    Works in the caller's transaction.  The case of its submission, where it has one, gets the
    directorate of the body where the answer is clear and municipal, else none.  Raises
    ValueError for ``by_hand``: an officer names the body (``route_by_hand``).
    """
    if why == Why.BY_HAND:
        raise ValueError("by hand a body is named: route_by_hand")
    held = _locked(observation)
    found = answer_of(held, on=city_day(at))
    row = row_of(held, found, at=at, why=why, by=by)
    return _stands(row, directorate_id=directorate_of(found))


@acting
def route_by_hand(*, observation: Observation, body: Body, at: dt.datetime, by: Actor) -> Routed:
    """Give a report to the body an officer chose; later changes of boundaries leave it there.

    What the polygons say is kept beside it.  The caller has checked who may.
    """
    held = _locked(observation)
    row = row_of(held, answer_of(held, on=city_day(at)), at=at, why=Why.BY_HAND, by=by)
    if row.body_id != body.pk:
        row.body, row.responsibility = body, None
    return _stands(row, directorate_id=body.directorate_id)
