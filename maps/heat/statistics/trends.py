"""A trend over months: does a place get more reports from year to year, beyond its own noise?

Log-linear: expected reports of a month = days * exp(level + slope * t), t in years, fitted as
Poisson by iteratively reweighted least squares (McCullagh and Nelder 1989, §2.5).  Reports come
in bunches, so the variance is taken as phi times the mean (quasi-Poisson, §9.2), phi estimated
by Pearson's X2 / (months - 2) and never below 1; the slope is tested by Student's t.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maps.heat.statistics.discovery import adjusted
from maps.heat.statistics.distributions import t_point, two_sided_t

Floats = NDArray[np.float64]
BELIEVED = 0.05
FEWEST_MONTHS = 6
_STEPS = 60


@dataclass(frozen=True, slots=True)
class Trend:
    """One place's slope: ``per_year`` is the ratio of a year to the one before, with interval.

    All NaN where it cannot be told: fewer than six months, or reports in fewer than two.
    """

    slope: float
    error: float
    dispersion: float
    p: float
    per_year: float
    low: float
    high: float


UNKNOWN = Trend(*[float("nan")] * 7)


def fitted(
    counts: NDArray[np.generic], days: NDArray[np.generic], years: NDArray[np.floating]
) -> tuple[float, float, float, float]:
    """Return level, slope, its plain Poisson error and Pearson's X2; one row a month."""
    y, exposure, t = (np.asarray(v, np.float64) for v in (counts, days, years))
    design = np.stack([np.ones_like(t), t - t.mean()], axis=1)
    offset = np.log(exposure)
    beta = np.array([np.log(y.sum() / exposure.sum()), 0.0])
    information = np.eye(2)
    for _ in range(_STEPS):
        eta = design @ beta
        mu = np.exp(np.clip(eta + offset, -700, 700))
        information = design.T @ (design * mu[:, None])
        step = np.linalg.solve(information, design.T @ (y - mu))
        step *= min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))  # never a wild leap
        beta = beta + step
        if np.abs(step).max() < 1e-12:
            break
    mu = np.exp(design @ beta + offset)
    information = design.T @ (design * mu[:, None])
    error = float(np.sqrt(np.linalg.inv(information)[1, 1]))
    level = float(beta[0] - beta[1] * t.mean())
    return level, float(beta[1]), error, float(((y - mu) ** 2 / mu).sum())


def trend(
    counts: NDArray[np.generic], days: NDArray[np.generic], years: NDArray[np.floating]
) -> Trend:
    """Return the trend of one place; every month of the period is a row, without reports too."""
    n = len(counts)
    if n < FEWEST_MONTHS or np.count_nonzero(counts) < 2:
        return UNKNOWN
    _, slope, plain, chi2 = fitted(counts, days, years)
    dispersion = max(chi2 / (n - 2), 1.0)
    error = plain * dispersion**0.5
    p = float(two_sided_t(np.array([slope / error]), n - 2.0)[0])
    wide = t_point(n - 2.0, BELIEVED) * error
    ends = np.exp([slope, slope - wide, slope + wide])
    return Trend(slope, error, dispersion, p, *(float(end) for end in ends))


def verdicts(trends: list[Trend]) -> tuple[Floats, NDArray[np.int8]]:
    """Return q across all tested places and -1 falling, 0 no evidence, 1 rising."""
    q = adjusted(np.array([one.p for one in trends], np.float64))
    signs = np.sign(np.nan_to_num([one.slope for one in trends]))
    return q, np.where(q <= BELIEVED, signs, 0).astype(np.int8)
