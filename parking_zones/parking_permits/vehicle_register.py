"""The register of vehicles and that of civil numbers: who owns a plate, or honestly unknown.

Neither was at hand: the form of the question is ours, ``GET /vehicles?plate=OM-1111-B`` and
``GET /people?civil_number=…`` at ``GEO_VEHICLE_REGISTER_URL``.  Without an address every answer
is *unknown*, and whoever decides must look at the paper.
"""

from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from typing import Any, Protocol

from django.conf import settings

from municipality.far_register import FarRegister, NoAnswer, Outcome, Patience, Silence
from municipality.words import Text
from plots.register.ministry import Sameness, compare
from plots.register.titles import Owner

CONNECT_S, SILENT_S, WHOLE_S = 2.0, 3.0, 5.0
NOT_CONNECTED = Text("سجل المركبات غير موصول.", "The vehicle register is not connected.")
SILENT = {
    Silence.NOT_ANSWERING: Text("لم يجب سجل المركبات.", "The vehicle register did not answer."),
    Silence.OTHER_FORM: Text(
        "جواب سجل المركبات غير مفهوم.", "The vehicle register's answer is of another form."
    ),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known of a vehicle's owner or of a civil number; ``why`` it is unknown."""

    outcome: Outcome
    name: str = ""
    number: str = ""  # civil number, or that of the commercial register
    as_of: str = ""
    why: Text | None = None


class VehicleRegister(Protocol):
    """A register that can be asked who owns a plate, and who has a civil number."""

    def owner_of(self, plate_key: str) -> Answer:
        """Tell who owns a vehicle; never raises."""
        ...

    def person_of(self, civil_number: str) -> Answer:
        """Tell whose civil number this is; never raises."""
        ...


def _unknown(why: Text) -> Answer:
    return Answer(Outcome.UNKNOWN, why=why)


def _found(told: Any, *, member: str, value: str) -> Answer:
    """Read an answer; raises ValueError, KeyError, TypeError for another form or another thing."""
    if told[member] != value:
        raise ValueError("about another one")
    name = told["name"]
    if not isinstance(name, str) or not name.strip():
        raise ValueError("no name")
    return Answer(Outcome.FOUND, name, str(told.get("number") or ""), str(told["as_of"]))


class HttpRegister:
    """A register at an address, asked with a bearer key."""

    def __init__(self, *, url: str, key: str) -> None:
        patience = Patience(CONNECT_S, SILENT_S, WHOLE_S)
        self._far = FarRegister(url=url, key=key, patience=patience)

    def _asked(self, path: str, member: str, value: str) -> Answer:
        read = partial(_found, member=member, value=value)
        try:
            found = self._far.found(path, {member: value}, read)
        except NoAnswer as silence:
            return _unknown(SILENT[silence.why])
        return found or Answer(Outcome.NOT_FOUND)

    def owner_of(self, plate_key: str) -> Answer:
        """Tell who owns a vehicle; see VehicleRegister."""
        return self._asked("/vehicles", "plate", plate_key)

    def person_of(self, civil_number: str) -> Answer:
        """Tell whose civil number this is; see VehicleRegister."""
        return self._asked("/people", "civil_number", civil_number)


class NotConnected:
    """What answers where no register is configured."""

    def owner_of(self, plate_key: str) -> Answer:
        """Say that nothing is known."""
        return _unknown(NOT_CONNECTED)

    def person_of(self, civil_number: str) -> Answer:
        """Say that nothing is known."""
        return _unknown(NOT_CONNECTED)


def configured() -> VehicleRegister:
    """Return the register named by ``GEO_VEHICLE_REGISTER_URL``, or one that knows nothing."""
    url = settings.GEO_VEHICLE_REGISTER_URL
    return HttpRegister(url=url, key=settings.GEO_VEHICLE_REGISTER_KEY) if url else NotConnected()


def is_owner(name: str, number: str, answer: Answer) -> Sameness:
    """Compare who asks (name, civil or commercial number) with the owner that the register names.

    Unknown where the register does not say, or where only a shorter form of the name agrees.
    """
    if answer.outcome is not Outcome.FOUND:
        return Sameness.UNKNOWN
    whole = Fraction(1)
    found, _ = compare(Owner(name, number, whole), [Owner(answer.name, answer.number, whole)])
    return found
