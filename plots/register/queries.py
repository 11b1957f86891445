"""Reads of the register that two callers share."""

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from municipality.digits import western
from municipality.located import Located, locate
from municipality.names import fold
from municipality.stored import geos_of, shape_of
from plots.register.models import PlanLimit, Plot, PlotFacts, PlotVersion

LIMITS = (
    "setback_front_m",
    "setback_side_m",
    "setback_rear_m",
    "coverage_pct",
    "built_up_pct",
    "floors",
    "height_m",
    "parking_bays",
)


@dataclass(frozen=True, slots=True)
class PlotOnDay:
    """A plot as it was on a day: its stable id and the facts of the version of that day."""

    plot_id: int
    facts: PlotFacts

    @property
    def shape(self) -> BaseGeometry:
        """The boundary in METRIC."""
        return shape_of(self.facts.boundary)


def _on_day(facts: PlotFacts) -> PlotOnDay:
    plot_id = facts.plot_id if isinstance(facts, PlotVersion) else facts.pk
    return PlotOnDay(plot_id, facts)


def plots_near(*, point: Point, within_m: float, on: dt.date) -> list[PlotOnDay]:
    """Return the plots of a day whose boundary comes within some metres of a METRIC point."""
    near = Q(boundary__dwithin=(geos_of(point), within_m), valid__contains=on)
    names = ("wilayat", "area", "phase")
    present = Plot.objects.filter(near).select_related(*names)
    past = PlotVersion.objects.filter(near).select_related(*names)
    return [_on_day(facts) for facts in (*present, *past)]


def plot_at(*, point: Point, accuracy_m: float, on: dt.date) -> Located[PlotOnDay]:
    """Say which plot a METRIC point with its accuracy in metres lies in, on a day of the city."""
    near = plots_near(point=point, within_m=accuracy_m, on=on)
    return locate(
        point=point, accuracy_m=accuracy_m, features=[(plot, plot.shape) for plot in near]
    )


def plot_on(*, plot_id: int, on: dt.date) -> PlotOnDay | None:
    """Return a plot as it was on a day; None if there is no such plot or it did not hold then."""
    names = ("wilayat", "area", "phase")
    present = Plot.objects.filter(pk=plot_id, valid__contains=on).select_related(*names)
    past = PlotVersion.objects.filter(plot=plot_id, valid__contains=on).select_related(*names)
    for versions in (present, past):  # the past is asked only where the present does not hold
        for facts in versions:
            return _on_day(facts)
    return None


# The ORM knows no index on a function; each arm uses its own, an OR of them would use none.
NUMBERED = """
  SELECT id FROM plots_plot WHERE ar_fold(number) = %s
  UNION ALL SELECT id FROM plots_plot WHERE old_number <> '' AND ar_fold(old_number) = %s
  UNION ALL SELECT id FROM plots_plot WHERE krooki_number <> '' AND ar_fold(krooki_number) = %s
  UNION ALL SELECT plot_id FROM plots_plotnumber WHERE ar_fold(number) = %s"""


def plots_numbered(number: str) -> QuerySet[Plot]:
    """Return the plots known by a number, present or former, in any digits; nothing by guess."""
    wanted = fold(western(number.strip()))
    numbered = RawSQL(NUMBERED, [wanted] * 4)  # noqa: S611 (the text is ours, values are bound)
    return Plot.objects.filter(id__in=numbered).order_by("number", "id")


@dataclass(frozen=True, slots=True)
class Limits:
    """The planning limits of a plot: metres, per cent, counts; None is unknown, never zero."""

    values: dict[str, float | int | None]
    source: str


def limits_for(*, facts: PlotFacts, on: dt.date) -> Limits:
    """Return the limits of a plot on a day: its own first, then those of its plan.

    A plan for the plot's area goes before one for the use class alone (Local Order 23/92
    art. 11: "the percentage set for each area according to its detailed plans").
    """
    own = {name: getattr(facts, name) for name in LIMITS}
    sources = [facts.limits_source] if any(v is not None for v in own.values()) else []
    if any(value is None for value in own.values()):
        plans = PlanLimit.objects.filter(
            Q(area=facts.area_id) | Q(area__isnull=True),
            use_class=facts.use_class,
            valid__contains=on,
        )
        for plan in sorted(plans, key=lambda plan: plan.area_id is None):
            filled = {n: getattr(plan, n) for n in LIMITS if own[n] is None}
            if any(value is not None for value in filled.values()):
                sources.append(plan.source)
            own.update(filled)
    return Limits(own, "; ".join(source for source in sources if source))
