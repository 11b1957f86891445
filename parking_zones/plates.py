"""Plates of vehicles as people write them, to one key (رقم اللوحة ورمزها).

Sources: up to five digits and one or two letters since 6 January 2001, shown in Arabic and Latin:
de.wikipedia.org/wiki/Kfz-Kennzeichen_(Oman), which lists A B D H M R S W Y as the letters of
private plates; autokennzeichen.de/oman for K ك, T ط and what K, KA, KB, KK, T and TT stand for; an
insurer's list of codes in use (Minibumphead/TaminFrontend, constants.js) for J and L, whose Arabic
forms ج and ل are ours: no source prints them.

Decisions: zeros in front do not count (0011 is 11), for the number has *up to* five digits and is
not padded; six written digits are refused all the same.  Letters of two scripts in one code are
refused: ``ب B`` may be one code copied twice or two letters.  The colour is not in the text: a red
plate may carry letters that are listed as private, and nothing tells a government plate.  Codes
that are words or numbers (MUSCAT, TBA, 1-90) are not read.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from municipality.digits import western
from municipality.words import Text

COUNTRY = "OM"
# Letters of Saudi plates, which show each in both scripts (17 of the alphabet, by the General
# Department of Traffic); so one vehicle has one key however it was written.
_SAUDI = dict(zip("ابحدرسصطعقكلمنهوى", "ABJDRSXTEGKLZNHUV", strict=True)) | {"أ": "A", "ي": "V"}
LONGEST_KEY = 20  # signs; as bills and tickets keep it
LONGEST_TEXT = 100  # letters; nobody writes a plate in more
MOST_DIGITS, MOST_LETTERS, LONGEST_FOREIGN = 5, 2, 20
ARABIC = {
    "A": "أ", "B": "ب", "D": "د", "H": "ح", "J": "ج", "K": "ك", "L": "ل",
    "M": "م", "R": "ر", "S": "س", "T": "ط", "W": "و", "Y": "ي",
}  # fmt: skip
_LATIN = {arabic: latin for latin, arabic in ARABIC.items()} | {latin: latin for latin in ARABIC}
_LATIN |= dict.fromkeys("اإآٱ", "A") | {"ک": "K", "ى": "Y", "ی": "Y"}  # other keyboards' forms
_PRIVATE = frozenset("ABDHMRSWY")
NUMBER = re.compile(r"0|[1-9][0-9]{0,4}")
_CODE = re.compile(f"[{''.join(ARABIC)}]{{1,2}}")
_TATWEEL, _LOST = "\u0640", "\ufffd"
_ESCAPED = re.compile("x([0-9a-f]{6})")  # a letter beyond ASCII in the key of a foreign plate
_GAPS = frozenset("./\\_,،·|:")


class Kind(StrEnum):
    """What the code alone says of a plate."""

    PRIVATE = "private"
    TAXI = "taxi"
    MINIBUS = "minibus"  # twelve seats and more
    RENTAL = "rental"
    DRIVING_SCHOOL = "driving_school"
    FOREIGN = "foreign"
    UNKNOWN = "unknown"


_KINDS = dict.fromkeys(("K", "KA", "KB"), Kind.TAXI) | {
    "KK": Kind.MINIBUS,
    "T": Kind.RENTAL,
    "TT": Kind.DRIVING_SCHOOL,
}


class Fault(StrEnum):
    """Why a text is no plate."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NO_DIGITS = "no_digits"
    NO_LETTERS = "no_letters"
    NOT_TOGETHER = "not_together"
    TOO_MANY_DIGITS = "too_many_digits"
    TOO_MANY_LETTERS = "too_many_letters"
    TWO_SCRIPTS = "two_scripts"
    UNKNOWN_LETTER = "unknown_letter"
    UNKNOWN_SIGN = "unknown_sign"
    UNKNOWN_COUNTRY = "unknown_country"


