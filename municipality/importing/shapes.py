"""Checks of the shapes: every importer runs these, in this order, each on whole columns."""

from concurrent.futures import ThreadPoolExecutor
from functools import cache

import numpy as np
import pyarrow.compute as pc
import shapely

from municipality import crs
from municipality.conf import PROFILE
from municipality.importing import tolerances as limit
from municipality.importing.rows import Mask, Rows, Shapes, only
from municipality.importing.spec import ANY, LINE, POINT, POLYGON, Importer, Job
from municipality.importing.systems import NoSystem, explain_outside, in_city, source_system
from municipality.importing.values import numbers

# odd factors that spread millimetres over 64 bits; alike shapes are compared exactly after
_MIX = np.array([2654435761, 40503, 2246822519, 3266489917, 668265263], dtype=np.int64)
_POLYGONS, _LINES, _POINTS, _COLLECTION = (3, 6), (1, 2, 5), (0, 4), 7
_MULTIPOLYGON = 6
_TYPES = {POLYGON: _POLYGONS, LINE: _LINES, POINT: _POINTS}


def _present(rows: Rows) -> Mask:
    found: Mask = rows.good & ~shapely.is_missing(rows.raw)
    return found


def _read_wkb(rows: Rows) -> None:
    wkb = rows.opened.table["wkb"].to_numpy()
    rows.raw = shapely.from_wkb(wkb, on_invalid="ignore")
    given = pc.is_valid(rows.opened.table["wkb"]).to_numpy()
    rows.mark("broken_geometry", given & shapely.is_missing(rows.raw))


def _points_from_columns(rows: Rows) -> bool:
    """Make points of two columns of numbers, for the rows without another shape."""
    lon, lat = rows.columns.lon, rows.columns.lat
    if lon is None or lat is None:
        return False
    bare = shapely.is_missing(rows.raw) & rows.good
    if not bare.any():
        return False
    x, bad_x = numbers(pc.if_else(pc.equal(rows.column(lon), ""), None, rows.column(lon)))
    y, bad_y = numbers(pc.if_else(pc.equal(rows.column(lat), ""), None, rows.column(lat)))
    rows.mark("nan_coordinate", bare & (bad_x | bad_y))
    east, north = (np.asarray(v.to_numpy(zero_copy_only=False), dtype=float) for v in (x, y))
    there = bare & np.isfinite(east) & np.isfinite(north) & ~((east == 0) & (north == 0))
    if there.any():
        rows.raw[there] = shapely.points(east[there], north[there])
        rows.untouched = False
    return bool(there.any())


def _missing(rows: Rows, spec: Importer) -> None:
    code = "no_point" if spec.shape == POINT else "no_geometry"
    rows.mark(code, rows.good & shapely.is_missing(rows.raw))
    here = _present(rows)
    rows.mark("empty_geometry", here & shapely.is_empty(rows.raw))
    if spec.shape == POINT:
        single = here & (shapely.get_type_id(rows.raw) == 0)
        rows.mark(
            "no_point", single & (shapely.get_x(rows.raw) == 0) & (shapely.get_y(rows.raw) == 0)
        )


def _flatten(rows: Rows) -> None:
    high = _present(rows) & shapely.has_z(rows.raw)
    if high.any():
        rows.mark("flattened_3d", high)
        rows.raw[high] = shapely.force_2d(rows.raw[high])
        rows.untouched = False


def _finite(rows: Rows) -> None:
    if not np.isfinite(shapely.get_coordinates(rows.raw)).all():
        coordinates, index = shapely.get_coordinates(rows.raw, return_index=True)
        bad = ~np.isfinite(coordinates).all(axis=1)
        rows.mark("nan_coordinate", np.unique(index[bad]))
    rows.mark("too_many_vertices", shapely.get_num_coordinates(rows.raw) > limit.MAX_VERTICES)


def _only_polygons(shape: object) -> tuple[object, bool]:
    """Keep the polygons of a collection; the second tells whether something was dropped."""
    parts = shapely.get_parts(shapely.get_parts(shape))
    kept = [part for part in parts if shapely.get_type_id(part) == 3]
    return (shapely.multipolygons(kept) if kept else None), len(kept) != len(parts)


def _right_type(rows: Rows, spec: Importer) -> None:
    if spec.shape == ANY:
        return
    kinds = shapely.get_type_id(rows.raw)
    here = _present(rows)
    if spec.shape == POLYGON:
        for row in np.flatnonzero(here & (kinds == _COLLECTION)):
            shape, dropped = _only_polygons(rows.raw[row])
            if shape is not None:
                rows.raw[row] = shape
                rows.untouched = False
                if dropped:
                    rows.mark_one("dangles_removed", int(row))
        kinds = shapely.get_type_id(rows.raw)
    if spec.shape == POINT:
        several = here & (kinds == 4)
        single = several & (shapely.get_num_geometries(rows.raw) == 1)
        rows.raw[single] = shapely.get_geometry(rows.raw[single], 0)
        rows.mark("wrong_shape", several & ~single)
        kinds = shapely.get_type_id(rows.raw)
    rows.mark("wrong_shape", here & ~np.isin(kinds, _TYPES[spec.shape]))


