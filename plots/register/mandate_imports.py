"""Import of powers of attorney (وكالات): one row a mandate, on a title that is on record."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from django.db import connection

from municipality.digits import western
from municipality.importing.fields import Field, Kind
from municipality.importing.records import close_batch, open_batch
from municipality.importing.rows import Rows
from municipality.importing.spec import NO_SHAPE, Importer, Job
from municipality.names import tidy
from municipality.words import Text
from plots.register.record_plots import Findings, days, texts
from plots.register.title_imports import DEED

FIELDS = (
    DEED,
    Field("name", ("name", "mandate_holder", "attorney", "agent", "اسم الوكيل", "الوكيل", "الاسم"),
          missing="name_missing", is_key=True),
    Field("civil_number", ("civil_number", "civil_no", "civil_id", "الرقم المدني",
          "الرقم المدني للوكيل"), longest=20),
    Field("valid_from", ("valid_from", "from", "issued_on", "تاريخ الوكالة", "من تاريخ"), Kind.DAY,
          missing="date_missing"),
    Field("valid_to", ("valid_to", "to", "last_day", "إلى تاريخ", "آخر يوم"), Kind.DAY),
    Field("source", ("source", "paper", "mandate", "mandate_paper", "الوكالة", "سند الوكالة",
          "رقم الوكالة", "المصدر"), missing="value_missing"),
)  # fmt: skip
STAGED = {
    "title_id": "bigint", "name": "text", "civil_number": "text", "since": "date", "until": "date",
    "source": "text", "is_known": "boolean",
}  # fmt: skip
TITLES = "SELECT deed_number, id FROM plots_title WHERE deed_number = ANY(%s)"
HELD = """
SELECT title_id, name, civil_number, lower(valid), source, upper(valid), ended_by_id IS NOT NULL
FROM plots_titlemandate WHERE title_id = ANY(%s)
"""
TAKEN = """
INSERT INTO plots_titlemandate (title_id, name, civil_number, valid, source, batch_id)
SELECT title_id, name, civil_number, daterange(since, until), source, %s
FROM incoming WHERE NOT is_known ORDER BY row
"""
REMOVED = "DELETE FROM plots_titlemandate WHERE batch_id = %s AND ended_by_id IS NULL"
TOTALS = """
SELECT (SELECT count(*) FROM incoming WHERE is_known) AS known_mandates,
       (SELECT count(*) FROM plots_titlemandate) AS mandates_on_record,
       (SELECT count(*) FROM plots_titlemandate WHERE valid @> %s::date) AS mandates_in_force
"""


@dataclass(frozen=True, slots=True)
class Mandate:
    """What makes a mandate this one: its title, who may act, from when, by which paper."""

    title: int
    name: str
    civil_number: str
    since: dt.date
    paper: str


def _titles(rows: Rows) -> list[int | None]:
    """Find the title of each row by the number of its deed; refuses a deed not on record."""
    numbers, good, told = (
        [western(one) for one in texts(rows, "deed_number")],
        rows.good,
        Findings(),
    )
    with connection.cursor() as cursor:
        cursor.execute(TITLES, [sorted({one for one in numbers if one})])
        held = dict(cursor.fetchall())
    found = [held.get(number) for number in numbers]
    told.add("unknown_deed", [row for row, one in enumerate(found) if one is None and good[row]])
    told.give(rows)
    return found


def _spans(rows: Rows) -> list[tuple[dt.date, dt.date | None] | None]:
    """Read the first day of each row and the day after its last; refuses days in reverse."""
    found: list[tuple[dt.date, dt.date | None] | None] = []
    reversed_days = []
    for row, (first, last) in enumerate(
        zip(days(rows, "valid_from"), days(rows, "valid_to"), strict=True)
    ):
        if first is None or (last is not None and last < first):
            found.append(None)
            if first is not None:
                reversed_days.append(row)
        else:
            found.append((first, None if last is None else last + dt.timedelta(days=1)))
    told = Findings()
    told.add("days_reversed", reversed_days)
    told.give(rows)
    return found


def _once(
    rows: Rows, titles: Sequence[int | None],
    spans: Sequence[tuple[dt.date, dt.date | None] | None],
) -> dict[Mandate, tuple[int, dt.date | None]]:  # fmt: skip
    """Return row and end of each mandate; a row of one that stood before is refused."""
    columns = [rows.values[name].to_pylist() for name in ("name", "civil_number", "source")]
    good, told = rows.good.tolist(), Findings()
    made: dict[Mandate, tuple[int, dt.date | None]] = {}
    for row, (name, civil, paper) in enumerate(zip(*columns, strict=True)):
        title, span = titles[row], spans[row]
        if not good[row] or title is None or span is None:
            continue
        mandate = Mandate(title, name, civil, span[0], paper)
        if mandate in made:
            told.add("duplicate_mandate", [row])
        else:
            made[mandate] = row, span[1]
    told.give(rows)
    return made


def _against_register(rows: Rows, made: dict[Mandate, tuple[int, dt.date | None]]) -> None:
    """Name the mandates that are registered; one that an officer ended stays ended."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, [sorted({one.title for one in made})])
        held = {Mandate(*row[:5]): row[5:] for row in cursor.fetchall()}
    told = Findings()
    for mandate, (row, until) in made.items():
        if mandate in held:
            registered, is_ended = held[mandate]
            known = "mandate_ended" if is_ended else "mandate_known"
            told.add(known if is_ended or registered == until else "mandate_differs", [row])
    told.give(rows)