_SENTENCES = {
    Fault.EMPTY: Text("اكتب رقم اللوحة ورمزها.", "Write the number and the code of the plate."),
    Fault.TOO_LONG: Text("النص أطول من لوحة مركبة.", "This is longer than a plate."),
    Fault.NO_DIGITS: Text(
        "اكتب رقم اللوحة مع رمزها، مثل 1111 ب.", "Write the plate's number too, such as 1111 B."
    ),
    Fault.NO_LETTERS: Text(
        "اكتب رمز اللوحة مع رقمها، مثل 1111 ب.", "Write the plate's letters too, such as 1111 B."
    ),
    Fault.NOT_TOGETHER: Text(
        "اكتب الرقم كاملا ثم الرمز، مثل 1111 ب.",
        "Write the whole number, then the letters, such as 1111 B.",
    ),
    Fault.TOO_MANY_DIGITS: Text(
        "رقم اللوحة خمس خانات على الأكثر.", "A plate's number has five digits at most."
    ),
    Fault.TOO_MANY_LETTERS: Text(
        "رمز اللوحة حرف أو حرفان.", "A plate's code is one letter or two."
    ),
    Fault.TWO_SCRIPTS: Text(
        "اكتب رمز اللوحة بالعربية وحدها أو باللاتينية وحدها.",
        "Write the plate's code in Arabic only or in Latin only.",
    ),
    Fault.UNKNOWN_LETTER: Text(
        "الحرف {what} ليس من رموز اللوحات: " + " ".join(ARABIC.values()),
        "{what} is not a letter of plates: " + " ".join(ARABIC),
    ),
    Fault.UNKNOWN_SIGN: Text(
        "العلامة {what} لا تكون في لوحة.", "The sign {what} does not stand on a plate."
    ),
    Fault.UNKNOWN_COUNTRY: Text("اختر بلد اللوحة.", "Choose the country of the plate."),
}


class NotAPlate(ValueError):
    """A text that is no plate: ``fault`` for machines, ``sentence`` for the person who wrote it."""

    def __init__(self, fault: Fault, *, what: str = "") -> None:
        """``what``: the letter or sign; one that cannot be shown is not repeated."""
        self.fault = fault
        self.sentence = _SENTENCES[fault].with_values(what=what if what.isprintable() else "?")
        super().__init__(fault.value)


@dataclass(frozen=True, slots=True)
class Plate:
    """A plate of this country: its number without zeros in front and its code in Latin letters.

    Raises ValueError for any other form: read what a person wrote with ``read_plate``.
    """

    digits: str
    code: str

    def __post_init__(self) -> None:
        if not (NUMBER.fullmatch(self.digits) and _CODE.fullmatch(self.code)):
            raise ValueError("a plate has one to five digits and one or two of its letters")

    @property
    def kind(self) -> Kind:
        """What the code says; UNKNOWN where no source names it."""
        private = Kind.PRIVATE if _PRIVATE.issuperset(self.code) else Kind.UNKNOWN
        return _KINDS.get(self.code, private)

    @property
    def key(self) -> str:
        """The plate in ASCII, the same however it was written: ``OM-1111-B``."""
        return f"{COUNTRY}-{self.digits}-{self.code}"

    @property
    def letters_ar(self) -> str:
        """The code in Arabic letters, unjoined."""
        return " ".join(ARABIC[letter] for letter in self.code)

    @property
    def shown_ar(self) -> str:
        """As on the plate in Arabic: Western digits, then the letters, unjoined."""
        return f"{self.digits} {self.letters_ar}"

    @property
    def shown_en(self) -> str:
        """As on the plate in Latin."""
        return f"{self.digits} {self.code}"


