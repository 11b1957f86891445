"""What is asked of a stamp, and what comes of it: plain values."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from municipality.words import Text

MOST_LINES = 6
LONGEST_VALUE = 120  # letters; more would be too small to read
MOST_BYTES = 30_000_000  # of a stamped file: what the verification page takes
Line = tuple[Text, Text]


class Corner(StrEnum):
    """A corner of the page as it is seen, whatever way the file turns it."""

    BOTTOM_LEFT = "bottom_left"
    BOTTOM_RIGHT = "bottom_right"
    TOP_LEFT = "top_left"
    TOP_RIGHT = "top_right"


class Room(StrEnum):
    """Where the stamp finds its place."""

    ADDED = "added"  # a band is put to the page, so that nothing drawn is ever covered
    ON_PAGE = "on_page"  # our own papers, which leave the corner free


@dataclass(frozen=True, slots=True)
class VisibleStamp:
    """The stamp that is seen: its words, its code, and where it stands.

    ``lines`` are at most six (permit number, plot, validity, who, the day); ``code`` is the
    paper's code, drawn as QR of the verification page; ``page`` counts from 1.
    """

    title: Text
    lines: tuple[Line, ...]
    code: str
    page: int = 1
    corner: Corner = Corner.BOTTOM_LEFT
    room: Room = Room.ADDED

    def __post_init__(self) -> None:
        if len(self.lines) > MOST_LINES:
            raise ValueError(f"a stamp has at most {MOST_LINES} lines")
        if any(len(value.ar) > LONGEST_VALUE for _, value in self.lines):
            raise ValueError(f"a line of a stamp has at most {LONGEST_VALUE} letters")


@dataclass(frozen=True, slots=True)
class SignedPdf:
    """A stamped file; ``certificate_serial`` in hexadecimal digits."""

    pdf: bytes
    sha256: str
    certificate_serial: str
    signed_at: dt.datetime
