"""Where nobody answers, and where more than one does: against the land of the wilayats.

Overlaps and gaps are facts of a city, not errors of a row: they are counted and shown, and
nothing is refused for them (decision 0081).
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from municipality.calendar.queries import span
from municipality.calendar.rest_days import Span
from municipality.places.models import WilayatVersion
from municipality.places.stamps import Kept
from municipality.stored import shape_of
from observations.routing.book import Grounds, ResponsibilityBook, read_book

SLIVER_M2 = 1_000.0  # smaller pieces are lines drawn twice, not ground that somebody forgot: ours
KM2 = 1e6


@dataclass(frozen=True, slots=True)
class Patch:
    """One piece of ground (METRIC polygon) with the codes of the bodies that answer there."""

    ground: BaseGeometry
    bodies: tuple[str, ...]

    @property
    def km2(self) -> float:
        """Its area in km²."""
        return float(self.ground.area) / KM2


@dataclass(frozen=True, slots=True)
class Slivers:
    """Pieces smaller than SLIVER_M2, counted together."""

    count: int
    km2: float


@dataclass(frozen=True, slots=True)
class GapsAndOverlaps:
    """What is wrong with the responsibilities for one category on a day; areas in km².

    ``gaps_km2`` and ``overlaps_km2`` are whole, slivers among them, so that with ``once_km2``
    they make ``land_km2``; ``gaps`` and ``overlaps`` list the pieces that are no slivers, the
    largest first.  ``at_sea_km2`` is what bodies answer for outside the land.
    """

    category_id: int | None
    land_km2: float
    once_km2: float
    gaps_km2: float
    overlaps_km2: float
    at_sea_km2: float
    gaps: tuple[Patch, ...]
    overlaps: tuple[Patch, ...]
    gap_slivers: Slivers
    overlap_slivers: Slivers


def _pieces(shape: BaseGeometry) -> list[BaseGeometry]:
    parts = shapely.get_parts(shape)
    return [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]


def _of_bodies(grounds: Grounds) -> dict[str, BaseGeometry]:
    """Join the grounds of each body: two rules of one body are no overlap."""
    held: dict[str, list[BaseGeometry]] = {}
    for rule in grounds.rules:
        held.setdefault(rule.body, []).append(rule.ground)
    return {body: shapely.union_all(shapes) for body, shapes in held.items()}


def _overlap(shapes: list[BaseGeometry]) -> BaseGeometry:
    """Return the ground that two or more shapes share."""
    if len(shapes) < 2:
        return shapely.Polygon()
    tree = shapely.STRtree(shapes)
    first, second = tree.query(shapes, predicate="intersects")
    pairs = first < second
    held = np.array(shapes, dtype=object)
    common = shapely.intersection(held[first[pairs]], held[second[pairs]])
    return shapely.union_all([part for one in common for part in _pieces(one)])


def _sorted(
    shape: BaseGeometry, bodies: dict[str, BaseGeometry] | None = None
) -> tuple[tuple[Patch, ...], Slivers]:
    """Part ground into patches, the largest first, and slivers."""
    pieces = sorted(_pieces(shape), key=lambda one: -one.area)
    large = [one for one in pieces if one.area >= SLIVER_M2]
    small = pieces[len(large) :]
    patches = tuple(Patch(one, _answering_on(one, bodies or {})) for one in large)
    return patches, Slivers(len(small), sum(float(one.area) for one in small) / KM2)


def _answering_on(ground: BaseGeometry, bodies: dict[str, BaseGeometry]) -> tuple[str, ...]:
    return tuple(
        sorted(
            body
            for body, held in bodies.items()
            if shapely.intersection(held, ground).area >= SLIVER_M2 / 2
        )
    )


def measure(
    *, grounds: Grounds, land: BaseGeometry, category_id: int | None = None
) -> GapsAndOverlaps:
    """Measure grounds against land (METRIC polygons), by exact overlay."""
    bodies = _of_bodies(grounds)
    shapes = list(bodies.values())
    covered = shapely.union_all(shapes) if shapes else shapely.Polygon()
    twice = _overlap(shapes)
    gap, overlap = shapely.difference(land, covered), shapely.intersection(land, twice)
    once = shapely.intersection(land, shapely.difference(covered, twice))
    gaps, gap_slivers = _sorted(gap)
    overlaps, overlap_slivers = _sorted(overlap, bodies)
    return GapsAndOverlaps(
        category_id=category_id,
        land_km2=float(land.area) / KM2,
        once_km2=float(once.area) / KM2,
        gaps_km2=float(gap.area) / KM2,
        overlaps_km2=float(overlap.area) / KM2,
        at_sea_km2=float(shapely.difference(covered, land).area) / KM2,
        gaps=gaps,
        overlaps=overlaps,
        gap_slivers=gap_slivers,
        overlap_slivers=overlap_slivers,
    )


@dataclass(frozen=True, slots=True)
class _Ground:
    """The book with the land of every day, and what was measured of it since a stamp rose."""

    book: ResponsibilityBook
    lands: tuple[tuple[Span, BaseGeometry], ...]
    measured: dict[tuple[dt.date, int | None], GapsAndOverlaps]

    def land(self, on: dt.date) -> BaseGeometry:
        holding = [shape for days, shape in self.lands if days.holds_on(on)]
        return shapely.union_all(holding) if holding else shapely.Polygon()


def _read() -> _Ground:
    rows: Iterable[WilayatVersion] = WilayatVersion.objects.order_by("pk")
    lands = tuple((span(row.valid), shape_of(row.boundary)) for row in rows)
    return _Ground(read_book(), lands, {})


_KEPT = Kept(_read, "responsibilities", "places")


def gaps_and_overlaps(*, on: dt.date, category_id: int | None = None) -> GapsAndOverlaps:
    """Say where on the land of the wilayats nobody, or more than one body, answers on a day.

    ``category_id`` None: for the categories without a rule of their own.  Without boundaries of
    wilayats there is no land, and nothing is a gap.
    """
    held = _KEPT.get()
    key = (on, category_id)
    if key not in held.measured:
        grounds = held.book.grounds(category_id=category_id, on=on)
        held.measured[key] = measure(grounds=grounds, land=held.land(on), category_id=category_id)
    return held.measured[key]


def all_gaps_and_overlaps(*, on: dt.date) -> list[GapsAndOverlaps]:
    """Measure what is general, then each category that has rules of its own on the day."""
    own = _KEPT.get().book.own_categories(on=on)
    return [gaps_and_overlaps(on=on, category_id=one) for one in (None, *own)]
