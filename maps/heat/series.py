"""Reports by place and month: what comparisons and trends are made of."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from maps.heat.index import Block
from maps.heat.lattice import Ints
from maps.heat.packing import DAY_ZERO, Piece
from maps.heat.queries import Filter, Selection

Blocks = Mapping[Block, Sequence[Piece]]
PLACES = ("wilayat", "area")
_DAYS = np.datetime64(DAY_ZERO) + np.arange(1 << 16).astype("timedelta64[D]")
_MONTH_OF_DAY = _DAYS.astype("datetime64[M]").astype(np.int64) + 1970 * 12  # year * 12 + month - 1


@dataclass(frozen=True, slots=True)
class Month:
    """A month, or what a period has of it: ``days`` is its exposure."""

    number: int  # year * 12 + month - 1
    days: int

    @property
    def first(self) -> dt.date:
        """First day of the month."""
        return dt.date(self.number // 12, self.number % 12 + 1, 1)


def months_of(since: dt.date, until: dt.date) -> list[Month]:
    """Return every month that a period touches, with its days in it."""
    found, at = [], since
    while at < until:
        number = at.year * 12 + at.month - 1
        after = dt.date((number + 1) // 12, (number + 1) % 12 + 1, 1)
        found.append(Month(number, (min(after, until) - at).days))
        at = after
    return found


def _pieces(blocks: Blocks) -> Iterable[Piece]:
    return (piece for pieces in blocks.values() for piece in pieces)


def _tally(blocks: Blocks, selection: Selection, *, by: str | None) -> dict[tuple[int, int], int]:
    chosen = Filter.of(selection)
    keys: list[Ints] = [np.zeros(0, np.int64)]
    signs: list[Ints] = [np.zeros(0, np.int64)]
    for piece in _pieces(blocks):
        part, mask = chosen.rows(piece)
        rows = (
            np.arange(part.start, part.stop) if mask is None else part.start + np.flatnonzero(mask)
        )
        place = getattr(piece, by)[rows].astype(np.int64) if by else np.zeros(len(rows), np.int64)
        keys.append((place << 16) | _MONTH_OF_DAY[piece.day[rows]])
        signs.append(np.full(len(rows), piece.sign, np.int64))
    unique, back = np.unique(np.concatenate(keys), return_inverse=True)
    sums = np.bincount(back.ravel(), weights=np.concatenate(signs), minlength=len(unique))
    return {
        (int(key) >> 16, int(key) & 0xFFFF): round(n)
        for key, n in zip(unique, sums, strict=True)
        if round(n)
    }


def monthly(blocks: Blocks, selection: Selection, *, by: str) -> dict[int, dict[int, int]]:
    """Return reports by id of a wilayat or area (0: none) and month number."""
    found: dict[int, dict[int, int]] = {}
    for (place, month), n in _tally(blocks, selection, by=by).items():
        found.setdefault(place, {})[month] = n
    return found


def by_place(blocks: Blocks, selection: Selection, *, by: str) -> dict[int, int]:
    """Return reports by id of a wilayat or area (0: none)."""
    return {
        place: sum(months.values()) for place, months in monthly(blocks, selection, by=by).items()
    }


def first_month(blocks: Blocks, selection: Selection) -> int | None:
    """Return the month number of the first report; None without any."""
    months = [month for _, month in _tally(blocks, selection, by=None)]
    return min(months, default=None)


def total(blocks: Blocks, selection: Selection) -> int:
    """Return how many reports there are."""
    return sum(_tally(blocks, selection, by=None).values())
