"""The text of a ticket by SMS: ``1111 ب 60`` (شراء تذاكر المواقف بالرسائل النصية القصيرة).

Form of the municipality (decision 151/2016 and its instructions for 90091): the plate's number, its
code, the minutes.  Any digits, either script, any gaps; the code may stand before the number.

Decisions.  *Order alone decides*: the minutes come last, and ``60 ب 1111`` is never turned round,
though 1111 minutes cannot be meant, for ``60 ب 120`` could be read both ways and a guess pays for
another's car.  *Zone*: the number on the sign stands last behind Z, ز, zone or منطقة (``Z7``, ``ز
7``): neither letter is on plates, and a number without one is refused, never taken for a zone.
*Dash*: ``1111-B-60`` is a gap; a dash with a blank before it and none behind is a minus.
``0000AB`` of the instructions is read as plate 0 AB: whether such a vehicle exists is not asked
here.
"""

import re
from dataclasses import dataclass
from itertools import groupby

from municipality.words import Text
from parking_zones.plates import MOST_LETTERS, Fault, NotAPlate, Plate, plate_of, runs_of

LONGEST_TEXT = 1_000  # as the router takes in
MOST_PIECES = 6
LETTERS_OF_A_SLIP = 3  # a longer word is a sentence, not a code with a slip
WORDS_FOR_MINUTES = 2  # "one hour"; more is a sentence
DIGITS_OF_MINUTES = 5  # a plate in their place; six digits are the number of a case
LONGEST_ZONE = 6
_ZONE = frozenset({"Z", "ZONE", "ز", "منطقة", "منطقه", "المنطقة", "المنطقه"})
_MINUTES = frozenset({"MIN", "MINS", "MINUTE", "MINUTES", "دقيقة", "دقيقه", "دقائق"})
_MINUS = re.compile(r"\s[-\u2010-\u2015]\Z")

MINUTES_UNREAD = "minutes_unread"
_FORM_AR, _FORM_EN = "مثل 1111 ب {step}", "such as 1111 B {step}"
_SENTENCES = {
    "no_minutes": Text(
        f"اكتب الدقائق بعد اللوحة، {_FORM_AR}.", f"Write the minutes after the plate, {_FORM_EN}."
    ),
    MINUTES_UNREAD: Text(
        f"لم نفهم الدقائق. اكتبها رقمًا بعد اللوحة، {_FORM_AR}.",
        f"The minutes were not understood. Write them in figures, {_FORM_EN}.",
    ),
    "not_a_multiple": Text(
        "الدقائق من مضاعفات {step}، وأقصاها {most}.",
        "Minutes are multiples of {step}, {most} at most.",
    ),
    "too_long": Text(
        f"أقصى الدقائق {{most}}. اكتب اللوحة ثم الدقائق، {_FORM_AR}.",
        f"{{most}} minutes at most. Write the plate, then the minutes, {_FORM_EN}.",
    ),
    "not_positive": Text(
        f"الدقائق أكثر من صفر وبلا علامة ناقص، {_FORM_AR}.",
        f"Minutes are more than zero, without a minus, {_FORM_EN}.",
    ),
    "another_number": Text(
        f"في الرسالة رقم زائد. رقم المنطقة يكتب مع ز، {_FORM_AR} ز7.",
        f"There is a number too many. A zone is written with Z, {_FORM_EN} Z7.",
    ),
    "order": Text(
        f"اكتب رقم اللوحة ثم رمزها ثم الدقائق، {_FORM_AR}.",
        f"Write the plate's number, its letters, then the minutes, {_FORM_EN}.",
    ),
    "zone": Text(
        f"اكتب رقم المنطقة بعد ز، {_FORM_AR} ز7.",
        f"Write the zone's number after Z, {_FORM_EN} Z7.",
    ),
}


@dataclass(frozen=True, slots=True)
class TicketText:
    """A ticket asked for: the plate, its minutes, and the zone's number on the sign if written.

    ``zone_number`` is without zeros in front; None where there is none.
    """

    plate: Plate
    minutes: int
    zone_number: str | None = None


@dataclass(frozen=True, slots=True)
class TicketMistake:
    """A text that asks for a ticket and cannot have it: ``fault`` and what to write instead."""

    fault: str
    sentence: Text


@dataclass(frozen=True, slots=True)
class _Piece:
    kind: str  # N: digits, W: letters
    text: str
    is_minus: bool


class _Mistaken(Exception):
    """Why the text cannot have its ticket."""

    def __init__(self, fault: str) -> None:
        self.fault = fault


@dataclass(frozen=True, slots=True)
class _Minutes:
    """What minutes may be bought."""

    step: int
    most: int

    def fault_of(self, minutes: int) -> str:
        if minutes <= 0:
            return "not_positive"
        if minutes > self.most:
            return "too_long"
        return "not_a_multiple" if minutes % self.step else ""


def _pieces(text: str) -> list[_Piece]:
    """Cut a text into numbers and words; any other sign is a gap."""
    pieces, gap = [], ""
    for run in runs_of(text):
        if run.kind in ("gap", "sign"):
            gap += run.text
            continue
        if run.text not in _MINUTES:
            kind = "N" if run.kind == "digits" else "W"
            pieces.append(_Piece(kind, run.text, bool(_MINUS.search(gap))))
        gap = ""
    return pieces


