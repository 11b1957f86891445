"""Reads of permits that others share; the inspector's one question first."""

import datetime as dt
from dataclasses import dataclass

from django.db import connection

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
