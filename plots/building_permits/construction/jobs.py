"""Jobs of works: the certificate stamped once however often; works halted with their permit."""

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from municipality.actor import SYSTEM
from municipality.cases.actions import move
from plots.building_permits.construction.completing import complete
from plots.building_permits.construction.ending import lock_permit
from plots.building_permits.construction.opening import pause_works as pause
from plots.building_permits.construction.readiness import may_be_certified
from plots.building_permits.jobs import held_case


@task()
def stamp_certificate(case_id: int) -> str:
    """Stamp the certificate and close the works; what changed meanwhile goes back."""
    at = timezone.now()
    with transaction.atomic():
        lock_permit(case_id)
        case = held_case(case_id)
        if case.state != "printing":
            return f"{case.number} is {case.state}"
        if may_be_certified(case, at=at) is not None:
            move(case_id=case.pk, edge="recheck_certificate", by=SYSTEM, at=at)
            return f"{case.number} is looked at again"
        paper = complete(case, at=at)
        move(case_id=case.pk, edge="issue_certificate", by=SYSTEM, at=at)
        return f"{case.number} certified as {paper.number}"


def pause_works() -> None:
    """Halt the works whose permit has run out: the periodic job of the worker."""
    pause(at=timezone.now())
