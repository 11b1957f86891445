"""A small encoder of Mapbox vector tiles (version 2) for quads: arrays in, bytes out.

A heat tile has thousands of four-cornered cells with whole-number properties.  What a cell is
(its id, corners and place) never changes, so its octets are worked out once (``Quads``) and a
tile only adds what is counted in it.  Rows of octets of unequal length are kept in one matrix
beside a mask of those that are used; a tile is the used octets in their order.  Checked against
two decoders that are not ours (tests/maps/test_mvt.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]

EXTENT = 4096
_MOVE_TO_1, _LINE_TO_3, _CLOSE = 9, 26, 15
_POLYGON = 3
_UNSIGNED = 5 << 3
_LENGTH, _NUMBER = 2, 3  # octets kept free: a feature has under 16,384, a tile under 2^21 values
_SMALL = 1 << 14  # whole numbers below are kept written
_WIDEST = 10  # bytes of the longest varint
_EXACT = 1 << 53  # below it a double holds every whole number


def _zigzag(values: Ints) -> Words:
    return ((values << 1) ^ (values >> 63)).astype(np.uint64)


def _sizes(words: Words) -> Ints:
    """Return how many bytes each number takes as a varint: one for every seven bits."""
    if words.size and int(words.max()) < _EXACT:
        bits = np.frexp(words.astype(np.float64))[1]
        octets: Ints = np.maximum((bits + 6) // 7, 1).astype(np.int64)
        return octets
    size = np.ones(words.shape, np.int64)
    for n in range(1, _WIDEST):
        size += words >= np.uint64(1) << np.uint64(7 * n)
    return size


def _varints(words: Words) -> bytes:
    """Write a matrix of numbers, row by row, as varints: first octets, then the longer ones'."""
    left = words.ravel()
    size = _sizes(left)
    end = np.cumsum(size)
    out = np.empty(int(end[-1]) if len(end) else 0, np.uint8)
    place = end - size
    while len(left):
        more = left > 0x7F
        out[place] = (left & np.uint64(0x7F)).astype(np.uint8) | (more.view(np.uint8) << 7)
        place, left = place[more] + 1, left[more] >> np.uint64(7)
    return out.tobytes()


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _field(number: int, body: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(body)) + body


def _values(column: NDArray[np.generic]) -> bytes:
    """Write a column of distinct numbers as values: double, unsigned or, below 0, zigzag."""
    if column.dtype.kind == "f":
        head = b"\x22\x09\x19"  # a value of nine bytes, a double
        octets = column.astype("<f8").view(np.uint8).reshape(-1, 8)
        rows = np.concatenate(
            [np.tile(np.frombuffer(head, np.uint8), (len(octets), 1)), octets], axis=1
        )
        return rows.tobytes()
    numbers = column.astype(np.int64)
    if len(numbers) and numbers.min() >= 0 and numbers.max() < _SMALL:
        return _small_values().rows(numbers).written()
    kind = np.where(numbers < 0, 0x30, _UNSIGNED).astype(np.uint64)
    words = np.where(numbers < 0, _zigzag(numbers), numbers.astype(np.uint64))
    length = (1 + _sizes(words)).astype(np.uint64)
    value = np.full(len(words), 4 << 3 | 2, np.uint64)
    return _varints(np.stack([value, length, kind, words], axis=1))


