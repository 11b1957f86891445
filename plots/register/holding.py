"""Which plot holds most of a building."""

import numpy as np
import shapely
from numpy.typing import NDArray

NO_PLOT = -1


def holders(
    shapes: NDArray[np.object_], *, ids: NDArray[np.int64], tree: shapely.STRtree
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Return the id of the plot that holds most of each METRIC shape, and the m² it holds.

    ``ids`` name the plots of ``tree``; of two that hold the same the lower id.  NO_PLOT and 0
    where no plot holds any of a shape.
    """
    plot, held = np.full(len(shapes), NO_PLOT, dtype=np.int64), np.zeros(len(shapes))
    which, at = tree.query(shapes)
    plots = tree.geometries[at]
    whole = shapely.covers(plots, shapes[which])
    inside = np.zeros(len(shapes), dtype=bool)
    inside[which[whole]] = True  # no other plot can hold more of it
    shared = np.where(whole, shapely.area(shapes[which]), 0.0)
    partly = np.flatnonzero(~inside[which])
    partly = partly[shapely.intersects(plots[partly], shapes[which[partly]])]
    shared[partly] = shapely.area(shapely.intersection(shapes[which[partly]], plots[partly]))
    order = np.lexsort((ids[at], -shared, which))
    which, at, shared = which[order], at[order], shared[order]
    row, first = np.unique(which, return_index=True)
    some = shared[first] > 0
    plot[row[some]] = ids[at[first[some]]]
    held[row[some]] = shared[first[some]]
    return plot, held
