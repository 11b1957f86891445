"""Things for the tests of parking permits: a zone, a bay, a permit with its vehicle."""

import datetime as dt
from typing import Any

from municipality.billing.models import Tariff
from municipality.conf import PROFILE
from municipality.stored import geos_of
from parking_zones.models import Bay, ParkingPermit, PermitVehicle, Zone
from tests import builders as b

DAY = dt.date(2026, 11, 22)  # a Sunday
NOON = dt.datetime.combine(DAY, dt.time(12), PROFILE.time_zone)


def moment(day: dt.date) -> dt.datetime:
    """Midnight at the start of a day of the city."""
    return dt.datetime.combine(day, dt.time(), PROFILE.time_zone)


def a_bay(key: str = "b1", zone: Zone | None = None, stalls: int = 1) -> Bay:
    """One bay of five by two and a half metres: in a zone about the middle, else far outside."""
    shape = b.square(10 if zone else -700, 10, 2.5, 5)
    return Bay.objects.create(register_key=key, stalls=stalls, shape=geos_of(shape))


def a_permit(number: str = "PP-2026-000001", plate: str = "OM-1111-B", **values: Any) -> Any:
    """A permit of three months from ``DAY`` with its vehicle; one of all zones if not told."""
    facts = {
        "kind": "all_zones", "holder_name": "سالم الحارثي", "months": 3, "starts_on": DAY,
        "ends_on": dt.date(2027, 2, 22), "issued_at": NOON, "phone": "+96892123456", **values,
    }  # fmt: skip
    permit = ParkingPermit.objects.create(number=number, **facts)
    if plate:
        PermitVehicle.objects.create(
            permit=permit, plate_key=plate,
            valid=(moment(permit.starts_on), moment(permit.ends_on)),
        )  # fmt: skip
    return permit


PRICES = (
    ("parking_permit_zone", dt.date(2008, 1, 1), dt.date(2016, 8, 3), 5_000),
    ("parking_permit_zone", dt.date(2016, 8, 3), None, 15_000),
    ("parking_permit_all", dt.date(2008, 1, 1), dt.date(2016, 8, 3), 15_000),
    ("parking_permit_all", dt.date(2016, 8, 3), None, 20_000),
    ("parking_permit_bay", dt.date(2016, 8, 3), None, 50_000),
    ("parking_permit_bay_free", dt.date(2016, 8, 3), None, 30_000),
    ("parking_permit_special", dt.date(2016, 8, 3), None, 15_000),
    ("parking_permit_vehicle", dt.date(2016, 8, 3), None, 2_000),
    ("parking_permit_lost", dt.date(2016, 8, 3), None, 2_000),
)


def the_prices(*, only_missing: bool = False) -> None:
    """What permits have cost since 2008."""
    if only_missing and Tariff.objects.filter(kind="parking_permit_all").exists():
        return
    for kind, first, after, amount in PRICES:
        Tariff.objects.create(
            kind=kind, zone_code="", valid=(first, after), amount_baisa=amount,
            source="تعرفة / tariff",
        )  # fmt: skip
