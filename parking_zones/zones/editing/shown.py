"""Coverages, faults and impacts as JSON; a position to a tenth of a millimetre names a vertex."""

from collections.abc import Iterable
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from municipality import geojson
from municipality.words import Text
from parking_zones.zones.editing.base import Base
from parking_zones.zones.editing.coverage import Cell, Coverage, Fault, Wrong, difference
from parking_zones.zones.editing.impact import Impact, Moving, OfZone

EXACT = 9  # decimals of a degree
WORDS = {
    Wrong.CROSSES: Text(
        "حد المنطقة {zones} يقطع نفسه.", "The boundary of zone {zones} crosses itself."
    ),
    Wrong.OVERLAP: Text(
        "تداخل بين {zones}: {m2} م². اختر لمن يكون.",
        "Overlap of {zones}: {m2} m². Choose whose it is.",
    ),
    Wrong.GAP: Text(
        "فراغ غير مقصود بجوار {zones}: {m2} م².", "An unintended gap beside {zones}: {m2} m²."
    ),
    Wrong.SLIVER: Text(
        "جزء من {zones} لا يتسع لمركبة: {m2} م².", "A part of {zones} holds no car: {m2} m²."
    ),
}
STRIP = Text(
    "شريط ضيق بجوار {zones}: قرّب الحدين أو قل إنه مقصود.",
    "A narrow strip beside {zones}: bring the edges together, or say that it is intended.",
)


def zone_feature(cell: Cell) -> dict[str, Any]:
    """Write one zone of a coverage."""
    return {
        "type": "Feature",
        "geometry": geojson.geometry(cell.shape, decimals=EXACT),
        "properties": {
            "number": cell.number,
            "name_ar": cell.name_ar,
            "name_en": cell.name_en,
            "id": cell.zone_id,
            "m2": round(float(cell.shape.area), 2),
        },
    }


def ended_json(cell: Cell, base: Base) -> dict[str, Any]:
    """Write a closed zone that may be reopened, and the day since which it is closed."""
    on = base.ended_on[cell.number]
    return {
        "number": cell.number,
        "name_ar": cell.name_ar,
        "name_en": cell.name_en,
        "since": None if on is None else on.isoformat(),
    }


def collection(features: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Write a FeatureCollection."""
    return {"type": "FeatureCollection", "features": list(features)}


def _middle(shape: BaseGeometry) -> list[float]:
    point = shapely.point_on_surface(shape)
    return geojson.position(float(point.x), float(point.y))


def fault_feature(fault: Fault) -> dict[str, Any]:
    """Write what is wrong, where, and a place on it that names it."""
    words = STRIP if fault.wrong is Wrong.GAP and not fault.m2 else WORDS[fault.wrong]
    named = fault.numbers[:1] if fault.wrong is Wrong.SLIVER else fault.numbers
    told = words.with_values(zones=" · ".join(named), m2=f"{fault.m2:,.1f}")
    return {
        "type": "Feature",
        "geometry": geojson.geometry(fault.shape, decimals=EXACT),
        "properties": {
            "wrong": fault.wrong.value,
            "zones": list(fault.numbers),
            "m2": round(fault.m2, 2),
            "at": _middle(fault.shape),
            "words": str(told),
        },
    }


def edited_json(before: Coverage, now: Coverage, found: list[Fault]) -> dict[str, Any]:
    """Write what an edit has made of a coverage: the zones that differ, and what is wrong."""
    was = {cell.number: cell.shape for cell in before.cells}
    changes = difference(before, now)
    other = [cell for cell in now.cells if was.get(cell.number) is not cell.shape]
    return {
        "concerned": list(changes.numbers),
        "closed": [cell.number for cell in changes.closed],
        "zones": collection(zone_feature(cell) for cell in other),
        "faults": collection(fault_feature(fault) for fault in found),
        "can_be_saved": bool(changes.numbers) and not found,
    }


def _moving(one: Moving) -> dict[str, Any]:
    piece = one.piece
    return {
        "type": "Feature",
        "geometry": geojson.geometry(piece.shape),
        "properties": {
            "of": piece.of,
            "to": piece.to,
            "m2": round(float(piece.shape.area), 2),
            "at": _middle(piece.shape),
            "stalls": one.stalls,
            "plots_touched": one.plots_touched,
            "plots_moving": one.plots_moving,
            "permits": one.permits,
            "hour_before_baisa": one.hour_before,
            "hour_after_baisa": one.hour_after,
            "difference_baisa": one.difference_baisa,
        },
    }


def _zone(one: OfZone) -> dict[str, Any]:
    return {
        "number": one.number,
        "what": one.what,
        "m2_before": round(one.m2_before, 2),
        "m2_after": round(one.m2_after, 2),
        "stalls_before": one.stalls_before,
        "stalls_after": one.stalls_after,
        "permits": one.permits,
        "live_tickets": one.live_tickets,
        "tickets_beyond": one.tickets_beyond,
        "revenue_baisa": one.revenue_baisa,
        "hour_before_baisa": one.hour_before,
        "hour_after_baisa": one.hour_after,
    }


def impact_json(found: Impact) -> dict[str, Any]:
    """Write who gains and who loses."""
    return {
        "zones": [_zone(one) for one in found.zones],
        "moving": collection(_moving(one) for one in found.moving),
    }
