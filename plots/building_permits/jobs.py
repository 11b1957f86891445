"""Jobs of permits: stamping what was approved, once however often; ending what ran out."""

from django.db import transaction
from django.utils import timezone
from django_tasks import task

from municipality.actor import SYSTEM
from municipality.cases.actions import move
from municipality.cases.models import Case
from municipality.city_time import city_day
from municipality.history.actions import record
from plots.building_permits.issuing import issue
from plots.building_permits.models import BuildingPermit
from plots.building_permits.readiness import may_be_stamped


class Held(RuntimeError):
    """Somebody moves the case just now, or another worker stamps it: the job tries again."""


def held_case(case_id: int) -> Case:
    """Lock a case for its stamp; raises Held where somebody else holds it."""
    held = Case.objects.select_for_update(skip_locked=True).filter(pk=case_id)
    case = held.first()  # unique
    if case is None:
        raise Held(f"case {case_id}")
    return case


@task()
def stamp_permit(case_id: int) -> str:
    """Stamp each approved drawing, issue the permit and close; what changed goes back.

    Everything is one transaction behind the lock of the case: a worker that dies leaves nothing,
    and a version that arrived since the approval is never stamped.
    """
    at = timezone.now()
    with transaction.atomic():
        case = held_case(case_id)
        if case.state != "stamping":
            return f"{case.number} is {case.state}"
        if may_be_stamped(case, at=at) is not None:
            move(case_id=case.pk, edge="recheck", by=SYSTEM, at=at)
            return f"{case.number} is looked at again"
        permit = issue(case, at=at)
        move(case_id=case.pk, edge="stamp", by=SYSTEM, at=at)
        return f"{case.number} issued as {permit.number}"


def expire_permits() -> None:
    """End the permits whose last day is over: the periodic job of the worker.

    A renewal later takes them up again (Local Order 23/92 art. 102).
    """
    at = timezone.now()
    on = city_day(at)
    with transaction.atomic():
        over = BuildingPermit.objects.filter(
            state=BuildingPermit.State.VALID, valid__endswith__lte=on
        )
        rows = over.select_for_update(of=("self",), skip_locked=True).order_by("pk")
        for permit in rows.select_related("application"):
            permit.turn(BuildingPermit.State.EXPIRED, at=at)
            record(
                stream=permit.stream, act="expire_permit", by=SYSTEM,
                at=at, facts={"number": permit.number},
            )  # fmt: skip
