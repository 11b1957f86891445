"""A drawing turned and moved as a stiff sheet: lengths and areas stay what they are."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from plots.building_permits.sites.arrays import Floats
from plots.building_permits.sites.parts import Part


@dataclass(frozen=True, slots=True)
class Placement:
    """Turn by (``cosine``, ``sine``), then move by (``east_m``, ``north_m``).

    A mirrored one turns the sheet over first (x becomes -x).
    """

    cosine: float = 1.0
    sine: float = 0.0
    east_m: float = 0.0
    north_m: float = 0.0
    mirrored: bool = False

    @property
    def degrees(self) -> float:
        """The angle of the turn, counter-clockwise, -180 to 180."""
        return math.degrees(math.atan2(self.sine, self.cosine))

    def points(self, xy: Floats) -> Floats:
        """Place rows of x, y."""
        x = -xy[:, 0] if self.mirrored else xy[:, 0]
        y = xy[:, 1]
        return np.column_stack(
            [
                self.cosine * x - self.sine * y + self.east_m,
                self.sine * x + self.cosine * y + self.north_m,
            ]
        )

    def shape(self, shape: BaseGeometry) -> BaseGeometry:
        """Place one shape."""
        placed: BaseGeometry = shapely.transform(shape, self.points)
        return placed

    def inverse(self) -> "Placement":
        """Return the placement that undoes this one."""
        back = self.cosine * self.east_m + self.sine * self.north_m
        across = -self.sine * self.east_m + self.cosine * self.north_m
        if self.mirrored:  # turned over once more on the way back
            return replace(self, east_m=back, north_m=-across)
        return replace(self, sine=-self.sine, east_m=-back, north_m=-across)


def apply(placement: Placement, parts: Sequence[Part]) -> list[Part]:
    """Place all parts of a drawing."""
    return [replace(part, shape=placement.shape(part.shape)) for part in parts]


def through(drawn: Floats, ground: Floats, *, angle: float, mirrored: bool = False) -> Placement:
    """Return the placement of an angle (radians) that brings the middles of two sets together."""
    turn = Placement(math.cos(angle), math.sin(angle), mirrored=mirrored)
    shift = ground.mean(axis=0) - turn.points(drawn.mean(axis=0)[None])[0]
    return replace(turn, east_m=float(shift[0]), north_m=float(shift[1]))


def best_turn(drawn: Floats, ground: Floats) -> float:
    """Return the angle (radians) of the least squares between points that belong together."""
    a, b = drawn - drawn.mean(axis=0), ground - ground.mean(axis=0)
    across = (a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum()
    return math.atan2(float(across), float((a * b).sum()))
