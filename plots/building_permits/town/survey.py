"""A survey of footprints: checked in chunks, here or by a pool of processes, told as columns."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from plots.building_permits.sites.arrays import Floats, Ints, Shapes
from plots.building_permits.sites.batch import check_town
from plots.building_permits.sites.frontage import Side
from plots.building_permits.sites.rules import RULES
from plots.building_permits.sites.rules.setback import CODES
from plots.building_permits.sites.rules.verdict import Outcome
from plots.building_permits.town.chunks import Survey, chunks_of, footprints_on, ground_of

CODES_OF_SHEET = tuple(
    code
    for rule in RULES
    for code in (dict.fromkeys(CODES.values()) if rule.code == "setback" else (rule.code,))
)
WORST = {Outcome.NOT_APPLICABLE: 0, Outcome.PASS: 1, Outcome.UNKNOWN: 2, Outcome.FAIL: 3}
_RANK = np.array([WORST[Outcome(n)] for n in range(len(WORST))])
_OF_RANK = np.array([int(outcome) for outcome in sorted(WORST, key=WORST.__getitem__)])


@dataclass(frozen=True, slots=True)
class Failures:
    """What fails, a row each: the row of the survey, the rule, the numbers and the shape."""

    row: Ints
    rule: NDArray[np.str_]
    permitted: Floats
    provided: Floats
    shape: Shapes


@dataclass(frozen=True, slots=True)
class Answers:
    """Columns of a survey, as long as it has rows.

    ``outcome`` and ``provided`` hold a column a rule of ``CODES_OF_SHEET``: of several edges of
    one kind the worst outcome and the least distance.  ``verdict`` is the outcome of the whole
    row; a row on no plot (``plot_id`` -1) fails, for it stands on nobody's ground.
    """

    plot_id: Ints
    verdict: Ints
    outcome: Ints
    provided: Floats
    failures: Failures


def check_chunk(survey: Survey, on: dt.date) -> Answers:
    """Check one chunk on the database; needs nothing of any other chunk."""
    count = len(survey.shape)
    ground = ground_of(survey.shape, on)
    rows = np.flatnonzero(ground.plot_of >= 0)
    plot_id = np.full(count, -1, dtype=np.intp)
    plot_id[rows] = ground.plots.ids[ground.plot_of[rows]]
    outcome = np.full((count, len(CODES_OF_SHEET)), int(Outcome.NOT_APPLICABLE))
    provided = np.full((count, len(CODES_OF_SHEET)), np.nan)
    verdict = np.full(count, int(Outcome.FAIL))
    found: list[tuple[Ints, NDArray[np.str_], Floats, Floats, Shapes]] = []
    if len(rows):
        checked = check_town(footprints_on(survey, ground, rows), ground.town)
        verdict[rows] = checked.outcome(len(rows))
        for rule, one, failing, shapes in zip(
            RULES, checked.verdicts, checked.failing, checked.where, strict=True
        ):
            codes = np.full(len(one.site), rule.code, dtype="U24")
            if rule.code == "setback":
                names = np.array([CODES[side] for side in Side])
                codes = names[checked.side[one.edge]]
            column = np.array([CODES_OF_SHEET.index(code) for code in codes.tolist()])
            _worst(outcome, provided, rows[one.site], column, one.outcome.astype(int), one.provided)
            found.append(
                (rows[one.site[failing]], codes[failing], one.permitted[failing],
                 one.provided[failing], shapes)
            )  # fmt: skip
    return Answers(plot_id, verdict, outcome, provided, _failures(found))


def _worst(
    outcome: Ints, provided: Floats, row: Ints, column: Ints, found: Ints, metres: Floats
) -> None:
    """Write the worst outcome and the least distance of each row and column."""
    rank = np.full(outcome.shape, 0)
    np.maximum.at(rank, (row, column), _RANK[found])
    touched = np.zeros(outcome.shape, dtype=bool)
    touched[row, column] = True
    outcome[touched] = _OF_RANK[rank[touched]]
    least = np.full(outcome.shape, np.inf)
    np.fmin.at(least, (row, column), metres)
    provided[touched] = np.where(np.isinf(least[touched]), np.nan, least[touched])


def _failures(found: list[tuple[Ints, NDArray[np.str_], Floats, Floats, Shapes]]) -> Failures:
    if not found:
        none = np.array([])
        return Failures(none.astype(int), none.astype("U24"), none, none, none.astype(object))
    columns = [np.concatenate(column) for column in zip(*found, strict=True)]
    order = np.argsort(columns[0], kind="stable")
    return Failures(*(column[order] for column in columns))


Mapper = Callable[[Callable[[Survey, dt.date], Answers], list[Survey], dt.date], Iterable[Answers]]


def here(
    check: Callable[[Survey, dt.date], Answers], surveys: list[Survey], on: dt.date
) -> Iterable[Answers]:
    """Check chunk after chunk in this process."""
    return (check(survey, on) for survey in surveys)


def check_survey(survey: Survey, on: dt.date, *, by: Mapper = here) -> Answers:
    """Check n footprints; ``by`` hands the chunks out, and the answers do not depend on it."""
    chunks = chunks_of(survey.shape)
    answers = list(by(check_chunk, [survey.part(rows) for rows in chunks], on))
    order = np.argsort(np.concatenate(chunks), kind="stable")
    failures = [one.failures for one in answers]
    row = np.concatenate(
        [rows[one.row] for rows, one in zip(chunks, failures, strict=True)]
    ).astype(np.intp)
    by_row = np.argsort(row, kind="stable")

    def whole(name: str) -> NDArray[np.generic]:
        column: NDArray[np.generic] = np.concatenate([getattr(one, name) for one in answers])[order]
        return column

    def failing(name: str) -> NDArray[np.generic]:
        column: NDArray[np.generic] = np.concatenate([getattr(one, name) for one in failures])
        return column[by_row]

    return Answers(
        plot_id=whole("plot_id").astype(np.intp),
        verdict=whole("verdict").astype(np.intp),
        outcome=whole("outcome").astype(np.intp),
        provided=whole("provided").astype(float),
        failures=Failures(
            row[by_row],
            failing("rule").astype("U24"),
            failing("permitted").astype(float),
            failing("provided").astype(float),
            failing("shape").astype(object),
        ),
    )
