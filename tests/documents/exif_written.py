"""EXIF as tests need it: any field with any bytes, in either order of bytes; real ones never lie."""

import re
import struct
from collections.abc import Mapping, Sequence

TEXT, SHORT, LONG, RATIONAL, SIGNED = 2, 3, 4, 5, 10
_SIZES = {1: 1, TEXT: 1, SHORT: 2, LONG: 4, RATIONAL: 8, 7: 1, SIGNED: 8, 11: 4, 12: 8}
Field = tuple[int, int, bytes]  # the type, how many, the bytes
Directory = Mapping[int, Field]


def text(value: str | bytes) -> Field:
    """A text field with its end mark."""
    data = (value.encode() if isinstance(value, str) else value) + b"\0"
    return TEXT, len(data), data


def fractions(*pairs: tuple[int, int], order: str = "<", kind: int = RATIONAL) -> Field:
    """A field of fractions."""
    numbers = [number for pair in pairs for number in pair]
    code = "i" if kind == SIGNED else "I"
    return kind, len(pairs), struct.pack(f"{order}{len(numbers)}{code}", *numbers)


def _directory(at: int, fields: Sequence[tuple[int, Field]], order: str) -> bytes:
    head, tail = struct.pack(order + "H", len(fields)), b""
    behind = at + 2 + 12 * len(fields) + 4
    for tag, (kind, many, data) in fields:
        head += struct.pack(order + "HHI", tag, kind, many)
        if len(data) <= 4:
            head += data.ljust(4, b"\0")
        else:
            head += struct.pack(order + "I", behind + len(tail))
            tail += data + b"\0" * (len(data) % 2)
    return head + struct.pack(order + "I", 0) + tail


def block(
    gps: Directory | None = None,
    camera: Directory | None = None,
    top: Directory | None = None,
    *,
    order: str = "<",
) -> bytes:
    """An EXIF block with these directories, as a JPEG, PNG, WebP or HEIC carries it."""
    first = sorted((top or {}).items())
    below = [(tag, fields) for tag, fields in ((0x8769, camera), (0x8825, gps)) if fields]
    wide = len(_directory(8, [*first, *((tag, (LONG, 1, b"    ")) for tag, _ in below)], order))
    places, data = [], b""
    for tag, fields in below:
        at = 8 + wide + len(data)
        places.append((tag, (LONG, 1, struct.pack(order + "I", at))))
        data += _directory(at, sorted(fields.items()), order)
    mark = b"II*\0" if order == "<" else b"MM\0*"
    start = mark + struct.pack(order + "I", 8)
    return b"Exif\0\0" + start + _directory(8, [*first, *places], order) + data


def position(
    lat: Sequence[tuple[int, int]] = ((23, 1), (35, 1), (1234, 100)),
    lon: Sequence[tuple[int, int]] = ((58, 1), (24, 1), (700, 100)),
    refs: tuple[str, str] = ("N", "E"),
    *,
    order: str = "<",
    **also: Field,
) -> dict[int, Field]:
    """The directory of a position in Muscat, or of another one."""
    names = {"clock": 7, "status": 9, "datum": 0x12, "day": 0x1D, "error": 0x1F}
    return {
        1: text(refs[0]), 2: fractions(*lat, order=order),
        3: text(refs[1]), 4: fractions(*lon, order=order),
        **{names[name]: field for name, field in also.items()},
    }  # fmt: skip


def _place_of(block: bytes, order: str, at: int, tag: int) -> tuple[int, Field] | None:
    """Where in a block the value of a directory's field lies, and the field."""
    count = struct.unpack_from(order + "H", block, at)[0]
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        found, kind, many = struct.unpack_from(order + "HHI", block, entry)
        if found == tag:
            size = _SIZES[kind] * many
            start = entry + 8 if size <= 4 else struct.unpack_from(order + "I", block, entry + 8)[0]
            return start, (kind, many, block[start : start + size])
    return None


def moved(photo: bytes, lon: float, lat: float, *, day: str = "") -> bytes:
    """A real photo with its position (WGS 84, both positive) written over, each byte else as it was.

    ``day`` (``2026:11:25``) is written over the day of its fix, where it has one.
    """
    head = re.search(rb"(?:Exif\0\0|\0\0\0\0)(II\*\0|MM\0\*)", photo)
    assert head is not None
    start, order = head.start(1), "<" if head[1] == b"II*\0" else ">"
    held = photo[start:]
    first = struct.unpack_from(order + "I", held, 4)[0]
    pointer = _place_of(held, order, first, 0x8825)
    assert pointer is not None, "a photo without a position cannot be moved"
    gps = struct.unpack(order + "I", pointer[1][2])[0]
    told = bytearray(photo)
    for tag, degrees in ((2, lat), (4, lon)):
        found = _place_of(held, order, gps, tag)
        assert found is not None and found[1][:2] == (RATIONAL, 3)
        micro = round(degrees % 1 * 3600 * 1_000_000)
        minutes, rest = divmod(micro, 60_000_000)
        value = fractions((int(degrees), 1), (minutes, 1), (rest, 1_000_000), order=order)[2]
        told[start + found[0] : start + found[0] + 24] = value
    dated = _place_of(held, order, gps, 0x1D)
    if day and dated is not None:
        told[start + dated[0] : start + dated[0] + 10] = day.encode()
    return bytes(told)
