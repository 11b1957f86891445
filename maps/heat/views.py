"""Two ways to see one layer, with the same questions: exact for planners, released for all.

``ExactHeat`` sums the index, ``PublicHeat`` sums released atoms and can do nothing else.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from maps.heat import queries
from maps.heat.drawn import blocks_within
from maps.heat.geojson import Box, cells_touching
from maps.heat.index import Block, HeatLayer, read
from maps.heat.lattice import LEVELS, Ints, Window
from maps.heat.packing import Piece
from maps.heat.published import released_atoms
from maps.heat.queries import Cells, Selection, Totals
from maps.heat.release import KIND, NO_CELL, NO_WILAYAT_TOLD, PLACE
from maps.heat.weights import Weight, weighted_cells
from municipality.conf import PROFILE


def _last_day(until: dt.date | None) -> dt.date | None:
    return None if until is None else until - dt.timedelta(days=1)


@dataclass(frozen=True)
class ExactHeat:
    """Every report that meets the selection, as it is now."""

    layer: HeatLayer
    selection: Selection
    shape: BaseGeometry | None = None  # METRIC: only reports that it covers
    weight: Weight | None = None
    name = "exact"

    @property
    def first_day(self) -> dt.date | None:
        """Return the first day asked for; None: the period is open."""
        return self.selection.since

    @property
    def last_day(self) -> dt.date | None:
        """Return the last day asked for, which dates a denominator; None: the period is open."""
        return _last_day(self.selection.until)

    def blocks(self, window: Window | None = None) -> Mapping[Block, Sequence[Piece]]:
        """Return the pieces that hold the reports of a window, of one instant, not yet filtered."""
        if self.shape is not None:
            return blocks_within(self.layer, self.shape)
        return read(self.layer, window)

    def cells(self, *, level: int, window: Window | None = None) -> Cells:
        """Return cells with reports."""
        if self.shape is None and self.weight is None:
            return queries.count_cells(self.layer, self.selection, level=level, window=window)
        blocks = self.blocks(window)
        if self.weight is None:
            found = queries.count_blocks(blocks, self.selection, level=level)
        else:
            found = weighted_cells(blocks, self.selection, self.weight, level=level)
        return found if window is None else queries.within(found, window)

    def suppressed(self, *, level: int | None, box: Box | None = None) -> int:
        """Nothing is withheld."""
        return 0

    def totals(self) -> Totals:
        """Return the sums of the selection."""
        pieces = [piece for found in self.blocks().values() for piece in found]
        return queries.totals_of(pieces, self.selection)

    def totals_in_cell(self, *, level: int, x: int, y: int) -> Totals:
        """Return the sums of one cell."""
        blocks = self.blocks(Window(level, x, y, x + 1, y + 1))
        return queries.totals_of_cell(blocks, self.selection, level=level, x=x, y=y)


def _holds_the_city(box: Box) -> bool:
    west, south, east, north = PROFILE.extent
    return box[0] <= west and box[1] <= south and box[2] >= east and box[3] >= north


def _month_number(day: dt.date) -> int:
    return day.year * 12 + day.month - 1


def _sums(keys: NDArray[np.generic], n: NDArray[np.generic]) -> dict[int, int]:
    unique, back = np.unique(keys, return_inverse=True)
    sums = np.bincount(back.ravel(), weights=n, minlength=len(unique))
    return {int(key): int(total) for key, total in zip(unique, sums, strict=True)}


@dataclass(frozen=True)
class PublicHeat:
    """Whole months, at most one category and one wilayat; only sums of released atoms."""

    layer: HeatLayer
    since: dt.date | None = None
    until: dt.date | None = None
    category: int | None = None
    wilayat: int | None = None
    name = "public"

    @property
    def first_day(self) -> dt.date | None:
        """Return the first day asked for; None: the period is open."""
        return self.since

    @property
    def last_day(self) -> dt.date | None:
        """Return the last day asked for, which dates a denominator; None: the period is open."""
        return _last_day(self.until)

    @cached_property
    def _chosen(self) -> tuple[NDArray[np.void], Ints]:
        """Atoms of the months and wilayat, of both sorts."""
        atoms, months = released_atoms(self.layer)
        kept = np.ones(len(atoms), bool)
        if self.since is not None:
            kept &= months >= _month_number(self.since)
        if self.until is not None:
            kept &= months < _month_number(self.until)
        if self.wilayat is not None:
            kept &= atoms["wilayat"] == self.wilayat
        return atoms[kept], months[kept]

    @cached_property
    def _counted(self) -> tuple[NDArray[np.void], Ints]:
        """Atoms that make up the count: places, or those of the category."""
        atoms, months = self._chosen
        if self.category is None:
            kept = atoms["what"] == PLACE
        else:
            kept = (atoms["what"] == KIND) & (atoms["category"] == self.category)
        return atoms[kept], months[kept]

    def cells(self, *, level: int, window: Window | None = None) -> Cells:
        """Return cells whose atoms lie wholly in them; what is told only coarser is left out."""
        atoms, _ = self._counted
        atoms = atoms[atoms["level"] <= level]
        up = level - atoms["level"].astype(np.int64)
        x, y = atoms["x"].astype(np.int64) >> up, atoms["y"].astype(np.int64) >> up
        n = atoms["n"]
        if window is not None:
            met = (x >= window.x0) & (x < window.x1) & (y >= window.y0) & (y < window.y1)
            x, y, n = x[met], y[met], n[met]
        place, back = np.unique((y << 32) + (x & 0xFFFFFFFF), return_inverse=True)
        count = np.bincount(back.ravel(), weights=n, minlength=len(place)).astype(np.int64)
        west = ((place & 0xFFFFFFFF) ^ 0x80000000) - 0x80000000  # the sign of x again
        return Cells(level, west, place >> 32, count)

    def suppressed(self, *, level: int | None, box: Box | None = None) -> int:
        """Return how many released reports have no cell of this size (None: of any size).

        In a box (degrees) only those whose larger cell touches it; reports that are told without
        any cell lie in the box that holds the city's whole extent, and in no smaller one.
        Every such number is a sum of whole atoms (docs/algorithms/heat-release.md).
        """
        atoms, _ = self._counted
        hidden = atoms[atoms["level"] > (NO_CELL - 1 if level is None else level)]
        if box is None or _holds_the_city(box):
            return int(hidden["n"].sum())
        found = 0
        for size in np.unique(hidden["level"][hidden["level"] < LEVELS]).tolist():
            mine = hidden[hidden["level"] == size]
            x, y, n = (mine[name].astype(np.int64) for name in ("x", "y", "n"))
            found += cells_touching(Cells(size, x, y, n), box)[0].total()
        return found

    def kinds(self, atoms: NDArray[np.void]) -> dict[int, int]:
        """Return told reports by category."""
        kinds = atoms[atoms["what"] == KIND]
        if self.category is not None:
            kinds = kinds[kinds["category"] == self.category]
        return _sums(kinds["category"], kinds["n"])

    def totals(self) -> Totals:
        """Return the sums of the selection; categories add up to less where kinds are untold."""
        atoms, months = self._counted
        by_month = _sums(months, atoms["n"])
        wilayats = _sums(atoms["wilayat"], atoms["n"])
        wilayats.pop(NO_WILAYAT_TOLD, None)
        return Totals(
            count=int(atoms["n"].sum()),
            months={dt.date(m // 12, m % 12 + 1, 1): n for m, n in by_month.items()},
            wilayats=wilayats,
            categories=self.kinds(self._chosen[0]),
            statuses={},
        )

    def totals_in_cell(self, *, level: int, x: int, y: int) -> Totals:
        """Return the sums of one cell."""

        def inside(atoms: NDArray[np.void]) -> NDArray[np.void]:
            atoms = atoms[atoms["level"] <= level]
            up = level - atoms["level"].astype(np.int64)
            met = (atoms["x"].astype(np.int64) >> up == x) & (
                atoms["y"].astype(np.int64) >> up == y
            )
            kept: NDArray[np.void] = atoms[met]
            return kept

        atoms = inside(self._counted[0])
        return Totals(
            count=int(atoms["n"].sum()),
            months={},
            wilayats={},
            categories=self.kinds(inside(self._chosen[0])),
            statuses={},
        )


Heat = ExactHeat | PublicHeat
