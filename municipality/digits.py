"""Digits of three scripts to Western ones, and strict numbers.

``int()`` and ``float()`` of Python take ``1_000``, ``٣٠``, ``nan`` and ``1e999``; a public
door takes none of these by accident: digits are normalised on purpose, the rest is refused.
"""

import math
import re

_TO_WESTERN = {ord(c): str(i) for row in ("٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹") for i, c in enumerate(row)}
_TO_WESTERN |= {ord("٫"): ".", ord("٬"): "", ord("−"): "-"}
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}")
_NUMBER = re.compile(r"[+-]?([0-9]{1,18}(\.[0-9]{0,20})?|\.[0-9]{1,20})([eE][+-]?[0-9]{1,3})?")


class NotANumber(ValueError):
    """The text is not a plain finite number."""


def western(text: str) -> str:
    """Turn Arabic-Indic and Persian digits (and their decimal mark) into Western ones.

    >>> western("قطعة ٢٤١٧")
    'قطعة 2417'
    """
    return text.translate(_TO_WESTERN)


def integer(text: str) -> int:
    """Read a whole number in any of the three scripts; raises NotANumber."""
    plain = western(text.strip())
    if not _INTEGER.fullmatch(plain):
        raise NotANumber(text[:40])
    return int(plain)


def number(text: str) -> float:
    """Read a finite decimal number in any of the three scripts; raises NotANumber."""
    plain = western(text.strip())
    if not _NUMBER.fullmatch(plain):
        raise NotANumber(text[:40])
    value = float(plain)
    if not math.isfinite(value):
        raise NotANumber(text[:40])
    return value
