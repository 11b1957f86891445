"""What an applicant chooses among: the units of a plot, the bays of a zone."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from geo_portal.parking_permits.reading import day_told, months_told
from geo_portal.parking_permits.shown import zone_feature
from municipality import geojson
from municipality.problems import bad_value
from municipality.stored import shape_of
from parking_zones.parking_permits.bays import MOST_BAYS, BayChoice, bays_of_zone
from parking_zones.parking_permits.models import PermitKind
from parking_zones.parking_permits.requests import CHOOSE_MONTHS, START_DAY
from parking_zones.parking_permits.terms import START_WITHIN_DAYS, months_after, months_allowed
from parking_zones.zones.models import Zone
from plots.register.units import UnitOfPlot, units_of


def _unit_json(unit: UnitOfPlot) -> dict[str, Any]:
    return {
        "written": unit.written,
        "number": unit.number,
        "floor": unit.floor,
        "use": unit.use.as_json(),
        "building": unit.building.as_json(),
    }


def units_json(plot_id: int) -> dict[str, Any]:
    """Write the units that the register knows on a plot; none where it knows none."""
    return {"units": [_unit_json(unit) for unit in units_of(plot_id)]}


def span_told(told: Mapping[str, str], *, on: dt.date) -> tuple[dt.date, dt.date]:
    """Read from which day and for how many months a bay would be asked; raises Problem 422.

    Returns the first day and the one after the last.
    """
    first = max(day_told(told.get("starts_on", ""), "starts_on") or on, on)
    last = on + dt.timedelta(days=START_WITHIN_DAYS)
    if first > last:
        raise bad_value("starts_on", START_DAY.with_values(last=last.strftime("%d/%m/%Y")))
    months, kind = months_told(told, PermitKind.RESERVED_BAY), PermitKind.RESERVED_BAY
    if months not in (allowed := months_allowed(kind=kind, on=on)):
        raise bad_value("months", CHOOSE_MONTHS.with_values(months=", ".join(map(str, allowed))))
    return first, months_after(first, months)


def _bay_json(choice: BayChoice) -> dict[str, Any]:
    bay = choice.bay
    shape = shape_of(bay.shape)
    return {
        "id": bay.pk,
        "key": bay.register_key,
        "stalls": bay.stalls,
        "kind": bay.kind,
        "why": None if choice.why is None else choice.why.as_json(),
        "at": geojson.geometry(shape.representative_point())["coordinates"],
        "geometry": geojson.geometry(shape),
    }


def bays_json(zone: Zone, *, starts_on: dt.date, ends_on: dt.date) -> dict[str, Any]:
    """Write the bays of a zone, and why one cannot be asked for up to ``ends_on``, exclusive."""
    found = bays_of_zone(zone_id=zone.pk, starts_on=starts_on, ends_on=ends_on)
    return {
        "zone": zone.number,
        "drawn": zone_feature(zone.number, on=starts_on),
        "bays": [_bay_json(choice) for choice in found[:MOST_BAYS]],
        "has_more": len(found) > MOST_BAYS,
    }
