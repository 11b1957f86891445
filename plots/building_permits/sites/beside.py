"""What an edge of a site looks at, as people name it: the neighbour's plot, or the road."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from municipality.words import Text
from plots.building_permits.sites.arrays import Shapes, nothing
from plots.building_permits.sites.frontage import REACH_M

ADJOINING_M = 1.0  # plots are drawn with gaps of decimetres between them
PLOT = Text("جهة القطعة {number}", "towards plot {number}")
ROAD = Text("جهة {name}", "towards {name}")


@dataclass(frozen=True, slots=True)
class Beside:
    """Plots and roads round a site with their names; METRIC shapes, in the order of the names."""

    plots: Shapes
    numbers: Sequence[str]
    roads: Shapes
    names: Sequence[Text]


NOTHING_BESIDE = Beside(nothing(0), (), nothing(0), ())


def beside_edges(edges: Shapes, beside: Beside) -> list[Text | None]:
    """Name what each edge looks at: the plot that adjoins its middle, else the nearest road.

    None where neither is known by a name.
    """
    middle = shapely.line_interpolate_point(shapely.line_merge(edges), 0.5, normalized=True)
    return [
        _plot(point, beside) or _road(point, beside) for point in middle
    ]  # a site has a handful of edges


def _nearest(point: shapely.Point, shapes: Shapes, within_m: float) -> int | None:
    if not len(shapes):
        return None
    away = shapely.distance(shapes, point)
    found = int(np.argmin(away))
    return found if away[found] <= within_m else None


def _plot(point: shapely.Point, beside: Beside) -> Text | None:
    found = _nearest(point, beside.plots, ADJOINING_M)
    return None if found is None else PLOT.with_values(number=beside.numbers[found])


def _road(point: shapely.Point, beside: Beside) -> Text | None:
    found = _nearest(point, beside.roads, REACH_M)
    if found is None or not (name := beside.names[found]).ar:
        return None
    return Text(ROAD.ar.format(name=name.ar), ROAD.en.format(name=name.en or name.ar))
