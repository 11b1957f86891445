"""The plot as an office drew it, laid on the plot of the cadastre: every way in which it fits.

Both outlines are reduced to their corners and read counter-clockwise, so neither the first
vertex nor the direction matters.  A drawing is called mirrored only where it fits turned over
clearly better than as it is; a rectangle fits both ways and is never called so.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, product

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from municipality.words import Text
from plots.building_permits.drawings.placement import Placement, best_turn, through
from plots.building_permits.sites.arrays import Floats

FIT_M = 0.5  # corners further apart than this are not the same plot
CORNER_M = 0.02  # a vertex this near to the line between its neighbours is no corner
MAX_CORNERS = 60  # of one outline; the rest of a curve is left to its ends
MAX_VERTICES = 1_000  # of one outline; a finer one is made coarser first
MAX_WAYS = 16  # looked at closely, of those that bring the corners nearest
MAX_PAIRS = 400  # of edges, up to which those of other lengths are laid by their ends too
SETTLING = 5  # rounds of laying the drawing on the outline; more change little
CLEARLY = 4  # times less area between the outlines: the drawing is turned over
LEAST_M2 = 0.1  # what arithmetic and drawing leave between outlines that are the same
SAMPLES = 64  # places along an outline by which ways are compared
_SAME_M, _SAME_SINE = 2 * FIT_M, 0.05  # two ways of laying it that are one
Pairing = tuple[Floats, Floats]  # points of the drawing and where they lie on the ground

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


def _by_corners(turned: Floats, ground: Floats) -> Iterator[Pairing]:
    """Lay corner on corner, beginning at each of them in turn."""
    if len(turned) == len(ground):
        for start in range(len(ground)):
            yield turned, np.roll(ground, -start, axis=0)


def _by_edges(turned: Floats, ground: Floats) -> Iterator[Pairing]:
    """Lay edge on edge: by their middles where they are as long, else by either end.

    One outline may have a corner that the other has not, and then no two edges there are alike.
    """
    one = np.stack([turned, np.roll(turned, -1, axis=0)], axis=1)
    other = np.stack([ground, np.roll(ground, -1, axis=0)], axis=1)
    for ours, theirs in product(one, other):
        along, there = ours[1] - ours[0], theirs[1] - theirs[0]
        ratio = float(np.hypot(*there) / np.hypot(*along))
        if abs(np.hypot(*there) - np.hypot(*along)) <= 2 * FIT_M:
            yield ours, theirs
        elif len(one) * len(other) <= MAX_PAIRS:
            yield ours, np.stack([theirs[0], theirs[0] + there / ratio])
            yield ours, np.stack([theirs[1] - there / ratio, theirs[1]])


def _samples(ring: Floats) -> Floats:
    """Return places along an outline, the middles of equal pieces of each of its sides.

    By sides, so that the first vertex does not matter; by length, so that a rounded corner of
    many short chords does not outweigh the sides.
    """
    along = np.roll(ring, -1, axis=0) - ring
    length = np.hypot(along[:, 0], along[:, 1])
    pieces = np.ceil(length * SAMPLES / length.sum()).astype(int)
    side = np.repeat(np.arange(len(ring)), pieces)
    place = np.arange(len(side)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (place + 0.5) / pieces[side]
    places: Floats = ring[side] + along[side] * share[:, None]
    return places


def _nearest(ways: list[Placement], drawn: Floats, ring: BaseGeometry) -> list[Placement]:
    """Return the few ways that bring places of the drawing nearest to the other outline."""
    if not ways:
        return []
    laid = np.concatenate([way.points(drawn) for way in ways])
    off = shapely.distance(shapely.points(laid), ring).reshape(len(ways), -1).mean(axis=1)
    return [ways[n] for n in np.argsort(off, kind="stable")[:MAX_WAYS]]


def _settled(way: Placement, drawn: Floats, ring: BaseGeometry) -> Placement:
    """Turn and move a little, so that the drawing lies as near to the outline as it can."""
    turned = drawn * (-1.0, 1.0) if way.mirrored else drawn
    for _ in range(SETTLING):
        laid = shapely.points(way.points(drawn))
        there = shapely.line_interpolate_point(ring, shapely.line_locate_point(ring, laid))
        ground = shapely.get_coordinates(there)
        way = through(drawn, ground, angle=best_turn(turned, ground), mirrored=way.mirrored)
    return way


def _mirrored(drawn: Floats) -> Floats:
    """Turn an outline over; read backwards it is counter-clockwise again."""
    return (drawn * (-1.0, 1.0))[::-1]


def _over(pairing: Pairing, *, mirrored: bool) -> Placement:
    """Make the placement; the points of a mirrored outline have been turned over already."""
    turned, ground = pairing
    drawn = turned * (-1.0, 1.0) if mirrored else turned
    return through(drawn, ground, angle=best_turn(turned, ground), mirrored=mirrored)


def _between(way: Placement, drawn: BaseGeometry, ground: BaseGeometry) -> float:
    """The area that only one of the outlines covers."""
    return float(shapely.area(shapely.symmetric_difference(way.shape(drawn), ground)))


def _fit(ways: Iterable[Placement], drawn: BaseGeometry, ground: BaseGeometry) -> Fit:
    """Measure the best of a few ways."""
    area, way = min(
        ((_between(way, drawn, ground), way) for way in ways), key=lambda found: found[0]
    )
    rings = shapely.boundary([way.shape(drawn), ground])
    return Fit(way, area, float(shapely.hausdorff_distance(*rings, densify=0.1)))


def _same(one: Placement, other: Placement, middle: Floats) -> bool:
    """Tell whether two placements bring the drawing to the same place."""
    apart = np.hypot(*(one.points(middle) - other.points(middle))[0])
    turned = abs(one.cosine * other.sine - one.sine * other.cosine)
    towards = one.cosine * other.cosine + one.sine * other.sine
    return bool(apart <= _SAME_M and turned <= _SAME_SINE and towards > 0)


def _ways(drawn: BaseGeometry, ground: BaseGeometry, *, mirrored: bool) -> list[Fit]:
    ours, theirs = corners(drawn), corners(ground)
    turned = _mirrored(ours) if mirrored else ours
    pairings = chain(_by_corners(turned, theirs), _by_edges(turned, theirs))
    ring = shapely.linestrings(np.concatenate([theirs, theirs[:1]]))
    places = _samples(ours)
    ways = _nearest([_over(pairing, mirrored=mirrored) for pairing in pairings], places, ring)
    middle = shapely.get_coordinates(drawn.centroid)
    fits = sorted(
        (_fit((way, _settled(way, places, ring)), drawn, ground) for way in ways),
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
    is returned, so that the difference can be shown.
    """
    drawn, ground = _coarse(drawn), _coarse(ground)
    direct, over = (_ways(drawn, ground, mirrored=mirrored) for mirrored in (False, True))
    if over[0].is_good is direct[0].is_good:
        mirrored = over[0].misfit_m2 * CLEARLY + LEAST_M2 < direct[0].misfit_m2
    else:
        mirrored = over[0].is_good
    chosen = over if mirrored else direct
    return [fit for fit in chosen if fit.is_good] or chosen[:1]
