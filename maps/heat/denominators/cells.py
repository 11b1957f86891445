"""Values on the smallest cells of the lattice, packed for a row and summed to any level."""

import struct
import zlib
from dataclasses import dataclass, field
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from maps.heat.lattice import Floats, Ints

Small = NDArray[np.int32]
_HEAD = struct.Struct(">I")  # how many cells
_EAST = 1 << 31  # brings a signed column into 32 bits without a sign


def cell_key(x: NDArray[np.integer], y: NDArray[np.integer]) -> Ints:
    """Number cells so that they sort by y, then x."""
    return (y.astype(np.int64) << 32) + (x.astype(np.int64) + _EAST)


def cells_of_keys(keys: Ints) -> tuple[Ints, Ints]:
    """Return x, y of numbered cells."""
    return (keys & 0xFFFFFFFF) - _EAST, keys >> 32


@dataclass(frozen=True)
class CellValues:
    """Cells with a value above 0, by y, then x; of level 0 unless ``at`` made them."""

    x: Small
    y: Small
    value: Floats
    _levels: dict[int, "CellValues"] = field(default_factory=dict, compare=False, repr=False)
    _lock: Lock = field(default_factory=Lock, compare=False, repr=False)

    @classmethod
    def summed(
        cls, x: NDArray[np.integer], y: NDArray[np.integer], value: NDArray[np.floating]
    ) -> "CellValues":
        """Sum values by cell; what is not above 0 is left out."""
        keys, back = np.unique(cell_key(x, y), return_inverse=True)
        sums = np.bincount(back.ravel(), weights=value, minlength=len(keys)).astype(np.float64)
        kept = sums > 0
        cx, cy = cells_of_keys(keys[kept])
        return cls(cx.astype(np.int32), cy.astype(np.int32), sums[kept])

    def __len__(self) -> int:
        return len(self.x)

    def total(self) -> float:
        """Sum of all cells."""
        return float(self.value.sum())

    def at(self, level: int) -> "CellValues":
        """Return the sums by cell of a level; kept, as every tile asks for the same."""
        if level == 0:
            return self
        with self._lock:
            if level not in self._levels:
                self._levels[level] = CellValues.summed(
                    self.x >> level, self.y >> level, self.value
                )
            return self._levels[level]

    def of(self, x: Ints, y: Ints) -> Floats:
        """Return the values of cells, NaN where a cell has none."""
        if not len(self):
            return np.full(len(x), np.nan)
        known, asked = cell_key(self.x, self.y), cell_key(x, y)
        place = np.searchsorted(known, asked).clip(0, len(known) - 1)
        return np.where(known[place] == asked, self.value[place], np.nan)

    def pack(self) -> bytes:
        """Write columns x, y as differences and the values, compressed."""
        columns = [
            np.diff(self.x, prepend=np.int32(0)).astype(">i4").tobytes(),
            np.diff(self.y, prepend=np.int32(0)).astype(">i4").tobytes(),
            self.value.astype(">f8").tobytes(),
        ]
        return zlib.compress(_HEAD.pack(len(self)) + b"".join(columns), 6)


def unpack(data: bytes) -> CellValues:
    """Read what ``pack`` wrote."""
    plain = zlib.decompress(data)
    (n,) = _HEAD.unpack_from(plain)
    at = _HEAD.size
    x = np.cumsum(np.frombuffer(plain, ">i4", n, at), dtype=np.int32)
    y = np.cumsum(np.frombuffer(plain, ">i4", n, at + 4 * n), dtype=np.int32)
    return CellValues(x, y, np.frombuffer(plain, ">f8", n, at + 8 * n).astype(np.float64))
