"""Taking up a report that came in a file of another system: it gets the case that it has not.

What was imported is counted and drawn from the first moment; it is worked at from this one.
"""

import datetime as dt

from django.db.models import QuerySet

from municipality.actor import Actor
from municipality.cases.actions import Where
from municipality.history.actions import record
from municipality.problems import Problem
from municipality.reach import acting
from municipality.words import Text
from observations.reports.following import ENDED, OFFICERS
from observations.reports.intake import open_promised
from observations.reports.leading import lead
from observations.reports.models import Fix, Observation, Status, Submission
from observations.routing.actions import Why, route

HAS_ENDED = Text("انتهت هذه الملاحظة في نظامها.", "This report has ended in its own system.")


@acting
def take_up(*, observation_id: int, by: Actor, at: dt.datetime) -> Submission:
    """Open the case of an imported report that is still open; one that has a case keeps it.

    Its promise begins now: what its own system promised is not known.  Nobody is its applicant,
    so nobody is asked or told; later imports leave it alone (``import_swap``).  Raises Problem
    409 for one that has ended.
    """
    seen = Observation.objects.select_for_update().get(pk=observation_id)
    known = Submission.objects.filter(observation=seen).first()  # unique
    if known is not None:
        return known
    if has_ended(seen):
        raise Problem(409, "not_now", HAS_ENDED)
    where = Where(place=seen.point, wilayat_id=seen.wilayat_id, area_id=seen.area_id)
    case = open_promised(seen.category, parties=(), where=where, by=by, at=at)
    seen.status, seen.due_at = Status.NEW, case.due_at
    if by.role in OFFICERS:
        seen.first_answered_at = seen.first_answered_at or at
    seen.save(update_fields=["status", "due_at", "first_answered_at"])
    made = Submission.objects.create(observation=seen, case=case, sent_at=at)
    Fix.objects.create(
        observation=seen, origin=seen.fix_origin, point=seen.point, accuracy_m=seen.accuracy_m,
        told_at=at, counts_from=at,
    )  # fmt: skip
    facts = {"source": seen.source, "external_id": seen.external_id}
    record(stream=case.stream, act="take_up", by=by, at=at, facts=facts)
    route(observation=seen, at=at, why=Why.INTAKE, by=by)
    made.case = lead(case_id=case.pk, before=None, at=at)
    return made


def has_ended(seen: Observation) -> bool:
    """Tell whether a report has ended, here or in its own system."""
    return Status(seen.status) in ENDED


def without_case() -> QuerySet[Observation]:
    """Return the reports that are open and have no case; for staff, who see who has one."""
    return Observation.objects.filter(submission=None).exclude(status__in=ENDED)


def open_without_case(*, source: str) -> list[int]:
    """Return the ids of a source's reports that are open and have no case, the oldest first."""
    rows = without_case().filter(source=source)
    return list(rows.order_by("reported_at", "pk").values_list("pk", flat=True))