@dataclass(frozen=True, slots=True)
class _Octets:
    """Rows of octets, n x w; those that are not ``used`` are not written."""

    octets: NDArray[np.uint8]
    used: NDArray[np.bool_]

    @classmethod
    def of(cls, words: Words) -> "_Octets":
        """Write a matrix of numbers, n x k, as varints."""
        n, columns = words.shape
        wide = max((int(words.max(initial=0)).bit_length() + 6) // 7, 1)
        left = words[:, :, None] >> (np.uint64(7) * np.arange(wide, dtype=np.uint64))
        more = (left >> np.uint64(7)) > 0
        octets = (left & np.uint64(0x7F)).astype(np.uint8) | (more.view(np.uint8) << np.uint8(7))
        written = np.concatenate([np.ones((n, columns, 1), bool), more[:, :, :-1]], axis=2)
        return cls(octets.reshape(n, columns * wide), written.reshape(n, columns * wide))

    def rows(self, kept: Ints) -> "_Octets":
        """Return some rows."""
        return _Octets(self.octets.take(kept, axis=0), self.used.take(kept, axis=0))

    def written(self) -> bytes:
        """Write every row, one after the other."""
        return self.octets.ravel().compress(self.used.ravel()).tobytes()

    def lengths(self) -> Ints:
        """Return how many octets each row writes."""
        found: Ints = self.used.sum(axis=1, dtype=np.int64)
        return found


def _same(octets: bytes, n: int) -> _Octets:
    row = np.frombuffer(octets, np.uint8)
    return _Octets(np.broadcast_to(row, (n, len(row))), np.ones((n, len(row)), bool))


def _empty(wide: int, n: int) -> _Octets:
    """Return room for so many octets a row, none of them used yet."""
    return _Octets(np.zeros((n, wide), np.uint8), np.zeros((n, wide), bool))


def _column(words: NDArray[np.generic]) -> _Octets:
    return _Octets.of(np.asarray(words).astype(np.uint64)[:, None])


def _beside(parts: Sequence[_Octets]) -> _Octets:
    return _Octets(
        np.concatenate([part.octets for part in parts], axis=1),
        np.concatenate([part.used for part in parts], axis=1),
    )


@cache
def _small_values() -> _Octets:
    """Return the small whole numbers, each written as a value: a count is nearly always one."""
    numbers = np.arange(_SMALL)[:, None].astype(np.uint64)
    written = _Octets.of(numbers)
    length = _column(1 + written.lengths())
    return _beside(
        [_same(bytes([4 << 3 | 2]), _SMALL), length, _same(bytes([_UNSIGNED]), _SMALL), written]
    )


def _distinct(column: NDArray[np.generic]) -> tuple[NDArray[np.generic], Ints]:
    """Return the distinct values in their order and, of each row, which of them it has."""
    if column.dtype.kind != "f" and column.min() >= 0 and column.max() < _SMALL:
        there = np.bincount(column.astype(np.int64)) > 0  # far sooner than sorting
        return np.flatnonzero(there), (np.cumsum(there) - 1).take(column.astype(np.int64))
    unique, back = np.unique(column, return_inverse=True)
    return unique, back.ravel()


class _Table:
    """The values of a tile, each written once, and the numbers they have there."""

    def __init__(self, written: bytes = b"", known: int = 0) -> None:
        self.written, self.known = written, known

    def numbers(self, column: NDArray[np.generic]) -> Ints:
        """Add a column's values; return the number of each row's."""
        unique, back = _distinct(column)
        self.written += _values(unique)
        numbers: Ints = back + self.known
        self.known += len(unique)
        return numbers


def _tags(key: int, numbers: Ints) -> _Octets:
    """Return a tag, key and value, of every row."""
    return _Octets.of(np.stack([np.full(len(numbers), key), numbers], axis=1).astype(np.uint64))


@dataclass(frozen=True, slots=True)
class _Form:
    """Features of which only the properties and the two lengths are still to be filled in.

    ``length``, ``inside`` and ``properties`` are the columns where the feature's length, that of
    its tags, and each property's key begin; what is to be filled in is not ``used`` yet.
    """

    rows: _Octets
    length: int
    inside: int
    properties: tuple[int, ...]


def _fill(row: _Octets, at: int, numbers: Ints, *, width: int) -> Ints:
    """Write a number a row as a varint from column ``at``; return how many octets each took."""
    size = np.ones(len(numbers), np.int64)
    left, most = numbers, int(numbers.max())
    for n in range(width):
        if n:
            row.used[:, at + n] = left > 0
            size += left > 0
        else:
            row.used[:, at] = True
        row.octets[:, at + n] = (left & 0x7F) | ((left > 0x7F) << 7)
        most >>= 7
        if not most:
            return size
        left = left >> 7
    raise ValueError("a number of a tile is longer than its place")


class Quads:
    """Quads with what never changes of them, ready to be written into any number of tiles.

    ``corners`` is n x 4 x 2 in units of the tile (x to the right, y down), outer rings clockwise
    on the screen as the specification wants; ``fixed`` are columns of whole numbers.
    """

    def __init__(self, ids: Ints, corners: Ints, fixed: Mapping[str, Ints]) -> None:
        n = len(ids)
        self._keys = list(fixed)
        table = _Table()
        tags = [_tags(key, table.numbers(column)) for key, column in enumerate(fixed.values()) if n]
        self._values, self._known = table.written, table.known
        self._ids = _beside([_same(b"\x08", n), _column(ids)])
        self._tags = _beside(tags) if tags else _same(b"", n)
        moves = np.concatenate([corners[:, :1], np.diff(corners, axis=1)], axis=1)
        steps = _zigzag(moves.reshape(n, 8))
        shape = _beside(
            [
                _same(bytes([_MOVE_TO_1]), n), _Octets.of(steps[:, :2]),
                _same(bytes([_LINE_TO_3]), n), _Octets.of(steps[:, 2:]),
                _same(bytes([_CLOSE]), n),
            ]
        )  # fmt: skip
        kind = _same(bytes([3 << 3, _POLYGON, 4 << 3 | 2]), n)
        self._shape = _beside([kind, _column(shape.lengths()), shape])
        self._outside_lengths = self._ids.lengths() + self._shape.lengths() + 1
        self._tag_lengths = self._tags.lengths()
        self._forms: dict[int, _Form] = {}

    def _form(self, properties: int) -> _Form:
        """Return the features with places for so many properties."""
        form = self._forms.get(properties)
        if form is None:
            n = len(self._tag_lengths)
            head = _same(b"\x12", n)
            before = [head, _empty(_LENGTH, n), self._ids, head]
            inside = sum(part.octets.shape[1] for part in before)
            first = inside + _LENGTH + self._tags.octets.shape[1]
            places = [_empty(1 + _NUMBER, n)] * properties
            rows = _beside([*before, _empty(_LENGTH, n), self._tags, *places, self._shape])
            starts = tuple(first + (1 + _NUMBER) * k for k in range(properties))
            form = self._forms[properties] = _Form(rows, 1, inside, starts)
        return form

    def tile(
        self,
        layer: str,
        kept: Ints,
        properties: Mapping[str, NDArray[np.generic]],
        *,
        extent: int = EXTENT,
    ) -> bytes:
        """Write some of the quads, each with its row of ``properties``, as one layer.

        Properties are columns of int or float; NaN means that the feature has no such property.
        """
        if len(kept) == 0:
            return b""
        table = _Table(self._values, self._known)
        form, inside = self._form(len(properties)), self._tag_lengths.take(kept)
        rows = form.rows.rows(kept)
        for key, (column, at) in enumerate(
            zip(properties.values(), form.properties, strict=True), start=len(self._keys)
        ):
            told = ~np.isnan(column) if column.dtype.kind == "f" else None
            numbers = table.numbers(np.nan_to_num(column) if told is not None else column)
            rows.octets[:, at], rows.used[:, at] = key, True
            length = 1 + _fill(rows, at + 1, numbers, width=_NUMBER)
            if told is not None:
                rows.used[~told, at : at + 1 + _NUMBER] = False
                length *= told
            inside += length
        before = _fill(rows, form.inside, inside, width=_LENGTH)
        outside = self._outside_lengths.take(kept)
        _fill(rows, form.length, outside + before + inside, width=_LENGTH)
        features = rows.written()
        keys = b"".join(_field(3, name.encode()) for name in (*self._keys, *properties))
        body = (
            _field(1, layer.encode())
            + features
            + keys
            + table.written
            + _varint(5 << 3)
            + _varint(extent)
            + _varint(15 << 3)
            + _varint(2)
        )
        return _field(3, body)
