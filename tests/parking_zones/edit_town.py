"""A street of zones for the tests of the editor, and a zone manager at work on it."""

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.test import Client
from django.utils import timezone

from municipality import crs
from municipality.city_time import city_day
from municipality.stored import geos_of
from parking_zones.models import Bay, ParkingTicket, Zone
from tests import builders as b

API = "/api/parking/zone-edits"


def today() -> dt.date:
    """The day it is in the city."""
    return city_day(timezone.now())


def tomorrow() -> dt.date:
    """The day after."""
    return today() + dt.timedelta(days=1)


def lonlat(x: float, y: float) -> list[float]:
    """A place some metres from the middle of the city, as the editor names it."""
    lon, lat = crs.lonlat(b.EAST + x, b.NORTH + y)
    return [round(lon, 9), round(lat, 9)]


@dataclass
class Street:
    """Three zones of 100 x 100 m in a row: 7, 8 and 9."""

    zones: dict[str, Zone]


def a_street() -> Street:
    """Build it, with hours, prices, terms and days of rest."""
    b.the_weekends()
    b.the_paid_hours()
    b.the_ticket_terms()
    b.a_tariff(100)
    zones = {
        number: b.a_zone(number, b.square(100 * index, 0, 100), name_ar=f"منطقة {number}")
        for index, number in enumerate(("7", "8", "9"))
    }
    return Street(zones)


def a_bay(zone: Zone, x: float, y: float, stalls: int = 1, kind: str = "public") -> Bay:
    """A bay of 2.5 x 5 m, in the zone that is named, for it lies there."""
    assert zone.pk
    return Bay.objects.create(
        register_key=f"{x}/{y}",
        kind=kind,
        stalls=stalls,
        shape=geos_of(b.square(x, y, 2.5, 5)),
    )


def a_ticket(zone: Zone | None, at: dt.datetime, *, minutes: int = 60, amount: int = 200) -> Any:
    """A paid ticket that begins at a moment."""
    count = ParkingTicket.objects.count()
    return ParkingTicket.objects.create(
        number=f"PT-{count}",
        plate_key=f"om|{count}|b",
        zone=zone,
        zone_version=1,
        starts_at=at,
        ends_at=at + dt.timedelta(minutes=minutes),
        amount_baisa=amount,
        lines=[],
        channel="app",
        state="paid",
        phone="+96892345678",
        language="ar",
        key=f"k{count}",
        asked_at=at,
        decided_at=at,
    )


@dataclass
class Manager:
    """Somebody who edits zones over the API."""

    client: Client

    def open(self, **query: str) -> dict[str, Any]:
        """Open the zones of a day."""
        answer = self.client.get(API, query)
        assert answer.status_code == 200, answer.content
        return dict(answer.json())

    def sends(self, what: str, opened: dict[str, Any], *operations: Any, **more: Any) -> Any:
        """Send operations on what was opened: to be checked, to be looked at, or (``""``) kept."""
        body = {
            "kind": opened["kind"],
            "from": opened["from"],
            "base": opened["base"],
            "operations": list(operations),
            **more,
        }
        address = f"{API}/{what}" if what else API
        return self.client.post(address, json.dumps(body), "application/json")

    def keeps(self, opened: dict[str, Any], *operations: Any, **more: Any) -> Any:
        """Send operations to be kept, by a decision."""
        return self.sends("", opened, *operations, **{"source": "قرار 12/2026", **more})


def a_manager(name: str = "hilal") -> Manager:
    """A zone manager, signed in, asking in English."""
    client = Client(headers={"Accept-Language": "en"})
    client.force_login(b.a_person(name, "zone_manager"))
    return Manager(client)


def move(x: float, y: float, dx: float, dy: float) -> dict[str, Any]:
    """Move the corner at x, y."""
    return {"op": "move", "at": lonlat(x, y), "to": lonlat(x + dx, y + dy)}
