"""What a photo says of where and when it was taken, and nothing else of it.

Only the few fields below are ever looked at: who made the camera, its number, names and texts
are not read.  Whoever sends a photo may have written anything there, so a value counts only where
it is what the standard says it is; a doubtful one is nothing, never a guess.  Source: Exif 2.32
(CIPA DC-008-2019), sections 4.6.2 (the directories), 4.6.5 (times) and 4.6.6 (positions).
"""

import datetime as dt
import math
import re
import struct
from collections.abc import Iterable
from typing import NamedTuple

_EXIF, _GPS = 0x8769, 0x8825
_TAKEN, _OFFSET = 0x9003, 0x9011
_LAT_REF, _LAT, _LON_REF, _LON, _CLOCK, _STATUS, _DATUM, _DAY, _ERROR = (
    1, 2, 3, 4, 7, 9, 0x12, 0x1D, 0x1F,
)  # fmt: skip
_TEXT, _LONG, _RATIONAL = 2, 4, 5
_SIZES = {_TEXT: 1, _LONG: 4, _RATIONAL: 8}
MOST_FIELDS, MOST_BYTES = 500, 64  # of one directory; of one value that could be wanted
_WGS84 = {"", "WGS84", "WGS-84", "WGS 84"}
_NULL_ISLAND = 0.001  # degrees round (0, 0): what a device without a fix writes
_MOST_ERROR_M = 100_000.0
_MOMENT = re.compile(r"(\d{4}):(\d\d):(\d\d) (\d\d):(\d\d):(\d\d)")
_DATE = re.compile(r"(\d{4}):(\d\d):(\d\d)")
_ZONE = re.compile(r"([+-])(\d\d):([0-5]\d)")
_FIRST_YEAR = 1990  # no camera wrote this before
Field = tuple[int, int, bytes]  # the type, how many, the bytes


class _Block(NamedTuple):
    """A TIFF as EXIF is one, and the order of its bytes (``<`` or ``>``)."""

    data: bytes
    order: str

    def number(self, at: int, code: str) -> int:
        """Return one number; raises struct.error beyond the end."""
        found: int = struct.unpack_from(self.order + code, self.data, at)[0]
        return found


def _block(data: bytes) -> _Block | None:
    data = data.removeprefix(b"Exif\0\0")
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    return _Block(data, order) if order else None


def _fields(block: _Block, at: int, *wanted: int) -> dict[int, Field]:
    """Return the wanted fields of the directory at an offset; of a field told twice, the first."""
    found: dict[int, Field] = {}
    try:
        count = min(block.number(at, "H"), MOST_FIELDS)
        for place in range(at + 2, at + 2 + 12 * count, 12):
            tag, kind, many = struct.unpack_from(block.order + "HHI", block.data, place)
            size = _SIZES.get(kind, 0) * many
            if tag not in wanted or tag in found or not 0 < size <= MOST_BYTES:
                continue
            start = place + 8 if size <= 4 else block.number(place + 8, "I")
            value = block.data[start : start + size]
            if len(value) == size:
                found[tag] = (kind, many, value)
    except struct.error:  # cut off: what was read until there stands
        pass
    return found


def _below(block: _Block, top: dict[int, Field], tag: int, *wanted: int) -> dict[int, Field]:
    """Return the wanted fields of the directory that a field of the first one points to."""
    kind, many, value = top.get(tag, (0, 0, b""))
    if (kind, many) != (_LONG, 1):
        return {}
    return _fields(block, struct.unpack(block.order + "I", value)[0], *wanted)


def _text(field: Field | None) -> str:
    """Return a text as it stands before its end mark; '' where it is none."""
    if field is None or field[0] != _TEXT:
        return ""
    return field[2].partition(b"\0")[0].decode("ascii", "replace").strip()


def _fractions(field: Field | None, order: str, many: int) -> list[tuple[int, int]]:
    """Return that many fractions as (numerator, denominator), or none at all."""
    if field is None or field[:2] != (_RATIONAL, many):
        return []
    numbers = struct.unpack(f"{order}{2 * many}I", field[2])
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def _triple(field: Field | None, order: str) -> tuple[float, float, float] | None:
    """Return degrees, minutes and seconds (or hours, ...); None where one of them is not said.

    Some cameras write minutes with their fraction and 0/0 for the seconds.  That is whole; with
    whole minutes it would be a position to the nearest mile that claims to be one to the metre.
    """
    found = _fractions(field, order, 3)
    if not found:
        return None
    (_, whole), (minutes, parts), seconds = found
    if seconds == (0, 0) and parts and minutes % parts:
        found[2] = (0, 1)
    if not whole or not all(denominator for _, denominator in found):
        return None
    first, second, third = (numerator / denominator for numerator, denominator in found)
    return first, second, third


