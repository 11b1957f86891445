"""Plates that a slip of the thumb or of the eye may have meant."""

from collections.abc import Container, Iterator

from parking_zones.plates import ARABIC, NUMBER, Plate

# What is taken for another: letters alike in Arabic (د ر, ب ي, ح ج) or in Latin, digits alike.
_LETTERS_ALIKE = ("DR", "BY", "HJ", "RW", "DW", "AL", "BR", "BD", "HK", "KR", "MW", "HM")
_DIGITS_ALIKE = ("17", "08", "38", "56", "68", "89", "06", "69", "49")
_LETTER_AS_DIGIT = {"B": "8", "D": "0"}
_DIGIT_AS_LETTER = {digit: letter for letter, digit in _LETTER_AS_DIGIT.items()}


def _is_pair(one: str, other: str, pairs: tuple[str, ...]) -> bool:
    return one + other in pairs or other + one in pairs


def _other_numbers(number: str) -> Iterator[tuple[int, str]]:
    """Yield numbers one slip away with the rank of the slip; some begin with a zero."""
    for at, digit in enumerate(number):
        head, tail = number[:at], number[at + 1 :]
        yield 4, head + tail
        if tail:
            yield 1, head + tail[0] + digit + tail[1:]
        for other in "0123456789":
            yield 2 if _is_pair(digit, other, _DIGITS_ALIKE) else 3, head + other + tail
    for at in range(len(number) + 1):
        for other in "0123456789":
            yield 4, number[:at] + other + number[at:]


def _other_codes(code: str) -> Iterator[tuple[int, str]]:
    for at, letter in enumerate(code):
        for other in ARABIC:
            if _is_pair(letter, other, _LETTERS_ALIKE):
                yield 0, code[:at] + other + code[at + 1 :]
    yield 1, code[::-1]


def _across(number: str, code: str) -> Iterator[tuple[str, str]]:
    """Yield what comes of a letter read as a digit (B 8, D 0), or a digit as a letter.

    Where number and code meet: ``1238 A`` and ``123 BA``; ``A 8123`` and ``AB 123``.
    """
    if len(code) == 1:
        yield number[:-1], _DIGIT_AS_LETTER.get(number[-1], "") + code
        yield number[1:], code + _DIGIT_AS_LETTER.get(number[0], "")
    else:
        yield number + _LETTER_AS_DIGIT.get(code[0], ""), code[1]
        yield _LETTER_AS_DIGIT.get(code[1], "") + number, code[0]


def near_keys(plate: Plate) -> list[str]:
    """Return the keys one slip away from a plate, the likeliest slip first, about a hundred.

    For a database: ask for these keys, then take the first.  Relation and order are fixed; of two
    plates each is near the other or neither is.
    """
    number, code = plate.digits, plate.code
    found = [(rank, number, other) for rank, other in _other_codes(code)]
    found += [(rank, other, code) for rank, other in _other_numbers(number)]
    found += [
        (5, digits, letters)
        for digits, letters in _across(number, code)
        if len(digits + letters) == len(number + code)
    ]
    keys = [
        Plate(digits, letters).key
        for _, digits, letters in sorted(found)
        if NUMBER.fullmatch(digits)
    ]
    return [key for key in dict.fromkeys(keys) if key != plate.key]


def near_misses(plate: Plate, *, among: Container[str], most: int = 5) -> list[str]:
    """Return the keys of ``among`` (a set or a mapping) that a slip may have meant, best first."""
    return [key for key in near_keys(plate) if key in among][:most]
