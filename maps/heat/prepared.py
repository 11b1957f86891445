"""Reports of a window made ready for counting: one array a column, by day, cells numbered.

A map asks for the same tiles again and again with other filters.  What does not depend on the
filter (which cell of the window each report lies in) is worked out once and kept as long as the
pieces it was made of are those in the table.
"""

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from maps.heat.index import HeatLayer, piece_ids, read
from maps.heat.lattice import BLOCK_BITS, BLOCK_CELLS, Ints, Window
from maps.heat.packing import Piece

KEPT_REPORTS = 12_000_000  # over all windows of a process, 16 to 20 bytes each
MAX_GRID = 1_000_000  # cells of a window; wider ones are counted block by block


@dataclass(frozen=True)
class Prepared:
    """Reports of one sign in a window; ``spot`` is the cell's number in it, row by row.

    ``margins`` are what ``margin`` has worked out; two threads that do it at once do the same.
    """

    sign: int
    cells: int
    spot: NDArray[np.int32]
    day: NDArray[np.uint16]
    category: NDArray[np.uint16]
    wilayat: NDArray[np.uint16]
    area: NDArray[np.uint32]
    status: NDArray[np.uint8]
    channel: NDArray[np.uint8]
    margins: dict[str, NDArray[np.int32] | None] = field(default_factory=dict, init=False)

    def margin(self, name: str) -> NDArray[np.int32] | None:
        """Return how many reports each cell has of each code of a column, codes x cells.

        None for a column of so many codes that this would be longer than the reports themselves.
        """
        if name not in self.margins:
            codes = getattr(self, name)
            n = int(codes.max(initial=0)) + 1
            self.margins[name] = None
            if n * self.cells <= len(self):
                place = codes.astype(np.int64) * self.cells + self.spot
                counted = np.bincount(place, minlength=n * self.cells).astype(np.int32)
                self.margins[name] = counted.reshape(n, self.cells)
        return self.margins[name]

    @cached_property
    def counts(self) -> Ints:
        """Return how many reports each cell has."""
        return np.bincount(self.spot, minlength=self.cells)

    def __len__(self) -> int:
        return len(self.day)


def size_of(window: Window) -> int:
    """Return how many cells a window has."""
    return max(window.x1 - window.x0, 0) * max(window.y1 - window.y0, 0)


def _spots(piece: Piece, window: Window) -> Ints:
    """Number each report's cell in the window; -1 outside."""
    local = np.arange(BLOCK_CELLS)
    x = (((piece.bx << BLOCK_BITS) + local) >> window.level) - window.x0
    y = (((piece.by << BLOCK_BITS) + local) >> window.level) - window.y0
    wide = window.x1 - window.x0
    x = np.where((x >= 0) & (x < wide), x, -1)
    y = np.where((y >= 0) & (y < window.y1 - window.y0), y, -1)
    table = np.where((x[None, :] < 0) | (y[:, None] < 0), -1, y[:, None] * wide + x[None, :])
    spots: Ints = table.ravel()[piece.cell]
    return spots


def prepare(pieces: Sequence[Piece], window: Window) -> list[Prepared]:
    """Gather the reports of pieces that lie in a window, by sign."""
    made = []
    for sign in (1, -1):
        mine = [piece for piece in pieces if piece.sign == sign]
        if not mine:
            continue
        spot = np.concatenate([_spots(piece, window) for piece in mine])
        day = np.concatenate([piece.day for piece in mine])
        inside = np.flatnonzero(spot >= 0)
        order = inside[np.argsort(day[inside], kind="stable")]
        columns = {
            name: np.concatenate([getattr(piece, name) for piece in mine])[order]
            for name in ("category", "wilayat", "area", "status", "channel")
        }
        spots = spot[order].astype(np.int32)
        made.append(Prepared(sign, size_of(window), spots, day[order], **columns))
    return made


class _Kept:
    """Prepared windows of this process; the longest unused are dropped first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._held: OrderedDict[tuple[int, Window], tuple[tuple[int, ...], list[Prepared]]]
        self._held = OrderedDict()
        self._reports = 0

    def get(self, layer: HeatLayer, window: Window) -> list[Prepared]:
        """Return the reports of a window as they are in the table at this instant."""
        ids = piece_ids(layer, window)
        key = (layer.number, window)
        with self._lock:
            held = self._held.get(key)
            if held is not None and held[0] == ids:
                self._held.move_to_end(key)
                return held[1]
        pieces = [piece for found in read(layer, window).values() for piece in found]
        ids = tuple(sorted(piece.id for piece in pieces))
        made = prepare(pieces, window)
        with self._lock:
            self._drop(key)
            self._held[key] = (ids, made)
            self._reports += sum(map(len, made))
            while self._reports > KEPT_REPORTS and len(self._held) > 1:
                self._drop(next(iter(self._held)))
        return made

    def _drop(self, key: tuple[int, Window]) -> None:
        held = self._held.pop(key, None)
        if held is not None:
            self._reports -= sum(map(len, held[1]))


KEPT = _Kept()
