"""Arrays of n things: the words for their types, and arrays of shapes."""

from collections.abc import Iterable, Sequence

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]
Shapes = NDArray[np.object_]


def shapes_of(shapes: Sequence[BaseGeometry | None]) -> Shapes:
    """Make an array of shapes; numpy alone would take a multipolygon apart."""
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found


def from_rows(values: Iterable[bytes | memoryview]) -> Shapes:
    """Read many shapes as a database gives them (WKB), in one call."""
    wkb = np.array([bytes(value) for value in values], dtype=object)
    found: Shapes = shapely.from_wkb(wkb)
    return found


AREAS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
NO_SHAPE = shapely.Polygon()


def nothing(count: int) -> Shapes:
    """An empty polygon for each of n things: no shape, and known to be none."""
    return np.full(count, NO_SHAPE, dtype=object)


def firsts(of: Ints) -> Ints:
    """Return where a run of the same begins."""
    begins = np.ones(len(of), dtype=bool)
    np.not_equal(of[1:], of[:-1], out=begins[1:])
    return begins.nonzero()[0]


def united(shapes: Shapes, of: Ints, count: int) -> Shapes:
    """Gather shapes into n: ``of`` says whose each is; empty where none is.

    One alone is itself: a union would only turn its ring.
    """
    found = nothing(count)
    order = np.argsort(of, kind="stable")
    shapes, of = shapes[order], of[order]
    first = firsts(of)
    stop = np.append(first[1:], len(of))
    found[of[first]] = shapes[first]
    several = stop - first > 1
    for begin, end in zip(first[several].tolist(), stop[several].tolist(), strict=True):
        found[of[begin]] = shapely.union_all(shapes[begin:end])
    return found


def without_hairs(shapes: Shapes, *, wide_m: float) -> Shapes:
    """Return what of METRIC areas is at least so wide; lines and empty shapes stay as they are.

    Where two outlines share a wall, their difference runs along it as a hair; rounded for a map,
    the hair crosses the rest, and a map fills a shape that crosses itself as it likes.
    """
    found = shapes.copy()
    areas = np.flatnonzero(np.isin(shapely.get_type_id(shapes), AREAS))
    core = shapely.buffer(shapes[areas], -wide_m / 2, join_style="mitre")
    found[areas] = shapely.buffer(core, wide_m / 2, join_style="mitre")
    return found
