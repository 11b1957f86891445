"""A drawing with real coordinates that lies off its plot: how far, which way, and by which datum.

A file of another datum lies hundreds of metres away with numbers that look right.  Each system of
the profile is tried in both ways, as a reading that was left out and as one made twice; a shift
that brings the drawing onto its plot names its system.  Nothing is moved here.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from municipality import crs
from municipality.conf import PROFILE
from municipality.profiles import Operation
from municipality.words import Text
from plots.building_permits.sites.parts import Part

LEAST_SHIFT_M = 10.0  # systems nearer to each other than this explain no drawing off its plot
MOSTLY = 0.5  # share of a drawing that must lie on the plot
WINDS = (
    Text("شمال", "north"), Text("شمال شرقي", "north-east"), Text("شرق", "east"),
    Text("جنوب شرقي", "south-east"), Text("جنوب", "south"), Text("جنوب غربي", "south-west"),
    Text("غرب", "west"), Text("شمال غربي", "north-west"),
)  # fmt: skip
OFF = Text(
    "إحداثيات الرسم تقع {wind} القطعة على بُعد {metres} م منها.",
    "The drawing's coordinates lie {metres} m {wind_en} of the plot.",
)
OFF_BY_DATUM = Text(
    "إحداثيات الرسم تقع {wind} القطعة على بُعد {metres} م منها، وهذا فرق نظام {system}: "
    "تحقق من النظام الذي صُدّر به الرسم.",
    "The drawing's coordinates lie {metres} m {wind_en} of the plot, which is the shift of "
    "{system_en}: check the system in which the drawing was exported.",
)


@dataclass(frozen=True, slots=True)
class Astray:
    """How far a drawing lies from its plot, middle to middle, and the datum that explains it."""

    metres: float
    wind: Text
    datum: Operation | None

    @property
    def words(self) -> Text:
        """One sentence of it."""
        told = {"metres": f"{self.metres:,.0f}", "wind": self.wind.ar, "wind_en": self.wind.en}
        if self.datum is None:
            return OFF.with_values(**told)
        return OFF_BY_DATUM.with_values(
            system=self.datum.name_ar, system_en=self.datum.name_en, **told
        )


def _in_city(point: shapely.Point) -> bool:
    west, south, east, north = crs.metric_extent()
    return bool(west <= point.x <= east and south <= point.y <= north)


def _lies_on(shape: BaseGeometry, plot: BaseGeometry) -> bool:
    size = shape.area or shape.length
    common = shapely.intersection(shape, plot)
    return bool((common.area if shape.area else common.length) >= MOSTLY * size)


def _datum(shape: BaseGeometry, plot: BaseGeometry) -> Operation | None:
    """Return the system whose shift, one way or the other, brings a shape onto its plot."""
    middle = shape.centroid
    for system in PROFILE.systems.values():
        if system.geographic:
            continue
        there = crs.transform_to_metric(
            np.array([middle.x]), np.array([middle.y]), srid=system.srid
        )
        east, north = float(there[0][0]) - middle.x, float(there[1][0]) - middle.y
        if not math.hypot(east, north) >= LEAST_SHIFT_M:  # also where it comes to nothing
            continue
        for way in (1, -1):
            if _lies_on(affinity.translate(shape, way * east, way * north), plot):
                return system
    return None


def astray(shape: BaseGeometry, plot: BaseGeometry) -> Astray | None:
    """Tell how a METRIC drawing lies off its METRIC plot.

    None where it touches the plot, is nothing, or lies outside the city: such coordinates are a
    sheet's own.
    """
    if shape.is_empty or shapely.intersects(shape, plot) or not _in_city(shape.centroid):
        return None
    middle, target = shape.centroid, plot.centroid
    east, north = middle.x - target.x, middle.y - target.y
    wind = WINDS[round(math.degrees(math.atan2(east, north)) / 45) % len(WINDS)]
    return Astray(math.hypot(east, north), wind, _datum(shape, plot))


def off_plot(parts: Sequence[Part], plot: BaseGeometry) -> Text | None:
    """Say how the parts of a site plan (METRIC) lie off their plot; None where they touch it."""
    found = astray(shapely.union_all([part.shape for part in parts]), plot)
    return None if found is None else found.words
