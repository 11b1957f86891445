"""Verdicts of a town kept in the database: one packed row a footprint, a row a failure.

Who checks a chunk keeps it, in a transaction of its own; the survey's row comes last, under the
number that its rows already bear.  Rows of a number without a survey are what a run left that did
not come to its end: nobody is shown them, and the next run clears them away.

A packed row unpacks to exactly what the check answered: one byte an outcome, one double a
measurement, in the order of ``CODES_OF_SHEET``.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely
from django.db import connection, transaction

from municipality import crs
from municipality.importing.staging import copy_into, in_pieces
from plots.building_permits.models import FootprintSurvey, FootprintVerdict
from plots.building_permits.sites.arrays import Floats, Ints
from plots.building_permits.sites.rules.verdict import Outcome
from plots.building_permits.town.chunks import Survey, chunks_of
from plots.building_permits.town.survey import CODES_OF_SHEET, Answers, Mapper, check_chunk, here

RULES = len(CODES_OF_SHEET)
DOUBLE = np.dtype("<f8")
VERDICTS = {
    "survey_id": "bigint", "row": "integer", "plot_id": "bigint", "verdict": "smallint",
    "packed": "bytea",
}  # fmt: skip
FAILURES = {
    "survey_id": "bigint", "row": "integer", "rule": "text", "permitted": "float8",
    "provided": "float8", "shape": "geometry",
}  # fmt: skip
NUMBER = "SELECT nextval(pg_get_serial_sequence('plots_footprintsurvey', 'id'))"
LOCK = 0x746F776E  # "town": the advisory lock of who keeps a survey
# The numbers that rows bear, from one to the next by the index, and not row by row.
LEFT = """
WITH RECURSIVE bears AS (
  (SELECT survey_id FROM plots_footprintverdict ORDER BY survey_id LIMIT 1)
  UNION ALL
  SELECT (SELECT v.survey_id FROM plots_footprintverdict v WHERE v.survey_id > bears.survey_id
          ORDER BY v.survey_id LIMIT 1)
  FROM bears WHERE bears.survey_id IS NOT NULL
)
SELECT survey_id FROM bears
WHERE survey_id IS NOT NULL AND survey_id NOT IN (SELECT id FROM plots_footprintsurvey)
"""
CLEAR = (
    "DELETE FROM plots_footprintfailure WHERE survey_id = ANY(%s)",
    "DELETE FROM plots_footprintverdict WHERE survey_id = ANY(%s)",
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A survey that is kept, and how many of its footprints have each verdict."""

    survey: FootprintSurvey
    verdicts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The answers of one footprint: a column a rule of ``CODES_OF_SHEET``."""

    outcome: Ints
    provided: Floats


def packed(answers: Answers) -> pa.Array:
    """Pack the outcomes and the measurements of each row."""
    octets = np.concatenate(
        [answers.outcome.astype(np.uint8), answers.provided.astype(DOUBLE).view(np.uint8)], axis=1
    )
    return pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(octets.shape[1]), len(octets), [None, pa.py_buffer(octets)]
    )


def unpacked(row: FootprintVerdict) -> Unpacked:
    """Read a row back."""
    octets = bytes(row.packed)
    outcome = np.frombuffer(octets[:RULES], dtype=np.uint8).astype(np.intp)
    return Unpacked(outcome, np.frombuffer(octets[RULES:], dtype=DOUBLE))


def keep_chunk(survey: Survey, rows: Ints, on: dt.date, number: int) -> list[int]:
    """Check one chunk and keep it: ``rows`` are its rows in the survey that bears the number.

    Returns how many footprints have each outcome.
    """
    answers = check_chunk(survey, on)
    failures = answers.failures.of(rows)
    shapes = shapely.to_wkb(shapely.set_srid(failures.shape, crs.METRIC), include_srid=True)
    with transaction.atomic():
        _copy("plots_footprintverdict", VERDICTS, {
            "survey_id": np.full(len(rows), number),
            "row": rows,
            "plot_id": pa.array(answers.plot_id, mask=answers.plot_id < 0),
            "verdict": answers.verdict,
            "packed": packed(answers),
        })  # fmt: skip
        _copy("plots_footprintfailure", FAILURES, {
            "survey_id": np.full(len(failures.row), number),
            "row": failures.row,
            "rule": failures.rule,
            "permitted": pa.array(failures.permitted, from_pandas=True),  # NaN is NULL
            "provided": pa.array(failures.provided, from_pandas=True),
            "shape": pa.array(shapes, pa.large_binary()),
        })  # fmt: skip
    counts: list[int] = np.bincount(answers.verdict, minlength=len(Outcome)).tolist()
    return counts


def _copy(table: str, types: Mapping[str, str], columns: Mapping[str, object]) -> None:
    """Append columns as long as each other to a table."""
    arrays = {name: pa.array(column) for name, column in columns.items()}
    with connection.cursor() as cursor:
        copy_into(
            cursor, name=table, pieces=in_pieces(arrays), types=types, count=len(arrays["row"])
        )


@contextmanager
def _alone() -> Iterator[None]:
    """Let nobody else keep a survey meanwhile: what is half kept would look left behind."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield
        finally:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])


def _number() -> int:
    """Clear away what runs have left behind, and draw the number of the next survey."""
    with connection.cursor() as cursor:
        cursor.execute(LEFT)
        left = [row[0] for row in cursor.fetchall()]
        for sql in CLEAR:
            cursor.execute(sql, [left])
        cursor.execute(NUMBER)
        return int(cursor.fetchone()[0])


def keep_survey(
    survey: Survey, *, source: str, on: dt.date, at: dt.datetime, by: Mapper = here
) -> Kept:
    """Check a survey and keep its verdicts; ``on`` is the day whose ground and limits are asked.

    Nobody sees any of it before all of it is there.  A second run waits for the first.
    """
    chunks = chunks_of(survey.shape)
    with _alone():
        number = _number()
        counts = list(
            by(
                keep_chunk, [survey.part(rows) for rows in chunks], chunks,
                [on] * len(chunks), [number] * len(chunks),
            )
        )  # fmt: skip
        row = FootprintSurvey.objects.create(
            pk=number, source=source[:200], checked_on=on, at=at, rows=len(survey.shape)
        )
    of_all = np.sum(counts, axis=0).tolist()
    return Kept(row, {one.word: of_all[one] for one in Outcome if one != Outcome.NOT_APPLICABLE})
