"""Due times in office hours: they run while the municipality works, and stand while it asks.

Source of the hours: the municipal calendar (``municipality.calendar.office_time``); a move of
a holiday changes what is promised from then on, never a due time that was already told.
"""

import datetime as dt
import logging

from municipality.calendar.office_time import deadline, work_minutes_between
from municipality.calendar.queries import city_calendar
from municipality.calendar.rest_days import NoCalendar
from municipality.cases.machine import Machine, State
from municipality.cases.models import Case

LOG = logging.getLogger("municipality.cases")
ASKED_DAYS = 30  # what was asked of an applicant is waited for this long, then the case expires


def _due(case: Case, minutes: int, *, at: dt.datetime) -> dt.datetime | None:
    """Return when so many office minutes are over; None where the calendar does not reach."""
    try:
        return deadline(at, minutes, city_calendar(), case.directorate_id)
    except NoCalendar as gap:
        LOG.warning("%s has no due time: %s", case.number, gap)
        return None


def _left(case: Case, *, at: dt.datetime) -> int | None:
    """Return the office minutes left until a due time; 0 once it has passed.

    None where nothing is due, and where the calendar does not reach: the clock begins anew then.
    """
    if case.due_at is None:
        return None
    if case.due_at <= at:
        return 0
    try:
        return work_minutes_between(at, case.due_at, city_calendar(), case.directorate_id)
    except NoCalendar as gap:
        LOG.warning("%s keeps no time left: %s", case.number, gap)
        return None


def enter(case: Case, state: State, *, machine: Machine, at: dt.datetime) -> None:
    """Set the clocks of a case that comes into a state; the caller saves it.

    Into a state that asks the applicant: the minutes left are kept and the clock stands.  Back
    into the state that asked: it runs on from there.  Into any other: it begins anew.
    """
    resumes = case.origin == "" and case.left_min is not None and state.within_min is not None
    left = case.left_min
    case.expires_at = at + dt.timedelta(days=ASKED_DAYS) if state.asks else None
    if state.asks:
        case.left_min = _left(case, at=at)
        case.due_at = None
    elif resumes and left is not None and machine.state(case.state).asks:
        case.due_at, case.left_min = _due(case, left, at=at), None
    else:
        case.due_at = _due(case, state.within_min, at=at) if state.within_min else None
        case.left_min = None
    case.entered_at, case.escalated_at = at, None
    case.worker = state.worker
    if state.code in machine.ends:
        case.closed_at = at