@dataclass(frozen=True, slots=True)
class ForeignPlate:
    """A plate of another country, which the asker named: letters and digits, not understood."""

    country: str
    text: str

    @property
    def kind(self) -> Kind:
        """Always FOREIGN."""
        return Kind.FOREIGN

    @property
    def key(self) -> str:
        """The plate in ASCII: ``AE-A12345``; other letters by their number in Unicode."""
        signs = self.text.replace(" ", "")
        if self.country == "SA":
            signs = "".join(_SAUDI.get(sign, sign) for sign in signs)
        plain = (sign if sign.isascii() else f"x{ord(sign):06x}" for sign in signs)
        return f"{self.country}-{''.join(plain)}"

    @property
    def shown_ar(self) -> str:
        """As it was written."""
        return self.text

    @property
    def shown_en(self) -> str:
        """As it was written."""
        return self.text


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbours of one kind in a text: digits, letters, a gap between them, or other signs."""

    kind: str
    text: str


def _kind_of(sign: str) -> str:
    if "0" <= sign <= "9":
        return "digits"
    category = unicodedata.category(sign)
    if sign.isspace() or sign in _GAPS or category == "Pd":
        return "gap"
    # A sign that was lost on its way, or that nobody can read, stood for something: never a gap.
    return "letters" if category[0] in "LMNC" or sign == _LOST else "sign"


def _plain(sign: str) -> str:
    """Return a Western digit for any digit, and a capital where it is one letter (ß is not SS)."""
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    capital = sign.upper()
    return capital if len(capital) == 1 else sign


def runs_of(text: str) -> list[Run]:
    """Cut a text into runs, in its order: Western digits, capitals, nothing unseen, full width.

    Marks of direction, of zero width and vowel marks go; tatweel is a gap.

    >>> [run.text for run in runs_of("١١١١ ﺏ")]
    ['1111', ' ', 'ب']
    """
    shaped = western(unicodedata.normalize("NFKC", text))
    seen = (sign for sign in shaped if unicodedata.category(sign) not in ("Cf", "Mn"))
    plain = "".join(map(_plain, seen)).replace(_TATWEEL, " ")
    grouped = groupby(plain, key=_kind_of)
    return [Run(kind, "".join(signs)) for kind, signs in grouped]


def _signs_only(text: str) -> list[Run]:
    """Return the runs of digits and letters; raises NotAPlate where another sign stands."""
    if len(text) > LONGEST_TEXT:
        raise NotAPlate(Fault.TOO_LONG)
    runs = [run for run in runs_of(text) if run.kind != "gap"]
    for run in runs:
        if run.kind == "sign":
            raise NotAPlate(Fault.UNKNOWN_SIGN, what=run.text[0])
    if not runs:
        raise NotAPlate(Fault.EMPTY)
    return runs


def plate_of(*, digits: str, letters: str) -> Plate:
    """Make a plate of its number and its letters in either script, as ``runs_of`` cuts them.

    Raises NotAPlate.
    """
    if len(digits) > MOST_DIGITS:
        raise NotAPlate(Fault.TOO_MANY_DIGITS)
    if len(letters) > MOST_LETTERS:
        raise NotAPlate(Fault.TOO_MANY_LETTERS)
    for letter in letters:
        if letter not in _LATIN:
            raise NotAPlate(Fault.UNKNOWN_LETTER, what=letter)
    if len({letter.isascii() for letter in letters}) > 1:
        raise NotAPlate(Fault.TWO_SCRIPTS)
    return Plate(digits.lstrip("0") or "0", "".join(_LATIN[letter] for letter in letters))


def read_plate(text: str) -> Plate:
    """Read a plate of this country as people write it; raises NotAPlate with a sentence.

    Number first or letters first, any digits, either script, any gaps.

    >>> read_plate("١١١١ ب").key, read_plate("b-1111").key, read_plate("0011ab").key
    ('OM-1111-B', 'OM-1111-B', 'OM-11-AB')
    """
    joined = [
        (kind, "".join(run.text for run in same))
        for kind, same in groupby(_signs_only(text), key=lambda run: run.kind)
    ]
    kinds = {kind for kind, _ in joined}
    if "digits" not in kinds:
        raise NotAPlate(Fault.NO_DIGITS)
    if "letters" not in kinds:
        raise NotAPlate(Fault.NO_LETTERS)
    if len(joined) > len(kinds):
        raise NotAPlate(Fault.NOT_TOGETHER)
    parts = dict(joined)
    return plate_of(digits=parts["digits"], letters=parts["letters"])


def foreign_plate(text: str, *, country: str) -> ForeignPlate:
    """Keep a plate of another country as it was written; raises NotAPlate.

    ``country``: two capital letters (ISO 3166-1), chosen by the asker: a plate is never guessed to
    be foreign.  That of this country is refused here.
    """
    if not re.fullmatch(r"[A-Z]{2}", country) or country == COUNTRY:
        raise NotAPlate(Fault.UNKNOWN_COUNTRY)
    runs = _signs_only(text)
    for sign in "".join(run.text for run in runs):
        if not sign.isalnum():
            raise NotAPlate(Fault.UNKNOWN_SIGN, what=sign)
    if sum(len(run.text) for run in runs) > LONGEST_FOREIGN:
        raise NotAPlate(Fault.TOO_LONG)
    plate = ForeignPlate(country, " ".join(run.text for run in runs))
    if len(plate.key) > LONGEST_KEY:
        raise NotAPlate(Fault.TOO_LONG)
    return plate


def vehicle_of_key(key: str) -> Plate | ForeignPlate:
    """Return the plate of any country that has this key, to be shown; raises ValueError.

    One of another country is shown as its key has it: its blanks are lost.
    """
    country, _, rest = key.partition("-")
    if country == COUNTRY:
        return plate_of_key(key)
    if not re.fullmatch(r"[A-Z]{2}", country) or not rest:
        raise ValueError("not the key of a plate")
    return ForeignPlate(country, _ESCAPED.sub(lambda found: chr(int(found[1], 16)), rest))


def plate_of_key(key: str) -> Plate:
    """Return the plate of this country that has this key; raises ValueError for another text."""
    country, _, rest = key.partition("-")
    digits, _, code = rest.partition("-")
    if country != COUNTRY:
        raise ValueError("not the key of a plate of this country")
    return Plate(digits, code)
