"""From rows to figures: pure.  What each figure counts: docs/algorithms/observation-statistics.md.

Every figure is about the reports that were received in the span, as they stand at one moment.
"""

import datetime as dt
from dataclasses import dataclass
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from municipality.calendar.rest_days import CityCalendar
from observations.reports.models import Status
from observations.statistics.rows import NEVER, Column, Rows
from observations.statistics.working_days import city_days, work_days

HOUR_US = 3_600_000_000
FEWEST_RATINGS = 5  # fewer say more about a person than about the work
MEDIAN, P90 = 50, 90


class Outcome(IntEnum):
    """What became of a report; each has one."""

    OPEN = 0
    CLOSED = 1
    REFUSED = 2
    DUPLICATE = 3
    NOT_OURS = 4
    WITHDRAWN = 5


class Answer(IntEnum):
    """Whether an officer did something about it."""

    ANSWERED = 0
    NONE_YET = 1  # sent to us; nothing is recorded
    UNKNOWN = 2  # from a file that tells none, or told before the report was made


class Promise(IntEnum):
    """What became of the day that was promised; rejected reports are not judged."""

    KEPT = 0
    LATE = 1
    RUNNING = 2
    NO_PROMISE = 3
    UNKNOWN = 4  # closed, nobody knows when
    NOT_JUDGED = 5


@dataclass(frozen=True, slots=True)
class Spread:
    """Of ``known`` values the median and the 90th percentile by nearest rank; None of none."""

    known: int
    median: float | None
    p90: float | None


