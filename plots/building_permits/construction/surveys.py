"""The as-built survey: the office hands in what stands, and sees it over what was approved."""

import datetime as dt

from municipality.actor import Actor
from municipality.cases.conversation import ONLY_READS, NotSaid, open_for
from municipality.cases.models import Case
from municipality.cases.rights import Side
from municipality.city_time import city_day
from municipality.history.actions import record
from municipality.reach import acting
from municipality.stored import shape_of
from municipality.words import Text
from plots.building_permits.construction.deviation import Deviation, deviation
from plots.building_permits.construction.models import Construction
from plots.building_permits.models import PermitApplication, SiteVersion
from plots.building_permits.queries import plots_of
from plots.building_permits.site_versions import Drawn, next_number, write_version
from plots.building_permits.sites.context import NotOneSite

SURVEYED_IN = ("building", "stopped")  # the states in which the office surveys what stands
NOT_NOW = Text(
    "يُرفع ما بُني أثناء البناء، لا أثناء المعاينة.",
    "What was built is surveyed while the works go on, not while they are inspected.",
)
NO_FOOTPRINT = Text(
    "هذه الإباحة بلا مسقط مبنى.", "This permit approved no footprint to compare with."
)


def construction_of(case: Case) -> Construction:
    """Return the works of a case with their permit; raises DoesNotExist for another kind."""
    rows = Construction.objects.select_related("permit__site", "permit__application", "certificate")
    return rows.get(case=case)


def planned(construction: Construction) -> PermitApplication | None:
    """Return the application whose site plan is built; none where the permit approved no plan."""
    return None if construction.permit.site is None else construction.permit.application


def latest_as_built(construction: Construction) -> SiteVersion | None:
    """Return the latest survey of what was built; none where nothing was surveyed."""
    return construction.as_built.order_by("-number").first()


def deviation_of(construction: Construction, survey: SiteVersion) -> Deviation | None:
    """Compare a survey with what the permit in force approved; None where it approved no plan."""
    approved = construction.permit.site
    if approved is None:
        return None
    return deviation(shape_of(survey.buildings), shape_of(approved.buildings))


@acting
def survey_as_built(*, case_id: int, drawn: Drawn, by: Actor, at: dt.datetime) -> SiteVersion:
    """Put in what was built, checked by the rules; replaces what no inspector has seen yet.

    Raises NotSaid for who is not of the office, at another stage, for plots that are no one site.
    """
    case, side = open_for(case_id, by, at=at)
    if side is not Side.APPLICANT:
        raise NotSaid(ONLY_READS)
    if case.state not in SURVEYED_IN:
        raise NotSaid(NOT_NOW)
    construction = construction_of(case)
    approved = planned(construction)
    if approved is None:
        raise NotSaid(NO_FOOTPRINT)
    on = city_day(at)
    plots = plots_of(approved, on=on)
    try:
        survey = write_version(
            construction, next_number(latest_as_built(construction)), drawn, plots, by=by, at=at
        )
    except NotOneSite as refusal:
        raise NotSaid(refusal.why) from None
    found = deviation_of(construction, survey)
    facts = {
        "as_built": survey.number, "sha256": survey.sha256, "verdict": survey.verdict,
        "beyond_m2": round(found.beyond_m2, 2) if found else None,
        "beyond_m": round(found.beyond_m, 3) if found else None,
    }  # fmt: skip
    record(stream=case.stream, act="survey_as_built", by=by, at=at, facts=facts)
    return survey
