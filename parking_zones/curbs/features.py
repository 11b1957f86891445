"""Zones and housing areas as zones and areas of CDS Curbs."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from municipality import geojson
from municipality.places.models import AreaVersion
from municipality.stored import shape_of
from parking_zones.curbs.policies import OF_CITY, Json, policies_of, stamp
from parking_zones.zones.book import ZoneBook, ZoneOnDay

TOUCHING_M2 = 1.0  # less in common is a drawing difference between a zone and a housing area


@dataclass(frozen=True, slots=True)
class CurbZone:
    """One polygon of one version of a zone: what CDS calls a curb zone; METRIC."""

    id: uuid.UUID
    zone: ZoneOnDay
    shape: BaseGeometry


def curb_zones(book: ZoneBook, *, on: dt.date) -> list[CurbZone]:
    """Return the zones of a day, a polygon each: CDS knows no zone of several."""
    return [
        CurbZone(uuid.uuid5(OF_CITY, f"zone/{zone.zone_id}/{zone.version}/{number}"), zone, part)
        for zone in book.on_day(on)
        for number, part in enumerate(shapely.get_parts(zone.boundary))
    ]


def zone_json(one: CurbZone, book: ZoneBook, *, on: dt.date, areas: Sequence[str]) -> Json:
    """Write a curb zone with its geometry (WGS 84) and the policies that hold in it."""
    zone, clock = one.zone, book.calendar.zone
    begins = stamp(zone.span.first, clock)
    said: dict[str, Any] = {
        "curb_zone_id": str(one.id),
        "geometry": geojson.geometry(one.shape),
        "curb_policy_ids": [row["curb_policy_id"] for row in policies_of(zone, book, on=on)],
        "published_date": begins,
        "last_updated_date": begins,
        "start_date": begins,
        "name": f"{zone.name_ar} / {zone.name_en}",
        "user_zone_id": zone.number,
        "jurisdiction_type": "public",
        "curb_area_ids": list(areas),
    }
    if zone.span.after is not None:
        said["end_date"] = stamp(zone.span.after, clock)
    return said


@dataclass(frozen=True, slots=True)
class CurbArea:
    """A housing area in which zones lie; METRIC."""

    id: uuid.UUID
    name: str
    since: dt.date | None
    shape: BaseGeometry
    zones: tuple[CurbZone, ...]


def curb_areas(zones: Sequence[CurbZone], *, on: dt.date) -> list[CurbArea]:
    """Return the housing areas of a day in which some of the zones lie."""
    rows = AreaVersion.objects.filter(valid__contains=on).select_related("area")
    found = []
    for row in rows.order_by("area_id"):
        shape = shape_of(row.boundary)
        inside = tuple(
            one for one in zones if shapely.intersection(one.shape, shape).area > TOUCHING_M2
        )
        for number, part in enumerate(shapely.get_parts(shape)):
            held = tuple(one for one in inside if shapely.intersects(one.shape, part))
            if held:
                name = f"area/{row.area_id}/{row.pk}/{number}"
                found.append(
                    CurbArea(uuid.uuid5(OF_CITY, name), str(row.area), row.valid.lower, part, held)
                )
    return found


def area_json(one: CurbArea, clock: dt.tzinfo) -> Json:
    """Write a curb area with the zones in it."""
    begins = stamp(one.since, clock)
    return {
        "curb_area_id": str(one.id),
        "geometry": geojson.geometry(one.shape),
        "name": one.name,
        "published_date": begins,
        "last_updated_date": begins,
        "curb_zone_ids": [str(zone.id) for zone in one.zones],
    }
