"""What happens to a permit itself: granted, its vehicle changed, ended early."""

import datetime as dt

from django.db import IntegrityError, connection, transaction

from municipality.actor import Actor
from municipality.cases.actions import CannotMove
from municipality.cases.models import Case, Party
from municipality.city_time import city_day
from municipality.history.actions import record
from municipality.moments import utc_text
from municipality.words import Text
from parking_zones.parking_permits.checks import Act, request_of, span_of
from parking_zones.parking_permits.fees import ask_back, first_day_not_used
from parking_zones.parking_permits.models import ParkingPermit, PermitRequest, PermitVehicle
from parking_zones.parking_permits.terms import midnight

TAKEN_MEANWHILE = Text(
    "سبقك تصريح آخر إلى الموقف أو المركبة في اللحظة نفسها.",
    "Another permit took the bay or the vehicle at the same moment.",
)
BY_HOLDER = "holder"


def permit_number(year: int) -> str:
    """Take the next number of a year that no permit from before the platform has."""
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT nextval('parking_permit_number')")
            number = f"PP-{year}-{cursor.fetchone()[0]:06d}"
            if not ParkingPermit.objects.filter(number=number).exists():
                return number


def _issued(request: PermitRequest, case: Case, *, at: dt.datetime) -> ParkingPermit:
    """Write the permit of a first request or of a renewal."""
    on = city_day(at)
    starts_on, ends_on = span_of(request, on=on)
    applicant = Party.objects.filter(case=case, role="applicant").order_by("pk")[0]
    before = request.permit if request.act == Act.RENEW else None
    return ParkingPermit.objects.create(
        number=permit_number(on.year), kind=request.kind, zone=request.zone, bay=request.bay,
        plot=request.plot, plot_number=case.plot_number, unit=request.unit,
        holder=request.holder, holder_name=request.holder_name, person_id=applicant.person_id,
        civil_number=request.civil_number, commercial_number=request.commercial_number,
        phone=applicant.phone, language=applicant.language, months=request.months,
        starts_on=starts_on, ends_on=ends_on, issued_at=at, renews=before, case=case,
    )  # fmt: skip


def vehicle_at(permit: ParkingPermit, at: dt.datetime) -> PermitVehicle | None:
    """Return the vehicle of a permit at a moment, or the first one of a permit still to begin."""
    after = permit.vehicles.filter(valid__endswith__gt=at)
    return after.order_by("valid").first()


def vehicle_shown(permit: ParkingPermit, at: dt.datetime) -> PermitVehicle | None:
    """Return the vehicle that is named with a permit: the present one, else the last."""
    return vehicle_at(permit, at) or permit.vehicles.order_by("-valid").first()


def put_vehicle(permit: ParkingPermit, plate_key: str, *, at: dt.datetime) -> None:
    """Make a plate the permit's vehicle from a moment on: the one before ends in that instant."""
    since = max(at, midnight(permit.starts_on))
    until = midnight(permit.ends_on)
    before = vehicle_at(permit, at)
    if before is not None and before.valid.lower >= since:
        before.delete()  # it would have begun only then: nobody ever stood by it
    elif before is not None:
        before.valid = (before.valid.lower, since)
        before.save(update_fields=["valid"])
    PermitVehicle.objects.create(permit=permit, plate_key=plate_key, valid=(since, until))


def grant(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """Give what was paid for, in the transaction that settled it.

    Raises CannotMove where the database finds somebody in the way after all: the money goes back.
    """
    request = request_of(case)
    try:
        with transaction.atomic():
            permit = _granted(request, case, at=at)
    except IntegrityError as taken:
        raise CannotMove(TAKEN_MEANWHILE) from taken
    facts = {"case": case.number, "act": request.act, "number": permit.number}
    if request.act == Act.VEHICLE:
        facts |= {"plate": request.plate_key, "since": utc_text(at)}
    record(stream=permit.stream, act=f"permit.{request.act}", by=by, at=at, facts=facts)


def _granted(request: PermitRequest, case: Case, *, at: dt.datetime) -> ParkingPermit:
    if request.act in (Act.ISSUE, Act.RENEW):
        permit = _issued(request, case, at=at)
        if request.plate_key:
            put_vehicle(permit, request.plate_key, at=midnight(permit.starts_on))
        return permit
    permit = ParkingPermit.objects.select_for_update().get(pk=request.permit_id or 0)
    if request.act == Act.VEHICLE:
        _change_vehicle(permit, request.plate_key, at=at)
    return permit


def _change_vehicle(permit: ParkingPermit, plate_key: str, *, at: dt.datetime) -> None:
    """Give a permit another vehicle, and with it the renewals that are already paid for."""
    put_vehicle(permit, plate_key, at=at)
    later = ParkingPermit.objects.filter(renews=permit).first()  # unique
    if later is not None:
        _change_vehicle(later, plate_key, at=at)


def end_permit(*, case: Case, by: Actor, at: dt.datetime, text: str) -> None:
    """End a permit with the day of a moment, and ask for its unused whole months to go back."""
    request = request_of(case)
    permit = ParkingPermit.objects.select_for_update().get(pk=request.permit_id or 0)
    owed = ask_back(permit, by=by, at=at)
    permit.ends_on = first_day_not_used(permit, on=city_day(at))
    permit.ended_at, permit.ended_why = at, (text.strip() or BY_HOLDER)[:300]
    permit.save(update_fields=["ends_on", "ended_at", "ended_why"])
    over = midnight(permit.ends_on)
    for row in permit.vehicles.filter(valid__endswith__gt=over):
        if row.valid.lower >= over:
            row.delete()
        else:
            row.valid = (row.valid.lower, over)
            row.save(update_fields=["valid"])
    facts = {"case": case.number, "ends_on": permit.ends_on.isoformat(), "back_baisa": owed}
    record(stream=permit.stream, act="permit.end", by=by, at=at, facts=facts)
