"""Hot and cold spots: Getis and Ord's local statistics Gi and Gi*, with z scores and classes.

Gi*(i) = sum_j w_ij x_j / sum_j x_j over all j, i itself among its neighbours; Gi leaves i out.
Under no pattern, with W_i the sum of the n binary weights, m and s2 the mean and variance (by n)
of x:  E = W_i / n,  Var = W_i (n - W_i) s2 / (n^2 (n - 1) m^2),  z = (Gi* - E) / sqrt(Var)
(Getis and Ord 1992, eq. 3-5; for weights 0 and 1 that is Ord and Getis 1995, eq. 14).  For Gi,
n, m and s2 are of the others.  esda uses the same moments for weights divided by their row.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maps.heat.statistics.discovery import adjusted
from maps.heat.statistics.distributions import two_sided_normal
from maps.heat.statistics.neighbours import Floats, Pairs, Steps, summed

LEVELS = ((3, 0.01), (2, 0.05), (1, 0.10))  # class, largest q: 99, 95, 90 per cent
HOT, COLD = {3: "hot_99", 2: "hot_95", 1: "hot_90"}, {3: "cold_99", 2: "cold_95", 1: "cold_90"}
CLASSES = {k: v for k, v in HOT.items()} | {-k: v for k, v in COLD.items()} | {0: "none"}


@dataclass(frozen=True, slots=True)
class Spots:
    """The verdict on n cells: z, two-sided p, q across all tested, class -3 (cold 99 %) to 3."""

    z: Floats
    p: Floats
    q: Floats
    verdict: NDArray[np.int8]


def _z(sums: Floats, weight: Floats, x: Floats, *, itself: bool) -> Floats:
    """Return z of sums over neighbours; NaN where the variance is nil (no neighbour, or all)."""
    n = len(x) - (0 if itself else 1)
    others = np.zeros(len(x)) if itself else x
    total, squares = x.sum() - others, (x * x).sum() - others * others
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = total / n
        variance = squares / n - mean * mean
        expected = weight * mean
        spread = np.sqrt(weight * (n - weight) * variance / (n - 1))
        z = (sums - expected) / spread
    flat = ~(spread > 1e-12 * np.maximum(np.abs(expected), 1e-300))
    return np.where(flat, np.nan, z)


def local_g(x: NDArray[np.generic], near: Pairs, *, itself: bool) -> Floats:
    """Return z of Gi (``itself`` False) or Gi* of n values over listed neighbours.

    ``near`` are the neighbours as they count: with itself, and divided by row, if so wished.
    """
    values = np.asarray(x, np.float64)
    sums = np.bincount(near.one, near.weight * values[near.other], near.n)
    weight = np.bincount(near.one, near.weight, near.n)
    return _z(sums.astype(np.float64), weight.astype(np.float64), values, itself=itself)


def lattice_g_star(counts: NDArray[np.generic], ground: NDArray[np.bool_], steps: Steps) -> Floats:
    """Return z of Gi* for the cells of ``ground`` (rows of y, columns of x), in their order.

    Cells outside the ground are nobody's neighbours; those in it without reports count as 0.
    """
    grid = np.where(ground, np.asarray(counts, np.float64), 0.0)
    sums = grid + summed(grid, steps)
    weight = 1.0 + summed(ground.astype(np.float64), steps)
    return _z(sums[ground], weight[ground], grid[ground], itself=True)


def verdicts(z: Floats) -> Spots:
    """Turn z scores into classes: significant by q (false-discovery rate), hot above the mean."""
    p = np.where(np.isnan(z), np.nan, two_sided_normal(np.nan_to_num(z)))
    q = adjusted(p)
    verdict = np.zeros(len(z), np.int8)
    for number, most in reversed(LEVELS):
        verdict[q <= most] = number
    verdict[z < 0] *= -1
    return Spots(z, p, q, verdict)
