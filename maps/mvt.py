"""A small encoder of Mapbox vector tiles (version 2) for quads: arrays in, bytes out.

A heat tile has thousands of four-cornered cells with whole-number properties.  Each feature is
the same list of protobuf numbers, so all features are written at once as a matrix of varints.
Checked against two decoders that are not ours (tests/maps/test_mvt.py).
"""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]

EXTENT = 4096
_MOVE_TO_1, _LINE_TO_3, _CLOSE = 9, 26, 15
_POLYGON = 3
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
    kind = np.where(numbers < 0, 0x30, 0x28).astype(np.uint64)
    words = np.where(numbers < 0, _zigzag(numbers), numbers.astype(np.uint64))
    length = (1 + _sizes(words)).astype(np.uint64)
    value = np.full(len(words), 4 << 3 | 2, np.uint64)
    return _varints(np.stack([value, length, kind, words], axis=1))


def _tags(properties: Mapping[str, NDArray[np.generic]]) -> tuple[bytes, Words]:
    """Return the table of values and, a row a feature, key and value numbers in turn."""
    values, known = b"", 0
    columns = []
    for key, column in enumerate(properties.values()):
        if column.dtype.kind == "f":
            column = np.nan_to_num(column)  # what is not a number is not referred to
        unique, back = np.unique(column, return_inverse=True)
        columns += [np.full(len(column), key), back.ravel() + known]
        values += _values(unique)
        known += len(unique)
    return values, np.stack(columns, axis=1).astype(np.uint64)


def _features(ids: Ints, tags: Words, geometry: Words) -> bytes:
    """Write features that have the same number of tags."""
    n = len(ids)

    def constant(number: int) -> Words:
        return np.full((n, 1), number, np.uint64)

    def length(words: Words) -> Words:
        total: Words = _sizes(words).sum(axis=1, keepdims=True).astype(np.uint64)
        return total

    if not n:
        return b""
    inner = np.concatenate(
        [
            constant(1 << 3), ids[:, None].astype(np.uint64),
            constant(2 << 3 | 2), length(tags), tags,
            constant(3 << 3), constant(_POLYGON),
            constant(4 << 3 | 2), length(geometry), geometry,
        ],
        axis=1,
    )  # fmt: skip
    return _varints(np.concatenate([constant(2 << 3 | 2), length(inner), inner], axis=1))


def quads_tile(
    *,
    layer: str,
    ids: Ints,
    corners: Ints,
    properties: Mapping[str, NDArray[np.generic]],
    extent: int = EXTENT,
) -> bytes:
    """Write one layer of quads; ``b""`` when there is none.

    ``corners`` is n x 4 x 2 in units of the tile (x to the right, y down), outer rings clockwise
    on the screen as the specification wants; ``properties`` are columns of int or float.  NaN in
    the last of them means that the feature has no such property.
    """
    n = len(ids)
    if n == 0:
        return b""
    values, tags = _tags(properties)
    moves = np.concatenate([corners[:, :1], np.diff(corners, axis=1)], axis=1)
    steps = _zigzag(moves.reshape(n, 8))

    def constant(number: int) -> Words:
        return np.full((n, 1), number, np.uint64)

    geometry = np.concatenate(
        [constant(_MOVE_TO_1), steps[:, :2], constant(_LINE_TO_3), steps[:, 2:], constant(_CLOSE)],
        axis=1,
    )

    lacking = np.isnan(np.asarray(list(properties.values())[-1], float))
    features = _features(ids[~lacking], tags[~lacking], geometry[~lacking]) + _features(
        ids[lacking], tags[lacking, :-2], geometry[lacking]
    )
    keys = b"".join(_field(3, name.encode()) for name in properties)
    body = (
        _field(1, layer.encode())
        + features
        + keys
        + values
        + _varint(5 << 3)
        + _varint(extent)
        + _varint(15 << 3)
        + _varint(2)
    )
    return _field(3, body)
