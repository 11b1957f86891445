"""The one face every payment gateway shows us; an adapter turns a real one into it.

None was shown to us: docs/payments.md says what a real one must answer to plug in here.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Protocol, cast

from django.conf import settings
from django.utils.module_loading import import_string

from municipality.billing.payments import graph
from municipality.billing.payments.outcomes import Outcome
from municipality.conf import PROFILE

MOST_BAISA = 10**12  # a thousand million rials: no amount of ours, and what the books can hold


class GatewayDown(Exception):
    """No answer that can be relied on: what happened there is unknown."""


class GatewayRefused(Exception):
    """The gateway took note and refused: nothing was begun there."""


@dataclass(frozen=True, slots=True)
class Order:
    """What the gateway is asked to collect; ``reference`` is the charge's public id.

    Asking twice with one reference begins one payment.
    """

    reference: str
    amount_baisa: int
    description: str
    return_url: str
    language: str


@dataclass(frozen=True, slots=True)
class Capture:
    """Money the gateway took: its own number and the amount, None where that cannot be read."""

    number: str
    amount_baisa: int | None


@dataclass(frozen=True, slots=True)
class Found:
    """What the gateway knows of one reference.

    ``status``: pending, authorised, captured, declined, expired or not_found.
    """

    status: str
    captures: tuple[Capture, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class SettledLine:
    """One line of a settlement file: ``kind`` is capture or refund.

    The amount is None where it cannot be read: another currency or exponent.
    """

    number: str
    reference: str
    kind: str
    amount_baisa: int | None


class Gateway(Protocol):
    """What we ask of a gateway.  Every call may raise GatewayDown; none of them repeats itself."""

    def start(self, order: Order) -> str:
        """Begin a payment; returns the address of the hosted page.  Raises GatewayRefused."""

    def inquire(self, reference: str) -> Found:
        """Tell what became of a payment."""

    def refund(self, *, reference: str, number: str, amount_baisa: int, key: str) -> str:
        """Send money of one capture back; the same key again sends it once; returns its number."""

    def settlement(self, day: dt.date) -> list[SettledLine]:
        """Return the lines the gateway settles for one day of the city."""


def gateway() -> Gateway | None:
    """Return the gateway of this city; None where none is configured."""
    return cast(Gateway | None, import_string(settings.GEO_GATEWAY)())


def minor_units(amount: object, currency: object, exponent: object) -> int | None:
    """Read an amount that says its currency and exponent; None where it cannot be relied on."""
    ours = currency == PROFILE.currency and exponent == PROFILE.currency_exponent
    if not ours or not isinstance(amount, int) or isinstance(amount, bool):
        return None
    return amount if 0 < amount < MOST_BAISA else None


_ENDS = {"declined": graph.DECLINED, "expired": graph.CANCELLED, "not_found": graph.CANCELLED}


def outcomes_of(found: Found) -> list[Outcome]:
    """Turn an inquiry's answer into what it means for the charge; empty while it is pending.

    A capture whose amount cannot be read leaves the charge unknown for a person to close.
    """
    if found.captures:
        return [
            Outcome(graph.UNKNOWN, why="their amount cannot be read")
            if capture.amount_baisa is None
            else Outcome(
                graph.CAPTURED, amount_baisa=capture.amount_baisa, foreign_id=capture.number
            )
            for capture in found.captures
        ]
    if found.status == "authorised":
        return [Outcome(graph.AUTHORISED)]
    if found.status in _ENDS:
        return [Outcome(_ENDS[found.status], why=found.why or found.status)]
    return []
