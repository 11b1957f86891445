"""Where a drawing lies: on its plot by its own coordinates, or laid there by the office.

A drawing is never stretched to fit; where two distances differ as feet differ from metres, that
is said instead.
"""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from municipality import crs
from municipality.conf import PROFILE
from municipality.documents.drawings import System
from municipality.words import Text
from plots.building_permits.drawings.dxf import UNIT_NAMES, UNITS
from plots.building_permits.drawings.placement import Placement, best_turn, through

MISFIT_M = 0.10  # two distances that differ by more are not the same two points
LEAST_M = 2.0  # points nearer to each other than this turn the drawing by chance
NEAR_M = 2.0  # a wall may stand a little over the line and the drawing still be on its plot
MOSTLY = 0.5  # share of a drawing that must lie on the plot
_UNIT_LEEWAY = 0.005  # of a ratio of two distances
Pair = tuple[float, float]

TOO_NEAR = Text(
    "النقطتان متقاربتان ({metres} م). اختر نقطتين أبعد.",
    "The two points are only {metres} m apart. Choose points further apart.",
)
APART = Text(
    "المسافة بين النقطتين {drawn} م في الرسم و{ground} م على الأرض، والفرق {misfit} م. "
    "اختر النقطتين نفسيهما في الاثنين.",
    "The two points are {drawn} m apart in the drawing and {ground} m on the ground: {misfit} m "
    "too many or too few. Choose the same two points in both.",
)
APART_UNIT = Text(
    "المسافة بين النقطتين {drawn} م في الرسم و{ground} م على الأرض؛ يبدو أن وحدة الرسم {unit}.",
    "The two points are {drawn} m apart in the drawing and {ground} m on the ground; "
    "the drawing's unit looks like {unit_en}.",
)
ON_PLOT = Text(
    "يقع الرسم على القطعة بنظام {system}.", "The drawing lies on the plot by {system_en}."
)
ON_PLOT_BY_OTHER = Text(
    "يقع الرسم على القطعة بنظام {system}؛ ولو قُرئ بنظام المدينة لابتعد عنها {metres} م.",
    "The drawing lies on the plot by {system_en}; read in the city's own system it would lie "
    "{metres} m away.",
)
OFF_PLOT = Text(
    "لا يقع الرسم على القطعة بأي نظام معتمد. ضعه بالسحب أو بنقطتين مشتركتين.",
    "The drawing lies on the plot by none of the accepted systems. Drag it there, "
    "or give two common points.",
)
LARGER = Text(
    "القطعة في الرسم {drawn} م² وفي السجل المساحي {ground} م²: الرسم أكبر بمقدار {difference} م².",
    "The plot is {drawn} m² in the drawing and {ground} m² in the cadastre: "
    "the drawing is {difference} m² larger.",
)
SMALLER = Text(
    "القطعة في الرسم {drawn} م² وفي السجل المساحي {ground} م²: الرسم أصغر بمقدار {difference} م².",
    "The plot is {drawn} m² in the drawing and {ground} m² in the cadastre: "
    "the drawing is {difference} m² smaller.",
)


class NotPlaced(ValueError):
    """Two points do not belong together; ``unit`` is what the drawing's looks like, if any."""

    def __init__(self, words: Text, *, misfit_m: float, unit: str = "") -> None:
        super().__init__(words.en)
        self.words = words
        self.misfit_m = misfit_m
        self.unit = unit


@dataclass(frozen=True, slots=True)
class TwoPoints:
    """A placement by two points and how far their distances differ, in metres."""

    placement: Placement
    misfit_m: float


@dataclass(frozen=True, slots=True)
class Standing:
    """A drawing read in one system: the share of it on the plot, and how far its middle lies off.

    ``away_m`` is how far this reading lies from that in the city's own system.
    """

    srid: int
    shape: BaseGeometry  # METRIC
    share: float
    off_m: float
    away_m: float


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """What the drawing's own coordinates come to; ``chosen`` is None where it lies elsewhere."""

    chosen: Standing | None
    readings: list[Standing]
    words: Text
    named: int | None = None

    @property
    def as_named(self) -> BaseGeometry | None:
        """The drawing (METRIC) by the system it names, else the city's own; None: by neither."""
        by = {reading.srid: reading.shape for reading in self.readings}
        return by.get(crs.METRIC if self.named is None else self.named, by.get(crs.METRIC))


@dataclass(frozen=True, slots=True)
class PlotDifference:
    """The plot as drawn against that of the cadastre, in m²; positive: drawn larger."""

    drawn_m2: float
    ground_m2: float
    difference_m2: float
    words: Text


