"""Where is it?  Four answers, never an exception, never a default (spatial.md §2).

A position is a closed disc: the point and its accuracy in metres.  The same function
answers for plots, parking zones, responsibility areas and service halls.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

import shapely
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

T = TypeVar("T")

DEFAULT_ACCURACY_M = 10.0


class Place(StrEnum):
    """How a disc lies to the features of one kind."""

    INSIDE = "inside"  # wholly inside one feature and touching no other
    NEAR_EDGE = "near_edge"  # touches exactly one feature without lying inside it
    AMBIGUOUS = "ambiguous"  # touches two or more features
    OUTSIDE = "outside"  # touches none


@dataclass(frozen=True, slots=True)
class Candidate(Generic[T]):
    """One feature the disc touches; the distance to its edge is positive inside, in metres."""

    feature: T
    distance_to_edge_m: float


@dataclass(frozen=True, slots=True)
class Located(Generic[T]):
    """The answer: what was found, and every feature it was judged against."""

    result: Place
    candidates: tuple[Candidate[T], ...]


def signed_distance_m(shape: BaseGeometry, point: Point) -> float:
    """Distance in metres from a point to the edge of a polygon: positive inside, else negative."""
    edge = float(shapely.distance(shape.boundary, point))
    return edge if shapely.covers(shape, point) else -edge


def locate(
    *, point: Point, accuracy_m: float, features: Iterable[tuple[T, BaseGeometry]]
) -> Located[T]:
    """Judge a disc against polygons; all in METRIC, accuracy in metres (0 or more).

    Candidates come nearest to the inside first, so that the likeliest stands on top.
    """
    found = [
        Candidate(feature, signed)
        for feature, shape in features
        if (signed := signed_distance_m(shape, point)) >= -accuracy_m
    ]
    found.sort(key=lambda candidate: -candidate.distance_to_edge_m)
    if not found:
        return Located(Place.OUTSIDE, ())
    if len(found) > 1:
        return Located(Place.AMBIGUOUS, tuple(found))
    wholly_inside = found[0].distance_to_edge_m >= accuracy_m
    return Located(Place.INSIDE if wholly_inside else Place.NEAR_EDGE, tuple(found))
