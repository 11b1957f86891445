"""What the page of a case says of a building permit: plan, papers, approvals, the permit."""

from dataclasses import dataclass
from typing import Any

from municipality.cases.conversation import current_documents
from municipality.cases.kinds import machine_of
from municipality.cases.models import Case
from municipality.cases.rights import Side
from municipality.words import Text
from plots.building_permits.approvals import audits_of, subjects
from plots.building_permits.models import BuildingPermit, PermitApplication, SiteVersion, Work
from plots.building_permits.paper import last_day
from plots.building_permits.queries import application_of, latest_site, nothing_to_demolish
from plots.building_permits.reports import frozen_reports
from plots.building_permits.site_versions import DRAWN_IN
from plots.building_permits.words import STATES, WORKS
from plots.building_permits.works import needs_of

CLERKS = ("registrar", "approver", "supervisor")  # who may see the owners of a title
TONES = {"pass": "pass", "fail": "fail", "unknown": "unknown"}


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper that is needed, and whether it is there."""

    name: Text
    is_there: bool


@dataclass(frozen=True, slots=True)
class Audit:
    """One stage of audit: how many of its present versions are approved."""

    name: Text
    approved: int
    wanted: int

    @property
    def is_done(self) -> bool:
        """Whether each present version is approved."""
        return self.approved == self.wanted


def papers_wanted(case: Case, application: PermitApplication) -> list[Paper]:
    """Return the papers that the kind of work needs, and which of them are there."""
    there = {document.kind for document in current_documents(case)}
    names = {paper.code: paper.name for paper in machine_of(case.kind).papers}
    return [Paper(names[code], code in there) for code in needs_of(application).papers]


def _audits(case: Case, application: PermitApplication) -> list[Audit]:
    machine = machine_of(case.kind)
    found = []
    for stage in audits_of(application):
        rows = subjects(application, stage=stage)
        done = sum(row.approval is not None and row.approval.sha256 == row.sha256 for row in rows)
        found.append(Audit(machine.state(stage).name, done, len(rows)))
    return found


def _failing(site: SiteVersion) -> list[tuple[Text, str]]:
    rows = {row["rule"]: row for row in site.sheet if row["status"] == "fail"}
    return [(Text(**row["name"]), site.reasons.get(rule, "")) for rule, row in rows.items()]


def _permit(application: PermitApplication) -> dict[str, Any] | None:
    permit = BuildingPermit.objects.filter(application=application).first()  # unique
    permit = permit or application.permit
    if permit is None:
        return None
    return {
        "number": permit.number,
        "state": STATES[BuildingPermit.State(permit.state)],
        "last_day": last_day(permit),
        "works": permit.constructions.select_related("case").order_by("-pk").first(),
    }


def panel_of(case: Case, *, side: Side) -> dict[str, Any]:
    """Return what the panel shows to who stands on a side of the case."""
    application = application_of(case)
    site = latest_site(application)
    may_draw = side is Side.APPLICANT and case.state in DRAWN_IN
    return {
        "application": application,
        "work": WORKS[Work(application.work)],
        "has_site": needs_of(application).has_site,
        "site": site,
        "tone": TONES.get(site.verdict, "na") if site is not None else "na",
        "failing": _failing(site) if site is not None else [],
        "may_draw": may_draw,
        "papers": papers_wanted(case, application) if may_draw else [],
        "audits": _audits(case, application) if case.state != "draft" else [],
        "issued": _permit(application),
        "office": application.consultancy,
        "reports": frozen_reports(application),
        "nothing_stands": nothing_to_demolish(application),
    }
