"""An auditor's word on one version: given to a hash, and worth nothing for the next version."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from municipality.actor import Actor
from municipality.cases.conversation import NotSaid, current_documents, open_for
from municipality.cases.models import Case, Document
from municipality.cases.rights import Side
from municipality.history.actions import record
from municipality.reach import acting
from municipality.words import Text
from plots.building_permits.models import Approval, PermitApplication, SiteVersion
from plots.building_permits.queries import application_of, latest_site
from plots.building_permits.works import ARCHITECTURE, AUDITED, STRUCTURE, needs_of

AUDITORS = {ARCHITECTURE: "architect", STRUCTURE: "structural"}
NOT_YOUR_STAGE = Text("هذه المرحلة ليست لك.", "This stage is not yours.")
NEWER = Text(
    "وصلت نسخة أحدث من هذه؛ افتحها ودققها.",
    "A newer version has arrived; open it and audit that one.",
)
NOT_AUDITED_HERE = Text(
    "لا يُعتمد هذا المستند في مرحلتك.", "Your stage does not approve this paper."
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What is approved at a stage: one version of a drawing or of the site plan, by its hash."""

    stage: str
    sha256: str
    document: Document | None = None
    site: SiteVersion | None = None
    approval: Approval | None = None  # of this very version

    @property
    def key(self) -> str:
        """Name it within its case: ``document/<public id>`` or ``site/<number>``."""
        if self.document is not None:
            return f"document/{self.document.public_id}"
        return f"site/{self.site.number}" if self.site is not None else ""


def subjects(application: PermitApplication, *, stage: str) -> list[Subject]:
    """Return what a stage approves, as it is now, each with the approval it has."""
    given = list(application.approvals.filter(stage=stage))
    by_document = {row.document_id: row for row in given if row.document_id}
    by_site = {row.site_id: row for row in given if row.site_id}
    found: list[Subject] = []
    site = latest_site(application) if stage == ARCHITECTURE else None
    if site is not None:
        found.append(Subject(stage, site.sha256, site=site, approval=by_site.get(site.pk)))
    for document in current_documents(application.case):
        if document.kind in AUDITED[stage]:
            found.append(
                Subject(
                    stage, document.file.sha256, document=document,
                    approval=by_document.get(document.pk),
                )
            )  # fmt: skip
    return found


def open_subjects(application: PermitApplication, stages: Iterable[str]) -> list[Subject]:
    """Return what the stages have still to approve: of each, its present version."""
    return [
        subject
        for stage in stages
        for subject in subjects(application, stage=stage)
        if subject.approval is None or subject.approval.sha256 != subject.sha256
    ]


def audits_of(application: PermitApplication) -> tuple[str, ...]:
    """Return the stages of audit that a kind of work passes."""
    return needs_of(application).audits


def _of_auditor(case: Case, side: Side, by: Actor) -> None:
    if side is not Side.MUNICIPALITY or AUDITORS.get(case.state) != by.role:
        raise NotSaid(NOT_YOUR_STAGE)


def _found(application: PermitApplication, stage: str, key: str, sha256: str) -> Subject:
    for subject in subjects(application, stage=stage):
        if subject.key == key:
            if subject.sha256 != sha256:
                raise NotSaid(NEWER)
            return subject
    named = key.startswith("document/") and application.case.documents.filter(
        public_id=key.partition("/")[2], kind__in=AUDITED[stage]
    )
    raise NotSaid(NEWER if named or key.startswith("site/") else NOT_AUDITED_HERE)


@acting
def approve(*, case_id: int, key: str, sha256: str, by: Actor, at: dt.datetime) -> Approval:
    """Approve the version that the auditor looked at, named by its key and its hash.

    Raises NotSaid where a newer version has come meanwhile, at another stage, and for who does
    not audit it.  Approved twice, the first approval stays.
    """
    case, side = open_for(case_id, by, at=at)
    _of_auditor(case, side, by)
    application = application_of(case)
    subject = _found(application, case.state, key, sha256)
    if subject.approval is not None:
        return subject.approval
    made = Approval.objects.create(
        application=application, stage=case.state, document=subject.document, site=subject.site,
        sha256=subject.sha256, by_person_id=by.person_id or 0, at=at,
    )  # fmt: skip
    facts = {"what": key, "sha256": subject.sha256, "stage": case.state}
    record(stream=case.stream, act="approve_version", by=by, at=at, facts=facts)
    return made


@acting
def take_back(*, case_id: int, key: str, by: Actor, at: dt.datetime) -> None:
    """Take an approval back while its stage audits; raises NotSaid for who does not audit it."""
    case, side = open_for(case_id, by, at=at)
    _of_auditor(case, side, by)
    for subject in subjects(application_of(case), stage=case.state):
        if subject.key == key and subject.approval is not None:
            subject.approval.delete()
            facts = {"what": key, "sha256": subject.sha256, "stage": case.state}
            record(stream=case.stream, act="take_back_approval", by=by, at=at, facts=facts)
