"""Counts of reports by cell, month, place and kind: sums over the index, exact to the last one."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maps.heat.index import Block, HeatLayer, read
from maps.heat.lattice import BLOCK_BITS, BLOCK_CELLS, SIZES, Floats, Ints, Window
from maps.heat.packing import DAY_ZERO, Piece, day_number
from maps.heat.prepared import KEPT, MAX_GRID, Prepared, size_of

Mask = NDArray[np.bool_]
_FIELDS = {"category": 1 << 16, "status": 1 << 8, "channel": 1 << 8, "wilayat": 1 << 16}


@dataclass(frozen=True, slots=True)
class Selection:
    """Which reports are counted; None means all.  ``until`` is the day after the last."""

    since: dt.date | None = None
    until: dt.date | None = None
    category: frozenset[int] | None = None
    status: frozenset[int] | None = None
    channel: frozenset[int] | None = None
    wilayat: frozenset[int] | None = None
    area: frozenset[int] | None = None

    def everything(self) -> bool:
        """Tell whether nothing is left out."""
        return self == ALL


ALL = Selection()


@dataclass(frozen=True, slots=True)
class Cells:
    """Cells with reports in them, in the order of y, x; ``level`` of the lattice.

    ``weighted`` is the sum of the reports' weights where some were asked for (weights.py).
    """

    level: int
    x: Ints
    y: Ints
    count: Ints
    weighted: Floats | None = None

    def chosen(self, kept: "Mask | slice") -> "Cells":
        """Return some of the cells."""
        weighted = None if self.weighted is None else self.weighted[kept]
        return Cells(self.level, self.x[kept], self.y[kept], self.count[kept], weighted)

    def total(self) -> int:
        """Reports of all cells."""
        return int(self.count.sum())

    @property
    def cell_m(self) -> int:
        """Width of a cell in metres."""
        return SIZES[self.level]


@dataclass(frozen=True, slots=True)
class Filter:
    """A selection made ready for many pieces."""

    first: int
    last: int
    tables: Mapping[str, Mask]
    areas: NDArray[np.uint32] | None

    @classmethod
    def of(cls, selection: Selection) -> "Filter":
        """Turn sets of codes into tables that a column of codes is looked up in."""
        tables = {}
        for name, size in _FIELDS.items():
            codes: frozenset[int] | None = getattr(selection, name)
            if codes is not None:
                table = np.zeros(size, bool)
                table[[code for code in codes if 0 <= code < size]] = True
                tables[name] = table
        areas = None if selection.area is None else np.array(sorted(selection.area), np.uint32)
        first = 0 if selection.since is None else day_number(selection.since)
        last = 1 << 16 if selection.until is None else day_number(selection.until)
        return cls(first, last, tables, areas)

    def rows(self, piece: Piece | Prepared) -> tuple[slice, Mask | None]:
        """Return the slice of days and, within it, which rows count (None: all)."""
        first, last = self.first, self.last
        start = 0 if first == 0 else int(np.searchsorted(piece.day, first, "left"))
        stop = len(piece) if last > 0xFFFF else int(np.searchsorted(piece.day, last, "left"))
        part = slice(start, max(start, stop))
        mask: Mask | None = None
        for name, table in self.tables.items():
            met = table.take(getattr(piece, name)[part])  # takes half of what indexing does
            mask = met if mask is None else mask & met
        if self.areas is not None:
            met = np.isin(piece.area[part], self.areas)
            mask = met if mask is None else mask & met
        return part, mask

    def only_column(self) -> str | None:
        """Return the one column that this looks at, if it is one of codes and there is no other."""
        if self.first or self.last <= 0xFFFF or self.areas is not None or len(self.tables) != 1:
            return None
        return next(iter(self.tables))

    def column(self, piece: Piece | Prepared, name: str) -> NDArray[np.unsignedinteger]:
        """Return one column of the rows that count."""
        part, mask = self.rows(piece)
        column: NDArray[np.unsignedinteger] = getattr(piece, name)[part]
        return column if mask is None else column.compress(mask)


def _block_counts(pieces: Sequence[Piece], chosen: Filter, *, whole: bool) -> Ints:
    """Return the counts of a block's 64 x 64 cells."""
    total = np.zeros(BLOCK_CELLS * BLOCK_CELLS, np.int64)
    for piece in pieces:
        if whole:
            counts = piece.counts
        else:
            counts = np.bincount(chosen.column(piece, "cell"), minlength=total.size)
        total += counts if piece.sign > 0 else -counts
    return total


