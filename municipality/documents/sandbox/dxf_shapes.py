"""One entity of a drawing in numbers: which kind of shape it is, as rings of vertices."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import shapely
from ezdxf.lldxf.const import DXFError

from municipality.documents.sandbox.dxf_curves import (
    AREA,
    LINE,
    POINT,
    TEXT,
    NotRead,
    Sketch,
    Vertices,
    array_of,
    bulged,
    chord,
    in_world,
)
from municipality.documents.sandbox.dxf_hatches import hatch_sketches

MAX_TEXT = 500  # characters kept of one text
_CONTROL_POINT = 16  # flag of a vertex that a fitted polyline keeps and does not go through
REASONS = {
    **dict.fromkeys(
        ("IMAGE", "PDFUNDERLAY", "DWFUNDERLAY", "DGNUNDERLAY", "OLEFRAME", "OLE2FRAME"),
        "not_followed",
    ),
    **dict.fromkeys(
        ("3DSOLID", "BODY", "REGION", "SURFACE", "EXTRUDEDSURFACE", "LOFTEDSURFACE",
         "REVOLVEDSURFACE", "SWEPTSURFACE", "PLANESURFACE", "MESH"), "solid_model",
    ),
    **dict.fromkeys(
        ("DIMENSION", "ARC_DIMENSION", "LARGE_RADIAL_DIMENSION", "LEADER", "MULTILEADER",
         "MLEADER", "TOLERANCE", "ACAD_TABLE"), "annotation",
    ),
    **dict.fromkeys(("RAY", "XLINE"), "endless"),
    "ATTDEF": "template",
}  # fmt: skip


def _polyline(
    flat: Vertices, entity: Any, *, closed: bool, elevation: float, tolerance: float
) -> list[Sketch]:
    if len(flat) < 2 or not np.isfinite(flat).all():
        raise NotRead("damaged")
    track = bulged(flat, closed=closed, tolerance=tolerance)
    spatial = np.column_stack([track, np.full(len(track), elevation)])
    return [_outline(in_world(spatial, entity.ocs()), entity, closed=closed)]


def _outline(track: Vertices, entity: Any, *, closed: bool) -> Sketch:
    """Make an area of a closed track, a line of an open one (or of one without room in it)."""
    if len(track) < 2:
        raise NotRead("damaged")
    if len(track) > 3 and (track[0] == track[-1]).all():
        closed = True
    elif closed and len(track) > 2:
        track = np.concatenate([track, track[:1]])
    closed = closed and len(track) > 3
    kind = AREA if closed else LINE
    return Sketch(entity.dxftype(), entity.dxf.layer, kind, [track], closed=closed)


def _lwpolyline(entity: Any, tolerance: float) -> list[Sketch]:
    flat = np.array(entity.get_points("xyb"), dtype=float).reshape(-1, 3)
    elevation = float(entity.dxf.elevation)
    return _polyline(flat, entity, closed=entity.closed, elevation=elevation, tolerance=tolerance)


def _old_polyline(entity: Any, tolerance: float) -> list[Sketch]:
    if entity.is_polygon_mesh or entity.is_poly_face_mesh:
        raise NotRead("solid_model")
    kept = [v for v in entity.vertices if not v.dxf.flags & _CONTROL_POINT]
    if not kept:
        raise NotRead("damaged")
    places = array_of(vertex.dxf.location for vertex in kept)
    if entity.is_3d_polyline:
        return [_outline(places, entity, closed=entity.is_closed)]
    bulges = [float(vertex.dxf.get("bulge", 0.0)) for vertex in kept]
    flat = np.column_stack([places[:, :2], bulges])
    return _polyline(
        flat, entity, closed=entity.is_closed, elevation=float(places[0, 2]), tolerance=tolerance
    )


def _line(entity: Any, tolerance: float) -> list[Sketch]:
    track = array_of((entity.dxf.start, entity.dxf.end))
    return [Sketch("LINE", entity.dxf.layer, LINE, [track])]


def _point(entity: Any, tolerance: float) -> list[Sketch]:
    return [Sketch("POINT", entity.dxf.layer, POINT, [array_of([entity.dxf.location])])]


def _circular(entity: Any, tolerance: float) -> list[Sketch]:
    radius = abs(entity.dxf.radius)
    if not 0 < radius < math.inf or not np.isfinite(list(entity.dxf.center)).all():
        raise NotRead("damaged")
    off = chord(2 * radius, tolerance=tolerance)
    return [_outline(array_of(entity.flattening(off)), entity, closed=entity.dxftype() == "CIRCLE")]


def _ellipse(entity: Any, tolerance: float) -> list[Sketch]:
    axis = entity.dxf.major_axis.magnitude
    if not 0 < axis < math.inf or not np.isfinite(list(entity.dxf.center)).all():
        raise NotRead("damaged")
    track = array_of(entity.flattening(chord(2 * axis, tolerance=tolerance), 16))
    whole = math.isclose(entity.dxf.end_param - entity.dxf.start_param, math.tau, abs_tol=1e-9)
    return [_outline(track, entity, closed=whole)]


def _spline(entity: Any, tolerance: float) -> list[Sketch]:
    held = array_of((*entity.control_points, *entity.fit_points))
    size = float(np.linalg.norm(np.ptp(held, axis=0)))
    if size == 0.0:
        raise NotRead("damaged")
    track = array_of(entity.flattening(chord(size, tolerance=tolerance), 8))
    return [_outline(track, entity, closed=entity.closed)]


def _quadrilateral(entity: Any, tolerance: float) -> list[Sketch]:
    return [_outline(array_of(entity.wcs_vertices()), entity, closed=True)]


def _text(entity: Any, tolerance: float) -> list[Sketch]:
    said = entity.plain_text()[:MAX_TEXT]
    place = entity.dxf.insert
    if entity.dxftype() == "MTEXT":  # the only text whose place is not in its own plane
        return [Sketch("MTEXT", entity.dxf.layer, TEXT, [array_of([place])], text=said)]
    if (entity.dxf.halign or entity.dxf.valign) and entity.dxf.hasattr("align_point"):
        place = entity.dxf.align_point
    at = in_world(array_of([place]), entity.ocs())
    return [Sketch(entity.dxftype(), entity.dxf.layer, TEXT, [at], text=said)]


READERS: dict[str, Callable[[Any, float], list[Sketch]]] = {
    "LINE": _line,
    "POINT": _point,
    "LWPOLYLINE": _lwpolyline,
    "POLYLINE": _old_polyline,
    "CIRCLE": _circular,
    "ARC": _circular,
    "ELLIPSE": _ellipse,
    "SPLINE": _spline,
    "SOLID": _quadrilateral,
    "TRACE": _quadrilateral,
    "3DFACE": _quadrilateral,
    "TEXT": _text,
    "MTEXT": _text,
    "ATTRIB": _text,
}


def sketches_of(entity: Any, *, tolerance: float) -> list[Sketch]:
    """Return the shapes of one entity in drawing units; raises NotRead with the reason."""
    name = entity.dxftype()
    reader = hatch_sketches if name in {"HATCH", "MPOLYGON"} else READERS.get(name)
    if reader is None:
        raise NotRead(REASONS.get(name, "not_read"))
    try:
        return reader(entity, tolerance)
    except (ValueError, TypeError, ArithmeticError, LookupError, RecursionError,
            DXFError, shapely.GEOSException):  # fmt: skip
        raise NotRead("damaged") from None  # an entity whose numbers contradict each other
