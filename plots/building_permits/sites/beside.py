"""What an edge of a site looks at, as people name it: the neighbour's plot, or the road."""

from collections.abc import Sequence
from dataclasses import dataclass

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
    plots = _nearest(middle, beside.plots, ADJOINING_M)
    roads = _nearest(middle, beside.roads, REACH_M)
    return [
        _road(road, beside) if plot is None else PLOT.with_values(number=beside.numbers[plot])
        for plot, road in zip(plots, roads, strict=True)
    ]


def _nearest(points: Shapes, shapes: Shapes, within_m: float) -> list[int | None]:
    """The place of the shape nearest to each point, None where none is near."""
    if not len(shapes):
        return [None] * len(points)
    away = shapely.distance(points[:, None], shapes)
    found = away.argmin(axis=1)
    near = away.min(axis=1) <= within_m
    return [one if there else None for one, there in zip(found.tolist(), near, strict=True)]


def _road(found: int | None, beside: Beside) -> Text | None:
    if found is None or not (name := beside.names[found]).ar:
        return None
    return Text(ROAD.ar.format(name=name.ar), ROAD.en.format(name=name.en or name.ar))