def _without_zone(pieces: list[_Piece]) -> tuple[list[_Piece], str | None]:
    """Take the zone off the end: its number, or an empty one where only its letter stands."""
    if pieces and pieces[-1].text in _ZONE:
        return pieces[:-1], ""
    if len(pieces) > 1 and pieces[-2].text in _ZONE and pieces[-1].kind == "N":
        number = "" if pieces[-1].is_minus else pieces[-1].text.lstrip("0")
        return pieces[:-2], number if len(number) <= LONGEST_ZONE else ""
    return pieces, None


def _joined(pieces: list[_Piece]) -> list[_Piece]:
    """Join letters that stand apart (``أ ب``); numbers apart stay two."""
    joined: list[_Piece] = []
    for kind, group in groupby(pieces, key=lambda piece: piece.kind):
        same = list(group)
        joined += [_one(same)] if kind == "W" else same
    return joined


def _one(letters: list[_Piece]) -> _Piece:
    return _Piece("W", "".join(piece.text for piece in letters), letters[0].is_minus)


def _plate(number: _Piece, letters: _Piece) -> Plate | None:
    """Return the plate, or None where these are not its parts."""
    try:
        return plate_of(digits=number.text, letters=letters.text)
    except NotAPlate:
        return None


def _ticket(
    pieces: list[_Piece], zone: str | None, allowed: _Minutes
) -> TicketText | TicketMistake | None:
    """Read a text of three pieces: the plate's two, then the minutes."""
    one, two, last = pieces
    number, letters = (one, two) if one.kind == "N" else (two, one)
    if len(letters.text) > LETTERS_OF_A_SLIP or len(last.text) > DIGITS_OF_MINUTES:
        return None
    try:
        plate = plate_of(digits=number.text, letters=letters.text)
    except NotAPlate as error:
        if one.kind == "W" and error.fault in (Fault.UNKNOWN_LETTER, Fault.TOO_MANY_LETTERS):
            return None  # a word before two numbers: that of a case, a date
        return TicketMistake(error.fault.value, error.sentence)
    minutes = -int(last.text) if last.is_minus else int(last.text)
    fault = allowed.fault_of(minutes)
    if fault or zone == "":
        raise _Mistaken(fault or "zone")
    return TicketText(plate, minutes, zone)


def _other(pieces: list[_Piece], allowed: _Minutes) -> TicketMistake | None:
    """Tell what a text lacks, or has too much, where it looks like a ticket; else None."""
    numbers = [piece for piece in pieces if piece.kind == "N"]
    words = [piece for piece in pieces if piece.kind == "W"]
    if len(numbers) == 2 and not words:
        if len(numbers[0].text) > DIGITS_OF_MINUTES or len(numbers[1].text) > DIGITS_OF_MINUTES:
            return None
        if allowed.fault_of(int(numbers[1].text)):
            return None  # two numbers may be anything
        missing = NotAPlate(Fault.NO_LETTERS)
        return TicketMistake(missing.fault.value, missing.sentence)
    if len(words) != 1 or not numbers or _plate(numbers[0], words[0]) is None:
        return None
    if any(len(piece.text) > DIGITS_OF_MINUTES for piece in numbers):
        return None
    if len(numbers) == 1:
        raise _Mistaken("no_minutes")
    together = "W" in (pieces[0].kind, pieces[1].kind)
    raise _Mistaken("another_number" if together and len(numbers) > 2 else "order")


def _has_words_for_minutes(pieces: list[_Piece]) -> bool:
    """Tell whether a plate stands first and words alone behind it: ``4444 S sixty``.

    ``pieces`` are not joined yet: letters of a code may stand apart.
    """
    kinds = "".join(piece.kind for piece in pieces)
    if kinds.count("N") != 1 or "N" not in kinds[: MOST_LETTERS + 1]:
        return False
    at = kinds.index("N")
    number, before, behind = pieces[at], pieces[:at], pieces[at + 1 :]
    codes = [before] if before else [behind[:n] for n in range(1, MOST_LETTERS + 1)]
    for code in codes:
        words = behind if before else behind[len(code) :]
        if 0 < len(words) <= WORDS_FOR_MINUTES and _plate(number, _one(code)) is not None:
            return True
    return False


def read_ticket(text: str, *, step: int, most: int) -> TicketText | TicketMistake | None:
    """Read a text to the short code; None: it does not ask for a ticket, ask the next command.

    ``step`` and ``most``: minutes are multiples of the one, up to the other (of the tariff then in
    force).  Raises for no text; time grows with its length.

    >>> read_ticket("١١١١ ب ٦٠ ز7", step=30, most=300)
    TicketText(plate=Plate(digits='1111', code='B'), minutes=60, zone_number='7')
    >>> read_ticket("1111 B 45", step=30, most=300).fault
    'not_a_multiple'
    >>> read_ticket("PX-2026-000123", step=30, most=300)
    """
    if len(text) > LONGEST_TEXT:
        return None
    apart, zone = _without_zone(_pieces(text))
    pieces = _joined(apart)
    if len(pieces) > MOST_PIECES:
        return None
    allowed = _Minutes(step, most)
    try:
        if "".join(piece.kind for piece in pieces) in ("NWN", "WNN"):
            return _ticket(pieces, zone, allowed)
        found = _other(pieces, allowed)
        if found is None and _has_words_for_minutes(apart):
            raise _Mistaken(MINUTES_UNREAD)
        return found
    except _Mistaken as mistake:
        filled = _SENTENCES[mistake.fault].with_values(step=step, most=most)
        return TicketMistake(mistake.fault, filled)
