"""A file of footprints: read as buildings are, checked against their plots, kept nowhere."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from municipality import crs
from municipality.importing.rows import Rows
from municipality.importing.spec import Job
from plots.building_permits.sites.arrays import Floats, Ints, Shapes
from plots.building_permits.sites.rules.verdict import Outcome
from plots.building_permits.town.chunks import Survey
from plots.building_permits.town.survey import CODES_OF_SHEET, Answers
from plots.register.imports import BUILDINGS

STATUSES = np.array([outcome.word for outcome in Outcome])


def _keeps_nothing(cursor: Any, job: Job) -> dict[str, Any]:
    return {}


FOOTPRINTS = replace(BUILDINGS, kind="footprints", swap=_keeps_nothing)


def survey_of(rows: Rows) -> tuple[Survey, list[str]]:
    """The accepted rows of a file as a survey, with their keys."""
    good = np.flatnonzero(rows.good)

    def number(name: str) -> Floats:
        column = rows.values[name].take(pa.array(good)).cast(pa.float64())
        return np.asarray(column.to_numpy(zero_copy_only=False), dtype=float)

    keys = rows.values["register_key"].take(pa.array(good)).to_pylist()
    return Survey(rows.shapes[good], number("floors"), number("height_m")), keys


def counted(answers: Answers) -> dict[str, Any]:
    """The account of a survey: each rule's outcomes, and how many footprints pass as a whole."""
    rules = {
        code: dict(zip(STATUSES, np.bincount(column, minlength=4).tolist(), strict=True))
        for code, column in zip(CODES_OF_SHEET, answers.outcome.T, strict=True)
    }
    whole = np.bincount(answers.verdict, minlength=4).tolist()
    return {
        "verdicts": dict(zip(STATUSES[:3].tolist(), whole[:3], strict=True)),
        "on_no_plot": int((answers.plot_id < 0).sum()),
        "rules": rules,
    }


def write_answers(path: Path, survey: Survey, keys: list[str], answers: Answers) -> None:
    """Write a GeoPackage in METRIC: ``footprints`` with every rule, ``failures`` with their shapes.

    ``<rule>`` is its status, ``<rule>_provided`` what was measured; of several edges of one kind
    the worst and the least.
    """
    from pyogrio.raw import write  # it loads geopandas: only where there is something to write

    path.unlink(missing_ok=True)
    system = f"EPSG:{crs.METRIC}"
    key = np.array(keys, dtype=object)
    columns = [key, answers.plot_id.astype(np.int64), _words(answers.verdict)]
    names = ["footprint", "plot_id", "verdict"]
    for n, code in enumerate(CODES_OF_SHEET):
        columns += [_words(answers.outcome[:, n]), answers.provided[:, n]]
        names += [code.replace(".", "_"), f"{code.replace('.', '_')}_provided"]
    write(
        str(path), shapely.to_wkb(survey.shape), columns, names, layer="footprints",
        geometry_type="Unknown", crs=system, driver="GPKG", encoding="utf-8",
    )  # fmt: skip
    failures = answers.failures
    write(
        str(path), shapely.to_wkb(failures.shape),
        [key[failures.row], failures.rule.astype(object), failures.permitted, failures.provided],
        ["footprint", "rule", "permitted", "provided"], layer="failures",
        geometry_type="Unknown", crs=system, driver="GPKG", append=True, encoding="utf-8",
    )  # fmt: skip


def _words(outcome: Ints) -> Shapes:
    words: Shapes = STATUSES[outcome].astype(object)
    return words