NO_SPREAD = Spread(0, None, None)


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of one group of reports; hours are of the clock, days are working days."""

    received: int
    outcomes: tuple[int, ...]  # by Outcome
    answers: tuple[int, ...]  # by Answer
    promises: tuple[int, ...]  # by Promise
    answer_h: Spread
    close_h: Spread
    close_days: Spread
    reopened: int
    ratings: int
    rating_sum: int

    @property
    def open(self) -> int:
        """Reports that nobody has closed or rejected."""
        return self.outcomes[Outcome.OPEN]

    @property
    def closed(self) -> int:
        """Reports that were dealt with."""
        return self.outcomes[Outcome.CLOSED]

    @property
    def rejected(self) -> int:
        """Reports that ended otherwise: refused, duplicates, not ours, withdrawn."""
        return self.received - self.open - self.closed

    @property
    def closed_pct(self) -> float | None:
        """Closed of received; None of none."""
        return pct(self.closed, self.received)

    @property
    def close_unknown(self) -> int:
        """Closed reports of which nobody knows how long it took."""
        return self.closed - self.close_h.known

    @property
    def days_unknown(self) -> int:
        """Closed reports of which the working days are not known (a gap of the calendar too)."""
        return self.closed - self.close_days.known

    @property
    def kept(self) -> int:
        """Closed within the promise."""
        return self.promises[Promise.KEPT]

    @property
    def late(self) -> int:
        """Closed after the promise, or open when it is over."""
        return self.promises[Promise.LATE]

    @property
    def kept_pct(self) -> float | None:
        """Kept of kept and late; None where no promise has come to its day."""
        return pct(self.kept, self.kept + self.late)

    @property
    def rating_mean(self) -> float | None:
        """The mean of the ratings; None for fewer than FEWEST_RATINGS."""
        return self.rating_sum / self.ratings if self.ratings >= FEWEST_RATINGS else None


NOTHING = Figures(0, (0,) * 6, (0,) * 3, (0,) * 6, NO_SPREAD, NO_SPREAD, NO_SPREAD, 0, 0, 0)


def pct(part: float, whole: float) -> float | None:
    """Return a share in per cent; None of nothing."""
    return 100 * part / whole if whole else None


def change_pct(now: float | None, before: float | None) -> float | None:
    """Return the change in per cent; None where either is not known, or before was nought."""
    if now is None or not before:
        return None
    return 100 * (now - before) / before


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """Rows with what each of them is; times are sorted once, for every table."""

    rows: Rows
    outcome: Column
    answer: Column
    promise: Column
    answer_us: "Sorted"
    close_us: "Sorted"
    close_days: "Sorted"


@dataclass(frozen=True, slots=True, eq=False)
class Sorted:
    """The known values of a measure in ascending order, and the row of each."""

    values: Column
    row: Column


def _ascending(values: Column) -> Sorted:
    """Sort what is known of a measure; -1 is not known."""
    row = np.flatnonzero(values >= 0)
    row = row[np.argsort(values[row])]
    return Sorted(values[row], row)


def judge(rows: Rows, *, at: dt.datetime, calendar: CityCalendar) -> Judged:
    """Say of each report what it counts as, at a moment."""
    now = round(at.timestamp() * 1_000_000)
    outcome = _outcomes(rows)
    closed = outcome == Outcome.CLOSED
    answer_us = _lasted(rows.reported, rows.answered)
    close_us = np.where(closed, _lasted(rows.reported, rows.closed), -1)
    answer = np.where(
        answer_us >= 0,
        Answer.ANSWERED,
        np.where((rows.case > 0) & (rows.answered == NEVER), Answer.NONE_YET, Answer.UNKNOWN),
    )
    return Judged(
        rows=rows,
        outcome=outcome,
        answer=answer,
        promise=_promises(rows, outcome, now),
        answer_us=_ascending(answer_us),
        close_us=_ascending(close_us),
        close_days=_ascending(_close_days(rows, close_us >= 0, calendar)),
    )


def _lasted(start: Column, end: Column) -> Column:
    known = (end != NEVER) & (end >= start)
    return np.where(known, end - np.where(known, start, 0), -1)


def _outcomes(rows: Rows) -> Column:
    ended = np.array(
        [Outcome.REFUSED, Outcome.REFUSED, Outcome.DUPLICATE, Outcome.NOT_OURS, Outcome.WITHDRAWN]
    )
    return np.where(
        rows.status == Status.CLOSED,
        Outcome.CLOSED,
        np.where(rows.status == Status.REJECTED, ended[rows.case], Outcome.OPEN),
    )


def _promises(rows: Rows, outcome: Column, now: int) -> Column:
    promised = rows.due != NEVER
    when_closed = np.where(rows.closed <= rows.due, Promise.KEPT, Promise.LATE)
    when_closed = np.where(rows.closed == NEVER, Promise.UNKNOWN, when_closed)
    when_open = np.where(now > rows.due, Promise.LATE, Promise.RUNNING)
    judged = np.where(outcome == Outcome.CLOSED, when_closed, when_open)
    judged = np.where(promised, judged, Promise.NO_PROMISE)
    return np.where(outcome <= Outcome.CLOSED, judged, Promise.NOT_JUDGED)


def _close_days(rows: Rows, known: NDArray[np.bool_], calendar: CityCalendar) -> Column:
    days = np.full(len(rows), -1, dtype=np.int64)
    if known.any():
        first, last = rows.day[known], city_days(rows.closed[known], calendar.zone)
        counted = work_days(calendar, int(first.min()), int(last.max()))
        days[known] = counted.between(first, last)
    return days


def figures_of(judged: Judged) -> Figures:
    """Return the figures of all rows as one group."""
    every = np.zeros(len(judged.rows), dtype=np.int64)
    return figures_by(judged, every).get(0, NOTHING)


def figures_by(judged: Judged, keys: Column) -> dict[int, Figures]:
    """Return the figures of each group of rows with the same key, in ascending order of keys."""
    if not len(keys):
        return {}
    low = int(keys.min())
    present = np.flatnonzero(np.bincount(keys - low))
    place = np.zeros(int(present[-1]) + 1, dtype=np.int64)
    place[present] = np.arange(len(present))
    group, size = place[keys - low], len(present)
    rows = judged.rows
    outcomes = _counted(group, judged.outcome, size, len(Outcome))
    answers = _counted(group, judged.answer, size, len(Answer))
    promises = _counted(group, judged.promise, size, len(Promise))
    rated, again = rows.rating > 0, rows.reopened > 0
    ratings = np.bincount(group[rated], minlength=size).tolist()
    rating_sums = np.bincount(group[rated], rows.rating[rated], minlength=size).tolist()
    reopened = np.bincount(group[again], minlength=size).tolist()
    answer_h = _spreads(group, judged.answer_us, size, HOUR_US)
    close_h = _spreads(group, judged.close_us, size, HOUR_US)
    close_days = _spreads(group, judged.close_days, size, 1)
    return {
        low + int(present[n]): Figures(
            received=sum(outcomes[n]),
            outcomes=tuple(outcomes[n]),
            answers=tuple(answers[n]),
            promises=tuple(promises[n]),
            answer_h=answer_h[n],
            close_h=close_h[n],
            close_days=close_days[n],
            reopened=reopened[n],
            ratings=ratings[n],
            rating_sum=round(rating_sums[n]),
        )
        for n in range(size)
    }


def _counted(group: Column, kind: Column, groups: int, kinds: int) -> list[list[int]]:
    found = np.bincount(group * kinds + kind, minlength=groups * kinds)
    counted: list[list[int]] = found.reshape(groups, kinds).tolist()
    return counted


def _spreads(group: Column, known: Sorted, groups: int, unit: int) -> list[Spread]:
    """Return the spread of each group's known values, divided by ``unit``.

    Nearest rank: of n values in ascending order the one at place ceil(n * p / 100), from 1.
    """
    group = group[known.row]
    # A stable sort keeps the values of a group ascending; of two bytes it is a fast one.
    narrow = group.astype(np.uint16) if groups <= 0xFFFF else group
    values = known.values[np.argsort(narrow, kind="stable")] if groups > 1 else known.values
    sizes = np.bincount(group, minlength=groups)
    starts = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    spreads = []
    for start, size in zip(starts.tolist(), sizes.tolist(), strict=True):
        median, p90 = (
            (float(values[start - (-size * p // 100) - 1]) / unit if size else None)
            for p in (MEDIAN, P90)
        )
        spreads.append(Spread(size, median, p90))
    return spreads
