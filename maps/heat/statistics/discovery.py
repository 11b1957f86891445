"""Many tests at once: which of them to believe (Benjamini and Hochberg 1995)."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def adjusted(p: NDArray[np.floating]) -> Floats:
    """Return the q value of each p: the least false-discovery rate at which it is believed.

    q_(i) = min over j >= i of p_(j) m / j.  NaN (not tested) stays NaN and is not counted.
    """
    q = np.full(len(p), np.nan)
    tested = np.flatnonzero(~np.isnan(p))
    if not len(tested):
        return q
    order = tested[np.argsort(p[tested], kind="stable")]
    scaled = p[order] * len(order) / np.arange(1, len(order) + 1)
    q[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1)
    return q
