"""One chunk of a survey on a worker of a cluster.

The scheduler unpacks every task as well and is no process of ours: until the task runs, nothing
here may need Django, so values are plain and the rest is imported inside.
"""

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from municipality.spreading import call, ready

Packed = tuple[list[bytes], NDArray[np.float64], NDArray[np.float64]]


def answer(work: str, packed: Packed, *said: Any) -> Any:
    """Work on a chunk (WKB in METRIC, floors, heights) by the function of a dotted name."""
    ready()
    from plots.building_permits.town.chunks import Survey

    wkb, floors, height_m = packed
    shapes = shapely.from_wkb(np.array(wkb, dtype=object))
    return call(work, Survey(shapes, floors, height_m), *said)
