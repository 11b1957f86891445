"""Names in certificates: letters of one script only.

A name that mixes Arabic and Latin, or an Arabic one that ends in a digit, makes the validation
of a chain raise: RFC 4518 (and asn1crypto) compare names after the bidi rule of RFC 3454 §6.
"""

import unicodedata

from asn1crypto import x509

from municipality.words import Text

LONGEST = 64  # bytes: X.520 says letters, and makers of certificates count bytes


class BadName(ValueError):
    """The name cannot stand in a certificate; the message says why."""


def _script(letter: str) -> str:
    return unicodedata.name(letter, "?").split()[0]


def certificate_name(text: str) -> str:
    """Return a name that may stand in a certificate; raises BadName.

    >>> certificate_name("بلدية مسقط")
    'بلدية مسقط'
    """
    name = " ".join(unicodedata.normalize("NFC", text).split())
    scripts = {_script(letter) for letter in name if letter.isalpha()}
    if len(scripts) != 1:
        raise BadName(f"{name!r}: letters of {len(scripts)} scripts, and one is needed")
    if len(name.encode()) > LONGEST:
        raise BadName(f"{name!r}: longer than {LONGEST} bytes")
    try:
        _ = x509.Name.build({"common_name": name}).hashable
    except ValueError:
        raise BadName(f"{name!r}: must begin and end with a letter of its script") from None
    return name


def names_of(municipality: Text, role: Text, note: Text) -> tuple[str, str]:
    """Return common name and unit of a certificate: Arabic where that can be, else Latin.

    Raises BadName where neither can stand in a certificate.
    """
    try:
        return certificate_name(f"{role.ar} {municipality.ar}"), certificate_name(note.ar)
    except BadName:
        return certificate_name(f"{municipality.en} {role.en}"), certificate_name(note.en)
