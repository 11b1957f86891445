"""One import from the first byte to the commit: read, judge, stage, swap, account.

Whatever happens, the caller gets a report; nothing is changed unless the whole swap commits.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
from django.db import DatabaseError, connection, transaction

from municipality.conf import PROFILE
from municipality.documents.file_gate import Opened, Unreadable, Wanted, read_stream
from municipality.importing import report as words
from municipality.importing.fields import Kind
from municipality.importing.mapping import FieldMap, MappingError, match
from municipality.importing.report import Report
from municipality.importing.rows import Rows, repeated
from municipality.importing.shapes import read_shapes
from municipality.importing.spec import NO_SHAPE, Importer, Job, NoSwap
from municipality.importing.staging import clear_temporary, stage, staged_columns
from municipality.importing.systems import NoSystem
from municipality.importing.values import read_field
from municipality.words import Text

LOCK_WAIT = "600s"  # how long a second import of one kind waits for the first
Progress = Callable[[str, int, int], None]
STAGES = ("reading", "values", "shapes", "checks", "staging", "swapping", "done")


class Cancelled(Exception):
    """The operator stopped the import; nothing was changed."""


class _Undo(Exception):
    """Ends the transaction of a dry run."""


class _Again(Exception):
    """The late check refused rows that had been staged: the swap is made anew without them."""


@dataclass(slots=True)
class Outcome:
    """The report, and the rows for whoever writes the refused ones."""

    report: Report
    rows: Rows | None = None
    srid: int | None = None


class _Clock:
    def __init__(self, report: Report, progress: Progress) -> None:
        self._report, self._progress, self._last = report, progress, time.perf_counter()
        self.rows = 0

    def reached(self, stage_name: str) -> None:
        """Tell the watcher of the next stage, in rows of the file (0 of 0 before it is read)."""
        share = STAGES.index(stage_name) / (len(STAGES) - 1)
        self._progress(stage_name, round(share * self.rows), self.rows)

    def took(self, name: str) -> None:
        now = time.perf_counter()
        self._report.seconds[name] = now - self._last
        self._last = now


def _silent(stage_name: str, done: int, total: int) -> None:
    pass


def _open(source: BinaryIO, spec: Importer, job: Job, chosen: FieldMap) -> Opened:
    hints = [*spec.layer_hints, job.theme] if job.theme else list(spec.layer_hints)
    if spec.osm_layer:
        hints.append(spec.osm_layer)
    wanted = Wanted(
        name=job.name, layer=job.layer, layer_hints=hints, shape_hints=chosen.shape_hints(),
        code_page=spec.code_page,
    )  # fmt: skip
    return read_stream(source, wanted)


def _facts(report: Report, opened: Opened, rows: Rows) -> None:
    report.isolation = opened.isolation
    report.facts |= {
        "sha256": opened.sha256,
        "bytes": opened.size,
        "format": opened.kind,
        "layer": opened.layer,
        "layers": opened.layers,
        "encoding": opened.encoding,
        "selected": opened.selected,
        "file_says_crs": opened.system,
        "columns": rows.columns.named(opened.names),
        "unused_columns": list(rows.columns.unused),
    }


def _operation(report: Report, srid: int) -> None:
    system = PROFILE.systems[srid]
    report.operation = system.operation
    report.facts["crs"] = {
        "srid": srid,
        "name": system.name_en,
        "accuracy_m": system.accuracy_m,
        "pipeline": system.pipeline,
    }


def _reader_marks(rows: Rows) -> None:
    """Take over the verdicts the reader gave inside the sandbox."""
    marks = rows.opened.table["marks"]
    if marks.null_count == rows.count:
        return
    for row, text in enumerate(marks.to_pylist()):
        for code in (text or "").split(","):
            if code:
                rows.mark_one(code, row)


def _doubled_keys(rows: Rows, spec: Importer) -> None:
    if not spec.key:
        return
    rows.mark("duplicate_key", repeated(rows.values[spec.key], rows.good))


def _judge(rows: Rows, spec: Importer, job: Job, chosen: FieldMap, clock: _Clock) -> int | None:
    """Read values and shapes; returns the EPSG code of the file, None for rows without shapes."""
    clock.reached("values")
    with rows.check("rows_readable"):
        _reader_marks(rows)
    readable = rows.severity.copy()
    with rows.check("fields"):
        for one in spec.fields:
            rows.values[one.name] = read_field(rows, one, chosen)
    clock.took("values")
    if spec.shape == NO_SHAPE:
        return None
    clock.reached("shapes")
    lacking, rows.severity = rows.severity, readable  # a row with a bad value has a shape too
    try:
        return read_shapes(rows, spec, job)
    finally:
        np.maximum(rows.severity, lacking, out=rows.severity)
        with rows.check("doubled_keys"):
            _doubled_keys(rows, spec)
        clock.took("shapes")


def _with_absent_fields(rows: Rows, spec: Importer, job: Job, chosen: FieldMap) -> Job:
    """Tell the swap which file it is, and what it does not speak of: that the register keeps."""
    given = {*rows.columns.fields, *chosen.constants}
    absent = sorted(one.name for one in spec.fields if one.name not in given)
    told = {"absent": absent, "sha256": rows.opened.sha256}
    return replace(job, options={**job.options, **told})


def _with_refused_keys(rows: Rows, spec: Importer, job: Job) -> Job:
    """Tell the swap the keys of refused rows: what they name is neither changed nor retired."""
    if not spec.key or rows.good.all():
        return job
    keys = rows.values[spec.key].filter(pa.array(~rows.good)).drop_null().to_pylist()
    return replace(job, options={**job.options, "refused_keys": keys})


class _Late:
    """The late check of a kind, in a thread of its own beside the swap."""

    def __init__(self, rows: Rows, spec: Importer, job: Job) -> None:
        self._error: BaseException | None = None
        self._rows, self._good = rows, rows.good.copy()
        self._thread = threading.Thread(target=self._run, args=(spec, job))
        self._thread.start()

    def _run(self, spec: Importer, job: Job) -> None:
        try:
            if spec.late is not None:
                spec.late(self._rows, job)
        except BaseException as error:  # handed to the thread that waits
            self._error = error

    def refused_some(self) -> bool:
        """Wait for the check; tells whether rows that were staged are refused now."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        return bool((self._good & ~self._rows.good).any())


