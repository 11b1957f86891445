"""What the world says became of a charge: a plain value, from a terminal, gateway or file."""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Outcome:
    """An answer about one charge; ``state`` is one of the graph's.

    ``certain`` marks what was asked for or signed off (an inquiry, a terminal's journal, a
    settlement file) apart from what was merely told (a webhook): a wrong amount that is only
    told makes the charge unknown, and the answer to our question settles it.
    """

    state: str
    amount_baisa: int | None = None
    foreign_id: str = ""
    auth_code: str = ""
    rrn: str = ""
    card_last4: str = ""
    card_scheme: str = ""
    why: str = ""
    certain: bool = True


class Effect(StrEnum):
    """What an outcome did to us."""

    APPLIED = "applied"
    CORRECTED = "corrected"  # money we had given up: the named act
    SAME = "same"  # known already
    IGNORED = "ignored"  # older than what is known
    SECOND = "second"  # captured twice under one reference: the second goes back
    DOUBTED = "doubted"  # a wrong amount or another's number: now unknown
