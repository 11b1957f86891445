"""What a denominator is: declared by the app that holds its tables, listed in the wiring page."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from maps.heat.denominators.cells import CellValues
from municipality.words import Text

CLASSES = 7


class DenominatorError(ValueError):
    """A declaration is unsound; the server does not start."""


@dataclass(frozen=True, slots=True)
class Built:
    """Values of one day, and what they are made of: the source, and what has no place."""

    cells: CellValues
    source: Text
    unplaced: float = 0.0  # of the total, in the units of the cells


@dataclass(frozen=True, slots=True)
class Denominator:
    """One denominator: ``build`` gives its values on a day, ``per`` how much of it is one unit.

    ``limits`` are the lower limits of the seven classes of the rate, one scale for every size
    of cell.  Its migration says which tables it follows (sql.py).
    """

    name: str
    title: Text
    unit: Text  # of the rate: reports per ...
    per: float
    limits: tuple[float, ...]
    build: Callable[[dt.date], Built]

    def __post_init__(self) -> None:
        rising = all(a < b for a, b in zip(self.limits, self.limits[1:], strict=False))
        if len(self.limits) != CLASSES or not rising or not self.per > 0:
            raise DenominatorError(f"{self.name}: seven rising limits and a unit above 0")


@cache
def declared() -> dict[str, Denominator]:
    """Return the denominators of the wiring page by name; raises DenominatorError."""
    found: dict[str, Denominator] = {}
    for path in settings.HEAT_DENOMINATORS:
        one = import_string(path)
        if not isinstance(one, Denominator) or one.name in found:
            raise DenominatorError(f"{path} is not a denominator of a name of its own")
        found[one.name] = one
    return found
