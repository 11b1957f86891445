"""How a permit is shown: to its holder, to the desk, and as JSON."""

import datetime as dt
from typing import Any

from municipality import geojson
from municipality.moments import utc_text
from municipality.stored import shape_of
from municipality.words import Text
from parking_zones.parking_permits.life import vehicle_shown
from parking_zones.parking_permits.models import ParkingPermit, PermitKind
from parking_zones.parking_permits.paper import place_words
from parking_zones.parking_permits.terms import RENEW_FROM_DAYS
from parking_zones.parking_permits.words import (
    KINDS,
    STANDINGS,
    Standing,
    last_day,
    plate_words,
    standing_on,
)
from parking_zones.zones.book import zone_book

TONES = {
    Standing.VALID: ("pass", "pass"), Standing.TO_COME: ("info", "clock"),
    Standing.OVER: ("na", "clock"), Standing.ENDED: ("na", "na"),
}  # fmt: skip


def row_of(permit: ParkingPermit, *, on: dt.date, at: dt.datetime) -> dict[str, Any]:
    """Return what a list or a page shows of a permit."""
    vehicle = vehicle_shown(permit, at)
    standing = standing_on(permit, on)
    tone, icon = TONES[standing]
    return {
        "permit": permit,
        "kind": KINDS[PermitKind(permit.kind)],
        "place": place_words(permit),
        "plate": plate_words(vehicle.plate_key if vehicle is not None else ""),
        "has_plate": vehicle is not None,
        "standing": STANDINGS[standing],
        "tone": tone,
        "icon": icon,
        "last_day": last_day(permit),
        "days_left": (permit.ends_on - on).days if standing is Standing.VALID else None,
        "holds": permit.ends_on > on,
        "may_renew": is_renewable(permit, on=on),
        "renew_from": permit.ends_on - dt.timedelta(days=RENEW_FROM_DAYS),
    }


def is_renewable(permit: ParkingPermit, *, on: dt.date) -> bool:
    """Tell whether a permit can be renewed on a day: near its end, not over, not renewed yet."""
    first = permit.ends_on - dt.timedelta(days=RENEW_FROM_DAYS)
    renewed = ParkingPermit.objects.filter(renews=permit).exists()
    return first <= on < permit.ends_on and permit.ended_at is None and not renewed


def zone_feature(number: str, *, on: dt.date, **more: Any) -> dict[str, Any] | None:
    """Draw a zone as it holds on a day; None where it does not hold then."""
    zone = zone_book().numbered(number, day=on)
    if zone is None:
        return None
    return {
        "type": "Feature",
        "geometry": geojson.geometry(zone.boundary),
        "properties": {"number": zone.number, **more},
    }


def things_of(permit: ParkingPermit, *, on: dt.date) -> dict[str, Any]:
    """Draw where a permit is good: its bay, else its zone, else every zone."""
    if permit.bay is not None:
        shape = shape_of(permit.bay.shape)
        drawn = [
            {"type": "Feature", "geometry": geojson.geometry(shape),
             "properties": {"number": permit.bay.register_key}}
        ]  # fmt: skip
        return {"type": "FeatureCollection", "features": drawn}
    book = zone_book()
    numbers = (
        [zone.number for zone in book.on_day(on)] if permit.zone is None else [permit.zone.number]
    )
    found = [zone_feature(number, on=on) for number in numbers]
    return {"type": "FeatureCollection", "features": [one for one in found if one is not None]}


def permit_json(permit: ParkingPermit, *, on: dt.date, at: dt.datetime) -> dict[str, Any]:
    """Write a permit for machines; ``ends_on`` is the day after the last."""
    vehicle = vehicle_shown(permit, at)
    plate: Text | None = plate_words(vehicle.plate_key) if vehicle is not None else None
    return {
        "id": permit.public_id,
        "number": permit.number,
        "kind": permit.kind,
        "zone": permit.zone.number if permit.zone is not None else None,
        "bay": permit.bay.register_key if permit.bay is not None else None,
        "plate": vehicle.plate_key if vehicle is not None else None,
        "plate_shown": plate.as_json() if plate is not None else None,
        "plot_number": permit.plot_number or None,
        "state": standing_on(permit, on).value,
        "months": permit.months,
        "valid_from": permit.starts_on.isoformat(),
        "valid_to": permit.ends_on.isoformat(),
        "may_renew": is_renewable(permit, on=on),
        "renews": permit.renews.number if permit.renews is not None else None,
        "case": permit.case.public_id if permit.case is not None else None,
        "issued_at": utc_text(permit.issued_at),
        "ended_at": utc_text(permit.ended_at) if permit.ended_at is not None else None,
    }
