"""Verdicts of a town kept in the database: one packed row a footprint, a row a failure.

A packed row unpacks to exactly what the check answered: one byte an outcome, one double a
measurement, in the order of ``CODES_OF_SHEET``.
"""

import datetime as dt
import io
from dataclasses import dataclass

import numpy as np
import shapely
from django.db import connection, transaction

from municipality import crs
from plots.building_permits.models import FootprintSurvey, FootprintVerdict
from plots.building_permits.sites.arrays import Floats, Ints
from plots.building_permits.town.survey import CODES_OF_SHEET, Answers

RULES = len(CODES_OF_SHEET)
DOUBLE = np.dtype("<f8")
VERDICTS = "COPY plots_footprintverdict (survey_id, row, plot_id, verdict, packed) FROM STDIN"
FAILURES = (
    "COPY plots_footprintfailure (survey_id, row, rule, permitted, provided, shape) FROM STDIN"
)


@dataclass(frozen=True, slots=True)
class Unpacked:
    """The answers of one footprint: a column a rule of ``CODES_OF_SHEET``."""

    outcome: Ints
    provided: Floats


def packed(answers: Answers) -> list[str]:
    """Write each row's outcomes and measurements as hexadecimal digits."""
    octets = np.concatenate(
        [answers.outcome.astype(np.uint8), answers.provided.astype(DOUBLE).view(np.uint8)], axis=1
    )
    text, width = octets.tobytes().hex(), 2 * octets.shape[1]
    return [text[begin : begin + width] for begin in range(0, len(text), width)]


def unpacked(row: FootprintVerdict) -> Unpacked:
    """Read a row back."""
    octets = bytes(row.packed)
    outcome = np.frombuffer(octets[:RULES], dtype=np.uint8).astype(np.intp)
    return Unpacked(outcome, np.frombuffer(octets[RULES:], dtype=DOUBLE))


def _number(values: Floats) -> list[str]:
    return ["\\N" if np.isnan(value) else repr(value) for value in values.tolist()]


def _copy(sql: str, columns: list[list[str]]) -> None:
    if columns[0]:
        lines = "\n".join(map("\t".join, zip(*columns, strict=True)))
        with connection.cursor() as cursor:
            cursor.copy_expert(sql, io.StringIO(lines + "\n"))


@transaction.atomic
def keep(answers: Answers, *, source: str, on: dt.date, at: dt.datetime) -> FootprintSurvey:
    """Keep the answers of a survey; ``on`` is the day whose ground and limits were asked."""
    count, failures = len(answers.verdict), answers.failures
    survey = FootprintSurvey.objects.create(source=source[:200], checked_on=on, at=at, rows=count)
    own = str(survey.pk)
    plot = ["\\N" if one < 0 else str(one) for one in answers.plot_id.tolist()]
    octets = [f"\\\\x{text}" for text in packed(answers)]
    _copy(
        VERDICTS,
        [[own] * count, [str(n) for n in range(count)], plot,
         [str(one) for one in answers.verdict.tolist()], octets],
    )  # fmt: skip
    shapes = shapely.to_wkb(
        shapely.set_srid(failures.shape, crs.METRIC), hex=True, include_srid=True
    )
    _copy(
        FAILURES,
        [[own] * len(failures.row), [str(one) for one in failures.row.tolist()],
         failures.rule.tolist(), _number(failures.permitted), _number(failures.provided),
         [str(text) for text in shapes]],
    )  # fmt: skip
    return survey
