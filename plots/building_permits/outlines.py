"""The plot as an office drew it, laid on the plot of the cadastre: every way in which it fits.

Both outlines are reduced to their corners and read counter-clockwise, so neither the first
vertex nor the direction matters.  A drawing is called mirrored only where it fits turned over
and not as it is; a rectangle fits both ways and is never called so.
"""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from municipality.words import Text
from plots.building_permits.arrays import Floats
from plots.building_permits.placement import Placement, best_turn, through

FIT_M = 0.5  # corners further apart than this are not the same plot
CORNER_M = 0.02  # a vertex this near to the line between its neighbours is no corner
MAX_CORNERS = 60  # of one outline; the rest of a curve is left to its ends
MAX_VERTICES = 1_000  # of one outline; a finer one is made coarser first
MAX_WAYS = 40  # looked at closely, of those that bring the corners nearest
_SAME_M, _SAME_SINE = 0.01, 1e-4  # two ways of laying it that are one

FITS = Text(
    "تطابق حدود القطعة في الرسم حدودها في السجل المساحي؛ أكبر فرق {metres} م.",
    "The plot as drawn is that of the cadastre, to {metres} m.",
)
MIRRORED = Text(
    "الرسم معكوس كأنه في مرآة: لا تطابق حدوده القطعة إلا مقلوبة. صحّحه في برنامج الرسم.",
    "The drawing is mirrored: its plot fits that of the cadastre only turned over. "
    "Mend it in your drawing program.",
)
DIFFERENT = Text(
    "حدود القطعة في الرسم غير حدودها في السجل المساحي: تبتعد عنها حتى {metres} م ({area} م²).",
    "The plot as drawn is not that of the cadastre: up to {metres} m apart ({area} m²).",
)


@dataclass(frozen=True, slots=True)
class Fit:
    """One way of laying the drawn plot on the cadastre's, and what is left between them.

    ``misfit_m2`` is the area that only one of them covers, ``misfit_m`` the greatest distance
    between the outlines.
    """

    placement: Placement
    misfit_m2: float
    misfit_m: float

    @property
    def is_good(self) -> bool:
        """Tell whether the outlines are the same within FIT_M."""
        return self.misfit_m <= FIT_M

    @property
    def words(self) -> Text:
        """Say how the drawn plot lies on the cadastre's."""
        words = (MIRRORED if self.placement.mirrored else FITS) if self.is_good else DIFFERENT
        return words.with_values(metres=f"{self.misfit_m:.2f}", area=f"{self.misfit_m2:.2f}")


def corners(plot: BaseGeometry) -> Floats:
    """Return the corners of a plot's outer ring, counter-clockwise, each once."""
    largest = max(shapely.get_parts(plot), key=shapely.area)
    ring = shapely.get_coordinates(shapely.orient_polygons(largest).exterior)[:-1]
    tolerance = CORNER_M
    found = _without_flat(ring, tolerance)
    while len(found) > MAX_CORNERS:
        tolerance *= 2
        found = _without_flat(found, tolerance)
    return found


def _coarse(plot: BaseGeometry) -> BaseGeometry:
    """Return an outline of few enough vertices to be laid many times."""
    found = plot
    for doubled in range(20):
        if shapely.get_num_coordinates(found) <= MAX_VERTICES:
            break
        found = plot.simplify(CORNER_M / 2 * 2**doubled)
    return found


def _without_flat(ring: Floats, tolerance: float) -> Floats:
    """Drop the flattest vertex again and again until none lies within the tolerance."""
    kept = ring
    while len(kept) > 3:
        before, after = np.roll(kept, 1, axis=0), np.roll(kept, -1, axis=0)
        along = after - before
        length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-9)
        off = kept - before
        height = np.abs(along[:, 0] * off[:, 1] - along[:, 1] * off[:, 0]) / length
        if height.min() > tolerance:
            return kept
        kept = np.delete(kept, int(height.argmin()), axis=0)
    return kept


