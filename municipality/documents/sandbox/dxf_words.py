"""Names and texts of a drawing as they were meant: old code pages, and files that err about theirs.

Versions before 2007 name one code page.  Letters that it lacks are written as ``\\U+0645``; some
programs write UTF-8 or Arabic (cp1256) under the name of Western (cp1252), and a layer called
مبنى comes out as Ù…Ø¨Ù†Ù‰ or ãÈäì.  Both are told by their bytes.
"""

import re
from collections.abc import Callable
from functools import lru_cache

from ezdxf.lldxf.encoding import decode_dxf_unicode

from municipality.documents.sandbox.csv_reader import clean_text

Spelling = Callable[[str], str]
_ARABIC, _UTF8 = "cp1256", "utf-8"
_LETTERS = re.compile("[\u0621-\u063a\u0641-\u064a\u067e\u0686\u0698\u06af]")
_RUN = re.compile(r"[^\x00-\x7f]{2,}")  # Western words have one such letter, rarely two


def _again(text: str, said: str, meant: str) -> str | None:
    """Read the bytes of a text once more in another code page; None where they are not of it."""
    try:
        return text.encode(said, "surrogateescape").decode(meant)
    except UnicodeError:
        return None


def _is_arabic(text: str, said: str) -> bool:
    """Tell whether every run of letters that are not ASCII is Arabic in the Arabic code page."""
    runs = _RUN.findall(text)
    if not runs or len("".join(runs)) < len([c for c in text if not c.isascii()]):
        return False
    meant = [_again(run, said, _ARABIC) for run in runs]
    return all(word is not None and len(_LETTERS.findall(word)) == len(word) for word in meant)


def spelling(version: str, said: str) -> Spelling:
    """Return what writes a text of a drawing as it was meant; ``said`` is its code page."""
    if version >= "AC1021":  # from 2007 on all is UTF-8
        return lambda text: clean_text(decode_dxf_unicode(text))

    @lru_cache(maxsize=100_000)  # a layer is named by each of its objects
    def meant(text: str) -> str:
        if text.isascii():
            return clean_text(decode_dxf_unicode(text))
        found = _again(text, said, _UTF8)
        if found is None and said != _ARABIC and _is_arabic(text, said):
            found = _again(text, said, _ARABIC)
        return clean_text(decode_dxf_unicode(found or text))

    return meant
