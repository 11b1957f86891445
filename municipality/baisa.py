"""Money in whole baisa (1 rial = 1,000 baisa); never a binary float."""

from typing import NewType

Baisa = NewType("Baisa", int)

BAISA_PER_RIAL = 1_000


def as_rial(amount: Baisa) -> str:
    """Write an amount with its three decimals.

    >>> as_rial(Baisa(6195))
    '6.195'
    """
    sign = "-" if amount < 0 else ""
    rial, baisa = divmod(abs(amount), BAISA_PER_RIAL)
    return f"{sign}{rial:,}.{baisa:03d}"


def share(amount: Baisa, *, numerator: int, denominator: int) -> Baisa:
    """Take a fraction of an amount, half a baisa rounded up.

    >>> share(Baisa(1_200_000), numerator=3, denominator=100)  # 3 % of 1200.000 rials
    36000
    """
    if amount < 0 or numerator < 0 or denominator <= 0:
        raise ValueError("share() takes non-negative amounts and a positive denominator")
    return Baisa((2 * amount * numerator + denominator) // (2 * denominator))
