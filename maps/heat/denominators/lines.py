"""Lines on the lattice: how many metres of them lie in each cell, and which cells they cross.

Exact: every segment is cut where it meets a line of the lattice, and each piece lies in the cell
of its middle.  So a line that runs along an edge of cells is counted once, in the cell to its
east or north (cells are half-open), and the cells sum to the length of the lines.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from maps.heat.denominators.cells import CellValues
from maps.heat.lattice import SIZES, Floats, Ints

CHUNK = 200_000  # segments cut at once


def _segments(lines: Sequence[BaseGeometry]) -> tuple[Floats, Floats]:
    """Return begins and ends of all segments: n x 2 each, METRIC."""
    parts = shapely.get_parts(np.asarray(lines, dtype=object))
    points, line = shapely.get_coordinates(parts, return_index=True)
    joined = line[1:] == line[:-1]
    return points[:-1][joined], points[1:][joined]


def _cuts(begin: Floats, end: Floats, size: float) -> tuple[Ints, Floats]:
    """Return where segments meet lattice lines of one direction: segment and share 0 to 1."""
    low, high = np.minimum(begin, end), np.maximum(begin, end)
    first, last = np.floor(low / size) + 1, np.ceil(high / size) - 1
    many = np.maximum(last - first + 1, 0).astype(np.int64)
    segment = np.repeat(np.arange(len(begin)), many)
    step = np.arange(len(segment)) - np.repeat(np.cumsum(many) - many, many)
    at = (first[segment] + step) * size
    return segment, (at - begin[segment]) / (end - begin)[segment]


def _pieces(begin: Floats, end: Floats, size: float) -> tuple[Floats, Floats]:
    """Return the middle (n x 2) and length of every piece of the cut segments."""
    across, share_x = _cuts(begin[:, 0], end[:, 0], size)
    up, share_y = _cuts(begin[:, 1], end[:, 1], size)
    n = len(begin)
    segment = np.concatenate([np.arange(n), across, up, np.arange(n)])
    share = np.concatenate([np.zeros(n), share_x, share_y, np.ones(n)])
    order = np.lexsort((share, segment))
    segment, share = segment[order], share[order]
    same = segment[1:] == segment[:-1]
    of, t0, t1 = segment[1:][same], share[:-1][same], share[1:][same]
    span = (end - begin)[of]
    middle = begin[of] + span * ((t0 + t1) / 2)[:, None]
    return middle, np.hypot(span[:, 0], span[:, 1]) * (t1 - t0)


def _chunks(lines: Sequence[BaseGeometry], size: float) -> Iterator[tuple[Floats, Floats]]:
    begin, end = _segments(lines)
    for start in range(0, len(begin), CHUNK):
        yield _pieces(begin[start : start + CHUNK], end[start : start + CHUNK], size)


def length_by_cell(lines: Sequence[BaseGeometry]) -> CellValues:
    """Return the metres of METRIC lines in each smallest cell."""
    size = float(SIZES[0])
    x, y, metres = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)], [np.zeros(0)]
    for middle, length in _chunks(lines, size):
        cell = np.floor(middle / size).astype(np.int64)
        x.append(cell[:, 0])
        y.append(cell[:, 1])
        metres.append(length)
    return CellValues.summed(np.concatenate(x), np.concatenate(y), np.concatenate(metres))


def cells_crossed(lines: Sequence[BaseGeometry], *, level: int) -> tuple[Ints, Ints]:
    """Return x, y of the cells of a level that METRIC lines run through (not: touch)."""
    size = float(SIZES[level])
    found = [np.floor(middle / size).astype(np.int64) for middle, _ in _chunks(lines, size)]
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    cells = np.unique(np.concatenate(found), axis=0)
    return cells[:, 0], cells[:, 1]
