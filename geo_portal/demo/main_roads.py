"""Main roads, wadi courses, and what they keep free: the lines the blocks are laid along."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from geo_portal.demo.chance import stream
from geo_portal.demo.ground import draw, metric, read, smooth

TOUCH_M = 3.0  # plots may reach this far into a road reserve
WADI_STEP_M = 350.0
WADI_SWAY_M = 45.0
COURSE_SEED = 7  # courses are ground, not chance: the same for every seed


@dataclass(frozen=True, slots=True)
class MainRoad:
    """A named road by its centre line in METRIC; widths in metres."""

    key: str
    name_ar: str
    name_en: str
    road_class: str
    width_m: float
    reserve_m: float
    line: BaseGeometry

    @property
    def reserve(self) -> BaseGeometry:
        """The strip kept for the road, its carriageway included."""
        return shapely.buffer(self.line, self.reserve_m, cap_style="flat", quad_segs=4)


@dataclass(frozen=True, slots=True)
class Wadi:
    """A wadi: its channel, and the strip (حرم) on both sides of it, apart from each other."""

    key: str
    name_ar: str
    name_en: str
    channel: BaseGeometry
    strip: BaseGeometry


@cache
def main_roads() -> tuple[MainRoad, ...]:
    """Draw the main roads on the land of the governorate."""
    land = draw().land
    made = []
    for number, row in enumerate(read("roads")["roads"], start=1):
        line = shapely.intersection(smooth(LineString(metric(row["line"])), 4), land)
        made.append(
            MainRoad(
                key=f"demo-road-{number:03d}",
                name_ar=row["ar"],
                name_en=row["en"],
                road_class=row["class"],
                width_m=float(row["width"]),
                reserve_m=float(row["reserve"]),
                line=shapely.line_merge(line),
            )
        )
    return tuple(made)


@cache
def wadis() -> tuple[Wadi, ...]:
    """Draw the wadis; courses sway, as water does."""
    land = draw().land
    made = []
    for number, row in enumerate(read("wadis")["wadis"], start=1):
        course = _swaying(LineString(metric(row["line"])), row["en"])
        channel = shapely.intersection(course.buffer(row["half"], quad_segs=4), land)
        around = shapely.intersection(course.buffer(row["half"] + row["strip"], quad_segs=4), land)
        made.append(
            Wadi(
                key=f"demo-wadi-{number:02d}",
                name_ar=row["ar"],
                name_en=row["en"],
                channel=channel,
                strip=shapely.difference(around, channel),
            )
        )
    return tuple(made)


def _swaying(line: LineString, name: str) -> LineString:
    count = max(int(line.length // WADI_STEP_M), 3)
    points = shapely.get_coordinates(
        shapely.line_interpolate_point(line, np.linspace(0.0, line.length, count))
    )
    points[1:-1] += stream(COURSE_SEED, name).normal(0.0, WADI_SWAY_M, (count - 2, 2))
    return smooth(LineString(points), 2)


@cache
def keep_free() -> BaseGeometry:
    """Return the ground where no plot may stand: reserves of main roads, less a touch."""
    return shapely.union_all([shapely.buffer(road.reserve, -TOUCH_M) for road in main_roads()])


@cache
def channels() -> BaseGeometry:
    """Return the channels of all wadis."""
    return shapely.union_all([wadi.channel for wadi in wadis()])


def direction_near(x: float, y: float) -> tuple[float, float]:
    """Return the angle (radians, from east) of the nearest main road and how far it is (m)."""
    point = shapely.Point(x, y)
    lines: list[Any] = [part for road in main_roads() for part in shapely.get_parts(road.line)]
    nearest = lines[int(np.argmin(shapely.distance(lines, point)))]
    along = nearest.project(point)
    a = nearest.interpolate(max(along - 150.0, 0.0))
    b = nearest.interpolate(along + 150.0)
    return float(np.arctan2(b.y - a.y, b.x - a.x)), float(nearest.distance(point))
