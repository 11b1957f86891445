"""A plot as a GeoJSON feature: the keys of docs/interfaces, every one always present."""

import datetime as dt
from typing import Any

from municipality import geojson
from plots.register.queries import PlotOnDay, limits_for
from plots.restrictions.queries import Restriction


def named(thing: Any) -> dict[str, Any] | None:
    """Write a place with its two names; None stays None."""
    if thing is None:
        return None
    return {"id": thing.pk, "name_ar": thing.name_ar, "name_en": thing.name_en}


def plot_feature(plot: PlotOnDay, *, on: dt.date) -> dict[str, Any]:
    """Write a plot of a day as a feature; areas in m², null where the register does not say."""
    facts = plot.facts
    shape = plot.shape
    limits = limits_for(facts=facts, on=on)
    registered = facts.registered_area_m2
    return {
        "type": "Feature",
        "id": plot.plot_id,
        "geometry": geojson.geometry(shape),
        "properties": {
            "id": plot.plot_id,
            "number": facts.number,
            "old_number": facts.old_number or None,
            "krooki_number": facts.krooki_number or None,
            "block": facts.block or None,
            "use_class": facts.use_class,
            "area_m2": None if registered is None else float(registered),
            "measured_m2": round(shape.area, 2),
            "wilayat": named(facts.wilayat),
            "area": named(facts.area),
            "phase": facts.phase.code if facts.phase else None,
            "limits": limits.values,
            "limits_source": limits.source or None,
            "version": facts.version,
            "valid_from": None if facts.valid.lower is None else facts.valid.lower.isoformat(),
            "source": facts.source or None,
        },
    }


def restriction_json(row: Restriction) -> dict[str, Any]:
    """Write one theme's answer."""
    return {
        "theme": row.theme,
        "name_ar": row.name_ar,
        "name_en": row.name_en,
        "status": row.status.value,
        "share_m2": row.share_m2,
        "share_pct": row.share_pct,
        "source": row.source,
        "as_of": None if row.as_of is None else row.as_of.isoformat(),
    }
