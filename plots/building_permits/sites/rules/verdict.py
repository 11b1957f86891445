"""What a rule answers, for n sites at once."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

import numpy as np
from numpy.typing import NDArray

from municipality.words import Text
from plots.building_permits.sites.arrays import Bools, Floats, Ints, Shapes
from plots.building_permits.sites.site_plan import SitePlans

Outcomes = NDArray[np.int8]


class Outcome(IntEnum):
    """Four answers; unknown is never a pass."""

    PASS = 0
    FAIL = 1
    UNKNOWN = 2
    NOT_APPLICABLE = 3

    @property
    def word(self) -> str:
        """How sheets and files write it."""
        return self.name.lower()


_PASS, _FAIL, _UNKNOWN = np.int8(Outcome.PASS), np.int8(Outcome.FAIL), np.int8(Outcome.UNKNOWN)


class Severity(StrEnum):
    """What a failure means for an application."""

    CRITICAL = "critical"  # it is not handed in
    NEEDS_REASON = "needs_reason"  # the office writes why, and an auditor judges it


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The answers of one rule: arrays of the same length, ``site`` says whose each is.

    ``permitted`` and ``provided`` are in the rule's unit, NaN where they are unknown.
    ``edge`` is the edge of the boundary that a setback is from, else -1.
    """

    site: Ints
    permitted: Floats
    provided: Floats
    outcome: Outcomes
    edge: Ints

    def drawn_by(self, rows: Ints) -> Ints:
        """What ``Rule.where`` is asked by: the edge of a setback, the site of anything else."""
        edge = self.edge[rows]
        found: Ints = np.where(edge >= 0, edge, self.site[rows])
        return found


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the sheet: ``measure`` answers n sites, ``where`` draws the rows that fail.

    ``source`` names the article; where the limit ``is_of_plan``, the plan that sets it goes before.
    ``severity`` says what a failure means for an application.
    """

    code: str
    name: Text
    unit: str
    source: Text
    measure: Callable[[SitePlans], Verdicts]
    where: Callable[[SitePlans, Ints], Shapes]
    is_of_plan: bool = False
    severity: Severity = Severity.NEEDS_REASON


def judged(permitted: Floats, provided: Floats, keeps: Bools) -> Outcomes:
    """Turn measurements into outcomes: unknown where either number is, else pass or fail."""
    outcome = np.where(keeps, _PASS, _FAIL)
    outcome[np.isnan(permitted) | np.isnan(provided)] = _UNKNOWN
    return outcome


def one_a_site(permitted: Floats, provided: Floats, outcome: Outcomes) -> Verdicts:
    """Verdicts of a rule that says one thing of each site."""
    count = len(outcome)
    return Verdicts(
        np.arange(count), permitted, provided, outcome, np.full(count, -1, dtype=np.intp)
    )
