"""Folding of Arabic and Latin names, so that a search finds what a person means.

The same fold stands in the database as ``ar_fold()`` (places.0001); a test keeps both equal.
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
