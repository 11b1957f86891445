"""Counting a drawer: pieces of each note and coin of the city's profile; pure."""

from collections.abc import Mapping

from municipality.conf import PROFILE
from municipality.problems import Problem
from municipality.words import Text

BAD_COUNT = Text(
    "اكتب عدد القطع من كل فئة: رقمًا صحيحًا لا يقل عن صفر.",
    "Write how many pieces of each there are: whole numbers, none below zero.",
)
MOST_PIECES = 100_000


def counted_baisa(pieces: Mapping[int, int]) -> int:
    """Add up a drawer; raises Problem 422 for a note that the city does not have.

    >>> counted_baisa({5_000: 3, 100: 2})
    15200
    """
    for value, count in pieces.items():
        if value not in PROFILE.denominations_baisa or not 0 <= count <= MOST_PIECES:
            raise Problem(422, "bad_value", BAD_COUNT)
    return sum(value * count for value, count in pieces.items())
