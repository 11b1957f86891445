"""What must hold before the works move on: each question says what is missing, in words."""

import datetime as dt

from municipality.cases.models import Case
from municipality.city_time import city_day
from municipality.words import Text
from plots.building_permits.construction.models import Construction, SiteVisit
from plots.building_permits.construction.stages import is_last, next_stage
from plots.building_permits.construction.surveys import (
    construction_of,
    deviation_of,
    latest_as_built,
)
from plots.building_permits.models import BuildingPermit
from plots.building_permits.paper import last_day

NOT_IN_FORCE = Text(
    "الإباحة {number} ليست سارية؛ جددوها أولًا.", "Permit {number} is not in force; renew it first."
)
NO_SURVEY = Text(
    "ارفعوا المبنى كما بُني قبل معاينة الإتمام.",
    "Hand in the as-built survey before the completion is inspected.",
)
BEYOND = Text(
    "بُني {area} م² خارج المخطط المعتمد، أبعدها {far} م. صححوا البناء أو اطلبوا إباحة تعديل.",
    "{area} m² stand outside the approved plan, the furthest by {far} m. Mend it or apply for a "
    "modification.",
)
ALL_SEEN = Text("عُوينت المراحل كلها.", "All stages have been inspected.")
CHANGED = Text(
    "تغيرت الإباحة بعد المعاينة؛ بقيت مرحلة «{stage}».",
    "The permit has changed since the visit; the stage “{stage}” is left.",
)


def open_visit(construction: Construction) -> SiteVisit | None:
    """Return the visit that was asked for and has no outcome yet."""
    return construction.visits.filter(outcome="").first()  # unique


def last_visit(construction: Construction) -> SiteVisit | None:
    """Return the latest visit, with or without an outcome."""
    return construction.visits.order_by("-number").first()


def is_stopped(construction: Construction) -> bool:
    """Tell whether a stop-work order holds: no inspector has lifted the latest."""
    orders = (SiteVisit.Outcome.STOPPED, SiteVisit.Outcome.RELEASED)
    last = construction.visits.filter(outcome__in=orders).order_by("-number").first()
    return last is not None and last.outcome == SiteVisit.Outcome.STOPPED


def is_in_force(permit: BuildingPermit, *, at: dt.datetime) -> bool:
    """Tell whether a permit lets anyone build on the day of a moment."""
    on = city_day(at)
    return permit.state == BuildingPermit.State.VALID and on <= last_day(permit)


def permit_is_in_force(case: Case, *, at: dt.datetime) -> Text | None:
    """Refuse while the permit has run out or was revoked."""
    permit = construction_of(case).permit
    return None if is_in_force(permit, at=at) else NOT_IN_FORCE.with_values(number=permit.number)


def _stands_as_approved(construction: Construction) -> Text | None:
    """Refuse the end of works whose building was not surveyed, or stands beyond its plan."""
    if construction.permit.site is None:
        return None
    survey = latest_as_built(construction)
    if survey is None:
        return NO_SURVEY
    found = deviation_of(construction, survey)
    if found is None or found.is_within:
        return None
    return BEYOND.with_values(area=f"{found.beyond_m2:.2f}", far=f"{found.beyond_m:.2f}")


def may_ask_for_visit(case: Case, *, at: dt.datetime) -> Text | None:
    """Refuse a visit without a permit in force; of the last stage, without what was built."""
    if refused := permit_is_in_force(case, at=at):
        return refused
    construction = construction_of(case)
    stage = next_stage(construction)
    if stage is None:
        return ALL_SEEN
    return _stands_as_approved(construction) if is_last(construction, stage.code) else None


def may_be_certified(case: Case, *, at: dt.datetime) -> Text | None:
    """Refuse the certificate while a stage is open or the building stands beyond its plan."""
    if refused := permit_is_in_force(case, at=at):
        return refused
    construction = construction_of(case)
    if stage := next_stage(construction):
        return Text(CHANGED.ar.format(stage=stage.name.ar), CHANGED.en.format(stage=stage.name.en))
    return _stands_as_approved(construction)
