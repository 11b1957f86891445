"""What the database itself refuses: two vehicles, two permits, two holders of one bay."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.db import IntegrityError, connection, transaction

from municipality.reach import Viewer, look_as
from parking_zones.models import ParkingPermit, PermitVehicle
from parking_zones.parking_permits.queries import permits_of
from tests import builders as b
from tests.parking_permits.builders import DAY, NOON, a_bay, a_permit, moment
from tests.people.application import as_application

pytestmark = pytest.mark.django_db
WEEK = dt.timedelta(days=7)


def refused(write: Callable[[], object]) -> str:
    """The name of the constraint that refuses a write; empty where it is taken."""
    try:
        with transaction.atomic():
            write()
    except IntegrityError as error:
        return str(error.__cause__.diag.constraint_name)
    return ""


def unguarded(table: str, name: str) -> None:
    """Take a constraint away: what it refused is then taken."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else rows wait for their foreign keys
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")


def test_a_permit_is_good_for_one_vehicle_at_a_time() -> None:
    permit = a_permit()

    def second() -> None:
        PermitVehicle.objects.create(
            permit=permit, plate_key="OM-2222-B", valid=(NOON, NOON + WEEK)
        )

    assert refused(second) == "permit_one_vehicle_at_a_time"
    unguarded("parking_zones_permitvehicle", "permit_one_vehicle_at_a_time")
    assert refused(second) == ""


def test_the_next_vehicle_begins_in_the_instant_in_which_the_first_ends() -> None:
    permit = a_permit()
    row = permit.vehicles.get()
    row.valid = (row.valid.lower, NOON)
    row.save()
    PermitVehicle.objects.create(
        permit=permit, plate_key="OM-2222-B", valid=(NOON, moment(permit.ends_on))
    )
    before, tick = NOON - dt.timedelta(microseconds=1), dt.timedelta(microseconds=1)
    assert len(permits_of(plate_key="OM-1111-B", at=before)) == 1
    assert permits_of(plate_key="OM-1111-B", at=NOON) == []
    assert permits_of(plate_key="OM-2222-B", at=before) == []
    assert len(permits_of(plate_key="OM-2222-B", at=NOON)) == 1
    assert permits_of(plate_key="OM-2222-B", at=moment(permit.ends_on)) == []
    assert len(permits_of(plate_key="OM-2222-B", at=moment(permit.ends_on) - tick)) == 1


def test_a_plate_has_no_two_permits_of_a_kind_and_zone_on_the_same_days() -> None:
    seven, eight = b.a_zone("7"), b.a_zone("8", b.square(100, 0, 100))
    a_permit("PP-1", kind="one_zone", zone=seven)
    a_permit("PP-2", kind="one_zone", zone=eight)  # another zone
    a_permit("PP-3", kind="all_zones")  # another kind

    def again() -> None:
        a_permit("PP-4", kind="one_zone", zone=seven)

    assert refused(again) == "permit_vehicle_once_a_zone"
    unguarded("parking_zones_permitvehicle", "permit_vehicle_once_a_zone")
    assert refused(again) == ""


def test_a_bay_is_held_by_one_permit_at_a_time_and_by_the_next_from_the_day_it_ends() -> None:
    bay = a_bay()
    first = a_permit("PP-1", kind="reserved_bay", bay=bay)
    a_permit("PP-2", "OM-2-B", kind="reserved_bay", bay=bay, starts_on=first.ends_on,
             ends_on=dt.date(2027, 3, 22))  # fmt: skip

    def also() -> None:
        a_permit("PP-3", "OM-3-B", kind="reserved_bay", bay=bay, ends_on=DAY + WEEK)

    assert refused(also) == "permit_bay_held_once"
    unguarded("parking_zones_parkingpermit", "permit_bay_held_once")
    assert refused(also) == ""


def test_what_a_permit_is_for_stands_on_it_and_never_changes() -> None:
    zone, bay = b.a_zone(), a_bay()
    wrong = [
        {"kind": "one_zone"}, {"kind": "special"}, {"kind": "reserved_bay"},
        {"kind": "all_zones", "zone": zone}, {"kind": "one_zone", "zone": zone, "bay": bay},
    ]  # fmt: skip
    for facts in wrong:
        assert refused(lambda facts=facts: a_permit(**facts)) == "permit_names_what_its_kind_is_for"
    permit = a_permit(kind="one_zone", zone=zone)
    with pytest.raises(IntegrityError), transaction.atomic():
        ParkingPermit.objects.filter(pk=permit.pk).update(kind="all_zones", zone=None)
    row = permit.vehicles.get()
    assert (row.kind, row.zone_id, row.bay_id) == ("one_zone", zone.pk, None)
    PermitVehicle.objects.filter(pk=row.pk).update(kind="all_zones", zone_id=None)
    row.refresh_from_db()
    assert (row.kind, row.zone_id) == ("one_zone", zone.pk)


def test_the_right_says_what_it_is_good_for_and_until_when() -> None:
    zone = b.a_zone()
    permit = a_permit("PP-2026-000009", kind="one_zone", zone=zone)
    (right,) = permits_of(plate_key="OM-1111-B", at=NOON)
    assert (right.permit_id, right.public_id) == (permit.pk, permit.public_id)
    assert (right.number, right.kind, right.zone_id) == ("PP-2026-000009", "one_zone", zone.pk)
    assert right.bay_id is None and right.until == moment(permit.ends_on)
    assert permits_of(plate_key="OM-1111-B", at=moment(permit.starts_on) - WEEK) == []


@pytest.mark.django_db(transaction=True)
def test_a_permit_is_seen_by_its_holder_and_the_staff_alone() -> None:
    holder, other = b.a_person("citizen"), b.a_person("stranger", "citizen")
    a_permit(person_id=holder.pk)
    viewers = {
        "nobody": Viewer(), "holder": Viewer("own", holder.pk), "other": Viewer("own", other.pk),
        "staff": Viewer("staff", other.pk),
    }  # fmt: skip
    seen = {}
    with as_application():
        for name, viewer in viewers.items():
            look_as(viewer)
            seen[name] = (ParkingPermit.objects.count(), PermitVehicle.objects.count())
    assert seen == {"nobody": (0, 0), "holder": (1, 1), "other": (0, 0), "staff": (1, 1)}


@pytest.mark.django_db(transaction=True)
def test_control_without_its_wall_everybody_sees_a_permit() -> None:
    a_permit()
    walled = "ALTER TABLE parking_zones_parkingpermit {} ROW LEVEL SECURITY"
    with connection.cursor() as cursor:
        cursor.execute(walled.format("DISABLE"))
    try:
        with as_application():
            look_as(Viewer())
            assert ParkingPermit.objects.count() == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute(walled.format("ENABLE"))