def degrees(
    value: Field | None, ref: Field | None, *, order: str, signs: str, most: float
) -> float | None:
    """Return signed decimal degrees of three fractions and a letter; None: not soundly said.

    ``signs`` are the letters of plus and minus (``NS``, ``EW``), ``most`` the largest angle.
    """
    letter, found = _text(ref), _triple(value, order)
    if found is None or len(letter) != 1 or letter not in signs:
        return None
    whole, minutes, seconds = found
    if minutes >= 60 or seconds > 60:  # 60: rounded up by some writers
        return None
    angle = whole + minutes / 60 + seconds / 3600
    if not math.isfinite(angle) or angle > most:
        return None
    return angle if letter == signs[0] else -angle


def _position(gps: dict[int, Field], order: str) -> tuple[float, float] | None:
    """Return (lon, lat) in degrees of WGS 84, or None."""
    if _text(gps.get(_STATUS)) == "V" or _text(gps.get(_DATUM)).upper() not in _WGS84:
        return None  # "void": the device itself says that it had no fix
    lat = degrees(gps.get(_LAT), gps.get(_LAT_REF), order=order, signs="NS", most=90)
    lon = degrees(gps.get(_LON), gps.get(_LON_REF), order=order, signs="EW", most=180)
    if lat is None or lon is None or (abs(lat) < _NULL_ISLAND and abs(lon) < _NULL_ISLAND):
        return None
    return lon, lat


def _error_m(gps: dict[int, Field], order: str) -> float | None:
    for numerator, denominator in _fractions(gps.get(_ERROR), order, 1):
        if denominator and 0 < numerator / denominator <= _MOST_ERROR_M:
            return numerator / denominator
    return None


def _moment(parts: Iterable[int]) -> dt.datetime | None:
    """Return a time of no zone yet; None for one that the calendar does not have."""
    year, month, day, hour, minute, second = parts
    try:
        found = dt.datetime(year, month, day, hour, minute, second)  # noqa: DTZ001
    except ValueError:  # 30 February, hour 25
        return None
    return found if found.year >= _FIRST_YEAR else None


def _fixed_at(gps: dict[int, Field], order: str) -> str | None:
    """Return the time of the fix in UTC; the hours alone, without their day, are no time."""
    day, clock = _DATE.fullmatch(_text(gps.get(_DAY))), _triple(gps.get(_CLOCK), order)
    if day is None or clock is None or max(clock) > 60:
        return None
    hour, minute, second = map(int, clock)
    found = _moment([*map(int, day.groups()), hour, minute, second])
    return found.replace(tzinfo=dt.UTC).isoformat() if found else None


def _taken_at(camera: dict[int, Field]) -> str | None:
    """Return when it was taken: with its offset where one is said, else as the camera's clock."""
    said = _MOMENT.fullmatch(_text(camera.get(_TAKEN)))
    found = _moment(map(int, said.groups())) if said else None
    if found is None:
        return None
    if zone := _ZONE.fullmatch(_text(camera.get(_OFFSET))):
        offset = dt.timedelta(hours=int(zone[2]), minutes=int(zone[3]))
        if offset <= dt.timedelta(hours=14):
            found = found.replace(tzinfo=dt.timezone(-offset if zone[1] == "-" else offset))
    return found.isoformat()


def said_by(data: bytes) -> dict[str, float | str]:
    """Return what an EXIF block soundly says: lon, lat, error_m, fixed_at, taken_at; or less.

    Degrees of WGS 84, metres, ISO 8601.  Error and time of a fix come only with its position.
    Any bytes may be given; whatever is wrong with them is left out.
    """
    block = _block(data)
    if block is None:
        return {}
    try:
        top = _fields(block, block.number(4, "I"), _EXIF, _GPS)
    except struct.error:
        return {}
    camera = _below(block, top, _EXIF, _TAKEN, _OFFSET)
    gps = _below(
        block, top, _GPS, _LAT_REF, _LAT, _LON_REF, _LON, _CLOCK, _STATUS, _DATUM, _DAY, _ERROR
    )
    found: dict[str, float | str | None] = {"taken_at": _taken_at(camera)}
    if (position := _position(gps, block.order)) is not None:
        found["lon"], found["lat"] = position
        found["error_m"] = _error_m(gps, block.order)
        found["fixed_at"] = _fixed_at(gps, block.order)
    return {name: value for name, value in found.items() if value is not None}
