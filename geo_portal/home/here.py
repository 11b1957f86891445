"""What applies here: one plot, and everything the city knows of its ground."""

import datetime as dt
from typing import Any

from municipality.moments import utc_text
from municipality.places.models import Directorate
from parking_zones.zones.features import charge_json, zone_json
from parking_zones.zones.queries import zones_of
from plots.register.features import named, plot_feature, restriction_json
from plots.register.queries import PlotOnDay
from plots.restrictions.queries import restrictions_of


def directorate_of(plot: PlotOnDay) -> Directorate | None:
    """Return the directorate of the plot's wilayat; None where none or several are named."""
    wilayat = plot.facts.wilayat
    if wilayat is None:
        return None
    found = list(wilayat.directorates.order_by("id")[:2])
    return found[0] if len(found) == 1 else None


def parking_of(plot: PlotOnDay, *, at: dt.datetime) -> dict[str, Any]:
    """Say how the plot lies to the parking zones, and what parking costs there."""
    share, zones, charge = zones_of(shape=plot.shape, at=at)
    return {
        "result": share.value,
        "candidates": [zone_json(zone) for zone in zones],
        "at": utc_text(at),
        **charge_json(charge),
    }


def what_applies(plot: PlotOnDay, *, on: dt.date, at: dt.datetime) -> dict[str, Any]:
    """Gather plot, places, limits, restrictions, parking and directorate for a day and moment."""
    facts = plot.facts
    feature = plot_feature(plot, on=on)
    return {
        "plot": feature,
        "wilayat": named(facts.wilayat),
        "area": named(facts.area),
        "phase": facts.phase.code if facts.phase else None,
        "directorate": named(directorate_of(plot)),
        "restrictions": [restriction_json(row) for row in restrictions_of(shape=plot.shape, on=on)],
        "parking": parking_of(plot, at=at),
        "limits_source": feature["properties"]["limits_source"],
        "as_of": utc_text(at),
    }
