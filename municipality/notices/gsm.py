"""What a text costs on the air: the GSM 03.38 alphabet, UCS-2, and cutting into parts.

160 characters of the GSM alphabet fit into one SMS, 153 into each part of a longer one; as soon
as one letter is not in that alphabet (any Arabic one), 70 and 67 (3GPP TS 23.038, 23.040).
"""

from dataclasses import dataclass

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_ESCAPE = 0x1B
_EXTENSION = {
    "\f": 0x0A, "^": 0x14, "{": 0x28, "}": 0x29, "\\": 0x2F,
    "[": 0x3C, "~": 0x3D, "]": 0x3E, "|": 0x40, "€": 0x65,
}  # fmt: skip
_CODES = {letter: bytes([code]) for code, letter in enumerate(_BASIC) if code != _ESCAPE}
_CODES |= {letter: bytes([_ESCAPE, code]) for letter, code in _EXTENSION.items()}
_LETTERS = dict(enumerate(_BASIC))
_EXTENDED = {code: letter for letter, code in _EXTENSION.items()}

GSM, UCS2 = 0, 8  # data_coding of SMPP 3.4: the SMSC's default alphabet, UCS-2
_WHOLE = {GSM: 160, UCS2: 140}  # octets of the only part; one septet stands in one octet
_CUT = {GSM: 153, UCS2: 134}  # octets of each of several, after the header of six


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as it goes over the air: its coding and the octets of each part, headers apart."""

    coding: int
    bodies: tuple[bytes, ...]


def is_gsm(text: str) -> bool:
    """Tell whether every letter is in the GSM alphabet or its extension."""
    return all(letter in _CODES for letter in text)


def encoded(text: str) -> Encoded:
    """Cut a text into parts; an escaped letter or a surrogate pair is never cut in two.

    A lone surrogate, which no telephone can show, becomes a question mark.
    """
    coding = GSM if is_gsm(text) else UCS2
    letters = [
        _CODES[letter] if coding == GSM else letter.encode("utf-16-be", "replace")
        for letter in text
    ]
    total = sum(map(len, letters))
    most = _WHOLE[coding] if total <= _WHOLE[coding] else _CUT[coding]
    bodies, body = [], b""
    for octets in letters:
        if len(body) + len(octets) > most:
            bodies.append(body)
            body = b""
        body += octets
    return Encoded(coding, (*bodies, body))


def parts(text: str) -> int:
    """Count the SMS that a text is billed as.

    >>> parts("a" * 160), parts("a" * 161), parts("ب" * 70), parts("ب" * 71)
    (1, 2, 1, 2)
    """
    return len(encoded(text).bodies)


def decoded(body: bytes, coding: int) -> str:
    """Read what a telephone sent; what cannot be read becomes U+FFFD, and nothing is refused."""
    kind = coding & 0x0F
    if kind == UCS2:
        return body.decode("utf-16-be", "replace")
    if kind in (1, 3):  # IA5, Latin-1
        return body.decode("latin-1")
    if kind != GSM:
        return body.decode("utf-8", "replace")
    text, escaped = [], False
    for code in body:
        if escaped:
            text.append(_EXTENDED.get(code, " "))
            escaped = False
        elif code == _ESCAPE:
            escaped = True
        else:
            text.append(_LETTERS.get(code, "\ufffd"))
    return "".join(text)
