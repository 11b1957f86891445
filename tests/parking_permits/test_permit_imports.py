"""Permits from before the platform: one row a permit, accounted for, and taken back whole."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from municipality.conf import PROFILE
from parking_zones.models import ParkingPermit, PermitVehicle
from parking_zones.parking_permits.life import permit_number
from parking_zones.parking_permits.queries import permits_of
from parking_zones.parking_permits.requests import About, ask_about
from parking_zones.parking_permits.terms import midnight
from tests import builders as b
from tests.cases.builders import acting
from tests.importing.files import imported
from tests.parking_permits.builders import a_permit, the_prices

pytestmark = pytest.mark.django_db
HEAD = "permit_no;kind;zone;plate;holder;name;mobile;from;to;months"
TODAY = dt.date(2026, 11, 22)


def a_row(number: str = "PP-2026-900001", **said: str) -> str:
    """One row of an old register."""
    told = {"kind": "one zone", "zone": "7", "plate": "١١١١ ب", "holder": "فرد", "name": "سالم",
            "mobile": "92123456", "from": "01/11/2026", "to": "", "months": "3", **said}  # fmt: skip
    return ";".join((number, *told.values()))


def report_of(folder: Path, *rows: str) -> Any:
    path = folder / "permits.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return imported(path, "parking_permits", on=TODAY).report


def verdicts(folder: Path, *rows: str) -> dict[str, int]:
    return dict(report_of(folder, *rows).verdicts)


@pytest.fixture(autouse=True)
def zones() -> None:
    b.a_zone("7")
    b.a_zone("8", b.square(100, 0, 100))


def test_an_earlier_permit_is_found_by_the_inspector_at_once(tmp_path: Path) -> None:
    found = report_of(
        tmp_path, a_row(), a_row("PP-2026-900002", kind="كل المناطق", zone="", plate="72 AB")
    )
    assert (found.read, found.refused) == (2, 0)
    assert found.swap["permits"] == 2 and found.swap["permits_in_force"] == 2
    permit = ParkingPermit.objects.get(number="PP-2026-900001")
    assert (permit.kind, permit.zone.number, permit.months) == ("one_zone", "7", 3)
    assert (permit.starts_on, permit.ends_on) == (dt.date(2026, 11, 1), dt.date(2027, 2, 1))
    assert permit.phone == "+96892123456" and len(permit.public_id) == 22
    (right,) = permits_of(plate_key="OM-1111-B", at=midnight(TODAY))
    assert right.until == dt.datetime(2027, 2, 1, tzinfo=PROFILE.time_zone)
    assert PermitVehicle.objects.get(permit=permit).zone_id == permit.zone_id
    assert permits_of(plate_key="OM-72-AB", at=midnight(TODAY))[0].zone_id is None


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ({"plate": "1111 ببب"}, "bad_plate"), ({"plate": ""}, "value_missing"),
        ({"zone": "99"}, "unknown_zone"), ({"zone": ""}, "unknown_zone"),
        ({"from": ""}, "date_missing"), ({"to": "01/01/2020"}, "days_reversed"),
        ({"name": ""}, "name_missing"),
    ],
)  # fmt: skip
def test_a_row_that_says_no_permit_is_refused_with_its_reason(tmp_path, row, code) -> None:
    assert code in verdicts(tmp_path, a_row(**row))
    assert not ParkingPermit.objects.exists()


def test_a_vehicle_has_one_permit_of_a_kind_and_zone_on_a_day(tmp_path: Path) -> None:
    rows = (
        a_row(), a_row("PP-2026-900002", **{"from": "01/12/2026"}),
        a_row("PP-2026-900003", zone="8"), a_row("PP-2026-900004", **{"from": "01/02/2027"}),
    )  # fmt: skip
    assert verdicts(tmp_path, *rows) == {"plate_has_permit": 1}
    assert ParkingPermit.objects.count() == 3
    later = a_row("PP-2026-900005", **{"from": "01/01/2027"})
    assert verdicts(tmp_path, later) == {"plate_has_permit": 1}


def test_what_is_registered_is_known_again_or_refused(tmp_path: Path) -> None:
    report_of(tmp_path, a_row())
    assert verdicts(tmp_path, a_row()) == {"parking_permit_known": 1}
    assert verdicts(tmp_path, a_row(months="4")) == {"parking_permit_differs": 1}
    assert ParkingPermit.objects.count() == 1


def test_what_is_not_said_is_assumed_aloud_and_the_last_day_counts_before_the_months(tmp_path):
    assert verdicts(tmp_path, a_row(months="")) == {"one_month_assumed": 1}
    report_of(tmp_path, a_row("PP-2026-900009", plate="5 B", to="15/01/2027", months=""))
    permit = ParkingPermit.objects.get(number="PP-2026-900009")
    assert permit.ends_on == dt.date(2027, 1, 16) and permit.months == 3


def test_a_batch_is_taken_back_whole_unless_something_stands_on_it(tmp_path: Path) -> None:
    mine = a_permit("PP-2026-000001", "OM-9-S")
    batch = report_of(tmp_path, a_row()).swap["batch"]
    call_command("undo_records", str(batch))
    assert list(ParkingPermit.objects.all()) == [mine] and PermitVehicle.objects.count() == 1
    again = report_of(tmp_path, a_row()).swap["batch"]
    person = b.a_person("citizen")
    ParkingPermit.objects.filter(batch=again).update(person_id=person.pk)
    the_prices()
    permit = ParkingPermit.objects.get(batch=again)
    ask_about(permit_id=permit.pk, about=About("lost"), by=acting(person), at=midnight(TODAY))
    with pytest.raises(CommandError, match="is not taken back"):
        call_command("undo_records", str(again))


def test_a_number_of_the_old_register_is_never_given_again() -> None:
    serial = int(permit_number(2026).rpartition("-")[2])
    a_permit(f"PP-2026-{serial + 1:06d}")
    assert permit_number(2026) == f"PP-2026-{serial + 2:06d}"
