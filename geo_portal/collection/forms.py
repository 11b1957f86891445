"""What forms of money hold: amounts in rials as people write them, counts of a drawer, dates."""

import datetime as dt
import re
from collections.abc import Mapping
from typing import TypeVar

from django.http import HttpRequest

from municipality.asked import day, whole
from municipality.baisa import BAISA_PER_RIAL, Baisa, as_rial
from municipality.billing.shifts.drawer import MOST_PIECES
from municipality.conf import PROFILE
from municipality.digits import western
from municipality.problems import Problem, bad_value
from municipality.words import Text

T = TypeVar("T")
_AMOUNT = re.compile(r"([0-9]{1,7})(?:\.([0-9]{1,3}))?")
BAD_AMOUNT = Text("اكتب المبلغ بالريال، مثل 6.195.", "Write the amount in rials, as 6.195.")
NOT_FROM_PAGE = Text(
    "النموذج ناقص أو قديم. افتح الصفحة من جديد واختر من القائمة.",
    "The form is incomplete or out of date. Open the page again and choose from the list.",
)
BAD_PIECES = Text(
    "فئة {value}: اكتب عدد القطع رقمًا صحيحًا من 0 إلى {most}.",
    "Note or coin of {value}: write the pieces as a whole number from 0 to {most}.",
)
MISSING = Text("هذا الحقل لازم.", "This field is needed.")


def amount_baisa(text: str, *, name: str) -> int:
    """Read an amount of rials with up to three decimals in any digits; raises Problem 422."""
    found = _AMOUNT.fullmatch(western(text).replace(",", "").strip())
    if found is None:
        raise bad_value(name, BAD_AMOUNT)
    return int(found[1]) * BAISA_PER_RIAL + int((found[2] or "0").ljust(3, "0"))


def needed(request: HttpRequest, name: str, *, longest: int = 200) -> str:
    """Return a field that must be filled; raises Problem 422."""
    value = request.POST.get(name, "").strip()
    if not value or len(value) > longest:
        raise bad_value(name, MISSING, code="missing_value")
    return value


def chosen(request: HttpRequest, name: str, choices: Mapping[str, T]) -> T:
    """Return what one of the words a form offers stands for; raises Problem 422 for another."""
    try:
        return choices[request.POST.get(name, "")]
    except KeyError:
        raise bad_value(name, NOT_FROM_PAGE) from None


def number(request: HttpRequest, name: str) -> int:
    """Return a whole number that the page itself put into its form; raises Problem 422."""
    return _whole(request.POST.get(name, ""), name=name, high=2**53, words=NOT_FROM_PAGE)


def _whole(text: str, *, name: str, high: int, words: Text) -> int:
    """Read a whole number; a wrong one is refused in words, not by the field's own name."""
    try:
        return whole(text, name=name, low=0, high=high)
    except Problem:
        raise bad_value(name, words) from None


def date(request: HttpRequest, name: str, *, default: dt.date) -> dt.date:
    """Return a day of a form."""
    return day(request.POST.get(name), name=name, default=default)


def pieces(request: HttpRequest) -> dict[int, int]:
    """Return how many of each note and coin were counted; an empty field is none."""
    found = {}
    for value in PROFILE.denominations_baisa:
        text = request.POST.get(f"pieces_{value}", "").strip()
        words = BAD_PIECES.with_values(value=as_rial(Baisa(value)), most=MOST_PIECES)
        found[value] = _whole(text or "0", name=f"pieces_{value}", high=MOST_PIECES, words=words)
    return found


def words_of(problem: Problem) -> str:
    """Say a refusal on the page it came from."""
    return str(problem.detail)
