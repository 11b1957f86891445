"""The book of responsibilities: who answers where, kept in the process until a stamp rises.

A city has hundreds of responsibilities, not millions, so whose a place is is answered from memory
(municipality.places.stamps).  For each category and span of days the book works out once what
really answers there: the category's own ground, and of the general ground what is left of it.
"""

import bisect
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace

import shapely
from shapely.geometry.base import BaseGeometry

from municipality.calendar.queries import span
from municipality.calendar.rest_days import Span
from municipality.places.stamps import Kept
from municipality.stored import shape_of
from observations.routing.models import Responsibility


@dataclass(frozen=True, slots=True)
class Answering:
    """A body as it answers on some ground (METRIC); ``category_id`` None: for what is general.

    ``ground`` is where this rule really answers: of a general one without the ground on which
    the category asked for has a rule of its own.
    """

    responsibility_id: int
    body_id: int
    body: str
    name_ar: str
    name_en: str
    is_outside: bool
    directorate_id: int | None
    category_id: int | None
    span: Span
    source: str
    ground: BaseGeometry


@dataclass(frozen=True, slots=True)
class Grounds:
    """What answers for one category over a span of days, with its index."""

    rules: tuple[Answering, ...]
    tree: shapely.STRtree

    def near(self, shape: BaseGeometry, *, within_m: float) -> list[Answering]:
        """Return the rules whose ground comes within some metres of a METRIC shape."""
        found = self.tree.query(shape, predicate="dwithin", distance=within_m)
        return [self.rules[index] for index in sorted(found)]


class ResponsibilityBook:
    """Every responsibility ever entered, and the grounds that follow from them."""

    def __init__(self, rules: Sequence[Answering]) -> None:
        self.rules = tuple(rules)
        ends = {day for rule in rules for day in (rule.span.first, rule.span.after) if day}
        self._changes = sorted(ends)
        self._grounds: dict[tuple[int, int | None], Grounds] = {}

    def holding(self, *, on: dt.date) -> list[Answering]:
        """Return the rules of a day, as they were entered."""
        return [rule for rule in self.rules if rule.span.holds_on(on)]

    def own_categories(self, *, on: dt.date) -> list[int]:
        """Return the categories that have a rule of their own on a day, by their ids."""
        return sorted({r.category_id for r in self.holding(on=on) if r.category_id is not None})

    def grounds(self, *, category_id: int | None, on: dt.date) -> Grounds:
        """Return what answers for a category on a day (None: for those without own rules)."""
        span_of_days = bisect.bisect_right(self._changes, on)
        own = category_id if category_id in self.own_categories(on=on) else None
        key = (span_of_days, own)
        if key not in self._grounds:
            self._grounds[key] = _worked_out(self.holding(on=on), own)
        return self._grounds[key]


def _worked_out(holding: Sequence[Answering], category_id: int | None) -> Grounds:
    own = [rule for rule in holding if category_id is not None and rule.category_id == category_id]
    general = [rule for rule in holding if rule.category_id is None]
    if own:
        taken = shapely.union_all([rule.ground for rule in own])
        general = [
            replace(rule, ground=rest)
            for rule in general
            if not (rest := _polygons(shapely.difference(rule.ground, taken))).is_empty
        ]
    rules = (*own, *general)
    for rule in rules:
        shapely.prepare(rule.ground)
    return Grounds(rules, shapely.STRtree([rule.ground for rule in rules]))


def _polygons(shape: BaseGeometry) -> BaseGeometry:
    """Keep of a shape its polygons: lines and points are nobody's ground."""
    parts = shapely.get_parts(shape)
    return shapely.MultiPolygon(
        [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]
    )


def read_book() -> ResponsibilityBook:
    """Read the book from its tables."""
    rows = Responsibility.objects.select_related("body").order_by("body__code", "category", "valid")
    return ResponsibilityBook(
        [
            Answering(
                responsibility_id=row.pk,
                body_id=row.body_id,
                body=row.body.code,
                name_ar=row.body.name_ar,
                name_en=row.body.name_en,
                is_outside=row.body.is_outside,
                directorate_id=row.body.directorate_id,
                category_id=row.category_id,
                span=span(row.valid),
                source=row.source,
                ground=shape_of(row.boundary),
            )
            for row in rows
        ]
    )


_KEPT = Kept(read_book, "responsibilities")


def responsibility_book() -> ResponsibilityBook:
    """Return the book as the tables stand now (no query while nothing changed)."""
    return _KEPT.get()
