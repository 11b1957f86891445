"""The ministry's register of titles over HTTPS: what a deed says there, or honestly unknown."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import partial
from typing import Any, Protocol

from django.conf import settings

from municipality.digits import western
from municipality.far_register import FarRegister, NoAnswer, Outcome, Patience, Silence
from municipality.names import fold
from municipality.words import Text
from plots.register.title_models import TitleMandate
from plots.register.titles import Owner, are_whole, read_share

CONNECT_S, SILENT_S, WHOLE_S = 2.0, 3.0, 5.0
NOT_CONNECTED = Text("سجل الوزارة غير موصول.", "The ministry's register is not connected.")
SILENT = {
    Silence.NOT_ANSWERING: Text("لم يجب سجل الوزارة.", "The ministry's register did not answer."),
    Silence.OTHER_FORM: Text(
        "جواب سجل الوزارة غير مفهوم.", "The ministry's answer is of another form."
    ),
}
_LINKS = frozenset({"بن", "بنت", "ابن", "bin", "bint", "ibn", "al"})


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer: with the owners and the day it speaks of where found, else why it is unknown."""

    outcome: Outcome
    owners: tuple[Owner, ...] = ()
    as_of: str = ""
    why: Text | None = None


class TitleRegister(Protocol):
    """A register of titles that can be asked for one deed."""

    def title_of(self, plot_number: str, deed_number: str) -> Answer:
        """Tell what the register says of a deed of a plot; never raises."""
        ...


def _unknown(why: Text) -> Answer:
    return Answer(Outcome.UNKNOWN, why=why)


def _found(told: Any, *, plot_number: str, deed_number: str) -> Answer:
    """Read a deed; raises ValueError, KeyError, TypeError for another form or another deed."""
    if (told["plot_number"], told["deed_number"]) != (plot_number, deed_number):
        raise ValueError("another deed")
    owners = tuple(
        Owner(str(row["name"]), str(row.get("civil_number") or ""), read_share(row["share"]).part)
        for row in told["owners"]
    )
    if not are_whole(owner.share for owner in owners):
        raise ValueError("shares that are not the whole")
    return Answer(Outcome.FOUND, owners, str(told["as_of"]))


class HttpRegister:
    """A register at an address: ``GET /titles?plot=…&deed=…`` with a bearer key, JSON back."""

    def __init__(self, *, url: str, key: str) -> None:
        patience = Patience(CONNECT_S, SILENT_S, WHOLE_S)
        self._far = FarRegister(url=url, key=key, patience=patience)

    def title_of(self, plot_number: str, deed_number: str) -> Answer:
        """Tell what the register says of a deed; see TitleRegister."""
        read = partial(_found, plot_number=plot_number, deed_number=deed_number)
        try:
            found = self._far.found("/titles", {"plot": plot_number, "deed": deed_number}, read)
        except NoAnswer as silence:
            return _unknown(SILENT[silence.why])
        return found or Answer(Outcome.NOT_FOUND)


class NotConnected:
    """What answers where no register is configured."""

    def title_of(self, plot_number: str, deed_number: str) -> Answer:
        """Say that nothing is known."""
        return _unknown(NOT_CONNECTED)


def configured() -> TitleRegister:
    """Return the register named by ``GEO_TITLE_REGISTER_URL``, or one that knows nothing."""
    url = settings.GEO_TITLE_REGISTER_URL
    return HttpRegister(url=url, key=settings.GEO_TITLE_REGISTER_KEY) if url else NotConnected()


class Sameness(StrEnum):
    """Whether the owner an office names is an owner of the title, or may act for its owners."""

    SAME = "same"
    BY_MANDATE = "by_mandate"
    DIFFERENT = "different"
    UNKNOWN = "unknown"


def _tokens(name: str) -> tuple[str, ...]:
    """Fold a name to its parts, without the words that only join them and without the article."""
    parts = fold(name).replace("-", " ").split()
    return tuple(part.removeprefix("ال") or part for part in parts if part not in _LINKS)


def _sameness(named: Owner, person: Owner | TitleMandate) -> Sameness:
    """Compare two people: by civil numbers where both are known, else by their names."""
    mine, theirs = western(named.civil_number).strip(), western(person.civil_number).strip()
    if mine and theirs:
        return Sameness.SAME if mine == theirs else Sameness.DIFFERENT
    one, other = _tokens(named.name), _tokens(person.name)
    if one and one == other:
        return Sameness.SAME
    short, long = sorted((set(one), set(other)), key=len)
    # A shorter form of a name may be the same person's or another's: a person must look.
    return Sameness.UNKNOWN if len(short) > 1 and short <= long else Sameness.DIFFERENT


def compare(
    named: Owner, owners: Sequence[Owner], mandates: Sequence[TitleMandate] = ()
) -> tuple[Sameness, Fraction | None]:
    """Tell whether a named owner is one of a title's, and the share of the one who is the same.

    Who is no owner but holds one of the mandates acts by it.  Unknown where no title is known, or
    where only a shorter form of a name agrees.
    """
    found = [_sameness(named, owner) for owner in owners]
    if Sameness.SAME in found:
        return Sameness.SAME, owners[found.index(Sameness.SAME)].share
    acting = [_sameness(named, mandate) for mandate in mandates]
    if Sameness.SAME in acting:
        return Sameness.BY_MANDATE, None
    if not owners or Sameness.UNKNOWN in (*found, *acting):
        return Sameness.UNKNOWN, None
    return Sameness.DIFFERENT, None
