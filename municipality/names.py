"""Arabic and Latin names: tidied as they are typed, folded so that a search finds them.

The fold also stands in the database as ``ar_fold()`` (places.0001); a test keeps both equal.
"""

import re
import unicodedata

_FROM = "أإآٱىئؤةگچپڤ٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹"
_TO = "ااااييوهكجبف01234567890123456789"
_TABLE = str.maketrans(_FROM, _TO)
_MARKS = re.compile("[\u064b-\u065f\u0670\u0640\u200e\u200f\u061c]")


def fold(text: str) -> str:
    """Fold hamza, alef maqsura, ta marbuta, tashkeel, tatweel, digits and case.

    >>> fold("إِبَاحَةُ") == fold("اباحه")
    True
    """
    return _MARKS.sub("", unicodedata.normalize("NFKC", text).translate(_TABLE)).lower()


def tidy(text: str) -> str:
    """Write a name as it may stand on a paper: one line, nothing unseen in it.

    Control letters and marks of direction (U+202A-E, U+2066-9) could turn what stands beside
    the name around.

    >>> tidy(" Said\u202e  Ali\\n")
    'Said Ali'
    """
    seen = "".join(
        " " if letter.isspace() else letter
        for letter in unicodedata.normalize("NFC", text)
        if letter.isspace() or unicodedata.category(letter)[0] != "C"
    )
    return " ".join(seen.split())
