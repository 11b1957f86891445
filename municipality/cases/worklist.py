"""The work list of a role: what waits for it, claimed or free, by whom and until when."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from municipality.actor import Actor
from municipality.cases.models import Absence, Case
from municipality.history.actions import record
from municipality.names import fold
from municipality.people.models import User
from municipality.reach import acting
from municipality.words import Text

TAKEN = Text("يعمل عليها {name} منذ قبل.", "{name} has already taken it.")
NOT_WAITING = Text("لم تعد هذه المعاملة تنتظرك.", "This case no longer waits for you.")


class NotTaken(Exception):
    """The case was not claimed or handed on; ``words`` says why."""

    def __init__(self, words: Text) -> None:
        super().__init__(words.en)
        self.words = words


@dataclass(frozen=True, slots=True)
class Filter:
    """What of a work list is shown; empty shows all of it."""

    kind: str = ""
    state: str = ""
    whose: str = ""  # "mine", "free", "" for all
    late: bool = False
    text: str = ""


def waiting_for(*, roles: frozenset[str], directorate_id: int | None) -> QuerySet[Case]:
    """Return what waits for these roles, the most urgent first.

    An officer of one directorate sees its cases and those of no directorate.
    """
    cases = Case.objects.filter(worker__in=roles, closed_at=None)
    if directorate_id is not None:
        cases = cases.filter(Q(directorate=directorate_id) | Q(directorate=None))
    return cases.select_related("claimed_by", "area").order_by(
        F("due_at").asc(nulls_last=True), "entered_at", "pk"
    )


def narrowed(
    cases: QuerySet[Case], by: Filter, *, person_id: int | None, at: dt.datetime
) -> QuerySet[Case]:
    """Apply a filter to a work list."""
    if by.kind:
        cases = cases.filter(kind=by.kind)
    if by.state:
        cases = cases.filter(state=by.state)
    if by.whose == "mine":
        cases = cases.filter(claimed_by=person_id)
    elif by.whose == "free":
        cases = cases.filter(claimed_by=None)
    if by.late:
        cases = cases.filter(due_at__lt=at)
    if by.text:
        wanted = fold(by.text.strip())
        cases = cases.filter(Q(number__icontains=wanted) | Q(plot_number__icontains=wanted))
    return cases


def _locked(case_id: int, by: Actor) -> Case:
    case = Case.objects.select_for_update().get(
        pk=case_id
    )  # alone: docs/gotchas.md, Locks and joins
    if case.worker != by.role:
        raise NotTaken(NOT_WAITING)
    return case


@acting
def claim(*, case_id: int, by: Actor, at: dt.datetime) -> Case:
    """Take a case that waits for one's role; raises NotTaken when somebody else has it."""
    case = _locked(case_id, by)
    if case.claimed_by is not None and case.claimed_by.pk != by.person_id:
        raise NotTaken(TAKEN.with_values(name=case.claimed_by.full_name))
    if case.claimed_by is None:
        case.claimed_by_id, case.claimed_at = by.person_id, at
        case.save(update_fields=["claimed_by", "claimed_at"])
        record(stream=case.stream, act="claim", by=by, at=at)
    return case


@acting
def release(*, case_id: int, by: Actor, at: dt.datetime) -> None:
    """Give back what one has claimed."""
    case = _locked(case_id, by)
    if case.claimed_by_id == by.person_id:
        case.claimed_by, case.claimed_at = None, None
        case.save(update_fields=["claimed_by", "claimed_at"])
        record(stream=case.stream, act="release", by=by, at=at)


@acting
def reassign(*, case_id: int, to: User | None, by: Actor, at: dt.datetime) -> None:
    """Give a case to another officer of its role, or back to all of them (``None``).

    For a supervisor, or for the officer who holds it; raises NotTaken for one without the role.
    """
    case = Case.objects.select_for_update().get(pk=case_id)
    if to is not None and not to.has_role(case.worker):
        raise NotTaken(NOT_WAITING)
    case.claimed_by, case.claimed_at = to, (at if to else None)
    case.save(update_fields=["claimed_by", "claimed_at"])
    facts = {"to": to.pk if to else None, "to_name": to.full_name if to else ""}
    record(stream=case.stream, act="reassign", by=by, at=at, facts=facts)


@acting
def hand_over_absent(*, on: dt.date, by: Actor, at: dt.datetime) -> int:
    """Give what absent officers hold to their substitutes, or back; returns how many cases."""
    handed = 0
    for absence in Absence.objects.filter(valid__contains=on).select_related("substitute"):
        held = Case.objects.filter(claimed_by=absence.person_id, closed_at=None)
        for case in held.select_for_update():
            to = absence.substitute
            if to is not None and not to.has_role(case.worker):
                to = None
            reassign(case_id=case.pk, to=to, by=by, at=at)
            handed += 1
    return handed
