"""Races for one application: two officers, two workers, an approval and a new version.

Each has a control that runs the same round with the guard off and must go wrong.
"""

import contextlib
import threading
from collections.abc import Iterator
from typing import Any

from django.db.models import prefetch_related_objects

from municipality.cases import actions as moving
from municipality.cases.actions import CannotMove
from municipality.cases.conversation import NotSaid
from municipality.cases.models import Case
from municipality.history.models import Entry
from plots.building_permits import approvals, jobs, readiness
from plots.building_permits.approvals import approve, open_subjects, subjects
from plots.building_permits.models import Approval, BuildingPermit
from plots.building_permits.queries import application_of
from tests.billing.races import meet
from tests.building_permits import office as o
from tests.cases.builders import MORNING
from tests.side_by_side import at_once


def ended(case: Case) -> None:
    """Let a round's case, and what it was issued, claim no ground in the next."""
    Case.objects.filter(pk=case.pk).update(closed_at=MORNING)
    issued = BuildingPermit.objects.filter(application__case=case)
    issued.update(state=BuildingPermit.State.SUPERSEDED)


def moves_of(case: Case) -> list[str]:
    """The edges that were taken, in order."""
    rows = Entry.objects.filter(stream=case.stream, act="move").order_by("seq")
    return [str(row.facts["edge"]) for row in rows]


def two_officers(town: o.PermitTown, case: Case) -> list[BaseException]:
    """The auditor passes a case and the approver refuses it, both from the same page."""
    seen = Case.objects.get(pk=case.pk).moves

    def step(edge: str, role: str, text: str = "") -> Any:
        return lambda: moving.move(
            case_id=case.pk, edge=edge, by=town.officer(role), at=MORNING, text=text, seen=seen
        )

    return at_once(
        step("pass_architecture", "architect"), step("refuse", "approver", "خارج المخطط")
    )


def one_officer_decided(town: o.PermitTown) -> None:
    """One round: one of the two moves the case, the other is told that it has moved."""
    case = o.until(town, o.an_application(town), "architecture")
    o.approved(town, case)
    before = len(moves_of(case))
    raised = two_officers(town, case)
    assert [type(one) for one in raised] == [CannotMove], raised
    assert len(moves_of(case)) == before + 1
    ended(case)


@contextlib.contextmanager
def unlocked_cases() -> Iterator[None]:
    """Read a case as code without a lock does: both have read before either writes."""
    kept, gate = moving._locked, threading.Barrier(2)

    def unlocked(case_id: int, edge: str) -> Case:
        case = Case.objects.get(pk=case_id)
        prefetch_related_objects([case], "parties")
        meet(gate)
        return case

    moving._locked = unlocked
    try:
        yield
    finally:
        moving._locked = kept


def both_officers_decide(town: o.PermitTown) -> None:
    """The control: without the lock both steps are taken from one state."""
    case = o.until(town, o.an_application(town), "architecture")
    o.approved(town, case)
    before = len(moves_of(case))
    with unlocked_cases():
        assert two_officers(town, case) == []
    assert len(moves_of(case)) == before + 2
    assert Case.objects.get(pk=case.pk).moves == before + 1  # one of them was overwritten
    ended(case)


def one_worker_stamped(town: o.PermitTown) -> None:
    """One round: two workers take the same job; one permit, each drawing stamped once."""
    case = o.until(town, o.an_application(town), "stamping")
    work = lambda: jobs.stamp_permit.call(case.pk)  # noqa: E731 (the same work twice)
    raised = at_once(work, work)
    assert not raised or [type(one) for one in raised] == [jobs.Held], raised
    permit = BuildingPermit.objects.get(application__case=case)
    assert permit.drawings.count() == 2
    assert moves_of(case).count("stamp") == 1
    ended(case)


def approval_and_new_version(town: o.PermitTown) -> Case:
    """The auditor approves what is open on his page while the office's next version arrives."""
    case = o.until(town, o.an_application(town), "architecture")
    o.moved(town, case, "return_architecture", "architect", text="غيّروا اللوحة")
    o.moved(town, case, "resubmit")
    old = subjects(application_of(case), stage="architecture")

    def audit() -> None:
        for subject in old:
            with contextlib.suppress(NotSaid):
                approve(
                    case_id=case.pk, key=subject.key, sha256=subject.sha256,
                    by=town.officer("architect"), at=MORNING,
                )  # fmt: skip

    def replace() -> None:
        o.moved(town, case, "return_architecture", "architect", text="لوحة أخرى")
        o.attached(town, case, "architectural_drawing", content=o.pdf("the next one"))
        o.moved(town, case, "resubmit")

    assert at_once(audit, replace) == []
    return case


def never_approved_unseen(town: o.PermitTown) -> None:
    """One round: whatever was approved, the version that arrived has no approval."""
    case = approval_and_new_version(town)
    newest = o.documents(case)["architectural_drawing"]
    assert newest.version == 2 and not Approval.objects.filter(document=newest).exists()
    left = open_subjects(application_of(case), ("architecture",))
    assert newest.pk in {one.document.pk for one in left if one.document is not None}
    try:
        o.moved(town, case, "pass_architecture", "architect")
    except CannotMove:
        ended(case)
        return
    raise AssertionError("a version that nobody looked at was passed")


def approved_by_kind(town: o.PermitTown) -> None:
    """The control: approvals that name the paper and not its version pass the unseen one."""
    case = o.until(town, o.an_application(town), "architecture")
    o.approved(town, case)
    o.moved(town, case, "return_architecture", "architect", text="لوحة أخرى")
    o.attached(town, case, "architectural_drawing", content=o.pdf("the next one"))
    o.moved(town, case, "resubmit")
    kept = readiness.open_subjects
    readiness.open_subjects = lambda application, stages: [  # type: ignore[assignment]
        subject
        for stage in stages
        for subject in approvals.subjects(application, stage=stage)
        if subject.document is not None
        and not Approval.objects.filter(document__kind=subject.document.kind).exists()
    ]
    try:
        assert o.moved(town, case, "pass_architecture", "architect").state == "structure"
    finally:
        readiness.open_subjects = kept
    ended(case)
