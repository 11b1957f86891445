"""What statistics are made of: a report a row, as columns; read with one question."""

import datetime as dt
import io
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from django.db import connection
from numpy.typing import NDArray

Column = NDArray[np.int64]

NEVER = np.iinfo(np.int64).min  # a moment that was not recorded
NONE = -1  # a report in no wilayat, in no area
EPOCH_DAYS, EPOCH_US = 10_957, 946_684_800_000_000  # the database counts from 2000-01-01
HEAD, TAIL = 19, 2  # bytes about the rows of a binary COPY


@dataclass(frozen=True, slots=True)
class Asked:
    """Which reports: days of the city ``[first, after)``, and ids; None is every one."""

    first: dt.date
    after: dt.date
    category: int | None = None
    wilayat: int | None = None
    area: int | None = None
    channel: int | None = None
    directorate: int | None = None

    def before(self) -> "Asked":
        """Return the span of the same length that ends where this one begins."""
        first = self.first.toordinal() - (self.after - self.first).days
        return replace(self, first=dt.date.fromordinal(max(1, first)), after=self.first)


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Columns of equal length, a report each.

    ``day`` counts from 1970-01-01 in days of the city; moments are microseconds since then, UTC,
    NEVER where none is recorded.  ``case`` says what became of the case: 0 no case (a report
    from a file), 1 any state but the next, 2 duplicate, 3 not ours, 4 withdrawn.
    """

    category: Column
    wilayat: Column
    area: Column
    channel: Column
    status: Column
    case: Column
    day: Column
    reported: Column
    answered: Column
    closed: Column
    due: Column
    rating: Column
    reopened: Column

    def __len__(self) -> int:
        return len(self.day)

    def only(self, mask: NDArray[np.bool_]) -> "Rows":
        """Return the rows of a mask."""
        return Rows(**{one.name: getattr(self, one.name)[mask] for one in fields(self)})


BYTES = {
    "category": 2, "wilayat": 4, "area": 4, "channel": 2, "status": 2, "case": 2, "day": 4,
    "reported": 8, "answered": 8, "closed": 8, "due": 8, "rating": 2, "reopened": 2,
}  # fmt: skip
MOMENTS = ("reported", "answered", "closed", "due")
_ROW = np.dtype(
    [("fields", ">i2")]
    + [part for name, n in BYTES.items() for part in ((f"_{name}", ">i4"), (name, f">i{n}"))]
)

# A column's width is the one of BYTES; -infinity is NEVER.
QUESTION = """
COPY (SELECT
  o.category_id::int2, coalesce(o.wilayat_id, -1)::int4, coalesce(o.area_id, -1)::int4,
  o.channel::int2, o.status::int2,
  (CASE WHEN s.id IS NULL THEN 0 WHEN c.state = 'duplicate' THEN 2 WHEN c.state = 'not_ours' THEN 3
        WHEN c.state = 'withdrawn' THEN 4 ELSE 1 END)::int2,
  o.reported_on, o.reported_at, coalesce(o.first_answered_at, '-infinity'),
  coalesce(o.closed_at, '-infinity'), coalesce(o.due_at, '-infinity'),
  coalesce(s.rating, 0)::int2,
  (s.id IS NOT NULL AND EXISTS (SELECT FROM history_entry h WHERE h.stream = 'case/' || s.case_id
     AND h.act = 'move' AND h.facts->>'edge' = 'reopen'))::int4::int2
FROM observations_observation o
LEFT JOIN observations_submission s ON s.observation_id = o.id
LEFT JOIN cases_case c ON c.id = s.case_id
WHERE o.reported_on >= %(first)s AND o.reported_on < %(after)s
"""
NARROWED = {
    "category": "o.category_id = %(category)s",
    "wilayat": "o.wilayat_id = %(wilayat)s",
    "area": "o.area_id = %(area)s",
    "channel": "o.channel = %(channel)s",
    "directorate": "c.directorate_id = %(directorate)s",
}


def question_of(asked: Asked) -> tuple[str, dict[str, Any]]:
    """Return the SQL of a question and its values, without the COPY about it."""
    values = {one.name: getattr(asked, one.name) for one in fields(asked)}
    narrowed = [sql for name, sql in NARROWED.items() if values[name] is not None]
    inner = QUESTION.strip().removeprefix("COPY (")
    return " AND ".join([inner, *narrowed]), values


def read_rows(asked: Asked) -> Rows:
    """Read the reports of a question; the caller has checked who asks and sees every case."""
    sql, values = question_of(asked)
    sink = io.BytesIO()
    with connection.cursor() as cursor:
        whole = cursor.cursor.mogrify(sql, values).decode()
        cursor.cursor.copy_expert(f"COPY ({whole}) TO STDOUT (FORMAT BINARY)", sink)
    return unpacked(sink.getvalue())


def unpacked(copied: bytes) -> Rows:
    """Turn a binary COPY of the question into columns."""
    found = np.frombuffer(
        copied, _ROW, offset=HEAD, count=(len(copied) - HEAD - TAIL) // _ROW.itemsize
    )
    columns = {name: found[name].astype(np.int64) for name in BYTES}
    columns["day"] += EPOCH_DAYS
    for name in MOMENTS:
        known = columns[name] != NEVER
        columns[name][known] += EPOCH_US
    return Rows(**columns)