def _plain(rows: Rows) -> None:
    """Write names, papers and civil numbers as the clerk's form does, so that one is known again;
    a text of nothing that is seen is missing."""
    for name, missing in (("name", "name_missing"), ("source", "value_missing")):
        column = [tidy(text) for text in texts(rows, name)]
        rows.mark(missing, np.array([not text for text in column], dtype=bool), name)
        rows.values[name] = pa.array(column, pa.large_string())
    civil = [western(tidy(text)) for text in texts(rows, "civil_number")]
    rows.values["civil_number"] = pa.array(civil, pa.large_string())


def prepare(rows: Rows, job: Job) -> None:
    """The checks of mandates: their titles, their days, each once, the register."""
    with rows.check("texts"):
        _plain(rows)
    with rows.check("titles"):
        titles = _titles(rows)
    with rows.check("days"):
        spans = _spans(rows)
    with rows.check("register"):
        _against_register(rows, _once(rows, titles, spans))
    nothing = (job.on, None)  # of a row that is refused
    rows.values["title_id"] = pa.array([one or 0 for one in titles], pa.int64())
    rows.values["since"] = pa.array([(one or nothing)[0] for one in spans], pa.date32())
    rows.values["until"] = pa.array([(one or nothing)[1] for one in spans], pa.date32())
    known = rows.verdicts.get("mandate_known", rows.none())
    ended = rows.verdicts.get("mandate_ended", rows.none())
    rows.values["is_known"] = pa.array(known | ended)


def swap(cursor: Any, job: Job) -> dict[str, Any]:
    """Take the staged mandates as one batch; returns the totals a clerk reconciles them by."""
    batch = open_batch(job)
    cursor.execute(TAKEN, [batch.pk])
    taken = cursor.rowcount
    cursor.execute(TOTALS, [job.on])
    return close_batch(cursor, batch, mandates=taken)


def take_back(cursor: Any, batch: int) -> dict[str, Any]:
    """Remove the mandates of a batch, but those that an officer has ended.

    Gone, such a one could come back with the next file as if it still held.
    """
    cursor.execute(REMOVED, [batch])
    removed = cursor.rowcount
    cursor.execute("SELECT count(*) FROM plots_titlemandate WHERE batch_id = %s", [batch])
    return {"removed": removed, "kept": cursor.fetchone()[0]}


MANDATES = Importer(
    kind="mandates",
    title=Text("الوكالات", "Powers of attorney"),
    shape=NO_SHAPE,
    fields=FIELDS,
    staged=STAGED,
    prepare=prepare,
    swap=swap,
    undo=take_back,
    code_page="cp1256",
)
