"""What the page of a case says of the works under a permit: stages, visits, what was built."""

from typing import Any

from municipality.cases.rights import Side
from municipality.words import Text
from plots.building_permits.construction.models import Construction, SiteVisit
from plots.building_permits.construction.readiness import open_visit
from plots.building_permits.construction.stages import NAMES, progress
from plots.building_permits.construction.surveys import (
    SURVEYED_IN,
    deviation_of,
    latest_as_built,
)
from plots.building_permits.construction.visits import is_coarse
from plots.building_permits.models import BuildingPermit, Work
from plots.building_permits.paper import last_day
from plots.building_permits.words import STATES, WORKS

Outcome = SiteVisit.Outcome
TONES = {
    Outcome.PASSED: ("pass", "pass"), Outcome.FAILED: ("fail", "fail"),
    Outcome.STOPPED: ("fail", "fail"), Outcome.RELEASED: ("info", "tick"),
}  # fmt: skip
FOUND = {
    Outcome.PASSED: Text("اجتازت المرحلة", "Passed"),
    Outcome.FAILED: Text("لم تجتز", "Not passed"),
    Outcome.STOPPED: Text("أُوقف العمل", "Work stopped"),
    Outcome.RELEASED: Text("رُفع الإيقاف", "Order lifted"),
}
PLACED = {
    "inside": Text("من داخل القطعة", "From inside the plot"),
    "near_edge": Text("من حد القطعة", "From the plot's edge"),
    "outside": Text("من خارج القطعة", "From outside the plot"),
    "": Text("دون موقع", "Without a position"),
}
COARSE = Text("بموقع تقريبي لا يثبت", "By a position too coarse to show")


def _placed(row: SiteVisit) -> Text:
    return COARSE if is_coarse(row.placed, row.accuracy_m) else PLACED[row.placed]


def panel_of_works(works: Construction, *, side: Side) -> dict[str, Any]:
    """Return what the page of a case shows of the works under a permit."""
    survey = latest_as_built(works)
    return {
        "works": works,
        "permit": works.permit,
        "work": WORKS[Work(works.permit.work)],
        "permit_state": STATES[BuildingPermit.State(works.permit.state)],
        "last_day": last_day(works.permit),
        "application": works.permit.application,
        "stages": progress(works),
        "visits": [
            {
                "row": row, "stage": NAMES[row.stage], "placed": _placed(row),
                "found": FOUND[Outcome(row.outcome)], "tone": TONES[Outcome(row.outcome)][0],
                "icon": TONES[Outcome(row.outcome)][1],
            }
            for row in works.visits.exclude(outcome="").order_by("-number")
        ],
        "waits": open_visit(works),
        "survey": survey,
        "deviation": deviation_of(works, survey) if survey is not None else None,
        "may_survey": side is Side.APPLICANT and works.case.state in SURVEYED_IN,
        "has_plan": works.permit.site_id is not None,
    }  # fmt: skip
