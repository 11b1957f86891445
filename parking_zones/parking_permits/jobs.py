"""Jobs of permits: printing what was paid for, once however often; reminding before the end."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from municipality.actor import SYSTEM
from municipality.cases.actions import move
from municipality.cases.models import Case
from municipality.city_time import city_day
from municipality.documents.models import IssuedPaper
from municipality.documents.papers import issue_paper, supersede
from municipality.notices.outbox import Recipient, queue
from parking_zones.parking_permits.checks import Act, request_of
from parking_zones.parking_permits.holders import REACHABLE, recipients
from parking_zones.parking_permits.life import vehicle_at
from parking_zones.parking_permits.models import Holder, ParkingPermit, PermitRequest
from parking_zones.parking_permits.notices import REMINDER
from parking_zones.parking_permits.paper import facts_of, printer
from parking_zones.parking_permits.vehicle_register import Answer, configured, is_owner
from parking_zones.parking_permits.words import day_words, last_day, permit_of, plate_words

REMIND_DAYS = (30, 7)
AT_ONCE = 500  # permits a turn; the next turn takes the rest
WHY = {
    Act.VEHICLE: "تغيرت المركبة / The vehicle was changed",
    Act.LOST: "فُقدت الوثيقة / The paper was lost",
}


@task()
def issue_permit(case_id: int) -> str:
    """Print, issue and close; the paper before it is no longer valid.

    Everything is one transaction behind the lock of the case: a worker that dies leaves nothing.
    """
    at = timezone.now()
    with transaction.atomic():
        case = Case.objects.select_for_update().get(pk=case_id)
        if case.state != "issuing":
            return f"{case.number} is {case.state}"
        found = permit_of(case)
        if found is None:
            raise LookupError(f"{case.number} has no permit")
        permit = ParkingPermit.objects.select_related("zone", "bay", "paper").get(pk=found.pk)
        paper = issue_paper(
            kind="parking_permit", number=permit.number, facts=facts_of(permit, at=at), at=at,
            pdf=printer(permit, at=at), about=case.stream,
        )  # fmt: skip
        before = permit.paper
        if before is not None and before.state == IssuedPaper.State.VALID:
            why = WHY[Act(request_of(case).act)]
            supersede(of=before, new=paper, reason=why, by=SYSTEM, at=at)
        permit.paper = paper
        permit.save(update_fields=["paper"])
        move(case_id=case.pk, edge="issue", by=SYSTEM, at=at)
        return f"{case.number} issued {permit.number}"


def _answered(answer: Answer, sameness: str) -> dict[str, Any]:
    return {
        "outcome": answer.outcome.value,
        "same": sameness,
        "as_of": answer.as_of,
        "why": None if answer.why is None else answer.why.as_json(),
    }


@task()
def ask_vehicle_register(case_id: int) -> str:
    """Ask who owns the vehicle and whose civil number it is; keep whether it is who asks.

    The name that the register says is not kept: only whether it is the same.
    """
    request = PermitRequest.objects.get(case_id=case_id)
    register, found = configured(), {}
    number = request.commercial_number or request.civil_number
    if request.plate_key:
        owner = register.owner_of(request.plate_key)
        same = is_owner(request.holder_name, number, owner)
        found["vehicle"] = _answered(owner, same.value)
    if request.civil_number and request.holder == Holder.PERSON:
        person = register.person_of(request.civil_number)
        same = is_owner(request.holder_name, request.civil_number, person)
        found["person"] = _answered(person, same.value)
    PermitRequest.objects.filter(pk=request.pk).update(vehicle_answer=found)
    told = ", ".join(f"{name} {answer['same']}" for name, answer in found.items())
    return f"{request.case_id}: {told or 'nothing to ask'}"


def remind_of_ends() -> None:
    """Tell holders 30 and 7 days before the end of a permit: the periodic job of the worker."""
    remind(at=timezone.now())


def permit_link(permit: ParkingPermit, language: str) -> str:
    """Return the address of a permit's page, for messages: from settings, never from a request."""
    start = "" if language == "ar" else "/en"
    return f"{settings.GEO_PUBLIC_URL}{start}/parking/permits/{permit.public_id}/"


def _to_remind(days: int, on: dt.date) -> list[ParkingPermit]:
    """Return the permits to be reminded now: one that was off a day late is not told twice."""
    first = max((less for less in REMIND_DAYS if less < days), default=0)
    ending = ParkingPermit.objects.filter(
        ends_on__gt=on + dt.timedelta(days=first), ends_on__lte=on + dt.timedelta(days=days),
        starts_on__lte=on, ended_at=None, renewal=None,
    ).filter(REACHABLE)  # fmt: skip
    untold = ending.filter(reminded_days=None) | ending.filter(reminded_days__gt=days)
    locked = untold.select_for_update(of=("self",), skip_locked=True)
    return list(locked.order_by("ends_on", "pk")[:AT_ONCE])


def remind(*, at: dt.datetime) -> int:
    """Queue the reminders that are due at a moment; returns how many.

    A permit that is renewed, ended early, or shorter than a reminder's days is not reminded of
    those days; each reminder of a permit is queued once.
    """
    on, told = city_day(at), 0
    with transaction.atomic():
        for days in REMIND_DAYS:
            found = _to_remind(days, on)
            reached = recipients(found)
            for permit in found:
                if (permit.ends_on - permit.starts_on).days > days:
                    _remind(permit, reached[permit.pk], days, at=at)
                    told += 1
                permit.reminded_days = days
                permit.save(update_fields=["reminded_days"])
    return told


def _remind(permit: ParkingPermit, to: Recipient, days: int, *, at: dt.datetime) -> None:
    vehicle = vehicle_at(permit, at)
    plate = plate_words(vehicle.plate_key if vehicle is not None else "")
    queue(
        template=REMINDER.code,
        to=to,
        values={
            "permit": permit.number, "plate": plate.in_language(to.language),
            "until": day_words(last_day(permit)), "link": permit_link(permit, to.language),
            "serial": permit.number.partition("-")[2],
        },
        key=f"permit/{permit.pk}/ends/{days}",
        at=at,
        about=permit.stream,
    )  # fmt: skip
