"""Telephone numbers: any way of writing one to E.164, by the numbering plan of the city."""

import re

import phonenumbers

from municipality.conf import PROFILE
from municipality.digits import western

# The library finds a number inside other text; a field that is a number holds nothing beside it.
_WRITTEN = re.compile(r"\+?[ (]*[0-9][0-9 ().\-/]*")
_UNSEEN = str.maketrans(
    {"\u00a0": " ", "\u202f": " ", "\u2010": "-", "\u2011": "-", "\u2013": "-"}
    | dict.fromkeys("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u061c")
)  # what comes along with a number that is copied from a page


class NotAPhone(ValueError):
    """The text is not a number that can be called or texted."""


def phone(text: str) -> str:
    """Write a number as E.164; without a country code it is the city's own country's.

    Takes the digits of three scripts, blanks, dashes, ``00`` and ``+``.  Raises NotAPhone, for
    a number with anything else around it as well.

    >>> phone("٩٢١٢ ٣٤٥٦")
    '+96892123456'
    """
    plain = western(text).translate(_UNSEEN).strip()
    if not _WRITTEN.fullmatch(plain):
        raise NotAPhone(text[:40])
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    try:
        found = phonenumbers.parse(plain, PROFILE.country or None)
    except phonenumbers.NumberParseException:
        raise NotAPhone(text[:40]) from None
    if not phonenumbers.is_valid_number(found):
        raise NotAPhone(text[:40])
    return str(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164))


def can_be_texted(e164: str) -> bool:
    """Tell whether a number is a mobile of the city's country, to which codes may be sent."""
    try:
        found = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return False
    kind = phonenumbers.number_type(found)
    mobile = phonenumbers.PhoneNumberType
    ours = PROFILE.country in ("", phonenumbers.region_code_for_number(found))
    return ours and kind in (mobile.MOBILE, mobile.FIXED_LINE_OR_MOBILE)


def shown(e164: str) -> str:
    """Write a number for people: ``+968 9212 3456``."""
    try:
        found = phonenumbers.parse(e164)
    except phonenumbers.NumberParseException:
        return e164
    return str(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.INTERNATIONAL))


def masked(e164: str) -> str:
    """Write a number so that its owner knows it and nobody else does: ``+968 •••• 3456``."""
    return f"{e164[:4]} •••• {e164[-4:]}"
