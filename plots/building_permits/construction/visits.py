"""Site visits (معاينة الموقع): what the inspector found, and from where it was seen."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Max
from shapely.geometry import Point

from municipality.actor import Actor
from municipality.cases.actions import TEXT_NEEDED, CannotMove, move
from municipality.cases.models import Case
from municipality.located import Place, locate
from municipality.reach import acting
from municipality.stored import geos_of, shape_of
from municipality.words import Text
from plots.building_permits.construction.models import Construction, SiteVisit
from plots.building_permits.construction.readiness import is_stopped, last_visit, open_visit
from plots.building_permits.construction.stages import NAMES, is_last, next_stage
from plots.building_permits.construction.surveys import construction_of, latest_as_built

Outcome = SiteVisit.Outcome
COARSE_M = 50.0  # a disc so wide that only touches the plot shows nobody to be there
NO_VISIT = Text("لا معاينة مطلوبة الآن.", "No visit is asked for now.")
SAY_HOW = Text(
    "لم يثبت موقعك على القطعة؛ اكتب كيف عُوينت.",
    "Your position is not shown to be on the plot; write how the site was seen.",
)


@dataclass(frozen=True, slots=True)
class Fix:
    """Where the inspector stands: METRIC point, accuracy in metres."""

    point: Point
    accuracy_m: float


@dataclass(frozen=True, slots=True)
class Found:
    """What a visit came to, in the inspector's words, and where the inspector stood."""

    outcome: SiteVisit.Outcome
    text: str = ""
    fix: Fix | None = None


def placed(construction: Construction, fix: Fix) -> tuple[Place, float]:
    """Tell how a fix lies to the plots of the works: the answer, and metres to their edge.

    The distance is positive inside and negative outside.
    """
    ground = shape_of(construction.permit.place)
    found = locate(point=fix.point, accuracy_m=fix.accuracy_m, features=[(None, ground)])
    if found.candidates:
        return found.result, found.candidates[0].distance_to_edge_m
    return found.result, -float(ground.distance(fix.point))


def is_coarse(place: str | None, accuracy_m: float | None) -> bool:
    """Tell whether a fix is too coarse to show where somebody stands: metres; 50 in the open."""
    return place == Place.NEAR_EDGE and accuracy_m is not None and accuracy_m > COARSE_M


def _new(construction: Construction, *, stage: str, asked_at: dt.datetime | None) -> SiteVisit:
    last = construction.visits.aggregate(last=Max("number"))["last"] or 0
    return SiteVisit(construction=construction, number=last + 1, stage=stage, asked_at=asked_at)


def _stage(construction: Construction) -> str:
    stage = next_stage(construction)
    return stage.code if stage is not None else construction.stages[-1]


def ask_for_visit(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Put a visit on the list for the stage that comes next; what was surveyed stays from now."""
    construction = construction_of(case)
    _new(construction, stage=_stage(construction), asked_at=at).save()
    survey = latest_as_built(construction)
    if survey is not None and survey.submitted_at is None:
        survey.submitted_at = at
        survey.save(update_fields=["submitted_at"])


def keep_stop_order(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Write a stop-work order of an inspector who came unasked, or in the place of a visit."""
    construction = construction_of(case)
    last = last_visit(construction)
    if last is not None and (last.outcome, last.at) == (Outcome.STOPPED, at):
        return  # written with the visit itself
    visit = open_visit(construction) or _new(
        construction, stage=_stage(construction), asked_at=None
    )
    _write(visit, Found(Outcome.STOPPED, text), by=by, at=at)


def _write(visit: SiteVisit, found: Found, *, by: Actor, at: dt.datetime) -> Place | None:
    place = None
    if found.fix is not None:
        place, _ = placed(visit.construction, found.fix)
        visit.place = geos_of(found.fix.point)  # type: ignore[assignment]
        visit.accuracy_m = found.fix.accuracy_m
        visit.placed = place
    visit.outcome, visit.text, visit.at = found.outcome, found.text.strip(), at
    visit.by_person_id = by.person_id
    visit.save()
    return place


def look_again(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Let the last stage be inspected again: the approver found it not complete."""
    construction = construction_of(case)
    visit = _new(construction, stage=construction.stages[-1], asked_at=None)
    _write(visit, Found(Outcome.FAILED, text), by=by, at=at)


def _edge(visit: SiteVisit) -> str:
    """Return the edge that an outcome takes; "" for none: under an order to stop nothing passes."""
    is_under_stop = is_stopped(visit.construction)
    if visit.outcome == Outcome.STOPPED:
        return "stop"
    if visit.outcome == Outcome.RELEASED:
        return "release"
    if visit.outcome == Outcome.FAILED:
        return "keep_stopped" if is_under_stop else "fail_stage"
    if is_under_stop:
        return ""
    return "finish" if is_last(visit.construction, visit.stage) else "pass_stage"


@acting
def decide(*, case_id: int, found: Found, by: Actor, at: dt.datetime, seen: int | None) -> Case:
    """Write what a visit came to and move the works on; one transaction, all or nothing.

    A stage that did not pass and a stopped work need a text; so does whatever is found without a
    position on the plot.  Raises CannotMove.
    """
    case = Case.objects.select_for_update().get(pk=case_id)
    construction = construction_of(case)
    visit = open_visit(construction)
    if visit is None:
        raise CannotMove(NO_VISIT)
    text = found.text.strip()
    if found.outcome in (Outcome.FAILED, Outcome.STOPPED) and not text:
        raise CannotMove(TEXT_NEEDED)
    place = _write(visit, found, by=by, at=at)
    is_there = place in (Place.INSIDE, Place.NEAR_EDGE)
    if (not is_there or is_coarse(place, visit.accuracy_m)) and not text:
        raise CannotMove(SAY_HOW)
    name = NAMES[visit.stage].ar
    return move(
        case_id=case_id, edge=_edge(visit), by=by, at=at, seen=seen,
        text=f"{name}: {text}" if text else name,
    )  # fmt: skip


def takes(edge: str, case: Case, *, at: dt.datetime) -> bool:
    """Tell whether an outcome that takes this edge has just been written, by ``decide``."""
    last = last_visit(construction_of(case))
    return last is not None and last.at == at and _edge(last) == edge
