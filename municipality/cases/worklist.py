"""The work list of a role: what waits for it, claimed or free, by whom and until when."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import F, Q, QuerySet

from municipality.actor import Actor
from municipality.cases.models import Absence, Case
from municipality.cases.rights import standing
from municipality.city_time import city_day
from municipality.history.actions import record
from municipality.names import fold
from municipality.people.models import User
from municipality.reach import acting
from municipality.words import Text

TAKEN = Text("يعمل عليها {name} منذ قبل.", "{name} has already taken it.")
ENDS_FIRST = Text("آخر يوم قبل أول يوم.", "The last day is before the first.")
HAS_PASSED = Text("مضت هذه الأيام.", "These days have passed.")
TOO_LONG_AWAY = Text("لا يُسجل غياب أطول من سنة.", "An absence of more than a year is not recorded.")
NO_SUBSTITUTE = Text(
    "اختر زميلًا له دورك نفسه، أو أعد معاملاتك إلى القائمة.",
    "Choose a colleague who has your role, or let your cases go back to the list.",
)
MOST_DAYS_AWAY = 366
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
    """Take a case that waits for one's role; raises NotTaken when somebody else has it.

    Nobody takes what they may not move (their own case, another directorate's): it would lie there.
    """
    case = _locked(case_id, by)
    refusal = standing(case, by, at=at).refusal
    if refusal is not None:
        raise NotTaken(refusal)
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


def _why_not(case: Case, person: User, *, at: dt.datetime) -> Text | None:
    """Return why an officer cannot be given a case; None where they can."""
    if not person.has_role(case.worker):
        return NOT_WAITING
    return standing(case, Actor(person.pk, person.full_name, case.worker), at=at).refusal


@acting
def reassign(*, case_id: int, to: User | None, by: Actor, at: dt.datetime) -> None:
    """Give a case to another officer of its role, or back to all of them (``None``).

    For a supervisor, or for the officer who holds it; raises NotTaken for one without the role,
    and for one who may not move it.
    """
    case = Case.objects.select_for_update().get(pk=case_id)
    refusal = _why_not(case, to, at=at) if to is not None else None
    if refusal is not None:
        raise NotTaken(refusal)
    case.claimed_by, case.claimed_at = to, (at if to else None)
    case.save(update_fields=["claimed_by", "claimed_at"])
    facts = {"to": to.pk if to else None, "to_name": to.full_name if to else ""}
    record(stream=case.stream, act="reassign", by=by, at=at, facts=facts)


def may_stand_in(person: User) -> QuerySet[User]:
    """Return who can take over what an officer holds: colleagues of one of their roles."""
    roles = list(person.roles)
    colleagues = User.objects.filter(roles__overlap=roles, is_active=True).exclude(pk=person.pk)
    return colleagues.order_by("first_name", "pk")


@acting
def be_absent(
    *,
    person: User,
    first: dt.date,
    last: dt.date,
    substitute: User | None,
    by: Actor,
    at: dt.datetime,
) -> Absence:
    """Record the days an officer is away, in place of those that were still to come.

    Raises NotTaken, and keeps what was recorded, for days that end before they begin or that
    have passed, and for a substitute who shares no role.
    """
    today = city_day(at)
    if last < first:
        raise NotTaken(ENDS_FIRST)
    if last < today:
        raise NotTaken(HAS_PASSED)
    if last - first > dt.timedelta(days=MOST_DAYS_AWAY):
        raise NotTaken(TOO_LONG_AWAY)
    if substitute is not None and not may_stand_in(person).filter(pk=substitute.pk).exists():
        raise NotTaken(NO_SUBSTITUTE)
    absences(person, on=today).delete()
    facts = {"first": first.isoformat(), "last": last.isoformat(),
             "substitute": substitute.full_name if substitute else ""}  # fmt: skip
    record(stream=f"person/{person.pk}", act="be_absent", by=by, at=at, facts=facts)
    return Absence.objects.create(
        person=person, valid=(first, last + dt.timedelta(days=1)), substitute=substitute
    )


@acting
def be_back(*, person: User, by: Actor, at: dt.datetime) -> None:
    """Forget the days of absence that have not passed yet."""
    gone, _ = absences(person, on=city_day(at)).delete()
    if gone:
        record(stream=f"person/{person.pk}", act="be_back", by=by, at=at)


def absences(person: User, *, on: dt.date) -> QuerySet[Absence]:
    """Return the absences of an officer that have not passed on a day, the next first."""
    return Absence.objects.filter(person=person, valid__endswith__gt=on).order_by("valid")


@acting
def hand_over_absent(*, on: dt.date, by: Actor, at: dt.datetime) -> int:
    """Give what absent officers hold to their substitutes, or back; returns how many cases.

    Back where the substitute is away too: two who stand in for each other would pass a case to
    and fro at every turn.
    """
    handed = 0
    away = list(Absence.objects.filter(valid__contains=on).select_related("substitute"))
    absent = {absence.person_id for absence in away}
    for absence in away:
        held = Case.objects.filter(claimed_by=absence.person_id, closed_at=None)
        for case in held.select_for_update():
            to = absence.substitute
            if to is not None and (to.pk in absent or _why_not(case, to, at=at) is not None):
                to = None
            reassign(case_id=case.pk, to=to, by=by, at=at)
            handed += 1
    return handed
