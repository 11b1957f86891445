"""A building as it was surveyed at its completion, put into the register."""

from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from municipality.stored import geos_of, shape_of
from plots.register.models import Building

SAME = 0.5  # of a building's area: what was built over more than this of it is that building


@dataclass(frozen=True, slots=True)
class AsBuilt:
    """What was built: METRIC footprint, the plots it stands on, what the survey says of it."""

    key: str  # of the register, where no building stood there
    footprint: BaseGeometry
    plot_ids: tuple[int, ...]
    floors: int | None
    height_m: float | None
    source: str


def keep_as_built(built: AsBuilt) -> Building:
    """Let the building that stood there take its new footprint, or add one; returns it.

    The building of these plots that it covers most keeps its key, its name and its units.  The
    next survey of the town speaks for itself (``building_swap``): it replaces what it shows and
    takes away what it does not.
    """
    footprint = shapely.multipolygons(shapely.get_parts(built.footprint))
    rows = Building.objects.filter(plot_id__in=built.plot_ids).order_by("pk")
    shares = []
    for row in rows.select_for_update(of=("self",)):
        held = shape_of(row.footprint)
        shares.append((float(held.intersection(footprint).area / held.area), row))
    share, found = max(shares, key=lambda one: one[0], default=(0.0, None))
    if found is None or share <= SAME:
        found = Building(register_key=built.key, plot_id=built.plot_ids[0])
    found.footprint = geos_of(footprint)  # type: ignore[assignment]
    found.floors, found.height_m = built.floors, built.height_m
    found.source, found.crosses_plots = built.source, len(built.plot_ids) > 1
    found.save()
    return found
