"""Weighted sums beside the exact counts: by severity, or by age with a half-life.

A module of its own: the unweighted counts never pass through here.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maps.heat.denominators.cells import cell_key, cells_of_keys
from maps.heat.index import Block
from maps.heat.lattice import BLOCK_BITS, BLOCK_CELLS, Floats, Ints
from maps.heat.packing import Piece, day_number
from maps.heat.queries import Cells, Filter, Selection

_CELLS = BLOCK_CELLS * BLOCK_CELLS


@dataclass(frozen=True, slots=True)
class BySeverity:
    """A report weighs what the table says of its severity; 0 where the table is silent."""

    table: tuple[float, ...]

    def of(self, piece: Piece, rows: Ints) -> Floats:
        """Return the weights of rows of a piece."""
        known = np.zeros(256)
        known[: len(self.table)] = self.table
        return known[piece.severity[rows]]


@dataclass(frozen=True, slots=True)
class ByAge:
    """A report of the day ``on`` weighs 1, one ``half_life_days`` older a half, a later one 0."""

    on: dt.date
    half_life_days: int

    def of(self, piece: Piece, rows: Ints) -> Floats:
        """Return the weights of rows of a piece."""
        age = day_number(self.on) - piece.day[rows].astype(np.float64)
        return np.where(age < 0, 0.0, np.exp2(-np.maximum(age, 0) / self.half_life_days))


Weight = BySeverity | ByAge


def _block(
    pieces: Sequence[Piece], chosen: Filter, weight: Weight
) -> tuple[Ints, NDArray[np.float64]]:
    """Return count and weighted sum of a block's 64 x 64 cells."""
    count, weighted = np.zeros(_CELLS, np.int64), np.zeros(_CELLS)
    for piece in pieces:
        part, mask = chosen.rows(piece)
        rows = np.arange(part.start, part.stop)
        rows = rows if mask is None else rows[mask]
        cell = piece.cell[rows]
        count += piece.sign * np.bincount(cell, minlength=_CELLS)
        weighted += piece.sign * np.bincount(cell, weight.of(piece, rows), _CELLS)
    return count, weighted


def weighted_cells(
    blocks: Mapping[Block, Sequence[Piece]], selection: Selection, weight: Weight, *, level: int
) -> Cells:
    """Count reports by cell of a level, each cell with the sum of their weights too."""
    chosen = Filter.of(selection)
    keys: list[Ints] = [np.zeros(0, np.int64)]
    counts: list[Ints] = [np.zeros(0, np.int64)]
    sums: list[Floats] = [np.zeros(0)]
    for (bx, by), pieces in blocks.items():
        count, weighted = _block(pieces, chosen, weight)
        held = np.flatnonzero(count)
        x = ((bx << BLOCK_BITS) + (held & (BLOCK_CELLS - 1))) >> level
        y = ((by << BLOCK_BITS) + (held >> BLOCK_BITS)) >> level
        keys.append(cell_key(x, y))
        counts.append(count[held])
        sums.append(weighted[held])
    unique, back = np.unique(np.concatenate(keys), return_inverse=True)
    n, back = len(unique), back.ravel()
    total = np.bincount(back, np.concatenate(counts), n).astype(np.int64)
    # What was added and taken away again may leave a rounding error, never less than nothing.
    weighed = np.maximum(np.bincount(back, np.concatenate(sums), n), 0.0)
    x, y = cells_of_keys(unique)
    return Cells(level, x, y, total, weighed.astype(np.float64))
