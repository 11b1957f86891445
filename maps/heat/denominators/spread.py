"""A number that is known for a whole area, spread over the places where it belongs.

Dasymetric mapping (Wright 1936): residents of a wilayat live on its residential plots, in
proportion to a weight, not evenly over mountains.
"""

import numpy as np
from numpy.typing import NDArray

from maps.heat.lattice import Floats


def spread(total: float, weights: NDArray[np.floating]) -> Floats:
    """Share a total out by weights above 0; the shares sum to it.

    Raises ValueError where no weight is above 0: then nobody lives there and the total has no
    place.
    """
    positive = np.where(weights > 0, weights, 0.0).astype(np.float64)
    if not positive.any():
        raise ValueError("nothing to spread over")
    positive /= positive.max()  # weights of any size divide well
    shares: Floats = positive * (total / positive.sum())
    return shares
