"""Whether a HEIC holds all that it says it holds.

A photo of a telephone is forty-eight tiles, and the decoder paints those that it cannot read
green without a word: of a file whose sending was cut off it makes a picture of which a quarter is
a photo.  So its own table of contents is asked first.  Source: ISO/IEC 14496-12:2022, 4.2 (boxes),
8.11.1 (``meta``) and 8.11.3 (``iloc``).
"""

import struct
from collections.abc import Iterator
from pathlib import Path

MOST_META = 4_000_000  # bytes of a table of contents; those of phones have some thousands
_IN_THE_FILE = 0  # a construction method; others point into the table itself or to other items


def _boxes(data: bytes, start: int = 0) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, start and end of the content of each box; raises struct.error where it ends."""
    at = start
    while at + 8 <= len(data):
        size, kind = struct.unpack_from(">I4s", data, at)
        head = 8
        if size == 1:
            size, head = struct.unpack_from(">Q", data, at + 8)[0], 16
        end = at + size if size else len(data)
        if end < at + head:
            return
        yield kind, at + head, min(end, len(data))
        at = end


class _Reader:
    """Numbers one after another, of as many bytes as the table says."""

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0

    def number(self, size: int) -> int:
        """Return a number of so many bytes (0: it is not written, and 0); raises struct.error."""
        part = self.data[self.at : self.at + size]
        if len(part) != size:
            raise struct.error("a table that ends too early")
        self.at += size
        return int.from_bytes(part, "big")


def _ends(table: bytes) -> Iterator[int]:
    """Yield where in the file each part ends that a table of places (``iloc``) names."""
    read = _Reader(table)
    version = read.number(4) >> 24
    sizes = read.number(2)
    offset, length, base, index = (sizes >> shift & 15 for shift in (12, 8, 4, 0))
    index = index if version else 0  # reserved in the first version
    wide = 4 if version == 2 else 2
    for _ in range(read.number(wide)):
        read.number(wide)  # which item
        method = read.number(2) & 15 if version else _IN_THE_FILE
        elsewhere = read.number(2)  # 0: in this file
        begin = read.number(base)
        extents = read.number(2)
        if not offset | length | index:  # nothing is written of them: they are all the same
            extents = min(extents, 1)
        for _ in range(extents):
            if index:
                read.number(index)
            end = begin + read.number(offset) + read.number(length)
            if method == _IN_THE_FILE and not elsewhere:
                yield end


def is_cut_off(source: Path) -> bool:
    """Tell whether a HEIC names parts that lie beyond its end.

    A table that cannot be read, or none, is left to the decoder to refuse.
    """
    size = source.stat().st_size
    with source.open("rb") as file:
        head = file.read(MOST_META)
    try:
        for kind, start, end in _boxes(head):
            if kind == b"meta":
                inner = head[start + 4 : end]
                tables = [inner[a:b] for name, a, b in _boxes(inner) if name == b"iloc"]
                return any(last > size for table in tables for last in _ends(table))
    except struct.error:
        return False
    return False
