"""Letting the public see a report, and taking it away again.

Nobody sees a report before an officer has looked at it (guards.md threat 27).  The public's point
is never the sender's: it lies on the centre line of the road, in the middle of a piece that
several houses share, or in the middle of a cell of the lattice; and it comes late, when whoever
stood there has gone (threat 7).  Decision 0084.
"""

import datetime as dt
import math

from shapely.geometry import LineString, Point

from maps.heat.lattice import CELL_M
from municipality.actor import Actor
from municipality.cases.models import Case
from municipality.history.actions import record
from municipality.problems import Problem
from municipality.reach import acting
from municipality.stored import geos_point
from municipality.words import Text
from observations.reports.following import submission_of
from observations.reports.models import Observation, Submission
from observations.reports.public import PUBLIC_STATUSES
from plots.register.roads import nearest_centre_line

DELAY = dt.timedelta(hours=24)  # services.md asks for one; its length is our own choice
ROAD_WITHIN_M = 50.0  # services.md: the road or 50 m
# Of a road: half of it and the way to the road together stay under 50 m times the root of two.
PIECE_M = 40.0
PUBLISHERS = frozenset({"agent", "department", "supervisor"})
NOT_YOURS = Text(
    "يعرض الملاحظات للعموم مركز الاتصالات والدائرة والمشرف.",
    "Reports are shown to the public by the contact centre, the department and the supervisor.",
)
NOT_PUBLIC = Text(
    "ملاحظة من هذا النوع أو بهذه الحالة لا تُعرض للعموم.",
    "A report of this kind, or in this state, is not shown to the public.",
)


def on_piece(line: LineString, point: Point) -> Point:
    """Return the middle of the piece of a line that is nearest to a point.

    Not the nearest spot itself: that is in front of the house.  Pieces are as long as each other
    and at most PIECE_M.
    """
    count = max(1, math.ceil(line.length / PIECE_M))
    piece = min(int(line.project(point, normalized=True) * count), count - 1)
    middle: Point = line.interpolate((piece + 0.5) / count, normalized=True)
    return middle


def middle_of_cell(point: Point) -> Point:
    """Return the middle of the 50 m cell of the lattice that holds a METRIC point."""
    x, y = ((math.floor(value / CELL_M) + 0.5) * CELL_M for value in (point.x, point.y))
    return Point(x, y)


def public_place(point: Point) -> Point:
    """Return where the public is told that a report at a METRIC point is; under 71 m away."""
    line = nearest_centre_line(point, within_m=ROAD_WITHIN_M)
    return middle_of_cell(point) if line is None else on_piece(line, point)


def may_be_shown(observation: Observation) -> bool:
    """Tell whether a report is of a public category and state."""
    return observation.category.public and observation.status in PUBLIC_STATUSES


def _of_officer(case_id: int, by: Actor) -> tuple[Case, Submission]:
    if by.role not in PUBLISHERS:
        raise Problem(403, "not_allowed", NOT_YOURS)
    case = Case.objects.select_for_update().get(pk=case_id)
    return case, submission_of(case)


@acting
def show(*, case_id: int, by: Actor, at: dt.datetime) -> Submission:
    """Let the public see a report, from a day after it was made on; shown again, nothing changes.

    Raises Problem 403 for who is no officer of reports, 409 for a private category or state.
    """
    case, submission = _of_officer(case_id, by)
    observation = submission.observation
    if not may_be_shown(observation):
        raise Problem(409, "not_now", NOT_PUBLIC)
    if submission.shown == Submission.Shown.SHOWN:
        return submission
    submission.shown = Submission.Shown.SHOWN
    submission.shown_point = geos_point(public_place(_point(observation)))
    submission.shown_from = max(at, observation.reported_at + DELAY)
    submission.save(update_fields=["shown", "shown_point", "shown_from"])
    facts = {"shown_from": submission.shown_from.isoformat()}
    record(stream=case.stream, act="show_to_public", by=by, at=at, facts=facts)
    return submission


@acting
def hide(*, case_id: int, by: Actor, at: dt.datetime) -> Submission:
    """Take a report away from the public at once, in any state; raises Problem 403."""
    case, submission = _of_officer(case_id, by)
    return hidden(case, submission, by=by, at=at)


def hidden(case: Case, submission: Submission, *, by: Actor, at: dt.datetime) -> Submission:
    """Hide a report whose case is locked; nothing happens to one that is hidden."""
    if submission.shown == Submission.Shown.HIDDEN:
        return submission
    submission.shown = Submission.Shown.HIDDEN
    submission.shown_point = submission.shown_from = None
    submission.save(update_fields=["shown", "shown_point", "shown_from"])
    record(stream=case.stream, act="hide_from_public", by=by, at=at)
    return submission


def keep_public(
    case: Case, submission: Submission, observation: Observation, *, by: Actor, at: dt.datetime
) -> None:
    """Let what the public sees go along with a report that was moved or given another kind."""
    if submission.shown != Submission.Shown.SHOWN:
        return
    if not observation.category.public:
        hidden(case, submission, by=by, at=at)
        return
    submission.shown_point = geos_point(public_place(_point(observation)))
    submission.save(update_fields=["shown_point"])


def _point(observation: Observation) -> Point:
    return Point(observation.point.x, observation.point.y)
