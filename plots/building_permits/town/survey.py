"""A survey of footprints: checked in chunks, here or by a pool of processes, told as columns."""

import datetime as dt
import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from typing import Any, Protocol, TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray

from plots.building_permits.sites.arrays import Floats, Ints, Shapes
from plots.building_permits.sites.batch import check_town
from plots.building_permits.sites.frontage import Side
from plots.building_permits.sites.rules import RULES
from plots.building_permits.sites.rules.setback import CODES
from plots.building_permits.sites.rules.verdict import Outcome, Verdicts
from plots.building_permits.town.chunks import Survey, chunks_of, footprints_on, ground_of

CODES_OF_SHEET = tuple(
    code
    for rule in RULES
    for code in (dict.fromkeys(CODES.values()) if rule.code == "setback" else (rule.code,))
)
WORST = {Outcome.NOT_APPLICABLE: 0, Outcome.PASS: 1, Outcome.UNKNOWN: 2, Outcome.FAIL: 3}
_RANK = np.array([WORST[Outcome(n)] for n in range(len(WORST))])
_OF_RANK = np.array([int(outcome) for outcome in sorted(WORST, key=WORST.__getitem__)])
_OF_SIDE = np.array([CODES_OF_SHEET.index(CODES[side]) for side in Side])
_CODES = np.array(CODES_OF_SHEET)
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class Failures:
    """What fails, a row each: the row of the survey, the column of the rule, numbers and shape."""

    row: Ints
    column: Ints
    permitted: Floats
    provided: Floats
    shape: Shapes

    def __reduce__(self) -> tuple[Any, ...]:
        """Go to another process with the shapes in one piece, not each by itself."""
        wkb = shapely.to_wkb(self.shape).tolist()
        return _unpacked, (self.row, self.column, self.permitted, self.provided, wkb)

    def of(self, rows: Ints) -> "Failures":
        """The same of a chunk's own rows, named by the rows of the whole."""
        return replace(self, row=rows[self.row])

    @property
    def rule(self) -> NDArray[np.str_]:
        """The code of each failure's rule."""
        codes: NDArray[np.str_] = _CODES[self.column]
        return codes


def _unpacked(row: Ints, column: Ints, permitted: Floats, provided: Floats, wkb: Any) -> Failures:
    return Failures(row, column, permitted, provided, shapely.from_wkb(np.array(wkb, dtype=object)))


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


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let no cycles be sought: shapes have none, and the search walks over all of them each time.

    It takes a sixth of the time of a chunk.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


@_uncollected()
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
    found = [NO_FAILURES]
    if len(rows):
        checked = check_town(footprints_on(survey, ground, rows), ground.town)
        verdict[rows] = checked.outcome(len(rows))
        for rule, one, failing, shapes in zip(
            RULES, checked.verdicts, checked.failing, checked.where, strict=True
        ):
            if rule.code == "setback":
                column = _OF_SIDE[checked.side[one.edge]]
            else:
                column = np.full(len(one.site), CODES_OF_SHEET.index(rule.code))
            row = rows[one.site]
            _worst(outcome, provided, row, column, one)
            found.append(
                Failures(row[failing], column[failing], one.permitted[failing],
                         one.provided[failing], shapes)
            )  # fmt: skip
    return Answers(plot_id, verdict, outcome, provided, _joined(found))


def _worst(outcome: Ints, provided: Floats, row: Ints, column: Ints, found: Verdicts) -> None:
    """Write the worst outcome and the least distance of each row and column."""
    rank = np.full(outcome.shape, -1)
    np.maximum.at(rank, (row, column), _RANK[found.outcome])
    touched = rank >= 0
    outcome[touched] = _OF_RANK[rank[touched]]
    least = np.full(outcome.shape, np.inf)
    np.fmin.at(least, (row, column), found.provided)
    provided[touched] = np.where(np.isinf(least[touched]), np.nan, least[touched])


def _joined(found: Sequence[Failures]) -> Failures:
    """Put failures together in the order of their rows."""
    columns = [
        np.concatenate([getattr(one, field.name) for one in found]) for field in fields(Failures)
    ]
    order = np.argsort(columns[0], kind="stable")
    return Failures(*(column[order] for column in columns))


NO_FAILURES = Failures(
    np.empty(0, dtype=np.intp), np.empty(0, dtype=np.intp), np.empty(0), np.empty(0),
    np.empty(0, dtype=object),
)  # fmt: skip


class Mapper(Protocol):
    """Who works: answers ``work(survey, ...)`` of each chunk in turn, in this order."""

    def __call__(
        self, work: Callable[..., _Answer], surveys: Sequence[Survey], *said: Sequence[Any]
    ) -> Iterable[_Answer]:
        """Hand out the chunks, each with its own of every sequence that is ``said`` with them."""


def here(
    work: Callable[..., _Answer], surveys: Sequence[Survey], *said: Sequence[Any]
) -> Iterable[_Answer]:
    """Work on chunk after chunk in this process."""
    return map(work, surveys, *said)


def check_survey(survey: Survey, on: dt.date, *, by: Mapper = here) -> Answers:
    """Check n footprints; ``by`` hands the chunks out, and the answers do not depend on it."""
    chunks = chunks_of(survey.shape)
    parts = [survey.part(rows) for rows in chunks]
    answers = list(by(check_chunk, parts, [on] * len(parts)))
    order = np.argsort(np.concatenate(chunks), kind="stable")

    def whole(name: str) -> NDArray[Any]:
        column: NDArray[Any] = np.concatenate([getattr(one, name) for one in answers])[order]
        return column

    failures = [one.failures.of(rows) for rows, one in zip(chunks, answers, strict=True)]
    return Answers(
        plot_id=whole("plot_id"),
        verdict=whole("verdict"),
        outcome=whole("outcome"),
        provided=whole("provided"),
        failures=_joined(failures),
    )
