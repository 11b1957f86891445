"""Imports asked for on the page: the same engine as the commands, run by a worker."""

import contextlib
import datetime as dt
import json
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from municipality.documents.store import open_kept
from municipality.importing.engine import Cancelled, Outcome, Progress, run
from municipality.importing.mapping import FieldMap, MappingError, parse_map
from municipality.importing.models import ImportBatch
from municipality.importing.refused import refused_features, write_refused
from municipality.importing.registry import importer
from municipality.importing.report import STOPPED
from municipality.importing.spec import Importer, Job
from municipality.sessions import own_session
from municipality.words import Text

STAGE_WORDS = {
    "reading": Text("قراءة الملف", "Reading the file"),
    "values": Text("قراءة القيم", "Reading the values"),
    "shapes": Text("فحص الأشكال", "Checking the shapes"),
    "checks": Text("فحص السجل", "Checking against the register"),
    "staging": Text("تحميل الصفوف المقبولة", "Loading the accepted rows"),
    "swapping": Text("الاستبدال", "Making the swap"),
    "done": Text("اكتمل", "Done"),
}


def folder_of(batch: ImportBatch) -> Path:
    """Return the folder of what an import leaves: refused.gpkg and refused.geojson."""
    return Path(settings.MEDIA_ROOT) / "imports" / str(batch.public_id)


@transaction.atomic
def ask(batch: ImportBatch) -> None:
    """Put an import into the queue, in the same transaction as its row."""
    batch.save()
    run_batch.enqueue(str(batch.public_id))


def swap_from(batch: ImportBatch, *, by: Any, at: dt.datetime) -> ImportBatch:
    """Ask for the real import of the file that a dry run has checked."""
    made = ImportBatch(
        kind=batch.kind,
        theme=batch.theme,
        file_name=batch.file_name,
        sha256=batch.sha256,
        size=batch.size,
        layer=batch.layer,
        source_crs=batch.source_crs,
        mapping=batch.mapping,
        dry_run=False,
        on=batch.on,
        by=by,
        asked_at=at,
    )
    ask(made)
    return made


@contextlib.contextmanager
def _watched(batch: ImportBatch) -> Iterator[Progress]:
    """Tell how far the import is on a connection of its own, and hear whether to stop."""
    watcher = own_session()

    def tell(stage: str, done: int, total: int) -> None:
        with watcher.cursor() as cursor:
            cursor.execute(
                "UPDATE importing_importbatch SET stage = %s, done = %s, total = %s "
                "WHERE id = %s RETURNING cancel_asked",
                [stage, done, total or None, batch.pk],
            )
            row = cursor.fetchone()
        if row and row[0] and stage != "done":
            raise Cancelled

    try:
        yield tell
    finally:
        watcher.close()


def _job(batch: ImportBatch) -> tuple[Importer, Job, FieldMap]:
    spec = importer(batch.kind, theme=batch.theme)
    known = [one.name for one in spec.fields]
    chosen = parse_map(batch.mapping, name="mapping", known=known) if batch.mapping else FieldMap()
    job = Job(
        kind=batch.kind,
        name=batch.file_name,
        on=batch.on,
        at=batch.asked_at,
        layer=batch.layer,
        theme=batch.theme,
        source_crs=batch.source_crs,
        dry_run=batch.dry_run,
    )
    return spec, job, chosen


def _leave(batch: ImportBatch, outcome: Outcome) -> None:
    """Write what the page shows and offers: the report, the refused rows."""
    report = outcome.report
    if outcome.rows is not None and report.refused:
        folder = folder_of(batch)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        write_refused(folder / "refused.gpkg", outcome.rows, srid=outcome.srid)
        features = {"type": "FeatureCollection", "features": list(refused_features(outcome.rows))}
        text = json.dumps(features, ensure_ascii=False)
        (folder / "refused.geojson").write_text(text, encoding="utf-8")
    batch.report = report.as_json()
    batch.state = batch.State.DONE if report.made else batch.State.FAILED
    if not report.made:
        _say(batch, report.sentence)


def _say(batch: ImportBatch, words: Text) -> None:
    batch.error_ar, batch.error_en = words.ar[:600], words.en[:600]


def _begin(public_id: str) -> ImportBatch | None:
    """Take an import that waits, or one whose worker died; cancelled and ended ones are left."""
    batch = ImportBatch.objects.get(public_id=public_id)
    if batch.is_over:
        return None
    if batch.cancel_asked:
        batch.state = batch.State.CANCELLED
        _say(batch, STOPPED)
        batch.finished_at = timezone.now()
        batch.save()
        return None
    batch.state, batch.started_at = batch.State.RUNNING, timezone.now()
    batch.save(update_fields=["state", "started_at"])
    return batch


def held_files(digests: Collection[str]) -> set[str]:
    """Return which of some digests are files of imports (``settings.FILE_HOLDERS``)."""
    held = ImportBatch.objects.filter(sha256__in=digests)
    return set(held.values_list("sha256", flat=True))


@task()
def run_batch(public_id: str) -> None:
    """Run one import; safe to run again after a crash, because the swap is one transaction."""
    batch = _begin(public_id)
    if batch is None:
        return
    try:
        spec, job, chosen = _job(batch)
        with open_kept(batch.sha256) as source, _watched(batch) as progress:
            _leave(batch, run(source, spec, job, chosen, progress))
    except Cancelled:
        batch.state = batch.State.CANCELLED
        _say(batch, STOPPED)
    except MappingError as error:
        batch.state = batch.State.FAILED
        _say(batch, Text(f"ملف ربط الأعمدة: {error}", f"Column mapping: {error}"))
    batch.finished_at = timezone.now()
    batch.save(update_fields=["state", "report", "error_ar", "error_en", "finished_at"])