def _drop_empty_rings(rows: Rows) -> None:
    """Take out rings without a point: they bound nothing, and the database takes none."""
    kinds = shapely.get_type_id(rows.raw)
    holed = shapely.get_num_interior_rings(rows.raw) > 0
    several = np.flatnonzero(_present(rows) & (holed | (kinds == _MULTIPOLYGON)))
    parts, part_of = shapely.get_parts(rows.raw[several], return_index=True)
    rings, ring_of = shapely.get_rings(parts, return_index=True)
    empty = shapely.get_num_coordinates(rings) == 0
    for row in several[np.unique(part_of[ring_of[empty]])]:
        kept = [
            shapely.Polygon(part.exterior, [hole for hole in part.interiors if not hole.is_empty])
            for part in shapely.get_parts(rows.raw[row])
            if not part.exterior.is_empty
        ]
        rows.raw[row] = kept[0] if len(kept) == 1 else shapely.multipolygons(kept)
        rows.untouched = False
        rows.mark_one("polygon_repaired", int(row), "empty ring dropped")


def _valid(shapes: Shapes) -> Mask:
    """Test validity in two threads (shapely lets go of the interpreter's lock)."""
    with ThreadPoolExecutor(2) as pool:
        return np.concatenate(list(pool.map(shapely.is_valid, np.array_split(shapes, 2))))


def _repair(rows: Rows) -> None:
    """Repair invalid polygons whose area the repair keeps, in both ways of repairing."""
    wrong = np.flatnonzero(
        _present(rows) & ~_valid(rows.raw) & np.isin(shapely.get_type_id(rows.raw), _POLYGONS)
    )
    if not len(wrong):
        return
    broken = rows.raw[wrong]
    lines = shapely.make_valid(broken)
    faces = shapely.make_valid(broken, method="structure", keep_collapsed=False)
    before, one, two = shapely.area(broken), shapely.area(lines), shapely.area(faces)
    room = limit.REPAIR_SHARE * np.maximum(before, 1e-12)
    same = (np.abs(one - two) <= room) & (np.abs(two - before) <= room) & (two > 0)
    reasons = shapely.is_valid_reason(broken)
    for row, shape, kept, why in zip(wrong, faces, same, reasons, strict=True):
        if not kept:
            rows.mark_one("invalid_polygon", int(row), str(why))
            continue
        polygons, dropped = _only_polygons(shape)
        rows.raw[row] = polygons
        rows.untouched = False
        rows.mark_one("polygon_repaired", int(row), f"make_valid (structure): {why}")
        if dropped:
            rows.mark_one("dangles_removed", int(row))


@cache
def _inner_box() -> tuple[float, float, float, float]:
    """A box of METRIC that lies wholly in the extent: a quick yes for almost every row."""
    west, south, east, north = PROFILE.extent
    lon, lat = np.linspace(west, east, 50), np.linspace(south, north, 50)
    edge = np.full(50, 0.0)
    x_w, _ = crs.transform_to_metric(edge + west, lat, srid=crs.LONLAT)
    x_e, _ = crs.transform_to_metric(edge + east, lat, srid=crs.LONLAT)
    _, y_s = crs.transform_to_metric(lon, edge + south, srid=crs.LONLAT)
    _, y_n = crs.transform_to_metric(lon, edge + north, srid=crs.LONLAT)
    return float(x_w.max()), float(y_s.max()), float(x_e.min()), float(y_n.min())


def _to_metric(rows: Rows, srid: int) -> None:
    here = _present(rows)
    if srid == crs.METRIC:
        rows.shapes = only(here, rows.raw)
        return
    rows.untouched = False
    rows.shapes = np.full(rows.count, None, dtype=object)
    if here.any():
        rows.shapes[here] = crs.to_metric(rows.raw[here], srid=srid)


def _to_lonlat(rows: Rows, srid: int) -> None:
    """Bring guest layers to longitude and latitude; they are not held to the city's extent."""
    here = _present(rows)
    if srid == crs.LONLAT:
        rows.shapes = only(here, rows.raw)
    else:
        rows.untouched = False
        rows.shapes = np.full(rows.count, None, dtype=object)
        rows.shapes[here] = crs.from_metric(crs.to_metric(rows.raw[here], srid=srid))
    with np.errstate(all="ignore"):
        box = shapely.bounds(rows.shapes)
        on_earth = (np.abs(box[:, [0, 2]]) <= 180).all(axis=1) & (np.abs(box[:, [1, 3]]) <= 90).all(
            axis=1
        )
    rows.mark("metres_in_degrees", here & ~on_earth)