def _stage_and_swap(rows: Rows, spec: Importer, job: Job, clock: _Clock) -> dict[str, Any]:
    """One attempt, in a savepoint; raises _Again where the late check refused rows."""
    with transaction.atomic(), connection.cursor() as cursor:
        clear_temporary(cursor)
        clock.reached("staging")
        columns = staged_columns(rows, spec)
        informed = _with_refused_keys(rows, spec, job)
        late = _Late(rows, spec, job)
        try:
            done = spec.fill(cursor, columns, informed) if spec.fill else None
            if done is None:
                stage(cursor, columns, spec)
                clock.took("staging")
                clock.reached("swapping")
                done = spec.swap(cursor, informed)
        finally:
            again = late.refused_some()
        if again:
            raise _Again
    return done


def _swap(rows: Rows, spec: Importer, job: Job, clock: _Clock) -> dict[str, Any]:
    """Stage and swap in one transaction; a dry run does the same and takes it back."""
    done: dict[str, Any] = {}
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_WAIT])
            cursor.execute("SELECT set_config('work_mem', '128MB', true)")
            # A killed import lets go of its lock: the server looks whether its client lives.
            cursor.execute("SELECT set_config('client_connection_check_interval', '5s', true)")
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"import:{spec.kind}"])
            try:
                done = _stage_and_swap(rows, spec, job, clock)
            except _Again:
                done = _stage_and_swap(rows, replace(spec, late=None), job, clock)
            clock.reached("swapping")  # the last moment at which it can be stopped
            if job.dry_run:
                raise _Undo
    except _Undo:
        pass
    clock.took("swap")
    return done


def _finish(report: Report, rows: Rows, spec: Importer, job: Job, clock: _Clock) -> None:
    if not rows.good.any():
        report.refuse("no_acceptable_row", words.NO_ROW)
        return
    try:
        report.swap = _swap(rows, spec, job, clock)
    except NoSwap as refusal:
        report.refuse(refusal.code, refusal.words)
        return
    except DatabaseError as error:
        report.refuse("database_refused", _database_says(error))
        return
    report.made = True
    report.sentence = words.WOULD_BE if job.dry_run else words.MADE


def run(
    source: BinaryIO,
    spec: Importer,
    job: Job,
    chosen: FieldMap | None = None,
    progress: Progress = _silent,
) -> Outcome:
    """Import one file.  Raises Cancelled (from ``progress``) and MappingError; nothing else.

    ``source`` is the open file; ``progress`` is told each stage, done and total, and may raise
    Cancelled to stop: then nothing has changed.
    """
    chosen = chosen or FieldMap()
    report = Report(job.kind, job.name, job.dry_run, job.on.isoformat())
    clock = _Clock(report, progress)
    clock.reached("reading")
    try:
        opened = _open(source, spec, job, chosen)
    except Unreadable as refusal:
        report.refuse(refusal.code, refusal.words)
        report.isolation = refusal.isolation
        clock.took("reading")
        return Outcome(report)
    clock.took("reading")
    columns = match(names=opened.names, fields=spec.fields, chosen=chosen)
    rows = Rows.of(opened, columns)
    clock.rows = rows.count
    _facts(report, opened, rows)
    srid: int | None = None
    try:
        srid = _judge(rows, spec, job, chosen, clock)
        if srid is not None:
            rows.srid = srid
            _operation(report, srid)
        clock.reached("checks")
        spec.prepare(rows, job)
        clock.took("own_checks")
        _finish(report, rows, spec, _with_absent_fields(rows, spec, job, chosen), clock)
        report.count(rows)
    except NoSystem as unknown:
        report.count(rows)
        report.refuse(unknown.code, unknown.words)
    except NoSwap as refusal:
        report.count(rows)
        report.refuse(refusal.code, refusal.words)
    except DatabaseError as error:
        report.count(rows)
        report.refuse("database_refused", _database_says(error))
    clock.reached("done")
    return Outcome(report, rows, srid)


def _database_says(error: DatabaseError) -> Text:
    lines = str(error).strip().splitlines() or ["?"]
    said = lines[0][:200]
    return Text(f"رفضت قاعدة البيانات الاستبدال: {said}", f"The database refused the swap: {said}")


__all__ = ["Cancelled", "Kind", "MappingError", "Outcome", "Progress", "run"]
