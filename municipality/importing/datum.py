"""Is the file in the system it was declared in?  Its shapes are held against what is known.

A PSD93 plot read as WGS 84 lies 384 m away, well inside the city: only the register, its
neighbours or the boundaries can tell.  Each rival reading is a pinned operation of the profile.
"""

from collections.abc import Callable
from typing import Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from municipality import crs
from municipality.conf import PROFILE
from municipality.importing import tolerances as limit
from municipality.importing.overlaps import Overlaps
from municipality.importing.rows import Mask, Rows
from municipality.profiles import Operation

_MANY = 5  # plots whose shift agrees before a whole file is doubted
_CANDIDATES = 2_000
OUTSIDE_MANY, OUTSIDE_FEW = 0.20, 0.01  # share of rows outside every boundary


class Ground(Protocol):
    """What is registered already, asked by place and not by key."""

    def at(self, points: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Centre and area in m2 of what lies at each METRIC point; NaN = nothing."""

    def taken(
        self, shapes: NDArray[np.object_], *, near_m: float
    ) -> tuple[NDArray[np.float64], Mask]:
        """Square metres of each METRIC shape that are taken, and whether something is near."""


def rivals(srid: int) -> list[Operation]:
    """The other accepted systems whose numbers look like this one's."""
    own = PROFILE.systems[srid]
    return [
        s for s in PROFILE.systems.values() if s.srid != srid and s.geographic == own.geographic
    ]


def _points(shapes: NDArray[np.object_]) -> NDArray[np.float64]:
    found = shapely.centroid(shapes)
    return np.column_stack([shapely.get_x(found), shapely.get_y(found)])


def _read_as(points: NDArray[np.float64], srid: int) -> NDArray[np.float64]:
    return np.column_stack(crs.transform_to_metric(points[:, 0], points[:, 1], srid=srid))


def _fits(rival: Operation) -> str:
    return f"fits as EPSG:{rival.srid} ({rival.name_en})"


def _says(rival: Operation, metres: float) -> str:
    return f"{metres:.1f} m off; {_fits(rival)}"


def against_register(
    rows: Rows, *, srid: int, where: NDArray[np.int64], held: NDArray[np.float64]
) -> None:
    """Compare rows whose key is registered with the centre (METRIC) they are held at."""
    if not len(where):
        return
    shift = _points(rows.shapes[where]) - held
    away = np.hypot(shift[:, 0], shift[:, 1])
    raw = _points(rows.raw[where])
    for rival in rivals(srid):
        other = np.hypot(*(_read_as(raw, rival.srid) - held).T)
        fits = other < away * limit.DATUM_FIT
        middle = np.median(shift, axis=0)
        length = float(np.hypot(*middle))
        spread = float(np.median(np.hypot(*(shift - middle).T)))
        together = (
            len(where) >= _MANY
            and length > limit.DATUM_MIN_SHIFT_M
            and spread < max(0.1, 0.05 * length)
            and float(np.median(other)) < length * limit.DATUM_FIT
        )
        if together:
            rows.mark("wrong_datum", rows.good, _says(rival, length))
            return
        alone = where[fits & (away > limit.DATUM_FAR_M)]
        if len(alone):
            rows.mark("wrong_datum", alone, _says(rival, float(np.median(away[fits]))))


def _twins(
    points: NDArray[np.float64], areas: NDArray[np.float64], ground: Ground
) -> tuple[Mask, NDArray[np.float64], NDArray[np.float64]]:
    """Which points are the centre of something as large; its centre, and the metres to it."""
    centre, held = ground.at(points)
    with np.errstate(all="ignore"):
        away = np.hypot(*(points - centre).T)
        alike = (np.abs(held - areas) <= limit.TWIN_SHARE * areas) & (away <= limit.TWIN_M)
    return alike, centre, away


def against_ground(rows: Rows, *, srid: int, unknown: NDArray[np.int64], ground: Ground) -> None:
    """Compare rows whose key is not registered with the ground that is.

    Doubted is a file whose rows, read as a rival system, lie plot on plot with the register, or
    fit beside it where, as declared, they lie across it.
    """
    sample = unknown[:: max(1, len(unknown) // _CANDIDATES)]
    if len(sample) < _MANY:
        return
    shapes = rows.shapes[sample]
    areas = shapely.area(shapes)
    shared, _ = ground.taken(shapes, near_m=0.0)
    across = shared > limit.ACROSS_SHARE * areas
    own, own_centre, _ = _twins(_points(shapes), areas, ground)
    raw = _points(rows.raw[sample])
    for rival in rivals(srid):
        twin, centre, away = _twins(_read_as(raw, rival.srid), areas, ground)
        twin &= ~own | (centre == own_centre).all(axis=1)  # as declared it is another's twin
        enough = twin.sum() >= max(_MANY, limit.TWINS_OF_FILE * len(sample))
        if enough and (across[twin].mean() > 0.5 or np.median(away[twin]) < limit.TWIN_SURE_M):
            against_register(rows, srid=srid, where=sample[twin], held=centre[twin])
        elif across.mean() > limit.ACROSS_OF_FILE and _fits_beside(rows, sample, rival, ground):
            moved = _read_as(raw, rival.srid) - _points(shapes)
            rows.mark("wrong_datum", rows.good, _says(rival, float(np.median(np.hypot(*moved.T)))))
        if "wrong_datum" in rows.verdicts:
            return


def _fits_beside(rows: Rows, sample: NDArray[np.int64], rival: Operation, ground: Ground) -> bool:
    """Whether the rows, read as the rival system, leave the register's ground free and touch it."""
    moved = crs.to_metric(rows.raw[sample], srid=rival.srid)
    shared, near = ground.taken(moved, near_m=1.0)
    clear = shared <= 0.02 * shapely.area(moved)
    return bool(clear.mean() > 0.98 and near.sum() >= _MANY)


def against_neighbours(rows: Rows, found: Overlaps, *, srid: int) -> Mask:
    """Find rows that lie across others and fit, as a rival reading, beside their neighbours."""
    areas = shapely.area(rows.shapes)
    lost = np.zeros(rows.count)
    np.add.at(lost, found.first, found.shared_m2)
    np.add.at(lost, found.second, found.shared_m2)
    doubted = np.flatnonzero(rows.good & (lost > 0.2 * areas))[:_CANDIDATES]
    wrong = rows.none()
    if not len(doubted) or len(doubted) > rows.count // 3:
        return wrong
    sound = rows.good.copy()
    sound[doubted] = False
    base = np.flatnonzero(sound)
    if not len(base):
        return wrong
    tree = shapely.STRtree(rows.shapes[base])
    for rival in rivals(srid):
        moved = crs.to_metric(rows.raw[doubted], srid=rival.srid)
        for row, shape in zip(doubted, moved, strict=True):
            near = base[tree.query(shape, predicate="dwithin", distance=1.0)]
            # It must also come free of those it lies across: a shift of a metre frees nobody.
            others = np.union1d(near, found.partners(int(row)))
            shared = shapely.area(shapely.intersection(shape, rows.shapes[others])).sum()
            if len(near) and shared <= 0.02 * areas[row] and not wrong[row]:
                wrong[row] = True
                away = float(
                    shapely.distance(shapely.centroid(shape), shapely.centroid(rows.shapes[row]))
                )
                rows.mark_one("wrong_datum", int(row), _says(rival, away))
    return wrong


def against_plots(
    rows: Rows, *, srid: int, whole: Callable[[NDArray[np.object_]], NDArray[np.int64]]
) -> None:
    """Doubt buildings that mostly cross plot lines, but as a rival system lie each in one plot.

    ``whole`` gives the positions of the METRIC shapes that lie whole in one plot.
    """
    good = np.flatnonzero(rows.good)
    sample = good[:: max(1, len(good) // _CANDIDATES)]
    if len(sample) < _MANY:
        return
    here = len(np.unique(whole(rows.shapes[sample]))) / len(sample)
    if here > limit.HOUSED_DOUBT:
        return
    for rival in rivals(srid):
        moved = crs.to_metric(rows.raw[sample], srid=rival.srid)
        if len(np.unique(whole(moved))) / len(sample) >= limit.HOUSED:
            rows.mark("wrong_datum", rows.good, _fits(rival))
            return


def against_boundaries(
    rows: Rows,
    *,
    srid: int,
    found: NDArray[np.int64],
    inside: Callable[[NDArray[np.object_]], NDArray[np.int64]],
) -> None:
    """Doubt a file that lies much better inside the wilayats when read as a rival system."""
    good = np.flatnonzero(rows.good)
    if len(good) < _MANY or (found[good] == 0).mean() < OUTSIDE_MANY or not (found[good] > 0).any():
        return
    raw = _points(rows.raw[good])
    for rival in rivals(srid):
        points = shapely.points(_read_as(raw, rival.srid))
        if (inside(points) == 0).mean() <= OUTSIDE_FEW:
            rows.mark("wrong_datum", rows.good, _fits(rival))
            return