def _in_extent(rows: Rows, srid: int) -> None:
    here = _present(rows)
    with np.errstate(all="ignore"):
        box = shapely.bounds(rows.shapes)
        west, south, east, north = _inner_box()
        surely = (
            (box[:, 0] >= west) & (box[:, 1] >= south) & (box[:, 2] <= east) & (box[:, 3] <= north)
        )
    doubt = np.flatnonzero(here & ~surely)
    if not len(doubt):
        return
    part = box[doubt]
    inside = np.isfinite(part).all(axis=1)
    safe = np.where(np.isfinite(part), part, 0.0)
    for x, y in ((0, 1), (2, 3), (0, 3), (2, 1)):
        inside &= in_city(safe[:, x], safe[:, y], srid=crs.METRIC)
    outside = rows.none()
    outside[doubt[~inside]] = True
    explain_outside(rows, outside, srid=srid)


def _sizes(rows: Rows) -> None:
    area, round_m = shapely.area(rows.shapes), shapely.length(rows.shapes)
    here = rows.good & ~shapely.is_missing(rows.shapes)
    with np.errstate(all="ignore"):
        width = 2 * area / round_m
    rows.mark("too_small", here & (area < limit.TINY_M2))
    rows.mark("sliver", here & (area >= limit.TINY_M2) & (width < limit.SLIVER_WIDTH_M))
    kinds = shapely.get_type_id(rows.shapes)
    holes = shapely.get_num_interior_rings(rows.shapes) > 0
    for row in np.flatnonzero(here & (kinds == 6)):
        holes[row] = shapely.get_num_interior_rings(shapely.get_parts(rows.shapes[row])).any()
    rows.mark("has_holes", here & holes)


def _twins(rows: Rows) -> None:
    """Refuse a shape that an earlier row already has: same box and size, then same ground."""
    here = np.flatnonzero(rows.good & ~shapely.is_missing(rows.shapes))
    if len(here) < 2:
        return
    shapes = rows.shapes[here]
    size = shapely.area(shapes) + shapely.length(shapes)
    facts = np.column_stack([shapely.bounds(shapes), size]).round(3)
    mixed = (facts * 1000).astype(np.int64) * _MIX
    alike = np.bitwise_xor.reduce(mixed ^ (mixed >> 29), axis=1)
    ordered = np.sort(alike)
    if not (ordered[1:] == ordered[:-1]).any():
        return
    _, group, sizes = np.unique(alike, return_inverse=True, return_counts=True)
    firsts: dict[int, int] = {}
    for position in np.flatnonzero(sizes[group] > 1):
        first = firsts.setdefault(int(group[position]), int(position))
        if first != position and shapely.equals(shapes[first], shapes[position]):
            number = int(here[first]) + 1
            rows.mark_one("duplicate_geometry", int(here[position]), f"row {number}")


def read_shapes(rows: Rows, spec: Importer, job: Job) -> int:
    """Read and judge all shapes; returns the EPSG code of the file.  Raises NoSystem.

    After it every row not refused has a valid shape of the right kind, in METRIC, in the city.
    """
    with rows.check("shapes_read"):
        _read_wkb(rows)
        from_numbers = _points_from_columns(rows) or rows.opened.kind in {"csv", "json"}
    with rows.check("shapes_present"):
        _missing(rows, spec)
        _flatten(rows)
    with rows.check("coordinates_finite"):
        _finite(rows)
    with rows.check("shape_type"):
        _right_type(rows, spec)
    try:
        srid = source_system(rows, job, from_numbers=from_numbers)
    except NoSystem as unknown:
        rows.mark(unknown.code, rows.good, unknown.words.en)
        raise
    if spec.shape in (POLYGON, ANY):
        with rows.check("validity"):
            _drop_empty_rings(rows)
            _repair(rows)
    with rows.check("to_city_metres"):
        _to_lonlat(rows, srid) if spec.keeps_lonlat else _to_metric(rows, srid)
    if not spec.keeps_lonlat:
        with rows.check("inside_the_city"):
            _in_extent(rows, srid)
    if spec.shape == POLYGON:
        with rows.check("sizes_and_holes"):
            _sizes(rows)
    if spec.unique_shapes:
        with rows.check("doubled_shapes"):
            _twins(rows)
    return srid


def drop_refused(rows: Rows) -> Shapes:
    """Return the METRIC shapes with None for every refused row."""
    return only(rows.good, rows.shapes)
