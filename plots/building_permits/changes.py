"""An application that changes a permit: which may still be changed, and from which ground."""

import datetime as dt
from collections.abc import Iterable

import shapely
from shapely.geometry.base import BaseGeometry

from municipality.stored import shape_of
from municipality.words import Text
from plots.building_permits.models import BuildingPermit, PermitApplication, Work
from plots.building_permits.words import STATES
from plots.building_permits.works import NEEDS
from plots.register.models import Plot

SAME_GROUND = 0.99  # of an area: a plot surveyed anew is the same ground
NO_LONGER = Text(
    "الإباحة {number} لا تُغيّر: {state}.", "Permit {number} is not changed any more: {state}."
)
OTHER_GROUND = Text(
    "الإباحة {number} على أرض أخرى: القطعة {plot}.",
    "Permit {number} is of other ground: plot {plot}.",
)
SAME_OFFICE = Text(
    "مكتبك هو المشرف على الإباحة {number} من قبل؛ لا تغيير في الاستشاري.",
    "Your office supervises permit {number} already; the consultant does not change.",
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


def plots_of_permit(permit: BuildingPermit, *, on: dt.date) -> list[int]:
    """Return the ids of the plots that lie on the ground of a permit on a day."""
    held = shape_of(permit.place)
    rows = Plot.objects.filter(boundary__intersects=permit.place, valid__contains=on)
    return [row.pk for row in rows.order_by("pk") if _covers(held, shape_of(row.boundary))]


def why_not_taken_over(permit: BuildingPermit | None, work: Work, office_id: int) -> Text | None:
    """Say why an office does not become the supervisor of a permit: it is that already."""
    if permit is None or work != Work.CONSULTANT_CHANGE or permit.consultancy_id != office_id:
        return None
    return SAME_OFFICE.with_values(number=permit.number)


def permit_is_lost(application: PermitApplication) -> Text | None:
    """Say why the permit that an application changes is no longer to be changed; None: it is."""
    if application.permit is None:
        return None
    plots = application.plots.select_related("plot")
    return why_not_changed(
        application.permit, Work(application.work), [shape_of(row.plot.boundary) for row in plots]
    )
