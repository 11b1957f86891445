"""Due times in office hours: they run while the municipality works, and stand while it asks.

Source of the hours: the municipal calendar (``municipality.calendar.office_time``); a move of
a holiday changes what is promised from then on, never a due time that was already told.
"""

import datetime as dt
import logging
from dataclasses import dataclass

from municipality.calendar.office_time import deadline, work_minutes_between
from municipality.calendar.queries import city_calendar
from municipality.calendar.rest_days import NoCalendar
from municipality.cases.machine import Machine, State
from municipality.cases.models import Case

LOG = logging.getLogger("municipality.cases")
ASKED_DAYS = 30  # what was asked of an applicant is waited for this long, then the case expires
MINUTE = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Promise:
    """How soon a whole case is to be dealt with: minutes of office hours, or of any hour."""

    minutes: int
    round_the_clock: bool = False


def promise(case: Case, what: Promise, *, since: dt.datetime) -> None:
    """Set the due time of a case to what was promised; the caller saves it."""
    case.round_the_clock = what.round_the_clock
    case.due_at = _due(case, what.minutes, at=since)


def _due(case: Case, minutes: int, *, at: dt.datetime) -> dt.datetime | None:
    """Return when so many minutes are over; None where the calendar does not reach."""
    if case.round_the_clock:
        return at + minutes * MINUTE
    try:
        return deadline(at, minutes, city_calendar(), case.directorate_id)
    except NoCalendar as gap:
        LOG.warning("%s has no due time: %s", case.number, gap)
        return None


def _left(case: Case, *, at: dt.datetime) -> int | None:
    """Return the minutes left until a due time; 0 once it has passed.

    None where nothing is due, and where the calendar does not reach: the clock begins anew then.
    """
    if case.due_at is None:
        return None
    if case.due_at <= at:
        return 0
    if case.round_the_clock:
        return (case.due_at - at) // MINUTE
    try:
        return work_minutes_between(at, case.due_at, city_calendar(), case.directorate_id)
    except NoCalendar as gap:
        LOG.warning("%s keeps no time left: %s", case.number, gap)
        return None


def enter(case: Case, state: State, *, machine: Machine, at: dt.datetime) -> None:
    """Set the clocks of a case that comes into a state; the caller saves it.

    Into a state that asks the applicant: where it goes back to who asked, the minutes left are
    kept and the clock stands.  Back into the state that asked: it runs on from there.  Into any
    other: it begins anew, but for one that keeps the promise of its case.
    """
    before = case.due_at
    case.expires_at = at + dt.timedelta(days=ASKED_DAYS) if state.asks else None
    if state.asks:
        case.left_min = _left(case, at=at) if case.origin else None
        case.due_at = None
    elif case.left_min is not None and _runs_on(case, state, machine):
        case.due_at, case.left_min = _due(case, case.left_min, at=at), None
    else:
        if not state.promised:
            case.round_the_clock = False
            case.due_at = _due(case, state.within_min, at=at) if state.within_min else None
        case.left_min = None
    case.entered_at = at
    if not state.promised or case.due_at != before:
        case.escalated_at = None
    case.worker = state.worker
    if state.code in machine.ends:
        case.closed_at = at


def _runs_on(case: Case, state: State, machine: Machine) -> bool:
    """Tell whether a case comes back to who asked: ``case.state`` is the one it leaves."""
    has_clock = state.promised or state.within_min is not None
    return case.origin == "" and has_clock and machine.state(case.state).asks
