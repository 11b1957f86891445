"""Zones and housing areas as zones and areas of CDS Curbs."""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from municipality import geojson
from municipality.places.models import AreaVersion
from municipality.stored import shape_of
from parking_zones.curb_rules.bans import Ban
from parking_zones.curbs.policies import OF_CITY, Json, ban_policy, policies_of, stamp
from parking_zones.zones.book import ZoneBook, ZoneOnDay

TOUCHING_M2 = 1.0  # less in common is a drawing difference between a zone and a housing area


@dataclass(frozen=True, slots=True)
class CurbZone:
    """One polygon of one version of a zone: what CDS calls a curb zone; METRIC.

    ``bans`` are those on all of it; ``zone`` None is ground with bans outside every zone.
    """

    id: uuid.UUID
    zone: ZoneOnDay | None
    shape: BaseGeometry
    bans: tuple[Ban, ...] = ()


def curb_zones(book: ZoneBook, *, on: dt.date) -> list[CurbZone]:
    """Return the zones of a day, a polygon each: CDS knows no zone of several.

    Where bans hold on some ground of a zone it is cut off, for a curb zone has its policies on all
    of its ground; ground with bans outside every zone comes last.
    """
    strips = _strips(book, on)
    if not strips:
        return [
            _curb_zone(f"zone/{zone.zone_id}/{zone.version}/{number}", zone, part, ())
            for zone in book.on_day(on)
            for number, part in enumerate(shapely.get_parts(zone.boundary))
        ]
    tree = shapely.STRtree([shape for shape, _ in strips])
    found, left = [], [shape for shape, _ in strips]
    for zone in book.on_day(on):
        near = np.sort(tree.query(zone.boundary, predicate="intersects")).tolist()
        name = f"zone/{zone.zone_id}/{zone.version}"
        rest = shapely.difference(zone.boundary, shapely.union_all([strips[n][0] for n in near]))
        pieces = [(rest, ())] + [
            (shapely.intersection(zone.boundary, strips[n][0]), strips[n][1]) for n in near
        ]
        for n in near:
            left[n] = shapely.difference(left[n], zone.boundary)
        found += _pieces(name, zone, pieces)
    outside = [(shape, bans) for shape, (_, bans) in zip(left, strips, strict=True)]
    return [*found, *_pieces("bans", None, outside)]


def _curb_zone(
    name: str, zone: ZoneOnDay | None, shape: BaseGeometry, bans: tuple[Ban, ...]
) -> CurbZone:
    return CurbZone(uuid.uuid5(OF_CITY, name), zone, shape, bans)


def _pieces(
    name: str, zone: ZoneOnDay | None, pieces: Sequence[tuple[BaseGeometry, tuple[Ban, ...]]]
) -> list[CurbZone]:
    """Write each polygon of some ground, named by its place, so that no id means another."""
    return [
        _curb_zone(f"{name}/{shapely.to_wkt(part, rounding_precision=2)}", zone, part, bans)
        for shape, bans in pieces
        for part in shapely.get_parts(shape)
        if part.geom_type == "Polygon" and part.area >= TOUCHING_M2
    ]


def _strips(book: ZoneBook, on: dt.date) -> list[tuple[BaseGeometry, tuple[Ban, ...]]]:
    """Return the ground of bans on a day without overlaps, each piece with its bans.

    Bans of one stretch are together; where stretches cross, the ground is the first one's.
    """
    by_strip: dict[bytes, list[Ban]] = {}
    for ban in book.bans:
        if ban.span.holds_on(on):
            by_strip.setdefault(ban.strip.wkb, []).append(ban)
    groups = [tuple(bans) for bans in by_strip.values()]
    shapes = [bans[0].strip for bans in groups]
    tree = shapely.STRtree(shapes)
    found = []
    for n, (shape, bans) in enumerate(zip(shapes, groups, strict=True)):
        before = [shapes[i] for i in tree.query(shape, predicate="intersects") if i < n]
        found.append((shapely.difference(shape, shapely.union_all(before)), bans))
    return found


def policies_at(one: CurbZone, book: ZoneBook, *, on: dt.date) -> list[Json]:
    """Return the policies of a curb zone: its bans before those of the zone it lies in."""
    banned = [ban_policy(one.bans, book, on=on)] if one.bans else []
    return [*banned, *(policies_of(one.zone, book, on=on) if one.zone is not None else ())]


def zone_json(one: CurbZone, book: ZoneBook, *, on: dt.date, areas: Sequence[str]) -> Json:
    """Write a curb zone with its geometry (WGS 84) and the policies that hold in it."""
    zone, clock = one.zone, book.calendar.zone
    spans = [ban.span for ban in one.bans] if zone is None else [zone.span]
    first = [span.first for span in spans if span.first is not None]
    after = [span.after for span in spans if span.after is not None]
    begins = stamp(min(first, default=None), clock)
    ban = one.bans[0] if one.bans else None
    name = f"{ban.street} / {ban.side}" if ban is not None else ""
    said: dict[str, Any] = {
        "curb_zone_id": str(one.id),
        "geometry": geojson.geometry(one.shape),
        "curb_policy_ids": [row["curb_policy_id"] for row in policies_at(one, book, on=on)],
        "published_date": begins,
        "last_updated_date": begins,
        "start_date": begins,
        "name": name if zone is None else f"{zone.name_ar} / {zone.name_en}",
        "jurisdiction_type": "public",
        "curb_area_ids": list(areas),
    }
    if zone is not None:
        said["user_zone_id"] = zone.number
    if after:
        said["end_date"] = stamp(min(after), clock)
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