def _coarser(counts: Ints, level: int) -> Ints:
    """Sum a block's cells to a level, as a square (one number from 3.2 km on)."""
    step = 1 << min(level, BLOCK_BITS)
    side = BLOCK_CELLS // step
    square = counts.reshape(side, step, side, step)
    return square.sum(axis=(1, 3)) if step > 1 else counts.reshape(side, side)


def gathered(level: int, parts: list[tuple[Ints, Ints, Ints]]) -> Cells:
    """Put cells (x, y, count) of some blocks each together, in the order of y, x."""
    if not parts:
        none = np.zeros(0, np.int64)
        return Cells(level, none, none, none)
    x, y, count = (np.concatenate(column) for column in zip(*parts, strict=True))
    if level > BLOCK_BITS:  # several blocks make one cell
        place, back = np.unique(np.stack([y, x], axis=1), axis=0, return_inverse=True)
        count = np.bincount(back.ravel(), weights=count).astype(np.int64)
        y, x = place[:, 0], place[:, 1]
        kept = count > 0
        return Cells(level, x[kept], y[kept], count[kept])
    order = np.lexsort((x, y))
    return Cells(level, x[order], y[order], count[order])


def count_blocks(
    blocks: Mapping[Block, Sequence[Piece]], selection: Selection, *, level: int
) -> Cells:
    """Count the reports of blocks that were read, by cell of a level."""
    chosen, whole = Filter.of(selection), selection.everything()
    up = max(level - BLOCK_BITS, 0)
    side = BLOCK_CELLS >> min(level, BLOCK_BITS)
    parts = []
    for (bx, by), pieces in blocks.items():
        square = _coarser(_block_counts(pieces, chosen, whole=whole), level)
        ys, xs = np.nonzero(square)
        if len(xs):
            parts.append(((bx * side + xs) >> up, (by * side + ys) >> up, square[ys, xs]))
    return gathered(level, parts)


def within(cells: Cells, window: Window) -> Cells:
    """Return the cells of a window."""
    kept = (
        (cells.x >= window.x0)
        & (cells.x < window.x1)
        & (cells.y >= window.y0)
        & (cells.y < window.y1)
    )
    return cells.chosen(kept)


def _spot_counts(rows: Prepared, chosen: Filter, *, whole: bool) -> Ints:
    """Return the counts of a window's cells; most questions are answered from the margins."""
    if whole:
        return rows.counts
    name = chosen.only_column()
    margin = rows.margin(name) if name else None
    if name is None or margin is None:
        return np.bincount(chosen.column(rows, "spot"), minlength=rows.cells)
    counted: Ints = margin[chosen.tables[name][: len(margin)]].sum(axis=0, dtype=np.int64)
    return counted


