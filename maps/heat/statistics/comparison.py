"""Two periods of one place: did reports become more, and is it more than chance?

Given n = a + b reports in both periods, a of the first is binomial with share
r = t_a / (t_a + t_b) of the exposures if the rate stayed the same (Przyborowski and Wilenski
1940).  The test is exact and two-sided (all outcomes as unlikely as the one seen); the interval
of the rate ratio is Clopper and Pearson's (1934), turned into a ratio.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maps.heat.statistics.discovery import adjusted
from maps.heat.statistics.distributions import beta_point, binomial_chances

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
BELIEVED = 0.05  # largest q of a verdict
CONFIDENCE = 0.95
_AS_UNLIKELY = 1 + 1e-7  # equal chances differ by rounding


@dataclass(frozen=True, slots=True)
class Change:
    """The verdict on n places: rate ratio after / before with interval, p, q, -1 / 0 / 1.

    ``ratio`` is infinite where nothing was before (written as null), NaN where nothing at all.
    """

    ratio: Floats
    low: Floats
    high: Floats
    p: Floats
    q: Floats
    verdict: NDArray[np.int8]


def exact_p(after: int, before: int, share: float) -> float:
    """Return the two-sided p of ``after`` successes of both, each with chance ``share``."""
    n = after + before
    return float(_p_of_total(n, share)[after])


def _p_of_total(n: int, share: float) -> Floats:
    """Return the p of every split of n: the chances that are not above its own, summed."""
    chances = binomial_chances(n, share)
    order = np.argsort(chances, kind="stable")
    running = np.cumsum(chances[order])
    last = np.searchsorted(chances[order], chances * _AS_UNLIKELY, "right") - 1
    return np.minimum(running[last], 1.0)


def _p(after: Ints, before: Ints, share: float) -> Floats:
    p = np.full(len(after), np.nan)
    total = after + before
    for n in np.unique(total[total > 0]).tolist():
        mine = total == n
        p[mine] = _p_of_total(n, share)[after[mine]]
    return p


def _bounds(after: Ints, before: Ints) -> tuple[Floats, Floats]:
    """Return the interval of the share of ``after``: Clopper and Pearson."""
    tail = (1 - CONFIDENCE) / 2
    pairs, back = np.unique(np.stack([after, before], axis=1), axis=0, return_inverse=True)
    a, b = pairs[:, 0].astype(np.float64), pairs[:, 1].astype(np.float64)
    low = np.where(a > 0, beta_point(np.maximum(a, 1), b + 1, tail), 0.0)
    high = np.where(b > 0, beta_point(a + 1, np.maximum(b, 1), 1 - tail), 1.0)
    return low[back.ravel()], high[back.ravel()]


def compared(after: Ints, before: Ints, *, exposure: float) -> Change:
    """Compare places; ``exposure`` is after's share of both exposures, above 0 and below 1.

    Days of the periods, or, against the city's own change, the city's reports in them.  Places
    without a report in either period are not tested.
    """
    if not 0 < exposure < 1:
        raise ValueError("both periods need an exposure")
    p = _p(after, before, exposure)
    q = adjusted(p)
    odds = exposure / (1 - exposure)  # of the exposures: the ratio of counts if nothing changed
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = after / before / odds
        low_share, high_share = _bounds(after, before)
        low = low_share / (1 - low_share) / odds
        high = high_share / (1 - high_share) / odds
    none = after + before == 0
    low, high = np.where(none, np.nan, low), np.where(none, np.nan, high)
    verdict = np.where(q <= BELIEVED, np.where(ratio > 1, 1, -1), 0).astype(np.int8)
    return Change(ratio, low, high, p, q, verdict)
