"""Leading a report's case where its routing says: to a department's list, or back to the agents."""

import datetime as dt

from django.db.models import Q

from municipality.actor import SYSTEM
from municipality.cases.actions import CannotMove, move
from municipality.cases.models import Case
from municipality.reach import acting
from observations.reports.transitions import AT_WORK, KIND

BEGUN = frozenset(AT_WORK) - {"assigned"}
ASTRAY = Q(state="received", directorate__isnull=False) | Q(state__in=AT_WORK, directorate=None)
AT_ONCE = 500


def _edge(case: Case, *, before: int | None) -> str | None:
    """Return the edge that brings a case to its directorate; ``before`` is the one it had."""
    if case.state == "received":
        return "assign" if case.directorate_id is not None else None
    if case.state not in AT_WORK:
        return None
    if case.directorate_id is None:
        return "unassign"
    moved = before is not None and before != case.directorate_id
    return "reassign" if moved and case.state in BEGUN else None


@acting
def lead(*, case_id: int, before: int | None, at: dt.datetime) -> Case:
    """Bring a case to the list that its directorate says; ``before`` is the one it had."""
    case = Case.objects.get(pk=case_id)
    edge = _edge(case, before=before)
    return case if edge is None else move(case_id=case_id, edge=edge, by=SYSTEM, at=at)


def lead_astray(*, at: dt.datetime) -> int:
    """Lead the cases whose directorate was changed under them (boundaries); returns how many."""
    led = 0
    found = Case.objects.filter(ASTRAY, kind=KIND, closed_at=None).order_by("pk")
    for case_id in list(found.values_list("pk", flat=True)[:AT_ONCE]):
        try:
            lead(case_id=case_id, before=None, at=at)
            led += 1
        except CannotMove:
            continue  # it moved meanwhile
    return led
