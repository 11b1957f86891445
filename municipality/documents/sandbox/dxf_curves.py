"""Curves of a drawing as chords.

The chord tolerance is 0.5 mm of the declared unit, and never more than 1/10,000 of the curve's
own size, so that a wrongly declared unit does not turn arcs into corners.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from ezdxf.math import OCS, Vec3, bulge_to_arc
from numpy.typing import NDArray

Vertices = NDArray[np.float64]  # n × 3; of an entity's own plane also n × 2
AREA, LINE, POINT, TEXT = "area", "line", "point", "text"
_OF_SIZE, _LEAST_OF_SIZE = 1e-4, 1e-8


class NotRead(Exception):
    """One entity is not read; the message is the reason code."""


@dataclass(slots=True)
class Sketch:
    """A shape before it is placed: ``counts`` is 0 for all but the first of one entity."""

    entity: str
    layer: str
    kind: str
    rings: list[Vertices]
    closed: bool = False
    text: str = ""
    counts: int = 1


def chord(size: float, *, tolerance: float) -> float:
    """Return the most a chord may lie off a curve of a size, all in drawing units."""
    return max(min(tolerance, size * _OF_SIZE), size * _LEAST_OF_SIZE)


def layer_of(entity: Any) -> str:
    """Return the layer of an entity, also of one of a kind that the library does not know."""
    if entity.dxf.is_supported("layer"):
        return str(entity.dxf.layer)
    known = entity.graphic_properties() if hasattr(entity, "graphic_properties") else {}
    return str(known.get("layer", "0"))


def array_of(points: Iterable[Any]) -> Vertices:
    """Return points as rows; raises NotRead where there are none, or not all are numbers."""
    found = np.array([Vec3(point).xyz for point in points], dtype=float)
    if len(found) == 0 or not np.isfinite(found).all():
        raise NotRead("damaged")
    return found


def in_world(flat: Vertices, ocs: OCS) -> Vertices:
    """Turn vertices of an entity's own plane into the drawing's; a mirrored one looks down."""
    return array_of(ocs.points_to_wcs(Vec3(row) for row in flat)) if ocs.transform else flat


def _arc(start: Vertices, end: Vertices, bulge: float, tolerance: float) -> Vertices:
    """Return the vertices of a bulge after its start: the tangent of a quarter of the angle."""
    centre, begin, _, radius = bulge_to_arc(start, end, bulge)
    sweep = 4 * math.atan(abs(bulge))
    off = min(chord(2 * radius, tolerance=tolerance), radius)
    count = max(math.ceil(sweep / (2 * math.acos(1 - off / radius))), 2)
    angles = begin + np.linspace(0.0, sweep, count + 1)
    if bulge < 0:
        angles = angles[::-1]
    arc = np.column_stack([centre.x + radius * np.cos(angles), centre.y + radius * np.sin(angles)])
    arc[-1] = end
    return arc[1:]


def bulged(flat: Vertices, *, closed: bool, tolerance: float) -> Vertices:
    """Follow rows of x, y and the bulge to the next vertex; returns rows of x, y."""
    if not flat[:, 2].any():
        return flat[:, :2]
    ends = np.roll(flat[:, :2], -1, axis=0)
    pieces = [flat[:1, :2]]
    for n in range(len(flat) if closed else len(flat) - 1):
        start, end, bulge = flat[n, :2], ends[n], float(flat[n, 2])
        straight = abs(bulge) < 1e-9 or math.dist(start, end) == 0.0
        pieces.append(end[None] if straight else _arc(start, end, bulge, tolerance))
    return np.concatenate(pieces)
