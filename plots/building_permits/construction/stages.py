"""What is inspected of each kind of work, in which order, and how far the works have come.

The stages are the common ones of site inspection; Local Order 23/92 names none (its chapter III
lets officials enter at any time, art. 100).  The municipality replaces this table by its own.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from municipality.words import Text
from plots.building_permits.construction.models import Construction, SiteVisit
from plots.building_permits.models import BuildingPermit, Work

NAMES = {
    "setting_out": Text("تثبيت المبنى على الطبيعة", "Setting out"),
    "secured": Text("تأمين الموقع", "Site made safe"),
    "footings": Text("القواعد", "Footings"),
    "structure": Text("الهيكل الإنشائي", "Structural frame"),
    "cleared": Text("إزالة الأنقاض وتسوية الموقع", "Site cleared and levelled"),
    "reinstated": Text("إعادة الموقع إلى حالته", "Ground reinstated"),
    "completion": Text("إتمام البناء", "Completion"),
}
BUILT = ("setting_out", "footings", "structure", "completion")
STAGES = {
    Work.NEW: BUILT,
    Work.ADDITION: BUILT,
    Work.MODIFICATION: ("structure", "completion"),
    Work.DEMOLITION: ("secured", "cleared"),
    Work.EXCAVATION: ("secured", "reinstated"),
}


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its name, and the visit that passed it, if one did."""

    code: str
    name: Text
    passed_by: SiteVisit | None


def stages_of(permit: BuildingPermit) -> tuple[str, ...]:
    """Return what is inspected of the work of a permit."""
    return STAGES[Work(permit.work)]


def joined(held: Iterable[str], new: Iterable[str]) -> list[str]:
    """Put the stages of a permit that takes over into those held, in the order of the table."""
    wanted = {*held, *new}
    return [code for code in NAMES if code in wanted]


def progress(construction: Construction) -> list[Stage]:
    """Return the stages in order with the visits that passed them: the latest word counts.

    A permit that changes the building (a modification) has its own stages looked at again: what
    was seen before it was issued is not what is built now.
    """
    permit = construction.permit
    again = set(stages_of(permit))
    passed: dict[str, SiteVisit] = {}
    told = (SiteVisit.Outcome.PASSED, SiteVisit.Outcome.FAILED)
    for visit in construction.visits.filter(outcome__in=told).order_by("number"):
        if visit.outcome == SiteVisit.Outcome.FAILED:
            passed.pop(visit.stage, None)
        elif visit.stage not in again or (visit.at and visit.at >= permit.issued_at):
            passed[visit.stage] = visit
    return [Stage(code, NAMES[code], passed.get(code)) for code in construction.stages]


def next_stage(construction: Construction) -> Stage | None:
    """Return the first stage that no visit has passed; None where all are passed."""
    return next((one for one in progress(construction) if one.passed_by is None), None)


def is_last(construction: Construction, code: str) -> bool:
    """Tell whether a stage is the last: it ends the works."""
    return bool(construction.stages) and construction.stages[-1] == code
