"""Seven classes with round limits, fixed for a measure and a cell size: filters never move them.

The same numbers as the legend of the page (frontend/src/lib/heat-classes.ts; a test compares
the two) and the colours of look.md, light and dark.
"""

import numpy as np
from numpy.typing import NDArray

COUNT_BREAKS: dict[int, tuple[int, ...]] = {
    50: (1, 2, 3, 4, 5, 6, 8),
    100: (1, 2, 3, 4, 6, 8, 12),
    200: (1, 2, 4, 6, 10, 15, 25),
    400: (1, 3, 6, 12, 25, 40, 60),
    800: (1, 5, 15, 30, 60, 100, 150),
    1600: (1, 15, 50, 100, 200, 350, 500),
    3200: (1, 50, 150, 300, 700, 1200, 2000),
    6400: (1, 200, 600, 1200, 2800, 5000, 8000),
    12800: (1, 800, 2400, 5000, 11000, 20000, 32000),
}
KM2_BREAKS = (0, 10, 25, 50, 100, 150, 250)
COLOURS = {
    "light": ("EFDE9D", "EAB358", "E2832D", "CF542C", "AD2B44", "7C1852", "48114D"),
    "dark": ("562759", "8C2D61", "BD3C57", "E35D3C", "F48D2F", "FBBD53", "FBE991"),
}
NO_DENOMINATOR = {"light": "B9B4A8", "dark": "5E6166"}  # reports, but nothing to divide by


def breaks(measure: str, cell_m: int) -> tuple[int, ...]:
    """Return the lower limits of the seven classes."""
    return KM2_BREAKS if measure == "km2" else COUNT_BREAKS[cell_m]


def value_of(
    count: NDArray[np.int64], measure: str, cell_m: int
) -> NDArray[np.int64] | NDArray[np.float64]:
    """Return the measure of cells: reports, or reports per square kilometre of the cell."""
    return count / (cell_m / 1000) ** 2 if measure == "km2" else count


def classes(count: NDArray[np.int64], measure: str, cell_m: int) -> NDArray[np.uint8]:
    """Return the class 1 to 7 of each cell; 0 where there is no report."""
    found = np.searchsorted(breaks(measure, cell_m), value_of(count, measure, cell_m), "right")
    return np.where(count > 0, np.maximum(found, 1), 0).astype(np.uint8)
