"""A residential plot at a street, and drawings on it, in metres from its south-west corner."""

from typing import Any

import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from municipality import crs, geojson
from plots.models import Building, Plot, Road
from tests.builders import EAST, NORTH, a_plot, a_theme_layer, multi, square

LIMITS = {
    "setback_front_m": 5.0, "setback_side_m": 3.0, "setback_rear_m": 3.0, "coverage_pct": 40.0,
    "built_up_pct": 80.0, "floors": 2, "height_m": 11.0, "parking_bays": 2,
    "limits_source": "detailed plan 1",
}  # fmt: skip


def a_road(key: str, *points: tuple[float, float], **values: Any) -> Road:
    """A road along points, metres from the middle of the city."""
    line = shapely.linestrings([(EAST + x, NORTH + y) for x, y in points])
    values = {"road_class": Road.RoadClass.MINOR, "width_m": 12.0, **values}
    return Road.objects.create(
        register_key=key, centre_line=multi(shapely.multilinestrings([line])), **values
    )


def a_building_plot(key: str = "k1", shape: BaseGeometry | None = None, **values: Any) -> Plot:
    """A plot of 20 × 30 m with all limits and a street along its south side."""
    values = {"use_class": "residential", "number": "3041", **LIMITS, **values}
    return a_plot(key, shape or square(0, 0, 20, 30), **values)


def a_street() -> None:
    """The street south of the plot, and planning layers that leave it alone."""
    a_road("r1", (-100.0, -8.0), (200.0, -8.0))
    for theme in ("wadi", "road_reserve"):
        a_theme_layer(theme, [square(-500, -500, 20)])


def part(role: str, x: float, y: float, width: float, height: float, **says: Any) -> dict:
    """A rectangular part of a drawing as a GeoJSON feature in WGS 84."""
    return drawn(role, square(x, y, width, height), **says)


def drawn(role: str, shape: BaseGeometry, **says: Any) -> dict:
    """A part of any shape in METRIC as a GeoJSON feature in WGS 84."""
    return {
        "type": "Feature", "properties": {"role": role, **says}, "geometry": geojson.geometry(shape),
    }  # fmt: skip


def a_villa(x: float = 3.5, y: float = 6.0, width: float = 13.0, height: float = 15.0) -> dict:
    """A main building of two floors that keeps every rule of the plot."""
    return part("main", x, y, width, height, floors=2, height_m=9.5, use="residential")


def bays(count: int = 2) -> list[dict]:
    """Parking bays in the front yard."""
    return [part("parking", 2 + 3 * n, 0.2, 2.5, 4.7) for n in range(count)]


def site(*features: dict) -> dict:
    """A site plan."""
    return {"type": "FeatureCollection", "features": list(features)}


def a_neighbours_building(shape: BaseGeometry, plot: Plot | None = None) -> Building:
    """A building of another plot."""
    return Building.objects.create(register_key="b1", plot=plot, footprint=multi(shape))


def in_utm(shape: BaseGeometry) -> dict:
    """A METRIC shape written in METRIC coordinates."""
    return geojson.geometries_in([shape], srid=crs.METRIC)[0]


def turned(shape: BaseGeometry, degrees: float) -> BaseGeometry:
    """A shape turned round the middle of the city."""
    return affinity.rotate(shape, degrees, origin=(EAST, NORTH))
