"""Zones and the answers about them as JSON."""

import datetime as dt
from typing import Any

import shapely
from shapely.geometry import Point

from municipality import geojson
from municipality.located import Candidate
from municipality.moments import utc_text
from parking_zones.pricing.charge import Price
from parking_zones.zones.book import ZoneOnDay, edge_in_disc
from parking_zones.zones.queries import Charge, ZoneAnswer


def day_text(day: dt.date | None) -> str | None:
    """Write a day, or null for an open end."""
    return None if day is None else day.isoformat()


def zone_json(zone: ZoneOnDay) -> dict[str, Any]:
    """Write what a zone is, without its boundary."""
    return {
        "id": zone.zone_id,
        "number": zone.number,
        "kind": zone.kind,
        "name_ar": zone.name_ar,
        "name_en": zone.name_en,
        "version": zone.version,
        "valid_from": day_text(zone.span.first),
    }


def _price_json(price: Price | None) -> dict[str, Any] | None:
    if price is None:
        return None
    return {
        "amount_baisa": price.amount_baisa,
        "per_minutes": price.per_minutes,
        "source": price.source,
        "valid_from": day_text(price.span.first),
    }


def charge_json(charge: Charge | None) -> dict[str, Any]:
    """Write the price in force and until when parking is paid or free; nulls are unknown."""
    if charge is None:
        return {"tariff": None, "paid_until": None, "free_until": None, "paid_now": None}
    until = None if charge.now.until is None else utc_text(charge.now.until)
    return {
        "tariff": _price_json(charge.price),
        "paid_now": charge.now.paid,
        "paid_until": until if charge.now.paid else None,
        "free_until": until if charge.now.paid is False else None,
    }


def _candidate_json(
    candidate: Candidate[ZoneOnDay], point: Point, accuracy_m: float
) -> dict[str, Any]:
    zone = candidate.feature
    near = shapely.get_coordinates(shapely.shortest_line(zone.boundary.boundary, point))[0]
    reached = abs(candidate.distance_to_edge_m) <= accuracy_m
    edge = edge_in_disc(zone.boundary, point, accuracy_m) if reached else None
    return {
        **zone_json(zone),
        "distance_to_edge_m": round(candidate.distance_to_edge_m, 3),
        "nearest_edge": geojson.position(float(near[0]), float(near[1])),
        "edge_in_circle": None if edge is None else geojson.lonlat_geometry(edge),
    }


def answer_json(answer: ZoneAnswer, *, point: Point, accuracy_m: float) -> dict[str, Any]:
    """Write the answer of ``zone_at``."""
    nearest = answer.nearest
    return {
        "result": answer.located.result.value,
        "accuracy_m": accuracy_m,
        "at": utc_text(answer.at),
        "candidates": [
            _candidate_json(candidate, point, accuracy_m) for candidate in answer.located.candidates
        ],
        "nearest": None if nearest is None else _candidate_json(nearest, point, accuracy_m),
        **charge_json(answer.charge),
    }


def zone_feature(zone: ZoneOnDay, charge: Charge) -> dict[str, Any]:
    """Write a zone with its boundary and what holds in it now."""
    return {
        "type": "Feature",
        "id": zone.zone_id,
        "geometry": geojson.geometry(zone.boundary),
        "properties": {**zone_json(zone), "source": zone.source, **charge_json(charge)},
    }
