"""Who lies next to whom: steps on the lattice, and plain lists of neighbours for other ground."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Weights between n things as a list: ``weight`` of ``other`` for ``one``; never of itself."""

    n: int
    one: Ints
    other: Ints
    weight: Floats

    @classmethod
    def of(cls, neighbours: Mapping[int, Sequence[int]]) -> "Pairs":
        """Make weights of 1 from lists of neighbours; things are numbered from 0."""
        one = [i for i, near in neighbours.items() for _ in near]
        other = [j for near in neighbours.values() for j in near]
        return cls(
            len(neighbours), np.array(one, np.int64), np.array(other, np.int64), np.ones(len(one))
        )

    @classmethod
    def within(cls, points: NDArray[np.floating], distance: float) -> "Pairs":
        """Make weights of 1 between points (n x 2) at most so far apart; for few points."""
        apart = np.hypot(*(points[:, None, :] - points[None, :, :]).transpose(2, 0, 1))
        near = (apart <= distance) & ~np.eye(len(points), dtype=bool)
        one, other = np.nonzero(near)
        return cls(len(points), one, other, np.ones(len(one)))

    def with_itself(self) -> "Pairs":
        """Add everything to its own neighbours, with weight 1."""
        own = np.arange(self.n)
        return Pairs(
            self.n,
            np.concatenate([self.one, own]),
            np.concatenate([self.other, own]),
            np.concatenate([self.weight, np.ones(self.n)]),
        )

    def by_row(self) -> "Pairs":
        """Divide each thing's weights by their sum."""
        sums = np.bincount(self.one, self.weight, self.n)
        return Pairs(self.n, self.one, self.other, self.weight / sums[self.one])


Steps = tuple[tuple[int, int], ...]  # dx, dy of each neighbour


def steps_of(kind: str, *, band_m: float = 0.0, cell_m: float = 1.0) -> Steps:
    """Return the steps to a cell's neighbours, without itself.

    ``rook`` four by an edge, ``queen`` (king) eight by an edge or corner, ``band`` all whose
    middle is at most ``band_m`` metres from its own.
    """
    if kind == "rook":
        return ((0, -1), (-1, 0), (1, 0), (0, 1))
    reach = 1 if kind == "queen" else int(band_m // cell_m)
    span = range(-reach, reach + 1)
    all_steps = [(dx, dy) for dy in span for dx in span if (dx, dy) != (0, 0)]
    if kind == "queen":
        return tuple(all_steps)
    if kind != "band":
        raise ValueError(f"{kind} is not a kind of neighbours")
    far = band_m * band_m + 1e-9
    return tuple(s for s in all_steps if (s[0] ** 2 + s[1] ** 2) * cell_m * cell_m <= far)


def summed(grid: Floats, steps: Steps) -> Floats:
    """Return for each cell of a grid (rows of y, columns of x) the sum over its neighbours."""
    high, wide = grid.shape
    total = np.zeros_like(grid)
    for dx, dy in steps:
        if abs(dx) >= wide or abs(dy) >= high:
            continue
        to_y = slice(max(-dy, 0), high - max(dy, 0))
        from_y = slice(max(dy, 0), high - max(-dy, 0))
        to_x = slice(max(-dx, 0), wide - max(dx, 0))
        from_x = slice(max(dx, 0), wide - max(-dx, 0))
        total[to_y, to_x] += grid[from_y, from_x]
    return total
