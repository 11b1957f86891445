"""Tails of distributions, in double precision, for many values at once.

The regularised incomplete beta function is the continued fraction of Lentz (Numerical Recipes,
3rd ed., §6.4); the binomial and Student's t follow from it.
"""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
_TINY = 1e-300
_HALF_LOG_2_PI = 0.5 * math.log(2 * math.pi)
_ERFC = np.frompyfunc(math.erfc, 1, 1)
_LGAMMA = np.frompyfunc(math.lgamma, 1, 1)


def log_gamma(values: NDArray[np.generic] | float) -> Floats:
    """Return the logarithm of the gamma function: from 30 on by Stirling's series."""
    x = np.asarray(values, np.float64)
    far = np.maximum(x, 30.0)
    inverse = 1 / (far * far)
    series = (1 / 12 - inverse * (1 / 360 - inverse * (1 / 1260 - inverse / 1680))) / far
    found = np.asarray((far - 0.5) * np.log(far) - far + _HALF_LOG_2_PI + series)
    near = x < 30
    if near.any():
        found = np.where(near, 0.0, found)
        found[near] = np.asarray(_LGAMMA(x[near]), np.float64)
    return found


def two_sided_normal(z: NDArray[np.floating]) -> Floats:
    """Return the chance that a standard normal lies as far out as z on either side."""
    return np.asarray(_ERFC(np.abs(z) / math.sqrt(2)), np.float64)


def _fraction(a: Floats, b: Floats, x: Floats) -> Floats:
    """Return the continued fraction of the incomplete beta function; x below (a+1)/(a+b+2)."""
    c = np.ones_like(x)
    d = 1 - (a + b) * x / (a + 1)
    d = 1 / np.where(np.abs(d) < _TINY, _TINY, d)
    h = d.copy()
    most = 200 + int(2 * math.sqrt(float(np.max(a + b, initial=1.0))))
    for m in range(1, most + 1):
        for numerator in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 + numerator * d
            d = 1 / np.where(np.abs(d) < _TINY, _TINY, d)
            c = 1 + numerator / c
            c = np.where(np.abs(c) < _TINY, _TINY, c)
            step = c * d
            h = h * step
        if np.all(np.abs(step - 1) < 2e-14):
            break
    return h


def beta_below(a: NDArray[np.generic], b: NDArray[np.generic], x: NDArray[np.floating]) -> Floats:
    """Return the regularised incomplete beta function I_x(a, b); a, b > 0, 0 <= x <= 1."""
    first, second, at = np.broadcast_arrays(*(np.asarray(v, np.float64) for v in (a, b, x)))
    turned = at > (first + 1) / (first + second + 2)
    p, q = np.where(turned, second, first), np.where(turned, first, second)
    y = np.where(turned, 1 - at, at)
    inner = (y > 0) & (y < 1)
    safe = np.where(inner, y, 0.5)
    log_front = (
        log_gamma(p + q) - log_gamma(p) - log_gamma(q) + p * np.log(safe) + q * np.log1p(-safe)
    )
    tail = np.exp(log_front) * _fraction(p, q, np.where(inner, safe, 0.0)) / p
    tail = np.where(inner, tail, np.where(y <= 0, 0.0, 1.0))
    return np.where(turned, 1 - tail, tail)


def beta_point(a: NDArray[np.generic], b: NDArray[np.generic], share: float) -> Floats:
    """Return where the beta distribution has a share below: Newton's steps, held in a bracket.

    ``share`` lies between 0.01 and 0.99.
    """
    first, second = np.broadcast_arrays(np.asarray(a, np.float64), np.asarray(b, np.float64))
    # Cantelli: at most 1/145 lies 12 standard deviations to one side of the mean.
    mean = first / (first + second)
    reach = 12 * np.sqrt(mean * (1 - mean) / (first + second + 1))
    low, high = np.maximum(mean - reach, 0.0), np.minimum(mean + reach, 1.0)
    log_whole = log_gamma(first + second) - log_gamma(first) - log_gamma(second)
    x = mean
    for _ in range(80):
        error = beta_below(first, second, x) - share
        low, high = np.where(error < 0, x, low), np.where(error < 0, high, x)
        with np.errstate(all="ignore"):
            logs = log_whole + (first - 1) * np.log(x) + (second - 1) * np.log1p(-x)
            better = x - error / np.exp(logs)
        held = (better > low) & (better < high)  # False where it is not a number
        after = np.where(held, better, (low + high) / 2)
        near = np.abs(after - x) <= 1e-14 * np.maximum(x, 1e-300)
        x = after
        if near.all():
            break
    return np.asarray(x, np.float64)


def two_sided_t(t: NDArray[np.floating], df: NDArray[np.generic] | float) -> Floats:
    """Return the chance that Student's t of ``df`` degrees lies as far out on either side."""
    at, degrees = np.broadcast_arrays(np.asarray(t, np.float64), np.asarray(df, np.float64))
    return beta_below(degrees / 2, np.full(degrees.shape, 0.5), degrees / (degrees + at * at))


@lru_cache(maxsize=1024)
def t_point(df: float, share: float) -> float:
    """Return the t that a two-sided share of Student's distribution lies beyond (0.05: 95 %)."""
    x = float(beta_point(np.array([df / 2]), np.array([0.5]), share)[0])
    return math.sqrt(df * (1 - x) / x)


def binomial_chances(n: int, share: float) -> Floats:
    """Return the chance of 0 to n successes of n; 0 < share < 1."""
    k = np.arange(n + 1)
    logs = log_gamma(n + 1.0) - log_gamma(k + 1.0) - log_gamma(n - k + 1.0)
    logs = logs + k * math.log(share) + (n - k) * math.log1p(-share)
    return np.asarray(np.exp(logs), np.float64)
