"""What a bill is made of: plain values that the caller fills and the action checks."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from shapely.geometry.base import BaseGeometry

from municipality.baisa import Baisa, share
from municipality.billing.tariffs.models import Tariff
from municipality.words import Text


@dataclass(frozen=True, slots=True)
class Line:
    """One line: ``amount_baisa`` is what it adds to the total and may be negative (a waiver).

    ``gathers_id`` is the bill that a line of a joint bill pays.
    """

    text: Text
    quantity: Decimal
    rate_baisa: int
    amount_baisa: int
    source: str
    rule: str = ""
    period: str = ""
    gathers_id: int | None = None


@dataclass(frozen=True, slots=True)
class Payer:
    """Who owes: the phone as E.164, ``person_id`` where the payer has an account."""

    name: str
    phone: str = ""
    person_id: int | None = None


@dataclass(frozen=True, slots=True)
class Claim:
    """What is billed: ``purpose`` is a key of ``settings.BILL_PURPOSES``; ``place`` in METRIC."""

    purpose: str
    subject: str
    plate: str = ""
    plot_number: str = ""
    place: BaseGeometry | None = None
    branch_id: int | None = None
    expires_at: dt.datetime | None = None


def tariff_line(*, tariff: Tariff, text: Text, quantity: Decimal, rule: str = "") -> Line:
    """Make the line of so many times one dated price, half a baisa rounded up."""
    numerator, denominator = quantity.as_integer_ratio()
    return Line(
        text=text,
        quantity=quantity,
        rate_baisa=tariff.amount_baisa,
        amount_baisa=share(
            Baisa(tariff.amount_baisa), numerator=numerator, denominator=denominator
        ),
        source=tariff.source,
        rule=rule,
        period=_span(tariff),
    )


def _span(tariff: Tariff) -> str:
    first, after = tariff.valid.lower, tariff.valid.upper
    since = first.isoformat() if first else ""
    until = (after - dt.timedelta(days=1)).isoformat() if after else ""
    return f"{since}/{until}"