def _by_corners(drawn: Floats, ground: Floats, *, mirrored: bool) -> list[Placement]:
    """Lay corner on corner, beginning at each of them in turn."""
    turned = _mirrored(drawn) if mirrored else drawn
    found = []
    for start in range(len(ground)):
        there = np.roll(ground, -start, axis=0)
        angle = best_turn(turned, there)
        found.append(_over(turned, there, angle=angle, mirrored=mirrored))
    return found


def _by_edges(drawn: Floats, ground: Floats, *, mirrored: bool) -> list[Placement]:
    """Lay edge on edge of the same length, where the outlines differ in their corners."""
    turned = _mirrored(drawn) if mirrored else drawn
    one = np.stack([turned, np.roll(turned, -1, axis=0)], axis=1)
    other = np.stack([ground, np.roll(ground, -1, axis=0)], axis=1)
    length = [np.hypot(*(edges[:, 1] - edges[:, 0]).T) for edges in (one, other)]
    pairs = np.argwhere(np.abs(length[0][:, None] - length[1][None, :]) <= 2 * FIT_M)
    ways = [
        _over(one[i], other[j], angle=best_turn(one[i], other[j]), mirrored=mirrored)
        for i, j in pairs
    ]
    line = shapely.linearrings(ground)
    off = [shapely.distance(shapely.points(way.points(drawn)), line).max() for way in ways]
    return [ways[n] for n in np.argsort(off, kind="stable")[:MAX_WAYS]]


def _mirrored(drawn: Floats) -> Floats:
    """Turn an outline over; read backwards it is counter-clockwise again."""
    return (drawn * (-1.0, 1.0))[::-1]


def _over(turned: Floats, ground: Floats, *, angle: float, mirrored: bool) -> Placement:
    """Make the placement; the points of a mirrored outline have been turned over already."""
    drawn = turned * (-1.0, 1.0) if mirrored else turned
    return through(drawn, ground, angle=angle, mirrored=mirrored)


def _fit(placement: Placement, drawn: BaseGeometry, ground: BaseGeometry) -> Fit:
    laid = placement.shape(drawn)
    area = shapely.area(shapely.symmetric_difference(laid, ground))
    rings = shapely.boundary([laid, ground])
    return Fit(placement, float(area), float(shapely.hausdorff_distance(*rings, densify=0.1)))


def _same(one: Placement, other: Placement, middle: Floats) -> bool:
    """Tell whether two placements bring the drawing to the same place."""
    apart = np.hypot(*(one.points(middle) - other.points(middle))[0])
    turned = abs(one.cosine * other.sine - one.sine * other.cosine)
    towards = one.cosine * other.cosine + one.sine * other.sine
    return bool(apart <= _SAME_M and turned <= _SAME_SINE and towards > 0)


def _ways(drawn: BaseGeometry, ground: BaseGeometry, *, mirrored: bool) -> list[Fit]:
    ours, theirs = corners(drawn), corners(ground)
    lay = _by_corners if len(ours) == len(theirs) else _by_edges
    middle = shapely.get_coordinates(drawn.centroid)
    fits = sorted(
        (_fit(way, drawn, ground) for way in lay(ours, theirs, mirrored=mirrored)),
        key=lambda fit: (fit.misfit_m2, abs(fit.placement.degrees)),
    )
    kept: list[Fit] = []
    for fit in fits:
        if not any(_same(fit.placement, other.placement, middle) for other in kept):
            kept.append(fit)
    return kept


def fit_outline(drawn: BaseGeometry, ground: BaseGeometry) -> list[Fit]:
    """Return every way in which the drawn plot fits the cadastre's, the best first.

    A plot that is the same turned round has several.  Where none is good, the nearest one alone
    is returned, so that the difference can be shown; nothing only where no edge has its like.
    """
    drawn, ground = _coarse(drawn), _coarse(ground)
    direct = _ways(drawn, ground, mirrored=False)
    if good := [fit for fit in direct if fit.is_good]:
        return good
    over = _ways(drawn, ground, mirrored=True)
    if good := [fit for fit in over if fit.is_good]:
        return good
    return direct[:1] or over[:1]
