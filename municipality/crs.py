"""Coordinate systems: one metric system inside, WGS 84 at the edges, Web Mercator in tiles.

Nothing else in the code writes a SRID; operations are pinned in the city's profile, so that
the same file gives the same metres on every machine (spatial.md §1).
"""

from collections.abc import Sequence
from functools import cache

import numpy as np
import pyproj
import shapely
from numpy.typing import NDArray
from shapely.geometry import Point
from shapely.geometry.base import BaseGeometry

from municipality.conf import PROFILE
from municipality.profiles import Operation

METRIC = PROFILE.metric_srid  # metres; every stored geometry
LONLAT = 4326  # degrees; API and browser only
WEB = 3857  # Web Mercator; inside tiles only

Array = NDArray[np.float64]


class UnknownSystem(ValueError):
    """The coordinate system is not on the city's list of accepted ones."""


def operation(srid: int) -> Operation:
    """Return the pinned operation from an accepted input system; raises UnknownSystem."""
    try:
        return PROFILE.systems[srid]
    except KeyError:
        raise UnknownSystem(f"EPSG:{srid} is not accepted by {PROFILE.code}") from None


for _srid in (LONLAT, METRIC):
    operation(_srid)  # a profile without these two cannot be served: the start stops here


@cache
def _transformer(srid: int) -> pyproj.Transformer:
    return pyproj.Transformer.from_pipeline(operation(srid).pipeline)


def transform_to_metric(x: Array, y: Array, *, srid: int) -> tuple[Array, Array]:
    """Turn x, y (lon, lat) of an accepted system into metres in METRIC; inf where impossible."""
    if srid == METRIC:
        return x, y
    east, north = _transformer(srid).transform(x, y, errcheck=False)
    return np.asarray(east, dtype=float), np.asarray(north, dtype=float)


def transform_from_metric(x: Array, y: Array, *, srid: int = LONLAT) -> tuple[Array, Array]:
    """Turn metres in METRIC into x, y (lon, lat) of an accepted system, the pinned way back."""
    if srid == METRIC:
        return x, y
    back = _transformer(srid).transform(x, y, direction="INVERSE")
    out = np.asarray(back[0], dtype=float), np.asarray(back[1], dtype=float)
    if operation(srid).geographic:
        return out
    # A Helmert step is turned round with its matrix transposed, which leaves millimetres at a
    # survey datum; both systems are metres, so what is missing is added as it stands.
    there = transform_to_metric(*out, srid=srid)
    return out[0] + (x - there[0]), out[1] + (y - there[1])


def to_metric(
    shapes: Sequence[BaseGeometry] | NDArray[np.object_], *, srid: int
) -> NDArray[np.object_]:
    """Turn many shapes (2D) of an accepted system into METRIC."""
    turned: NDArray[np.object_] = shapely.transform(
        np.asarray(shapes, dtype=object),
        lambda xy: np.column_stack(transform_to_metric(xy[:, 0], xy[:, 1], srid=srid)),
    )
    return turned


def from_metric(
    shapes: Sequence[BaseGeometry] | NDArray[np.object_], *, srid: int = LONLAT
) -> NDArray[np.object_]:
    """Turn many METRIC shapes (2D) into an accepted system, WGS 84 by default."""
    turned: NDArray[np.object_] = shapely.transform(
        np.asarray(shapes, dtype=object),
        lambda xy: np.column_stack(transform_from_metric(xy[:, 0], xy[:, 1], srid=srid)),
    )
    return turned


def metric_point(lon: float, lat: float) -> Point:
    """Turn one WGS 84 position into METRIC."""
    x, y = _transformer(LONLAT).transform(lon, lat)
    return Point(x, y)


def lonlat(x: float, y: float) -> tuple[float, float]:
    """Turn one METRIC position into WGS 84 longitude and latitude."""
    lon, lat = _transformer(LONLAT).transform(x, y, direction="INVERSE")
    return float(lon), float(lat)


def in_extent(lon: float, lat: float) -> bool:
    """Tell whether a WGS 84 position lies in the city's extent."""
    west, south, east, north = PROFILE.extent
    return west <= lon <= east and south <= lat <= north


@cache
def metric_extent() -> tuple[float, float, float, float]:
    """Return the bounding box of the extent in METRIC (the extent's edges are curves there)."""
    west, south, east, north = PROFILE.extent
    lon = np.concatenate([np.linspace(west, east, 50)] * 2 + [np.full(50, west), np.full(50, east)])
    lat = np.concatenate(
        [np.full(50, south), np.full(50, north)] + [np.linspace(south, north, 50)] * 2
    )
    x, y = transform_to_metric(lon, lat, srid=LONLAT)
    return float(x.min()), float(y.min()), float(x.max()), float(y.max())
