"""Sixteen bytes a report, and the arrays they are read into.

Written by SQL (sql.py) as two big-endian 64-bit words, so that one statement packs a million
rows; read here into one array a column, sorted by day: a span of days is then a slice.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from maps.heat.lattice import BLOCK_CELLS

DAY_ZERO = dt.date(1900, 1, 1)  # two bytes reach to 2079-06-06
DAY_LAST = DAY_ZERO + dt.timedelta(days=0xFFFF)
RECORD = np.dtype(
    [
        ("day", ">u2"),
        ("cell", ">u2"),  # y * 64 + x in the block
        ("area", ">u4"),  # 0: none
        ("category", ">u2"),
        ("wilayat", ">u2"),  # 0: none
        ("status", "u1"),
        ("channel", "u1"),
        ("severity", "u1"),
        ("spare", "u1"),
    ]
)
WORDS = np.dtype(">u8")


class OutOfStep(RuntimeError):
    """A block is asked to give up a report it does not hold: rebuild the index and say so."""


def day_number(day: dt.date) -> int:
    """Return the day's number in the index; days out of reach are brought to its ends."""
    return (min(max(day, DAY_ZERO), DAY_LAST) - DAY_ZERO).days


@dataclass(frozen=True)
class Piece:
    """The reports of one piece of a block, a column each, by day."""

    id: int
    bx: int
    by: int
    sign: int
    day: NDArray[np.uint16]
    cell: NDArray[np.uint16]
    category: NDArray[np.uint16]
    wilayat: NDArray[np.uint16]
    area: NDArray[np.uint32]
    status: NDArray[np.uint8]
    channel: NDArray[np.uint8]
    severity: NDArray[np.uint8]

    def __len__(self) -> int:
        return len(self.day)

    @cached_property
    def counts(self) -> NDArray[np.int64]:
        """All reports by smallest cell of the block."""
        return np.bincount(self.cell, minlength=BLOCK_CELLS * BLOCK_CELLS)


def read_piece(piece_id: int, block: tuple[int, int], sign: int, data: bytes) -> Piece:
    """Unpack the bytes of one piece."""
    rows = np.frombuffer(data, RECORD)
    order = np.argsort(rows["day"], kind="stable")
    columns = {
        name: np.ascontiguousarray(rows[name][order]).astype(rows.dtype[name].newbyteorder("="))
        for name in RECORD.names or ()
        if name != "spare"
    }
    return Piece(piece_id, block[0], block[1], sign, **columns)


def merge(parts: Sequence[tuple[int, bytes]]) -> bytes:
    """Add up signed parts of one block: the reports that are left, in the order of their bytes.

    Raises OutOfStep if more of a report are taken away than there are.
    """
    words = [np.frombuffer(data, WORDS).reshape(-1, 2) for _, data in parts]
    rows = np.concatenate(words).astype("u8")
    signs = np.concatenate(
        [np.full(len(w), sign, np.int64) for (sign, _), w in zip(parts, words, strict=True)]
    )
    order = np.lexsort((rows[:, 1], rows[:, 0]))
    rows, signs = rows[order], signs[order]
    if not len(rows):
        return b""
    first = np.flatnonzero(np.r_[True, (rows[1:] != rows[:-1]).any(axis=1)])
    left = np.add.reduceat(signs, first)
    if (left < 0).any():
        raise OutOfStep("a block was asked to give up a report it does not hold")
    return np.repeat(rows[first], left, axis=0).astype(WORDS).tobytes()
