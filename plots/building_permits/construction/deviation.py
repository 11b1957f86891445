"""What was built, over what was approved: pure, METRIC shapes in, metres and shapes out."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

SURVEY_M = 0.10  # what a survey of corners may err; the municipality replaces it by its own
STEP_M = 0.05  # between the points of an outline whose distance is measured


@dataclass(frozen=True, slots=True)
class Deviation:
    """How what was built differs from what was approved.

    ``beyond`` stands outside the approved footprint, ``beyond_m`` is how far its furthest point
    is from it; ``missing`` was approved and is not there.
    """

    beyond: BaseGeometry
    beyond_m2: float
    beyond_m: float
    missing: BaseGeometry
    missing_m2: float

    @property
    def is_within(self) -> bool:
        """Whether everything stands where it was approved, up to the error of a survey."""
        return self.beyond_m <= SURVEY_M


def _furthest_m(shape: BaseGeometry, approved: BaseGeometry) -> float:
    """Return how far the furthest point of a shape is from another, to half of ``STEP_M``."""
    if shape.is_empty:
        return 0.0
    outline = shapely.segmentize(shapely.boundary(shape), STEP_M)  # of areas it drops parts
    points = shapely.points(shapely.get_coordinates(outline))
    return float(np.max(shapely.distance(points, approved)))


def deviation(built: BaseGeometry, approved: BaseGeometry) -> Deviation:
    """Compare two footprints; both METRIC and valid."""
    beyond, missing = shapely.difference(built, approved), shapely.difference(approved, built)
    return Deviation(
        beyond, float(beyond.area), _furthest_m(beyond, approved), missing, float(missing.area)
    )
