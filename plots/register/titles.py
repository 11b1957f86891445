"""Who owns a plot on a day, in exact shares, and who may act for its owners."""

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction

from municipality.digits import western
from plots.register.title_models import Title, TitleMandate, masked

LARGEST = 2**63 - 1  # what the columns of a share hold
_FRACTION = re.compile(r"([0-9]{1,19})\s*[/⁄]\s*([0-9]{1,19})")
_PER_CENT = re.compile(r"([0-9]{1,3})(?:\.([0-9]{1,9}))?\s*[%٪]")
_DECIMAL = re.compile(r"([0-9]{1,9})(?:\.([0-9]{1,9}))?")


class NotAShare(ValueError):
    """A text that is no share: no number, nothing, less than nothing, or more than the whole."""


@dataclass(frozen=True, slots=True)
class Stated:
    """A share as its deed writes it: 2/4 stays 2/4."""

    numerator: int
    denominator: int

    @property
    def part(self) -> Fraction:
        """The share as an exact fraction."""
        return Fraction(self.numerator, self.denominator)


@dataclass(frozen=True, slots=True)
class Owner:
    """One owner of a plot with their exact share; the civil number is empty where unknown."""

    name: str
    civil_number: str
    share: Fraction

    @property
    def masked_number(self) -> str:
        """The civil number as screens show it."""
        return masked(self.civil_number)


def stated(numerator: int, denominator: int) -> Stated:
    """Return a share of whole numbers; raises NotAShare."""
    if not 0 < numerator <= denominator <= LARGEST:
        raise NotAShare(f"{numerator}/{denominator}")
    return Stated(numerator, denominator)


def read_share(text: str) -> Stated:
    """Read a share as people write it: 1/3, ١/٣, 50%, 0.25, 1; raises NotAShare.

    A decimal is exactly what is written: three times 0.333 is not the whole.
    """
    plain = western(text).strip()
    if found := _FRACTION.fullmatch(plain):
        return stated(int(found[1]), int(found[2]))
    scale, found = (100, per) if (per := _PER_CENT.fullmatch(plain)) else (1, None)
    found = found or _DECIMAL.fullmatch(plain)
    if not found:
        raise NotAShare(text)
    decimals = found[2] or ""
    return stated(int(found[1] + decimals), scale * 10 ** len(decimals))


def are_whole(shares: Iterable[Fraction]) -> bool:
    """Tell whether shares sum to exactly one."""
    return sum(shares, Fraction()) == 1


def title_on(*, plot_id: int, on: dt.date) -> Title | None:
    """Return the title of a plot that holds on a day with its shares; none where none is known."""
    rows = Title.objects.filter(plot_id=plot_id, valid__contains=on)
    return rows.prefetch_related("shares").first()  # one at a time


def owners_of_title(title: Title) -> list[Owner]:
    """Return the owners of a title in the order of its deed."""
    rows = sorted(title.shares.all(), key=lambda row: row.position)
    return [
        Owner(row.owner_name, row.civil_number, Fraction(row.numerator, row.denominator))
        for row in rows
    ]


def owners_of(plot_id: int, on: dt.date) -> list[Owner]:
    """Return who owns a plot on a day, in the order of its deed; none where no title is known."""
    title = title_on(plot_id=plot_id, on=on)
    return [] if title is None else owners_of_title(title)


def mandates_of(title: Title) -> list[TitleMandate]:
    """Return who may act for the owners of a title, or might before or after: by name."""
    return list(title.mandates.order_by("name", "valid", "pk"))
