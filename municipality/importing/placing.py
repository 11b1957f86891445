"""In which wilayat and area a shape lies, on the day from which the import holds."""

import datetime as dt
from collections.abc import Callable, Iterable

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from municipality.importing.rows import Rows, mask_of, only
from municipality.importing.values import by_unique
from municipality.names import fold
from municipality.places.models import Area, AreaVersion, Named, Wilayat, WilayatVersion

Ids = NDArray[np.int64]  # 0 = unknown


def boundaries(
    model: type[WilayatVersion] | type[AreaVersion], *, on: dt.date
) -> tuple[Ids, NDArray[np.object_]]:
    """Return ids and METRIC polygons of the boundaries that hold on a day."""
    owner = "wilayat_id" if model is WilayatVersion else "area_id"
    found = model.objects.filter(valid__contains=on).order_by(owner).values_list(owner, "boundary")
    pairs = [(key, bytes(shape.wkb)) for key, shape in found]
    ids = np.array([key for key, _ in pairs], dtype=np.int64)
    return ids, shapely.from_wkb(np.array([wkb for _, wkb in pairs], dtype=object))


def inside_which(points: NDArray[np.object_], ids: Ids, shapes: NDArray[np.object_]) -> Ids:
    """Find for each METRIC point the polygon that covers it (the lowest id of several)."""
    found = np.zeros(len(points), dtype=np.int64)
    if not len(shapes):
        return found
    here = np.flatnonzero(~shapely.is_missing(points))
    tree = shapely.STRtree(shapes)
    which, polygon = tree.query(points[here], predicate="covered_by")
    order = np.lexsort((-ids[polygon], which))
    found[here[which[order]]] = ids[polygon[order]]
    return found


def _known_names(places: Iterable[Named]) -> dict[str, int]:
    known: dict[str, int] = {}
    for place in places:
        for name in (place.code, place.name_ar, place.name_en, *place.aliases):
            if name:
                known.setdefault(_plain(name), place.pk)
    return known


def known_places(places: Iterable[Named]) -> Callable[[str | None], str | None]:
    """Return a look-up from any known name or code of a place to its code."""
    listed = list(places)
    codes = {place.pk: place.code for place in listed}
    known = _known_names(listed)
    return lambda text: codes.get(known.get(_plain(text), 0)) if text else None


def _plain(name: str) -> str:
    """Fold a place name and drop the article and what only says that it is a wilayat."""
    text = fold(name).strip()
    for start in ("ولايه ", "wilayat ", "wilayah of ", "al-", "al ", "as ", "as-"):
        text = text.removeprefix(start)
    return text.removeprefix("ال").replace("-", " ").replace("'", "")


def named_places(rows: Rows, field: str, places: Iterable[Named]) -> Ids:
    """Match the names a file gives to ids, 0 for none; names that are not known are marked."""
    column = rows.values.get(field)
    if column is None or column.null_count == len(column):
        return np.zeros(rows.count, dtype=np.int64)
    known = _known_names(places)
    found = by_unique(column, lambda t: known.get(_plain(t)) if t else None, pa.int64())
    lost = mask_of(column.is_valid()) & ~mask_of(found.is_valid())
    rows.mark("unknown_place", lost, field)
    ids: Ids = found.fill_null(0).to_numpy(zero_copy_only=False)
    return ids


def place(rows: Rows, *, on: dt.date) -> Ids:
    """Set ``wilayat_id`` and ``area_id``: by the file's names, else by the point inside.

    Returns the wilayat found by place alone, for the checks of the datum.
    """
    shapes = only(rows.good, rows.shapes)
    wilayats, areas = boundaries(WilayatVersion, on=on), boundaries(AreaVersion, on=on)
    by_place = np.zeros(rows.count, dtype=np.int64)
    by_area = by_place
    if len(wilayats[0]) or len(areas[0]):
        points = shapely.point_on_surface(shapes)
        by_place = inside_which(points, *wilayats)
        by_area = inside_which(points, *areas)
    area = named_places(rows, "area", Area.objects.all())
    area = np.where(area > 0, area, by_area)
    owner = dict(Area.objects.exclude(wilayat=None).values_list("pk", "wilayat_id"))
    of_area = np.array([owner.get(int(key), 0) for key in np.unique(area)], dtype=np.int64)
    wilayat = named_places(rows, "wilayat", Wilayat.objects.all())
    wilayat = np.where(wilayat > 0, wilayat, by_place)
    inherited = of_area[np.searchsorted(np.unique(area), area)]
    wilayat = np.where(wilayat > 0, wilayat, inherited)
    rows.values["wilayat_id"] = pa.array(wilayat, mask=wilayat == 0)
    rows.values["area_id"] = pa.array(area, mask=area == 0)
    if len(wilayats[0]):
        rows.mark("outside_boundaries", rows.good & (by_place == 0))
    return by_place
