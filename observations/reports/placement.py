"""In which wilayat and area a report lies on a day; one in the sea lies in none and is refused."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import Point

from municipality.importing.placing import boundaries
from municipality.places.models import AreaVersion, WilayatVersion
from municipality.places.stamps import Kept
from municipality.problems import bad_value
from municipality.words import Text

SHORE_M = 100.0  # a beach, a jetty, a coast line of rough survey: still the city's
IN_NO_WILAYAT = Text(
    "الموقع في البحر أو خارج ولايات المدينة. حرّك الدبوس إلى مكان الملاحظة.",
    "The place lies in the sea or outside the city's wilayats. Move the pin to where it is.",
)


@dataclass(frozen=True, slots=True)
class Lies:
    """The wilayat and area of a point; no area where none was drawn."""

    wilayat_id: int | None
    area_id: int | None


class _Ground:
    """Boundaries that hold on a day, in trees; built once a day and change."""

    def __init__(self) -> None:
        self._days: dict[dt.date, tuple[_Layer, _Layer]] = {}

    def on(self, day: dt.date) -> "tuple[_Layer, _Layer]":
        """Return the wilayats and areas of a day."""
        if day not in self._days:
            self._days = {
                day: (_Layer(WilayatVersion, day), _Layer(AreaVersion, day)),
            }
        return self._days[day]


class _Layer:
    """The polygons of one kind of place on a day."""

    def __init__(self, model: type[WilayatVersion] | type[AreaVersion], day: dt.date) -> None:
        self.ids, self.shapes = boundaries(model, on=day)
        self.tree = shapely.STRtree(self.shapes)

    def at(self, point: Point) -> int | None:
        """Return the lowest id whose polygon covers a METRIC point."""
        found = self.tree.query(point, predicate="covered_by")
        return int(self.ids[found].min()) if len(found) else None

    def near(self, point: Point, *, within_m: float) -> int | None:
        """Return the nearest within a distance; None where there is none."""
        found = self.tree.query(point, predicate="dwithin", distance=within_m)
        if not len(found):
            return None
        apart = shapely.distance(self.shapes[found], point)
        return int(self.ids[found[np.argmin(apart)]])


_GROUND: Kept[_Ground] = Kept(_Ground, "places")


def lies(point: Point, *, accuracy_m: float, on: dt.date) -> Lies:
    """Return where a METRIC point lies; raises Problem 422 for one that lies in no wilayat.

    One that misses every wilayat by no more than its accuracy or a shore's width is of the
    nearest.  A city without drawn wilayats takes every point of its extent.
    """
    wilayats, areas = _GROUND.get().on(on)
    if not len(wilayats.ids):
        return Lies(None, areas.at(point))
    found = wilayats.at(point)
    if found is None:
        found = wilayats.near(point, within_m=max(accuracy_m, SHORE_M))
    if found is None:
        raise bad_value("lon", IN_NO_WILAYAT, code="outside_city")
    return Lies(found, areas.at(point))
