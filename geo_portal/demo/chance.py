"""Chance that repeats: one stream of random numbers for each part and seed."""

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def stream(seed: int, part: str) -> np.random.Generator:
    """Return the generator of one part: the order in which parts are made does not matter."""
    return np.random.default_rng([seed, zlib.crc32(part.encode())])


def apportion(total: int, weights: Sequence[float] | NDArray[np.float64]) -> NDArray[np.int64]:
    """Share out a whole number by weights, largest remainders first; the parts sum to it."""
    share = np.asarray(weights, dtype=float)
    share = share / share.sum() * total
    parts: NDArray[np.int64] = np.floor(share).astype(np.int64)
    left = total - int(parts.sum())
    order = np.lexsort((np.arange(len(share)), -np.round(share - parts, 9)))
    parts[order[:left]] += 1
    return parts
