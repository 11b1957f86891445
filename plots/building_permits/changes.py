"""An application that changes a permit: which may still be changed, and from which ground."""

from collections.abc import Iterable

import shapely
from shapely.geometry.base import BaseGeometry

from municipality.stored import shape_of
from municipality.words import Text
from plots.building_permits.models import BuildingPermit, PermitApplication, Work
from plots.building_permits.words import STATES
from plots.building_permits.works import NEEDS

SAME_GROUND = 0.99  # of an area: a plot surveyed anew is the same ground
NO_LONGER = Text(
    "الإباحة {number} لا تُغيّر: {state}.", "Permit {number} is not changed any more: {state}."
)
OTHER_GROUND = Text(
    "الإباحة {number} على أرض أخرى: القطعة {plot}.",
    "Permit {number} is of other ground: plot {plot}.",
)


def _covers(ground: BaseGeometry, part: BaseGeometry) -> bool:
    return bool(shapely.intersection(ground, part).area >= SAME_GROUND * part.area)


def why_not_changed(
    permit: BuildingPermit, work: Work, grounds: Iterable[BaseGeometry]
) -> Text | None:
    """Say why a permit may not be changed by a kind of work on some plots (METRIC); None: it may.

    What goes on under the same permit is of the same ground; a building that is added to or
    changed may have been given more.
    """
    ended = {BuildingPermit.State.SUPERSEDED, BuildingPermit.State.REVOKED}
    if not NEEDS[work].has_site:
        ended.add(BuildingPermit.State.COMPLETED)  # what is built is added to, not renewed
    state = BuildingPermit.State(permit.state)
    if state in ended:
        said = STATES[state]
        return Text(
            NO_LONGER.ar.format(number=permit.number, state=said.ar),
            NO_LONGER.en.format(number=permit.number, state=said.en),
        )
    ground, held = shapely.union_all(list(grounds)), shape_of(permit.place)
    if _covers(ground, held) and (NEEDS[work].has_site or _covers(held, ground)):
        return None
    return OTHER_GROUND.with_values(number=permit.number, plot=permit.plot_numbers)


def permit_is_lost(application: PermitApplication) -> Text | None:
    """Say why the permit that an application changes is no longer to be changed; None: it is."""
    if application.permit is None:
        return None
    plots = application.plots.select_related("plot")
    return why_not_changed(
        application.permit, Work(application.work), [shape_of(row.plot.boundary) for row in plots]
    )