def _count_window(prepared: Sequence[Prepared], selection: Selection, window: Window) -> Cells:
    """Count the reports of a window that was made ready."""
    chosen, whole = Filter.of(selection), selection.everything()
    total = np.zeros(size_of(window), np.int64)
    for rows in prepared:
        counts = _spot_counts(rows, chosen, whole=whole)
        total += counts if rows.sign > 0 else -counts
    spots = np.flatnonzero(total)
    wide = max(window.x1 - window.x0, 1)
    return Cells(window.level, spots % wide + window.x0, spots // wide + window.y0, total[spots])


def count_cells(
    layer: HeatLayer, selection: Selection, *, level: int, window: Window | None = None
) -> Cells:
    """Count reports by cell; with a window only its cells, each with its full count."""
    if window is None:
        return count_blocks(read(layer), selection, level=level)
    if size_of(window) > MAX_GRID:
        return within(count_blocks(read(layer, window), selection, level=level), window)
    return _count_window(KEPT.get(layer, window), selection, window)


@dataclass(frozen=True, slots=True)
class Totals:
    """Reports of a selection by month (first day), wilayat, category and status; 0 = none."""

    count: int
    months: dict[dt.date, int]
    wilayats: dict[int, int]
    categories: dict[int, int]
    statuses: dict[int, int]


def _tally(columns: list[tuple[int, NDArray[np.unsignedinteger]]], size: int) -> Ints:
    total = np.zeros(size, np.int64)
    for sign, column in columns:
        total += sign * np.bincount(column, minlength=size)
    return total


def _by_code(tally: Ints) -> dict[int, int]:
    return {int(code): int(tally[code]) for code in np.flatnonzero(tally)}


def _by_month(days: Ints) -> dict[dt.date, int]:
    months: dict[dt.date, int] = {}
    for number in np.flatnonzero(days):
        month = (DAY_ZERO + dt.timedelta(days=int(number))).replace(day=1)
        months[month] = months.get(month, 0) + int(days[number])
    return {month: n for month, n in months.items() if n}


def totals_of(pieces: Sequence[Piece], selection: Selection) -> Totals:
    """Sum pieces up by month, wilayat, category and status."""
    chosen = Filter.of(selection)
    parts = [(piece.sign, piece, *chosen.rows(piece)) for piece in pieces]

    def tally(name: str, size: int) -> Ints:
        columns = []
        for sign, piece, part, mask in parts:
            column = getattr(piece, name)[part]
            columns.append((sign, column if mask is None else column[mask]))
        plus = [c for sign, c in columns if sign > 0]
        minus = [c for sign, c in columns if sign < 0]
        joined = [(1, np.concatenate(plus))] if plus else []
        return _tally(joined + ([(-1, np.concatenate(minus))] if minus else []), size)

    days = tally("day", 1 << 16)
    return Totals(
        count=int(days.sum()),
        months=_by_month(days),
        wilayats=_by_code(tally("wilayat", 1 << 16)),
        categories=_by_code(tally("category", 1 << 16)),
        statuses=_by_code(tally("status", 1 << 8)),
    )


def totals(layer: HeatLayer, selection: Selection) -> Totals:
    """Sum the whole layer up, of one instant."""
    blocks = read(layer)
    return totals_of([piece for pieces in blocks.values() for piece in pieces], selection)


def totals_in_cell(layer: HeatLayer, selection: Selection, *, level: int, x: int, y: int) -> Totals:
    """Sum one cell up."""
    window = Window(level, x, y, x + 1, y + 1)
    return totals_of_cell(read(layer, window), selection, level=level, x=x, y=y)


def totals_of_cell(
    blocks: Mapping[Block, Sequence[Piece]], selection: Selection, *, level: int, x: int, y: int
) -> Totals:
    """Sum one cell of blocks up."""
    kept = []
    for pieces in blocks.values():
        for piece in pieces:
            cx = ((piece.bx << BLOCK_BITS) + (piece.cell & (BLOCK_CELLS - 1)).astype(int)) >> level
            cy = ((piece.by << BLOCK_BITS) + (piece.cell >> BLOCK_BITS).astype(int)) >> level
            kept.append(part_of(piece, (cx == x) & (cy == y)))
    return totals_of(kept, selection)


def part_of(piece: Piece, mask: Mask) -> Piece:
    """Return some rows of a piece."""
    names = ("day", "cell", "category", "wilayat", "area", "status", "channel", "severity")
    columns = {name: getattr(piece, name)[mask] for name in names}
    return Piece(piece.id, piece.bx, piece.by, piece.sign, **columns)
