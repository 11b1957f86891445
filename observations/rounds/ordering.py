"""A sensible order for a round: pure, from points to the order and the length of the way.

The way is as the crow flies between METRIC points: a city's blocks lengthen every leg by about the
same share, and the order it gives is the order people would choose.  Exact up to ``EXACT_UPTO``
stops (Held and Karp 1962), beyond that nearest-first put right by exchanging two legs until no
exchange shortens it (2-opt, Croes 1958).  The round starts at a point and ends at the last stop.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from shapely.geometry import Point

EXACT_UPTO = 10  # stops: 2^10 · 10² steps, some milliseconds
Metres = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Round:
    """The order as indexes of the stops, and the length of the way in metres."""

    order: tuple[int, ...]
    length_m: float


def _apart(points: Sequence[Point]) -> Metres:
    xy = np.array([(point.x, point.y) for point in points])
    return np.asarray(np.hypot(*(xy[:, None, :] - xy[None, :, :]).transpose(2, 0, 1)))


def _length(order: Sequence[int], apart: Metres) -> float:
    way = [0, *(n + 1 for n in order)]
    return float(apart[way[:-1], way[1:]].sum())


def _exact(count: int, apart: Metres) -> tuple[int, ...]:
    """Return the shortest order of all, by the length to each last stop of each set of stops."""
    best: dict[tuple[int, int], tuple[float, int]] = {
        (1 << n, n): (float(apart[0, n + 1]), -1) for n in range(count)
    }
    for chosen in range(1, 1 << count):
        for last in range(count):
            if not chosen >> last & 1 or chosen == 1 << last:
                continue
            before = chosen & ~(1 << last)
            best[chosen, last] = min(
                (best[before, n][0] + float(apart[n + 1, last + 1]), n)
                for n in range(count)
                if before >> n & 1
            )
    chosen = (1 << count) - 1
    last = min(range(count), key=lambda n: best[chosen, n][0])
    order: list[int] = []
    while last >= 0:
        order.append(last)
        chosen, last = chosen & ~(1 << last), best[chosen, last][1]
    return tuple(reversed(order))


def _nearest_first(count: int, apart: Metres) -> list[int]:
    left, at, order = set(range(count)), 0, []
    while left:
        found = min(left, key=lambda n: (apart[at, n + 1], n))
        order.append(found)
        left.remove(found)
        at = found + 1
    return order


def _put_right(order: list[int], apart: Metres) -> tuple[int, ...]:
    """Turn parts of the way round as long as that shortens it."""
    shorter = True
    while shorter:
        shorter = False
        way = [0, *(n + 1 for n in order)]
        for i in range(1, len(way) - 1):
            for j in range(i + 1, len(way)):
                after = apart[way[j], way[j + 1]] if j + 1 < len(way) else 0.0
                turned = apart[way[i], way[j + 1]] if j + 1 < len(way) else 0.0
                gain = apart[way[i - 1], way[i]] + after - apart[way[i - 1], way[j]] - turned
                if gain > 1e-9:
                    way[i : j + 1] = way[i : j + 1][::-1]
                    shorter = True
        order = [n - 1 for n in way[1:]]
    return tuple(order)


def sensible(stops: Sequence[Point], *, start: Point) -> Round:
    """Return an order of METRIC stops from a start, and the length of the way in metres."""
    if not stops:
        return Round((), 0.0)
    apart = _apart([start, *stops])
    count = len(stops)
    order = (
        _exact(count, apart)
        if count <= EXACT_UPTO
        else _put_right(_nearest_first(count, apart), apart)
    )
    return Round(order, _length(order, apart))
