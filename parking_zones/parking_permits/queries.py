"""Reads of permits that others share; the inspector's one question first."""

import datetime as dt
import re
from dataclasses import dataclass

from django.db import connection

from parking_zones.parking_permits.models import ParkingPermit, PermitKind

_NUMBER = re.compile(r"pp[\s\-_/]*(20[0-9]{2})[\s\-_/]*([0-9]{1,6})", re.I)
OF_A_PLATE = """
SELECT p.id, p.public_id, p.number, v.kind, v.zone_id, v.bay_id, upper(v.valid)
FROM parking_zones_permitvehicle v JOIN parking_zones_parkingpermit p ON p.id = v.permit_id
WHERE v.plate_key = %s AND v.valid @> %s::timestamptz
ORDER BY v.id
"""


@dataclass(frozen=True, slots=True)
class PermitRight:
    """What a permit lets one vehicle do: where (``kind``, zone, bay) and until which moment.

    ``kind`` is one of ``PermitKind``; without ``zone_id`` and ``bay_id`` it is good in every zone.
    """

    permit_id: int
    public_id: str
    number: str
    kind: str
    zone_id: int | None
    bay_id: int | None
    until: dt.datetime


def permits_of(*, plate_key: str, at: dt.datetime) -> list[PermitRight]:
    """Return the permits that are good for a plate (``Plate.key``) at an aware moment.

    One indexed question; no state is kept that a job would have to turn over at midnight.
    """
    with connection.cursor() as cursor:
        cursor.execute(OF_A_PLATE, [plate_key, at])
        return [PermitRight(*row) for row in cursor.fetchall()]


def numbered(text: str) -> list[int] | None:
    """Return the permits of a number as people write it: ``PP-2026-000123``, ``pp 2026 123``.

    None for a text that is no such number.
    """
    found = _NUMBER.fullmatch(text.strip())
    if found is None:
        return None
    number = f"PP-{found[1]}-{int(found[2]):06d}"
    return list(ParkingPermit.objects.filter(number=number).values_list("pk", flat=True))


def bay_held_by(*, bay_id: int, on: dt.date) -> ParkingPermit | None:
    """Return the permit that holds a reserved bay on a day of the city; at most one does."""
    held = ParkingPermit.objects.filter(
        bay=bay_id, kind=PermitKind.RESERVED_BAY, starts_on__lte=on, ends_on__gt=on
    )
    return held.first()  # one at a time