def by_two_points(drawing_a: Pair, drawing_b: Pair, ground_a: Pair, ground_b: Pair) -> TwoPoints:
    """Lay two points of a drawing (metres) on two of the ground; raises NotPlaced.

    The scale stays 1, so the middles of the two pairs are brought together.
    """
    drawn, ground = np.array([drawing_a, drawing_b]), np.array([ground_a, ground_b])
    here, there = (float(np.hypot(*(pair[1] - pair[0]))) for pair in (drawn, ground))
    misfit = abs(here - there)
    if not math.isfinite(misfit) or min(here, there) == 0.0:
        raise NotPlaced(TOO_NEAR.with_values(metres=0), misfit_m=math.inf)
    if misfit > MISFIT_M:
        raise _apart(here, there)
    if there < LEAST_M:
        raise NotPlaced(TOO_NEAR.with_values(metres=round(there, 2)), misfit_m=misfit)
    return TwoPoints(through(drawn, ground, angle=best_turn(drawn, ground)), misfit)


def _apart(here: float, there: float) -> NotPlaced:
    """Say how two distances differ: as one unit from another, or just so."""
    misfit, said = abs(here - there), {"drawn": round(here, 2), "ground": round(there, 2)}
    for unit, metres in UNITS.items():
        if metres != 1.0 and abs(there / here / metres - 1) <= _UNIT_LEEWAY:
            words = APART_UNIT.with_values(
                unit=UNIT_NAMES[unit].ar, unit_en=UNIT_NAMES[unit].en, **said
            )
            return NotPlaced(words, misfit_m=misfit, unit=unit)
    return NotPlaced(APART.with_values(misfit=round(misfit, 2), **said), misfit_m=misfit)


def by_drag(anchor: Pair, rotation_deg: float, shift: Pair) -> Placement:
    """Turn a drawing round a point of it (metres, counter-clockwise), then move it."""
    point = np.array([anchor])
    return through(point, point + np.array(shift), angle=math.radians(rotation_deg))


def _reading(
    shape: BaseGeometry, plot: BaseGeometry, srid: int, drawn: BaseGeometry
) -> Standing | None:
    """Read a drawing in a system; None where that comes to nothing."""
    there = crs.to_metric([shape], srid=srid)[0]
    if not np.isfinite(shapely.get_coordinates(there)).all():
        return None
    near = shapely.intersection(there, plot.buffer(NEAR_M))
    size = there.area or there.length
    share = (near.area if there.area else near.length) / size if size else 0.0
    away = there.centroid.distance(drawn.centroid)
    return Standing(srid, there, float(share), float(there.centroid.distance(plot.centroid)), away)


def whereabouts(
    shape: BaseGeometry, plot: BaseGeometry, *, system: System | None = None
) -> Whereabouts:
    """Tell by which accepted system a drawing (metres) lies on its plot (METRIC), if by any.

    Where several do, the one that the drawing names, else the city's own, else the fullest.
    Systems that are metres apart cannot be told by a building alone; all readings are returned.
    """
    if system is not None and system.affine is not None:
        shape = affinity.affine_transform(shape, system.affine)
    found = (
        _reading(shape, plot, srid, shape)
        for srid, known in PROFILE.systems.items()
        if not known.geographic
    )
    readings = [reading for reading in found if reading is not None]
    named = system.srid if system is not None else None
    readings.sort(
        key=lambda reading: (
            reading.share < MOSTLY, reading.srid != named, reading.srid != crs.METRIC,
            -reading.share, reading.off_m,
        )
    )  # fmt: skip
    chosen = readings[0] if readings and readings[0].share >= MOSTLY else None
    return Whereabouts(chosen, readings, _words(chosen), named)


def _words(chosen: Standing | None) -> Text:
    if chosen is None:
        return OFF_PLOT
    known = crs.operation(chosen.srid)
    words = ON_PLOT if chosen.srid == crs.METRIC else ON_PLOT_BY_OTHER
    return words.with_values(
        system=known.name_ar, system_en=known.name_en, metres=round(chosen.away_m, 1)
    )


def plot_difference(drawn: BaseGeometry, ground: BaseGeometry) -> PlotDifference:
    """Compare the area of the plot as drawn (metres) with that of the cadastre (METRIC)."""
    difference = drawn.area - ground.area
    words = (LARGER if difference > 0 else SMALLER).with_values(
        drawn=f"{drawn.area:.2f}", ground=f"{ground.area:.2f}", difference=f"{abs(difference):.2f}"
    )
    return PlotDifference(drawn.area, ground.area, difference, words)
